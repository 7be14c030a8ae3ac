/*
 * The tables' text form: one libconfig file a table, so that people can read,
 * compare and repair the database with an editor.
 */

#include "saf/db/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libconfig.h>

#include "util/strbuf.h"

static const char *const files[TABLE_COUNT] = {
    [TABLE_DATABASE] = "saf/database.cfg",
    [TABLE_USERS] = "saf/users.cfg",
    [TABLE_GROUPS] = "saf/groups.cfg",
    [TABLE_CLASSES] = "saf/classes.cfg",
    [TABLE_PROFILES] = "saf/profiles.cfg",
    [TABLE_RACLIST] = "saf/raclist.cfg",
    [TABLE_KEYS] = "saf/keys.cfg",
    [TABLE_PASSWORDS] = "saf/passwords.cfg",
};

const char *saf_table_file(enum saf_table table)
{
    return files[table];
}

/* ---- reading ---- */

/* A required (or, with DEFLT, optional) short name. */
static bool get_id(config_setting_t *s, const char *key, saf_id ret,
                   bool required)
{
    const char *v;

    if (!config_setting_lookup_string(s, key, &v))
        return !required;
    if (strlen(v) > SAF_NAME_MAX)
        return false;
    memcpy(ret, v, strlen(v) + 1);
    return true;
}

static bool get_bool(config_setting_t *s, const char *key)
{
    int v = 0;

    return config_setting_lookup_bool(s, key, &v) && v != 0;
}

static bool get_level(config_setting_t *s, const char *key, enum saf_level *ret)
{
    const char *v;

    return config_setting_lookup_string(s, key, &v) && saf_level_parse(v, ret);
}

/* A day that may be missing. */
static bool get_day(config_setting_t *s, const char *key, unsigned *ret)
{
    int v;

    if (!config_setting_lookup_int(s, key, &v))
        return config_setting_get_member(s, key) == NULL;
    *ret = (unsigned)v;
    return v >= 0 && v <= 9999366;
}

/* One element of a table's list; false: not what we wrote. */
typedef bool (*read_row_fn)(struct saf *saf, config_setting_t *s);

static bool read_connect(struct saf_user *u, config_setting_t *s)
{
    saf_id group = "", owner = "";
    unsigned day = 0;

    return get_id(s, "group", group, true) &&
           zos_name_valid(ZOS_GROUP, group) &&
           get_id(s, "owner", owner, false) && get_day(s, "day", &day) &&
           saf_user_join(u, group, owner, day) == 0;
}

static bool read_user(struct saf *saf, config_setting_t *s)
{
    config_setting_t *groups;
    struct saf_user *u;
    const char *v;
    saf_id id = "";
    int i;

    if (!get_id(s, "id", id, true) || !zos_name_valid(ZOS_USERID, id) ||
        (u = saf_add_user(saf, id)) == NULL ||
        !get_id(s, "owner", u->owner, false) ||
        !get_id(s, "dfltgrp", u->dfltgrp, false) ||
        !get_day(s, "created", &u->created) ||
        !get_day(s, "passday", &u->passday))
        return false;
    if (config_setting_lookup_string(s, "name", &v))
        snprintf(u->name, sizeof(u->name), "%s", v);
    u->revoked = get_bool(s, "revoked");
    u->special = get_bool(s, "special");
    groups = config_setting_get_member(s, "groups");
    for (i = 0; groups != NULL && i < config_setting_length(groups); i++)
        if (!read_connect(u, config_setting_get_elem(groups, (unsigned)i)))
            return false;
    return true;
}

static bool read_group(struct saf *saf, config_setting_t *s)
{
    struct saf_group *g;
    saf_id id = "";

    return get_id(s, "id", id, true) && zos_name_valid(ZOS_GROUP, id) &&
           (g = saf_add_group(saf, id)) != NULL &&
           get_id(s, "owner", g->owner, false) &&
           get_id(s, "supgroup", g->supgroup, false) &&
           get_day(s, "created", &g->created);
}

static bool read_class(struct saf *saf, config_setting_t *s)
{
    struct saf_class *c;
    saf_id id = "";

    if (!get_id(s, "name", id, true) || (c = saf_need_class(saf, id)) == NULL)
        return false;
    c->active = get_bool(s, "active");
    c->raclisted = get_bool(s, "raclisted");
    c->generic = get_bool(s, "generic");
    return true;
}

