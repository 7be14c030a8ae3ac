/* conn/clear: what is seen and said of connections that no rule fits. */

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conn/private.h"
#include "conn/seldom.h"
#include "relay/testing.h"
#include "support/peer.h"
#include "support/rig.h"
#include "support/suite.h"
#include "util/fd.h"

static struct testring *rings;

static void setup(void)
{
    rings = testring_new(NULL);
}

static void teardown(void)
{
    testring_free(rings);
}

struct clear {
    struct rig rig;
    struct conn *conn;
    int wire, app; /* the test's ends */
};

static void open_clear(struct clear *k, bool outbound, const char *job,
                       const char *settings)
{
    int wire[2], app[2];

    rig_open(&k->rig, rings, settings, "");
    k->rig.services.audit = audit_new();
    k->rig.services.clear = seldom_new();
    k->conn = conn_new_in_state(
        k->rig.loop, rig_listener(&k->rig, outbound ? RIG_OUT : RIG_IN),
        CONN_RELAYING);
    snprintf(k->conn->in.who.jobname, 9, "%s", job);
    snprintf(k->conn->in.who.userid, 9, "NOBODY");
    peer_tcp_pair(wire, false);
    peer_tcp_pair(app, false);
    endpoint_open(&k->conn->wire, k->rig.loop->base, wire[0], NULL);
    endpoint_open(&k->conn->app, k->rig.loop->base, app[0], NULL);
    k->wire = wire[1];
    k->app = app[1];
    ck_assert_int_eq(conn_do_look_up(k->conn), CONN_EV_MAPPED_CLEAR);
}

static void put(int fd, const char *bytes, size_t len)
{
    ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
}

static const char *audit_of(struct clear *k)
{
    static char text[2000];
    struct strbuf out = STRBUF_INIT;

    audit_print(k->rig.services.audit, &out);
    snprintf(text, sizeof(text), "%s", strbuf_str(&out));
    strbuf_done(&out);
    return text;
}

static void close_clear(struct clear *k)
{
    rig_close(&k->rig);
    audit_free(k->rig.services.audit);
    seldom_free(k->rig.services.clear);
    fd_close(&k->wire);
    fd_close(&k->app);
}

/* The record of a ClientHello begins with these. */
#define HELLO "\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00"

static const struct {
    const char *name, *job, *bytes, *settings;
    size_t len, first; /* FIRST of them come alone */
    bool outbound, seen;
} firsts[] = {
    {"a ClientHello", "NONE", HELLO, "", 10, 10, false, true},
    {"in pieces", "NONE", HELLO, "", 10, 1, false, true},
    {"five and five", "NONE", HELLO, "", 10, 5, false, true},
    {"no more than its head", "NONE", HELLO, "", 6, 6, false, true},
    {"too little", "NONE", HELLO, "", 5, 5, false, false},
    {"a ServerHello", "NONE", "\x16\x03\x03\x00\x05\x02", "", 6, 6, false,
     false},
    {"data of TLS", "NONE", "\x17\x03\x03\x00\x05\x01", "", 6, 6, false, false},
    {"another version", "NONE", "\x16\x02\x00\x00\x05\x01", "", 6, 6, false,
     false},
    {"text", "NONE", "GET / HTTP/1.1\r\n", "", 16, 16, false, false},
    {"outbound", "NONE", HELLO, "", 10, 10, true, false},
    {"a rule says Off", "OFF", HELLO, "", 10, 10, false, false},
    {"TTLS off", "NONE", HELLO, "ttls = false; allow_nottls = true;", 10, 10,
     false, false},
};

