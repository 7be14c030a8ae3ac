/* What a rule wants of its ring: the function that says it, attlsctl check,
 * attlsctl rings and a handshake agree. */
#include "tls/lint_rings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <openssl/pem.h>

#include "policy/needs.h"
#include "support/scratch.h"
#include "support/suite.h"
#include "support/tlspair.h"

#define CERT(name, rest)                                                       \
    "RACDCERT ID(SERVER) GENCERT SUBJECTSDN(CN('" name "')) WITHLABEL('" name  \
    "') +\n NISTECC SIGNWITH(CERTAUTH LABEL('Test CA')) " rest "\n"
#define RING(name) "RACDCERT ID(SERVER) ADDRING(" name ")\n"
#define CONNECT(what, ring)                                                    \
    "RACDCERT ID(SERVER) CONNECT(" what " RING(" ring "))\n"
#define AUTHORITY(ring) CONNECT("CERTAUTH LABEL('Test CA')", ring)

/* CLIENT's certificate has no key; SERVER's is the DEFAULT of the ring Full. */
static const char job[] = CERT("GOOD", "")
    CERT("LATE", "NOTBEFORE(DATE(2020-01-01)) NOTAFTER(DATE(2021-01-01))") CERT(
        "SIGNS", "KEYUSAGE(CERTSIGN)") CERT("DISTRUST", "NOTRUST") RING("Full")
        AUTHORITY("Full") CONNECT("LABEL('SERVER') DEFAULT",
                                  "Full") CONNECT("LABEL('GOOD')", "Full")
            CONNECT("LABEL('LATE')", "Full") CONNECT("LABEL('SIGNS')", "Full")
                CONNECT("LABEL('DISTRUST')",
                        "Full") CONNECT("ID(CLIENT) LABEL('CLIENT')",
                                        "Full") RING("Plain") AUTHORITY("Plain")
                    CONNECT("LABEL('GOOD')", "Plain") RING("Usage") AUTHORITY(
                        "Usage") CONNECT("LABEL('GOOD') USAGE(SITE)", "Usage")
                        RING("Alone") CONNECT("LABEL('GOOD') DEFAULT", "Alone")
                            RING("Keyless") AUTHORITY("Keyless") CONNECT(
                                "ID(CLIENT) LABEL('CLIENT') DEFAULT", "Keyless")
                                RING("Distrust") AUTHORITY("Distrust") CONNECT(
                                    "LABEL('DISTRUST') DEFAULT", "Distrust");

static struct testring *t;

static void add_more(void);

static void setup(void)
{
    t = testring_new(&(struct testring_options){.client = TESTRING_NO_KEY});
    if (testring_run(t, job) != 0) {
        fputs(testring_output(t), stderr);
        abort();
    }
    add_more();
}

static void teardown(void)
{
    testring_free(t);
}

#define DEFAULT     "the DEFAULT certificate"
#define ONE(label)  "CertificateLabel " label "\n"
#define LIST(label) "ServerCertificateLabel " label "\n"

