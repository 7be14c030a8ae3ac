/* What a handshake did, told from real handshakes. */
#include "tls/facts.h"

#include <stdio.h>
#include <string.h>
#include <openssl/ssl.h>

#include "support/suite.h"
#include "support/tlspair.h"
#include "tls/session_private.h"

enum { ROOM = 64 * 1024 };

#define V13 "TLSv1.3 On\nTLSv1.2 Off"

static struct testring *good;

/* More rings of SERVER and CLIENT, each with one certificate. */
static const struct {
    const char *ring, *make, *connect;
} more[] = {
    {"None", NULL, NULL},
    {"Second", "NISTECC SIZE(256)", ""},
    {"Late",
     "NISTECC SIZE(256) NOTBEFORE(DATE(2020-01-01)) NOTAFTER(DATE(2021-12-31))",
     "DEFAULT"},
    {"Distrust", "NISTECC SIZE(256) NOTRUST", "DEFAULT"},
    {"Site", "NISTECC SIZE(256)", "USAGE(SITE)"},
    {"Sign", "NISTECC SIZE(256) KEYUSAGE(CERTSIGN)", "DEFAULT"},
    {"Rsa", "RSA SIZE(2048)", "DEFAULT"},
    {"Other", "NISTECC SIZE(256)", "DEFAULT"}, /* signed by another authority */
};

static void add_ring(struct strbuf *job, const char *user, size_t i)
{
    const char *name = more[i].ring;

    strbuf_addf(job,
                "RACDCERT ID(%s) ADDRING(%s)\n"
                "RACDCERT ID(%s) CONNECT(CERTAUTH LABEL('Test CA') RING(%s))\n",
                user, name, user, name);
    if (more[i].make == NULL)
        return;
    strbuf_addf(job,
                "RACDCERT ID(%s) GENCERT SUBJECTSDN(CN('%s')) WITHLABEL('%s') "
                "+\n SIGNWITH(CERTAUTH LABEL('%s CA')) %s\n"
                "RACDCERT ID(%s) CONNECT(LABEL('%s') RING(%s) %s)\n",
                user, name, name, strcmp(name, "Other") == 0 ? name : "Test",
                more[i].make, user, name, name, more[i].connect);
}

static void setup(void)
{
    struct strbuf job = STRBUF_INIT;
    size_t i;

    good = testring_new(NULL);
    strbuf_adds(&job, "RACDCERT CERTAUTH GENCERT SUBJECTSDN(CN('Other CA')) +\n"
                      " WITHLABEL('Other CA') NISTECC SIZE(256)\n");
    for (i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
        add_ring(&job, "SERVER", i);
        add_ring(&job, "CLIENT", i);
    }
    /* a ring with a label of each kind; and with a certificate of another */
    strbuf_adds(&job,
                "RACDCERT ID(SERVER) CONNECT(LABEL('SERVER') RING(Second) "
                "DEFAULT)\n"
                "RACDCERT ID(SERVER) CONNECT(LABEL('Rsa') RING(Second))\n"
                "RACDCERT ID(CLIENT) CONNECT(ID(SERVER) LABEL('SERVER') "
                "RING(None) DEFAULT)\n");
    ck_assert_msg(testring_run(good, strbuf_str(&job)) == 0, "%s",
                  testring_output(good));
    strbuf_done(&job);
}

static void teardown(void)
{
    testring_free(good);
}

/* One side that is ours, as it is when the handshake is over. */
struct told {
    struct tls_setup setup;
    struct tls_end end;
    struct certinfo own;
    struct handshake_facts facts;
};

static void open_side(struct told *t, const struct tls_side *side)
{
    memset(t, 0, sizeof(*t));
    ck_assert_msg(tls_setup_open(&t->setup, good, side) == 0, "%s",
                  t->setup.why.reason);
    tls_end_open(&t->end, &t->setup, ROOM);
}

