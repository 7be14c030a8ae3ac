/*
 * The tables' text form: one libconfig file a table, so that people can read,
 * compare and repair the database with an editor. The fields of each row
 * stand once here, and are read and printed by rows.c.
 */

#include "saf/db/private.h"

#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <libconfig.h>

#include "saf/db/rows.h"
#include "util/strbuf.h"

/* ---- the fields ---- */

static bool is_user(const char *text)
{
    return zos_name_valid(ZOS_USERID, text);
}

static bool is_group(const char *text)
{
    return zos_name_valid(ZOS_GROUP, text);
}

/* Whom an entry of an access list is about. */
static bool is_listed(const char *text)
{
    return strcmp(text, "*") == 0 || is_user(text);
}

static bool is_something(const char *text)
{
    return *text != '\0';
}

static bool parse_level(const char *text, int *ret)
{
    enum saf_level level;
    bool ok = saf_level_parse(text, &level);

    *ret = ok ? (int)level : 0;
    return ok;
}

static const char *const levels[] = {"NONE",    "EXECUTE", "READ", "UPDATE",
                                     "CONTROL", "ALTER",   NULL};

enum { NEEDED = ROW_REQUIRED, ALWAYS = ROW_ALWAYS, DAY_MAX = 9999366 };

/* Macros for the places: STRUCT is defined before each table. */
#define AT(member) .offset = offsetof(STRUCT, member)
#define CHARS(key, f, member)                                                  \
    {                                                                          \
        key, ROW_CHARS, f, AT(member),                                         \
            .size = sizeof(((STRUCT *)NULL)->member)                           \
    }
#define NAME(key, f, member, is)                                               \
    {                                                                          \
        key, ROW_CHARS, f, AT(member),                                         \
            .size = sizeof(((STRUCT *)NULL)->member), .valid = is              \
    }
#define FLAG(key, member)                                                      \
    {                                                                          \
        key, ROW_FLAG, 0, AT(member)                                           \
    }
#define NUMBER(key, f, member, l, h)                                           \
    {                                                                          \
        key, ROW_NUMBER, f, AT(member), .low = l, .high = h                    \
    }
#define LEVEL(key, member)                                                     \
    {                                                                          \
        key, ROW_WORD, NEEDED, AT(member), .words = levels,                    \
                                           .parse = parse_level                \
    }
#define HEX(key, f, member)                                                    \
    {                                                                          \
        key, ROW_HEX, f, AT(member), .size = sizeof(((STRUCT *)NULL)->member)  \
    }
#define LIST(key, member, count, table)                                        \
    {                                                                          \
        key, ROW_LIST, 0, AT(member), .list = &table,                          \
                                      .count_offset = offsetof(STRUCT, count)  \
    }
#define TABLE(key, fields)                                                     \
    {                                                                          \
        key, fields, sizeof(fields) / sizeof(fields[0]), sizeof(STRUCT)        \
    }

struct database {
    unsigned
        format; /* what an older or newer program wrote is not guessed at */
    long long generation;
};

#define STRUCT struct database
static const struct row_field database_fields[] = {
    NUMBER("format", NEEDED, format, 1, 1),
    {"generation", ROW_BIG, NEEDED, AT(generation), .low = LLONG_MIN},
};
static const struct row_table database_table =
    TABLE("database", database_fields);
#undef STRUCT

#define STRUCT struct saf_connect
static const struct row_field connect_fields[] = {
    NAME("group", NEEDED, group, is_group),
    CHARS("owner", ALWAYS, owner),
    NUMBER("day", 0, day, 0, DAY_MAX),
};
static const struct row_table connect_table = TABLE("groups", connect_fields);
#undef STRUCT

#define STRUCT struct saf_user
static const struct row_field user_fields[] = {
    NAME("id", NEEDED, id, is_user),
    CHARS("name", ALWAYS | ROW_CUT, name),
    CHARS("owner", ALWAYS, owner),
    CHARS("dfltgrp", ALWAYS, dfltgrp),
    FLAG("revoked", revoked),
    FLAG("special", special),
    NUMBER("created", 0, created, 0, DAY_MAX),
    NUMBER("passday", 0, passday, 0, DAY_MAX),
    LIST("groups", groups, ngroups, connect_table),
};
static const struct row_table user_table = TABLE("users", user_fields);
#undef STRUCT

#define STRUCT struct saf_group
static const struct row_field group_fields[] = {
    NAME("id", NEEDED, id, is_group),
    CHARS("owner", ALWAYS, owner),
    CHARS("supgroup", ALWAYS, supgroup),
    NUMBER("created", 0, created, 0, DAY_MAX),
};
static const struct row_table group_table = TABLE("groups", group_fields);
#undef STRUCT

#define STRUCT struct saf_class
static const struct row_field class_fields[] = {
    CHARS("name", NEEDED, name),
    FLAG("active", active),
    FLAG("raclisted", raclisted),
    FLAG("generic", generic),
};
static const struct row_table class_table = TABLE("classes", class_fields);
#undef STRUCT

