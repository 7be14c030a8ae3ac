/* What the partner's certificate must be, in both roles. */
#include "tls/verify.h"

#include <stdio.h>
#include <string.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "support/suite.h"
#include "support/tlspair.h"
#include "tls/testing.h"

enum { ROOM = 64 * 1024 };

#define V13 "TLSv1.3 On\nTLSv1.2 Off"

/* Two sides, each with a ring of its own. */
struct match {
    struct tls_setup ss, cs;
    struct tls_end s, c;
};

static bool play(struct match *m, const struct testring *st,
                 const struct tls_side *server, const struct testring *ct,
                 const struct tls_side *client)
{
    memset(m, 0, sizeof(*m));
    ck_assert_msg(tls_setup_open(&m->ss, st, server) == 0, "%s",
                  m->ss.why.reason);
    ck_assert_msg(tls_setup_open(&m->cs, ct, client) == 0, "%s",
                  m->cs.why.reason);
    ck_assert_int_eq(tls_end_open(&m->s, &m->ss, ROOM), 0);
    ck_assert_int_eq(tls_end_open(&m->c, &m->cs, ROOM), 0);
    return tls_shake(&m->s, &m->c);
}

static void done(struct match *m)
{
    tls_end_done(&m->s);
    tls_end_done(&m->c);
    tls_setup_done(&m->ss);
    tls_setup_done(&m->cs);
}

/* ---- the server's certificate ---- */

static const struct {
    const char *name;
    unsigned faults; /* of the server's certificate */
    int rc, alert;   /* at the client; the alert it sends */
    const char *reason;
    bool only_13; /* OpenSSL's own server would not show it before */
} servers[] = {
    {"good", 0, 0, -1, NULL, false},
    {"expired", TESTRING_EXPIRED, 401, 45, "expired", false},
    {"of the future", TESTRING_FUTURE, 401, 42, "not valid yet", false},
    {"of an authority that is not on the ring", TESTRING_OTHER_CA, 435, 48,
     "ring CLIENT/Test.Ring holds no certificate of the authority "
     "'CN=Other CA,O=Test'",
     false},
    {"for signing only", TESTRING_CERTSIGN_ONLY, 440, 43, "purpose", true},
};

/* The server is a plain one: ours would not show such a certificate. */
START_TEST(a_servers_certificate)
{
    static const char *const versions[] = {NULL, V13};
    struct testring *t =
        testring_new(&(struct testring_options){.server = servers[_i].faults});
    size_t k;

    for (k = servers[_i].only_13; k < 2; k++) {
        struct tls_side side = {.role = "Client", .adv = versions[k]};
        SSL_CTX *ctx = tls_plain_ctx(t, "SERVER", true);
        const struct tls_outcome *o;
        struct tls_setup setup;
        struct tls_end s, c;

        ck_assert_int_eq(tls_setup_open(&setup, t, &side), 0);
        ck_assert_int_eq(tls_end_open(&c, &setup, ROOM), 0);
        SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
        tls_end_plain(&s, ctx, true);
        ck_assert_int_eq(tls_shake(&s, &c), servers[_i].rc == 0);
        o = session_outcome(c.session);
        ck_assert_msg(o->rc == servers[_i].rc, "%s: %d %s", servers[_i].name,
                      o->rc, o->reason);
        ck_assert_msg(o->alert_sent == servers[_i].alert, "%s: alert %d",
                      servers[_i].name, o->alert_sent);
        if (o->rc != 0) {
            ck_assert_str_eq(o->words.subject, "CN=SERVER,O=Test");
            ck_assert_msg(strstr(o->reason, servers[_i].reason) != NULL,
                          "%s: %s", servers[_i].name, o->reason);
        }
        tls_end_done(&s);
        tls_end_done(&c);
        tls_setup_done(&setup);
        SSL_CTX_free(ctx);
    }
    testring_free(t);
}
END_TEST

/* ---- the client's certificate, by ClientAuthType ---- */

