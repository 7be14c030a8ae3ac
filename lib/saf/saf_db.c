#include "saf/saf_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <libconfig.h>

#include "util/strbuf.h"

/*
 * The tables in memory and their text form: one libconfig file a table, so
 * that people can read, compare and repair the database with an editor.
 */

static const char *const files[TABLE_COUNT] = {
    [TABLE_DATABASE] = "saf/database.cfg",
    [TABLE_USERS] = "saf/users.cfg",
    [TABLE_GROUPS] = "saf/groups.cfg",
    [TABLE_CLASSES] = "saf/classes.cfg",
    [TABLE_PROFILES] = "saf/profiles.cfg",
    [TABLE_RACLIST] = "saf/raclist.cfg",
    [TABLE_PASSWORDS] = "saf/passwords.cfg",
};

static const char *const levels[] = {
    [SAF_NONE] = "NONE",        [SAF_EXECUTE] = "EXECUTE",
    [SAF_READ_ACCESS] = "READ", [SAF_UPDATE] = "UPDATE",
    [SAF_CONTROL] = "CONTROL",  [SAF_ALTER] = "ALTER",
};

const char *saf_table_file(enum saf_table table)
{
    return files[table];
}

const char *saf_level_name(enum saf_level level)
{
    return levels[level];
}

bool saf_level_parse(const char *text, enum saf_level *ret)
{
    size_t i, len = strlen(text);

    /* The six begin with six different letters: no beginning is ambiguous. */
    for (i = 0; len > 0 && i < sizeof(levels) / sizeof(levels[0]); i++)
        if (strncasecmp(levels[i], text, len) == 0) {
            *ret = (enum saf_level)i;
            return true;
        }
    return false;
}

/* ---- look-up ---- */

struct saf_user *saf_find_user(const struct saf *saf, const char *id)
{
    size_t i;

    for (i = 0; i < saf->nusers; i++)
        if (strcmp(saf->users[i].id, id) == 0)
            return &saf->users[i];
    return NULL;
}

struct saf_group *saf_find_group(const struct saf *saf, const char *id)
{
    size_t i;

    for (i = 0; i < saf->ngroups; i++)
        if (strcmp(saf->groups[i].id, id) == 0)
            return &saf->groups[i];
    return NULL;
}

struct saf_class *saf_find_class(const struct saf *saf, const char *name)
{
    size_t i;

    for (i = 0; i < saf->nclasses; i++)
        if (strcmp(saf->classes[i].name, name) == 0)
            return &saf->classes[i];
    return NULL;
}

struct saf_profile *saf_find_profile(const struct saf *saf,
                                     const char *class_name, const char *name)
{
    size_t i;

    for (i = 0; i < saf->profiles.n; i++) {
        struct saf_profile *p = &saf->profiles.p[i];

        if (strcmp(p->class_name, class_name) == 0 &&
            strcmp(p->name, name) == 0)
            return p;
    }
    return NULL;
}

struct saf_password *saf_find_password(const struct saf *saf, const char *id)
{
    size_t i;

    for (i = 0; i < saf->npasswords; i++)
        if (strcmp(saf->passwords[i].id, id) == 0)
            return &saf->passwords[i];
    return NULL;
}

/* ---- change ---- */

/* One more zeroed element of SIZE bytes, or NULL. */
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

static void copy_id(saf_id to, const char *from)
{
    snprintf(to, sizeof(saf_id), "%s", from);
}

struct saf_user *saf_add_user(struct saf *saf, const char *id)
{
    struct saf_user *u = grow((void **)&saf->users, &saf->nusers, sizeof(*u));

    if (u != NULL)
        copy_id(u->id, id);
    return u;
}

struct saf_group *saf_add_group(struct saf *saf, const char *id)
{
    struct saf_group *g =
        grow((void **)&saf->groups, &saf->ngroups, sizeof(*g));

    if (g != NULL)
        copy_id(g->id, id);
    return g;
}

struct saf_class *saf_need_class(struct saf *saf, const char *name)
{
    struct saf_class *c = saf_find_class(saf, name);

    if (c == NULL) {
        c = grow((void **)&saf->classes, &saf->nclasses, sizeof(*c));
        if (c != NULL)
            copy_id(c->name, name);
    }
    return c;
}