#define STRUCT struct saf_access
static const struct row_field access_fields[] = {
    NAME("id", NEEDED, id, is_listed),
    LEVEL("level", level),
};
static const struct row_table access_table = TABLE("access", access_fields);
#undef STRUCT

#define STRUCT struct saf_profile
static const struct row_field profile_fields[] = {
    CHARS("class", NEEDED, class_name),
    {"name", ROW_TEXT, NEEDED, AT(name), .size = SAF_PROFILE_MAX,
     .valid = is_something},
    CHARS("owner", ALWAYS, owner),
    LEVEL("uacc", uacc),
    FLAG("generic", generic),
    {"appldata", ROW_TEXT, 0, AT(appldata)},
    LIST("access", access, naccess, access_table),
};
static const struct row_table profile_table = TABLE("profiles", profile_fields);
#undef STRUCT

/* The keys of a profile, stored or RACLISTed, which a file before has. */
struct key_row {
    saf_id class_name;
    char *name;
    bool raclist;
    struct saf_keys keys;
};

static bool has_key(const void *row)
{
    const struct key_row *k = row;

    return k->keys.masked || k->keys.encrypted;
}

#define STRUCT struct key_row
static const struct row_field key_fields[] = {
    CHARS("class", NEEDED, class_name),
    {"name", ROW_TEXT, NEEDED, AT(name)},
    FLAG("raclist", raclist),
    FLAG("masked", keys.masked),
    FLAG("encrypted", keys.encrypted),
    {"key", ROW_HEX, 0, AT(keys.key), .size = SAF_LEGACY_KEY, .has = has_key},
    NAME("label", 0, keys.label, saf_label_valid),
    NAME("enhanced_label", 0, keys.enhanced_label, saf_label_valid),
    FLAG("mixed", keys.mixed),
    FLAG("replay", keys.replay),
    NUMBER("timeout", 0, keys.timeout, 0, INT_MAX),
};
static const struct row_table key_table = TABLE("keys", key_fields);
#undef STRUCT

#define STRUCT struct saf_password
static const struct row_field password_fields[] = {
    CHARS("id", NEEDED, id),
    NUMBER("rounds", NEEDED, rounds, 1, INT_MAX),
    HEX("salt", NEEDED, salt),
    HEX("hash", NEEDED, hash),
};
static const struct row_table password_table =
    TABLE("passwords", password_fields);
#undef STRUCT

/* ---- reading ---- */

static bool keep_database(void *arg, void *row)
{
    const struct database *d = row;
    struct saf *saf = arg;

    saf->generation = d->generation;
    return true;
}

static bool keep_user(void *arg, void *row)
{
    const struct saf_user *from = row;
    struct saf_user *u = saf_add_user(arg, from->id);
    size_t i;

    if (u == NULL)
        return false;
    *u = *from;
    u->groups = NULL;
    u->ngroups = 0;
    for (i = 0; i < from->ngroups; i++)
        if (saf_user_join(u, from->groups[i].group, from->groups[i].owner,
                          from->groups[i].day) != 0)
            return false;
    return true;
}

static bool keep_group(void *arg, void *row)
{
    const struct saf_group *from = row;
    struct saf_group *g = saf_add_group(arg, from->id);

    if (g != NULL)
        *g = *from;
    return g != NULL;
}

static bool keep_class(void *arg, void *row)
{
    const struct saf_class *from = row;
    struct saf_class *c = saf_need_class(arg, from->name);

    if (c != NULL)
        *c = *from;
    return c != NULL;
}

static bool keep_in(struct saf_profiles *list, struct saf_profile *from)
{
    struct saf_profile *p = saf_add_profile(list, from->class_name, from->name);
    size_t i;

    if (p == NULL)
        return false;
    memcpy(p->owner, from->owner, sizeof(p->owner));
    p->generic = from->generic;
    p->uacc = from->uacc;
    p->appldata = from->appldata;
    from->appldata = NULL;
    for (i = 0; i < from->naccess; i++)
        if (saf_profile_permit(p, from->access[i].id, from->access[i].level) !=
            0)
            return false;
    return true;
}

static bool keep_profile(void *arg, void *row)
{
    struct saf *saf = arg;

    return keep_in(&saf->tables.profiles, row);
}

static bool keep_raclist(void *arg, void *row)
{
    struct saf *saf = arg;

    return keep_in(&saf->tables.raclist, row);
}

static bool keep_keys(void *arg, void *row)
{
    const struct key_row *from = row;
    struct saf *saf = arg;
    struct saf_profile *p = saf_find_in(from->raclist ? &saf->tables.raclist
                                                      : &saf->tables.profiles,
                                        from->class_name, from->name);
    struct saf_keys *k = p != NULL ? saf_need_keys(p) : NULL;

    if (k != NULL)
        *k = from->keys;
    return k != NULL;
}

static bool keep_password(void *arg, void *row)
{
    const struct saf_password *from = row;
    struct saf_password *p = saf_add_password(arg, from->id);

    if (p != NULL)
        *p = *from;
    return p != NULL;
}

