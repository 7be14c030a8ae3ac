/* Which certificates the database has, on a ring or not; see stored.h. */

#include "keyring/rings/stored.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/err.h>

#include "util/array.h"

bool cert_signed_by(X509 *cert, X509 *issuer)
{
    EVP_PKEY *key = X509_get0_pubkey(issuer);
    int r;

    if (X509_NAME_cmp(X509_get_subject_name(issuer),
                      X509_get_issuer_name(cert)) != 0)
        return false;
    r = key != NULL ? X509_verify(cert, key) : -1;
    ERR_clear_error();
    return r != 0;
}

/* ---- in an open database ---- */

static void describe(struct ring_store *s, const char *owner,
                     struct store_cert *c, struct stored_cert *ret)
{
    char who[SAF_NAME_MAX + 5];
    X509 *x;

    snprintf(ret->label, sizeof(ret->label), "%s", c->label);
    snprintf(ret->owner, sizeof(ret->owner), "%s", owner_text(owner, who));
    ret->trust = c->trust;
    ret->root =
        store_x509(s, owner, c, &x, NULL) == 0 && X509_self_signed(x, 0) == 1;
}

/* One certificate of the database; true: it is what is looked for. */
typedef bool (*look_fn)(struct ring_store *s, const char *owner,
                        struct store_cert *c, void *arg);

static bool look_at(struct ring_store *s, const char *owner, look_fn fn,
                    void *arg, struct stored_cert *ret)
{
    struct store_owner *o;
    size_t i;

    if (owner == NULL || store_know(s, owner, NULL) != 0)
        return false;
    o = store_owner_find(s, owner);
    for (i = 0; o != NULL && i < o->ncerts; i++)
        if (fn(s, owner, &o->certs[i], arg)) {
            describe(s, owner, &o->certs[i], ret);
            return true;
        }
    return false;
}

static bool is_issuer(struct ring_store *s, const char *owner,
                      struct store_cert *c, void *cert)
{
    X509 *x;

    return store_x509(s, owner, c, &x, NULL) == 0 && cert_signed_by(cert, x);
}

static bool is_label(struct ring_store *s, const char *owner,
                     struct store_cert *c, void *label)
{
    (void)s;
    (void)owner;
    return strcmp(c->label, label) == 0;
}

bool store_find_issuer(struct ring_store *s, const char *userid, X509 *cert,
                       struct stored_cert *ret)
{
    return look_at(s, OWNER_CERTAUTH, is_issuer, cert, ret) ||
           look_at(s, userid, is_issuer, cert, ret) ||
           look_at(s, OWNER_SITE, is_issuer, cert, ret);
}

bool store_find_label(struct ring_store *s, const char *userid,
                      const char *label, struct stored_cert *ret)
{
    void *arg = (void *)(uintptr_t)label;

    return look_at(s, userid, is_label, arg, ret) ||
           look_at(s, OWNER_CERTAUTH, is_label, arg, ret) ||
           look_at(s, OWNER_SITE, is_label, arg, ret);
}

/* ---- in one that is not open ---- */

struct known {
    struct stored_cert is;
    bool own; /* of the user */
    X509 *cert;
};

struct stored_certs {
    char *dir, *userid;
    pthread_mutex_t lock; /* of all that follows */
    struct known *known;
    size_t count;
    struct keyring_stamp stamp;
    bool read;
};

/* More authorities than these are not looked at. */
enum { KNOWN_MAX = 2000 };

struct stored_certs *stored_certs_new(const char *dir, const char *userid)
{
    struct stored_certs *s = calloc(1, sizeof(*s));

    if (s == NULL)
        return NULL;
    pthread_mutex_init(&s->lock, NULL);
    s->dir = strdup(dir);
    s->userid = userid != NULL ? strdup(userid) : NULL;
    if (s->dir != NULL && (userid == NULL || s->userid != NULL))
        return s;
    stored_certs_free(s);
    return NULL;
}

static void forget(struct stored_certs *s)
{
    while (s->count > 0)
        X509_free(s->known[--s->count].cert);
    free(s->known);
    s->known = NULL;
}

void stored_certs_free(struct stored_certs *s)
{
    if (s == NULL)
        return;
    forget(s);
    pthread_mutex_destroy(&s->lock);
    free(s->dir);
    free(s->userid);
    free(s);
}

/* Goes on to the next one always: all are to be known. */
static bool know(struct ring_store *s, const char *owner, struct store_cert *c,
                 void *arg)
{
    struct stored_certs *all = arg;
    struct known *k;
    X509 *x;

    if (all->count >= KNOWN_MAX || store_x509(s, owner, c, &x, NULL) != 0)
        return false;
    k = array_add(&all->known, &all->count, sizeof(*k));
    if (k == NULL)
        return false;
    X509_up_ref(x);
    describe(s, owner, c, &k->is);
    k->own = owner_kind(owner) == RING_OWNER_USER;
    k->cert = x;
    return false;
}

/* What can't be read is not known; the reader of a message is not told. */
static void read_all(struct stored_certs *all)
{
    struct ring_store *s = NULL;
    struct saf *saf = NULL;
    struct stored_cert none;

    forget(all);
    keyring_stamp_dir(all->dir, &all->stamp, NULL);
    if (saf_open(all->dir, SAF_READ, &saf, NULL) == 0 &&
        store_open_empty(saf, &s, NULL) == 0) {
        look_at(s, OWNER_CERTAUTH, know, all, &none);
        look_at(s, all->userid, know, all, &none);
        look_at(s, OWNER_SITE, know, all, &none);
    }
    store_close(s);
    saf_close(saf);
    all->read = true;
}

static void freshen(struct stored_certs *s)
{
    struct keyring_stamp now;

    keyring_stamp_dir(s->dir, &now, NULL);
    if (!s->read || !keyring_stamp_same(&now, &s->stamp))
        read_all(s);
}

bool stored_issuer(struct stored_certs *s, X509 *cert, struct stored_cert *ret)
{
    bool found = false;
    size_t i;

    if (s == NULL)
        return false;
    pthread_mutex_lock(&s->lock);
    freshen(s);
    for (i = 0; !found && i < s->count; i++) {
        found = cert_signed_by(cert, s->known[i].cert);
        if (found)
            *ret = s->known[i].is;
    }
    pthread_mutex_unlock(&s->lock);
    return found;
}

bool stored_label(struct stored_certs *s, const char *label,
                  struct stored_cert *ret)
{
    const struct known *found = NULL;
    size_t i;

    if (s == NULL)
        return false;
    pthread_mutex_lock(&s->lock);
    freshen(s);
    for (i = 0; i < s->count; i++) {
        const struct known *k = &s->known[i];

        if (strcmp(k->is.label, label) == 0 &&
            (found == NULL || (k->own && !found->own)))
            found = k;
    }
    if (found != NULL)
        *ret = found->is;
    pthread_mutex_unlock(&s->lock);
    return found != NULL;
}
