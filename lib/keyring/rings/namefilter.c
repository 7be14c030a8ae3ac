/*
 * Which user a certificate belongs to: the owner of the stored one, or the
 * certificate name filter (RACDCERT MAP) that fits it best.
 */

#include "keyring/rings/testing.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/evp.h>

#include "keyring/rings/store.h"
#include "util/array.h"
#include "util/clock.h"

/* ---- filters ---- */

/* How many of its most specific attributes may be left out. */
enum { PARTS_MAX = 32 };

int namefilter_init(struct name_filter *f, const char *subject,
                    const char *issuer, struct error *err)
{
    int r = certname_parse(subject, &f->subject, err);

    if (r != 0)
        return r;
    r = certname_parse(issuer, &f->issuer, err);
    if (r != 0)
        certname_done(&f->subject);
    return r;
}

void namefilter_done(struct name_filter *f)
{
    certname_done(&f->subject);
    certname_done(&f->issuer);
}

/* How much of a name a step of the search compares. */
enum extent { WHOLE, PART, NOTHING };

static const struct {
    enum extent subject, issuer;
} steps[] = {
    {WHOLE, WHOLE},   {PART, WHOLE},   {WHOLE, PART},    {PART, PART},
    {WHOLE, NOTHING}, {PART, NOTHING}, {NOTHING, WHOLE}, {NOTHING, PART},
};

/* How many attributes may go for an extent: from *FROM to before *TO. Where
 * nothing is looked at it is one case, in which all go. */
static void range(enum extent e, const struct certname *name, size_t *from,
                  size_t *to)
{
    size_t most = name->n < PARTS_MAX ? name->n : PARTS_MAX;

    *from = e == WHOLE ? 0 : e == PART ? 1 : name->n;
    *to = e == WHOLE ? most > 0 : e == PART ? most : name->n + 1;
}

static int find_exact(const struct name_filter *f, size_t n,
                      const struct certname *subject, size_t s,
                      const struct certname *issuer, size_t i)
{
    size_t k;

    for (k = 0; k < n; k++)
        if (certname_ends(subject, s, &f[k].subject) &&
            certname_ends(issuer, i, &f[k].issuer))
            return (int)k;
    return -1;
}

static int search(const struct name_filter *f, size_t n,
                  const struct certname *subject, const struct certname *issuer)
{
    size_t k, s, s_end, i, i_from, i_end;
    int found;

    for (k = 0; k < sizeof(steps) / sizeof(steps[0]); k++) {
        range(steps[k].issuer, issuer, &i_from, &i_end);
        range(steps[k].subject, subject, &s, &s_end);
        for (; s < s_end; s++)
            for (i = i_from; i < i_end; i++) {
                found = find_exact(f, n, subject, s, issuer, i);
                if (found >= 0)
                    return found;
            }
    }
    return -1;
}

int namefilter_find(const struct name_filter *filters, size_t n, X509 *cert,
                    struct error *err)
{
    struct certname subject = {NULL, 0}, issuer = {NULL, 0};
    int found = -1;

    if (err != NULL)
        err->code = 0;
    if (certname_take(X509_get_subject_name(cert), 0, &subject, err) == 0 &&
        certname_take(X509_get_issuer_name(cert), 0, &issuer, err) == 0)
        found = search(filters, n, &subject, &issuer);
    certname_done(&subject);
    certname_done(&issuer);
    return found;
}

/* ---- users ---- */

enum { DIGEST = 32 };

/* A user, or MULTIID, as the database has it. */
struct cert_owner {
    char id[SAF_NAME_MAX + 1];
    bool defined, revoked;
};

struct known_cert {
    unsigned char digest[DIGEST];
    struct cert_owner owner;
    bool trusted;
};

/* What is known of a filter besides its names: same index. */
struct filter_user {
    struct cert_owner owner;
    char *label;
    bool trusted, has_criteria;
};

/* The database as it was read, or that it could not be. */
struct users_table {
    struct keyring_stamp stamp; /* before it was read */
    int failed;                 /* ERR_*, with its text */
    struct error why;
    time_t failed_at; /* by a clock that never goes backwards */
    struct known_cert *certs;
    size_t ncerts;
    struct name_filter *filters;
    struct filter_user *filter_users;
    size_t nfilters;
};

struct cert_users {
    pthread_mutex_t lock; /* of TABLE, which is not changed itself */
    char *dir;
    struct users_table *table; /* NULL: not read yet */
};

int cert_users_new(const char *dir, struct cert_users **ret, struct error *err)
{
    struct cert_users *u = calloc(1, sizeof(*u));

    if (u == NULL)
        return error_nomem(err);
    u->dir = strdup(dir);
    if (u->dir == NULL) {
        free(u);
        return error_nomem(err);
    }
    pthread_mutex_init(&u->lock, NULL);
    *ret = u;
    return 0;
}

