#include "keyring/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libconfig.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "util/strbuf.h"

/* Labels and ring names are data of the index, never part of a file name. */

static const char *const usages[] = {"PERSONAL", "CERTAUTH", "SITE"};
static const char *const trusts[] = {"TRUST", "NOTRUST", "HIGHTRUST"};

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

static void cert_done(struct store_cert *c)
{
    X509_free(c->x509);
    free(c->label);
}

static void clear(struct ring_store *s)
{
    size_t i, k;

    for (i = 0; i < s->nowners; i++) {
        struct store_owner *o = &s->owners[i];

        for (k = 0; k < o->ncerts; k++)
            cert_done(&o->certs[k]);
        for (k = 0; k < o->nrings; k++)
            ring_done(&o->rings[k]);
        free(o->certs);
        free(o->rings);
    }
    free(s->owners);
    s->owners = NULL;
    s->nowners = 0;
}

static void *grow(void **array, size_t *n, size_t size)
{
    char *p = realloc(*array, (*n + 1) * size);

    if (p == NULL)
        return NULL;
    *array = p;
    p += *n * size;
    memset(p, 0, size);
    ++*n;
    return p;
}

static struct store_owner *need_owner(struct ring_store *s, const char *id)
{
    struct store_owner *o = store_owner_find(s, id);

    if (o != NULL)
        return o;
    o = grow((void **)&s->owners, &s->nowners, sizeof(*o));
    if (o == NULL)
        return NULL;
    snprintf(o->id, sizeof(o->id), "%s", id);
    o->next_file = 1;
    return o;
}

static struct store_cert *new_cert(struct store_owner *o, const char *label)
{
    struct store_cert *c = grow((void **)&o->certs, &o->ncerts, sizeof(*c));

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

static struct store_ring *new_ring(struct store_owner *o, const char *name)
{
    struct store_ring *r = grow((void **)&o->rings, &o->nrings, sizeof(*r));

