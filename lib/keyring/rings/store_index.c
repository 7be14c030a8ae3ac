/*
 * An owner's index.cfg. Labels and ring names are data in it, never part of
 * a file name. The fields of each row stand once here, and are read and
 * printed by saf/db/rows.c.
 */

#include "keyring/rings/store_private.h"

#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libconfig.h>

#include "saf/db/rows.h"
#include "util/array.h"
#include "util/strbuf.h"

/* ---- the fields ---- */

static const char *const usages[] = {"PERSONAL", "CERTAUTH", "SITE", NULL};
static const char *const trusts[] = {"TRUST", "NOTRUST", "HIGHTRUST", NULL};

/* STRUCT is defined before each table. */
#define AT(member) .offset = offsetof(STRUCT, member)
#define TEXT(key, f, member, max)                                              \
    {                                                                          \
        key, ROW_TEXT, f, AT(member), .size = max                              \
    }
#define FLAG(key, member)                                                      \
    {                                                                          \
        key, ROW_FLAG, 0, AT(member)                                           \
    }
#define WORD(key, member, list)                                                \
    {                                                                          \
        key, ROW_WORD, ROW_REQUIRED, AT(member), .words = list                 \
    }
#define TABLE(key, fields)                                                     \
    {                                                                          \
        key, fields, sizeof(fields) / sizeof(fields[0]), sizeof(STRUCT)        \
    }

#define STRUCT struct store_cert
static const struct row_field cert_fields[] = {
    TEXT("label", ROW_REQUIRED, label, LABEL_MAX),
    {"file", ROW_NUMBER, ROW_REQUIRED, AT(file), .low = 1, .high = INT_MAX},
    WORD("status", trust, trusts),
    FLAG("key", has_key),
    FLAG("requested", requested),
    {"next_serial", ROW_SERIAL, 0, AT(next_serial), .low = 1},
};
static const struct row_table cert_table = TABLE("certificates", cert_fields);
#undef STRUCT

#define STRUCT struct store_connect
static const struct row_field connect_fields[] = {
    {"owner", ROW_CHARS, ROW_REQUIRED, AT(owner), .size = SAF_NAME_MAX + 1},
    TEXT("label", ROW_REQUIRED, label, 0),
    WORD("usage", usage, usages),
    FLAG("default", is_default),
};
static const struct row_table connect_table =
    TABLE("connected", connect_fields);
#undef STRUCT

#define STRUCT struct store_ring
static const struct row_field ring_fields[] = {
    TEXT("name", ROW_REQUIRED, name, RING_NAME_MAX),
    {"connected", ROW_LIST, ROW_LINES, AT(conn), .list = &connect_table,
     .count_offset = offsetof(STRUCT, nconn)},
};
static const struct row_table ring_table = TABLE("rings", ring_fields);
#undef STRUCT

#define STRUCT struct store_filter
static const struct row_field filter_fields[] = {
    TEXT("label", ROW_REQUIRED, label, 0),
    WORD("status", trust, trusts),
    TEXT("subject", ROW_ALWAYS, subject, 0),
    TEXT("issuer", ROW_ALWAYS, issuer, 0),
    TEXT("criteria", 0, criteria, 0),
};
static const struct row_table filter_table = TABLE("filters", filter_fields);
#undef STRUCT

/* ---- reading ---- */

/* The store takes the row with its texts and lists. */
static bool keep(void *array, size_t *n, size_t size, void *row)
{
    void *place = array_add(array, n, size);

    if (place == NULL)
        return false;
    memcpy(place, row, size);
    memset(row, 0, size);
    return true;
}

static bool keep_cert(void *arg, void *row)
{
    struct store_owner *o = arg;

    return keep(&o->certs, &o->ncerts, sizeof(*o->certs), row);
}

static bool keep_ring(void *arg, void *row)
{
    struct store_owner *o = arg;

    return keep(&o->rings, &o->nrings, sizeof(*o->rings), row);
}

static bool keep_filter(void *arg, void *row)
{
    struct store_owner *o = arg;

    return keep(&o->filters, &o->nfilters, sizeof(*o->filters), row);
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
        r = rows_read(&cfg, &cert_table, false, file, keep_cert, o, err);
    if (r == 0)
        r = rows_read(&cfg, &ring_table, false, file, keep_ring, o, err);
    if (r == 0)
        r = rows_read(&cfg, &filter_table, false, file, keep_filter, o, err);
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
        r = error_set(err, ERR_DAMAGED, "%s: not a text", file);
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

int store_save(struct ring_store *s, const char *owner, struct error *err)
{
    const struct store_owner *o = store_owner_find(s, owner);
    struct strbuf sb = STRBUF_INIT;
    char name[64];
    int r;

    if (o == NULL)
        return 0;
    strbuf_addf(&sb, "next_file = %u;\n", o->next_file);
    rows_print(&cert_table, o->certs, o->ncerts, &sb);
    rows_print(&ring_table, o->rings, o->nrings, &sb);
    if (o->nfilters != 0)
        rows_print(&filter_table, o->filters, o->nfilters, &sb);
    snprintf(name, sizeof(name), "%s/index.cfg", owner);
    r = strbuf_failed(&sb)
            ? error_nomem(err)
            : saf_write_file(s->saf, name, strbuf_str(&sb), sb.len, err);
    strbuf_done(&sb);
    return r;
}