static const struct {
    const char *name;
    const char *role, *ring;
    const char *adv, *conn; /* lines of the two actions */
    const char *wants;      /* as ring_needs_show() says it */
    const char *shown;      /* CN of the certificate in the handshake, or "" */
    int rc;
    const char *finding; /* name, or "" */
    const char *says;    /* what attlsctl rings says of it, or "" */
} cases[] = {
    {"a server's DEFAULT", "Server", "Full", NULL, NULL, DEFAULT, "SERVER", 0,
     "", ""},
    {"CertificateLabel", "Server", "Full", ONE("GOOD"), NULL,
     "CertificateLabel 'GOOD'", "GOOD", 0, "", ""},
    {"ServerCertificateLabel stands in the place of CertificateLabel", "Server",
     "Full", ONE("GONE") LIST("GOOD"), NULL, "ServerCertificateLabel 'GOOD'",
     "GOOD", 0, "", ""},
    {"both are missing", "Server", "Full", ONE("GONE") LIST("ALSO"), NULL,
     "ServerCertificateLabel 'ALSO'", "", 6, "label-absent", "label 'ALSO'"},
    {"the label is missing", "Server", "Full", ONE("GONE"), NULL,
     "CertificateLabel 'GONE'", "", 6, "label-absent", "label 'GONE'"},
    {"the label is stored, and not connected", "Server", "Full", ONE("byOld"),
     NULL, "CertificateLabel 'byOld'", "", 6, "label-absent",
     "'byOld'; it is not connected, and is stored for ID(SERVER)"},
    {"the second of the list is missing", "Server", "Full",
     LIST("GOOD") LIST("GONE"), NULL, "ServerCertificateLabel 'GOOD', 'GONE'",
     "", 6, "label-absent", "label 'GONE'"},
    {"the second of the list has the same kind of key", "Server", "Full",
     LIST("GOOD") LIST("LATE"), NULL, "ServerCertificateLabel 'GOOD', 'LATE'",
     "GOOD", 0, "", ""},
    {"no label and no DEFAULT", "Server", "Plain", NULL, NULL, DEFAULT, "", 7,
     "no-default", "has no DEFAULT certificate"},
    {"a label and no DEFAULT", "Server", "Plain", ONE("GOOD"), NULL,
     "CertificateLabel 'GOOD'", "GOOD", 0, "", ""},
    {"a client's DEFAULT", "Client", "Full", NULL, NULL, DEFAULT, "SERVER", 0,
     "", ""},
    {"a client's label", "Client", "Full", ONE("GOOD"), NULL,
     "CertificateLabel 'GOOD'", "GOOD", 0, "", ""},
    {"a client's label is missing", "Client", "Full", ONE("GONE"), NULL,
     "CertificateLabel 'GONE'", "", 6, "label-absent", "label 'GONE'"},
    {"a client does not look at ServerCertificateLabel", "Client", "Full",
     LIST("GONE"), NULL, DEFAULT, "SERVER", 0, "", ""},
    {"a client needs no DEFAULT", "Client", "Plain", NULL, NULL, DEFAULT, "", 0,
     "", ""},
    {"a client's DEFAULT without key is not shown", "Client", "Keyless", NULL,
     NULL, DEFAULT, "", 0, "", ""},
    {"a client's DEFAULT that is NOTRUST is not shown", "Client", "Distrust",
     NULL, NULL, DEFAULT, "", 0, "", ""},
    {"a server's DEFAULT without key", "Server", "Keyless", NULL, NULL, DEFAULT,
     "", 428, "no-key", "has no private key"},
    {"a server's DEFAULT that is NOTRUST", "Server", "Distrust", NULL, NULL,
     DEFAULT, "", 7, "cert-notrust", "is NOTRUST"},
    {"ServerWithClientAuth", "ServerWithClientAuth", "Full", NULL, NULL,
     DEFAULT, "SERVER", 0, "", ""},
    {"a ring without authority, ServerWithClientAuth", "ServerWithClientAuth",
     "Alone", NULL, NULL, DEFAULT, "", 109, "ca-not-connected no-authority",
     "no certificate of an authority"},
    {"a ring without authority, a server", "Server", "Alone", NULL, NULL,
     DEFAULT, "", 109, "ca-not-connected no-authority",
     "no certificate of an authority"},
    {"a ring without authority, a client", "Client", "Alone", NULL, NULL,
     DEFAULT, "", 109, "ca-not-connected no-authority",
     "no certificate of an authority"},
    {"a label with status NOTRUST", "Server", "Full", ONE("DISTRUST"), NULL,
     "CertificateLabel 'DISTRUST'", "", 6, "cert-notrust", "is NOTRUST"},
    {"a label without key", "Server", "Full", ONE("CLIENT"), NULL,
     "CertificateLabel 'CLIENT'", "", 428, "no-key", "has no private key"},
    {"a client's label without key", "Client", "Full", ONE("CLIENT"), NULL,
     "CertificateLabel 'CLIENT'", "", 428, "no-key", "has no private key"},
    {"not connected as PERSONAL", "Server", "Usage", ONE("GOOD"), NULL,
     "CertificateLabel 'GOOD'", "", 428, "no-key", "USAGE(PERSONAL)"},
    {"expired", "Server", "Full", ONE("LATE"), NULL, "CertificateLabel 'LATE'",
     "", 401, "cert-expired", "has expired"},
    {"not for handshakes", "Server", "Full", ONE("SIGNS"), NULL,
     "CertificateLabel 'SIGNS'", "", 440, "cert-usage", "used for handshakes"},
    {"the connection action's label", "Server", "Full", ONE("GONE"),
     ONE("GOOD"), "CertificateLabel 'GOOD'", "GOOD", 0, "", ""},
    {"the connection action's label is missing", "Server", "Full", ONE("GOOD"),
     ONE("GONE"), "CertificateLabel 'GONE'", "", 407, "label-absent",
     "label 'GONE'"},
    {"a list over the connection action's label", "Server", "Full",
     LIST("GOOD"), ONE("GONE"), "ServerCertificateLabel 'GOOD'", "GOOD", 0, "",
     ""},
    {"a name's certificate is missing", "Server", "Full",
     "ServerHandshakeSNI Optional\nServerHandshakeSNIMatch Optional\n"
     "ServerHandshakeSNIList a.example/GONE\n",
     NULL, DEFAULT, "", 6, "label-absent", "label 'GONE'"},
    {"a name's certificate, and no names are looked at", "Server", "Full",
     "ServerHandshakeSNI Off\nServerHandshakeSNIList a.example/GONE\n", NULL,
     DEFAULT, "SERVER", 0, "", ""},
};

