/*
 * Changes: each alters the memory and stores the index, and certificates and
 * keys, of the owners it concerns.
 */

#include "keyring/rings/store_private.h"

#include <stdlib.h>
#include <string.h>
#include <openssl/pem.h>

#include "util/strbuf.h"

/* ---- certificates and keys ---- */

/* Stores what BIO collected and wipes it. */
static int write_bio(struct ring_store *s, const char *name, BIO *bio,
                     struct error *err)
{
    char *data;
    long len = BIO_get_mem_data(bio, &data);
    int r = saf_write_file(s->saf, name, data, (size_t)len, err);

    if (len > 0)
        explicit_bzero(data, (size_t)len);
    return r;
}

static int write_cert(struct ring_store *s, const char *owner,
                      const struct store_cert *c, EVP_PKEY *key,
                      struct error *err)
{
    BIO *bio = BIO_new(BIO_s_mem()), *kbio = BIO_new(BIO_s_mem());
    struct strbuf label = STRBUF_INIT;
    char name[STORE_FILE];
    int r = 0;

    /* For people who look into the folder; PEM readers skip it. */
    strbuf_add_escaped(&label, c->label, strlen(c->label));
    store_file_name(owner, c->file, "pem", name);
    if (bio == NULL || kbio == NULL || strbuf_failed(&label) ||
        BIO_printf(bio, "Label: %s\n", strbuf_str(&label)) < 0 ||
        PEM_write_bio_X509(bio, c->x509) != 1)
        r = error_nomem(err);
    if (r == 0)
        r = write_bio(s, name, bio, err);
    store_file_name(owner, c->file, "key", name);
    if (r == 0 && key != NULL &&
        PEM_write_bio_PKCS8PrivateKey(kbio, key, NULL, NULL, 0, NULL, NULL) !=
            1)
        r = error_set(err, ERR_CRYPTO, "the key can't be written");
    if (r == 0 && key != NULL)
        r = write_bio(s, name, kbio, err);
    strbuf_done(&label);
    BIO_free(bio);
    BIO_free(kbio);
    return r;
}

/* ---- certificates ---- */

int store_add_cert(struct ring_store *s, const char *owner, const char *label,
                   enum ring_trust trust, X509 *x509, EVP_PKEY *key,
                   struct error *err)
{
    struct store_owner *o;
    struct store_cert *c;
    int r;

    if (store_cert_find(s, owner, label) != NULL)
        return error_set(err, ERR_EXISTS, "label %s is in use", label);
    o = store_need_owner(s, owner);
    c = o != NULL ? store_new_cert(o, label) : NULL;
    if (c == NULL)
        return error_nomem(err);
    c->file = o->next_file++;
    c->trust = trust;
    c->has_key = key != NULL;
    c->x509 = x509;
    X509_up_ref(x509);
    r = write_cert(s, owner, c, key, err);
    return r == 0 ? store_save(s, owner, err) : r;
}

int store_replace_cert(struct ring_store *s, const char *owner,
                       struct store_cert *c, X509 *x509, enum ring_trust trust,
                       EVP_PKEY *key, struct error *err)
{
    int r;

    X509_up_ref(x509);
    X509_free(c->x509);
    c->x509 = x509;
    c->trust = trust;
    c->requested = false;
    c->has_key = c->has_key || key != NULL;
    r = write_cert(s, owner, c, key, err);
    return r == 0 ? store_save(s, owner, err) : r;
}

/* Stores the index of every owner of a ring with this certificate, after
 * renaming the connections (NEW_LABEL) or taking them away (NULL). */
static int change_connections(struct ring_store *s, const char *owner,
                              const char *label, const char *new_label,
                              struct error *err)
{
    struct store_connect *c;
    size_t i, k;
    int r = 0;

