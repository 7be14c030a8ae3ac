/* Snapshots: who keeps which, and the environments in them. */

#include "site/snapshot.h"

#include <pthread.h>
#include <stdio.h>
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
    snapshot_link(s, r.snapshots, find(s, POLICY_INBOUND), "SERVER", NULL, &a);
    snapshot_link(s, r.snapshots, find(s, POLICY_INBOUND), "SERVER", NULL, &b);
    snapshot_link(s, r.snapshots, find(s, POLICY_INBOUND), "CLIENT", NULL, &c);
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
    snapshot_link(old, r.snapshots, rule, "CLIENT", NULL, &l);
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
    snapshot_link(old, r.snapshots, find(old, POLICY_INBOUND), "SERVER", NULL,
                  &a);
    snapshots_swap(r.snapshots, rig_load(&r, "", "HandshakeTimeout 4"));
    next = snapshots_get(r.snapshots);
    ck_assert_ptr_ne(old, next);
    snapshot_link(next, r.snapshots, find(next, POLICY_INBOUND), "SERVER", NULL,
                  &b);
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
    snapshot_link(next, r.snapshots, find(next, POLICY_INBOUND), "SERVER", NULL,
                  &c);
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
    {"pkcs11_module", "pkcs11_module = \"/srv/other.so\";"},
    {"pkcs11_pin_file", "pkcs11_module = \"/srv/other.so\";\n"
                        "pkcs11_pin_file = \"/srv/pin\";"},
    {"tls12_tickets", "tls12_tickets = true;"},
    {"pagent_root", "pagent_root = \"/srv/other\";"},
    {"allow_legacy", "allow_legacy = true;"},
    {"x25519_first", "x25519_first = true;"},
    {"release", "release = \"2.5\";"},
    {"allow_secrets", "allow_secrets = true;"},
};

START_TEST(other_settings_keep_nothing)
{
    struct environment_link a;
    struct snapshot *next;
    struct rig r;

    rig_open(&r, rings, "", "");
    next = snapshots_get(r.snapshots);
    snapshot_link(next, r.snapshots, find(next, POLICY_INBOUND), "SERVER", NULL,
                  &a);
    snapshot_unref(next);
    snapshots_swap(r.snapshots, rig_load(&r, others[_i].settings, ""));
    next = snapshots_get(r.snapshots);
    ck_assert_msg(!snapshot_has_environment(next, a.envid), "%s",
                  others[_i].name);
    ck_assert_msg(!snapshot_has_group(next, a.grpid), "%s", others[_i].name);
    ck_assert_uint_eq(snapshot_change(next).environments_kept, 0);
    ck_assert_uint_eq(snapshot_change(next).environments_stale, 1);
    environment_unref(a.env);
    snapshot_unref(next);
    rig_close(&r);
}
END_TEST

/* What is not as it was in 0.1 is named until the configuration says what is
 * meant. */
static const struct {
    const char *settings;
    const char *note; /* part of it; NULL: none */
} changes[] = {
    {"", "rule In and others code not all groups"},
    {"x25519_first = true;", NULL},
    {"x25519_first = false;", NULL},
};

