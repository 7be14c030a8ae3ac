/* Opening rings, sharing contexts, threads, and every call that can fail. */
#include "tls/environment.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/faults.h"
#include "support/faults_tls.h"
#include "support/suite.h"
#include "support/tlspair.h"
#include "tls/session_private.h"

enum { ROOM = 64 * 1024 };

#define V13 "TLSv1.3 On\nTLSv1.2 Off\n"

static struct testring *t;

static void setup(void)
{
    t = testring_new(NULL);
}

static void teardown(void)
{
    testring_free(t);
}

/* ---- what can't be opened ---- */

static const struct {
    const char *name, *userid, *ring, *adv;
    unsigned faults;
    int rc;
    const char *reason;
} rows[] = {
    {"good", "SERVER", NULL, NULL, 0, 0, ""},
    {"owner and ring", "SERVER", "Keyring SERVER/Test.Ring", NULL, 0, 0, ""},
    {"unknown ring", "SERVER", "Keyring Other.Ring", NULL, 0, 202,
     "SERVER has no key ring Other.Ring"},
    {"case of the ring", "SERVER", "Keyring test.ring", NULL, 0, 202,
     "there is Test.Ring"},
    {"unknown user", "NOBODY", NULL, NULL, 0, 202, "NOBODY is not defined"},
    {"another user's ring", "CLIENT", "Keyring SERVER/Test.Ring", NULL, 0, 202,
     "SERVER"},
    {"no authority on it", "SERVER", NULL, NULL, TESTRING_NO_CA, 109,
     "usage CERTAUTH"},
    {"CERTAUTH has certificates, and no rings", "SERVER",
     "Keyring irrcerta/Test.Ring", NULL, 0, 202, "has no key rings"},
    {"a token", "SERVER", "Keyring *TOKEN*/x", NULL, 0, 202,
     "name it with pkcs11_module in attlsd.conf"},
    {"a key database", "SERVER", "Keyring /etc/key.kdb", NULL, 0, 202,
     "gskkyman"},
    {"label", "SERVER", NULL, "CertificateLabel SERVER", 0, 0, ""},
    {"unknown label", "SERVER", NULL, "CertificateLabel server", 0, 6,
     "label 'server'"},
    {"label NOTRUST", "SERVER", NULL, "CertificateLabel SERVER",
     TESTRING_NOTRUST, 6, "is NOTRUST"},
    {"unknown label of a list", "SERVER", NULL,
     "ServerCertificateLabel SERVER\nServerCertificateLabel no", 0, 6,
     "label 'no'"},
    {"the list replaces the label", "SERVER", NULL,
     "ServerCertificateLabel SERVER\nCertificateLabel no", 0, 0, ""},
};

START_TEST(an_environment_opens_or_says_why_not)
{
    struct testring *own =
        testring_new(&(struct testring_options){.server = rows[_i].faults});
    struct tls_side side = {.role = "Server",
                            .userid = rows[_i].userid,
                            .ring = rows[_i].ring,
                            .adv = rows[_i].adv};
    struct tls_setup s;
    int rc = tls_setup_open(&s, own, &side);

    ck_assert_msg(rc == rows[_i].rc, "%s: %d %s", rows[_i].name, rc,
                  s.why.reason);
    ck_assert_int_eq(s.why.rc, rc);
    ck_assert_msg(strstr(s.why.reason, rows[_i].reason) != NULL, "%s: %s",
                  rows[_i].name, s.why.reason);
    ck_assert_int_eq(s.env == NULL, rc != 0);
    if (rc == 0) {
        ck_assert_str_eq(environment_ring(s.env), "SERVER/Test.Ring");
        ck_assert_uint_ne(environment_handle(s.env), 0);
    }
    tls_setup_done(&s);
    testring_free(own);
}
END_TEST

