/* daemon/ruleset: the settings of transparent mode as text and back, as
 * attlsctl gets them from a daemon that it does not trust. */

#include "site/ruleset.h"

#include <string.h>

#include "support/suite.h"

static const char all[] = "out_port=15001\n"
                          "in_port=15006\n"
                          "old_connections=keep\n"
                          "exclude_user=0\n"
                          "exclude_user=4294967294\n"
                          "exclude_ports=22-22\n"
                          "exclude_ports=8000-8099\n"
                          "exclude_network=10.0.0.0-10.255.255.255\n"
                          "exclude_network=fd00::-fd00::ffff\n"
                          "marks=own\n"
                          "daemon_user=4999\n"
                          "mask=0xff00107f\n"
                          "wire=0x12000001\n"
                          "app=0x12000002\n"
                          "excluded=0x12000003\n";

START_TEST(settings_come_back)
{
    struct arena *arena = arena_new();
    struct ruleset_marks m;
    struct config_capture c;
    struct strbuf out = STRBUF_INIT;
    struct error err;

    ck_assert_msg(ruleset_capture_parse(all, arena, &c, &m, &err) == 0, "%s",
                  err.text);
    ck_assert_uint_eq(c.exclude_users.count, 2);
    ck_assert_uint_eq(c.exclude_ports.item[1].high, 8099);
    ck_assert(m.own && m.known && m.values.uid == 4999);
    ck_assert_uint_eq(m.values.app, 0x12000002);
    ruleset_capture_print(&c, &m, &out);
    ck_assert_str_eq(strbuf_str(&out), all);
    strbuf_done(&out);
    arena_free(arena);
}
END_TEST

#define PORTS "out_port=1\nin_port=2\n"

#define MARKS(mask, wire, app, excluded)                                       \
    "marks=own\ndaemon_user=1\nmask=" mask "\nwire=" wire "\napp=" app         \
    "\nexcluded=" excluded "\n"

static const struct {
    const char *name, *text;
} wrong[] = {
    {"nothing", ""},
    {"one port", "out_port=1\n"},
    {"port 0", "out_port=0\nin_port=2\n"},
    {"port too large", "out_port=65536\nin_port=2\n"},
    {"more behind a port", "out_port=1 }\nin_port=2\n"},
    {"a sign", "out_port=+1\nin_port=2\n"},
    {"no key", PORTS "add table inet x\n"},
    {"another key", PORTS "include=/etc/shadow\n"},
    {"an empty line", PORTS "\nexclude_user=1\n"},
    {"another word", PORTS "old_connections=reset; flush\n"},
    {"a user's name", PORTS "exclude_user=root\n"},
    {"no user", PORTS "exclude_user=4294967295\n"},
    {"a huge number", PORTS "exclude_user=99999999999999999999999\n"},
    {"half a range", PORTS "exclude_ports=1-\n"},
    {"a range that ends before it begins", PORTS "exclude_ports=2-1\n"},
    {"more behind a range", PORTS "exclude_ports=1-2}\n"},
    {"one address", PORTS "exclude_network=10.0.0.0\n"},
    {"a prefix", PORTS "exclude_network=10.0.0.0/8\n"},
    {"two families", PORTS "exclude_network=10.0.0.0-::1\n"},
    {"a scope", PORTS "exclude_network=fe80::1%lo-fe80::2%lo\n"},
    {"no marks", PORTS "marks=own\ndaemon_user=1\n"},
    {"one mark", PORTS "marks=own\ndaemon_user=1\nmask=0xffff\nwire=0x1\n"},
    {"marks beyond their mask", PORTS MARKS("0xff", "0x100", "0x2", "0x3")},
    {"no mark is zero: all packets have it",
     PORTS MARKS("0xff", "0x1", "0x2", "0x0")},
    {"one mark for two", PORTS MARKS("0xff", "0x1", "0x1", "0x3")},
    {"a mask of few bits", PORTS MARKS("0x7f", "0x1", "0x2", "0x3")},
    {"more behind a mark", PORTS MARKS("0xff", "0x1", "0x2", "0x3 accept")},
    {"a mark twice", PORTS MARKS("0xff", "0x1", "0x2", "0x3") "wire=0x4\n"},
    {"marks of a daemon without", PORTS "daemon_user=1\n"},
    {"marks of somebody", PORTS "marks=others\n"},
    {"more behind an address", PORTS "exclude_network=10.0.0.0-10.0.0.1 x\n"},
};

START_TEST(f14_nothing_but_settings_is_taken)
{
    struct arena *arena = arena_new();
    struct ruleset_marks m;
    struct config_capture c;
    struct error err;

    ck_assert_msg(ruleset_capture_parse(wrong[_i].text, arena, &c, &m, &err) ==
                      ERR_VALUE,
                  "%s", wrong[_i].name);
    arena_free(arena);
}
END_TEST

TESTS_BEGIN("ruleset")
TEST(settings_come_back)
TEST_ROWS(f14_nothing_but_settings_is_taken, wrong)
TESTS_END
