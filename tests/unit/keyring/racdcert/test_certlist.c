/* keyring/certlist: pieces of RACDCERT's displays; whole displays are in
 * tests/conformance/racdcert. */

#include "keyring/racdcert/certlist.h"

#include <stdlib.h>
#include <string.h>

#include "keyring/racdcert/private.h"
#include "support/suite.h"

static struct strbuf out;

static void set_up(void)
{
    strbuf_init(&out);
}

static void tear_down(void)
{
    strbuf_done(&out);
}

/* The first is from a listing of a real system. */
static const struct {
    const char *owner, *label, *id;
} ids[] = {
    {OWNER_CERTAUTH, "zOSMFCA", "2QiJmZmDhZmjganW4tTGw8FA"},
    {"IMSSTC", "IMSSTC", "2QbJ1OLi48PJ1OLi48NA"},
    {"A", "b", "2QHBgkBA"},
    {"IBMUSER1", "a label of thirty two characters",
     "2QjJwtTk4sXZ8YFAk4GChZNAloZAo4iJmaOoQKOmlkCDiIGZgYOjhZmi"},
};

START_TEST(encodes_certificate_ids)
{
    certlist_id(ids[_i].owner, ids[_i].label, &out);
    ck_assert_str_eq(strbuf_str(&out), ids[_i].id);
}
END_TEST

#define X70                                                                    \
    "0123456789012345678901234567890123456789012345678901234567890123456789"

static const struct {
    const char *value, *want;
} values[] = {
    {"IMS.KeyRing", "       >IMS.KeyRing<\n"},
    {"", "       ><\n"},
    {X70, "       >" X70 "<\n"},
    {X70 "x", "       >" X70 "<\n       >x<\n"},
    {X70 X70 "x", "       >" X70 "<\n       >" X70 "<\n       >x<\n"},
};

START_TEST(continues_long_values)
{
    certlist_value(values[_i].value, &out);
    ck_assert_str_eq(strbuf_str(&out), values[_i].want);
}
END_TEST

static const struct {
    const char *owner, *want;
} headings[] = {
    {"IMSSTC", "Digital certificate information for user IMSSTC:\n\n"},
    {OWNER_CERTAUTH, "Digital certificate information for CERTAUTH:\n\n"},
    {OWNER_SITE, "Digital certificate information for SITE:\n\n"},
};

START_TEST(names_the_owner)
{
    certlist_heading(headings[_i].owner, &out);
    ck_assert_str_eq(strbuf_str(&out), headings[_i].want);
}
END_TEST

START_TEST(keeps_the_columns_of_a_ring)
{
    char name[] = "Ring", l1[] = "a label of thirty two characters",
         l2[] = "s\n";
    struct store_connect conn[] = {
        {.owner = "IBMUSER1",
         .label = l1,
         .usage = RING_PERSONAL,
         .is_default = true},
        {.owner = OWNER_SITE, .label = l2, .usage = RING_SITE},
    };
    struct store_ring r = {.name = name, .conn = conn, .nconn = 2};

    certlist_ring(&r, &out);
    ck_assert_str_eq(
        strbuf_str(&out),
        "  Ring:\n"
        "       >Ring<\n"
        "  Certificate Label Name             Cert Owner     USAGE      "
        "DEFAULT\n"
        "  --------------------------------   ------------   --------   "
        "-------\n"
        "  a label of thirty two characters   ID(IBMUSER1)   PERSONAL     "
        "YES\n"
        "  s\\x0A                              SITE           SITE         "
        "NO\n"
        "\n");
}
END_TEST

TESTS_BEGIN("certlist")
tcase_add_checked_fixture(tc, set_up, tear_down);
TEST_ROWS(encodes_certificate_ids, ids)
TEST_ROWS(continues_long_values, values)
TEST_ROWS(names_the_owner, headings)
TEST(keeps_the_columns_of_a_ring)
TESTS_END