    if (r == NULL)
        return NULL;
    r->name = strdup(name);
    if (r->name == NULL) {
        o->nrings--;
        return NULL;
    }
    return r;
}

static struct store_connect *new_connect(struct store_ring *r,
                                         const char *owner, const char *label)
{
    struct store_connect *c = grow((void **)&r->conn, &r->nconn, sizeof(*c));

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

struct store_cert *store_connected(const struct ring_store *s,
                                   const struct store_connect *c)
{
    return store_cert_find(s, c->owner, c->label);
}

/* ---- reading the index ---- */

static bool name_index(const char *const *names, size_t n, const char *text,
                       int *ret)
{
    size_t i;

    for (i = 0; text != NULL && i < n; i++)
        if (strcmp(names[i], text) == 0) {
            *ret = (int)i;
            return true;
        }
    return false;
}

static bool get_name(config_setting_t *s, const char *key,
                     const char *const *names, size_t n, int *ret)
{
    const char *text = NULL;

    config_setting_lookup_string(s, key, &text);
    return name_index(names, n, text, ret);
}

static bool get_flag(config_setting_t *s, const char *key)
{
    int v = 0;

    return config_setting_lookup_bool(s, key, &v) && v != 0;
}

static bool read_cert(struct store_owner *o, config_setting_t *s)
{
    struct store_cert *c;
    const char *label;
    long long serial = 1;
    int file, trust;

    if (!config_setting_lookup_string(s, "label", &label) ||
        strlen(label) > LABEL_MAX ||
        !config_setting_lookup_int(s, "file", &file) || file <= 0 ||
        !get_name(s, "status", trusts, 3, &trust) ||
        (c = new_cert(o, label)) == NULL)
        return false;
    c->file = (unsigned)file;
    c->trust = (enum ring_trust)trust;
    c->has_key = get_flag(s, "key");
    config_setting_lookup_int64(s, "next_serial", &serial);
    c->next_serial = serial > 0 ? (unsigned long)serial : 1;
    return true;
}

static bool read_connect(struct store_ring *r, config_setting_t *s)
{
    const char *owner, *label;
    struct store_connect *c;
    int usage;

    if (!config_setting_lookup_string(s, "owner", &owner) ||
        strlen(owner) > SAF_NAME_MAX ||
        !config_setting_lookup_string(s, "label", &label) ||
        !get_name(s, "usage", usages, 3, &usage) ||
        (c = new_connect(r, owner, label)) == NULL)
        return false;
    c->usage = (enum ring_usage)usage;
    c->is_default = get_flag(s, "default");
    return true;
}

static bool read_ring(struct store_owner *o, config_setting_t *s)
{
    config_setting_t *list = config_setting_get_member(s, "connected");
    struct store_ring *r;
    const char *name;
    int i;

    if (!config_setting_lookup_string(s, "name", &name) ||
        strlen(name) > RING_NAME_MAX || (r = new_ring(o, name)) == NULL)
        return false;
    for (i = 0; list != NULL && i < config_setting_length(list); i++)
        if (!read_connect(r, config_setting_get_elem(list, (unsigned)i)))
            return false;
    return true;
}

typedef bool (*read_fn)(struct store_owner *o, config_setting_t *s);

static int read_list(struct store_owner *o, config_t *cfg, const char *key,
                     read_fn read, const char *file, struct error *err)
{
    config_setting_t *list = config_lookup(cfg, key), *row;
    int i;

    for (i = 0; list != NULL && i < config_setting_length(list); i++) {
        row = config_setting_get_elem(list, (unsigned)i);
        if (!config_setting_is_group(row) || !read(o, row))
            return error_set(err, ERR_DAMAGED,
                             "%s:%u: not what we wrote: a value is missing or "
                             "wrong here",
                             file, config_setting_source_line(row));
    }
    return 0;
}

static int read_index(struct store_owner *o, const char *text, const char *file,
                      struct error *err)
{
    config_t cfg;
    int next = 0, r = 0;

    config_init(&cfg);
    if (!config_read_string(&cfg, text))
        r = error_set(err, ERR_DAMAGED, "%s:%d: %s", file,
                      config_error_line(&cfg), config_error_text(&cfg));
    else if (!config_lookup_int(&cfg, "next_file", &next) || next <= 0)
        r = error_set(err, ERR_DAMAGED, "%s: next_file is missing", file);
    o->next_file = (unsigned)next;
    if (r == 0)
        r = read_list(o, &cfg, "certificates", read_cert, file, err);
    if (r == 0)
        r = read_list(o, &cfg, "rings", read_ring, file, err);
    config_destroy(&cfg);
    return r;
}

static int load_owner(struct ring_store *s, const char *id, struct error *err)
{
    struct store_owner *o;
    char name[64], file[512], *text;
    size_t len;
    int r;

    if (strlen(id) > SAF_NAME_MAX)
        return 0; /* no folder of ours */
    snprintf(name, sizeof(name), "%s/index.cfg", id);
    r = saf_read_file(s->saf, name, &text, &len, err);
    if (r == ERR_NOT_FOUND)
        return 0;
    if (r != 0)
        return r;
    o = need_owner(s, id);
    snprintf(file, sizeof(file), "%s/%s", saf_dir(s->saf), name);
    if (o == NULL)
        r = error_nomem(err);
    else if (strlen(text) != len)
        r = error_set(err, ERR_DAMAGED, "%s: not text", file);
    else
        r = read_index(o, text, file, err);
    free(text);
    return r;
}

static int load(struct ring_store *s, struct error *err)
{
    char **names, **p;
    int r;

    s->epoch = saf_epoch(s->saf);
    r = saf_list_folders(s->saf, &names, err);
    if (r != 0)
        return r;
    for (p = names; r == 0 && *p != NULL; p++)
        r = load_owner(s, *p, err);
    saf_names_free(names);
    return r;
}

int store_open(struct saf *saf, struct ring_store **ret, struct error *err)
{
    struct ring_store *s = calloc(1, sizeof(*s));
    int r;

    if (s == NULL)
        return error_nomem(err);
    s->saf = saf;
    r = load(s, err);
    if (r != 0) {
        store_close(s);
        return r;
    }
    *ret = s;
    return 0;
}

void store_close(struct ring_store *s)
{
    if (s == NULL)
        return;
    clear(s);
    free(s);
}

int store_sync(struct ring_store *s, struct error *err)
{
    if (s->epoch == saf_epoch(s->saf))
        return 0;
    clear(s);
    return load(s, err);
}

/* ---- writing the index ---- */

static void put_string(struct strbuf *out, const char *key, const char *value)
{
    const unsigned char *p;

    strbuf_addf(out, " %s = \"", key);
    for (p = (const unsigned char *)value; *p != '\0'; p++) {
        if (*p == '"' || *p == '\\')
            strbuf_addf(out, "\\%c", *p);
        else if (*p < 0x20 || *p >= 0x7f)
            strbuf_addf(out, "\\x%02X", *p);
        else
            strbuf_addc(out, (char)*p);
    }
    strbuf_adds(out, "\";");
}

static void print_certs(const struct store_owner *o, struct strbuf *out)
{
    size_t i;

    strbuf_adds(out, "certificates = (\n");
    for (i = 0; i < o->ncerts; i++) {
        const struct store_cert *c = &o->certs[i];

        strbuf_adds(out, "  {");
        put_string(out, "label", c->label);
        strbuf_addf(out, " file = %u; status = \"%s\";", c->file,
                    trusts[c->trust]);
        if (c->has_key)
            strbuf_adds(out, " key = true;");
        if (c->next_serial > 1)
            strbuf_addf(out, " next_serial = %luL;", c->next_serial);
        strbuf_adds(out, i + 1 < o->ncerts ? " },\n" : " }\n");
    }
    strbuf_adds(out, ");\n");
}

static void print_ring(const struct store_ring *r, struct strbuf *out)
{
    size_t i;

    put_string(out, "name", r->name);
    strbuf_adds(out, "\n    connected = (");
    for (i = 0; i < r->nconn; i++) {
        const struct store_connect *c = &r->conn[i];

        strbuf_adds(out, i > 0 ? ",\n      {" : "\n      {");
        put_string(out, "owner", c->owner);
        put_string(out, "label", c->label);
        put_string(out, "usage", usages[c->usage]);
        if (c->is_default)
            strbuf_adds(out, " default = true;");
        strbuf_adds(out, " }");
    }
    strbuf_adds(out, " );");
}

static void print_rings(const struct store_owner *o, struct strbuf *out)
{
    size_t i;

    strbuf_adds(out, "rings = (\n");
    for (i = 0; i < o->nrings; i++) {
        strbuf_adds(out, "  {");
        print_ring(&o->rings[i], out);
        strbuf_adds(out, i + 1 < o->nrings ? " },\n" : " }\n");
    }
    strbuf_adds(out, ");\n");
}

int store_save(struct ring_store *s, const char *owner, struct error *err)
{
    const struct store_owner *o = store_owner_find(s, owner);
    struct strbuf sb = STRBUF_INIT;
    char name[64];
    int r;

    if (o == NULL)
        return 0;
    strbuf_addf(&sb, "next_file = %u;\n", o->next_file);
    print_certs(o, &sb);
    print_rings(o, &sb);
    snprintf(name, sizeof(name), "%s/index.cfg", owner);
    r = strbuf_failed(&sb)
            ? error_nomem(err)
            : saf_write_file(s->saf, name, strbuf_str(&sb), sb.len, err);
    strbuf_done(&sb);
    return r;
}

/* ---- certificates and keys ---- */

static void file_name(const char *owner, unsigned file, const char *ext,
                      char buf[64])
{
    snprintf(buf, 64, "%s/cert-%u.%s", owner, file, ext);
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
    char name[64], *text = NULL;
    BIO *bio = NULL;
    size_t len;
    int r = 0;

    if (c->x509 == NULL) {
        file_name(owner, c->file, "pem", name);
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
    char name[64], *text;
    EVP_PKEY *key = NULL;
    BIO *bio;
    size_t len;
    int r;

    if (!c->has_key)
        return error_set(err, ERR_NOT_FOUND, "certificate %s has no key",
                         c->label);
    file_name(owner, c->file, "key", name);
    r = saf_read_file(s->saf, name, &text, &len, err);
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
    char name[64];
    int r = 0;

    /* For people who look into the folder; PEM readers skip it. */
    strbuf_add_escaped(&label, c->label, strlen(c->label));
    file_name(owner, c->file, "pem", name);
    if (bio == NULL || kbio == NULL || strbuf_failed(&label) ||
        BIO_printf(bio, "Label: %s\n", strbuf_str(&label)) < 0 ||
        PEM_write_bio_X509(bio, c->x509) != 1)
        r = error_nomem(err);
    if (r == 0)
        r = write_bio(s, name, bio, err);
    file_name(owner, c->file, "key", name);
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

/* ---- changes ---- */

int store_add_cert(struct ring_store *s, const char *owner, const char *label,
                   enum ring_trust trust, X509 *x509, EVP_PKEY *key,
                   struct error *err)
{
    struct store_owner *o;
    struct store_cert *c;
    int r;

    if (store_cert_find(s, owner, label) != NULL)
        return error_set(err, ERR_EXISTS, "label %s is in use", label);
    o = need_owner(s, owner);
    c = o != NULL ? new_cert(o, label) : NULL;
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

int store_add_ring(struct ring_store *s, const char *owner, const char *name,
                   struct error *err)
{
    struct store_owner *o;

    if (store_ring_find(s, owner, name) != NULL)
        return error_set(err, ERR_EXISTS, "ring %s exists", name);
    o = need_owner(s, owner);
    if (o == NULL || new_ring(o, name) == NULL)
        return error_nomem(err);
    return store_save(s, owner, err);
}

int store_connect(struct ring_store *s, const char *ring_owner,
                  const char *ring, const char *cert_owner, const char *label,
                  enum ring_usage usage, bool is_default, struct error *err)
{
    struct store_ring *r = store_ring_find(s, ring_owner, ring);
    struct store_connect *c = NULL;
    size_t i;

    if (r == NULL || store_cert_find(s, cert_owner, label) == NULL)
        return error_set(err, ERR_NOT_FOUND, "no such ring or certificate");
    for (i = 0; i < r->nconn; i++) {
        if (is_default)
            r->conn[i].is_default = false;
        if (strcmp(r->conn[i].owner, cert_owner) == 0 &&
            strcmp(r->conn[i].label, label) == 0)
            c = &r->conn[i];
    }
    if (c == NULL)
        c = new_connect(r, cert_owner, label);
    if (c == NULL)
        return error_nomem(err);
    c->usage = usage;
    c->is_default = is_default;
    return store_save(s, ring_owner, err);
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
