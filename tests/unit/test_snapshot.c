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

/* What says the same keeps its number and its session cache. */
START_TEST(unchanged_environment_is_kept)
{
    struct environment_link a, b, c;
    struct snapshot *old, *next;
    struct rig r;

    rig_open(&r, rings, "", "HandshakeTimeout 4");
    old = snapshots_get(r.snapshots);
    snapshot_link(old, r.snapshots, find(old, POLICY_INBOUND), "SERVER", &a);
    snapshots_swap(r.snapshots, rig_load(&r, "", "HandshakeTimeout 4"));
    next = snapshots_get(r.snapshots);
    ck_assert_ptr_ne(old, next);
    snapshot_link(next, r.snapshots, find(next, POLICY_INBOUND), "SERVER", &b);
    ck_assert_ptr_eq(a.env, b.env);
    ck_assert(!b.opened);
    ck_assert_uint_eq(a.envid, b.envid);
    ck_assert_uint_eq(a.grpid, b.grpid);
    ck_assert_uint_eq(snapshot_change(next).environments_kept, 1);
    ck_assert(snapshot_has_environment(next, a.envid));
    snapshot_unref(old);

    /* a changed one is made new; the group did not change */
    snapshots_swap(r.snapshots, rig_load(&r, "", "HandshakeTimeout 5"));
    old = next;
    next = snapshots_get(r.snapshots);
    snapshot_link(next, r.snapshots, find(next, POLICY_INBOUND), "SERVER", &c);
    ck_assert(c.opened);
    ck_assert_ptr_ne(a.env, c.env);
    ck_assert_uint_ne(a.envid, c.envid);
    ck_assert_uint_eq(a.grpid, c.grpid);
    ck_assert(!snapshot_has_environment(next, a.envid));
    ck_assert(snapshot_has_group(next, a.grpid));
    ck_assert_uint_eq(snapshot_change(next).environments_stale, 1);
    ck_assert_uint_eq(snapshot_change(next).groups_new, 0);
    environment_unref(a.env);
    environment_unref(b.env);
    environment_unref(c.env);
    snapshot_unref(old);
    snapshot_unref(next);
    rig_close(&r);
}
END_TEST

/* Another store is another ring, another root another key file, whatever the
 * policy says. */
static const struct {
    const char *name, *settings;
} others[] = {
    {"min_rsa", "min_rsa = 3072;"},
    {"pagent_root", "pagent_root = \"/srv/other\";"},
    {"allow_legacy", "allow_legacy = true;"},
    {"release", "release = \"2.5\";"},
};

START_TEST(other_settings_keep_nothing)
{
    struct environment_link a;
    struct snapshot *next;
    struct rig r;

    rig_open(&r, rings, "", "");
    next = snapshots_get(r.snapshots);
    snapshot_link(next, r.snapshots, find(next, POLICY_INBOUND), "SERVER", &a);
    snapshot_unref(next);
    snapshots_swap(r.snapshots, rig_load(&r, others[_i].settings, ""));
    next = snapshots_get(r.snapshots);
    ck_assert_msg(!snapshot_has_environment(next, a.envid), "%s",
                  others[_i].name);
    ck_assert_msg(!snapshot_has_group(next, a.grpid), "%s", others[_i].name);
    environment_unref(a.env);
    snapshot_unref(next);
    rig_close(&r);
}
END_TEST

START_TEST(ttls_follows_a_change_of_the_configuration_only)
{
    struct rig r;

    rig_open(&r, rings, "", "");
    ck_assert(snapshots_ttls(r.snapshots));
    snapshots_set_ttls(r.snapshots, false);
    snapshots_swap(r.snapshots, rig_load(&r, "", ""));
    ck_assert(!snapshots_ttls(r.snapshots));
    snapshots_swap(r.snapshots, rig_load(&r, "ttls = false;", ""));
    ck_assert(!snapshots_ttls(r.snapshots));
    snapshots_swap(r.snapshots, rig_load(&r, "ttls = true;", ""));
    ck_assert(snapshots_ttls(r.snapshots));
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
TEST(unchanged_environment_is_kept)
TEST_ROWS(other_settings_keep_nothing, others)
TEST(ttls_follows_a_change_of_the_configuration_only)
TEST(threads_share_while_it_is_swapped)
TESTS_END
