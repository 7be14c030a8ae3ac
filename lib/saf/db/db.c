/* The tables in memory: look-up and change. */

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
    return saf_find_in(&saf->profiles, class_name, name);
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

static void copy_id(saf_id to, const char *from)
{
    snprintf(to, sizeof(saf_id), "%s", from);
}

struct saf_user *saf_add_user(struct saf *saf, const char *id)
{
    struct saf_user *u = array_add(&saf->users, &saf->nusers, sizeof(*u));

    if (u != NULL)
        copy_id(u->id, id);
    return u;
}

struct saf_group *saf_add_group(struct saf *saf, const char *id)
{
    struct saf_group *g = array_add(&saf->groups, &saf->ngroups, sizeof(*g));

    if (g != NULL)
        copy_id(g->id, id);
    return g;
}

struct saf_class *saf_need_class(struct saf *saf, const char *name)
{
    struct saf_class *c = saf_find_class(saf, name);

    if (c == NULL) {
        c = array_add(&saf->classes, &saf->nclasses, sizeof(*c));
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
    size_t n = saf->npasswords;
    struct saf_password *p = calloc(n + 1, sizeof(*p));

    if (p == NULL)
        return NULL;
    if (n != 0) {
        memcpy(p, saf->passwords, n * sizeof(*p));
        explicit_bzero(saf->passwords, n * sizeof(*p));
    }
    free(saf->passwords);
    saf->passwords = p;
    saf->npasswords++;
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
