/* Environments that can't be opened: remembered, kept over a refresh, opened
 * again. */

#include "site/snapshot.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "support/rig.h"
#include "support/suite.h"
#include "tls/session.h"

/* ---- what is read, and when ---- */

static atomic_uint opened;     /* environments that were tried */
static atomic_uint indexes;    /* of owners, that were read */
static _Atomic uint64_t later; /* milliseconds that have passed too */

uint64_t __real_openings_clock(void);
uint64_t __wrap_openings_clock(void);
uint64_t __wrap_openings_clock(void)
{
    static _Atomic uint64_t start;

    if (start == 0)
        start = __real_openings_clock();
    return start + later; /* a slow machine is no reason to try again */
}

int __real_environment_open(const struct environment_params *params,
                            struct environment **ret, struct tls_outcome *why);
int __wrap_environment_open(const struct environment_params *params,
                            struct environment **ret, struct tls_outcome *why);
int __wrap_environment_open(const struct environment_params *params,
                            struct environment **ret, struct tls_outcome *why)
{
    atomic_fetch_add(&opened, 1);
    return __real_environment_open(params, ret, why);
}

static time_t years; /* that have passed too, in seconds */

time_t __real_time(time_t *t);
time_t __wrap_time(time_t *t);
time_t __wrap_time(time_t *t)
{
    time_t now = __real_time(NULL) + years;

    if (t != NULL)
        *t = now;
    return now;
}

struct saf;
int __real_saf_disk_read(const struct saf *saf, const char *name, bool secret,
                         char **data, size_t *len, struct error *err);
int __wrap_saf_disk_read(const struct saf *saf, const char *name, bool secret,
                         char **data, size_t *len, struct error *err);
int __wrap_saf_disk_read(const struct saf *saf, const char *name, bool secret,
                         char **data, size_t *len, struct error *err)
{
    if (strstr(name, "/index.cfg") != NULL)
        atomic_fetch_add(&indexes, 1);
    return __real_saf_disk_read(saf, name, secret, data, len, err);
}

static struct testring *rings;

static void setup(void)
{
    rings = testring_new(NULL);
}

static void teardown(void)
{
    testring_free(rings);
}

static void change(const char *job)
{
    ck_assert_msg(testring_run(rings, job) == 0, "%s", testring_output(rings));
}

static const struct policy_rule *inbound(const struct snapshot *s)
{
    struct policy_conn c = {.direction = POLICY_INBOUND, .jobname = "RIG"};
    const struct policy_rule *rule = NULL;

    ck_assert_int_eq(policy_match(snapshot_policy(s), &c, NULL, NULL, &rule),
                     POLICY_MATCHED);
    return rule;
}

/* What a connection to the inbound listener gets, as USERID. */
static void link_as(struct rig *r, const char *userid,
                    struct environment_link *ret)
{
    struct snapshot *s = snapshots_get(r->snapshots);

    snapshot_link(s, r->snapshots, inbound(s), userid, NULL, ret);
    environment_unref(ret->env);
    snapshot_unref(s);
}

/* The return code of the connection's session before its first byte. */
static int begin_session(struct rig *r)
{
    struct snapshot *s = snapshots_get(r->snapshots);
    struct session_params params = {.target = NULL};
    struct session *session = NULL;
    struct environment_link l;
    struct tls_outcome why;
    int rc;

    snapshot_link(s, r->snapshots, inbound(s), "SERVER", NULL, &l);
    ck_assert_int_eq(l.rc, 0);
    params.env = l.env;
    params.eff = policy_rule_effective(inbound(s));
    rc = session_new(&params, &session, &why);
    session_free(session);
    environment_unref(l.env);
    snapshot_unref(s);
    return rc;
}

static void link_in(struct rig *r, struct environment_link *ret)
{
    link_as(r, "SERVER", ret);
}

/* SERVER's private key. */
#define KEY "SERVER/cert-1.key"

static void take_key_away(bool away)
{
    char here[600], there[600];

    snprintf(here, sizeof(here), "%s/" KEY, testring_dir(rings));
    snprintf(there, sizeof(there), "%s/key", testring_dir(rings));
    ck_assert_int_eq(away ? rename(here, there) : rename(there, here), 0);
}

/* F13: what the store has no ring for is looked for once, however many ask,
 * and again, under a new ENVID, when the store is another. */
