/*
 * Opens what the policy calls a key ring: finds it, asks whether the user may
 * read it, and copies its certificates out of the store.
 */

#include "keyring/rings/keyring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keyring/rings/access.h"
#include "keyring/rings/keyring_private.h"
#include "keyring/rings/store.h"
#include "util/strbuf.h"
#include "zos/ringname.h"

/* A ring by its owner. */
struct owned_ring {
    char owner[SAF_NAME_MAX + 1]; /* user id, irrcerta, irrsitec */
    const char *ring;             /* "*": virtual */
    bool is_virtual;
};

static int parse_name(const char *userid, const char *name,
                      struct owned_ring *ret, struct error *err)
{
    struct ring_name n = ring_name_parse(name, false);
    const char *owner = n.owner != NULL ? n.owner : userid;
    size_t len = n.owner != NULL ? n.owner_len : strlen(userid);

    if (n.kind != RING_RACF)
        return error_set(err, ERR_UNSUPPORTED,
                         "Keyring %s is a %s, not a key ring", name,
                         n.kind == RING_FILE ? "file" : "PKCS#11 token");
    ret->ring = n.name;
    ret->is_virtual = n.owner != NULL && strcmp(ret->ring, "*") == 0;
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

/* The ring whose name differs in upper and lower case only, or NULL. */
static const char *near_ring(const struct ring_store *s,
                             const struct owned_ring *n)
{
    const struct store_owner *o = store_owner_find(s, n->owner);
    size_t i;

    for (i = 0; o != NULL && i < o->nrings; i++)
        if (strcasecmp(o->rings[i].name, n->ring) == 0)
            return o->rings[i].name;
    return NULL;
}

static int check_exists(struct saf *saf, struct ring_store *s,
                        const struct owned_ring *n, struct error *err)
{
    const char *near;
    int r;

    if (owner_kind(n->owner) != RING_OWNER_USER)
        return n->is_virtual ? 0
                             : error_set(err, ERR_NOT_FOUND,
                                         "%s has no key rings", n->owner);
    if (!saf_user_exists(saf, n->owner))
        return error_set(err, ERR_NOT_FOUND,
                         "user %s is not defined in the security database%s",
                         n->owner,
                         zos_name_valid(ZOS_USERID, n->owner)
                             ? ""
                             : " (user ids are in upper case)");
    r = store_know(s, n->owner, err);
    if (r != 0)
        return r;
    if (n->is_virtual || store_ring_find(s, n->owner, n->ring) != NULL)
        return 0;
    near = near_ring(s, n);
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

/* The index knows the file, and the file is missing: the ring is damaged, which
 * differs from a ring that nobody made. */
static int lost_file(int r, struct error *err)
{
    if (r == ERR_NOT_FOUND)
        r = ERR_SYSTEM;
    if (r != 0 && err != NULL)
        err->code = r;
    return r;
}

/* One reading of a ring, into K. */
struct reading {
    struct keyring *k;
    struct ring_store *s;
    const char *reader;
    struct ring_access access;
    const struct owned_ring *ring;
};

/* The entry has a key that this reader is not shown. */
static int add_remedy(const struct reading *rd,
                      const struct store_connect *conn, struct ring_entry *e,
                      struct error *err)
{
    struct strbuf text = STRBUF_INIT;

    access_mend_key(rd->s->saf, rd->reader, rd->ring->owner, rd->ring->ring,
                    conn->owner, &text);
    if (!strbuf_failed(&text))
        e->key_remedy = arena_strdup(rd->k->arena, strbuf_str(&text));
    strbuf_done(&text);
    return e->key_remedy != NULL ? 0 : error_nomem(err);
}

static int add_key(const struct reading *rd, const struct store_connect *conn,
                   const struct store_cert *c, struct ring_entry *e,
                   struct error *err)
{
    if (!c->has_key || conn->usage != RING_PERSONAL)
        return 0;
    if (!access_key_allowed(&rd->access, rd->reader, conn->owner, conn->usage))
        return add_remedy(rd, conn, e, err);
    return lost_file(store_key(rd->s, conn->owner, c, &e->key, err), err);
}

static int add_entry(const struct reading *rd, const struct store_connect *conn,
                     struct error *err)
{
    struct ring_store *s = rd->s;
    struct keyring *k = rd->k;
    int r = store_know(s, conn->owner, err);
    struct store_cert *c = r == 0 ? store_connected(s, conn) : NULL;
    struct ring_entry *e;
    const char *owner;
    X509 *x;

    if (r != 0)
        return r;
    if (c == NULL)
        return error_set(err, ERR_DAMAGED,
                         "ring %s: certificate '%s' of %s is connected but "
                         "not stored",
                         k->name, conn->label, conn->owner);
    r = store_x509(s, conn->owner, c, &x, err);
    if (r == ERR_DAMAGED) /* one certificate, not the database */
        r = ERR_SYNTAX;
    if (r != 0)
        return lost_file(r, err);
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
    return add_key(rd, conn, c, e, err);
}

/* A virtual ring: all certificates of the owner, as their kind. */
static int add_all(const struct reading *rd, const char *owner,
                   struct error *err)
{
    struct ring_store *s = rd->s;
    static const enum ring_usage own[] = {RING_PERSONAL, RING_CERTAUTH,
                                          RING_SITE};
    int r = store_know(s, owner, err);
    struct store_owner *o = store_owner_find(s, owner);
    struct store_connect conn;
    size_t i;

    memset(&conn, 0, sizeof(conn));
    snprintf(conn.owner, sizeof(conn.owner), "%s", owner);
    conn.usage = own[owner_kind(owner)];
    for (i = 0; r == 0 && o != NULL && i < o->ncerts; i++) {
        conn.label = o->certs[i].label;
        r = add_entry(rd, &conn, err);
    }
    return r;
}

static int fill(const struct reading *rd, struct error *err)
{
    const struct owned_ring *n = rd->ring;
    const struct store_ring *ring;
    size_t i;
    int r = 0;

    if (n->is_virtual)
        return add_all(rd, n->owner, err);
    ring = store_ring_find(rd->s, n->owner, n->ring);
    for (i = 0; r == 0 && i < ring->nconn; i++)
        r = add_entry(rd, &ring->conn[i], err);
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

static struct keyring *keyring_new(const struct owned_ring *n)
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

int keyring_open_saf(struct saf *saf, const char *userid, const char *name,
                     struct keyring **ret, struct error *err)
{
    struct owned_ring n;
    struct reading rd = {.reader = userid, .ring = &n};
    int r;

    r = parse_name(userid, name, &n, err);
    if (r == 0)
        r = store_open_empty(saf, &rd.s, err);
    if (r == 0)
        r = check_exists(saf, rd.s, &n, err);
    if (r == 0)
        r = access_check(saf, userid, n.owner, n.ring, &rd.access, err);
    if (r == 0) {
        rd.k = keyring_new(&n);
        r = rd.k != NULL ? fill(&rd, err) : error_nomem(err);
    }
    store_close(rd.s);
    if (r != 0) {
        keyring_unref(rd.k);
        return r;
    }
    *ret = rd.k;
    return 0;
}

static void mend_missing(const struct saf *saf, const struct ring_store *s,
                         const struct owned_ring *n, struct strbuf *out)
{
    const char *near = near_ring(s, n);

    if (owner_kind(n->owner) != RING_OWNER_USER)
        strbuf_addf(out, "write Keyring *%s*/*",
                    owner_kind(n->owner) == RING_OWNER_SITE ? "SITE" : "AUTH");
    else if (!zos_name_valid(ZOS_USERID, n->owner))
        strbuf_adds(out, "write the user id in upper case");
    else if (!saf_user_exists(saf, n->owner))
        strbuf_addf(out, "correct the user id, or ADDUSER %s", n->owner);
    else if (near != NULL)
        strbuf_addf(out, "write Keyring %s/%s", n->owner, near);
    else
        strbuf_addf(out,
                    "correct the name (case counts), or make the ring: "
                    "RACDCERT ID(%s) ADDRING(%s)",
                    n->owner, n->ring);
}

void keyring_remedy(struct saf *saf, const char *userid, const char *name,
                    struct strbuf *out)
{
    struct ring_store *s = NULL;
    struct ring_access access;
    struct owned_ring n;

    if (parse_name(userid, name, &n, NULL) != 0)
        strbuf_adds(out, "write Keyring ring, or Keyring userid/ring");
    else if (store_open_empty(saf, &s, NULL) != 0)
        return;
    else if (check_exists(saf, s, &n, NULL) == ERR_NOT_FOUND)
        mend_missing(saf, s, &n, out);
    else if (access_check(saf, userid, n.owner, n.ring, &access, NULL) != 0)
        access_mend_ring(saf, userid, n.owner, n.ring, out);
    store_close(s);
}

void keyring_remedy_dir(const char *dir, const char *userid, const char *name,
                        struct strbuf *out)
{
    struct saf *saf = NULL;

    if (saf_open(dir, SAF_READ, &saf, NULL) != 0)
        return;
    keyring_remedy(saf, userid, name, out);
    saf_close(saf);
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

/* ---- may it stay in use? ---- */

static const char *owner_of(const struct ring_entry *e)
{
    static const char *const others[] = {
        [RING_OWNER_CERTAUTH] = OWNER_CERTAUTH, [RING_OWNER_SITE] = OWNER_SITE};

    return e->owner_kind == RING_OWNER_USER ? e->owner : others[e->owner_kind];
}

/* The certificate as it is stored now; one that can't be read counts as the
 * one that has its label. *RET NULL: it is not there. */
static int find_stored(struct ring_store *s, const struct ring_entry *e,
                       const struct store_cert **ret, struct error *err)
{
    const char *id = owner_of(e);
    int r = store_know(s, id, err);
    const struct store_owner *o = r == 0 ? store_owner_find(s, id) : NULL;
    size_t i;
    X509 *x;

    *ret = NULL;
    for (i = 0; o != NULL && *ret == NULL && i < o->ncerts; i++) {
        struct store_cert *c = &o->certs[i];

        if (store_x509(s, id, c, &x, NULL) != 0) {
            if (strcmp(c->label, e->label) == 0)
                *ret = c;
        } else if (X509_cmp(x, e->cert) == 0) {
            *ret = c;
        }
    }
    return r;
}

static int check_entry(struct ring_store *s, const struct ring_entry *e,
                       struct error *err)
{
    const struct store_cert *c;
    char who[SAF_NAME_MAX + 5];
    int r;

    if (e->trust == RING_NOTRUST)
        return 0; /* it never counted */
    r = find_stored(s, e, &c, err);
    if (r != 0 || (c != NULL && c->trust != RING_NOTRUST))
        return r;
    return error_set(err, ERR_DENIED, "the certificate '%s' of %s %s", e->label,
                     owner_text(owner_of(e), who),
                     c == NULL ? "is not stored any more"
                               : "has status NOTRUST now");
}

static int check_still(struct saf *saf, const struct keyring *ring,
                       const char *userid, const char *name, struct error *err)
{
    struct ring_access access;
    struct ring_store *s = NULL;
    struct owned_ring n;
    size_t i;
    int r = parse_name(userid, name, &n, err);

    if (r == 0 && owner_kind(n.owner) == RING_OWNER_USER &&
        !saf_user_exists(saf, n.owner))
        r = error_set(err, ERR_DENIED, "user %s is not defined any more",
                      n.owner);
    if (r == 0)
        r = access_check(saf, userid, n.owner, n.ring, &access, err);
    if (r == 0)
        r = store_open_empty(saf, &s, err);
    for (i = 0; r == 0 && i < ring->n; i++)
        r = check_entry(s, &ring->entries[i], err);
    store_close(s);
    return r;
}

/* ---- a database that others may be changing ---- */

/* What is done with the open database, and whose copy it makes or checks. */
struct visit {
    const char *userid, *name;
    const struct keyring *check; /* NULL: the ring is read */
    struct keyring *read;
};

static int visit(struct saf *saf, struct visit *v, struct error *err)
{
    if (v->check != NULL)
        return check_still(saf, v->check, v->userid, v->name, err);
    return keyring_open_saf(saf, v->userid, v->name, &v->read, err);
}

/* A writer may commit between two of the files that we read. */
enum { OPEN_ATTEMPTS = 20 };

static int visit_dir(const char *dir, struct visit *v, struct error *err)
{
    struct saf *saf;
    bool same;
    int i, r;

    for (i = 0; i < OPEN_ATTEMPTS; i++) {
        saf = NULL;
        r = saf_open(dir, SAF_READ, &saf, err);
        if (r != 0)
            return r;
        r = visit(saf, v, err);
        same = saf_unchanged(saf);
        saf_close(saf);
        if (same)
            return r;
        keyring_unref(v->read);
        v->read = NULL;
    }
    return error_set(err, ERR_LOCKED, "%s is being changed all the time", dir);
}

int keyring_open_dir(const char *dir, const char *userid, const char *name,
                     struct keyring **ret, struct error *err)
{
    struct visit v = {userid, name, NULL, NULL};
    int r = visit_dir(dir, &v, err);

    if (r == 0)
        *ret = v.read;
    return r;
}

int keyring_still_good(const struct keyring *ring, const char *dir,
                       const char *userid, const char *name, struct error *err)
{
    struct visit v = {userid, name, ring, NULL};

    return visit_dir(dir, &v, err);
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
