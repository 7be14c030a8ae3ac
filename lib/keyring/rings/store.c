/*
 * The store of certificates, rings and name filters in memory: makes, finds
 * and drops its rows, reads certificates and keys, and follows chains.
 */

#include "keyring/rings/store_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "util/array.h"

enum ring_owner owner_kind(const char *owner)
{
    if (strcmp(owner, OWNER_CERTAUTH) == 0)
        return RING_OWNER_CERTAUTH;
    if (strcmp(owner, OWNER_SITE) == 0)
        return RING_OWNER_SITE;
    return RING_OWNER_USER;
}

const char *owner_text(const char *owner, char buf[SAF_NAME_MAX + 5])
{
    switch (owner_kind(owner)) {
    case RING_OWNER_CERTAUTH:
        return "CERTAUTH";
    case RING_OWNER_SITE:
        return "SITE";
    case RING_OWNER_USER:
        break;
    }
    snprintf(buf, SAF_NAME_MAX + 5, "ID(%s)", owner);
    return buf;
}

/* ---- memory ---- */

static void ring_done(struct store_ring *r)
{
    size_t i;

    for (i = 0; i < r->nconn; i++)
        free(r->conn[i].label);
    free(r->conn);
    free(r->name);
}

static void filter_done(struct store_filter *f)
{
    free(f->label);
    free(f->subject);
    free(f->issuer);
    free(f->criteria);
}

static void cert_done(struct store_cert *c)
{
    X509_free(c->x509);
    free(c->label);
}

void store_clear(struct ring_store *s)
{
    size_t i, k;

    for (i = 0; i < s->nowners; i++) {
        struct store_owner *o = &s->owners[i];

        for (k = 0; k < o->ncerts; k++)
            cert_done(&o->certs[k]);
        for (k = 0; k < o->nrings; k++)
            ring_done(&o->rings[k]);
        for (k = 0; k < o->nfilters; k++)
            filter_done(&o->filters[k]);
        free(o->certs);
        free(o->rings);
        free(o->filters);
    }
    free(s->owners);
    s->owners = NULL;
    s->nowners = 0;
}

struct store_owner *store_need_owner(struct ring_store *s, const char *id)
{
    struct store_owner *o = store_owner_find(s, id);

    if (o != NULL)
        return o;
    o = array_add(&s->owners, &s->nowners, sizeof(*o));
    if (o == NULL)
        return NULL;
    snprintf(o->id, sizeof(o->id), "%s", id);
    o->next_file = 1;
    return o;
}

struct store_cert *store_new_cert(struct store_owner *o, const char *label)
{
    struct store_cert *c = array_add(&o->certs, &o->ncerts, sizeof(*c));

    if (c == NULL)
        return NULL;
    c->label = strdup(label);
    if (c->label == NULL) {
        o->ncerts--;
        return NULL;
    }
    c->next_serial = 1;
    return c;
}

struct store_ring *store_new_ring(struct store_owner *o, const char *name)
{
    struct store_ring *r = array_add(&o->rings, &o->nrings, sizeof(*r));

    if (r == NULL)
        return NULL;
    r->name = strdup(name);
    if (r->name == NULL) {
        o->nrings--;
        return NULL;
    }
    return r;
}

struct store_connect *store_new_connect(struct store_ring *r, const char *owner,
                                        const char *label)
{
    struct store_connect *c = array_add(&r->conn, &r->nconn, sizeof(*c));

    if (c == NULL)
        return NULL;
    c->label = strdup(label);
    if (c->label == NULL) {
        r->nconn--;
        return NULL;
    }
    snprintf(c->owner, sizeof(c->owner), "%s", owner);
    return c;
}

struct store_filter *store_new_filter(struct store_owner *o, const char *label)
{
    struct store_filter *f = array_add(&o->filters, &o->nfilters, sizeof(*f));

    if (f == NULL)
        return NULL;
    f->label = strdup(label);
    if (f->label == NULL) {
        o->nfilters--;
        return NULL;
    }
    return f;
}

/* Closes the gap that element I of N leaves. */
static void close_gap(void *array, size_t *n, size_t size, size_t i)
{
    char *p = (char *)array + i * size;

    --*n;
    memmove(p, p + size, (*n - i) * size);
}

void store_drop_cert(struct store_owner *o, struct store_cert *c)
{
    cert_done(c);
    close_gap(o->certs, &o->ncerts, sizeof(*c), (size_t)(c - o->certs));
}