/* Virtual rings: all certificates of one owner, as their kind. */
static const struct {
    const char *name, *server, *client; /* lines of TTLSKeyringParms */
    const char *adv;                    /* of the server */
    int s_open, s_new, c_open;
    bool good;
} virtual_rings[] = {
    {"all authorities, for a client", "Keyring Test.Ring", "Keyring *AUTH*/*",
     NULL, 0, 0, 0, true},
    {"all of a user hold no authority", "Keyring SERVER/*", "Keyring *AUTH*/*",
     "CertificateLabel SERVER", 109, 0, 0, false},
    {"a server has no default on a virtual ring", "Keyring *AUTH*/*",
     "Keyring *AUTH*/*", NULL, 0, 7, 0, false},
    {"an authority's key is not a server's", "Keyring *AUTH*/*",
     "Keyring *AUTH*/*", "CertificateLabel Test CA", 0, 428, 0, false},
    {"no site certificate", "Keyring Test.Ring", "Keyring *SITE*/*", NULL, 0, 0,
     109, false},
};

START_TEST(a_virtual_ring)
{
    struct tls_side s = {.role = "Server",
                         .ring = virtual_rings[_i].server,
                         .adv = virtual_rings[_i].adv};
    struct tls_side c = {.role = "Client", .ring = virtual_rings[_i].client};
    struct tls_setup ss, cs;
    struct tls_end se = {0}, ce = {0};
    int s_open, s_new = 0, c_open;

    s_open = tls_setup_open(&ss, t, &s);
    ck_assert_msg(s_open == virtual_rings[_i].s_open, "%s: %d %s",
                  virtual_rings[_i].name, s_open, ss.why.reason);
    if (s_open == 0)
        s_new = tls_end_open(&se, &ss, ROOM);
    ck_assert_msg(s_new == virtual_rings[_i].s_new, "%s: %d %s",
                  virtual_rings[_i].name, s_new, tls_reason(&se));
    c_open = tls_setup_open(&cs, t, &c);
    ck_assert_msg(c_open == virtual_rings[_i].c_open, "%s: %d %s",
                  virtual_rings[_i].name, c_open, cs.why.reason);
    if (virtual_rings[_i].good) {
        ck_assert_int_eq(tls_end_open(&ce, &cs, ROOM), 0);
        ck_assert_msg(tls_shake(&se, &ce), "%s: %s", virtual_rings[_i].name,
                      tls_reason(&ce));
        tls_end_done(&ce);
    }
    tls_end_done(&se);
    tls_setup_done(&ss);
    tls_setup_done(&cs);
}
END_TEST

START_TEST(an_unreadable_database_is_202)
{
    static const struct tls_side side = {.role = "Server"};
    struct testring *own = testring_new(NULL);
    struct tls_setup s;

    /* others may write: not to be believed */
    ck_assert_int_eq(chmod(testring_dir(own), 0777), 0);
    ck_assert_int_eq(tls_setup_open(&s, own, &side), 202);
    tls_setup_done(&s);
    ck_assert_int_eq(chmod(testring_dir(own), 0700), 0);
    ck_assert_int_eq(tls_setup_open(&s, own, &side), 0);
    tls_setup_done(&s);
    testring_free(own);
    own = testring_empty();
    ck_assert_int_eq(tls_setup_open(&s, own, &side), 202);
    tls_setup_done(&s);
    testring_free(own);
}
END_TEST

/* One certificate is damaged, the database is not. */
START_TEST(a_damaged_certificate_is_10)
{
    static const struct tls_side side = {.role = "Server"};
    struct testring *own = testring_new(NULL);
    struct tls_setup setup;
    char path[256];
    FILE *f;

    snprintf(path, sizeof(path), "%s/SERVER/cert-1.pem", testring_dir(own));
    f = fopen(path, "r+");
    ck_assert_ptr_nonnull(f);
    fputs("-----BEGIN CERTIFICATE-----\n!", f);
    fclose(f);
    ck_assert_int_eq(tls_setup_open(&setup, own, &side), 10);
    ck_assert_ptr_nonnull(
        strstr(setup.why.reason, "cert-1.pem: not a certificate in PEM form"));
    tls_setup_done(&setup);
    testring_free(own);
}
END_TEST

