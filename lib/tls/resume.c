/*
 * Tickets and cached sessions of a server: who may resume what, and for how
 * long.
 */

#include "tls/resume.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "tls/reuse.h"
#include "tls/session_private.h"

/* Tickets under older keys than these are not taken any more: a full
 * handshake, no failure. */
enum { TICKET_KEYS = 8, NAME_LEN = 16, SECRET_LEN = 32 };

enum { WEEK = 7 * 24 * 60 * 60 };

struct ticket_key {
    unsigned char name[NAME_LEN], cipher[SECRET_LEN], mac[SECRET_LEN];
    time_t made;
};

/* The keys of one context, the newest first. */
struct tickets {
    pthread_mutex_t lock;
    struct ticket_key key[TICKET_KEYS];
    size_t count;
    EVP_CIPHER *cipher;     /* AES-128-CBC; fetched once */
    unsigned long refresh;  /* seconds; 0: never */
    unsigned long lifetime; /* of a ticket, in seconds */
};

/* ---- the end of a session ---- */

/* OpenSSL can't put a session of no time into a ticket; it has the next
 * second. */
static void set_left(SSL_SESSION *session, time_t left)
{
    SSL_SESSION_set_timeout(session, left > 0 ? (long)left : 1);
}

void resume_limit(struct session *s, const ASN1_TIME *not_after)
{
    SSL_SESSION *now = SSL_get_session(s->ssl);
    time_t end, left;
    struct tm tm;

    if (!s->context->server || ASN1_TIME_to_tm(not_after, &tm) != 1)
        return;
    end = timegm(&tm);
    if (end >= s->until)
        return;
    s->until = end;
    left = end - time(NULL);
    if (now != NULL && left < SSL_SESSION_get_timeout(now))
        set_left(now, left);
}

/* ---- ticket keys ---- */

static bool make_key(struct ticket_key *k, time_t now)
{
    k->made = now;
    return RAND_bytes(k->name, sizeof(k->name)) == 1 &&
           RAND_priv_bytes(k->cipher, sizeof(k->cipher)) == 1 &&
           RAND_priv_bytes(k->mac, sizeof(k->mac)) == 1;
}

/* The key for a new ticket; makes one when the list has none or the newest is
 * due. With the lock held. NULL: no random numbers. */
static const struct ticket_key *newest_key(struct tickets *t)
{
    time_t now = time(NULL);
    struct ticket_key fresh;

    if (t->count > 0 &&
        (t->refresh == 0 || now < t->key[0].made + (time_t)t->refresh))
        return &t->key[0];
    if (!make_key(&fresh, now)) {
        OPENSSL_cleanse(&fresh, sizeof(fresh));
        return NULL;
    }
    memmove(&t->key[1], &t->key[0], (TICKET_KEYS - 1) * sizeof(t->key[0]));
    t->key[0] = fresh;
    t->count += t->count < TICKET_KEYS;
    OPENSSL_cleanse(&fresh, sizeof(fresh));
    return &t->key[0];
}

/* A key is of no use when no ticket under it can be valid any more. */
static const struct ticket_key *find_key(const struct tickets *t,
                                         const unsigned char *name)
{
    time_t now = time(NULL);
    size_t i;

    for (i = 0; i < t->count; i++) {
        const struct ticket_key *k = &t->key[i];

        if (memcmp(k->name, name, NAME_LEN) == 0)
            return t->refresh == 0 ||
                           now < k->made + (time_t)(t->refresh + t->lifetime)
                       ? k
                       : NULL;
    }
    return NULL;
}

static bool start(const struct tickets *t, const struct ticket_key *k,
                  unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac,
                  int enc)
{
    char digest[] = "SHA256";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end()};

    return (!enc || RAND_bytes(iv, EVP_CIPHER_get_iv_length(t->cipher)) == 1) &&
           EVP_CipherInit_ex2(cipher, t->cipher, k->cipher, iv, enc, NULL) ==
               1 &&
           EVP_MAC_init(mac, k->mac, sizeof(k->mac), params) == 1;
}

/* -1: failed; 0: no such key; 1: ready (SSL_CTX_set_tlsext_ticket_key_evp_cb,
 * RFC 5077 section 4 for the form). */
static int on_key(SSL *ssl, unsigned char *name, unsigned char *iv,
                  EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int enc)
{
    struct tickets *t = session_of(ssl)->context->tickets;
    const struct ticket_key *k;
    int ret = -1;

    pthread_mutex_lock(&t->lock);
    k = enc ? newest_key(t) : find_key(t, name);
    if (k == NULL && !enc)
        ret = 0;
    else if (k != NULL && start(t, k, iv, cipher, mac, enc))
        ret = 1;
    if (ret == 1 && enc)
        memcpy(name, k->name, NAME_LEN);
    pthread_mutex_unlock(&t->lock);
    return ret;
}

/* ---- tickets ---- */

/* The end of the session goes into the ticket, so that a ticket that is made
 * from a resumed session does not move it. */
static int on_make(SSL *ssl, void *arg)
{
    SSL_SESSION *now = SSL_get_session(ssl);
    const struct session *s = session_of(ssl);
    const struct tickets *t = s->context->tickets;
    int64_t until = s->until;
    time_t left = s->until - time(NULL);

    (void)arg;
    if (left > (time_t)t->lifetime)
        left = (time_t)t->lifetime;
    set_left(now, left);
    return SSL_SESSION_set1_ticket_appdata(now, &until, sizeof(until));
}

