/* zos/ringname: what the value of Keyring means. */
#include "zos/ringname.h"

#include <string.h>

#include "support/suite.h"

static const struct {
    const char *text;
    bool password;
    enum ring_kind kind;
    const char *owner, *name; /* owner NULL: the user's own */
} rows[] = {
    {"TLS.Ring", false, RING_RACF, NULL, "TLS.Ring"},
    {"IMSSTC/IMS.KeyRing", false, RING_RACF, "IMSSTC", "IMS.KeyRing"},
    {"*AUTH*/*", false, RING_RACF, "*AUTH*", "*"},
    {"IMSSTC/*", false, RING_RACF, "IMSSTC", "*"},
    {"IMSSTC/a/b", false, RING_RACF, "IMSSTC", "a/b"},
    {"/etc/pkiserv/key.kdb", false, RING_FILE, NULL, "/etc/pkiserv/key.kdb"},
    {"key.p12", true, RING_FILE, NULL, "key.p12"},
    {"keys/key.p12", true, RING_FILE, NULL, "keys/key.p12"},
    {"*TOKEN*/SSL", false, RING_TOKEN, NULL, "SSL"},
    {"*TOKEN*/SSL", true, RING_TOKEN, NULL, "SSL"},
    {"*TOKEN*", false, RING_RACF, NULL, "*TOKEN*"},
    {"", false, RING_RACF, NULL, ""},
};

START_TEST(a_name_means)
{
    struct ring_name n = ring_name_parse(rows[_i].text, rows[_i].password);

    ck_assert_msg(n.kind == rows[_i].kind, "%s", rows[_i].text);
    ck_assert_str_eq(n.name, rows[_i].name);
    ck_assert_msg((n.owner != NULL) == (rows[_i].owner != NULL), "%s",
                  rows[_i].text);
    if (n.owner != NULL) {
        ck_assert_uint_eq(n.owner_len, strlen(rows[_i].owner));
        ck_assert(memcmp(n.owner, rows[_i].owner, n.owner_len) == 0);
    }
}
END_TEST

TESTS_BEGIN("ringname")
TEST_ROWS(a_name_means, rows)
TESTS_END