    for (i = 0; r == 0 && i < s->nowners; i++) {
        struct store_owner *o = &s->owners[i];
        bool changed = false;

        for (k = 0; k < o->nrings; k++) {
            c = store_connect_find(&o->rings[k], owner, label);
            if (c == NULL)
                continue;
            changed = true;
            if (new_label == NULL) {
                store_drop_connect(&o->rings[k], c);
                continue;
            }
            free(c->label);
            c->label = strdup(new_label);
            if (c->label == NULL)
                return error_nomem(err);
        }
        if (changed)
            r = store_save(s, o->id, err);
    }
    return r;
}

int store_rename_cert(struct ring_store *s, const char *owner,
                      struct store_cert *c, const char *label,
                      struct error *err)
{
    char *copy;
    int r;

    if (store_cert_find(s, owner, label) != NULL)
        return error_set(err, ERR_EXISTS, "label %s is in use", label);
    copy = strdup(label);
    if (copy == NULL)
        return error_nomem(err);
    r = change_connections(s, owner, c->label, label, err);
    free(c->label);
    c->label = copy;
    /* The label stands in cert-N.pem too, for people. */
    if (r == 0)
        r = store_x509(s, owner, c, &c->x509, err);
    if (r == 0)
        r = write_cert(s, owner, c, NULL, err);
    return r == 0 ? store_save(s, owner, err) : r;
}

static int follow_in_ring(struct store_ring *r, const char *owner,
                          const char *label, const char *new_label)
{
    struct store_connect *c = store_connect_find(r, owner, label),
                         *next = store_connect_find(r, owner, new_label);
    enum ring_usage usage = c->usage;
    bool is_default = c->is_default;

    if (next == NULL && usage == RING_PERSONAL) {
        free(c->label);
        c->label = strdup(new_label);
        return c->label != NULL ? 0 : ERR_NOMEM;
    }
    if (next == NULL)
        next = store_new_connect(r, owner, new_label);
    if (next == NULL)
        return ERR_NOMEM;
    next->usage = usage;
    next->is_default = is_default || next->is_default;
    c = store_connect_find(r, owner, label);
    c->is_default = false;
    if (usage == RING_PERSONAL)
        store_drop_connect(r, c);
    return 0;
}

int store_follow(struct ring_store *s, const char *owner, const char *label,
                 const char *new_label, struct error *err)
{
    size_t i, k;
    int r = 0;

    for (i = 0; r == 0 && i < s->nowners; i++) {
        struct store_owner *o = &s->owners[i];
        bool changed = false;

        for (k = 0; k < o->nrings; k++) {
            if (store_connect_find(&o->rings[k], owner, label) == NULL)
                continue;
            changed = true;
            if (follow_in_ring(&o->rings[k], owner, label, new_label) != 0)
                return error_nomem(err);
        }
        if (changed)
            r = store_save(s, o->id, err);
    }
    return r;
}

int store_drop_key(struct ring_store *s, const char *owner,
                   struct store_cert *c, struct error *err)
{
    char name[STORE_FILE];
    int r;

    if (!c->has_key)
        return 0;
    c->has_key = false;
    store_file_name(owner, c->file, "key", name);
    r = saf_remove_file(s->saf, name, err);
    return r == 0 ? store_save(s, owner, err) : r;
}

int store_remove_cert(struct ring_store *s, const char *owner,
                      struct store_cert *c, struct error *err)
{
    char name[STORE_FILE];
    int r;

    r = change_connections(s, owner, c->label, NULL, err);
    if (r == 0)
        r = store_drop_key(s, owner, c, err);
    store_file_name(owner, c->file, "pem", name);
    if (r == 0)
        r = saf_remove_file(s->saf, name, err);
    store_drop_cert(store_owner_find(s, owner), c);
    return r == 0 ? store_save(s, owner, err) : r;
}

/* ---- rings ---- */

int store_add_ring(struct ring_store *s, const char *owner, const char *name,
                   struct error *err)
{
    struct store_owner *o;