struct saf_profile *saf_add_profile(struct saf_profiles *list,
                                    const char *class_name, const char *name)
{
    struct saf_profile *p;
    char *copy = strdup(name);

    if (copy == NULL)
        return NULL;
    p = grow((void **)&list->p, &list->n, sizeof(*p));
    if (p == NULL) {
        free(copy);
        return NULL;
    }
    copy_id(p->class_name, class_name);
    p->name = copy;
    return p;
}

int saf_user_join(struct saf_user *user, const char *group, const char *owner,
                  unsigned day)
{
    struct saf_connect *c;
    size_t i;

    for (i = 0; i < user->ngroups; i++)
        if (strcmp(user->groups[i].group, group) == 0)
            return 0;
    c = grow((void **)&user->groups, &user->ngroups, sizeof(*c));
    if (c == NULL)
        return ERR_NOMEM;
    copy_id(c->group, group);
    copy_id(c->owner, owner);
    c->day = day;
    return 0;
}

int saf_profile_permit(struct saf_profile *p, const char *id,
                       enum saf_level level)
{
    struct saf_access *a;
    size_t i;

    for (i = 0; i < p->naccess; i++)
        if (strcmp(p->access[i].id, id) == 0) {
            p->access[i].level = level;
            return 0;
        }
    a = grow((void **)&p->access, &p->naccess, sizeof(*a));
    if (a == NULL)
        return ERR_NOMEM;
    copy_id(a->id, id);
    a->level = level;
    return 0;
}

bool saf_profile_remove_access(struct saf_profile *p, const char *id)
{
    size_t i;

    for (i = 0; i < p->naccess; i++)
        if (strcmp(p->access[i].id, id) == 0) {
            p->access[i] = p->access[--p->naccess];
            return true;
        }
    return false;
}

static void profile_done(struct saf_profile *p)
{
    free(p->name);
    free(p->appldata);
    free(p->access);
}

void saf_remove_profile(struct saf_profiles *list, struct saf_profile *p)
{
    size_t i = (size_t)(p - list->p);

    profile_done(p);
    memmove(p, p + 1, (list->n - i - 1) * sizeof(*p));
    list->n--;
}

void saf_drop_profiles(struct saf_profiles *list, const char *class_name)
{
    size_t i, kept = 0;

    for (i = 0; i < list->n; i++) {
        if (strcmp(list->p[i].class_name, class_name) == 0)
            profile_done(&list->p[i]);
        else
            list->p[kept++] = list->p[i];
    }
    list->n = kept;
}

static int copy_profile(struct saf_profiles *list,
                        const struct saf_profile *from)
{
    struct saf_profile *to =
        saf_add_profile(list, from->class_name, from->name);
    size_t i;
    int r = 0;

    if (to == NULL)
        return ERR_NOMEM;
    memcpy(to->owner, from->owner, sizeof(to->owner));
    to->generic = from->generic;
    to->uacc = from->uacc;
    if (from->appldata != NULL) {
        to->appldata = strdup(from->appldata);
        if (to->appldata == NULL)
            return ERR_NOMEM;
    }
    for (i = 0; r == 0 && i < from->naccess; i++)
        r = saf_profile_permit(to, from->access[i].id, from->access[i].level);
    return r;
}

int saf_raclist_class(struct saf *saf, const char *class_name)
{
    size_t i;
    int r = 0;

    saf_drop_profiles(&saf->raclist, class_name);
    for (i = 0; r == 0 && i < saf->profiles.n; i++)
        if (strcmp(saf->profiles.p[i].class_name, class_name) == 0)
            r = copy_profile(&saf->raclist, &saf->profiles.p[i]);
    return r;
}

static void profiles_done(struct saf_profiles *list)
{
    size_t i;

    for (i = 0; i < list->n; i++)
        profile_done(&list->p[i]);
    free(list->p);
    memset(list, 0, sizeof(*list));
}