START_TEST(failure_is_remembered)
{
    struct environment_link a, b;
    struct rig r;
    int i;

    rig_open(&r, rings, "", "");
    link_as(&r, "NOBODY", &a);
    ck_assert(a.opened);
    ck_assert_int_eq(a.rc, 202);
    later += 3600 * 1000;
    for (i = 0; i < 100; i++) {
        link_as(&r, "NOBODY", &b);
        ck_assert(!b.opened);
        ck_assert_int_eq(b.rc, 202);
        ck_assert_uint_eq(b.envid, a.envid);
        ck_assert_str_eq(b.why.reason, a.why.reason);
    }
    ck_assert_uint_eq(opened, 1);
    change("RACDCERT ID(CLIENT) ADDRING(Another.Ring)");
    link_as(&r, "NOBODY", &b);
    ck_assert(b.opened);
    ck_assert_uint_ne(b.envid, a.envid);
    ck_assert_uint_eq(opened, 2);
    rig_close(&r);
}
END_TEST

/* However many users a store has: those whom a ring names are read. */
START_TEST(owners_of_the_ring_are_read_and_no_others)
{
    struct environment_link a;
    struct rig r;

    change("ADDUSER OTHER1\nRACDCERT ID(OTHER1) ADDRING(Test.Ring)\n"
           "ADDUSER OTHER2\nRACDCERT ID(OTHER2) ADDRING(Test.Ring)\n");
    rig_open(&r, rings, "", "");
    indexes = 0;
    link_in(&r, &a);
    ck_assert_int_eq(a.rc, 0);
    ck_assert_uint_eq(indexes, 2); /* SERVER's and CERTAUTH's */
    indexes = 0;
    link_as(&r, "NOBODY", &a);
    ck_assert_int_eq(a.rc, 202);
    ck_assert_uint_eq(indexes, 0);
    rig_close(&r);
}
END_TEST

/* SAFCheck needs all owners: they are read here, for a handshake to find. */
START_TEST(users_of_certificates_are_read_before_the_handshake)
{
    struct environment_link a;
    struct rig r;

    rig_open(&r, rings, "", "ClientAuthType SAFCheck");
    link_in(&r, &a);
    ck_assert_int_eq(a.rc, 0);
    indexes = 0;
    link_in(&r, &a);
    ck_assert_uint_eq(indexes, 0);
    change("RACDCERT ID(CLIENT) ADDRING(Another.Ring)");
    indexes = 0;
    link_in(&r, &a);
    ck_assert(!a.opened);
    ck_assert_uint_eq(indexes, 3); /* of all owners */
    link_in(&r, &a);
    ck_assert_uint_eq(indexes, 3);
    rig_close(&r);
}
END_TEST

/* What no stamp of the store shows is looked at again after a while. */
START_TEST(file_that_comes_back_is_seen)
{
    struct environment_link a;
    struct rig r;

    rig_open(&r, rings, "", "");
    take_key_away(true);
    link_in(&r, &a);
    ck_assert_int_eq(a.rc, 202);
    take_key_away(false);
    link_in(&r, &a);
    ck_assert_int_eq(a.rc, 202);
    ck_assert_uint_eq(opened, 1);
    later += 5000;
    link_in(&r, &a);
    ck_assert_int_eq(a.rc, 0);
    rig_close(&r);
}
END_TEST

/* ---- a refresh that can't open what it changes ---- */

/* The same parameters in another block, as the last one counts. */
#define INSTANCE(n)                                                            \
    "}\nEnvironmentUserInstance " #n "\nTTLSEnvironmentAdvancedParms\n{\n"     \
    "TLSv1 Off\nTLSv1.1 Off\nTLSv1.2 On\n"

static const struct {
    const char *name, *before, *settings, *more; /* of the refresh */
    const char *job;                             /* what else was done */
    bool stale;                                  /* the one before is used */
    const char *reason;
} broken_rows[] = {
    {"kept", "", "", INSTANCE(2), NULL, true, ""},
    {"as on z/OS", "", "stale_environments = \"fail\";", INSTANCE(2), NULL,
     false, ""},
    {"another parameter", "", "", "HandshakeTimeout 7", NULL, false, ""},
    {"another setting", "", "min_rsa = 1024;", INSTANCE(2), NULL, false, ""},
    {"the ring is gone", "", "", INSTANCE(2),
     "RACDCERT ID(SERVER) DELRING(Test.Ring)", true, "no key ring"},
    {"the authority is not connected any more", "", "", INSTANCE(2),
     "RACDCERT ID(SERVER) REMOVE(CERTAUTH LABEL('Test CA') RING(Test.Ring))",
     true, ""},
    {"certificate NOTRUST", "", "", INSTANCE(2),
     "RACDCERT ID(SERVER) ALTER(LABEL('SERVER')) NOTRUST", false,
     "the certificate 'SERVER' of ID(SERVER) has status NOTRUST now"},
    {"certificate deleted", "", "", INSTANCE(2),
     "RACDCERT CERTAUTH DELETE(LABEL('Test CA'))", false,
     "the certificate 'Test CA' of CERTAUTH is not stored any more"},
    {"authority NOTRUST", "", "", INSTANCE(2),
     "RACDCERT CERTAUTH ALTER(LABEL('Test CA')) NOTRUST", false,
     "the certificate 'Test CA' of CERTAUTH has status NOTRUST now"},
    {"user revoked", "", "", INSTANCE(2), "ALTUSER SERVER REVOKE", false,
     "revoked"},
    {"watch_rings", "watch_rings = true;", "watch_rings = true;", "",
     "ALTUSER SERVER NAME('S')", true, ""},
    {"watch_rings as before 0.2", "watch_rings = true;",
     "watch_rings = true; stale_environments = \"fail\";", "",
     "ALTUSER SERVER NAME('S')", false, ""},
};

