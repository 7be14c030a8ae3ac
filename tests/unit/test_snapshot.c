/* Snapshots: who keeps which, and the environments in them. */

#include "daemon/snapshot.h"

#include <pthread.h>
#include <string.h>

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

static const struct policy_rule *find(const struct snapshot *s,
                                      enum policy_direction direction)
{
    struct policy_conn c = {.direction = direction, .jobname = "RIG"};
    const struct policy_rule *rule = NULL;

    netaddr_parse("127.0.0.1:1", &c.local, NULL);
    netaddr_parse("127.0.0.1:2", &c.remote, NULL);
    ck_assert_int_eq(policy_match(snapshot_policy(s), &c, NULL, NULL, &rule),
                     POLICY_MATCHED);
    return rule;
}

START_TEST(environment_is_opened_once_for_each_user)
{
    struct environment_link a, b, c;
    struct snapshot *s;
    struct rig r;

    rig_open(&r, rings, "", "");
    s = snapshots_get(r.snapshots);
    snapshot_link(s, r.snapshots, find(s, POLICY_INBOUND), "SERVER", &a);
    snapshot_link(s, r.snapshots, find(s, POLICY_INBOUND), "SERVER", &b);
    snapshot_link(s, r.snapshots, find(s, POLICY_INBOUND), "CLIENT", &c);
    ck_assert_int_eq(a.rc, 0);
    ck_assert(a.opened && !b.opened && c.opened);
    ck_assert_ptr_eq(a.env, b.env);
    ck_assert_ptr_ne(a.env, c.env);
    ck_assert_uint_eq(a.envid, b.envid);
    ck_assert_uint_ne(a.envid, c.envid);
    ck_assert_uint_eq(a.grpid, c.grpid);
    environment_unref(a.env);
    environment_unref(b.env);
    environment_unref(c.env);
    snapshot_unref(s);
    rig_close(&r);
}
END_TEST

/* A ring that can't be opened is tried anew, under a new ENVID. */
START_TEST(failed_environment_is_tried_again)
{
    struct environment_link a, b;
    struct snapshot *s;
    struct rig r;

    rig_open(&r, rings, "", "");
    s = snapshots_get(r.snapshots);
    snapshot_link(s, r.snapshots, find(s, POLICY_INBOUND), "NOBODY", &a);
    snapshot_link(s, r.snapshots, find(s, POLICY_INBOUND), "NOBODY", &b);
    ck_assert_int_eq(a.rc, 202);
    ck_assert_int_eq(b.rc, 202);
    ck_assert_ptr_null(a.env);
    ck_assert(a.opened && b.opened);
    ck_assert_uint_ne(a.envid, b.envid);
    ck_assert_str_ne(a.why.reason, "");
    snapshot_unref(s);
    rig_close(&r);
}
END_TEST

/* A refresh is a swap: who holds the old one keeps it, rules and all. */
START_TEST(swap_leaves_the_old_one)
{
    struct snapshot *old, *next;
    const struct policy_rule *rule;
    struct environment_link l;
    struct rig r;

    rig_open(&r, rings, "", "HandshakeTimeout 4");
    old = snapshots_get(r.snapshots);
    rule = find(old, POLICY_OUTBOUND);
    next = rig_load(&r, "idle_limit = 9;", "HandshakeTimeout 5");
    snapshots_swap(r.snapshots, next);
    next = snapshots_get(r.snapshots);
    ck_assert_ptr_ne(old, next);
    ck_assert_uint_eq(snapshot_config(old)->idle_limit, 0);
    ck_assert_uint_eq(snapshot_config(next)->idle_limit, 9);
    ck_assert_uint_eq(
        effective_number(policy_rule_effective(rule), PARM_HandshakeTimeout),
        4);
    ck_assert_uint_eq(
        effective_number(policy_rule_effective(find(next, POLICY_OUTBOUND)),
                         PARM_HandshakeTimeout),
        5);
    /* and can still open what it has not used yet */
    snapshot_link(old, r.snapshots, rule, "CLIENT", &l);
    ck_assert_int_eq(l.rc, 0);
    environment_unref(l.env);
    snapshot_unref(old);
    snapshot_unref(next);
    rig_close(&r);
}
END_TEST

/* ---- many threads ---- */

enum { THREADS = 4, LINKS = 50 };

struct user {
    pthread_t thread;
    struct rig *rig;
    bool failed;
};

static void *use(void *arg)
{
    struct user *u = arg;
    struct environment_link l;
    struct snapshot *s;
    int i;

    for (i = 0; i < LINKS; i++) {
        s = snapshots_get(u->rig->snapshots);
        snapshot_link(s, u->rig->snapshots, find(s, POLICY_INBOUND), "SERVER",
                      &l);
        if (l.rc != 0)
            u->failed = true;
        environment_unref(l.env);
        snapshot_unref(s);
        snapshots_next_connid(u->rig->snapshots);
    }
    return NULL;
}

START_TEST(threads_share_while_it_is_swapped)
{
    struct user user[THREADS];
    struct rig r;
    int i;

    rig_open(&r, rings, "", "");
    for (i = 0; i < THREADS; i++) {
        user[i] = (struct user){.rig = &r};
        ck_assert_int_eq(pthread_create(&user[i].thread, NULL, use, &user[i]),
                         0);
    }
    for (i = 0; i < 5; i++)
        snapshots_swap(r.snapshots, rig_load(&r, "", ""));
    for (i = 0; i < THREADS; i++) {
        pthread_join(user[i].thread, NULL);
        ck_assert(!user[i].failed);
    }
    ck_assert_uint_eq(snapshots_next_connid(r.snapshots), THREADS * LINKS + 1);
    rig_close(&r);
}
END_TEST

TESTS_BEGIN("snapshot")
tcase_add_unchecked_fixture(tc, setup, teardown);
TEST(environment_is_opened_once_for_each_user)
TEST(failed_environment_is_tried_again)
TEST(swap_leaves_the_old_one)
TEST(threads_share_while_it_is_swapped)
TESTS_END