static void tell(struct told *t)
{
    handshake_facts_read(t->end.session, t->setup.env, t->setup.eff, &t->own,
                         &t->facts);
}

static void done(struct told *t)
{
    tls_end_done(&t->end);
    tls_setup_done(&t->setup);
}

/* Both sides ours. */
static void play(struct told *s, const struct tls_side *server, struct told *c,
                 const struct tls_side *client)
{
    open_side(s, server);
    open_side(c, client);
    if (s->end.session != NULL && c->end.session != NULL)
        tls_shake(&s->end, &c->end);
    tell(s);
    tell(c);
}

static void has(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "no \"%s\" in \"%s\"", part,
                  text);
}

static const char *first(const struct shortlist *l)
{
    const char *at = shortlist_next(l, NULL);

    return at != NULL ? at : "";
}

/* ---- the client's certificate ---- */

static const struct {
    const char *name, *adv, *role, *auth;
    bool legacy;
    const char *ring; /* of the client; NULL: the good one */
    enum fact_known requested, sent, seen; /* SEEN: by the server */
    const char *choice, *unsent;
} clients[] = {
    {"not asked", NULL, "Server", "PassThru", false, NULL, IT_IS_NOT_SO,
     IT_IS_NOT_SO, IT_IS_NOT_SO, "'CLIENT', the DEFAULT of the ring",
     "the partner did not ask for one"},
    {"not asked, TLSv1.3", V13, "Server", "PassThru", false, NULL, IT_IS_NOT_SO,
     IT_IS_NOT_SO, IT_IS_NOT_SO, "'CLIENT', the DEFAULT",
     "the partner did not ask for one"},
    {"asked", NULL, "ServerWithClientAuth", "Required", false, NULL, IT_IS_SO,
     IT_IS_SO, IT_IS_SO, "'CLIENT', the DEFAULT", ""},
    {"asked, TLSv1.3", V13, "ServerWithClientAuth", "Required", false, NULL,
     IT_IS_SO, IT_IS_SO, IT_IS_SO, "'CLIENT', the DEFAULT", ""},
    {"asked, TLSv1.1", "TLSv1.1 On\nTLSv1.2 Off", "ServerWithClientAuth",
     "Required", true, NULL, IT_IS_SO, IT_IS_SO, IT_IS_SO,
     "'CLIENT', the DEFAULT", ""},
    {"not asked, TLSv1.1", "TLSv1.1 On\nTLSv1.2 Off", "Server", "PassThru",
     true, NULL, IT_IS_NOT_SO, IT_IS_NOT_SO, IT_IS_NOT_SO,
     "'CLIENT', the DEFAULT", "the partner did not ask for one"},
    {"07: asked, and none is there", NULL, "ServerWithClientAuth", "Required",
     false, "Keyring Second", IT_IS_SO, IT_IS_NOT_SO, IT_IS_NOT_SO,
     "none: no label is in effect, and the ring has no DEFAULT certificate",
     "there is none to send"},
    {"07: the same in TLSv1.3", V13, "ServerWithClientAuth", "Required", false,
     "Keyring Second", IT_IS_SO, IT_IS_NOT_SO, IT_IS_NOT_SO,
     "none: no label is in effect, and the ring has no DEFAULT certificate",
     "there is none to send"},
    {"asked, and it is optional", NULL, "ServerWithClientAuth", "Full", false,
     "Keyring Second", IT_IS_SO, IT_IS_NOT_SO, IT_IS_NOT_SO,
     "none:", "there is none to send"},
    {"its key is another user's", NULL, "ServerWithClientAuth", "Required",
     false, "Keyring None", IT_IS_SO, IT_IS_NOT_SO, IT_IS_NOT_SO,
     "'SERVER', the DEFAULT of the ring (no label is in effect): has a private "
     "key "
     "that this user may not read",
     "'SERVER' has a private key that this user may not read"},
    {"it is NOTRUST", V13, "ServerWithClientAuth", "Required", false,
     "Keyring Distrust", IT_IS_SO, IT_IS_NOT_SO, IT_IS_NOT_SO, ": is NOTRUST",
     "'Distrust' is NOTRUST"},
    {"A21: it has expired", NULL, "ServerWithClientAuth", "Required", false,
     "Keyring Late", IT_IS_SO, IT_IS_NOT_SO, NOT_KNOWN, ": has expired",
     "'Late' has expired"},
};