static bool read_profile_into(struct saf_profiles *list, config_setting_t *s)
{
    config_setting_t *access;
    struct saf_profile *p;
    const char *name, *v;
    saf_id id = "";
    int i;

    if (!get_id(s, "class", id, true) ||
        !config_setting_lookup_string(s, "name", &name) || *name == '\0' ||
        strlen(name) > SAF_PROFILE_MAX ||
        (p = saf_add_profile(list, id, name)) == NULL ||
        !get_id(s, "owner", p->owner, false) || !get_level(s, "uacc", &p->uacc))
        return false;
    p->generic = get_bool(s, "generic");
    if (config_setting_lookup_string(s, "appldata", &v)) {
        p->appldata = strdup(v);
        if (p->appldata == NULL)
            return false;
    }
    access = config_setting_get_member(s, "access");
    for (i = 0; access != NULL && i < config_setting_length(access); i++) {
        config_setting_t *a = config_setting_get_elem(access, (unsigned)i);
        enum saf_level level;
        saf_id who = "";

        if (!get_id(a, "id", who, true) ||
            (strcmp(who, "*") != 0 && !zos_name_valid(ZOS_USERID, who)) ||
            !get_level(a, "level", &level) ||
            saf_profile_permit(p, who, level) != 0)
            return false;
    }
    return true;
}

static bool read_profile(struct saf *saf, config_setting_t *s)
{
    return read_profile_into(&saf->tables.profiles, s);
}

static bool read_raclist(struct saf *saf, config_setting_t *s)
{
    return read_profile_into(&saf->tables.raclist, s);
}

static bool get_hex(config_setting_t *s, const char *key, unsigned char *ret,
                    size_t len)
{
    const char *v;

    return config_setting_lookup_string(s, key, &v) &&
           saf_hex_parse(v, ret, len);
}

static bool get_label(config_setting_t *s, const char *key,
                      char ret[SAF_LABEL_MAX + 1])
{
    const char *v;

    if (!config_setting_lookup_string(s, key, &v))
        return true;
    if (!saf_label_valid(v))
        return false;
    snprintf(ret, SAF_LABEL_MAX + 1, "%s", v);
    return true;
}

/* The keys of a profile that was read before. */
static bool read_keys(struct saf *saf, config_setting_t *s)
{
    struct saf_profile *p;
    const char *name;
    struct saf_keys *k;
    saf_id id = "";
    int timeout = 0;

    if (!get_id(s, "class", id, true) ||
        !config_setting_lookup_string(s, "name", &name))
        return false;
    p = saf_find_in(get_bool(s, "raclist") ? &saf->tables.raclist
                                           : &saf->tables.profiles,
                    id, name);
    if (p == NULL || (k = saf_need_keys(p)) == NULL)
        return false;
    k->masked = get_bool(s, "masked");
    k->encrypted = get_bool(s, "encrypted");
    k->mixed = get_bool(s, "mixed");
    k->replay = get_bool(s, "replay");
    config_setting_lookup_int(s, "timeout", &timeout);
    k->timeout = timeout > 0 ? (unsigned)timeout : 0;
    return (!(k->masked || k->encrypted) ||
            get_hex(s, "key", k->key, SAF_LEGACY_KEY)) &&
           get_label(s, "label", k->label) &&
           get_label(s, "enhanced_label", k->enhanced_label);
}

static bool read_password(struct saf *saf, config_setting_t *s)
{
    struct saf_password *p;
    saf_id id = "";
    int rounds;

    if (!get_id(s, "id", id, true) || (p = saf_add_password(saf, id)) == NULL ||
        !config_setting_lookup_int(s, "rounds", &rounds) || rounds <= 0 ||
        !get_hex(s, "salt", p->salt, SAF_SALT) ||
        !get_hex(s, "hash", p->hash, SAF_HASH))
        return false;
    p->rounds = (unsigned)rounds;
    return true;
}

static bool read_database(struct saf *saf, config_setting_t *s)
{
    int format = 0;

    /* The only row: what an older or newer program wrote is not guessed at. */
    return config_setting_lookup_int(s, "format", &format) && format == 1 &&
           config_setting_lookup_int64(s, "generation", &saf->generation);
}

static const struct {
    const char *key;
    read_row_fn read;
} tables[TABLE_COUNT] = {
    [TABLE_DATABASE] = {"database", read_database},
    [TABLE_USERS] = {"users", read_user},
    [TABLE_GROUPS] = {"groups", read_group},
    [TABLE_CLASSES] = {"classes", read_class},
    [TABLE_PROFILES] = {"profiles", read_profile},
    [TABLE_RACLIST] = {"profiles", read_raclist},
    [TABLE_KEYS] = {"keys", read_keys},
    [TABLE_PASSWORDS] = {"passwords", read_password},
};

