/* Sessions that a client keeps for each target, and offers again. */

#include "tls/reuse.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <time.h>

#include "tls/session_private.h"
#include "util/table.h"

enum {
    WEEK = 7 * 24 * 60 * 60,
    TICKETS_DEFAULT = 512 /* as many as GSK_V3_SIDCACHE_SIZE's default */
};

struct kept {
    TAILQ_ENTRY(kept) age;
    SSL_SESSION *session;
    time_t until;
    struct netaddr target; /* as in struct session */
};

struct reuse {
    pthread_mutex_t lock;
    unsigned long max_old, max_13, max_ticket; /* 0: none are kept */
    struct table by_target;
    TAILQ_HEAD(kept_list, kept) ages; /* the longest unused one first */
};

/* ---- what is kept ---- */

static uint64_t hash_of(const struct netaddr *target)
{
    uint64_t h = table_hash(TABLE_HASH, target->ip, netaddr_ip_len(target));

    return table_hash_number(h ^ target->port);
}

static bool has_target(const void *item, const void *key)
{
    const struct netaddr *a = &((const struct kept *)item)->target, *b = key;

    return netaddr_equal(a, b) && a->scope == b->scope;
}

static struct kept *find(struct reuse *r, const struct netaddr *target)
{
    return table_find(&r->by_target, hash_of(target), has_target, target);
}

static void drop(struct reuse *r, struct kept *k)
{
    table_remove(&r->by_target, hash_of(&k->target), k);
    TAILQ_REMOVE(&r->ages, k, age);
    SSL_SESSION_free(k->session);
    free(k);
}

/* Takes the reference SESSION; without memory it is not kept. */
static void keep(struct reuse *r, const struct netaddr *target,
                 SSL_SESSION *session, time_t until, unsigned long max)
{
    struct kept *k = find(r, target);

    if (k != NULL)
        drop(r, k);
    while (r->by_target.count >= max)
        drop(r, TAILQ_FIRST(&r->ages));
    k = malloc(sizeof(*k));
    if (k == NULL || !table_add(&r->by_target, hash_of(target), k)) {
        free(k);
        SSL_SESSION_free(session);
        return;
    }
    k->session = session;
    k->until = until;
    k->target = *target;
    TAILQ_INSERT_TAIL(&r->ages, k, age);
}

/* ---- for how long ---- */

static time_t earlier(time_t until, const X509 *cert)
{
    struct tm tm;
    time_t end;

    if (cert == NULL || ASN1_TIME_to_tm(X509_get0_notAfter(cert), &tm) != 1)
        return until;
    end = timegm(&tm);
    return end < until ? end : until;
}

/* A resumed session's certificates were looked at in the first handshake:
 * the time of that one stands in the session already (on_new). */
static time_t valid_until(const SSL *ssl, const SSL_SESSION *session)
{
    STACK_OF(X509) *chain = SSL_get0_verified_chain(ssl); /* or NULL */
    time_t begun = (time_t)SSL_SESSION_get_time(session);
    time_t until = begun + (time_t)SSL_SESSION_get_timeout(session);
    unsigned long hint = SSL_SESSION_get_ticket_lifetime_hint(session);
    int i;

    if (until > begun + WEEK)
        until = begun + WEEK;
    if (hint != 0 && until > begun + (time_t)hint)
        until = begun + (time_t)hint;
    for (i = 0; i < sk_X509_num(chain); i++)
        until = earlier(until, sk_X509_value(chain, i));
    return earlier(until, SSL_get_certificate(ssl));
}

/* ---- OpenSSL's callback ---- */

/* How many may be kept of this kind, this one included. */
static unsigned long room_for(const struct reuse *r, const SSL_SESSION *session)
{
    bool old = SSL_SESSION_get_protocol_version(session) != TLS1_3_VERSION;
    const unsigned char *ticket;
    size_t len = 0;

    SSL_SESSION_get0_ticket(session, &ticket, &len);
    if (len > r->max_ticket)
        return 0;
    return old ? r->max_old : r->max_13;
}