START_TEST(a_clients_certificate)
{
    const char *ciphers =
        clients[_i].legacy ? "V3CipherSuites4Char C009C00A" : NULL;
    struct tls_side server = {.role = clients[_i].role,
                              .adv = clients[_i].adv,
                              .ciphers = ciphers,
                              .legacy = clients[_i].legacy};
    struct tls_side client = {.ring = clients[_i].ring,
                              .adv = clients[_i].adv,
                              .ciphers = ciphers,
                              .legacy = clients[_i].legacy};
    char adv[200];
    struct told s, c;

    snprintf(adv, sizeof(adv), "%s\nClientAuthType %s",
             clients[_i].adv != NULL ? clients[_i].adv : "", clients[_i].auth);
    server.adv = adv;
    play(&s, &server, &c, &client);
    ck_assert_msg(c.facts.requested == clients[_i].requested &&
                      s.facts.requested == clients[_i].requested,
                  "%s: requested %d %d", clients[_i].name, c.facts.requested,
                  s.facts.requested);
    ck_assert_msg(c.facts.own_sent == clients[_i].sent, "%s: sent %d",
                  clients[_i].name, c.facts.own_sent);
    ck_assert_msg(s.facts.peer_sent == clients[_i].seen, "%s: seen %d",
                  clients[_i].name, s.facts.peer_sent);
    ck_assert_int_eq(s.facts.own_sent, IT_IS_SO);
    ck_assert_int_eq(c.facts.peer_sent, IT_IS_SO);
    has(c.facts.own_choice, clients[_i].choice);
    ck_assert_str_eq(c.facts.own_unsent, clients[_i].unsent);
    ck_assert_str_eq(first(&c.facts.authorities),
                     clients[_i].requested == IT_IS_SO ? "CN=Test CA,O=Test"
                                                       : "");
    ck_assert_str_eq(first(&s.facts.authorities), first(&c.facts.authorities));
    done(&s);
    done(&c);
}
END_TEST

/* ---- which one, and why ---- */

#define SNI                                                                    \
    "ServerHandshakeSNI Optional\nServerHandshakeSNIMatch Optional\n"          \
    "ServerHandshakeSNIList a.example/Second"

static const struct {
    const char *name, *ring, *adv, *conn;
    const char *asks; /* the client, for this name */
    const char *choice, *subject;
} choices[] = {
    {"the DEFAULT", NULL, NULL, NULL, NULL,
     "'SERVER', the DEFAULT of the ring (no label is in effect)", "CN=SERVER"},
    {"A28: a label, with its place", NULL, "CertificateLabel SERVER", NULL,
     NULL, "'SERVER' (CertificateLabel, test:", "CN=SERVER"},
    {"one of several", "Second",
     "ServerCertificateLabel Rsa\nServerCertificateLabel Second", NULL, NULL,
     "'Second' (one of 2, by the kind of key: ServerCertificateLabel, test:",
     "CN=Second"},
    {"a name's", "Second", SNI, NULL, "a.example",
     "'Second' (ServerHandshakeSNIList, test:", "CN=Second"},
    {"another name", "Second", SNI, NULL, "b.example", "'SERVER', the DEFAULT",
     "CN=SERVER"},
    {"A22: it has expired", "Late", NULL, NULL, NULL,
     "'Late', the DEFAULT of the ring (no label is in effect): has expired",
     "CN=Late"},
    {"a label without PERSONAL", "Site", "CertificateLabel Site", NULL, NULL,
     "): is connected without usage PERSONAL", "CN=Site"},
    {"it is for signing only", "Sign", NULL, NULL, NULL,
     ": has a key usage that allows no handshake", "CN=Sign"},
    {"no DEFAULT", "None", NULL, NULL, NULL,
     "none: no label is in effect, and the ring has no DEFAULT certificate",
     ""},
    {"a connection action's label that is not there", NULL, NULL,
     "CertificateLabel NOBODY", NULL, "): is not on the ring", ""},
};

