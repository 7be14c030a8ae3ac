#include "keyring/keyring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keyring/access.h"
#include "keyring/keyring_private.h"
#include "keyring/store.h"

/* What NAME in the policy means. */
struct ring_name {
    char owner[SAF_NAME_MAX + 1]; /* user id, irrcerta, irrsitec */
    const char *ring;             /* "*": virtual */
    bool is_virtual;
};

static int parse_name(const char *userid, const char *name,
                      struct ring_name *ret, struct error *err)
{
    const char *slash = strchr(name, '/'), *owner = userid;
    size_t len = strlen(userid);

    if (*name == '/' || keyring_token_name(name) != NULL)
        return error_set(err, ERR_UNSUPPORTED,
                         "Keyring %s is a %s, not a key ring", name,
                         *name == '/' ? "file" : "PKCS#11 token");
    if (slash != NULL) {
        owner = name;
        len = (size_t)(slash - name);
        ret->ring = slash + 1;
    } else {
        ret->ring = name;
    }
    ret->is_virtual = slash != NULL && strcmp(ret->ring, "*") == 0;
    if (ret->is_virtual && len == 6 && memcmp(owner, "*AUTH*", 6) == 0)
        owner = OWNER_CERTAUTH, len = strlen(owner);
    else if (ret->is_virtual && len == 6 && memcmp(owner, "*SITE*", 6) == 0)
        owner = OWNER_SITE, len = strlen(owner);
    if (len == 0 || len > SAF_NAME_MAX || *ret->ring == '\0')
        return error_set(err, ERR_NOT_FOUND,
                         "Keyring %s is not of the form ring or userid/ring",
                         name);
    memcpy(ret->owner, owner, len);
    ret->owner[len] = '\0';
    return 0;
}

const char *keyring_token_name(const char *name)
{
    static const char prefix[] = "*TOKEN*/";

    return strncmp(name, prefix, strlen(prefix)) == 0 ? name + strlen(prefix)
                                                      : NULL;
}

static int check_exists(struct saf *saf, const struct ring_store *s,
                        const struct ring_name *n, struct error *err)
{
    struct store_owner *o;
    const char *near = NULL;
    size_t i;

    if (owner_kind(n->owner) != RING_OWNER_USER)
        return 0;
    if (!saf_user_exists(saf, n->owner))
        return error_set(
            err, ERR_NOT_FOUND,
            "user %s is not defined in the security database%s", n->owner,
            saf_name_valid(n->owner) ? "" : " (user ids are in upper case)");
    if (n->is_virtual || store_ring_find(s, n->owner, n->ring) != NULL)
        return 0;
    o = store_owner_find(s, n->owner);
    for (i = 0; o != NULL && i < o->nrings; i++)
        if (strcasecmp(o->rings[i].name, n->ring) == 0)
            near = o->rings[i].name;
    return error_set(
        err, ERR_NOT_FOUND, "user %s has no key ring %s%s%s", n->owner, n->ring,
        near != NULL ? "; upper and lower case count: there is " : "",
        near != NULL ? near : "");
}

struct ring_entry *keyring_entry(struct keyring *k)
{
    struct ring_entry *grown;
    size_t cap = k->cap != 0 ? 2 * k->cap : 8;

    if (k->n == k->cap) {
        grown = arena_calloc(k->arena, cap, sizeof(*grown));
        if (grown == NULL)
            return NULL;
        if (k->n != 0)
            memcpy(grown, k->entries, k->n * sizeof(*grown));
        k->entries = grown;
        k->cap = cap;
    }
    return &k->entries[k->n++];
}

static int add_entry(struct keyring *k, struct ring_store *s,
                     const char *reader, const struct ring_access *access,
                     const struct store_connect *conn, struct error *err)
{
    struct store_cert *c = store_connected(s, conn);
    struct ring_entry *e;
    const char *owner;
    X509 *x;
    int r;

    if (c == NULL)
        return error_set(err, ERR_DAMAGED,
                         "ring %s: certificate '%s' of %s is connected but "
                         "not stored",
                         k->name, conn->label, conn->owner);
    r = store_x509(s, conn->owner, c, &x, err);
    if (r == ERR_DAMAGED) /* one certificate, not the database */
        r = ERR_SYNTAX;
    if (r != 0) {
        if (err != NULL)
            err->code = r;
        return r;
    }
    e = keyring_entry(k);
    if (e == NULL)
        return error_nomem(err);
    e->cert = X509_up_ref(x) == 1 ? x : NULL;
    e->owner_kind = owner_kind(conn->owner);
    owner = e->owner_kind == RING_OWNER_USER ? conn->owner : "";
    e->label = arena_strdup(k->arena, c->label);
    e->owner = arena_strdup(k->arena, owner);
    if (e->label == NULL || e->owner == NULL || e->cert == NULL)
        return error_nomem(err);
    e->usage = conn->usage;
    e->trust = c->trust;
    e->is_default = conn->is_default;
    e->key_exists = c->has_key;
    if (!c->has_key ||
        !access_key_allowed(access, reader, conn->owner, conn->usage))
        return 0;
    return store_key(s, conn->owner, c, &e->key, err);
}

/* A virtual ring: all certificates of the owner, as their kind. */
static int add_all(struct keyring *k, struct ring_store *s, const char *reader,
                   const struct ring_access *access, const char *owner,
                   struct error *err)
{
    static const enum ring_usage own[] = {RING_PERSONAL, RING_CERTAUTH,
                                          RING_SITE};
    struct store_owner *o = store_owner_find(s, owner);
    struct store_connect conn;
    size_t i;
    int r = 0;