/* The ring is a copy: what happens to the store afterwards is not seen. */
START_TEST(the_ring_is_read_once)
{
    static const struct tls_side side = {.role = "Server"};
    struct testring *own = testring_new(NULL);
    struct tls_setup s, later;
    struct tls_end e;

    ck_assert_int_eq(tls_setup_open(&s, own, &side), 0);
    ck_assert_int_eq(
        testring_run(own, "RACDCERT ID(SERVER) CONNECT(LABEL('SERVER') +\n"
                          " RING(Test.Ring) USAGE(SITE) DEFAULT)\n"),
        0);
    ck_assert_int_eq(tls_end_open(&e, &s, ROOM), 0);
    tls_end_done(&e);
    ck_assert_int_eq(tls_setup_open(&later, own, &side), 0);
    ck_assert_int_eq(tls_end_open(&e, &later, ROOM), 428);
    tls_end_done(&e);
    tls_setup_done(&s);
    tls_setup_done(&later);
    testring_free(own);
}
END_TEST

/* ---- what is stored is not what was read ---- */

#define OF_SERVER "RACDCERT ID(SERVER) "

static const struct {
    const char *name, *job;
    bool changed;
} changes[] = {
    {"another ring", OF_SERVER "ADDRING(Other.Ring)", false},
    {"a certificate that is not connected",
     OF_SERVER "GENCERT SUBJECTSDN(CN('x')) WITHLABEL('x') NISTECC", false},
    {"the same connected again",
     OF_SERVER "CONNECT(LABEL('SERVER') RING(Test.Ring) DEFAULT)", false},
    {"default", OF_SERVER "CONNECT(LABEL('SERVER') RING(Test.Ring))", true},
    {"usage",
     OF_SERVER "CONNECT(LABEL('SERVER') RING(Test.Ring) DEFAULT USAGE(SITE))",
     true},
    {"trust", OF_SERVER "ALTER(LABEL('SERVER')) NOTRUST", true},
    {"label", OF_SERVER "ALTER(LABEL('SERVER')) NEWLABEL('server')", true},
    {"a certificate more",
     OF_SERVER "CONNECT(ID(CLIENT) LABEL('CLIENT') RING(Test.Ring))", true},
    {"a certificate less", OF_SERVER "REMOVE(LABEL('SERVER') RING(Test.Ring))",
     true},
    {"no ring", OF_SERVER "DELRING(Test.Ring)", true},
};

static struct environment_params params_of(const struct testring *own,
                                           const struct tls_setup *s)
{
    return (struct environment_params){
        .where.racf = testring_dir(own), .userid = "SERVER", .eff = s->eff};
}

/* Asked twice: what is remembered is no other answer. */
static void check_changed(const char *name, struct tls_setup *s,
                          const struct environment_params *params, bool changed)
{
    int i;

    for (i = 0; i < 2; i++)
        ck_assert_msg(environment_ring_changed(s->env, params) == changed,
                      "%s, question %d", name, i);
}

START_TEST(a_changed_ring_is_noticed)
{
    static const struct tls_side side = {.role = "Server"};
    struct testring *own = testring_new(NULL);
    struct environment_params params;
    struct tls_setup s;

    ck_assert_int_eq(tls_setup_open(&s, own, &side), 0);
    params = params_of(own, &s);
    check_changed("nothing", &s, &params, false);
    ck_assert_msg(testring_run(own, changes[_i].job) == 0, "%s",
                  testring_output(own));
    check_changed(changes[_i].name, &s, &params, changes[_i].changed);
    tls_setup_done(&s);
    testring_free(own);
}
END_TEST

static void export_to(struct testring *own, const char *path, const char *user)
{
    char job[400];

    unlink(path);
    snprintf(job, sizeof(job),
             "RACDCERT ID(%s) EXPORT(LABEL('%s')) +\n DSN('%s') +\n"
             " FORMAT(PKCS12DER) PASSWORD('secret')\n",
             user, user, path);
    ck_assert_msg(testring_run(own, job) == 0, "%s", testring_output(own));
}