static const struct {
    const char *name, *auth;
    unsigned faults; /* of the client's; NO_CERT: it sends none */
    int server, client;
} clients[] = {
    {"PassThru, none", "PassThru", TESTRING_NO_CERT, 0, 0},
    {"PassThru, good", "PassThru", 0, 0, 0},
    {"PassThru, other CA", "PassThru", TESTRING_OTHER_CA, 0, 0},
    {"Full, none", "Full", TESTRING_NO_CERT, 0, 0},
    {"Full, good", "Full", 0, 0, 0},
    {"Full, other CA", "Full", TESTRING_OTHER_CA, 435, 435},
    {"Required, none", "Required", TESTRING_NO_CERT, 5001, 402},
    {"Required, good", "Required", 0, 0, 0},
    {"Required, other CA", "Required", TESTRING_OTHER_CA, 435, 435},
};

START_TEST(a_clients_certificate)
{
    static const char *const versions[] = {"TLSv1.3 Off", V13};
    struct testring *t =
        testring_new(&(struct testring_options){.client = clients[_i].faults});
    size_t k;

    for (k = 0; k < 2; k++) {
        struct tls_side s = {.role = "ServerWithClientAuth"};
        struct tls_side c = {.role = "Client", .adv = versions[k]};
        int client = clients[_i].client;
        struct match m;
        char adv[128];
        bool good = clients[_i].server == 0;

        snprintf(adv, sizeof(adv), "%s\nClientAuthType %s", versions[k],
                 clients[_i].auth);
        s.adv = adv;
        /* TLSv1.3 has an alert of its own for a missing certificate */
        if (clients[_i].server == 5001 && k == 1)
            client = 403;
        ck_assert_msg(play(&m, t, &s, t, &c) == good, "%s: %d %s",
                      clients[_i].name, tls_rc(&m.s), tls_reason(&m.s));
        ck_assert_msg(tls_rc(&m.s) == clients[_i].server, "%s: server %d %s",
                      clients[_i].name, tls_rc(&m.s), tls_reason(&m.s));
        ck_assert_msg(tls_rc(&m.c) == client, "%s: client %d %s",
                      clients[_i].name, tls_rc(&m.c), tls_reason(&m.c));
        ck_assert(!good || tls_say(&m.c, &m.s, "data"));
        done(&m);
    }
    testring_free(t);
}
END_TEST

/* A client whose certificate is bad in a way that we would not send. */
START_TEST(a_bad_certificate_of_a_plain_client)
{
    static const struct {
        unsigned faults;
        const char *auth;
        int rc;
    } rows[] = {{TESTRING_EXPIRED, "Full", 401},
                {TESTRING_EXPIRED, "PassThru", 0},
                {TESTRING_FUTURE, "Required", 401},
                {TESTRING_CERTSIGN_ONLY, "Full", 440},
                {TESTRING_CERTSIGN_ONLY, "PassThru", 0}};
    struct testring *t =
        testring_new(&(struct testring_options){.client = rows[_i].faults});
    struct tls_side side = {.role = "ServerWithClientAuth"};
    SSL_CTX *ctx = tls_plain_ctx(t, "CLIENT", false);
    struct tls_setup setup;
    struct tls_end s, c;
    char adv[64];

    snprintf(adv, sizeof(adv), "ClientAuthType %s", rows[_i].auth);
    side.adv = adv;
    ck_assert_int_eq(tls_setup_open(&setup, t, &side), 0);
    ck_assert_int_eq(tls_end_open(&s, &setup, ROOM), 0);
    tls_end_plain(&c, ctx, false);
    ck_assert_int_eq(tls_shake(&s, &c), rows[_i].rc == 0);
    ck_assert_int_eq(tls_rc(&s), rows[_i].rc);
    tls_end_done(&s);
    tls_end_done(&c);
    tls_setup_done(&setup);
    SSL_CTX_free(ctx);
    testring_free(t);
}
END_TEST