void saf_db_clear(struct saf *saf)
{
    size_t i;

    for (i = 0; i < saf->nusers; i++)
        free(saf->users[i].groups);
    free(saf->users);
    free(saf->groups);
    free(saf->classes);
    profiles_done(&saf->profiles);
    profiles_done(&saf->raclist);
    if (saf->passwords != NULL)
        explicit_bzero(saf->passwords,
                       saf->npasswords * sizeof(*saf->passwords));
    free(saf->passwords);
    saf->users = NULL;
    saf->groups = NULL;
    saf->classes = NULL;
    saf->passwords = NULL;
    saf->nusers = saf->ngroups = saf->nclasses = saf->npasswords = 0;
}

int saf_db_init(struct saf *saf, struct error *err)
{
    struct saf_group *g = saf_add_group(saf, "SYS1");
    int t;

    if (g == NULL)
        return error_nomem(err);
    for (t = 0; t < TABLE_COUNT; t++)
        saf->dirty[t] = true;
    saf->in_change = true;
    return saf_commit(saf, err);
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
    copy_id(ret, v);
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

    return get_id(s, "group", group, true) && saf_name_valid(group) &&
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

    if (!get_id(s, "id", id, true) || !saf_name_valid(id) ||
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

    return get_id(s, "id", id, true) && saf_name_valid(id) &&
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
            (strcmp(who, "*") != 0 && !saf_name_valid(who)) ||
            !get_level(a, "level", &level) ||
            saf_profile_permit(p, who, level) != 0)
            return false;
    }
    return true;
}

static bool read_profile(struct saf *saf, config_setting_t *s)
{
    return read_profile_into(&saf->profiles, s);
}

static bool read_raclist(struct saf *saf, config_setting_t *s)
{
    return read_profile_into(&saf->raclist, s);
}

static bool get_hex(config_setting_t *s, const char *key, unsigned char *ret,
                    size_t len)
{
    const char *v;
    size_t i;

    if (!config_setting_lookup_string(s, key, &v) || strlen(v) != 2 * len)
        return false;
    for (i = 0; i < len; i++)
        if (sscanf(v + 2 * i, "%2hhx", &ret[i]) != 1)
            return false;
    return true;
}

static bool read_password(struct saf *saf, config_setting_t *s)
{
    struct saf_password *p;
    int rounds;

    p = grow((void **)&saf->passwords, &saf->npasswords, sizeof(*p));
    if (p == NULL || !get_id(s, "id", p->id, true) ||
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

    r = saf_read_file(saf, files[table], &text, &len, err);
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

static void print_row(const struct saf *saf, enum saf_table table, size_t i,
                      struct strbuf *out)
{
    switch (table) {
    case TABLE_DATABASE:
        strbuf_addf(out, " format = 1; generation = %lldL;", saf->generation);
        break;
    case TABLE_USERS:
        print_user(&saf->users[i], out);
        break;
    case TABLE_GROUPS:
        put_string(out, "id", saf->groups[i].id);
        put_string(out, "owner", saf->groups[i].owner);
        put_string(out, "supgroup", saf->groups[i].supgroup);
        put_day(out, "created", saf->groups[i].created);
        break;
    case TABLE_CLASSES:
        put_string(out, "name", saf->classes[i].name);
        put_bool(out, "active", saf->classes[i].active);
        put_bool(out, "raclisted", saf->classes[i].raclisted);
        put_bool(out, "generic", saf->classes[i].generic);
        break;
    case TABLE_PROFILES:
        print_profile(&saf->profiles.p[i], out);
        break;
    case TABLE_RACLIST:
        print_profile(&saf->raclist.p[i], out);
        break;
    case TABLE_PASSWORDS:
        put_string(out, "id", saf->passwords[i].id);
        strbuf_addf(out, " rounds = %u;", saf->passwords[i].rounds);
        put_hex(out, "salt", saf->passwords[i].salt, SAF_SALT);
        put_hex(out, "hash", saf->passwords[i].hash, SAF_HASH);
        break;
    case TABLE_COUNT:
        break;
    }
}

static size_t row_count(const struct saf *saf, enum saf_table table)
{
    const size_t counts[TABLE_COUNT] = {
        [TABLE_DATABASE] = 1,
        [TABLE_USERS] = saf->nusers,
        [TABLE_GROUPS] = saf->ngroups,
        [TABLE_CLASSES] = saf->nclasses,
        [TABLE_PROFILES] = saf->profiles.n,
        [TABLE_RACLIST] = saf->raclist.n,
        [TABLE_PASSWORDS] = saf->npasswords,
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