START_TEST(a_servers_choice)
{
    char sni[200], ring[40] = "Keyring Test.Ring";
    struct tls_side server = {.role = "Server",
                              .ring = ring,
                              .adv = choices[_i].adv,
                              .conn = choices[_i].conn};
    struct tls_side client = {.role = "Client"};
    struct told s, c;

    if (choices[_i].ring != NULL)
        snprintf(ring, sizeof(ring), "Keyring %s", choices[_i].ring);
    snprintf(sni, sizeof(sni),
             "ClientHandshakeSNI Optional\nClientHandshakeSNIMatch Optional\n"
             "ClientHandshakeSNIList %s\n",
             choices[_i].asks != NULL ? choices[_i].asks : "");
    if (choices[_i].asks != NULL)
        client.adv = sni;
    play(&s, &server, &c, &client);
    has(s.facts.own_choice, choices[_i].choice);
    ck_assert_int_eq(strncmp(s.own.subject, choices[_i].subject,
                             strlen(choices[_i].subject)),
                     0);
    ck_assert_int_eq(s.own.present, choices[_i].subject[0] != '\0');
    done(&s);
    done(&c);
}
END_TEST

/* The dates of the one that has expired, and nothing of a handshake. */
START_TEST(without_a_session_the_ring_is_asked)
{
    struct tls_side side = {.role = "Server", .ring = "Keyring Late"};
    struct told s;

    open_side(&s, &side);
    ck_assert_ptr_null(s.end.session);
    ck_assert_int_eq(s.end.why.rc, 401);
    tell(&s);
    ck_assert_str_eq(s.own.not_after, "2021-12-31 23:59:59Z");
    ck_assert_int_eq(s.facts.requested, NOT_KNOWN);
    ck_assert_int_eq(s.facts.own_sent, NOT_KNOWN);
    handshake_facts_read(NULL, NULL, s.setup.eff, &s.own, &s.facts);
    ck_assert(!s.own.present);
    ck_assert_str_eq(s.facts.own_choice,
                     "the DEFAULT of the ring (no label is in effect)");
    done(&s);
}
END_TEST

/* ---- chains ---- */

/* A9: the partner sent one certificate and none of its issuers; and the server
 * whose ring lacks the issuer knows it. */
START_TEST(chains_that_are_not_whole)
{
    struct tls_side server = {.role = "Server", .ring = "Keyring Other"};
    struct tls_side client = {.role = "Client"};
    struct told s, c;

    play(&s, &server, &c, &client);
    ck_assert_int_eq(tls_rc(&c.end), 435);
    ck_assert_uint_eq(s.facts.own_count, 1);
    ck_assert_str_eq(s.facts.own_lacks, "CN=Other CA");
    ck_assert_uint_eq(c.facts.peer_count, 1);
    ck_assert_str_eq(c.facts.peer_lacks, "CN=Other CA");
    done(&s);
    done(&c);
    server.ring = NULL;
    play(&s, &server, &c, &client);
    ck_assert_uint_eq(s.facts.own_count, 2);
    ck_assert_str_eq(s.facts.own_lacks, "");
    ck_assert_uint_eq(c.facts.peer_count, 2);
    ck_assert_str_eq(c.facts.peer_lacks, "");
    done(&s);
    done(&c);
}
END_TEST

