/*
 * Settings of the policy in a handshake: each row says what both sides code
 * (or what a plain OpenSSL peer does) and what comes of it.
 */
#include "tls/context.h"
#include "tls/environment_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/ssl.h>

#include "policy/schema.h"
#include "support/parmtext.h"
#include "support/suite.h"
#include "support/tlspair.h"

enum { ROOM = 64 * 1024 };

static struct testring *ec, *rsa;

static void setup(void)
{
    ec = testring_new(NULL);
    rsa = testring_new(&(struct testring_options){.rsa = true});
}

static void teardown(void)
{
    testring_free(ec);
    testring_free(rsa);
}

/* ---- what a plain peer does ---- */

static void only_12(SSL_CTX *ctx)
{
    SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
}

static void no_ems(SSL_CTX *ctx)
{
    only_12(ctx);
    SSL_CTX_set_options(ctx, SSL_OP_NO_EXTENDED_MASTER_SECRET);
}

static void p384(SSL_CTX *ctx)
{
    SSL_CTX_set1_groups_list(ctx, "P-384");
}

static void p384_12(SSL_CTX *ctx)
{
    only_12(ctx);
    p384(ctx);
}

static void sha512(SSL_CTX *ctx)
{
    only_12(ctx);
    SSL_CTX_set1_sigalgs_list(ctx, "ECDSA+SHA512");
}

static void fragment_1024(SSL_CTX *ctx)
{
    SSL_CTX_set_tlsext_max_fragment_length(ctx,
                                           TLSEXT_max_fragment_length_1024);
}

static void dhe(SSL_CTX *ctx, int bits)
{
    EVP_PKEY *key = EVP_PKEY_new();
    EVP_PKEY_CTX *kctx = EVP_PKEY_CTX_new_from_name(NULL, "DH", NULL);
    char group[] = "modp_2048", small[] = "dh_1024_160";
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(
                               "group", bits == 1024 ? small : group, 0),
                           OSSL_PARAM_construct_end()};

    only_12(ctx);
    SSL_CTX_set_security_level(ctx, 0);
    SSL_CTX_set_cipher_list(ctx, "DHE-RSA-AES128-GCM-SHA256");
    EVP_PKEY_free(key);
    key = NULL;
    ck_assert_int_eq(EVP_PKEY_keygen_init(kctx), 1);
    ck_assert_int_eq(EVP_PKEY_CTX_set_params(kctx, params), 1);
    ck_assert_int_eq(EVP_PKEY_keygen(kctx, &key), 1);
    EVP_PKEY_CTX_free(kctx);
    ck_assert_int_eq(SSL_CTX_set0_tmp_dh_pkey(ctx, key), 1);
}

static void dhe_1024(SSL_CTX *ctx)
{
    dhe(ctx, 1024);
}

static void dhe_2048(SSL_CTX *ctx)
{
    dhe(ctx, 2048);
}

static void dhe_client(SSL_CTX *ctx)
{
    only_12(ctx);
    SSL_CTX_set_cipher_list(ctx, "DHE-RSA-AES128-GCM-SHA256");
}

static void no_signal(SSL_CTX *ctx)
{
    only_12(ctx);
}

/* ---- both ends, one row ---- */

enum peer { OURS, PLAIN_SERVER, PLAIN_CLIENT };

struct row {
    const char *name;
    struct tls_side s, c;
    enum peer peer;
    void (*plain)(SSL_CTX *);
    bool rsa;
    int s_rc, c_rc;     /* 0: it works; of the end that is ours */
    enum fault s_fault; /* the server's; none: not looked at */
    const char *protocol;
    unsigned cipher;
    const char *group;  /* of the key exchange, as OpenSSL names it */
    const char *reason; /* part of it */
};

static void open_end(struct tls_setup *setup, struct tls_end *e,
                     const struct row *r, bool server)
{
    struct tls_side side = server ? r->s : r->c;
    const struct testring *t = r->rsa ? rsa : ec;
    SSL_CTX *ctx;

    memset(setup, 0, sizeof(*setup));
    if (r->peer == (server ? PLAIN_SERVER : PLAIN_CLIENT)) {
        ctx = tls_plain_ctx(t, server ? "SERVER" : "CLIENT", server);
        if (r->plain != NULL)
            r->plain(ctx);
        tls_end_plain(e, ctx, server);
        SSL_CTX_free(ctx);
        return;
    }
    if (side.role == NULL)
        side.role = server ? "Server" : "Client";
    ck_assert_msg(tls_setup_open(setup, t, &side) == 0, "%s: %s", r->name,
                  setup->why.reason);
    tls_end_open(e, setup, ROOM);
}