/* ---- what the ring says of it ---- */

static const struct {
    const char *name, *job;
    unsigned server, client; /* faults */
    int rc;
} rings[] = {
    {"connected as SITE, nothing else",
     "RACDCERT ID(CLIENT) CONNECT(ID(SERVER) LABEL('SERVER') +\n"
     " RING(Test.Ring) USAGE(SITE))\n",
     TESTRING_OTHER_CA, 0, 0},
    {"connected as CERTAUTH itself",
     "RACDCERT ID(CLIENT) CONNECT(ID(SERVER) LABEL('SERVER') +\n"
     " RING(Test.Ring) USAGE(CERTAUTH))\n",
     TESTRING_OTHER_CA, 0, 0},
    {"connected as PERSONAL is no trust",
     "RACDCERT ID(CLIENT) CONNECT(ID(SERVER) LABEL('SERVER') +\n"
     " RING(Test.Ring) USAGE(PERSONAL))\n",
     TESTRING_OTHER_CA, 0, 435},
    {"the authority connected as PERSONAL",
     "RACDCERT ID(CLIENT) CONNECT(CERTAUTH LABEL('Other CA') +\n"
     " RING(Test.Ring) USAGE(PERSONAL))\n",
     TESTRING_OTHER_CA, 0, 435},
    {"the authority connected as SITE",
     "RACDCERT ID(CLIENT) CONNECT(CERTAUTH LABEL('Other CA') +\n"
     " RING(Test.Ring) USAGE(SITE))\n",
     TESTRING_OTHER_CA, 0, 0},
    {"NOTRUST on the ring, though well signed",
     "RACDCERT ID(SERVER) GENCERT SUBJECTSDN(CN('S2')) WITHLABEL('S2') +\n"
     " NISTECC SIGNWITH(CERTAUTH LABEL('Test CA')) NOTRUST\n"
     "RACDCERT ID(CLIENT) CONNECT(ID(SERVER) LABEL('S2') +\n"
     " RING(Test.Ring) USAGE(SITE))\n"
     "RACDCERT ID(SERVER) ADDRING(S2)\n"
     "RACDCERT ID(SERVER) CONNECT(LABEL('S2') RING(S2) DEFAULT)\n",
     0, 0, 8},
    {"an intermediate authority is enough",
     "RACDCERT CERTAUTH GENCERT SUBJECTSDN(CN('Sub CA')) +\n"
     " WITHLABEL('Sub CA') NISTECC SIGNWITH(CERTAUTH LABEL('Other CA'))\n"
     "RACDCERT ID(SERVER) GENCERT SUBJECTSDN(CN('S2')) WITHLABEL('S2') +\n"
     " NISTECC SIGNWITH(CERTAUTH LABEL('Sub CA'))\n"
     "RACDCERT ID(SERVER) ADDRING(S2)\n"
     "RACDCERT ID(SERVER) CONNECT(LABEL('S2') RING(S2) DEFAULT)\n"
     "RACDCERT ID(SERVER) CONNECT(CERTAUTH LABEL('Sub CA') RING(S2))\n"
     "RACDCERT ID(CLIENT) CONNECT(CERTAUTH LABEL('Sub CA') +\n"
     " RING(Test.Ring))\n",
     TESTRING_OTHER_CA, 0, 0},
    {"an intermediate authority that is sent",
     "RACDCERT CERTAUTH GENCERT SUBJECTSDN(CN('Sub CA')) +\n"
     " WITHLABEL('Sub CA') NISTECC SIGNWITH(CERTAUTH LABEL('Test CA'))\n"
     "RACDCERT ID(SERVER) GENCERT SUBJECTSDN(CN('S2')) WITHLABEL('S2') +\n"
     " NISTECC SIGNWITH(CERTAUTH LABEL('Sub CA'))\n"
     "RACDCERT ID(SERVER) ADDRING(S2)\n"
     "RACDCERT ID(SERVER) CONNECT(LABEL('S2') RING(S2) DEFAULT)\n"
     "RACDCERT ID(SERVER) CONNECT(CERTAUTH LABEL('Sub CA') RING(S2))\n",
     0, 0, 0},
    {"an intermediate authority that nobody has",
     "RACDCERT CERTAUTH GENCERT SUBJECTSDN(CN('Sub CA')) +\n"
     " WITHLABEL('Sub CA') NISTECC SIGNWITH(CERTAUTH LABEL('Test CA'))\n"
     "RACDCERT ID(SERVER) GENCERT SUBJECTSDN(CN('S2')) WITHLABEL('S2') +\n"
     " NISTECC SIGNWITH(CERTAUTH LABEL('Sub CA'))\n"
     "RACDCERT ID(SERVER) ADDRING(S2)\n"
     "RACDCERT ID(SERVER) CONNECT(LABEL('S2') RING(S2) DEFAULT)\n"
     "RACDCERT ID(SERVER) CONNECT(CERTAUTH LABEL('Test CA') RING(S2))\n",
     0, 0, 435},
};