START_TEST(a_client_hello_is_seen)
{
    char got[32] = "";
    size_t have = 0;
    struct clear k;
    ssize_t n;
    int i;

    open_clear(&k, firsts[_i].outbound, firsts[_i].job, firsts[_i].settings);
    put(k.wire, firsts[_i].bytes, firsts[_i].first);
    for (i = 0; i < 20; i++) {
        if (i == 10)
            put(k.wire, firsts[_i].bytes + firsts[_i].first,
                firsts[_i].len - firsts[_i].first);
        rig_turn(&k.rig);
    }
    while ((n = recv(k.app, got + have, sizeof(got) - have, MSG_DONTWAIT)) > 0)
        have += (size_t)n;
    ck_assert_msg(have == firsts[_i].len &&
                      memcmp(got, firsts[_i].bytes, have) == 0,
                  "%s: the program got %zu bytes", firsts[_i].name, have);
    ck_assert_msg(rig_counter(&k.rig, COUNTER_CLEAR_HELLO) == firsts[_i].seen,
                  "%s", firsts[_i].name);
    ck_assert_msg(k.conn->hello_in_clear == firsts[_i].seen, "%s",
                  firsts[_i].name);
    ck_assert_msg((strstr(audit_of(&k), "1 of them began with a ClientHello") !=
                   NULL) == firsts[_i].seen,
                  "%s: %s", firsts[_i].name, audit_of(&k));
    ck_assert_msg(
        (strstr(audit_of(&k), "nearest rule In: Jobname RIG, the connection "
                              "has NONE\n") != NULL) == firsts[_i].seen,
        "%s: %s", firsts[_i].name, audit_of(&k));
    close_clear(&k);
}
END_TEST

/* What the partner says while the target is dialled counts too. */
START_TEST(what_is_heard_early_counts)
{
    struct pump_fault fault;
    struct clear k;
    int i;

    open_clear(&k, false, "NONE", "");
    put(k.wire, HELLO, 10);
    for (i = 0; i < 10 && !pump_has_heard(&k.conn->pump); i++) {
        endpoint_resolve(&k.conn->wire);
        ck_assert_int_eq(
            pump_hear(&k.conn->pump, FLOW_IN, k.rig.loop->scratch, &fault),
            PUMP_WAIT);
    }
    ck_assert(pump_has_heard(&k.conn->pump));
    ck_assert_mem_eq(pump_heard(&k.conn->pump), HELLO, PUMP_FIRST);
    ck_assert(!pump_has_heard(&k.conn->pump));
    close_clear(&k);
}
END_TEST

/* A rule that leaves everybody out but one job is near to nobody. */
START_TEST(a_rule_is_near_by_what_is_met)
{
    struct clear k;

    open_clear(&k, false, "NONE", "");
    ck_assert_ptr_null(strstr(audit_of(&k), "nearest"));
    close_clear(&k);
}
END_TEST

/* ---- once a minute ---- */

START_TEST(once_a_minute_for_each_key)
{
    struct seldom *s = seldom_new();

    ck_assert(seldom_may(s, 1, 1000));
    ck_assert(!seldom_may(s, 1, 1000));
    ck_assert(seldom_may(s, 1 + SELDOM_KEYS, 1000)); /* the same place */
    ck_assert(!seldom_may(s, 1 + SELDOM_KEYS, 2000));
    ck_assert(!seldom_may(s, 1, 1000 + SELDOM_MS - 1));
    ck_assert(seldom_may(s, 1, 1000 + SELDOM_MS));
    ck_assert(!seldom_may(NULL, 1, 1000));
    seldom_free(s);
    seldom_free(NULL);
}
END_TEST

/* However many keys there are. */
START_TEST(so_often_a_minute_and_no_more)
{
    struct seldom *s = seldom_new();
    uint64_t i, n = 0;

    for (i = 0; i < 100000; i++)
        n += seldom_may(s, i * 7919, 1000 + i % 50000);
    ck_assert_uint_le(n, SELDOM_KEYS);
    ck_assert_uint_ge(n, SELDOM_KEYS / 2);
    seldom_free(s);
}
END_TEST

TESTS_BEGIN("clear")
tcase_add_unchecked_fixture(tc, setup, teardown);
TEST_ROWS(a_client_hello_is_seen, firsts)
TEST(what_is_heard_early_counts)
TEST(a_rule_is_near_by_what_is_met)
TEST(once_a_minute_for_each_key)
TEST(so_often_a_minute_and_no_more)
TESTS_END