static int read_rows(struct saf *saf, int table, config_t *cfg,
                     struct error *err)
{
    config_setting_t *list = config_lookup(cfg, tables[table].key), *row;
    int i;

    if (list == NULL || !config_setting_is_list(list))
        return error_set(err, ERR_DAMAGED, "%s/%s: it has no list \"%s\"",
                         saf->dir, files[table], tables[table].key);
    for (i = 0; i < config_setting_length(list); i++) {
        row = config_setting_get_elem(list, (unsigned)i);
        if (!config_setting_is_group(row) || !tables[table].read(saf, row))
            return error_set(err, ERR_DAMAGED,
                             "%s/%s:%u: not what we wrote: a value is missing "
                             "or wrong here",
                             saf->dir, files[table],
                             config_setting_source_line(row));
    }
    return 0;
}

static int load_table(struct saf *saf, int table, struct error *err)
{
    config_t cfg;
    char *text;
    size_t len;
    int r;

    r = table == TABLE_KEYS || table == TABLE_PASSWORDS
            ? saf_read_secret(saf, files[table], &text, &len, err)
            : saf_read_file(saf, files[table], &text, &len, err);
    if (r != 0)
        return r;
    config_init(&cfg);
    if (strlen(text) != len || !config_read_string(&cfg, text))
        r = error_set(err, ERR_DAMAGED, "%s/%s:%d: %s", saf->dir, files[table],
                      config_error_line(&cfg),
                      config_error_text(&cfg) != NULL ? config_error_text(&cfg)
                                                      : "not text");
    else
        r = read_rows(saf, table, &cfg, err);
    config_destroy(&cfg);
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
                      files[t - 1]);
    return r;
}

/* ---- writing ---- */

/* A quoted libconfig string with its key. */
static void put_string(struct strbuf *out, const char *key, const char *value)
{
    strbuf_addf(out, " %s = ", key);
    strbuf_add_quoted(out, value);
    strbuf_addc(out, ';');
}

static void put_bool(struct strbuf *out, const char *key, bool value)
{
    if (value)
        strbuf_addf(out, " %s = true;", key);
}

static void put_day(struct strbuf *out, const char *key, unsigned day)
{
    if (day != 0)
        strbuf_addf(out, " %s = %u;", key, day);
}

static void put_hex(struct strbuf *out, const char *key,
                    const unsigned char *data, size_t len)
{
    size_t i;

    strbuf_addf(out, " %s = \"", key);
    for (i = 0; i < len; i++)
        strbuf_addf(out, "%02x", data[i]);
    strbuf_adds(out, "\";");
}

static void print_user(const struct saf_user *u, struct strbuf *out)
{
    size_t i;

    put_string(out, "id", u->id);
    put_string(out, "name", u->name);
    put_string(out, "owner", u->owner);
    put_string(out, "dfltgrp", u->dfltgrp);
    put_bool(out, "revoked", u->revoked);
    put_bool(out, "special", u->special);
    put_day(out, "created", u->created);
    put_day(out, "passday", u->passday);
    strbuf_adds(out, " groups = (");
    for (i = 0; i < u->ngroups; i++) {
        strbuf_adds(out, i > 0 ? ", {" : " {");
        put_string(out, "group", u->groups[i].group);
        put_string(out, "owner", u->groups[i].owner);
        put_day(out, "day", u->groups[i].day);
        strbuf_adds(out, " }");
    }
    strbuf_adds(out, " );");
}

static void print_profile(const struct saf_profile *p, struct strbuf *out)
{
    size_t i;

    put_string(out, "class", p->class_name);
    put_string(out, "name", p->name);
    put_string(out, "owner", p->owner);
    put_string(out, "uacc", saf_level_name(p->uacc));
    put_bool(out, "generic", p->generic);
    if (p->appldata != NULL)
        put_string(out, "appldata", p->appldata);
    strbuf_adds(out, " access = (");
    for (i = 0; i < p->naccess; i++)
        strbuf_addf(out, "%s { id = \"%s\"; level = \"%s\"; }",
                    i > 0 ? "," : "", p->access[i].id,
                    saf_level_name(p->access[i].level));
    strbuf_adds(out, " );");
}

