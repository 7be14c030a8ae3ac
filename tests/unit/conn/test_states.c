/*
 * Who may: the states of a connection are walked for ways past the question,
 * and the question is asked at every door.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conn/private.h"
#include "conn/tell.h"
#include "support/made.h"
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
    const char *from, *event, *to, *action;
} table[] = {
#define EDGE(from, event, to, action) {#from, #event, #to, #action},
#include "conn/states.def"
};

/* Ways out of NEW on which nobody asks who it is, and why not. */
static const struct {
    const char *event, *why;
} unasked[] = {
    {"REFUSED", "it leads to the end"},
};

static bool needs_no_asking(const char *event)
{
    int i;

    for (i = 0; i < ROWS(unasked); i++)
        if (strcmp(unasked[i].event, event) == 0)
            return true;
    return false;
}

/* Every way from an accepted socket to a rule asks for the account: the ways
 * out of NEW do, and only they lead to the states where it is answered, which
 * alone lead on. */
START_TEST(nobody_gets_by_unasked)
{
    const char *from = table[_i].from, *to = table[_i].to;

    if (strcmp(from, "NEW") == 0 && needs_no_asking(table[_i].event))
        ck_assert_str_eq(to, "CLOSED");
    else if (strcmp(from, "NEW") == 0)
        ck_assert_msg(strcmp(table[_i].action, "check_owner") == 0 &&
                          strncmp(to, "CHECKING", 8) == 0,
                      "%s in NEW asks nobody", table[_i].event);
    else
        ck_assert_msg(strncmp(to, "CHECKING", 8) != 0, "from %s", from);
    if (strncmp(to, "NAMING", 6) == 0 && strcmp(from, to) != 0)
        ck_assert_msg(strncmp(from, "CHECKING", 8) == 0 &&
                          strcmp(table[_i].event, "ALLOWED") == 0,
                      "%s leads from %s to %s", table[_i].event, from, to);
}
END_TEST

static int number_of(const char *state)
{
    int i = 0;

    while (strcmp(conn_state_name((enum conn_state)i), state) != 0)
        i++;
    return i;
}

/* A way through the states is told in the order of the table. */
START_TEST(no_edge_leads_back)
{
    ck_assert_msg(number_of(table[_i].from) <= number_of(table[_i].to),
                  "%s leads from %s back to %s", table[_i].event,
                  table[_i].from, table[_i].to);
}
END_TEST

/* The way of one that failed, for whoever asks why. */
START_TEST(tells_its_way)
{
    struct story *s = malloc(sizeof(*s));
    struct strbuf out = STRBUF_INIT;
    struct conn *c;
    struct rig r;

    rig_open(&r, rings, "", "");
    c = conn_new_in_state(r.loop, rig_listener(&r, RIG_OUT), CONN_NEW);
    c->in.who.owner_error = ERR_NOT_FOUND;
    conn_step(c, CONN_EV_ARRIVED_OUT);
    conn_make_story(c, NULL, s);
    ck_assert_uint_eq(s->state_count, 2);
    ck_assert_str_eq(s->states[0].by, "ARRIVED_OUT");
    ck_assert_str_eq(s->states[0].name, "CHECKING");
    ck_assert_str_eq(s->states[1].by, "REFUSED");
    ck_assert_str_eq(s->states[1].name, "CLOSED");
    story_print(s, NULL, &out);
    ck_assert_ptr_nonnull(
        strstr(strbuf_str(&out), " ARRIVED_OUT>CHECKING REFUSED>CLOSED\n"));
    strbuf_done(&out);
    free(s);
    rig_close(&r);
}
END_TEST

/* And what an open one waits for. */
START_TEST(tells_what_it_waits_for)
{
    struct story *s = malloc(sizeof(*s));
    char expected[120];
    struct made m;
    struct rig r;

    rig_open(&r, rings, "", "");
    made_open(&m, &r, CONN_OPENING, TLS_ALONE, false);
    conn_step(m.c, CONN_EV_OPENED);
    rig_clock += 1000;
    conn_make_story(m.c, NULL, s);
    snprintf(expected, sizeof(expected),
             "GREETING, 9000 ms to its limit; wire fd %d, TLS; app closed",
             endpoint_fd(&m.c->wire));
    ck_assert_str_eq(s->now, expected);
    conn_step(m.c, CONN_EV_STOP);
    conn_make_story(m.c, NULL, s);
    ck_assert_str_eq(s->now, "");
    free(s);
    made_close(&m);
    rig_close(&r);
}
END_TEST

enum { NOBODY = 4711 };

/* The account that is asked about is the owner's; ALL: everybody may. */
static const struct {
    const char *name;
    int which;
    enum config_mode mode;
    bool all, named, unknown;
    enum conn_event answer;
} doors[] = {
    {"forward, out", RIG_OUT, MODE_FORWARD, false, true, false,
     CONN_EV_ALLOWED},
    {"forward, out, another", RIG_OUT, MODE_FORWARD, false, false, false,
     CONN_EV_REFUSED},
    {"forward, out, unknown", RIG_OUT, MODE_FORWARD, false, true, true,
     CONN_EV_REFUSED},
    {"forward, out, all", RIG_OUT, MODE_FORWARD, true, false, true,
     CONN_EV_ALLOWED},
    {"forward, in: a machine", RIG_IN, MODE_FORWARD, false, false, true,
     CONN_EV_ALLOWED},
    {"run, out", RIG_OUT, MODE_RUN, false, true, false, CONN_EV_ALLOWED},
    {"run, out, another", RIG_OUT, MODE_RUN, false, false, false,
     CONN_EV_REFUSED},
    {"run, in", RIG_IN, MODE_RUN, false, true, false, CONN_EV_ALLOWED},
    {"run, in, another", RIG_IN, MODE_RUN, false, false, false,
     CONN_EV_REFUSED},
    {"run, in, all", RIG_IN, MODE_RUN, true, false, false, CONN_EV_ALLOWED},
};

START_TEST(asks_at_every_door)
{
    static const uid_t may = NOBODY;
    struct config_listener l;
    struct conn *c;
    struct rig r;

    rig_open(&r, rings, "", "");
    l = *rig_listener(&r, doors[_i].which);
    l.mode = doors[_i].mode;
    l.allow = (struct config_accounts){true, doors[_i].all, &may, 1};
    c = conn_new_in_state(r.loop, &l, CONN_NEW);
    c->in.who.owner.uid = doors[_i].named ? NOBODY : NOBODY + 1;
    c->in.who.owner_error = doors[_i].unknown ? ERR_NOT_FOUND : 0;
    ck_assert_msg(conn_do_check_owner(c) == doors[_i].answer, "%s",
                  doors[_i].name);
    rig_close(&r);
}
END_TEST

TESTS_BEGIN("states")
tcase_add_unchecked_fixture(tc, setup, teardown);
TEST_ROWS(nobody_gets_by_unasked, table)
TEST_ROWS(no_edge_leads_back, table)
TEST(tells_its_way)
TEST(tells_what_it_waits_for)
TEST_ROWS(asks_at_every_door, doors)
TESTS_END