/* As the plain end knows it. */
static const char *group_of(const struct tls_end *e)
{
    EVP_PKEY *key = NULL;
    static char name[64];
    size_t len;
    int nid = (int)SSL_get_negotiated_group(e->plain);

    if (nid != NID_undef)
        return OBJ_nid2sn(nid);
    if (SSL_get_peer_tmp_key(e->plain, &key) != 1 ||
        EVP_PKEY_get_group_name(key, name, sizeof(name), &len) != 1)
        name[0] = '\0';
    EVP_PKEY_free(key);
    return name;
}

static void check_end(const struct row *r, const struct tls_end *e, int rc,
                      const char *which)
{
    if (e->plain != NULL)
        return;
    ck_assert_msg(tls_rc(e) == rc, "%s: the %s gives %d: %s", r->name, which,
                  tls_rc(e), tls_reason(e));
    if (rc != 0 && r->reason != NULL)
        ck_assert_msg(strstr(tls_reason(e), r->reason) != NULL, "%s: %s",
                      r->name, tls_reason(e));
    if (rc == 0 && r->protocol != NULL)
        ck_assert_str_eq(session_protocol(e->session), r->protocol);
    if (rc == 0 && r->cipher != 0)
        ck_assert_uint_eq(session_cipher(e->session), r->cipher);
}

static void run(const struct row *r)
{
    struct tls_setup ss, cs;
    struct tls_end s, c;
    bool good = r->s_rc == 0 && r->c_rc == 0;

    open_end(&ss, &s, r, true);
    open_end(&cs, &c, r, false);
    if ((s.session != NULL || s.plain != NULL) &&
        (c.session != NULL || c.plain != NULL))
        ck_assert_msg(tls_shake(&s, &c) == good,
                      "%s: server %d %s, client %d %s", r->name, tls_rc(&s),
                      tls_reason(&s), tls_rc(&c), tls_reason(&c));
    check_end(r, &s, r->s_rc, "server");
    if (r->s_fault != FAULT_none)
        ck_assert_msg(session_outcome(s.session)->fault == r->s_fault, "%s: %s",
                      r->name,
                      fault_row(session_outcome(s.session)->fault)->id);
    check_end(r, &c, r->c_rc, "client");
    if (good)
        ck_assert_msg(tls_say(&c, &s, "hello") && tls_say(&s, &c, "you"), "%s",
                      r->name);
    if (good && r->group != NULL)
        ck_assert_str_eq(group_of(s.plain != NULL ? &s : &c), r->group);
    tls_end_done(&s);
    tls_end_done(&c);
    tls_setup_done(&ss);
    tls_setup_done(&cs);
}

#define V13 "TLSv1.3 On\nTLSv1.2 Off"