static void forget(struct users_table *u)
{
    size_t i;

    for (i = 0; i < u->nfilters; i++) {
        namefilter_done(&u->filters[i]);
        free(u->filter_users[i].label);
    }
    free(u->certs);
    free(u->filters);
    free(u->filter_users);
    memset(u, 0, sizeof(*u));
}

static void free_table(struct users_table *t)
{
    if (t == NULL)
        return;
    forget(t);
    free(t);
}

void cert_users_free(struct cert_users *u)
{
    if (u == NULL)
        return;
    free_table(u->table);
    pthread_mutex_destroy(&u->lock);
    free(u->dir);
    free(u);
}

static int add_cert(struct users_table *u, struct ring_store *s,
                    const struct cert_owner *owner, struct store_cert *c,
                    struct error *err)
{
    struct known_cert *k;
    X509 *x;
    int r;

    r = store_x509(s, owner->id, c, &x, err);
    if (r != 0)
        return r;
    k = array_add(&u->certs, &u->ncerts, sizeof(*k));
    if (k == NULL)
        return error_nomem(err);
    k->owner = *owner;
    k->trusted = c->trust != RING_NOTRUST;
    if (X509_digest(x, EVP_sha256(), k->digest, NULL) == 1)
        return 0;
    u->ncerts--;
    return error_set(err, ERR_CRYPTO, "no digest of certificate %s", c->label);
}

static int add_filter(struct users_table *u, const struct cert_owner *owner,
                      const struct store_filter *f, struct error *err)
{
    size_t n = u->nfilters; /* of both arrays */
    struct name_filter *filter = array_add(&u->filters, &n, sizeof(*filter));
    struct filter_user *user =
        filter != NULL
            ? array_add(&u->filter_users, &u->nfilters, sizeof(*user))
            : NULL;
    int r;

    if (user == NULL)
        return error_nomem(err);
    r = namefilter_init(filter, f->subject, f->issuer, err);
    if (r != 0) {
        u->nfilters--;
        return r;
    }
    user->label = strdup(f->label);
    user->trusted = f->trust != RING_NOTRUST;
    user->has_criteria = f->criteria != NULL;
    user->owner = *owner;
    return user->label != NULL ? 0 : error_nomem(err);
}

static int add_owner(struct users_table *u, struct ring_store *s,
                     struct store_owner *o, struct error *err)
{
    bool user = owner_kind(o->id) == RING_OWNER_USER;
    struct cert_owner owner;
    size_t i;
    int r = 0;

    memcpy(owner.id, o->id, sizeof(owner.id));
    owner.defined = saf_user_exists(s->saf, o->id);
    owner.revoked = saf_user_revoked(s->saf, o->id);

    for (i = 0; user && r == 0 && i < o->ncerts; i++)
        r = add_cert(u, s, &owner, &o->certs[i], err);
    for (i = 0; r == 0 && i < o->nfilters; i++)
        r = add_filter(u, &owner, &o->filters[i], err);
    return r;
}

/* One reading; *RET_SAME: nobody changed the database meanwhile. */
static int load_once(struct users_table *u, const char *dir, bool *ret_same,
                     struct error *err)
{
    struct ring_store *s = NULL;
    struct saf *saf = NULL;
    size_t i;
    int r;

    *ret_same = true;
    r = saf_open(dir, SAF_READ, &saf, err);
    if (r == 0)
        r = store_open(saf, &s, err);
    for (i = 0; r == 0 && i < s->nowners; i++)
        r = add_owner(u, s, &s->owners[i], err);
    if (saf != NULL)
        *ret_same = saf_unchanged(saf);
    store_close(s);
    saf_close(saf);
    return r;
}

enum { LOAD_ATTEMPTS = 20, FORGIVE_S = 5 };

static int read_table(struct users_table *t, const char *dir, struct error *err)
{
    bool same = false;
    int i, r = 0;

    for (i = 0; !same && i < LOAD_ATTEMPTS; i++) {
        forget(t);
        r = keyring_stamp_dir(dir, &t->stamp, err);
        same = r != 0;
        if (r == 0)
            r = load_once(t, dir, &same, err);
    }
    if (r == 0 && !same)
        r = error_set(err, ERR_LOCKED, "%s is being changed all the time", dir);
    return r;
}

/* What failed is tried again after a while, too: modes of files are no change
 * of the database. */
static bool is_fresh(const struct users_table *t,
                     const struct keyring_stamp *now)
{
    return t != NULL && keyring_stamp_same(now, &t->stamp) &&
           (t->failed == 0 || clock_s() - t->failed_at < FORGIVE_S);
}