void store_drop_ring(struct store_owner *o, struct store_ring *r)
{
    ring_done(r);
    close_gap(o->rings, &o->nrings, sizeof(*r), (size_t)(r - o->rings));
}

void store_drop_filter(struct store_owner *o, struct store_filter *f)
{
    filter_done(f);
    close_gap(o->filters, &o->nfilters, sizeof(*f), (size_t)(f - o->filters));
}

void store_drop_connect(struct store_ring *r, struct store_connect *c)
{
    free(c->label);
    close_gap(r->conn, &r->nconn, sizeof(*c), (size_t)(c - r->conn));
}

/* ---- look-up ---- */

struct store_owner *store_owner_find(const struct ring_store *s,
                                     const char *owner)
{
    size_t i;

    for (i = 0; i < s->nowners; i++)
        if (strcmp(s->owners[i].id, owner) == 0)
            return &s->owners[i];
    return NULL;
}

struct store_cert *store_cert_find(const struct ring_store *s,
                                   const char *owner, const char *label)
{
    struct store_owner *o = store_owner_find(s, owner);
    size_t i;

    for (i = 0; o != NULL && i < o->ncerts; i++)
        if (strcmp(o->certs[i].label, label) == 0)
            return &o->certs[i];
    return NULL;
}

struct store_ring *store_ring_find(const struct ring_store *s,
                                   const char *owner, const char *name)
{
    struct store_owner *o = store_owner_find(s, owner);
    size_t i;

    for (i = 0; o != NULL && i < o->nrings; i++)
        if (strcmp(o->rings[i].name, name) == 0)
            return &o->rings[i];
    return NULL;
}

struct store_filter *store_filter_find(const struct ring_store *s,
                                       const char *owner, const char *label)
{
    struct store_owner *o = store_owner_find(s, owner);
    size_t i;

    for (i = 0; o != NULL && i < o->nfilters; i++)
        if (strcmp(o->filters[i].label, label) == 0)
            return &o->filters[i];
    return NULL;
}

struct store_connect *store_connect_find(const struct store_ring *r,
                                         const char *owner, const char *label)
{
    size_t i;

    for (i = 0; i < r->nconn; i++)
        if (strcmp(r->conn[i].owner, owner) == 0 &&
            strcmp(r->conn[i].label, label) == 0)
            return &r->conn[i];
    return NULL;
}

struct store_cert *store_connected(const struct ring_store *s,
                                   const struct store_connect *c)
{
    return store_cert_find(s, c->owner, c->label);
}

int store_open_empty(struct saf *saf, struct ring_store **ret,
                     struct error *err)
{
    struct ring_store *s = calloc(1, sizeof(*s));

    if (s == NULL)
        return error_nomem(err);
    s->saf = saf;
    s->epoch = saf_epoch(saf);
    *ret = s;
    return 0;
}

void store_close(struct ring_store *s)
{
    if (s == NULL)
        return;
    store_clear(s);
    free(s);
}

/* ---- certificates and keys ---- */

void store_file_name(const char *owner, unsigned file, const char *ext,
                     char buf[STORE_FILE])
{
    snprintf(buf, STORE_FILE, "%s/cert-%u.%s", owner, file, ext);
}

static int no_prompt(char *buf, int size, int rwflag, void *arg)
{
    (void)buf;
    (void)size;
    (void)rwflag;
    (void)arg;
    return -1;
}

int store_x509(struct ring_store *s, const char *owner, struct store_cert *c,
               X509 **ret, struct error *err)
{
    char name[STORE_FILE], *text = NULL;
    BIO *bio = NULL;
    size_t len;
    int r = 0;

    if (c->x509 == NULL) {
        store_file_name(owner, c->file, "pem", name);
        r = saf_read_file(s->saf, name, &text, &len, err);
        if (r != 0)
            return r;
        ERR_clear_error();
        bio = BIO_new_mem_buf(text, (int)len);
        if (bio != NULL)
            c->x509 = PEM_read_bio_X509(bio, NULL, no_prompt, NULL);
        if (c->x509 == NULL)
            r = error_set(err, ERR_DAMAGED,
                          "%s/%s: not a certificate in PEM form",
                          saf_dir(s->saf), name);
        BIO_free(bio);
        ERR_clear_error();
        free(text);
    }
    *ret = c->x509;
    return r;
}