START_TEST(a_changed_file_is_noticed)
{
    struct testring *own = testring_new(NULL);
    struct environment_params params;
    char path[300], ring[400];
    struct tls_side side = {.role = "Server", .ring = ring};
    struct tls_setup s;

    snprintf(path, sizeof(path), "%s/own.p12", testring_dir(own));
    snprintf(ring, sizeof(ring), "Keyring %s\nKeyringPw secret", path);
    export_to(own, path, "SERVER");
    ck_assert_int_eq(tls_setup_open(&s, own, &side), 0);
    params = params_of(own, &s);
    check_changed("nothing", &s, &params, false);
    export_to(own, path, "SERVER"); /* other bytes, the same certificates */
    check_changed("written again", &s, &params, false);
    export_to(own, path, "CLIENT");
    check_changed("another's", &s, &params, true);
    unlink(path);
    check_changed("removed", &s, &params, true);
    tls_setup_done(&s);
    testring_free(own);
}
END_TEST

static const struct {
    const char *keyword, *env, *adv, *gsk;
} refused[] = {
    {"ApplicationControlled", NULL, "ApplicationControlled On", NULL},
    {"SecondaryMap", NULL, "SecondaryMap On", NULL},
    {"OcspAiaEnable", NULL, NULL, "TTLSGskOcspParms\n{\nOcspAiaEnable On\n}"},
    {"HttpCdpEnable", NULL, NULL,
     "TTLSGskHttpCdpParms\n{\nHttpCdpEnable On\n}"},
    {"GSK_LDAP_SERVER", NULL, NULL,
     "TTLSGskLdapParms\n{\nGSK_LDAP_SERVER ldap.example\n}"},
};

START_TEST(a_refused_parameter_is_named_with_its_place)
{
    struct tls_side side = {.role = "Server",
                            .env = refused[_i].env,
                            .adv = refused[_i].adv,
                            .gsk = refused[_i].gsk};
    struct tls_setup s;
    struct tls_end e;
    char want[64];

    ck_assert_int_eq(tls_setup_open(&s, t, &side), 0);
    ck_assert_int_eq(tls_end_open(&e, &s, ROOM), 5006);
    snprintf(want, sizeof(want), "%s (test:", refused[_i].keyword);
    ck_assert_msg(strncmp(tls_reason(&e), want, strlen(want)) == 0, "%s",
                  tls_reason(&e));
    tls_end_done(&e);
    tls_setup_done(&s);
}
END_TEST

/* ---- sharing ---- */

START_TEST(equal_settings_share_a_context)
{
    static const struct tls_side plain = {.role = "Server"};
    static const struct tls_side other = {
        .role = "Server", .conn = "HandshakeTimeout 30", .env = "Trace 7"};
    static const struct tls_side mutual = {.role = "Server",
                                           .conn_role = "ServerWithClientAuth"};
    struct tls_setup a, b, c;
    struct tls_end one, two, three;

    ck_assert_int_eq(tls_setup_open(&a, t, &plain), 0);
    ck_assert_int_eq(tls_setup_open(&b, t, &other), 0);
    ck_assert_int_eq(tls_setup_open(&c, t, &mutual), 0);
    environment_unref(b.env);
    environment_unref(c.env);
    b.env = environment_ref(a.env);
    c.env = environment_ref(a.env);
    ck_assert_int_eq(tls_end_open(&one, &a, ROOM), 0);
    ck_assert_int_eq(tls_end_open(&two, &b, ROOM), 0);
    ck_assert_int_eq(tls_end_open(&three, &c, ROOM), 0);
    ck_assert_ptr_eq(one.session->context, two.session->context);
    ck_assert_ptr_ne(one.session->context, three.session->context);
    /* a session holds its environment, and the environment needs no policy */
    tls_setup_done(&a);
    tls_setup_done(&b);
    tls_setup_done(&c);
    ck_assert_int_eq(tls_end_step(&one), SESSION_WANT_READ);
    tls_end_done(&one);
    tls_end_done(&two);
    tls_end_done(&three);
    environment_unref(NULL);
}
END_TEST