struct heard {
    unsigned count, stale;
    int rc;
    char reason[256];
};

static void hear(void *arg, const struct environment_trouble *t)
{
    struct heard *h = arg;

    if (strcmp(t->userid, "SERVER") != 0)
        return; /* whose ring an authority may take along */
    ck_assert_uint_ne(t->grpid, 0);
    ck_assert(!t->opening);
    h->count++;
    h->stale += t->stale;
    h->rc = t->why->rc;
    snprintf(h->reason, sizeof(h->reason), "%.*s", (int)sizeof(h->reason) - 1,
             t->why->reason);
}

static unsigned refresh(struct rig *r, const char *settings, const char *more,
                        struct heard *h)
{
    struct snapshot *next;
    char text[200];
    unsigned failed;

    snprintf(text, sizeof(text), "open_limit = 600; %s", settings);
    next = rig_load(r, text, more);
    failed = snapshot_open_changed(r->snapshots, next);
    *h = (struct heard){0};
    snapshots_swap(r->snapshots, next);
    next = snapshots_get(r->snapshots);
    snapshot_each_trouble(next, hear, h);
    snapshot_unref(next);
    ck_assert_uint_ge(failed, h->count);
    return h->count;
}

static bool is_current(struct rig *r, uint32_t envid)
{
    struct snapshot *s = snapshots_get(r->snapshots);
    bool has = snapshot_has_environment(s, envid);

    snapshot_unref(s);
    return has;
}

static atomic_uint told;

static void count_told(void *arg, const struct environment_trouble *t,
                       bool reminder)
{
    (void)arg;
    if (!reminder && t->why->rc != 0 && strcmp(t->userid, "SERVER") == 0)
        atomic_fetch_add(&told, 1);
}

START_TEST(broken_ring_at_a_refresh)
{
    const char *name = broken_rows[_i].name;
    bool stale = broken_rows[_i].stale;
    struct environment_link a, b;
    struct heard h;
    struct rig r;

    rig_open(&r, rings, broken_rows[_i].before, "");
    snapshots_watch(r.snapshots, count_told, NULL);
    link_in(&r, &a);
    if (broken_rows[_i].job != NULL)
        change(broken_rows[_i].job);
    take_key_away(true);
    ck_assert_msg(
        refresh(&r, broken_rows[_i].settings, broken_rows[_i].more, &h) == 1,
        "%s: it was opened", name);
    ck_assert_uint_eq(told, 1);
    ck_assert_msg(h.rc == 202, "%s: %d %s", name, h.rc, h.reason);
    ck_assert_msg(strstr(h.reason, broken_rows[_i].reason) != NULL, "%s: %s",
                  name, h.reason);
    ck_assert_msg(h.stale == stale, "%s: %s", name, h.reason);
    link_in(&r, &b);
    ck_assert_msg(b.stale == stale, "%s", name);
    ck_assert_msg(b.rc == (stale ? 0 : 202), "%s: %d", name, b.rc);
    ck_assert_msg((b.envid == a.envid) == stale, "%s", name);
    ck_assert_msg(!stale || b.env == a.env, "%s", name);
    ck_assert(!b.opened); /* its lines are there */
    ck_assert(!is_current(&r, a.envid));
    later += 5000; /* what may be tried again says nothing new */
    link_in(&r, &b);
    ck_assert(!b.opened && b.stale == stale);
    ck_assert_uint_eq(told, 1);
    rig_close(&r);
}
END_TEST

