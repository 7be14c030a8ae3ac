/* The tables in memory: their values, look-up and change. */

#include "saf/db/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/array.h"

static const char *const levels[] = {
    [SAF_NONE] = "NONE",        [SAF_EXECUTE] = "EXECUTE",
    [SAF_READ_ACCESS] = "READ", [SAF_UPDATE] = "UPDATE",
    [SAF_CONTROL] = "CONTROL",  [SAF_ALTER] = "ALTER",
};

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

bool saf_label_valid(const char *label)
{
    size_t n = strspn(label, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789#@$.");

    return n >= 1 && n <= SAF_LABEL_MAX && label[n] == '\0' &&
           strchr("0123456789.", label[0]) == NULL;
}

static int digit(char c)
{
    static const char digits[] = "0123456789ABCDEFabcdef";
    const char *p = c != '\0' ? strchr(digits, c) : NULL;

    if (p == NULL)
        return -1;
    return (int)(p - digits) < 16 ? (int)(p - digits) : (int)(p - digits) - 6;
}

bool saf_hex_parse(const char *text, unsigned char *ret, size_t len)
{
    size_t i;

    if (strlen(text) != 2 * len)
        return false;
    for (i = 0; i < len; i++) {
        if (digit(text[2 * i]) < 0 || digit(text[2 * i + 1]) < 0)
            return false;
        ret[i] =
            (unsigned char)(digit(text[2 * i]) << 4 | digit(text[2 * i + 1]));
    }
    return true;
}

/* ---- look-up ---- */

struct saf_tables *saf_tables(struct saf *saf)
{
    return &saf->tables;
}

struct saf_user *saf_find_user(const struct saf *saf, const char *id)
{
    size_t i;

    for (i = 0; i < saf->tables.nusers; i++)
        if (strcmp(saf->tables.users[i].id, id) == 0)
            return &saf->tables.users[i];
    return NULL;
}

struct saf_group *saf_find_group(const struct saf *saf, const char *id)
{
    size_t i;

    for (i = 0; i < saf->tables.ngroups; i++)
        if (strcmp(saf->tables.groups[i].id, id) == 0)
            return &saf->tables.groups[i];
    return NULL;
}

struct saf_class *saf_find_class(const struct saf *saf, const char *name)
{
    size_t i;

    for (i = 0; i < saf->tables.nclasses; i++)
        if (strcmp(saf->tables.classes[i].name, name) == 0)
            return &saf->tables.classes[i];
    return NULL;
}

struct saf_profile *saf_find_in(const struct saf_profiles *list,
                                const char *class_name, const char *name)
{
    size_t i;

    for (i = 0; i < list->n; i++)
        if (strcmp(list->p[i].class_name, class_name) == 0 &&
            strcmp(list->p[i].name, name) == 0)
            return &list->p[i];
    return NULL;
}

struct saf_profile *saf_find_profile(const struct saf *saf,
                                     const char *class_name, const char *name)
{
    return saf_find_in(&saf->tables.profiles, class_name, name);
}

struct saf_password *saf_find_password(const struct saf *saf, const char *id)
{
    size_t i;

    for (i = 0; i < saf->tables.npasswords; i++)
        if (strcmp(saf->tables.passwords[i].id, id) == 0)
            return &saf->tables.passwords[i];
    return NULL;
}

/* ---- change ---- */

void saf_changed(struct saf *saf, enum saf_table table)
{
    saf->dirty[table] = true;
}

static void copy_id(saf_id to, const char *from)
{
    snprintf(to, sizeof(saf_id), "%s", from);
}

struct saf_user *saf_add_user(struct saf *saf, const char *id)
{
    struct saf_user *u =
        array_add(&saf->tables.users, &saf->tables.nusers, sizeof(*u));

    if (u != NULL)
        copy_id(u->id, id);
    return u;
}

struct saf_group *saf_add_group(struct saf *saf, const char *id)
{
    struct saf_group *g =
        array_add(&saf->tables.groups, &saf->tables.ngroups, sizeof(*g));

    if (g != NULL)
        copy_id(g->id, id);
    return g;
}

struct saf_class *saf_need_class(struct saf *saf, const char *name)
{
    struct saf_class *c = saf_find_class(saf, name);

    if (c == NULL) {
        c = array_add(&saf->tables.classes, &saf->tables.nclasses, sizeof(*c));
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
    p = array_add(&list->p, &list->n, sizeof(*p));
    if (p == NULL) {
        free(copy);
        return NULL;
    }
    copy_id(p->class_name, class_name);
    p->name = copy;
    return p;
}

/* Not by realloc(): the old block holds hashes, and is wiped. */
struct saf_password *saf_add_password(struct saf *saf, const char *id)
{
    size_t n = saf->tables.npasswords;
    struct saf_password *p = calloc(n + 1, sizeof(*p));

    if (p == NULL)
        return NULL;
    if (n != 0) {
        memcpy(p, saf->tables.passwords, n * sizeof(*p));
        explicit_bzero(saf->tables.passwords, n * sizeof(*p));
    }
    free(saf->tables.passwords);
    saf->tables.passwords = p;
    saf->tables.npasswords++;
    copy_id(p[n].id, id);
    return &p[n];
}

int saf_user_join(struct saf_user *user, const char *group, const char *owner,
                  unsigned day)
{
    struct saf_connect *c;
    size_t i;

    for (i = 0; i < user->ngroups; i++)
        if (strcmp(user->groups[i].group, group) == 0)
            return 0;
    c = array_add(&user->groups, &user->ngroups, sizeof(*c));
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
    a = array_add(&p->access, &p->naccess, sizeof(*a));
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

struct saf_keys *saf_need_keys(struct saf_profile *p)
{
    if (p->keys == NULL)
        p->keys = calloc(1, sizeof(*p->keys));
    return p->keys;
}

void saf_drop_keys(struct saf_profile *p)
{
    if (p->keys != NULL)
        explicit_bzero(p->keys, sizeof(*p->keys));
    free(p->keys);
    p->keys = NULL;
}

static void profile_done(struct saf_profile *p)
{
    saf_drop_keys(p);
    free(p->name);
    free(p->appldata);
    free(p->access);
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
    if (from->keys != NULL) {
        if (saf_need_keys(to) == NULL)
            return ERR_NOMEM;
        *to->keys = *from->keys;
    }
    for (i = 0; r == 0 && i < from->naccess; i++)
        r = saf_profile_permit(to, from->access[i].id, from->access[i].level);
    return r;
}

int saf_raclist_class(struct saf *saf, const char *class_name)
{
    size_t i;
    int r = 0;

    saf_drop_profiles(&saf->tables.raclist, class_name);
    for (i = 0; r == 0 && i < saf->tables.profiles.n; i++)
        if (strcmp(saf->tables.profiles.p[i].class_name, class_name) == 0)
            r = copy_profile(&saf->tables.raclist, &saf->tables.profiles.p[i]);
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

    for (i = 0; i < saf->tables.nusers; i++)
        free(saf->tables.users[i].groups);
    free(saf->tables.users);
    free(saf->tables.groups);
    free(saf->tables.classes);
    profiles_done(&saf->tables.profiles);
    profiles_done(&saf->tables.raclist);
    if (saf->tables.passwords != NULL)
        explicit_bzero(saf->tables.passwords,
                       saf->tables.npasswords * sizeof(*saf->tables.passwords));
    free(saf->tables.passwords);
    saf->tables.users = NULL;
    saf->tables.groups = NULL;
    saf->tables.classes = NULL;
    saf->tables.passwords = NULL;
    saf->tables.nusers = saf->tables.ngroups = saf->tables.nclasses =
        saf->tables.npasswords = 0;
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
    return 0;
}