static struct tls_side side_of(int i, char ring[64])
{
    snprintf(ring, 64, "Keyring SERVER/%s", cases[i].ring);
    return (struct tls_side){.role = cases[i].role,
                             .userid = "SERVER",
                             .ring = ring,
                             .adv = cases[i].adv,
                             .conn = cases[i].conn};
}

/* ---- the functions of lib ---- */

static const char *const ring_names[] = {
    "ring-unreadable", "label-absent",
    "no-default",      "no-key",
    "cert-expired",    "cert-usage",
    "cert-notrust",    "ca-not-connected",
    "no-authority",    "suite-cert-mismatch",
    "cert-purpose",    "cert-weak",
    "cert-malformed"};

/* The names of findings about rings that stand in TEXT, as "[NAME]". */
static void names_in(const char *text, struct strbuf *out)
{
    char word[64];
    size_t i;

    for (i = 0; i < sizeof(ring_names) / sizeof(ring_names[0]); i++) {
        snprintf(word, sizeof(word), "[%s]", ring_names[i]);
        if (strstr(text, word) != NULL)
            strbuf_addf(out, "%s%s", out->len != 0 ? " " : "", ring_names[i]);
    }
}

static void lint(const struct policy *p, struct strbuf *out)
{
    struct ring_question q = {.where.racf = testring_dir(t), .at = time(NULL)};
    struct diags *diags = diags_new();
    struct strbuf text = STRBUF_INIT;
    struct error err = {0};
    size_t i;

    ck_assert_msg(lint_rings(p, &q, diags, &err) == 0, "%s", err.text);
    for (i = 0; i < diags_count(diags); i++)
        diag_format(diags_get(diags, i), &text);
    names_in(strbuf_str(&text), out);
    strbuf_done(&text);
    diags_free(diags);
}

static void check_wants(const struct effective *eff, const char *wants)
{
    struct ring_needs needs;
    struct strbuf text = STRBUF_INIT;

    ring_needs(eff, &needs);
    ring_needs_show(&needs, &text);
    ck_assert_str_eq(strbuf_str(&text), wants);
    strbuf_done(&text);
}