START_TEST(the_ring_decides)
{
    struct testring_options o = {.server = rings[_i].server,
                                 .client = rings[_i].client};
    struct testring *t = testring_new(&o);
    struct tls_side c = {.role = "Client"};
    SSL_CTX *ctx = tls_plain_ctx(t, "SERVER", true);
    struct keyring *ring = NULL;
    struct tls_setup setup;
    struct tls_end se, ce;
    struct error err;
    size_t i;

    ck_assert_msg(testring_run(t, rings[_i].job) == 0, "%s: %s", rings[_i].name,
                  testring_output(t));
    if (strstr(rings[_i].job, "ADDRING(S2)") != NULL) {
        ck_assert_int_eq(
            keyring_open_dir(testring_dir(t), "SERVER", "S2", &ring, &err), 0);
        for (i = 0; i < keyring_count(ring); i++) {
            const struct ring_entry *e = keyring_get(ring, i);

            if (e->key != NULL)
                SSL_CTX_use_cert_and_key(ctx, e->cert, e->key, NULL, 1);
            else
                SSL_CTX_add1_chain_cert(ctx, e->cert);
        }
        keyring_unref(ring);
    }
    ck_assert_int_eq(tls_setup_open(&setup, t, &c), 0);
    ck_assert_int_eq(tls_end_open(&ce, &setup, ROOM), 0);
    tls_end_plain(&se, ctx, true);
    tls_shake(&se, &ce);
    ck_assert_msg(tls_rc(&ce) == rings[_i].rc, "%s: %d %s", rings[_i].name,
                  tls_rc(&ce), tls_reason(&ce));
    tls_end_done(&se);
    tls_end_done(&ce);
    tls_setup_done(&setup);
    SSL_CTX_free(ctx);
    testring_free(t);
}
END_TEST

/* ---- further demands ---- */

static const struct {
    const char *name, *adv;
    unsigned min_rsa;
    bool rsa;
    int rc;
} demands[] = {
    {"EC 256 is enough", "PeerMinECCKeySize 256", 0, false, 0},
    {"EC 257 is not", "PeerMinECCKeySize 257", 0, false, 8},
    {"RSA 2048 is enough", "PeerMinRsaKeySize 2048", 0, true, 0},
    {"RSA 2049 is not", "PeerMinRsaKeySize 2049", 0, true, 8},
    {"the size of another kind", "PeerMinRsaKeySize 4096", 0, false, 0},
    {"min_rsa of attlsd.conf", NULL, 3072, true, 8},
    {"min_rsa has nothing to say of EC", NULL, 3072, false, 0},
    {"version 3", "PeerMinCertVersion 3", 0, false, 0},
    {"RFC 5280", "CertValidationMode RFC5280", 0, false, 0},
    {"DNS name", "HostReferenceIdDNS LocalHost", 0, false, 0},
    {"another DNS name", "HostReferenceIdDNS other", 0, false, 8},
    {"common name, but there is a DNS name",
     "HostReferenceIdDNS other\nHostReferenceIdCN SERVER", 0, false, 8},
    {"common name alone", "HostReferenceIdCN server", 0, false, 0},
    {"another common name", "HostReferenceIdCN other", 0, false, 8},
};