static const struct row rows[] = {
    /* versions */
    {.name = "no version in common", .s.adv = V13, .s_rc = 412, .c_rc = 412},
    {.name = "a client of 1.3 and a server of 1.2",
     .c.adv = "TLSv1.3 On\nTLSv1.2 Off",
     .s_rc = 412,
     .c_rc = 412},
    {.name = "1.3 without its suites is 1.2",
     .s.adv = "TLSv1.3 On",
     .s.ciphers = "V3CipherSuites4Char C02B",
     .c.adv = "TLSv1.3 On",
     .protocol = "TLSV1.2"},
    {.name = "only 1.3 on, no suite of it",
     .s.adv = V13,
     .s.ciphers = "V3CipherSuites4Char C02B",
     .s_rc = 402,
     .reason = "none of the policy's"},
    {.name = "all off",
     .s.adv = "TLSv1.2 Off",
     .s_rc = 5006,
     .reason = "no protocol version is on"},
    {.name = "connection over environment",
     .s.adv = "TLSv1.2 Off",
     .s.conn = "TLSv1.2 On",
     .protocol = "TLSV1.2"},
    {.name = "role of the connection action",
     .s.role = "Client",
     .s.userid = "SERVER",
     .s.conn_role = "Server"},
    {.name = "middle box compatibility",
     .s.adv = V13 "\nMiddleBoxCompatMode On",
     .c.adv = V13 "\nMiddleBoxCompatMode On",
     .protocol = "TLSV1.3"},
    /* suites: 2 and 4 characters, by name; the server's order counts */
    {.name = "two characters",
     .rsa = true,
     .s.ciphers = "V3CipherSuites 2F35",
     .c.ciphers = "V3CipherSuites 352F",
     .cipher = 0x002f},
    {.name = "four characters",
     .s.ciphers = "V3CipherSuites4Char C02CC02B",
     .c.ciphers = "V3CipherSuites4Char C02BC02C",
     .cipher = 0xc02c},
    {.name = "by name",
     .rsa = true,
     .s.ciphers = "V3CipherSuites TLS_RSA_WITH_AES_256_GCM_SHA384\n"
                  "V3CipherSuites4Char TLS_RSA_WITH_AES_128_CBC_SHA",
     .c.ciphers = "V3CipherSuites 2F9D",
     .cipher = 0x009d},
    {.name = "1303",
     .s.adv = V13,
     .s.ciphers = "V3CipherSuites4Char 1303",
     .c.adv = V13,
     .c.ciphers = "V3CipherSuites4Char 130113021303",
     .cipher = 0x1303},
    {.name = "no suite in common",
     .s.ciphers = "V3CipherSuites4Char C02B",
     .c.ciphers = "V3CipherSuites4Char C02C",
     .s_rc = 402,
     .c_rc = 402},
    {.name = "no suite in common, 1.3",
     .s.adv = V13,
     .s.ciphers = "V3CipherSuites4Char 1302",
     .c.adv = V13,
     .c.ciphers = "V3CipherSuites4Char 1301",
     .s_rc = 402,
     .c_rc = 402},
    {.name = "a suite that does not fit the key",
     .s.ciphers = "V3CipherSuites4Char C030",
     .c.ciphers = "V3CipherSuites4Char C030",
     .s_rc = 402,
     .c_rc = 402},
    {.name = "suites that OpenSSL does not have",
     .s.ciphers = "V3CipherSuites 0C0F",
     .s_rc = 402},
    /* curves and key shares */
    {.name = "z/OS's first where nothing is coded",
     .peer = PLAIN_CLIENT,
     .plain = only_12,
     .group = "prime256v1"},
    {.name = "X25519 before TLSv1.3 where it is first",
     .peer = PLAIN_CLIENT,
     .plain = only_12,
     .s.x25519_first = true,
     .group = "X25519"},
    {.name = "key share of z/OS",
     .peer = PLAIN_SERVER,
     .c.adv = "TLSv1.3 On",
     .protocol = "TLSV1.3",
     .group = "prime256v1"},
    {.name = "key share of X25519 where it is first",
     .peer = PLAIN_SERVER,
     .c.adv = "TLSv1.3 On",
     .c.x25519_first = true,
     .protocol = "TLSV1.3",
     .group = "X25519"},
    {.name = "ServerKexECurves",
     .peer = PLAIN_CLIENT,
     .plain = only_12,
     .s.signature = "ServerKexECurves 00250024",
     .group = "secp521r1"},
    {.name = "ServerKexECurves without the client's",
     .peer = PLAIN_CLIENT,
     .plain = p384_12,
     .s.signature = "ServerKexECurves 0023",
     .s_rc = 402},
    {.name = "ServerKeyShareGroups is for 1.3",
     .peer = PLAIN_CLIENT,
     .s.adv = "TLSv1.3 On",
     .s.signature = "ServerKexECurves 0023\nServerKeyShareGroups 0024",
     .protocol = "TLSV1.3",
     .group = "secp384r1"},
    {.name = "and not for 1.2",
     .peer = PLAIN_CLIENT,
     .plain = only_12,
     .s.adv = "TLSv1.3 On",
     .s.signature = "ServerKexECurves 0023\nServerKeyShareGroups 0024",
     .protocol = "TLSV1.2",
     .group = "prime256v1"},
    {.name = "no group of 1.3 in common",
     .peer = PLAIN_CLIENT,
     .plain = p384,
     .s.adv = V13,
     .s.signature = "ServerKeyShareGroups 0023",
     .s_rc = 402},
    {.name = "ClientECurves",
     .peer = PLAIN_SERVER,
     .plain = only_12,
     .c.signature = "ClientECurves 00240023",
     .group = "secp384r1"},
    {.name = "ClientECurves without the server's",
     .peer = PLAIN_SERVER,
     .plain = p384_12,
     .c.signature = "ClientECurves 0023",
     .c_rc = 402},
    {.name = "ClientKeyShareGroups goes first",
     .peer = PLAIN_SERVER,
     .c.adv = V13,
     .c.signature = "ClientECurves 002300240029\nClientKeyShareGroups 0024",
     .group = "secp384r1"},
    {.name = "a server asks for another group",
     .peer = PLAIN_SERVER,
     .plain = p384,
     .c.adv = V13,
     .c.signature = "ClientKeyShareGroups 0029",
     .group = "secp384r1"},
    /* signatures */
    {.name = "a pair in common",
     .peer = PLAIN_CLIENT,
     .plain = sha512,
     .s.signature = "SignaturePairs 0603"},
    {.name = "no pair in common, server",
     .peer = PLAIN_CLIENT,
     .plain = sha512,
     .s.signature = "SignaturePairs 0403",
     .s_rc = 434},
    {.name = "pairs in common, and none for the server's key",
     .peer = PLAIN_CLIENT,
     .plain = only_12,
     .s.signature = "SignaturePairs 0401",
     .s_rc = 402,
     .s_fault = FAULT_suites_no_pair},
    {.name = "no pair in common, client",
     .s.signature = "SignaturePairs 0603",
     .c.signature = "SignaturePairs 0403",
     .s_rc = 434,
     .c_rc = 402},
    {.name = "SignaturePairs hold for certificates",
     .c.signature = "SignaturePairs 0603",
     .s_rc = 414,
     .c_rc = 413},
    {.name = "but for SignaturePairsCert",
     .c.signature = "SignaturePairs 0603\nSignaturePairsCert 0403",
     .protocol = "TLSV1.2"},
    {.name = "SignaturePairsCert alone",
     .c.signature = "SignaturePairsCert 0401",
     .s_rc = 414,
     .c_rc = 413},
    {.name = "RSA signatures, PSS in 1.3",
     .rsa = true,
     .s.adv = V13,
     .c.adv = V13,
     .c.signature = "SignaturePairs 0806\nSignaturePairsCert 0401",
     .protocol = "TLSV1.3"},
    {.name = "no pair that the level leaves",
     .s.signature = "SignaturePairs 02010203",
     .s_rc = 402,
     .reason = "signature pairs"},
    {.name = "no group that TLSv1.3 has",
     .s.adv = V13,
     .s.signature = "ServerKeyShareGroups 0021",
     .s_rc = 402,
     .reason = "groups"},
    /* Suite B */
    {.name = "Suite B 128",
     .s.env = "SuiteBProfile 128",
     .c.env = "SuiteBProfile 128",
     .cipher = 0xc02b},
    {.name = "Suite B without TLSv1.2 coded",
     .s.env = "SuiteBProfile 128Min",
     .s.adv = "TLSv1.2 Off\nTLSv1.3 On",
     .protocol = "TLSV1.2",
     .cipher = 0xc02b},
    {.name = "Suite B 192 and a P-256 certificate",
     .peer = PLAIN_SERVER,
     .plain = only_12,
     .c.env = "SuiteBProfile 192",
     .c_rc = 402},
    {.name = "Suite B and RSA",
     .rsa = true,
     .s.env = "SuiteBProfile 128",
     .s_rc = 402,
     .c_rc = 402},
    /* Diffie-Hellman */
    {.name = "DHE",
     .rsa = true,
     .peer = PLAIN_CLIENT,
     .plain = dhe_client,
     .s.ciphers = "V3CipherSuites 9E",
     .cipher = 0x009e},
    {.name = "ServerEDHGroupSize 2048",
     .rsa = true,
     .peer = PLAIN_CLIENT,
     .plain = dhe_client,
     .s.adv = "ServerEDHGroupSize 2048",
     .s.ciphers = "V3CipherSuites 9E",
     .cipher = 0x009e,
     .group = "ffdhe2048"},
    {.name = "a small group, Legacy",
     .rsa = true,
     .peer = PLAIN_SERVER,
     .plain = dhe_1024,
     .c.ciphers = "V3CipherSuites 9E"},
    {.name = "a small group, ClientEDHGroupSize 2048",
     .rsa = true,
     .peer = PLAIN_SERVER,
     .plain = dhe_1024,
     .c.adv = "ClientEDHGroupSize 2048",
     .c.ciphers = "V3CipherSuites 9E",
     .c_rc = 8},
    {.name = "2048, ClientEDHGroupSize 2048",
     .rsa = true,
     .peer = PLAIN_SERVER,
     .plain = dhe_2048,
     .c.adv = "ClientEDHGroupSize 2048",
     .c.ciphers = "V3CipherSuites 9E"},
    /* extended master secret */
    {.name = "EMS Required at both ends",
     .s.adv = "ServerExtendedMasterSecret Required",
     .c.adv = "ClientExtendedMasterSecret Required"},
    {.name = "EMS Required in 1.3",
     .s.adv = V13 "\nServerExtendedMasterSecret Required",
     .c.adv = V13 "\nClientExtendedMasterSecret Required"},
    {.name = "EMS Required, client without",
     .s.adv = "ServerExtendedMasterSecret Required",
     .c.adv = "ClientExtendedMasterSecret Off",
     .s_rc = 446,
     .c_rc = 402},
    {.name = "EMS Required, server without",
     .peer = PLAIN_SERVER,
     .plain = no_ems,
     .c.adv = "ClientExtendedMasterSecret Required",
     .c_rc = 446,
     .reason = "extended master secret"},
    {.name = "EMS On, server without", .peer = PLAIN_SERVER, .plain = no_ems},
    {.name = "EMS Off",
     .s.adv = "ServerExtendedMasterSecret Off",
     .c.adv = "ClientExtendedMasterSecret Required",
     .s_rc = 0,
     .c_rc = 446},
    /* fragment length */
    {.name = "fragment length asked for and granted",
     .s.adv = "ServerMaxSSLFragment Required",
     .c.adv = "ClientMaxSSLFragment Required\nClientMaxSSLFragmentLength 512"},
    {.name = "fragment length not asked for",
     .s.adv = "ServerMaxSSLFragment Required",
     .s_rc = 446,
     .c_rc = 402},
    {.name = "fragment length not asked for, 1.3",
     .s.adv = V13 "\nServerMaxSSLFragment Required",
     .c.adv = V13,
     .s_rc = 446,
     .c_rc = 402},
    {.name = "a plain client asks",
     .peer = PLAIN_CLIENT,
     .plain = fragment_1024,
     .s.adv = "ServerMaxSSLFragment Required"},
    /* renegotiation's indication */
    {.name = "RenegotiationIndicator Both",
     .s.adv = "RenegotiationIndicator Both",
     .c.adv = "RenegotiationIndicator Both"},
    {.name = "RenegotiationIndicator by a suite",
     .peer = PLAIN_CLIENT,
     .plain = no_signal,
     .s.adv = "RenegotiationIndicator Server"},
    /* labels */
    {.name = "an unknown label of the connection",
     .s.conn = "CertificateLabel nobody",
     .s_rc = 407,
     .reason = "nobody"},
    {.name = "an unknown list label of the connection",
     .s.conn = "ServerCertificateLabel nobody",
     .s_rc = 407},
    {.name = "a label that is there", .s.adv = "CertificateLabel SERVER"},
    {.name = "an unknown label is no matter under ServerCertificateLabel",
     .s.conn = "CertificateLabel nobody\nServerCertificateLabel SERVER"},
    {.name = "a client's unknown label",
     .c.conn = "CertificateLabel nobody",
     .c_rc = 407},
};