/* A server sees the client's own certificate apart from the others. */
START_TEST(a_clients_chain)
{
    struct tls_side server = {.role = "ServerWithClientAuth",
                              .adv = "ClientAuthType Required"};
    struct tls_side client = {.role = "Client"};
    struct told s, c;

    play(&s, &server, &c, &client);
    ck_assert_uint_eq(s.facts.peer_count, 2);
    ck_assert_str_eq(s.facts.peer_lacks, "");
    ck_assert_str_eq(first(&s.facts.peer_names), "IP:127.0.0.1");
    ck_assert_uint_eq(s.facts.peer_names.count, 3);
    done(&s);
    done(&c);
}
END_TEST

/* ---- what is demanded ---- */

START_TEST(names_and_sizes_that_are_wanted)
{
    struct tls_side server = {.role = "Server", .ring = "Keyring Rsa"};
    struct tls_side client = {.role = "Client",
                              .adv = "HostReferenceIdDNS pay.example\n"
                                     "PeerMinRsaKeySize 4096",
                              .min_rsa = 1024};
    struct told s, c;

    play(&s, &server, &c, &client);
    ck_assert_int_eq(tls_rc(&c.end), 8);
    has(c.facts.names_wanted, "DNS:pay.example (HostReferenceIdDNS, test:");
    has(c.facts.key_wanted, "4096 bits (PeerMinRsaKeySize, test:");
    has(c.facts.key_wanted, "), 1024 (min_rsa)");
    ck_assert_str_eq(first(&c.facts.peer_names), "CN:Rsa");
    ck_assert_str_eq(s.facts.names_wanted, "");
    done(&s);
    done(&c);
}
END_TEST

START_TEST(a_limit_that_nobody_coded)
{
    struct tls_side server = {.role = "Server"}, client = {.role = "Client"};
    struct told s, c;

    play(&s, &server, &c, &client);
    ck_assert_str_eq(c.facts.key_wanted,
                     "192 bits (PeerMinECCKeySize, by default)");
    ck_assert_str_eq(c.facts.names_wanted, "");
    ck_assert_str_eq(s.facts.key_wanted, "");
    done(&s);
    done(&c);
}
END_TEST

/* ---- what was agreed on ---- */

START_TEST(the_group_of_both)
{
    struct tls_side side = {.role = "Server",
                            .adv = _i == 0 ? V13 : "TLSv1.2 On"};
    struct tls_side client = {.adv = side.adv};
    struct told s, c;

    play(&s, &side, &c, &client);
    ck_assert_uint_eq(s.facts.group, 23);
    ck_assert_uint_eq(c.facts.group, 23);
    done(&s);
    done(&c);
}
END_TEST

/* ---- a server that is not ours ---- */

static STACK_OF(X509_NAME) * many_names(int n)
{
    STACK_OF(X509_NAME) *list = sk_X509_NAME_new_null();
    char text[20];
    int i;

    for (i = 0; i < n; i++) {
        X509_NAME *name = X509_NAME_new();

        snprintf(text, sizeof(text), "CA %d", i);
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                   (unsigned char *)text, -1, -1, 0);
        sk_X509_NAME_push(list, name);
    }
    return list;
}

/* Sixteen authorities are named, and the others counted; the pairs of the
 * request are those that the server takes. */