START_TEST(the_policy_demands)
{
    struct testring *t =
        testring_new(&(struct testring_options){.rsa = demands[_i].rsa});
    struct tls_side s = {.role = "Server"};
    struct tls_side c = {.role = "Client",
                         .adv = demands[_i].adv,
                         .min_rsa = demands[_i].min_rsa};
    struct match m;

    play(&m, t, &s, t, &c);
    ck_assert_msg(tls_rc(&m.c) == demands[_i].rc, "%s: %d %s", demands[_i].name,
                  tls_rc(&m.c), tls_reason(&m.c));
    done(&m);
    if (strncmp(demands[_i].adv != NULL ? demands[_i].adv : "", "Host", 4) !=
        0) {
        /* and the other way round; a server does not ask for host names */
        s.role = "ServerWithClientAuth";
        s.adv = demands[_i].adv;
        s.min_rsa = demands[_i].min_rsa;
        c.adv = NULL;
        c.min_rsa = 0;
        play(&m, t, &s, t, &c);
        ck_assert_msg(tls_rc(&m.s) == demands[_i].rc, "%s, server: %d %s",
                      demands[_i].name, tls_rc(&m.s), tls_reason(&m.s));
        done(&m);
    }
    testring_free(t);
}
END_TEST

/* A certificate of version 1, and one without what RFC 5280 asks for: no
 * command makes them. ISSUER NULL: self-signed. */
static X509 *make_cert(long version, X509 *issuer, EVP_PKEY *issuer_key,
                       bool twice, EVP_PKEY **ret_key)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509_EXTENSION *usage =
        X509V3_EXT_conf_nid(NULL, NULL, NID_key_usage, "digitalSignature");
    X509 *x = X509_new();
    X509_NAME *name = X509_get_subject_name(x);
    int i;

    X509_set_version(x, version);
    ASN1_INTEGER_set(X509_get_serialNumber(x), 7);
    X509_NAME_add_entry_by_txt(
        name, "CN", MBSTRING_ASC,
        (const unsigned char *)(issuer != NULL ? "leaf" : "odd"), -1, -1, 0);
    X509_set_issuer_name(x,
                         issuer != NULL ? X509_get_subject_name(issuer) : name);
    X509_gmtime_adj(X509_getm_notBefore(x), -60);
    X509_gmtime_adj(X509_getm_notAfter(x), 3600);
    X509_set_pubkey(x, key);
    for (i = 0; twice && i < 2; i++)
        X509_add_ext(x, usage, -1);
    X509_EXTENSION_free(usage);
    ck_assert_int_gt(
        X509_sign(x, issuer != NULL ? issuer_key : key, EVP_sha256()), 0);
    *ret_key = key;
    return x;
}

static const struct {
    const char *name, *adv;
    long version;
    bool trusted, issued;
    int rc;
} odd[] = {
    {"self-signed, unknown", NULL, X509_VERSION_3, false, false, 417},
    {"self-signed, trusted", NULL, X509_VERSION_3, true, false, 0},
    {"version 1", NULL, X509_VERSION_1, true, false, 0},
    {"version 1, PeerMinCertVersion 3", "PeerMinCertVersion 3", X509_VERSION_1,
     true, false, 8},
    {"no key identifier, Any", "CertValidationMode Any", X509_VERSION_1, true,
     true, 0},
    {"no key identifier, RFC2459", "CertValidationMode RFC2459", X509_VERSION_1,
     true, true, 0},
    {"no key identifier, RFC5280", "CertValidationMode RFC5280", X509_VERSION_1,
     true, true, 8},
};