START_TEST(a_handshake_comes_out_as_its_row_says)
{
    run(&rows[_i]);
}
END_TEST

/* ---- certificates by kind of key ---- */

/* ServerCertificateLabel: the suite decides which of the two. */
START_TEST(a_server_has_a_certificate_for_each_kind_of_key)
{
    static const struct {
        const char *suite;
        int type;
    } kinds[] = {{"V3CipherSuites4Char C02B", EVP_PKEY_EC},
                 {"V3CipherSuites4Char C02F", EVP_PKEY_RSA},
                 {"V3CipherSuites 35", EVP_PKEY_RSA}};
    struct tls_side s = {.role = "Server",
                         .adv = "ServerCertificateLabel rsa one\n"
                                "ServerCertificateLabel SERVER\n"
                                "ServerCertificateLabel rsa one"};
    struct tls_side c = {.role = "Client"};
    struct testring *t = testring_new(NULL);
    struct tls_setup ss, cs;
    size_t i;

    ck_assert_int_eq(
        testring_run(
            t, "RACDCERT ID(SERVER) GENCERT SUBJECTSDN(CN('rsa')) +\n"
               " WITHLABEL('rsa one') SIGNWITH(CERTAUTH LABEL('Test CA'))\n"
               "RACDCERT ID(SERVER) CONNECT(LABEL('rsa one') +\n"
               " RING(Test.Ring))\n"),
        0);
    ck_assert_int_eq(tls_setup_open(&ss, t, &s), 0);
    for (i = 0; i < 3; i++) {
        struct tls_end se, ce;
        EVP_PKEY *key;

        c.ciphers = kinds[i].suite;
        ck_assert_int_eq(tls_setup_open(&cs, t, &c), 0);
        s.ciphers = "V3CipherSuites4Char C02BC02F0035";
        tls_setup_done(&ss);
        ck_assert_int_eq(tls_setup_open(&ss, t, &s), 0);
        ck_assert_int_eq(tls_end_open(&se, &ss, ROOM), 0);
        ck_assert_int_eq(tls_end_open(&ce, &cs, ROOM), 0);
        ck_assert_msg(tls_shake(&se, &ce), "%s: %s", kinds[i].suite,
                      tls_reason(&se));
        key = X509_get0_pubkey(session_peer_certificate(ce.session));
        ck_assert_int_eq(EVP_PKEY_get_base_id(key), kinds[i].type);
        tls_end_done(&se);
        tls_end_done(&ce);
        tls_setup_done(&cs);
    }
    tls_setup_done(&ss);
    testring_free(t);
}
END_TEST