/* Row I of the profiles with keys: first the stored ones, then the copies. */
static const struct saf_profile *with_keys(const struct saf *saf, size_t i,
                                           bool *ret_raclist)
{
    const struct saf_profiles *lists[] = {&saf->tables.profiles,
                                          &saf->tables.raclist};
    size_t l, k;

    for (l = 0; l < 2; l++)
        for (k = 0; k < lists[l]->n; k++)
            if (lists[l]->p[k].keys != NULL && i-- == 0) {
                *ret_raclist = l == 1;
                return &lists[l]->p[k];
            }
    return NULL;
}

static size_t count_keys(const struct saf *saf)
{
    bool raclist;
    size_t n = 0;

    while (with_keys(saf, n, &raclist) != NULL)
        n++;
    return n;
}

static void print_keys(const struct saf *saf, size_t i, struct strbuf *out)
{
    bool raclist;
    const struct saf_profile *p = with_keys(saf, i, &raclist);
    const struct saf_keys *k = p->keys;

    put_string(out, "class", p->class_name);
    put_string(out, "name", p->name);
    put_bool(out, "raclist", raclist);
    put_bool(out, "masked", k->masked);
    put_bool(out, "encrypted", k->encrypted);
    if (k->masked || k->encrypted)
        put_hex(out, "key", k->key, SAF_LEGACY_KEY);
    if (k->label[0] != '\0')
        put_string(out, "label", k->label);
    if (k->enhanced_label[0] != '\0')
        put_string(out, "enhanced_label", k->enhanced_label);
    put_bool(out, "mixed", k->mixed);
    put_bool(out, "replay", k->replay);
    if (k->timeout != 0)
        strbuf_addf(out, " timeout = %u;", k->timeout);
}

static void print_row(const struct saf *saf, enum saf_table table, size_t i,
                      struct strbuf *out)
{
    switch (table) {
    case TABLE_DATABASE:
        strbuf_addf(out, " format = 1; generation = %lldL;", saf->generation);
        break;
    case TABLE_USERS:
        print_user(&saf->tables.users[i], out);
        break;
    case TABLE_GROUPS:
        put_string(out, "id", saf->tables.groups[i].id);
        put_string(out, "owner", saf->tables.groups[i].owner);
        put_string(out, "supgroup", saf->tables.groups[i].supgroup);
        put_day(out, "created", saf->tables.groups[i].created);
        break;
    case TABLE_CLASSES:
        put_string(out, "name", saf->tables.classes[i].name);
        put_bool(out, "active", saf->tables.classes[i].active);
        put_bool(out, "raclisted", saf->tables.classes[i].raclisted);
        put_bool(out, "generic", saf->tables.classes[i].generic);
        break;
    case TABLE_PROFILES:
        print_profile(&saf->tables.profiles.p[i], out);
        break;
    case TABLE_RACLIST:
        print_profile(&saf->tables.raclist.p[i], out);
        break;
    case TABLE_KEYS:
        print_keys(saf, i, out);
        break;
    case TABLE_PASSWORDS:
        put_string(out, "id", saf->tables.passwords[i].id);
        strbuf_addf(out, " rounds = %u;", saf->tables.passwords[i].rounds);
        put_hex(out, "salt", saf->tables.passwords[i].salt, SAF_SALT);
        put_hex(out, "hash", saf->tables.passwords[i].hash, SAF_HASH);
        break;
    case TABLE_COUNT:
        break;
    }
}

static size_t row_count(const struct saf *saf, enum saf_table table)
{
    const size_t counts[TABLE_COUNT] = {
        [TABLE_DATABASE] = 1,
        [TABLE_USERS] = saf->tables.nusers,
        [TABLE_GROUPS] = saf->tables.ngroups,
        [TABLE_CLASSES] = saf->tables.nclasses,
        [TABLE_PROFILES] = saf->tables.profiles.n,
        [TABLE_RACLIST] = saf->tables.raclist.n,
        [TABLE_KEYS] = count_keys(saf),
        [TABLE_PASSWORDS] = saf->tables.npasswords,
    };

    return counts[table];
}

int saf_db_print(const struct saf *saf, enum saf_table table,
                 struct strbuf *out, struct error *err)
{
    size_t i, n = row_count(saf, table);

    strbuf_addf(out, "%s = (\n", tables[table].key);
    for (i = 0; i < n; i++) {
        strbuf_adds(out, "  {");
        print_row(saf, table, i, out);
        strbuf_adds(out, i + 1 < n ? " },\n" : " }\n");
    }
    strbuf_adds(out, ");\n");
    return strbuf_failed(out) ? error_nomem(err) : 0;
}
