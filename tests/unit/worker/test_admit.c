/* Which limits a new connection has. */

#include "worker/admit.h"

#include <string.h>

#include "conn/intercepted.h"
#include "support/rig.h"
#include "support/suite.h"

static struct testring *rings;

static void setup(void)
{
    rings = testring_new(NULL);
}

static void teardown(void)
{
    testring_free(rings);
}

static const struct {
    const char *peer; /* NULL: account 5002 */
    const char *settings;
    unsigned long connections, waiting, most, most_waiting;
} rows[] = {
    {"192.0.2.1:1", "", 20000, 5000, 0, 1250},
    {"192.0.2.1:1", "max_handshakes = 3;", 20000, 3, 0, 1},
    {"192.0.2.1:1", "max_connections = 100;", 100, 100, 0, 25},
    {"192.0.2.1:1", "max_per_peer = 7; max_per_user = 8;", 20000, 5000, 7,
     1250},
    {"192.0.2.1:1", "trusted_peers = ( \"192.0.2.0/24\" );", 20000, 5000, 0, 0},
    {"127.0.0.1:1", "", 20000, 5000, 0, 0},
    {"[::1]:1", "", 20000, 5000, 0, 0},
    {NULL, "max_per_peer = 7; max_per_user = 8;", 20000, 5000, 8, 0},
};

START_TEST(has_these_limits)
{
    struct intercepted in = {.by = fair_account(5002)};
    struct fair_limits l;
    struct rig r;

    rig_open(&r, rings, rows[_i].settings, "");
    if (rows[_i].peer != NULL) {
        ck_assert_int_eq(netaddr_parse(rows[_i].peer, &in.remote, NULL), 0);
        in.by = fair_peer(&in.remote);
    }
    l = admit_limits(r.config, &in);
    ck_assert_uint_eq(l.connections, rows[_i].connections);
    ck_assert_uint_eq(l.waiting, rows[_i].waiting);
    ck_assert_uint_eq(l.most, rows[_i].most);
    ck_assert_uint_eq(l.most_waiting, rows[_i].most_waiting);
    rig_close(&r);
}
END_TEST

static const struct {
    enum fair_answer answer;
    enum fair_kind kind;
    enum counter counter;
    const char *name;
} reasons[] = {
    {FAIR_MOST, FAIR_PEER, COUNTER_LIMITED_PEER, "max_per_peer"},
    {FAIR_MOST, FAIR_ACCOUNT, COUNTER_LIMITED_USER, "max_per_user"},
    {FAIR_MOST_WAITING, FAIR_PEER, COUNTER_LIMITED_SHARE, "max_handshakes/4"},
    {FAIR_SHARE, FAIR_ACCOUNT, COUNTER_LIMITED_SHARE, "fair_share"},
    {FAIR_FULL, FAIR_PEER, COUNTER_LIMITED, "max_connections"},
    {FAIR_FULL_WAITING, FAIR_PEER, COUNTER_LIMITED_HANDSHAKES,
     "max_handshakes"},
    {FAIR_NO_MEMORY, FAIR_PEER, COUNTER_REFUSED, "memory"},
};

START_TEST(names_what_kept_it_out)
{
    struct intercepted in = {.by = fair_unknown(reasons[_i].kind)};
    struct limit l;
    struct rig r;

    rig_open(&r, rings, "", "");
    l = admit_reason(reasons[_i].answer, r.config, &in);
    ck_assert_int_eq(l.counter, reasons[_i].counter);
    ck_assert_str_eq(l.name, reasons[_i].name);
    rig_close(&r);
}
END_TEST

TESTS_BEGIN("admit")
tcase_add_unchecked_fixture(tc, setup, teardown);
TEST_ROWS(has_these_limits, rows)
TEST_ROWS(names_what_kept_it_out, reasons)
TESTS_END
