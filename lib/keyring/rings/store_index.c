/*
 * An owner's index.cfg. Labels and ring names are data in it, never part of a
 * file name.
 */

#include "keyring/rings/store_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libconfig.h>

#include "util/strbuf.h"

static const char *const usages[] = {"PERSONAL", "CERTAUTH", "SITE"};
static const char *const trusts[] = {"TRUST", "NOTRUST", "HIGHTRUST"};

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
        (c = store_new_cert(o, label)) == NULL)
        return false;
    c->file = (unsigned)file;
    c->trust = (enum ring_trust)trust;
    c->has_key = get_flag(s, "key");
    c->requested = get_flag(s, "requested");
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
        (c = store_new_connect(r, owner, label)) == NULL)
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
        strlen(name) > RING_NAME_MAX || (r = store_new_ring(o, name)) == NULL)
        return false;
    for (i = 0; list != NULL && i < config_setting_length(list); i++)
        if (!read_connect(r, config_setting_get_elem(list, (unsigned)i)))
            return false;
    return true;
}

static bool copy_string(config_setting_t *s, const char *key, char **ret)
{
    const char *text = "";

    config_setting_lookup_string(s, key, &text);
    *ret = strdup(text);
    return *ret != NULL;
}

static bool read_filter(struct store_owner *o, config_setting_t *s)
{
    struct store_filter *f;
    const char *label;
    int trust;

    if (!config_setting_lookup_string(s, "label", &label) ||
        !get_name(s, "status", trusts, 3, &trust) ||
        (f = store_new_filter(o, label)) == NULL)
        return false;
    f->trust = (enum ring_trust)trust;
    if (config_setting_get_member(s, "criteria") != NULL &&
        !copy_string(s, "criteria", &f->criteria))
        return false;
    return copy_string(s, "subject", &f->subject) &&
           copy_string(s, "issuer", &f->issuer);
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
    if (r == 0)
        r = read_list(o, &cfg, "filters", read_filter, file, err);
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
    o = store_need_owner(s, id);
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

/* Whose folder it can be: the name may have been written by anybody. */
static bool is_owner(const char *id)
{
    return zos_name_valid(ZOS_USERID, id) ||
           owner_kind(id) != RING_OWNER_USER || strcmp(id, OWNER_MULTI) == 0;
}

int store_know(struct ring_store *s, const char *owner, struct error *err)
{
    if (!is_owner(owner) || store_owner_find(s, owner) != NULL)
        return 0;
    return load_owner(s, owner, err);
}

int store_open(struct saf *saf, struct ring_store **ret, struct error *err)
{
    struct ring_store *s;
    int r = store_open_empty(saf, &s, err);

    if (r != 0)
        return r;
    r = load(s, err);
    if (r != 0) {
        store_close(s);
        return r;
    }
    *ret = s;
    return 0;
}

int store_sync(struct ring_store *s, struct error *err)
{
    if (s->epoch == saf_epoch(s->saf))
        return 0;
    store_clear(s);
    return load(s, err);
}

/* ---- writing the index ---- */

static void put_string(struct strbuf *out, const char *key, const char *value)
{
    strbuf_addf(out, " %s = ", key);
    strbuf_add_quoted(out, value);
    strbuf_addc(out, ';');
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
        if (c->requested)
            strbuf_adds(out, " requested = true;");
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

static void print_filters(const struct store_owner *o, struct strbuf *out)
{
    size_t i;

    strbuf_adds(out, "filters = (\n");
    for (i = 0; i < o->nfilters; i++) {
        const struct store_filter *f = &o->filters[i];

        strbuf_adds(out, "  {");
        put_string(out, "label", f->label);
        put_string(out, "status", trusts[f->trust]);
        put_string(out, "subject", f->subject);
        put_string(out, "issuer", f->issuer);
        if (f->criteria != NULL)
            put_string(out, "criteria", f->criteria);
        strbuf_adds(out, i + 1 < o->nfilters ? " },\n" : " }\n");
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
    if (o->nfilters != 0)
        print_filters(o, &sb);
    snprintf(name, sizeof(name), "%s/index.cfg", owner);
    r = strbuf_failed(&sb)
            ? error_nomem(err)
            : saf_write_file(s->saf, name, strbuf_str(&sb), sb.len, err);
    strbuf_done(&sb);
    return r;
}
