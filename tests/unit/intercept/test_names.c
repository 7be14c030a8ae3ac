/* From Linux names to user ids and job names. */

#include "intercept/names.h"
#include "support/suite.h"

typedef bool (*name_fn)(const char *text, char ret[NAME_SIZE]);

/* RESULT NULL: none. */
static const struct {
    const char *name;
    name_fn of;
    const char *text, *result;
} rows[] = {
    {"account", name_of_account, "libserv", "LIBSERV"},
    {"account of eight", name_of_account, "abcdefgh", "ABCDEFGH"},
    {"account of nine is not cut", name_of_account, "abcdefghi", NULL},
    {"account with a dash", name_of_account, "www-data", NULL},
    {"account with an underscore", name_of_account, "_apt", NULL},
    {"account with a dot", name_of_account, "a.b", NULL},
    {"empty account", name_of_account, "", NULL},
    {"account with a digit first", name_of_account, "1abc", "1ABC"},
    {"account with national characters", name_of_account, "a#b$c@", "A#B$C@"},
    {"account in UTF-8", name_of_account, "caf\xc3\xa9", NULL},
    {"unit", name_of_unit, "/system.slice/ims15hws.service", "IMS15HWS"},
    {"instance", name_of_unit, "/system.slice/baq@strt.service", "STRT"},
    {"instance that is empty", name_of_unit, "/system.slice/baq@.service",
     NULL},
    {"unit in a slice of instances", name_of_unit,
     "/system.slice/system-baq.slice/baq@strt.service", "STRT"},
    {"folder below a unit", name_of_unit, "/system.slice/db2.service/worker",
     "DB2"},
    {"unit within a unit", name_of_unit,
     "/system.slice/db2.service/app.slice/ij.service", "DB2"},
    {"unit of a user's manager", name_of_unit,
     "/user.slice/user@1000.service/app.slice/ij.service", NULL},
    {"unit that is too long", name_of_unit, "/system.slice/abcdefghi.service",
     NULL},
    {"unit with a digit first", name_of_unit, "/system.slice/1a.service", NULL},
    {"scope", name_of_unit, "/user.slice/user-0.slice/session-1.scope", NULL},
    {"root", name_of_unit, "/", NULL},
    {"no name at all", name_of_unit, "/.service", NULL},
    {"comm", name_of_comm, "curl", "CURL"},
    {"comm with a digit first", name_of_comm, "7z", NULL},
    {"comm with a blank", name_of_comm, "a b", NULL},
};

START_TEST(names_are_folded_or_refused)
{
    char ret[NAME_SIZE] = "left";
    bool ok = rows[_i].of(rows[_i].text, ret);

    ck_assert_msg(ok == (rows[_i].result != NULL), "%s", rows[_i].name);
    ck_assert_str_eq(ret, rows[_i].result != NULL ? rows[_i].result : "left");
}
END_TEST

TESTS_BEGIN("names")
TEST_ROWS(names_are_folded_or_refused, rows)
TESTS_END