/* ---- own certificates that can't be used ---- */

static const struct {
    const char *name;
    unsigned faults;
    const char *role;
    int rc;
    const char *reason;
} own[] = {
    {"server, no certificate", TESTRING_NO_CERT, "Server", 7, "DEFAULT"},
    {"server, no default", TESTRING_NO_DEFAULT, "Server", 7, "DEFAULT"},
    {"server, NOTRUST", TESTRING_NOTRUST, "Server", 7, "is NOTRUST"},
    {"server, no key", TESTRING_NO_KEY, "Server", 428, "no private key"},
    {"server, wrong usage", TESTRING_WRONG_USAGE, "Server", 428, "PERSONAL"},
    {"server, for signing only", TESTRING_CERTSIGN_ONLY, "Server", 440,
     "may not be used for handshakes"},
    {"server, expired", TESTRING_EXPIRED, "Server", 401, "expired"},
    {"server, of the future", TESTRING_FUTURE, "Server", 401, "not valid yet"},
    {"client, no certificate", TESTRING_NO_CERT, "Client", 0, NULL},
    {"client, no default", TESTRING_NO_DEFAULT, "Client", 0, NULL},
    {"client, no key", TESTRING_NO_KEY, "Client", 0, NULL},
    {"client, expired", TESTRING_EXPIRED, "Client", 0, NULL},
};