/* ---- a handshake ---- */

static void check_shown(const struct tls_end *peer, const char *shown)
{
    X509 *cert = SSL_get1_peer_certificate(peer->plain);
    char cn[64] = "";

    if (cert != NULL)
        X509_NAME_get_text_by_NID(X509_get_subject_name(cert), NID_commonName,
                                  cn, sizeof(cn));
    X509_free(cert);
    ck_assert_str_eq(cn, shown);
}

/* The return code of the first step that fails. */
static int shake(const struct tls_setup *s, const char *shown)
{
    bool server = s->eff != NULL &&
                  effective_choice(s->eff, PARM_HandshakeRole) != ROLE_CLIENT;
    SSL_CTX *ctx = tls_plain_ctx(t, "SERVER", !server);
    struct tls_end end, peer;
    int rc = s->why.rc;

    if (rc == 0) {
        rc = tls_end_open(&end, s, 64 * 1024);
        tls_end_plain(&peer, ctx, !server);
        if (rc == 0 && tls_shake(&end, &peer))
            check_shown(&peer, shown);
        else if (rc == 0)
            rc = tls_rc(&end);
        tls_end_done(&end);
        tls_end_done(&peer);
    }
    SSL_CTX_free(ctx);
    return rc;
}

START_TEST(function_and_handshake_agree)
{
    char ring[64];
    struct tls_side side = side_of(_i, ring);
    struct tls_setup s;
    struct strbuf found = STRBUF_INIT;
    int rc;

    tls_setup_open(&s, t, &side);
    check_wants(s.eff, cases[_i].wants);
    lint(s.policy, &found);
    ck_assert_msg(strcmp(strbuf_str(&found), cases[_i].finding) == 0,
                  "%s: found %s", cases[_i].name, strbuf_str(&found));
    rc = shake(&s, cases[_i].shown);
    ck_assert_msg(rc == cases[_i].rc, "%s: %d %s", cases[_i].name, rc,
                  s.why.reason);
    if (strstr(cases[_i].says, "stored for") != NULL)
        ck_assert_str_eq(s.why.words.owner, "ID(SERVER)");
    ck_assert_msg((rc != 0) == (found.len != 0), "%s: found %s, rc %d",
                  cases[_i].name, strbuf_str(&found), rc);
    strbuf_done(&found);
    tls_setup_done(&s);
}
END_TEST

/* ---- the programs ---- */

static void run(const char *verb, const char *policy, const char *ring,
                struct strbuf *out)
{
    char command[1024], buf[4096];
    FILE *f;
    size_t n;

    snprintf(command, sizeof(command),
             "'%s' %s --racf '%s' %s '%s' %s%s 2>/dev/null", ATTLSCTL, verb,
             testring_dir(t), ring != NULL ? "--policy" : "", policy,
             ring != NULL ? "SERVER/" : "", ring != NULL ? ring : "");
    f = popen(command, "r");
    ck_assert_ptr_nonnull(f);
    while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
        strbuf_add(out, buf, n);
    ck_assert_int_ge(pclose(f), 0);
}

static void write_policy(const struct tls_side *side, const char *path)
{
    struct strbuf text = STRBUF_INIT;
    FILE *f = fopen(path, "w");

    tls_side_write(side, &text);
    ck_assert(f != NULL && fputs(strbuf_str(&text), f) >= 0 && fclose(f) == 0);
    strbuf_done(&text);
}