START_TEST(names_what_has_changed)
{
    struct diags *diags = diags_new();
    struct snapshot *s;
    struct rig r;

    rig_open(&r, rings, changes[_i].settings, "");
    s = snapshots_get(r.snapshots);
    snapshot_changes(s, diags);
    ck_assert_uint_eq(diags_count(diags), changes[_i].note != NULL ? 1 : 0);
    if (changes[_i].note != NULL) {
        ck_assert_int_eq(diags_get(diags, 0)->level, DIAG_NOTE);
        ck_assert_ptr_nonnull(
            strstr(diags_get(diags, 0)->text, changes[_i].note));
    }
    snapshot_unref(s);
    diags_free(diags);
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

/* ---- rings that change ---- */

static void change(struct testring *t, const char *job)
{
    ck_assert_msg(testring_run(t, job) == 0, "%s", testring_output(t));
}

/* A change of the ring, one of another ring in the same database, and a ring
 * that is not there any more. */
#define OTHER_DEFAULT                                                          \
    "RACDCERT ID(SERVER) CONNECT(LABEL('SERVER') RING(Test.Ring))"
#define OTHER_RING "RACDCERT ID(CLIENT) ADDRING(Another.Ring)"
#define NO_RING    "RACDCERT ID(SERVER) DELRING(Test.Ring)"

static void link_in(struct rig *r, struct environment_link *ret)
{
    struct snapshot *s = snapshots_get(r->snapshots);

    snapshot_link(s, r->snapshots, find(s, POLICY_INBOUND), "SERVER", NULL,
                  ret);
    environment_unref(ret->env);
    snapshot_unref(s);
}

struct told {
    unsigned count;
    char action[64], ring[64];
    uint32_t envid;
};

static void note(void *arg, const char *action, uint32_t envid,
                 const struct environment *env)
{
    struct told *t = arg;

    t->count++;
    t->envid = envid;
    snprintf(t->action, sizeof(t->action), "%s", action);
    snprintf(t->ring, sizeof(t->ring), "%s", environment_ring(env));
}

/* A refresh, and how often it tells of a newer ring. */
static unsigned refresh(struct rig *r, const char *settings, const char *more,
                        struct told *t)
{
    struct snapshot *s = rig_load(r, settings, more);

    *t = (struct told){0};
    snapshots_swap(r->snapshots, s);
    s = snapshots_get(r->snapshots);
    snapshot_tell_rings(s, note, t);
    snapshot_unref(s);
    return t->count;
}

static const struct {
    const char *name, *settings, *more; /* of the refresh after the change */
    const char *change;
    unsigned told;
    bool reread;
    int rc;
} ring_rows[] = {
    {"refresh keeps the ring", "", "", OTHER_DEFAULT, 1, false, 0},
    {"and one that is gone", "", "", NO_RING, 1, false, 0},
    {"another ring is no news", "", "", OTHER_RING, 0, false, 0},
    {"a new instance reads it", "",
     "}\nEnvironmentUserInstance 2\nTTLSEnvironmentAdvancedParms\n{\n",
     OTHER_DEFAULT, 0, true, 0},
    {"watch_rings reads it", "watch_rings = true;", "", OTHER_DEFAULT, 0, true,
     0},
    {"watch_rings sees only this ring", "watch_rings = true;", "", OTHER_RING,
     0, false, 0},
    {"watch_rings refuses without a ring",
     "watch_rings = true; stale_environments = \"fail\";", "", NO_RING, 0, true,
     202},
    {"or keeps the one before", "watch_rings = true;", "", NO_RING, 0, false,
     0},
};

START_TEST(ring_changes)
{
    struct environment_link a, b;
    struct told told;
    struct testring *own = testring_new(NULL);
    struct rig r;

    rig_open(&r, own, "", "");
    link_in(&r, &a);
    change(own, ring_rows[_i].change);
    link_in(&r, &b);
    ck_assert(!b.opened); /* a change alone is none */
    ck_assert_msg(refresh(&r, ring_rows[_i].settings, ring_rows[_i].more,
                          &told) == ring_rows[_i].told,
                  "%s: told %u times", ring_rows[_i].name, told.count);
    if (told.count != 0) {
        ck_assert_str_eq(told.action, "eIn");
        ck_assert_str_eq(told.ring, "SERVER/Test.Ring");
        ck_assert_uint_eq(told.envid, a.envid);
    }
    link_in(&r, &b);
    ck_assert_msg(b.opened == (ring_rows[_i].reread || b.stale), "%s",
                  ring_rows[_i].name);
    ck_assert_msg((b.envid != a.envid) == ring_rows[_i].reread, "%s",
                  ring_rows[_i].name);
    ck_assert_int_eq(b.rc, ring_rows[_i].rc);
    rig_close(&r);
    testring_free(own);
}
END_TEST

START_TEST(newer_ring_is_told_once)
{
    struct environment_link a;
    struct told told;
    struct testring *own = testring_new(NULL);
    struct rig r;

    rig_open(&r, own, "", "");
    link_in(&r, &a);
    ck_assert_uint_eq(refresh(&r, "", "", &told), 0);
    change(own, OTHER_DEFAULT);
    ck_assert_uint_eq(refresh(&r, "", "", &told), 1);
    ck_assert_uint_eq(refresh(&r, "", "", &told), 0);
    ck_assert_uint_eq(refresh(&r, "", "", &told), 0);
    /* the environment that was made of it may become old in its turn */
    ck_assert_uint_eq(refresh(&r, "", "HandshakeTimeout 7", &told), 0);
    link_in(&r, &a);
    ck_assert(a.opened);
    ck_assert_uint_eq(refresh(&r, "", "HandshakeTimeout 7", &told), 0);
    change(own, NO_RING);
    ck_assert_uint_eq(refresh(&r, "", "HandshakeTimeout 7", &told), 1);
    rig_close(&r);
    testring_free(own);
}
END_TEST

/* With watch_rings the next connection sees it, without any refresh, and only
 * that one opens it anew. */
START_TEST(watched_ring_is_read_by_the_next_connection)
{
    struct environment_link a, b, c;
    struct testring *own = testring_new(NULL);
    struct rig r;

    rig_open(&r, own, "watch_rings = true;", "");
    link_in(&r, &a);
    link_in(&r, &b);
    ck_assert(a.opened && !b.opened);
    change(own, OTHER_DEFAULT);
    link_in(&r, &b);
    link_in(&r, &c);
    ck_assert(b.opened && !c.opened);
    ck_assert_uint_ne(a.envid, b.envid);
    ck_assert_uint_eq(b.envid, c.envid);
    rig_close(&r);
    testring_free(own);
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
                      NULL, &l);
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
TEST(swap_leaves_the_old_one)
TEST(unchanged_environment_is_kept)
TEST_ROWS(other_settings_keep_nothing, others)
TEST_ROWS(names_what_has_changed, changes)
TEST(ttls_follows_a_change_of_the_configuration_only)
TEST_ROWS(ring_changes, ring_rows)
TEST(newer_ring_is_told_once)
TEST(watched_ring_is_read_by_the_next_connection)
TEST(threads_share_while_it_is_swapped)
TESTS_END