START_TEST(an_own_certificate_must_be_usable)
{
    struct testring_options o = {.server = own[_i].faults,
                                 .client = own[_i].faults};
    struct testring *t = testring_new(&o);
    struct tls_side side = {.role = own[_i].role};
    struct tls_setup setup;
    struct tls_end e;
    int rc;

    ck_assert_int_eq(tls_setup_open(&setup, t, &side), 0);
    rc = tls_end_open(&e, &setup, ROOM);
    ck_assert_msg(rc == own[_i].rc, "%s: %d %s", own[_i].name, rc,
                  tls_reason(&e));
    if (own[_i].reason != NULL)
        ck_assert_msg(strstr(tls_reason(&e), own[_i].reason) != NULL, "%s: %s",
                      own[_i].name, tls_reason(&e));
    tls_end_done(&e);
    tls_setup_done(&setup);
    testring_free(t);
}
END_TEST

/* A client's certificate matters once it is asked for. */
static const struct {
    unsigned fault;
    const char *role;
    int rc;
} asked[] = {
    {TESTRING_EXPIRED, "Server", 0},
    {TESTRING_EXPIRED, "ServerWithClientAuth", 401},
    {TESTRING_CERTSIGN_ONLY, "Server", 0},
    {TESTRING_CERTSIGN_ONLY, "ServerWithClientAuth", 440},
};