    memset(&conn, 0, sizeof(conn));
    snprintf(conn.owner, sizeof(conn.owner), "%s", owner);
    conn.usage = own[owner_kind(owner)];
    for (i = 0; r == 0 && o != NULL && i < o->ncerts; i++) {
        conn.label = o->certs[i].label;
        r = add_entry(k, s, reader, access, &conn, err);
    }
    return r;
}

static int fill(struct keyring *k, struct ring_store *s, const char *reader,
                const struct ring_access *access, const struct ring_name *n,
                struct error *err)
{
    const struct store_ring *ring;
    size_t i;
    int r = 0;

    if (n->is_virtual)
        return add_all(k, s, reader, access, n->owner, err);
    ring = store_ring_find(s, n->owner, n->ring);
    for (i = 0; r == 0 && i < ring->nconn; i++)
        r = add_entry(k, s, reader, access, &ring->conn[i], err);
    return r;
}

struct keyring *keyring_make(const char *owner, const char *name)
{
    size_t len = strlen(owner) + strlen(name) + 2;
    struct keyring *k = calloc(1, sizeof(*k));

    if (k == NULL)
        return NULL;
    atomic_init(&k->refs, 1);
    k->arena = arena_new();
    k->name = k->arena != NULL ? arena_alloc(k->arena, len) : NULL;
    if (k->name == NULL) {
        keyring_unref(k);
        return NULL;
    }
    snprintf(k->name, len, "%s%s%s", owner, *owner != '\0' ? "/" : "", name);
    return k;
}

static struct keyring *keyring_new(const struct ring_name *n)
{
    switch (owner_kind(n->owner)) {
    case RING_OWNER_CERTAUTH:
        return keyring_make("*AUTH*", n->ring);
    case RING_OWNER_SITE:
        return keyring_make("*SITE*", n->ring);
    default:
        return keyring_make(n->owner, n->ring);
    }
}

int keyring_open(struct saf *saf, const char *userid, const char *name,
                 struct keyring **ret, struct error *err)
{
    struct ring_access access;
    struct ring_store *s = NULL;
    struct keyring *k = NULL;
    struct ring_name n;
    int r;

    r = parse_name(userid, name, &n, err);
    if (r == 0)
        r = store_open(saf, &s, err);
    if (r == 0)
        r = check_exists(saf, s, &n, err);
    if (r == 0)
        r = access_check(saf, userid, n.owner, n.ring, &access, err);
    if (r == 0) {
        k = keyring_new(&n);
        r = k != NULL ? fill(k, s, userid, &access, &n, err) : error_nomem(err);
    }
    store_close(s);
    if (r != 0) {
        keyring_unref(k);
        return r;
    }
    *ret = k;
    return 0;
}

#ifndef ATTLS_TOKENS
int keyring_open_token(const struct keyring_token *where, const char *name,
                       struct keyring **ret, struct error *err)
{
    (void)where;
    (void)ret;
    return error_set(err, ERR_UNSUPPORTED,
                     "Keyring *TOKEN*/%s: built without libp11, so without "
                     "PKCS#11 tokens; connect the certificate to a key ring "
                     "(RACDCERT ADD, CONNECT), or code the path of a PKCS#12 "
                     "file with KeyringPw or KeyringStashFile",
                     name);
}
#endif

/* A writer may commit between two of the files that we read. */
enum { OPEN_ATTEMPTS = 20 };

int keyring_open_dir(const char *dir, const char *userid, const char *name,
                     struct keyring **ret, struct error *err)
{
    struct keyring *k;
    struct saf *saf;
    bool same;
    int i, r;

    for (i = 0; i < OPEN_ATTEMPTS; i++) {
        saf = NULL;
        k = NULL;
        r = saf_open(dir, SAF_READ, &saf, err);
        if (r != 0)
            return r;
        r = keyring_open(saf, userid, name, &k, err);
        same = saf_unchanged(saf);
        saf_close(saf);
        if (same) {
            if (r == 0)
                *ret = k;
            return r;
        }
        keyring_unref(k);
    }
    return error_set(err, ERR_LOCKED, "%s is being changed all the time", dir);
}

struct keyring *keyring_ref(struct keyring *ring)
{
    atomic_fetch_add_explicit(&ring->refs, 1, memory_order_relaxed);
    return ring;
}

void keyring_unref(struct keyring *ring)
{
    size_t i;

    if (ring == NULL ||
        atomic_fetch_sub_explicit(&ring->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (i = 0; i < ring->n; i++) {
        X509_free(ring->entries[i].cert);
        EVP_PKEY_free(ring->entries[i].key);
    }
    if (ring->release != NULL)
        ring->release(ring->what);
    arena_free(ring->arena);
    free(ring);
}

const char *keyring_name(const struct keyring *ring)
{
    return ring->name;
}

size_t keyring_count(const struct keyring *ring)
{
    return ring->n;
}

const struct ring_entry *keyring_get(const struct keyring *ring, size_t i)
{
    return i < ring->n ? &ring->entries[i] : NULL;
}

const struct ring_entry *keyring_find(const struct keyring *ring,
                                      const char *label)
{
    const struct ring_entry *found = NULL, *e;
    size_t i;

    for (i = 0; i < ring->n; i++) {
        e = &ring->entries[i];
        if (strcmp(e->label, label) == 0 &&
            (found == NULL ||
             (found->usage != RING_PERSONAL && e->usage == RING_PERSONAL)))
            found = e;
    }
    return found;
}

const struct ring_entry *keyring_default(const struct keyring *ring)
{
    size_t i;

    for (i = 0; i < ring->n; i++)
        if (ring->entries[i].is_default)
            return &ring->entries[i];
    return NULL;
}