START_TEST(the_programs_agree)
{
    char ring[64], dir[SCRATCH], path[SCRATCH + 8];
    struct tls_side side = side_of(_i, ring);
    struct strbuf check = STRBUF_INIT, rings = STRBUF_INIT, found = STRBUF_INIT;

    scratch_folder(dir, "attls-rings");
    snprintf(path, sizeof(path), "%s/policy", dir);
    write_policy(&side, path);
    run("check", path, NULL, &check);
    names_in(strbuf_str(&check), &found);
    ck_assert_msg(strcmp(strbuf_str(&found), cases[_i].finding) == 0,
                  "%s: check says %s", cases[_i].name, strbuf_str(&check));
    run("rings", path, cases[_i].ring, &rings);
    if (cases[_i].finding[0] == '\0')
        ck_assert_msg(strstr(strbuf_str(&rings), "! rule r") == NULL,
                      "%s: rings says %s", cases[_i].name, strbuf_str(&rings));
    else
        ck_assert_msg(strstr(strbuf_str(&rings), cases[_i].says) != NULL,
                      "%s: rings says %s", cases[_i].name, strbuf_str(&rings));
    unlink(path);
    rmdir(dir);
    strbuf_done(&check);
    strbuf_done(&rings);
    strbuf_done(&found);
}
END_TEST

/* ---- authorities ---- */

#define CA(label, cn, rest)                                                    \
    "RACDCERT CERTAUTH GENCERT SUBJECTSDN(CN('" cn "') O('Test')) +\n"         \
    " WITHLABEL('" label "') NISTECC " rest "\n"
#define SIGNED(label, ca)                                                      \
    "RACDCERT ID(SERVER) GENCERT SUBJECTSDN(CN('" label "')) +\n"              \
    " WITHLABEL('" label "') NISTECC SIGNWITH(CERTAUTH LABEL('" ca "'))\n"
#define CERTAUTH(label, ring) CONNECT("CERTAUTH LABEL('" label "')", ring)

/* 'Test CA' and 'Twin' have one name; 'Gone' is not stored any more. */
static const char *const more[] = {
    CA("Root", "Root", ""),
    CA("Twin", "Test CA", "SIGNWITH(CERTAUTH LABEL('Root'))"),
    CA("Old", "Old", "NOTBEFORE(DATE(2020-01-01)) NOTAFTER(DATE(2021-01-01))"),
    CA("New", "New", "NOTBEFORE(DATE(2090-01-01)) NOTAFTER(DATE(2090-12-31))"),
    CA("Bad", "Bad", ""),
    CA("Sub", "Sub", "SIGNWITH(CERTAUTH LABEL('Test CA'))"),
    CA("Gone", "Gone", ""),
    SIGNED("byOld", "Old"),
    SIGNED("byNew", "New"),
    SIGNED("byBad", "Bad"),
    SIGNED("bySub", "Sub"),
    SIGNED("byGone", "Gone"),
    "RACDCERT CERTAUTH ALTER(LABEL('Bad')) NOTRUST\n",
    "RACDCERT CERTAUTH DELETE(LABEL('Gone'))\n",
    "RACDCERT ID(SERVER) GENCERT SUBJECTSDN(CN('Self')) WITHLABEL('Self') +\n",
    " NISTECC KEYUSAGE(HANDSHAKE)\n",
    RING("Root"),
    CERTAUTH("Root", "Root"),
    RING("Twin"),
    CERTAUTH("Twin", "Twin"),
    RING("Bad"),
    CERTAUTH("Bad", "Bad"),
    CERTAUTH("Root", "Bad"),
    RING("OnlyBad"),
    CERTAUTH("Bad", "OnlyBad"),
    RING("Personal"),
    CONNECT("CERTAUTH LABEL('Test CA') USAGE(PERSONAL)", "Personal"),
    RING("Beside"),
    CONNECT("CERTAUTH LABEL('Test CA') USAGE(PERSONAL)", "Beside"),
    CERTAUTH("Root", "Beside"),
    RING("Dates"),
    CERTAUTH("Old", "Dates"),
    CERTAUTH("New", "Dates"),
    RING("Selfish"),
    CONNECT("LABEL('Self') USAGE(PERSONAL)", "Selfish"),
    CERTAUTH("Root", "Selfish"),
};