/* As if ANCHOR were connected to the ring. */
static void trust(struct tls_end *e, X509 *anchor)
{
    X509_STORE *store = X509_STORE_new();

    X509_STORE_add_cert(store, anchor);
    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
    tls_end_trust(e, store);
    X509_STORE_free(store);
}

START_TEST(odd_certificates)
{
    struct testring *t = testring_new(NULL);
    struct tls_side side = {.role = "Client", .adv = odd[_i].adv};
    SSL_CTX *ctx = tls_plain_ctx(t, NULL, true);
    struct tls_setup setup;
    struct tls_end s, c;
    EVP_PKEY *ca_key, *key = NULL;
    X509 *ca = make_cert(odd[_i].version, NULL, NULL, false, &ca_key),
         *leaf = NULL;

    if (odd[_i].issued)
        leaf = make_cert(X509_VERSION_3, ca, ca_key, false, &key);
    ck_assert_int_eq(tls_setup_open(&setup, t, &side), 0);
    ck_assert_int_eq(tls_end_open(&c, &setup, ROOM), 0);
    ck_assert_int_eq(SSL_CTX_use_cert_and_key(ctx, leaf != NULL ? leaf : ca,
                                              leaf != NULL ? key : ca_key, NULL,
                                              1),
                     1);
    if (odd[_i].trusted)
        trust(&c, ca);
    tls_end_plain(&s, ctx, true);
    tls_shake(&s, &c);
    ck_assert_msg(tls_rc(&c) == odd[_i].rc, "%s: %d %s", odd[_i].name,
                  tls_rc(&c), tls_reason(&c));
    tls_end_done(&s);
    tls_end_done(&c);
    tls_setup_done(&setup);
    X509_free(ca);
    X509_free(leaf);
    EVP_PKEY_free(ca_key);
    EVP_PKEY_free(key);
    SSL_CTX_free(ctx);
    testring_free(t);
}
END_TEST

/* OpenSSL finds no issuer for it: that the ring has none is not the reason. */
START_TEST(a_malformed_certificate_is_414)
{
    struct testring *t = testring_new(NULL);
    struct tls_side side = {.role = "ServerWithClientAuth",
                            .adv = "ClientAuthType Required"};
    SSL_CTX *ctx = tls_plain_ctx(t, NULL, false);
    struct tls_setup setup;
    struct tls_end s, c;
    EVP_PKEY *ca_key, *key;
    X509 *ca = make_cert(X509_VERSION_3, NULL, NULL, false, &ca_key);
    X509 *leaf = make_cert(X509_VERSION_3, ca, ca_key, _i == 1, &key);

    ck_assert_int_eq(tls_setup_open(&setup, t, &side), 0);
    ck_assert_int_eq(tls_end_open(&s, &setup, ROOM), 0);
    ck_assert_int_eq(SSL_CTX_use_cert_and_key(ctx, leaf, key, NULL, 1), 1);
    tls_end_plain(&c, ctx, false);
    tls_shake(&s, &c);
    ck_assert_msg(tls_rc(&s) == (_i == 1 ? 414 : 435), "%d %s", tls_rc(&s),
                  tls_reason(&s));
    ck_assert_str_eq(session_outcome(s.session)->words.subject, "CN=leaf");
    tls_end_done(&s);
    tls_end_done(&c);
    tls_setup_done(&setup);
    X509_free(ca);
    X509_free(leaf);
    EVP_PKEY_free(ca_key);
    EVP_PKEY_free(key);
    SSL_CTX_free(ctx);
    testring_free(t);
}
END_TEST

/* ---- names ---- */