/* Without a further refresh; and the next one is well, too. */
START_TEST(mended_ring_is_used)
{
    struct environment_link a, b;
    struct heard h;
    struct rig r;

    rig_open(&r, rings, "", "");
    link_in(&r, &a);
    take_key_away(true);
    ck_assert_uint_eq(refresh(&r, "", INSTANCE(2), &h), 1);
    /* and as long as it is broken each refresh says so */
    ck_assert_uint_eq(refresh(&r, "", INSTANCE(2), &h), 1);
    ck_assert_uint_eq(refresh(&r, "", INSTANCE(3), &h), 1);
    ck_assert_uint_eq(h.stale, 1);
    take_key_away(false);
    change("RACDCERT ID(CLIENT) ADDRING(Another.Ring)");
    link_in(&r, &b);
    ck_assert_int_eq(b.rc, 0);
    ck_assert(b.opened && !b.stale);
    ck_assert_uint_ne(a.envid, b.envid);
    ck_assert(is_current(&r, b.envid));
    ck_assert_uint_eq(refresh(&r, "", INSTANCE(3), &h), 0);
    link_in(&r, &a);
    ck_assert_uint_eq(a.envid, b.envid);
    rig_close(&r);
}
END_TEST

/* NOTRUST ends it without a refresh. */
START_TEST(stale_one_ends_with_its_certificate)
{
    struct environment_link a;
    struct heard h;
    struct rig r;

    rig_open(&r, rings, "", "");
    link_in(&r, &a);
    take_key_away(true);
    ck_assert_uint_eq(refresh(&r, "", INSTANCE(2), &h), 1);
    link_in(&r, &a);
    ck_assert_int_eq(a.rc, 0);
    change("RACDCERT ID(SERVER) ALTER(LABEL('SERVER')) NOTRUST");
    link_in(&r, &a);
    ck_assert_int_eq(a.rc, 202);
    ck_assert_ptr_nonnull(strstr(a.why.reason, "NOTRUST"));
    rig_close(&r);
}
END_TEST

/* It is never used past the end of the certificate that it shows. */
START_TEST(stale_one_ends_with_its_dates)
{
    struct environment_link a;
    struct heard h;
    struct rig r;

    rig_open(&r, rings, "", "");
    link_in(&r, &a);
    take_key_away(true);
    ck_assert_uint_eq(refresh(&r, "", INSTANCE(2), &h), 1);
    ck_assert_uint_eq(h.stale, 1);
    ck_assert_int_eq(begin_session(&r), 0);
    years = (time_t)30 * 366 * 86400;
    ck_assert_int_eq(begin_session(&r), 401);
    rig_close(&r);
}
END_TEST

/* With watch_rings it is the connections that find it. */
START_TEST(watched_ring_that_breaks)
{
    struct environment_link a, b;
    struct rig r;

    rig_open(&r, rings, "watch_rings = true;", "");
    snapshots_watch(r.snapshots, count_told, NULL);
    link_in(&r, &a);
    change("RACDCERT ID(SERVER) DELRING(Test.Ring)");
    link_in(&r, &b);
    ck_assert_int_eq(b.rc, 0);
    ck_assert(b.stale && !b.opened);
    ck_assert_uint_eq(a.envid, b.envid);
    ck_assert_uint_eq(told, 1);
    change("RACDCERT ID(SERVER) DELETE(LABEL('SERVER'))");
    link_in(&r, &b);
    ck_assert_int_eq(b.rc, 202);
    ck_assert_uint_eq(told, 2);
    rig_close(&r);
}
END_TEST

/* The rings that user ids of listeners mean are opened although nobody has
 * used them yet; what is open already is not read again. */
START_TEST(refresh_opens_what_listeners_name)
{
    struct heard h;
    struct rig r;

    rig_open(&r, rings, "", "");
    ck_assert_uint_eq(refresh(&r, "", "", &h), 0);
    ck_assert_uint_eq(opened, 2); /* SERVER's and CLIENT's */
    ck_assert_uint_eq(refresh(&r, "", "", &h), 0);
    ck_assert_uint_eq(opened, 2);
    change("RACDCERT ID(SERVER) DELRING(Test.Ring)");
    ck_assert_uint_eq(refresh(&r, "", "HandshakeTimeout 7", &h), 1);
    ck_assert_uint_eq(opened, 4);
    ck_assert_uint_eq(h.stale, 0);
    rig_close(&r);
}
END_TEST

TESTS_BEGIN("snapshot_env")
tcase_add_checked_fixture(tc, setup, teardown);
TEST(failure_is_remembered)
TEST(owners_of_the_ring_are_read_and_no_others)
TEST(users_of_certificates_are_read_before_the_handshake)
TEST(file_that_comes_back_is_seen)
TEST_ROWS(broken_ring_at_a_refresh, broken_rows)
TEST(mended_ring_is_used)
TEST(stale_one_ends_with_its_certificate)
TEST(stale_one_ends_with_its_dates)
TEST(watched_ring_that_breaks)
TEST(refresh_opens_what_listeners_name)
TESTS_END