static const struct {
    const char *file;
    const struct row_table *rows;
    row_keep_fn keep;
} tables[TABLE_COUNT] = {
    [TABLE_DATABASE] = {"saf/database.cfg", &database_table, keep_database},
    [TABLE_USERS] = {"saf/users.cfg", &user_table, keep_user},
    [TABLE_GROUPS] = {"saf/groups.cfg", &group_table, keep_group},
    [TABLE_CLASSES] = {"saf/classes.cfg", &class_table, keep_class},
    [TABLE_PROFILES] = {"saf/profiles.cfg", &profile_table, keep_profile},
    [TABLE_RACLIST] = {"saf/raclist.cfg", &profile_table, keep_raclist},
    [TABLE_KEYS] = {"saf/keys.cfg", &key_table, keep_keys},
    [TABLE_PASSWORDS] = {"saf/passwords.cfg", &password_table, keep_password},
};

const char *saf_table_file(enum saf_table table)
{
    return tables[table].file;
}

static int parse(struct saf *saf, int table, const char *text, size_t len,
                 struct error *err)
{
    struct strbuf file = STRBUF_INIT;
    config_t cfg;
    int r;

    strbuf_addf(&file, "%s/%s", saf->dir, tables[table].file);
    config_init(&cfg);
    if (strlen(text) != len || !config_read_string(&cfg, text))
        r = error_set(err, ERR_DAMAGED, "%s:%d: %s", strbuf_str(&file),
                      config_error_line(&cfg),
                      config_error_text(&cfg) != NULL ? config_error_text(&cfg)
                                                      : "not a text");
    else
        r = rows_read(&cfg, tables[table].rows, true, strbuf_str(&file),
                      tables[table].keep, saf, err);
    config_destroy(&cfg);
    strbuf_done(&file);
    return r;
}

static int load_table(struct saf *saf, int table, struct error *err)
{
    char *text;
    size_t len;
    int r;

    r = table == TABLE_KEYS || table == TABLE_PASSWORDS
            ? saf_read_secret(saf, tables[table].file, &text, &len, err)
            : saf_read_file(saf, tables[table].file, &text, &len, err);
    if (r != 0)
        return r;
    r = parse(saf, table, text, len, err);
    explicit_bzero(text, len);
    free(text);
    return r;
}

int saf_db_load(struct saf *saf, struct error *err)
{
    int t, r = 0;

    for (t = 0; r == 0 && t < TABLE_COUNT; t++)
        r = load_table(saf, t, err);
    if (r == ERR_NOT_FOUND)
        r = error_set(err, ERR_DAMAGED, "%s/%s is missing", saf->dir,
                      tables[t - 1].file);
    return r;
}

/* ---- writing ---- */

/* Rows for the profiles of LIST that have keys, from *RET on. */
static struct key_row *add_keys(const struct saf_profiles *list, bool raclist,
                                struct key_row *ret)
{
    size_t i;

    for (i = 0; i < list->n; i++) {
        const struct saf_profile *p = &list->p[i];

        if (p->keys == NULL)
            continue;
        memcpy(ret->class_name, p->class_name, sizeof(ret->class_name));
        ret->name = p->name;
        ret->raclist = raclist;
        ret->keys = *p->keys;
        ret++;
    }
    return ret;
}

static int print_keys(const struct saf *saf, struct strbuf *out,
                      struct error *err)
{
    const struct saf_tables *t = &saf->tables;
    size_t room = t->profiles.n + t->raclist.n + 1;
    struct key_row *rows = calloc(room, sizeof(*rows)), *end;

    if (rows == NULL)
        return error_nomem(err);
    end = add_keys(&t->profiles, false, rows);
    end = add_keys(&t->raclist, true, end);
    rows_print(&key_table, rows, (size_t)(end - rows), out);
    explicit_bzero(rows, room * sizeof(*rows));
    free(rows);
    return 0;
}

int saf_db_print(const struct saf *saf, enum saf_table table,
                 struct strbuf *out, struct error *err)
{
    const struct database database = {1, saf->generation};
    const struct saf_tables *t = &saf->tables;
    const struct {
        const void *rows;
        size_t n;
    } all[TABLE_COUNT] = {
        [TABLE_DATABASE] = {&database, 1},
        [TABLE_USERS] = {t->users, t->nusers},
        [TABLE_GROUPS] = {t->groups, t->ngroups},
        [TABLE_CLASSES] = {t->classes, t->nclasses},
        [TABLE_PROFILES] = {t->profiles.p, t->profiles.n},
        [TABLE_RACLIST] = {t->raclist.p, t->raclist.n},
        [TABLE_PASSWORDS] = {t->passwords, t->npasswords},
    };

    if (table == TABLE_KEYS) {
        if (print_keys(saf, out, err) != 0)
            return ERR_NOMEM;
    } else {
        rows_print(tables[table].rows, all[table].rows, all[table].n, out);
    }
    return strbuf_failed(out) ? error_nomem(err) : 0;
}