static const struct {
    const char *name;
    const char *san, *cn;     /* of the certificate */
    const char *dns, *common; /* of the policy */
    bool wildcard, fits;
} hosts[] = {
    {"nothing coded", "DNS:a.example", "x", NULL, NULL, false, true},
    {"SAN", "DNS:a.example", "x", "a.example", NULL, false, true},
    {"SAN, case", "DNS:A.Example", "x", "a.eXAMPLE", NULL, false, true},
    {"second SAN", "DNS:b,DNS:a.example", "x", "a.example", NULL, false, true},
    {"no SAN of that name", "DNS:b", "a.example", "a.example", NULL, false,
     false},
    {"SAN counts before CN", "DNS:b", "a.example", "a.example", "a.example",
     false, false},
    {"CN where there is no SAN", NULL, "a.example", "a.example", "a.example",
     false, true},
    {"CN where the SAN is an address", "IP:127.0.0.1", "a.example", "x",
     "a.example", false, true},
    {"CN not asked for", NULL, "a.example", "a.example", NULL, false, false},
    {"CN other", NULL, "a.example", NULL, "b.example", false, false},
    {"CN with blanks", NULL, "IMS Server", NULL, "ims server", false, true},
    {"CN is not a part", NULL, "a.example.org", NULL, "a.example", false,
     false},
    {"SAN wildcard off", "DNS:*.example.org", "x", "a.example.org", NULL, false,
     false},
    {"SAN wildcard on", "DNS:*.example.org", "x", "a.example.org", NULL, true,
     true},
    {"SAN wildcard, one label", "DNS:*.example.org", "x", "a.b.example.org",
     NULL, true, false},
    {"SAN partial wildcard", "DNS:f*.example.org", "x", "foo.example.org", NULL,
     true, false},
    {"CN wildcard off", NULL, "*.example.org", NULL, "a.example.org", false,
     false},
    {"CN wildcard on", NULL, "*.example.org", NULL, "a.example.org", true,
     true},
    {"CN wildcard, one label", NULL, "*.example.org", NULL, "a.b.example.org",
     true, false},
    {"SAN wildcard, one label after it", "DNS:*.example", "x", "bank.example",
     NULL, true, false},
    {"CN wildcard, one label after it", NULL, "*.example", NULL, "bank.example",
     true, false},
    {"CN wildcard, no label", NULL, "*.example.org", NULL, ".example.org", true,
     false},
};

START_TEST(the_host_is_named)
{
    struct peer_rules r = {.dns = hosts[_i].dns,
                           .common_name = hosts[_i].common,
                           .wildcard = hosts[_i].wildcard};
    X509 *x = X509_new();

    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                               (const unsigned char *)hosts[_i].cn, -1, -1, 0);
    if (hosts[_i].san != NULL) {
        X509_EXTENSION *e = X509V3_EXT_conf_nid(
            NULL, NULL, NID_subject_alt_name, hosts[_i].san);

        ck_assert_ptr_nonnull(e);
        X509_add_ext(x, e, -1);
        X509_EXTENSION_free(e);
    }
    ck_assert_msg(verify_host(&r, x) == hosts[_i].fits, "%s", hosts[_i].name);
    X509_free(x);
}
END_TEST

/* A NUL in the name must not end it. */
START_TEST(a_common_name_with_a_nul_fits_nothing)
{
    struct peer_rules r = {.common_name = "good.example"};
    X509 *x = X509_new();

    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                               (const unsigned char *)"good.example\0.evil", 18,
                               -1, 0);
    ck_assert(!verify_host(&r, x));
    X509_free(x);
}
END_TEST

TESTS_BEGIN("verify")
tcase_set_timeout(tc, 30);
TEST_ROWS(a_servers_certificate, servers)
TEST_ROWS(a_clients_certificate, clients)
tcase_add_loop_test(tc, a_bad_certificate_of_a_plain_client, 0, 5);
TEST_ROWS(the_ring_decides, rings)
TEST_ROWS(the_policy_demands, demands)
TEST_ROWS(odd_certificates, odd)
tcase_add_loop_test(tc, a_malformed_certificate_is_414, 0, 2);
TEST_ROWS(the_host_is_named, hosts)
TEST(a_common_name_with_a_nul_fits_nothing)
TESTS_END