int store_key(struct ring_store *s, const char *owner,
              const struct store_cert *c, EVP_PKEY **ret, struct error *err)
{
    char name[STORE_FILE], *text;
    EVP_PKEY *key = NULL;
    BIO *bio;
    size_t len;
    int r;

    if (!c->has_key)
        return error_set(err, ERR_NOT_FOUND, "certificate %s has no key",
                         c->label);
    store_file_name(owner, c->file, "key", name);
    r = saf_read_secret(s->saf, name, &text, &len, err);
    if (r != 0)
        return r;
    ERR_clear_error();
    bio = BIO_new_mem_buf(text, (int)len);
    if (bio != NULL)
        key = PEM_read_bio_PrivateKey(bio, NULL, no_prompt, NULL);
    if (key == NULL)
        r = error_set(err, ERR_DAMAGED, "%s/%s: not a private key",
                      saf_dir(s->saf), name);
    BIO_free(bio);
    ERR_clear_error();
    explicit_bzero(text, len);
    free(text);
    *ret = key;
    return r;
}

/* ---- searches through all certificates ---- */

struct store_cert *store_find_serial(struct ring_store *s,
                                     const X509_NAME *issuer,
                                     const ASN1_INTEGER *serial,
                                     const char **ret_owner)
{
    size_t i, k;
    X509 *x;

    for (i = 0; i < s->nowners; i++)
        for (k = 0; k < s->owners[i].ncerts; k++) {
            struct store_cert *c = &s->owners[i].certs[k];

            if (store_x509(s, s->owners[i].id, c, &x, NULL) == 0 &&
                X509_NAME_cmp(X509_get_issuer_name(x), issuer) == 0 &&
                ASN1_INTEGER_cmp(X509_get0_serialNumber(x), serial) == 0) {
                *ret_owner = s->owners[i].id;
                return c;
            }
        }
    return NULL;
}

static struct store_cert *issuer_among(struct ring_store *s, const char *owner,
                                       X509 *x509)
{
    struct store_owner *o = store_owner_find(s, owner);
    EVP_PKEY *key;
    size_t i;
    X509 *x;

    for (i = 0; o != NULL && i < o->ncerts; i++) {
        if (store_x509(s, owner, &o->certs[i], &x, NULL) != 0 ||
            X509_check_issued(x, x509) != X509_V_OK)
            continue;
        /* Names may be alike after a REKEY: the signature decides. */
        key = X509_get0_pubkey(x);
        if (key != NULL && X509_verify(x509, key) == 1)
            return &o->certs[i];
        ERR_clear_error();
    }
    return NULL;
}

struct store_cert *store_issuer(struct ring_store *s, const char *owner,
                                X509 *x509, const char **ret_owner)
{
    struct store_cert *c = issuer_among(s, owner, x509);

    *ret_owner = owner;
    if (c == NULL && strcmp(owner, OWNER_CERTAUTH) != 0) {
        *ret_owner = OWNER_CERTAUTH;
        c = issuer_among(s, OWNER_CERTAUTH, x509);
    }
    return c;
}

struct store_cert *store_find_key(struct ring_store *s, const char *owner,
                                  const EVP_PKEY *key)
{
    struct store_owner *o = store_owner_find(s, owner);
    EVP_PKEY *have;
    size_t i;
    X509 *x;

    for (i = 0; o != NULL && i < o->ncerts; i++) {
        if (store_x509(s, owner, &o->certs[i], &x, NULL) != 0)
            continue;
        have = X509_get0_pubkey(x);
        if (have != NULL && EVP_PKEY_eq(have, key) == 1)
            return &o->certs[i];
    }
    ERR_clear_error();
    return NULL;
}

static bool in_chain(const struct store_chain *chain,
                     const struct store_cert *c)
{
    size_t i;

    for (i = 0; i < chain->n; i++)
        if (chain->link[i].cert == c)
            return true;
    return false;
}

int store_chain(struct ring_store *s, const char *owner, struct store_cert *c,
                struct store_chain *ret, struct error *err)
{
    struct store_cert *issuer = c;
    X509 *x;
    int r;

    r = store_x509(s, owner, c, &x, err);
    if (r != 0)
        return r;
    ret->n = 0;
    ret->complete = false;
    while (issuer != NULL && ret->n < CHAIN_MAX && !in_chain(ret, issuer)) {
        struct store_link *l = &ret->link[ret->n++];

        l->owner = owner;
        l->cert = issuer;
        l->x509 = x = issuer->x509;
        issuer = store_issuer(s, owner, x, &owner);
        ret->complete = issuer == l->cert;
    }
    return 0;
}