/* ---- threads ---- */

enum { THREADS = 4, ROUNDS = 12 };

struct job {
    struct tls_setup *server, *client;
    int number;
    atomic_int *good;
};

static void *shake_often(void *arg)
{
    struct job *j = arg;
    int i;

    for (i = 0; i < ROUNDS; i++) {
        struct tls_end s, c;
        struct tls_setup *server = &j->server[(i + j->number) % 3];

        if (tls_end_open(&s, server, ROOM) == 0 &&
            tls_end_open(&c, j->client, ROOM) == 0) {
            if (tls_shake(&s, &c) && tls_say(&c, &s, "hello"))
                atomic_fetch_add(j->good, 1);
            tls_end_done(&c);
        }
        tls_end_done(&s);
    }
    return NULL;
}

/* Several connection actions of one environment, first used at once. */
START_TEST(threads_share_an_environment)
{
    static const struct tls_side sides[] = {
        {.role = "Server", .adv = "TLSv1.3 On"},
        {.role = "Server", .adv = "TLSv1.3 On", .conn = "TLSv1.3 Off"},
        {.role = "Server",
         .adv = "TLSv1.3 On",
         .conn_role = "ServerWithClientAuth"}};
    static const struct tls_side client = {.role = "Client",
                                           .adv = "TLSv1.3 On"};
    struct tls_setup setups[3], shared[3], cs;
    struct job jobs[THREADS];
    pthread_t threads[THREADS];
    atomic_int good = 0;
    int i;

    ck_assert_int_eq(tls_setup_open(&cs, t, &client), 0);
    for (i = 0; i < 3; i++) {
        ck_assert_int_eq(tls_setup_open(&setups[i], t, &sides[i]), 0);
        shared[i] = setups[i];
        shared[i].env = setups[0].env;
    }
    for (i = 0; i < THREADS; i++) {
        jobs[i] = (struct job){shared, &cs, i, &good};
        ck_assert_int_eq(
            pthread_create(&threads[i], NULL, shake_often, &jobs[i]), 0);
    }
    for (i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    ck_assert_int_eq(good, THREADS * ROUNDS);
    for (i = 0; i < 3; i++)
        tls_setup_done(&setups[i]);
    tls_setup_done(&cs);
}
END_TEST

/* ---- SAFCheck ---- */

static const struct {
    const char *name, *adv;
    unsigned faults; /* of the client */
    int rc;
    const char *userid;
} users[] = {
    {"its own certificate", "", 0, 0, "CLIENT"},
    {"its own certificate, 1.3", V13, 0, 0, "CLIENT"},
    {"no certificate", "", TESTRING_NO_CERT, 5001, NULL},
    {"not trusted by the ring", "", TESTRING_OTHER_CA, 435, NULL},
};

START_TEST(a_certificate_belongs_to_a_user)
{
    struct testring *own =
        testring_new(&(struct testring_options){.client = users[_i].faults});
    char adv[128];
    struct tls_side s = {.role = "ServerWithClientAuth", .adv = adv};
    struct tls_side c = {.role = "Client", .adv = users[_i].adv};
    struct tls_setup ss, cs;
    struct tls_end se, ce;

    snprintf(adv, sizeof(adv), "%s\nClientAuthType SAFCheck", users[_i].adv);
    ck_assert_int_eq(tls_setup_open(&ss, own, &s), 0);
    ck_assert_int_eq(tls_setup_open(&cs, own, &c), 0);
    ck_assert_int_eq(tls_end_open(&se, &ss, ROOM), 0);
    ck_assert_int_eq(tls_end_open(&ce, &cs, ROOM), 0);
    ck_assert_int_eq(tls_shake(&se, &ce), users[_i].rc == 0);
    ck_assert_msg(tls_rc(&se) == users[_i].rc, "%s: %d %s", users[_i].name,
                  tls_rc(&se), tls_reason(&se));
    if (users[_i].userid != NULL)
        ck_assert_str_eq(session_cert_userid(se.session), users[_i].userid);
    else
        ck_assert_ptr_null(session_cert_userid(se.session));
    tls_end_done(&se);
    tls_end_done(&ce);
    tls_setup_done(&ss);
    tls_setup_done(&cs);
    testring_free(own);
}
END_TEST

/* The client still has the certificate, the database has it no more. */
static const struct {
    const char *name, *adv, *job;
    int rc;
    const char *userid;
} strangers[] = {
    {"nobody", "", "", 5002, NULL},
    {"nobody, 1.3", V13, "", 5002, NULL},
    {"a filter fits", "",
     "RACDCERT ID(SERVER) MAP SDNFILTER('O=Test') WITHLABEL('all') TRUST\n"
     "SETROPTS CLASSACT(DIGTNMAP) RACLIST(DIGTNMAP)\n"
     "SETROPTS RACLIST(DIGTNMAP) REFRESH\n",
     0, "SERVER"},
    {"a filter that is NOTRUST", "",
     "RACDCERT ID(SERVER) MAP SDNFILTER('O=Test') WITHLABEL('all') NOTRUST\n"
     "SETROPTS CLASSACT(DIGTNMAP) RACLIST(DIGTNMAP)\n"
     "SETROPTS RACLIST(DIGTNMAP) REFRESH\n",
     5002, NULL},
    {"a filter that does not fit", "",
     "RACDCERT ID(SERVER) MAP SDNFILTER('O=Elsewhere') WITHLABEL('x') TRUST\n"
     "SETROPTS CLASSACT(DIGTNMAP) RACLIST(DIGTNMAP)\n"
     "SETROPTS RACLIST(DIGTNMAP) REFRESH\n",
     5002, NULL},
};

START_TEST(a_certificate_of_nobody_is_5002)
{
    struct testring *own = testring_new(NULL);
    char adv[128];
    struct tls_side s = {.role = "ServerWithClientAuth", .adv = adv};
    struct tls_side c = {.role = "Client", .adv = strangers[_i].adv};
    struct tls_setup ss, cs;
    struct tls_end se, ce;

    snprintf(adv, sizeof(adv), "%s\nClientAuthType SAFCheck",
             strangers[_i].adv);
    ck_assert_int_eq(tls_setup_open(&cs, own, &c), 0);
    ck_assert_int_eq(
        testring_run(own, "RACDCERT ID(CLIENT) DELETE(LABEL('CLIENT'))\n"), 0);
    ck_assert_msg(testring_run(own, strangers[_i].job) == 0, "%s",
                  testring_output(own));
    ck_assert_int_eq(tls_setup_open(&ss, own, &s), 0);
    ck_assert_int_eq(tls_end_open(&se, &ss, ROOM), 0);
    ck_assert_int_eq(tls_end_open(&ce, &cs, ROOM), 0);
    ck_assert_int_eq(tls_shake(&se, &ce), strangers[_i].rc == 0);
    ck_assert_msg(tls_rc(&se) == strangers[_i].rc, "%s: %d %s",
                  strangers[_i].name, tls_rc(&se), tls_reason(&se));
    if (strangers[_i].rc == 0) {
        ck_assert_str_eq(session_cert_userid(se.session), strangers[_i].userid);
    } else {
        ck_assert_ptr_null(session_cert_userid(se.session));
        ck_assert_str_eq(session_outcome(se.session)->words.subject,
                         "CN=CLIENT,O=Test");
        ck_assert_int_eq(tls_rc(&ce), 402);
    }
    tls_end_done(&se);
    tls_end_done(&ce);
    tls_setup_done(&ss);
    tls_setup_done(&cs);
    testring_free(own);
}
END_TEST

/* ---- faults ---- */

/* One life of an environment with sessions; the return code of the step that
 * failed. */
static int live(const struct tls_side *s, const struct tls_side *c)
{
    struct tls_setup ss, cs;
    struct tls_end se = {0}, ce = {0};
    int rc;

    memset(&cs, 0, sizeof(cs));
    rc = tls_setup_open(&ss, t, s);
    if (rc == 0)
        rc = tls_end_open(&se, &ss, ROOM);
    if (rc == 0)
        rc = tls_setup_open(&cs, t, c);
    if (rc == 0)
        rc = tls_end_open(&ce, &cs, ROOM);
    if (rc == 0 && !tls_shake(&se, &ce))
        rc = tls_rc(&se) != 0 ? tls_rc(&se) : tls_rc(&ce);
    if (rc == 0 && !tls_say(&ce, &se, "x"))
        rc = -1;
    tls_end_done(&se);
    tls_end_done(&ce);
    tls_setup_done(&ss);
    tls_setup_done(&cs);
    return rc;
}

#define SNI                                                                    \
    "ServerHandshakeSNI Optional\nServerHandshakeSNIMatch Optional\n"          \
    "ServerHandshakeSNIList a/SERVER\n"

static const struct tls_side fault_server = {
    .role = "ServerWithClientAuth",
    .adv = "TLSv1.3 On\nServerEDHGroupSize 2048\n"
           "CertValidationMode RFC5280\n" SNI};
static const struct tls_side fault_client = {
    .role = "Client",
    .adv = "TLSv1.3 On\nClientMaxSSLFragment Optional\n"
           "ClientMaxSSLFragmentLength 1024\nClientHandshakeSNI Optional\n"
           "ClientHandshakeSNIMatch Optional\nClientHandshakeSNIList a\n"};

/* Names that are not called in the life above have a row of their own. */
static bool is_elsewhere(const char *name)
{
    return strncmp(name, "OPENSSL_init", 12) == 0 ||
           strcmp(name, "BIO_new") == 0 ||
           strcmp(name, "SSL_CTX_set_tlsext_max_fragment_length") == 0;
}

/* SSL_CTX_ctrl and SSL_ctrl do many things, most of which can't fail. */
static bool may_be_overlooked(const char *name)
{
    return strcmp(name, "SSL_CTX_ctrl") == 0 || strcmp(name, "SSL_ctrl") == 0;
}

/* Each call of each function fails once: a return code, no crash, no leak. */
START_TEST(openssl_may_fail)
{
    const char *name = fault_tls_name((size_t)_i);
    int nth, rc, failures = 0;

    ck_assert_int_eq(live(&fault_server, &fault_client), 0);
    if (is_elsewhere(name))
        return;
    for (nth = 1; nth < 60; nth++) {
        fault_tls_set(name, nth);
        rc = live(&fault_server, &fault_client);
        if (!fault_tls_struck(name))
            break;
        ck_assert_msg(rc > 0 || may_be_overlooked(name), "%s, call %d: %d",
                      name, nth, rc);
        failures += rc > 0;
    }
    fault_tls_set(name, 0);
    ck_assert_msg(failures > 0, "%s was not called", name);
}
END_TEST

START_TEST(openssl_may_not_start)
{
    static const char *const names[] = {"OPENSSL_init_crypto",
                                        "OPENSSL_init_ssl"};
    struct error err;
    int i;

    for (i = 0; i < 2; i++) {
        fault_tls_set(names[i], 1);
        ck_assert_int_eq(tls_init(&err), ERR_CRYPTO);
        ck_assert(fault_tls_struck(names[i]));
    }
    ck_assert_int_eq(tls_init(&err), 0);
}
END_TEST

START_TEST(a_socket_may_not_do)
{
    static const struct tls_side side = {.role = "Server"};
    struct session_params params;
    struct tls_outcome why;
    struct tls_setup s;
    struct session *session;

    ck_assert_int_eq(tls_setup_open(&s, t, &side), 0);
    params = (struct session_params){s.env, s.eff, NULL, false};
    ck_assert_int_eq(session_new(&params, &session, &why), 0);
    fault_tls_set("BIO_new", 1);
    ck_assert_int_eq(session_set_fd(session, 0), 4);
    ck_assert_int_eq(session_outcome(session)->rc, 4);
    session_free(session);
    tls_setup_done(&s);
}
END_TEST

/* Only our own calls; the policy is loaded before. */
START_TEST(memory_may_be_short)
{
    struct tls_setup load;
    struct environment_params params = {.where.racf = testring_dir(t),
                                        .userid = "SERVER"};
    int nth, struck = 0;

    ck_assert_int_eq(tls_setup_open(&load, t, &fault_server), 0);
    params.eff = load.eff;
    for (nth = 1; nth < 4000; nth++) {
        struct tls_setup s = load;
        struct tls_end e = {0};
        int rc;

        fault_set(FAULT_MEMORY, nth, ENOMEM);
        rc = environment_open(&params, &s.env, &s.why);
        if (rc == 0) {
            rc = tls_end_open(&e, &s, ROOM);
            tls_end_done(&e);
            environment_unref(s.env);
        }
        struck = fault_struck(FAULT_MEMORY);
        fault_set(FAULT_MEMORY, 0, 0);
        if (!struck)
            break;
        ck_assert_msg(rc == 4 || rc == 202 || rc == 0, "call %d: %d", nth, rc);
    }
    ck_assert(!struck);
    ck_assert_int_gt(nth, 50);
    tls_setup_done(&load);
}
END_TEST

/* ---- what all environments depend on ---- */

static const struct {
    const char *name;
    struct environment_params params;
    bool same;
} settings[] = {
    {"as they are",
     {.where = {.racf = "a", .root = "b", .token = {"c", "d"}}},
     true},
    {"whose it is",
     {.where = {.racf = "a", .root = "b", .token = {"c", "d"}}, .userid = "U"},
     true},
    {"racf", {.where = {.racf = "x", .root = "b", .token = {"c", "d"}}}, false},
    {"root", {.where = {.racf = "a", .root = "x", .token = {"c", "d"}}}, false},
    {"no root", {.where = {.racf = "a", .token = {"c", "d"}}}, false},
    {"module",
     {.where = {.racf = "a", .root = "b", .token = {"x", "d"}}},
     false},
    {"PIN file",
     {.where = {.racf = "a", .root = "b", .token = {"c", "x"}}},
     false},
    {"min_rsa",
     {.where = {.racf = "a", .root = "b", .token = {"c", "d"}}, .min_rsa = 1},
     false},
    {"secrets",
     {.where = {.racf = "a", .root = "b", .token = {"c", "d"}},
      .secrets = true},
     false},
    {"tls12_tickets",
     {.where = {.racf = "a", .root = "b", .token = {"c", "d"}},
      .tls12_tickets = true},
     false},
};

START_TEST(settings_have_a_digest)
{
    struct digest a = environment_settings(&settings[0].params);
    struct digest b = environment_settings(&settings[_i].params);

    ck_assert_msg(digest_same(&a, &b) == settings[_i].same, "%s",
                  settings[_i].name);
}
END_TEST

TESTS_BEGIN("environment")
TEST_ROWS(settings_have_a_digest, settings)
int names = 0;

while (fault_tls_name((size_t)names) != NULL)
    names++;
tcase_add_unchecked_fixture(tc, setup, teardown);
tcase_set_timeout(tc, 60);
TEST_ROWS(an_environment_opens_or_says_why_not, rows)
TEST_ROWS(a_virtual_ring, virtual_rings)
TEST(an_unreadable_database_is_202)
TEST(a_damaged_certificate_is_10)
TEST(the_ring_is_read_once)
TEST_ROWS(a_changed_ring_is_noticed, changes)
TEST(a_changed_file_is_noticed)
TEST_ROWS(a_refused_parameter_is_named_with_its_place, refused)
TEST(equal_settings_share_a_context)
TEST(threads_share_an_environment)
TEST_ROWS(a_certificate_belongs_to_a_user, users)
TEST_ROWS(a_certificate_of_nobody_is_5002, strangers)
tcase_add_loop_test(tc, openssl_may_fail, 0, names);
TEST(openssl_may_not_start)
TEST(a_socket_may_not_do)
TEST(memory_may_be_short)
TESTS_END