static void add_more(void)
{
    struct strbuf text = STRBUF_INIT;
    size_t i;

    for (i = 0; i < (size_t)ROWS(more); i++)
        strbuf_adds(&text, more[i]);
    /* 4: a certificate outlives its signer */
    ck_assert_msg(testring_run(t, strbuf_str(&text)) <= 4, "%s",
                  testring_output(t));
    strbuf_done(&text);
}

/* A server shows SHOWS to a client of ours with the ring. */
static const struct {
    const char *shows, *ring;
    const char *fault;        /* id of its row, or "" */
    const char *label, *says; /* that it names; what the reason says */
    const char *finding;
    const char *rings; /* what attlsctl rings says, or "" */
} authorities[] = {
    {"SERVER", "Plain", "", "", "", "", ""},
    {"SERVER", "Root", "issuer_absent", "Test CA",
     "holds no certificate of the authority 'CN=Test CA,O=Test'", "", ""},
    {"byBad", "Root", "issuer_stored_notrust", "Bad", "CN=Bad,O=Test", "", ""},
    {"byBad", "Bad", "issuer_notrust", "Bad", "but NOTRUST", "cert-notrust",
     "is NOTRUST"},
    {"byBad", "OnlyBad", "authority_notrust", "Bad", "'Bad' on ring",
     "cert-notrust no-authority", "is NOTRUST"},
    {"SERVER", "Personal", "authority_usage", "Test CA", "usage PERSONAL",
     "no-authority", "'Test CA' is not connected with USAGE(CERTAUTH)"},
    {"SERVER", "Beside", "issuer_usage", "Test CA", "usage PERSONAL", "", ""},
    {"SERVER", "Twin", "issuer_other_key", "Twin", "another key", "", ""},
    {"byOld", "Dates", "authority_expired", "Old", "valid until 202",
     "cert-expired", "has expired: it was valid to 2021/01/01 23:59:59"},
    {"byNew", "Dates", "authority_early", "New", "it is from 20",
     "cert-expired", "is not valid yet: it is valid from 2090/01/01 00:00:00"},
    {"bySub", "Plain", "intermediate_missing", "", "without that of 'CN=Sub",
     "", ""},
    {"byGone", "Plain", "intermediate_missing", "", "CN=Gone", "", ""},
    {"Self", "Plain", "self_signed", "", "is self-signed and not on ring", "",
     ""},
    {"Self", "Selfish", "self_signed_usage", "Self", "usage PERSONAL", "", ""},
};

static void use_shown(SSL_CTX *ctx, const char *label)
{
    struct keyring *all = NULL;
    const struct ring_entry *e;

    ck_assert_int_eq(
        keyring_open_dir(testring_dir(t), "SERVER", "SERVER/*", &all, NULL), 0);
    e = keyring_find(all, label);
    ck_assert_int_eq(SSL_CTX_use_certificate(ctx, e->cert), 1);
    ck_assert_int_eq(SSL_CTX_use_PrivateKey(ctx, e->key), 1);
    keyring_unref(all);
}

/* The outcome of our client, or of opening its environment. */
static void meet(struct tls_setup *s, const char *shows,
                 struct tls_outcome *ret)
{
    SSL_CTX *ctx = tls_plain_ctx(t, NULL, true);
    struct tls_end end, peer;

    *ret = s->why;
    if (s->why.rc == 0) {
        use_shown(ctx, shows);
        ck_assert_int_eq(tls_end_open(&end, s, 64 * 1024), 0);
        tls_end_plain(&peer, ctx, true);
        SSL_set_verify(peer.plain, SSL_VERIFY_NONE, NULL);
        tls_shake(&end, &peer);
        *ret = *session_outcome(end.session);
        tls_end_done(&end);
        tls_end_done(&peer);
    }
    SSL_CTX_free(ctx);
}