bool cert_users_changed(struct cert_users *u)
{
    struct keyring_stamp now;
    bool fresh;

    keyring_stamp_dir(u->dir, &now, NULL);
    pthread_mutex_lock(&u->lock);
    fresh = is_fresh(u->table, &now);
    pthread_mutex_unlock(&u->lock);
    return !fresh;
}

/* Read beside the table that others ask meanwhile. */
int cert_users_load(struct cert_users *u, struct error *err)
{
    struct users_table *t = calloc(1, sizeof(*t)), *before;
    struct error why = {0};
    int r;

    if (t == NULL)
        return error_nomem(err);
    r = read_table(t, u->dir, &why);
    if (r != 0) {
        t->failed = r;
        t->why = why;
        t->failed_at = clock_s();
    }
    pthread_mutex_lock(&u->lock);
    before = u->table;
    u->table = t;
    pthread_mutex_unlock(&u->lock);
    free_table(before);
    return r == 0 ? 0 : error_set(err, r, "%s", why.text);
}

static const struct known_cert *find_cert(const struct users_table *u,
                                          const unsigned char *digest)
{
    size_t i;

    for (i = 0; i < u->ncerts; i++)
        if (memcmp(u->certs[i].digest, digest, DIGEST) == 0)
            return &u->certs[i];
    return NULL;
}

/* The extension of IBM's that names a host and its user id (RACF Security
 * Administrator's Guide, "Using a hostIdMappings extension"). */
static bool has_host_mapping(const X509 *cert)
{
    ASN1_OBJECT *oid = OBJ_txt2obj("1.3.18.0.2.18.1", 1);
    bool found = oid != NULL && X509_get_ext_by_OBJ(cert, oid, -1) >= 0;

    ASN1_OBJECT_free(oid);
    return found;
}

static int not_defined(const X509 *cert, struct error *err)
{
    return error_set(err, ERR_NOT_FOUND,
                     "no user id is defined for the certificate: it is not "
                     "stored under one (RACDCERT ADD), and no filter "
                     "(RACDCERT MAP) fits it%s",
                     has_host_mapping(cert)
                         ? "; its extension hostIdMappings is not used here"
                         : "");
}

static int by_filter(const struct users_table *u, X509 *cert,
                     const struct cert_owner **ret, struct error *err)
{
    int k = namefilter_find(u->filters, u->nfilters, cert, err);
    const struct filter_user *f;

    if (k < 0)
        return err->code != 0 ? err->code : not_defined(cert, err);
    f = &u->filter_users[k];
    if (!f->trusted)
        return error_set(err, ERR_DENIED,
                         "the filter '%s' that fits the certificate has "
                         "status NOTRUST",
                         f->label);
    if (f->has_criteria || strcmp(f->owner.id, OWNER_MULTI) == 0)
        return error_set(err, ERR_NOT_FOUND,
                         "the filter '%s' that fits the certificate asks for "
                         "CRITERIA, which a TLS connection does not have",
                         f->label);
    *ret = &f->owner;
    return 0;
}

static int decide(const struct users_table *u, X509 *cert,
                  const struct cert_owner **ret, struct error *err)
{
    unsigned char digest[DIGEST];
    const struct known_cert *c;
    int r = 0;

    if (X509_digest(cert, EVP_sha256(), digest, NULL) != 1)
        return error_set(err, ERR_CRYPTO, "the certificate has no digest");
    c = find_cert(u, digest);
    if (c != NULL && !c->trusted)
        return error_set(err, ERR_DENIED,
                         "the certificate is stored under user %s with status "
                         "NOTRUST",
                         c->owner.id);
    if (c != NULL)
        *ret = &c->owner;
    else
        r = by_filter(u, cert, ret, err);
    if (r == 0 && !(*ret)->defined)
        r = error_set(err, ERR_DENIED,
                      "the certificate belongs to user %s, who is not defined",
                      (*ret)->id);
    if (r == 0 && (*ret)->revoked)
        r = error_set(err, ERR_DENIED,
                      "the certificate belongs to user %s, who is revoked",
                      (*ret)->id);
    return r;
}

int cert_users_find(struct cert_users *u, X509 *cert, char userid[CERT_USERID],
                    struct error *err)
{
    const struct cert_owner *owner = NULL;
    struct error why = {0};
    int r = 0;

    if (cert_users_changed(u))
        r = cert_users_load(u, &why);
    if (r != 0)
        return error_set(err, r, "%s", why.text);
    pthread_mutex_lock(&u->lock);
    why = u->table->why;
    r = u->table->failed;
    if (r == 0)
        r = decide(u->table, cert, &owner, &why);
    if (r == 0)
        memcpy(userid, owner->id, CERT_USERID);
    pthread_mutex_unlock(&u->lock);
    return r == 0 ? 0 : error_set(err, r, "%s", why.text);
}