static int on_new(SSL *ssl, SSL_SESSION *session)
{
    struct session *s = session_of(ssl);
    struct reuse *r = s->context->reuse;
    unsigned long max = room_for(r, session);
    time_t until;

    if (s->target.family == AF_UNSPEC || max == 0 ||
        !SSL_SESSION_is_resumable(session))
        return 0;
    until = valid_until(ssl, session);
    if (s->until != 0 && s->until < until)
        until = s->until; /* resumed: no longer than the one before */
    pthread_mutex_lock(&r->lock);
    keep(r, &s->target, session, until, max);
    pthread_mutex_unlock(&r->lock);
    return 1;
}

/* ---- the session's side ---- */

/* In TLSv1.3 a copy: OpenSSL marks a session that has got a new ticket as not
 * to be resumed, also for the connections that have not offered it yet. */
static bool offer(SSL *ssl, SSL_SESSION *session)
{
    SSL_SESSION *copy;
    bool ok;

    if (SSL_SESSION_get_protocol_version(session) != TLS1_3_VERSION)
        return SSL_set_session(ssl, session) == 1;
    copy = SSL_SESSION_dup(session);
    ok = copy != NULL && SSL_set_session(ssl, copy) == 1;
    SSL_SESSION_free(copy);
    return ok;
}

void reuse_offer(struct session *s)
{
    struct reuse *r = s->context->reuse;
    struct kept *k;

    if (r == NULL || s->target.family == AF_UNSPEC)
        return;
    pthread_mutex_lock(&r->lock);
    k = find(r, &s->target);
    if (k != NULL && time(NULL) >= k->until) {
        drop(r, k);
        k = NULL;
    }
    if (k != NULL && offer(s->ssl, k->session)) {
        s->until = k->until;
        TAILQ_REMOVE(&r->ages, k, age);
        TAILQ_INSERT_TAIL(&r->ages, k, age);
    }
    pthread_mutex_unlock(&r->lock);
}

void reuse_forget(const struct session *s)
{
    struct reuse *r = s->context->reuse;
    struct kept *k;

    if (r == NULL || s->target.family == AF_UNSPEC)
        return;
    pthread_mutex_lock(&r->lock);
    k = find(r, &s->target);
    if (k != NULL)
        drop(r, k);
    pthread_mutex_unlock(&r->lock);
}

/* ---- making ---- */

static void set_limits(const struct effective *eff, struct reuse *r)
{
    if (effective_number(eff, PARM_GSK_V3_SESSION_TIMEOUT) != 0)
        r->max_old = effective_number(eff, PARM_GSK_V3_SIDCACHE_SIZE);
    r->max_ticket =
        effective_number(eff, PARM_GSK_SESSION_TICKET_CLIENT_MAXSIZE);
    if (!effective_on(eff, PARM_GSK_SESSION_TICKET_CLIENT_ENABLE))
        return;
    r->max_13 =
        effective_origin(eff, PARM_GSK_SESSION_TICKET_CLIENT_MAXCACHED, NULL) ==
                LEVEL_DEFAULT
            ? TICKETS_DEFAULT
            : effective_number(eff, PARM_GSK_SESSION_TICKET_CLIENT_MAXCACHED);
}

int reuse_set(const struct context_params *p, struct context *c,
              struct tls_outcome *why)
{
    unsigned long seconds =
        effective_number(p->eff, PARM_GSK_V3_SESSION_TIMEOUT);
    struct reuse *r = calloc(1, sizeof(*r));

    if (r == NULL)
        return tls_no_memory(why);
    pthread_mutex_init(&r->lock, NULL);
    TAILQ_INIT(&r->ages);
    set_limits(p->eff, r);
    c->reuse = r;
    SSL_CTX_set_session_cache_mode(c->ssl, SSL_SESS_CACHE_CLIENT |
                                               SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(c->ssl, on_new);
    if (seconds != 0)
        SSL_CTX_set_timeout(c->ssl, (long)seconds);
    return 0;
}

void reuse_free(struct context *c)
{
    if (c->reuse == NULL)
        return;
    while (!TAILQ_EMPTY(&c->reuse->ages))
        drop(c->reuse, TAILQ_FIRST(&c->reuse->ages));
    table_done(&c->reuse->by_target);
    pthread_mutex_destroy(&c->reuse->lock);
    free(c->reuse);
    c->reuse = NULL;
}