START_TEST(a_clients_certificate_is_looked_at_when_asked_for)
{
    struct testring *t =
        testring_new(&(struct testring_options){.client = asked[_i].fault});
    struct tls_side s = {.role = asked[_i].role}, c = {.role = "Client"};
    struct tls_setup ss, cs;
    struct tls_end se, ce;

    ck_assert_int_eq(tls_setup_open(&ss, t, &s), 0);
    ck_assert_int_eq(tls_setup_open(&cs, t, &c), 0);
    ck_assert_int_eq(tls_end_open(&se, &ss, ROOM), 0);
    ck_assert_int_eq(tls_end_open(&ce, &cs, ROOM), 0);
    ck_assert_int_eq(tls_shake(&se, &ce), asked[_i].rc == 0);
    ck_assert_int_eq(tls_rc(&ce), asked[_i].rc);
    if (asked[_i].rc != 0)
        ck_assert_str_eq(session_outcome(ce.session)->words.subject,
                         "CN=CLIENT,O=Test");
    tls_end_done(&se);
    tls_end_done(&ce);
    tls_setup_done(&ss);
    tls_setup_done(&cs);
    testring_free(t);
}
END_TEST

/* ---- which policies share a context ---- */

/* Made by one environment, from the one value of PARM and from the other.
 * False: a value of it has no context here. */
static bool make_two(struct environment *env, enum policy_parm parm,
                     bool *ret_shared)
{
    struct policy *p = parmtext_load(parm, 0), *q = parmtext_load(parm, 1);
    const struct context *a = NULL, *b = NULL;
    struct tls_outcome why;
    bool made;

    tls_outcome_init(&why);
    made =
        environment_context(env, policy_rule_effective(policy_rule_get(p, 0)),
                            &a, &why) == 0 &&
        environment_context(env, policy_rule_effective(policy_rule_get(q, 0)),
                            &b, &why) == 0;
    *ret_shared = a == b;
    policy_unref(p);
    policy_unref(q);
    return made;
}

/* Walks parms.def. A session belongs to its context, so what is not shared
 * here can't be resumed either. */
START_TEST(contexts_are_shared_by_what_makes_the_same_tls)
{
    struct tls_side side = {.role = "Server"};
    struct tls_setup s;
    unsigned made = 0;
    bool shared;
    int i;

    ck_assert_int_eq(tls_setup_open(&s, ec, &side), 0);
    for (i = 0; i < PARM_COUNT; i++) {
        const struct parm *row = schema_parm((enum policy_parm)i);

        if (!parmtext_has((enum policy_parm)i) ||
            !make_two(s.env, (enum policy_parm)i, &shared))
            continue;
        ck_assert_msg(shared == !(row->flags & TLS), "%s", row->keyword);
        made += (row->flags & TLS) != 0;
    }
    ck_assert_uint_ge(made, 45);
    tls_setup_done(&s);
}
END_TEST

TESTS_BEGIN("context")
TEST(contexts_are_shared_by_what_makes_the_same_tls)
tcase_add_unchecked_fixture(tc, setup, teardown);
tcase_set_timeout(tc, 30);
TEST_ROWS(a_handshake_comes_out_as_its_row_says, rows)
TEST(a_server_has_a_certificate_for_each_kind_of_key)
TEST_ROWS(an_own_certificate_must_be_usable, own)
TEST_ROWS(a_clients_certificate_is_looked_at_when_asked_for, asked)
TESTS_END