static void check_programs(const struct tls_side *side, const char *ring,
                           const char *finding, const char *says)
{
    char dir[SCRATCH], path[SCRATCH + 8];
    struct strbuf check = STRBUF_INIT, rings = STRBUF_INIT, found = STRBUF_INIT;

    scratch_folder(dir, "attls-rings");
    snprintf(path, sizeof(path), "%s/policy", dir);
    write_policy(side, path);
    run("check", path, NULL, &check);
    names_in(strbuf_str(&check), &found);
    ck_assert_msg(strcmp(strbuf_str(&found), finding) == 0, "check says %s",
                  strbuf_str(&check));
    run("rings", path, ring, &rings);
    ck_assert_msg(says[0] != '\0'
                      ? strstr(strbuf_str(&rings), says) != NULL
                      : strstr(strbuf_str(&rings), "! rule r") == NULL,
                  "rings says %s", strbuf_str(&rings));
    unlink(path);
    rmdir(dir);
    strbuf_done(&check);
    strbuf_done(&rings);
    strbuf_done(&found);
}

START_TEST(an_authority_is_told_as_it_is)
{
    char ring[64];
    struct tls_side side = {.role = "Client", .userid = "SERVER", .ring = ring};
    struct tls_outcome o;
    struct tls_setup s;

    snprintf(ring, sizeof(ring), "Keyring SERVER/%s", authorities[_i].ring);
    tls_setup_open(&s, t, &side);
    meet(&s, authorities[_i].shows, &o);
    if (authorities[_i].fault[0] == '\0')
        ck_assert_msg(o.rc == 0, "row %d: %s", _i, o.reason);
    else
        ck_assert_str_eq(fault_row(o.fault)->id, authorities[_i].fault);
    ck_assert_msg(strstr(o.reason, authorities[_i].says) != NULL, "%s",
                  o.reason);
    ck_assert_str_eq(o.words.label, authorities[_i].label);
    check_programs(&side, authorities[_i].ring, authorities[_i].finding,
                   authorities[_i].rings);
    tls_setup_done(&s);
}
END_TEST

/* ---- certificates that RACDCERT does not make ---- */

static const struct {
    const char *role;
    unsigned fault;
    const char *id; /* of the row in causes.def, or "" */
    const char *says;
    const char *finding;
    const char *rings;
} spoilt[] = {
    {"Server", TESTRING_SHA1, "own_md_weak", "it is signed with SHA-1",
     "cert-weak", "! is signed with SHA-1"},
    {"Client", TESTRING_SHA1, "own_md_weak", "it is signed with SHA-1",
     "cert-weak", "! is signed with SHA-1"},
    {"Server", TESTRING_WEAK_KEY, "own_key_small",
     "it has a key of 512 bits (RSA); the least is 1024", "cert-weak",
     "! has a key of 512 bits (RSA)"},
    {"Server", TESTRING_MALFORMED, "own_malformed", "an extension twice",
     "cert-malformed", "! has an extension twice"},
    {"Server", TESTRING_CLIENT_ONLY, "", "", "cert-purpose",
     "lacks serverAuth"},
    {"Client", TESTRING_SERVER_ONLY, "", "", "cert-purpose",
     "lacks clientAuth"},
    {"Server", TESTRING_SERVER_ONLY, "", "", "", ""},
    {"Client", TESTRING_CLIENT_ONLY, "", "", "", ""},
};

START_TEST(what_partners_refuse_is_told)
{
    struct tls_side side = {.role = spoilt[_i].role,
                            .userid = "SERVER",
                            .ring = "Keyring SERVER/Test.Ring",
                            .ciphers = "V3CipherSuites4Char C02BC02F\n"};
    struct tls_setup s;
    struct testring *shared = t;
    struct tls_end end = {0};
    int rc;

    t = testring_new(&(struct testring_options){.server = spoilt[_i].fault});
    ck_assert_int_eq(tls_setup_open(&s, t, &side), 0);
    rc = tls_end_open(&end, &s, 64 * 1024);
    if (spoilt[_i].id[0] == '\0') {
        ck_assert_msg(rc == 0, "row %d: %s", _i, end.why.reason);
    } else {
        ck_assert_str_eq(fault_row(end.why.fault)->id, spoilt[_i].id);
        ck_assert_msg(strstr(end.why.reason, spoilt[_i].says) != NULL, "%s",
                      end.why.reason);
        ck_assert_str_eq(end.why.words.wanted, "SERVER");
    }
    check_programs(&side, "Test.Ring", spoilt[_i].finding, spoilt[_i].rings);
    tls_end_done(&end);
    tls_setup_done(&s);
    testring_free(t);
    t = shared;
}
END_TEST