START_TEST(a_request_with_many_authorities)
{
    struct tls_side side = {.adv = _i == 0 ? V13 : NULL};
    SSL_CTX *ctx = tls_plain_ctx(good, "SERVER", true);
    struct tls_end s;
    struct told c;

    SSL_CTX_set_client_CA_list(ctx, many_names(39));
    SSL_CTX_set1_client_sigalgs_list(ctx, _i == 0 ? "rsa_pss_rsae_sha256"
                                                  : "RSA+SHA256");
    SSL_CTX_set_mode(ctx, SSL_MODE_NO_AUTO_CHAIN);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                       NULL);
    open_side(&c, &side);
    tls_end_plain(&s, ctx, true);
    tls_shake(&s, &c.end);
    tell(&c);
    ck_assert_str_eq(first(&c.facts.authorities), "CN=CA 0");
    ck_assert_uint_eq(c.facts.authorities.count, 16);
    ck_assert_uint_eq(c.facts.authorities.left, 23);
    ck_assert_str_eq(c.facts.signature_pairs, _i == 0 ? "0804" : "0401");
    ck_assert_int_eq(c.facts.own_sent, IT_IS_NOT_SO);
    ck_assert_str_eq(c.facts.own_unsent,
                     "its key suits none of the signature pairs that the "
                     "partner takes");
    ck_assert_uint_eq(c.facts.peer_count, 1);
    ck_assert_str_eq(c.facts.peer_lacks, "CN=Test CA,O=Test");
    tls_end_done(&s);
    done(&c);
    SSL_CTX_free(ctx);
}
END_TEST

/* The session's certificates are those of its first handshake. */
START_TEST(a_session_that_is_resumed)
{
    struct tls_side server = {.role = "ServerWithClientAuth",
                              .adv = "ClientAuthType Required"};
    struct tls_side client = {.role = "Client"};
    struct told s, c;
    int i;

    open_side(&s, &server);
    open_side(&c, &client);
    for (i = 0; i < 2; i++) {
        c.setup.target = "192.0.2.1:5555";
        tls_end_done(&s.end);
        tls_end_done(&c.end);
        ck_assert_int_eq(tls_end_open(&s.end, &s.setup, ROOM), 0);
        ck_assert_int_eq(tls_end_open(&c.end, &c.setup, ROOM), 0);
        ck_assert(tls_shake(&s.end, &c.end));
        ck_assert(tls_say(&c.end, &s.end, "x"));
        ck_assert_int_eq(session_resumed(c.end.session), i == 1);
        if (i == 0) { /* OpenSSL lets none resume that ended without */
            session_close(s.end.session);
            session_close(c.end.session);
        }
    }
    tell(&s);
    tell(&c);
    ck_assert_int_eq(c.facts.requested, IT_IS_NOT_SO);
    ck_assert_int_eq(s.facts.requested, IT_IS_NOT_SO);
    ck_assert_int_eq(c.facts.own_sent, IT_IS_NOT_SO);
    ck_assert_int_eq(s.facts.peer_sent, IT_IS_NOT_SO);
    ck_assert_int_eq(c.facts.peer_sent, IT_IS_NOT_SO);
    ck_assert_uint_eq(s.facts.peer_count, 0);
    ck_assert_str_eq(c.facts.own_unsent, "the session was resumed");
    done(&s);
    done(&c);
}
END_TEST

/* Nothing came that would tell. */
START_TEST(a_silent_partner)
{
    struct tls_side side = {.role = "Client"};
    struct told c;

    open_side(&c, &side);
    tls_end_step(&c.end);
    tell(&c);
    ck_assert_int_eq(c.facts.requested, NOT_KNOWN);
    ck_assert_int_eq(c.facts.own_sent, NOT_KNOWN);
    ck_assert_int_eq(c.facts.peer_sent, NOT_KNOWN);
    ck_assert_str_eq(c.own.subject, "CN=CLIENT,O=Test");
    ck_assert_str_eq(c.facts.own_unsent, "");
    done(&c);
}
END_TEST

TESTS_BEGIN("facts")
tcase_add_unchecked_fixture(tc, setup, teardown);
TEST_ROWS(a_clients_certificate, clients)
TEST_ROWS(a_servers_choice, choices)
TEST(without_a_session_the_ring_is_asked)
TEST(chains_that_are_not_whole)
TEST(a_clients_chain)
TEST(names_and_sizes_that_are_wanted)
TEST(a_limit_that_nobody_coded)
TEST_TIMES(the_group_of_both, 2)
TEST_TIMES(a_request_with_many_authorities, 2)
TEST(a_session_that_is_resumed)
TEST(a_silent_partner)
TESTS_END
