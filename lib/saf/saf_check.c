#include "saf/saf_private.h"

#include <string.h>

/*
 * The one question asked of the database: may this user use this resource?
 * RACF Security Administrator's Guide, "How RACF checks access to resources":
 * the most specific profile decides; in it the user's own entry, else the
 * highest of the user's groups, else ID(*), else UACC.
 */

bool saf_name_valid(const char *name)
{
    size_t n = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789#@$");

    return n >= 1 && n <= SAF_NAME_MAX && name[n] == '\0' &&
           strchr("0123456789", name[0]) == NULL;
}

bool saf_user_exists(const struct saf *saf, const char *userid)
{
    return saf_find_user(saf, userid) != NULL;
}

bool saf_group_exists(const struct saf *saf, const char *group)
{
    return saf_find_group(saf, group) != NULL;
}

static bool joined(const struct saf_user *u, const char *group)
{
    size_t i;

    for (i = 0; u != NULL && i < u->ngroups; i++)
        if (strcmp(u->groups[i], group) == 0)
            return true;
    return false;
}

bool saf_user_in_group(const struct saf *saf, const char *userid,
                       const char *group)
{
    return joined(saf_find_user(saf, userid), group);
}

bool saf_class_active(const struct saf *saf, const char *class_name)
{
    const struct saf_class *c = saf_find_class(saf, class_name);

    return c != NULL && c->active;
}

bool saf_class_raclisted(const struct saf *saf, const char *class_name)
{
    const struct saf_class *c = saf_find_class(saf, class_name);

    return c != NULL && c->raclisted;
}

/*
 * Generic names of general resources: % is one character, * within or as a
 * qualifier ends at the dot but at the end of the profile covers all that
 * follows, ** covers any number of qualifiers.
 */
static bool generic_match(const char *p, const char *s)
{
    for (; *p != '\0'; p++, s++) {
        if (*p == '*') {
            bool deep = p[1] == '*' || p[1] == '\0';

            while (*p == '*')
                p++;
            /* "A.**.B" covers "A.B": the dot behind ** is optional. */
            if (deep && *p == '.' && generic_match(p + 1, s))
                return true;
            for (;; s++) {
                if (generic_match(p, s))
                    return true;
                if (*s == '\0' || (*s == '.' && !deep))
                    return false;
            }
        }
        if (*s == '\0' || (*p != '%' && *p != *s) || (*p == '%' && *s == '.'))
            return false;
    }
    return *s == '\0';
}

static int rank(char c)
{
    return c == '\0' ? 0 : c == '*' ? 1 : c == '%' ? 2 : 3;
}

/* The more specific of two names that both cover a resource: >0 when A is. */
static int compare_specific(const struct saf_profile *a,
                            const struct saf_profile *b)
{
    const char *p = a->name, *q = b->name;

    if (a->generic != b->generic)
        return a->generic ? -1 : 1;
    while (*p != '\0' && *p == *q) {
        p++;
        q++;
    }
    return rank(*p) - rank(*q);
}

static const struct saf_profile *find_covering(const struct saf *saf,
                                               const struct saf_class *c,
                                               const char *resource)
{
    const struct saf_profiles *list =
        c->raclisted ? &saf->raclist : &saf->profiles;
    const struct saf_profile *best = NULL;
    size_t i;

    for (i = 0; i < list->n; i++) {
        const struct saf_profile *p = &list->p[i];

        if (strcmp(p->class_name, c->name) != 0 ||
            (p->generic ? !generic_match(p->name, resource)
                        : strcmp(p->name, resource) != 0))
            continue;
        if (best == NULL || compare_specific(p, best) > 0)
            best = p;
    }
    return best;
}

/* The level that PROFILE gives, and whose entry gave it. */
static enum saf_level granted(const struct saf *saf,
                              const struct saf_profile *profile,
                              const char *userid, const char **ret_by)
{
    const struct saf_user *u = saf_find_user(saf, userid);
    const struct saf_access *group = NULL, *all = NULL;
    size_t i;

    for (i = 0; i < profile->naccess; i++) {
        const struct saf_access *a = &profile->access[i];

        if (strcmp(a->id, userid) == 0) {
            *ret_by = a->id;
            return a->level;
        }
        if (strcmp(a->id, "*") == 0)
            all = a;
        else if (joined(u, a->id) && (group == NULL || a->level > group->level))
            group = a;
    }
    /* ID(*) means every user that RACF knows; UACC the others too. */
    if (group == NULL && u != NULL)
        group = all;
    *ret_by = group != NULL ? group->id : "UACC";
    return group != NULL ? group->level : profile->uacc;
}

enum saf_answer saf_check(const struct saf *saf, const char *userid,
                          const char *class_name, const char *resource,
                          enum saf_level level, struct error *why)
{
    const struct saf_class *c = saf_find_class(saf, class_name);
    const struct saf_profile *p;
    enum saf_level has;
    const char *by;

    if (c == NULL || !c->active) {
        error_set(why, 0, "class %s is not active", class_name);
        return SAF_NO_PROFILE;
    }
    p = find_covering(saf, c, resource);
    if (p == NULL) {
        error_set(why, 0, "no profile of class %s covers %s", class_name,
                  resource);
        return SAF_NO_PROFILE;
    }
    has = granted(saf, p, userid, &by);
    error_set(why, has >= level ? 0 : ERR_DENIED,
              "profile %s of class %s gives %s %s (by %s), %s is needed for %s",
              p->name, class_name, userid, saf_level_name(has), by,
              saf_level_name(level), resource);
    return has >= level ? SAF_ALLOWED : SAF_REFUSED;
}