/* ---- a file in the place of a ring ---- */

/* The certificates of SERVER/Plain, with the key of the one that has one. */
static void write_file(const char *path, bool with_authority)
{
    struct keyring *ring = NULL;
    struct error err = {0};
    FILE *f = fopen(path, "w");
    size_t i;

    ck_assert(f != NULL && fchmod(fileno(f), 0600) == 0);
    ck_assert_msg(
        keyring_open_dir(testring_dir(t), "SERVER", "Plain", &ring, &err) == 0,
        "%s", err.text);
    for (i = 0; i < keyring_count(ring); i++) {
        const struct ring_entry *e = keyring_get(ring, i);

        if (e->key != NULL)
            PEM_write_PKCS8PrivateKey(f, e->key, NULL, NULL, 0, NULL, NULL);
        if (e->key != NULL || with_authority)
            PEM_write_X509(f, e->cert);
    }
    ck_assert_int_eq(fclose(f), 0);
    keyring_unref(ring);
}

static const struct {
    const char *name, *file;
    bool with_authority;
    int rc;
    const char *finding;
} files[] = {
    {"good", "good.pem", true, 0, ""},
    {"without authority", "good.pem", false, 109,
     "ca-not-connected no-authority"},
    {"not there", "gone.pem", true, 202, "ring-unreadable"},
};

START_TEST(a_file_is_looked_at_too)
{
    char dir[SCRATCH], path[SCRATCH + 16], policy[SCRATCH + 16], ring[256];
    struct tls_side side = {.role = "Server", .ring = ring};
    struct strbuf found = STRBUF_INIT, check = STRBUF_INIT;
    struct tls_setup s;

    scratch_folder_for_policy(dir, "attls-rings");
    snprintf(path, sizeof(path), "%s/good.pem", dir);
    snprintf(policy, sizeof(policy), "%s/policy", dir);
    snprintf(ring, sizeof(ring), "Keyring %s/%s", dir, files[_i].file);
    write_file(path, files[_i].with_authority);
    write_policy(&side, policy);
    tls_setup_open(&s, t, &side);
    lint(s.policy, &found);
    ck_assert_msg(strcmp(strbuf_str(&found), files[_i].finding) == 0, "%s: %s",
                  files[_i].name, strbuf_str(&found));
    ck_assert_int_eq(shake(&s, "GOOD"), files[_i].rc);
    strbuf_reset(&found);
    run("check", policy, NULL, &check);
    names_in(strbuf_str(&check), &found);
    ck_assert_msg(strcmp(strbuf_str(&found), files[_i].finding) == 0, "%s: %s",
                  files[_i].name, strbuf_str(&check));
    tls_setup_done(&s);
    strbuf_done(&found);
    strbuf_done(&check);
    unlink(path);
    unlink(policy);
    rmdir(dir);
}
END_TEST

TESTS_BEGIN("lint_rings")
tcase_add_unchecked_fixture(tc, setup, teardown);
TEST_ROWS(function_and_handshake_agree, cases)
TEST_ROWS(the_programs_agree, cases)
TEST_ROWS(an_authority_is_told_as_it_is, authorities)
TEST_ROWS(what_partners_refuse_is_told, spoilt)
TEST_ROWS(a_file_is_looked_at_too, files)
TESTS_END