static SSL_TICKET_RETURN on_take(SSL *ssl, SSL_SESSION *old,
                                 const unsigned char *name, size_t name_len,
                                 SSL_TICKET_STATUS status, void *arg)
{
    struct session *s = session_of(ssl);
    int64_t until;
    void *data;
    size_t len;

    (void)name;
    (void)name_len;
    (void)arg;
    if (status == SSL_TICKET_EMPTY || status == SSL_TICKET_NO_DECRYPT)
        return SSL_TICKET_RETURN_IGNORE_RENEW;
    if (status != SSL_TICKET_SUCCESS && status != SSL_TICKET_SUCCESS_RENEW)
        return SSL_TICKET_RETURN_ABORT;
    if (SSL_SESSION_get0_ticket_appdata(old, &data, &len) != 1 ||
        len != sizeof(until))
        return SSL_TICKET_RETURN_IGNORE_RENEW;
    memcpy(&until, data, sizeof(until));
    if (until <= (int64_t)time(NULL))
        return SSL_TICKET_RETURN_IGNORE_RENEW;
    s->until = (time_t)until;
    return SSL_TICKET_RETURN_USE_RENEW;
}

void resume_choose(struct session *s, bool tls13)
{
    s->until = time(NULL) + WEEK;
    if (tls13 && s->context->tickets != NULL)
        SSL_clear_options(s->ssl, SSL_OP_NO_TICKET);
    else
        SSL_set_options(s->ssl, SSL_OP_NO_TICKET);
}

static struct tickets *tickets_new(const struct effective *eff)
{
    struct tickets *t = calloc(1, sizeof(*t));

    if (t == NULL)
        return NULL;
    t->cipher = EVP_CIPHER_fetch(
        NULL,
        effective_choice(eff, PARM_GSK_SESSION_TICKET_SERVER_ALGORITHM) ==
                TICKET_AESCBC256
            ? "AES-256-CBC"
            : "AES-128-CBC",
        NULL);
    if (t->cipher == NULL) {
        free(t);
        return NULL;
    }
    pthread_mutex_init(&t->lock, NULL);
    t->refresh =
        effective_number(eff, PARM_GSK_SESSION_TICKET_SERVER_KEY_REFRESH);
    t->lifetime = effective_number(eff, PARM_GSK_SESSION_TICKET_SERVER_TIMEOUT);
    return t;
}

static int set_tickets(const struct effective *eff, struct context *c,
                       struct tls_outcome *why)
{
    unsigned long count =
        effective_number(eff, PARM_GSK_SESSION_TICKET_SERVER_COUNT);

    if (!c->tls13 || count == 0 ||
        !effective_on(eff, PARM_GSK_SESSION_TICKET_SERVER_ENABLE) ||
        effective_number(eff, PARM_GSK_SESSION_TICKET_SERVER_TIMEOUT) == 0)
        count = 0;
    if (SSL_CTX_set_num_tickets(c->ssl, count) != 1)
        return tls_take_as(
            why, FAULT_crypto_setup,
            &(struct fault_words){.what = "the number of tickets"});
    if (count == 0)
        return 0;
    c->tickets = tickets_new(eff);
    if (c->tickets == NULL)
        return tls_no_memory(why);
    if (SSL_CTX_set_tlsext_ticket_key_evp_cb(c->ssl, on_key) != 1 ||
        SSL_CTX_set_session_ticket_cb(c->ssl, on_make, on_take, NULL) != 1)
        return tls_take_as(why, FAULT_crypto_setup,
                           &(struct fault_words){.what = "session tickets"});
    return 0;
}

void resume_free(struct context *c)
{
    if (c->tickets == NULL)
        return;
    pthread_mutex_destroy(&c->tickets->lock);
    EVP_CIPHER_free(c->tickets->cipher);
    OPENSSL_cleanse(c->tickets, sizeof(*c->tickets));
    free(c->tickets);
    c->tickets = NULL;
}

/* ---- the cache ---- */

static void set_cache(const struct effective *eff, SSL_CTX *ssl)
{
    unsigned long seconds = effective_number(eff, PARM_GSK_V3_SESSION_TIMEOUT);
    unsigned long size = effective_number(eff, PARM_GSK_V3_SIDCACHE_SIZE);

    if (seconds == 0 || size == 0) {
        SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
        return;
    }
    SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_SERVER);
    SSL_CTX_set_timeout(ssl, (long)seconds);
    SSL_CTX_sess_set_cache_size(ssl, (long)size);
}

int resume_set(const struct context_params *p, struct context *c,
               struct tls_outcome *why)
{
    if (c->server || !p->tls12_tickets)
        SSL_CTX_set_options(c->ssl, SSL_OP_NO_TICKET);
    if (!c->server)
        return reuse_set(p, c, why);
    set_cache(p->eff, c->ssl);
    if (SSL_CTX_set_session_id_context(c->ssl, (unsigned char *)c->id,
                                       sizeof(c->id)) != 1)
        return tls_take_as(why, FAULT_crypto_setup,
                           &(struct fault_words){.what = "the session cache"});
    return set_tickets(p->eff, c, why);
}
