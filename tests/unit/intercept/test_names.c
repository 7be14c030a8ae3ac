/* From the names of units to job names. */

#include "intercept/names.h"
#include "support/suite.h"

/* RESULT NULL: none. */
static const struct {
    const char *name, *text, *result;
} rows[] = {
    {"unit", "/system.slice/ims15hws.service", "IMS15HWS"},
    {"instance", "/system.slice/baq@strt.service", "STRT"},
    {"instance that is empty", "/system.slice/baq@.service", NULL},
    {"unit in a slice of instances",
     "/system.slice/system-baq.slice/baq@strt.service", "STRT"},
    {"folder below a unit", "/system.slice/db2.service/worker", "DB2"},
    {"unit within a unit", "/system.slice/db2.service/app.slice/ij.service",
     "DB2"},
    {"unit of a user's manager",
     "/user.slice/user@1000.service/app.slice/ij.service", NULL},
    {"unit that is too long", "/system.slice/abcdefghi.service", NULL},
    {"unit with a digit first", "/system.slice/1a.service", NULL},
    {"scope", "/user.slice/user-0.slice/session-1.scope", NULL},
    {"root", "/", NULL},
    {"no name at all", "/.service", NULL},
};

START_TEST(names_are_folded_or_refused)
{
    char ret[ZOS_NAME_SIZE] = "left";
    bool ok = name_of_unit(rows[_i].text, ret);

    ck_assert_msg(ok == (rows[_i].result != NULL), "%s", rows[_i].name);
    ck_assert_str_eq(ret, rows[_i].result != NULL ? rows[_i].result : "left");
}
END_TEST

TESTS_BEGIN("names")
TEST_ROWS(names_are_folded_or_refused, rows)
TESTS_END