    if (store_ring_find(s, owner, name) != NULL)
        return error_set(err, ERR_EXISTS, "ring %s exists", name);
    o = store_need_owner(s, owner);
    if (o == NULL || store_new_ring(o, name) == NULL)
        return error_nomem(err);
    return store_save(s, owner, err);
}

int store_connect(struct ring_store *s, const char *ring_owner,
                  const char *ring, const char *cert_owner, const char *label,
                  enum ring_usage usage, bool is_default, struct error *err)
{
    struct store_ring *r = store_ring_find(s, ring_owner, ring);
    struct store_connect *c;
    size_t i;

    if (r == NULL || store_cert_find(s, cert_owner, label) == NULL)
        return error_set(err, ERR_NOT_FOUND, "no such ring or certificate");
    for (i = 0; is_default && i < r->nconn; i++)
        r->conn[i].is_default = false;
    c = store_connect_find(r, cert_owner, label);
    if (c == NULL)
        c = store_new_connect(r, cert_owner, label);
    if (c == NULL)
        return error_nomem(err);
    c->usage = usage;
    c->is_default = is_default;
    return store_save(s, ring_owner, err);
}

int store_remove_ring(struct ring_store *s, const char *owner, const char *name,
                      struct error *err)
{
    struct store_ring *r = store_ring_find(s, owner, name);

    if (r == NULL)
        return error_set(err, ERR_NOT_FOUND, "no ring %s", name);
    store_drop_ring(store_owner_find(s, owner), r);
    return store_save(s, owner, err);
}

int store_disconnect(struct ring_store *s, const char *ring_owner,
                     const char *ring, const char *cert_owner,
                     const char *label, struct error *err)
{
    struct store_ring *r = store_ring_find(s, ring_owner, ring);
    struct store_connect *c;

    c = r != NULL ? store_connect_find(r, cert_owner, label) : NULL;
    if (c == NULL)
        return error_set(err, ERR_NOT_FOUND, "label %s is not in ring %s",
                         label, ring);
    store_drop_connect(r, c);
    return store_save(s, ring_owner, err);
}

/* ---- filters ---- */

int store_add_filter(struct ring_store *s, const char *owner, const char *label,
                     enum ring_trust trust, const char *subject,
                     const char *issuer, const char *criteria,
                     struct error *err)
{
    struct store_owner *o;
    struct store_filter *f;

    if (store_filter_find(s, owner, label) != NULL)
        return error_set(err, ERR_EXISTS, "label %s is in use", label);
    o = store_need_owner(s, owner);
    f = o != NULL ? store_new_filter(o, label) : NULL;
    if (f == NULL)
        return error_nomem(err);
    f->trust = trust;
    f->subject = strdup(subject);
    f->issuer = strdup(issuer);
    f->criteria = criteria != NULL ? strdup(criteria) : NULL;
    if (f->subject == NULL || f->issuer == NULL ||
        (criteria != NULL && f->criteria == NULL)) {
        store_drop_filter(o, f);
        return error_nomem(err);
    }
    return store_save(s, owner, err);
}

/* NULL keeps what is there. */
static int replace_string(char **p, const char *text)
{
    char *copy = text != NULL ? strdup(text) : NULL;

    if (text == NULL)
        return 0;
    if (copy == NULL)
        return ERR_NOMEM;
    free(*p);
    *p = copy;
    return 0;
}

int store_change_filter(struct ring_store *s, const char *owner,
                        struct store_filter *f, const char *label,
                        enum ring_trust trust, const char *criteria,
                        struct error *err)
{
    if (replace_string(&f->label, label) != 0 ||
        replace_string(&f->criteria, criteria) != 0)
        return error_nomem(err);
    f->trust = trust;
    return store_save(s, owner, err);
}

int store_remove_filter(struct ring_store *s, const char *owner,
                        struct store_filter *f, struct error *err)
{
    store_drop_filter(store_owner_find(s, owner), f);
    return store_save(s, owner, err);
}
