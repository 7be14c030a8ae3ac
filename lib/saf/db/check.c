/*
 * The one question asked of the database: may this user use this resource?
 * RACF Security Administrator's Guide, "How RACF checks access to resources":
 * the most specific profile decides; in it the user's own entry, else the
 * highest of the user's groups, else ID(*), else UACC.
 */

#include "saf/db/private.h"

#include <string.h>

#include "util/strbuf.h"

bool saf_user_exists(const struct saf *saf, const char *userid)
{
    return saf_find_user(saf, userid) != NULL;
}

bool saf_user_revoked(const struct saf *saf, const char *userid)
{
    const struct saf_user *u = saf_find_user(saf, userid);

    return u != NULL && u->revoked;
}

bool saf_group_exists(const struct saf *saf, const char *group)
{
    return saf_find_group(saf, group) != NULL;
}

static bool joined(const struct saf_user *u, const char *group)
{
    size_t i;

    for (i = 0; u != NULL && i < u->ngroups; i++)
        if (strcmp(u->groups[i].group, group) == 0)
            return true;
    return false;
}

bool saf_user_in_group(const struct saf *saf, const char *userid,
                       const char *group)
{
    return joined(saf_find_user(saf, userid), group);
}

bool saf_user_group(const struct saf *saf, const char *userid,
                    char ret[SAF_NAME_MAX + 1])
{
    const struct saf_user *u = saf_find_user(saf, userid);

    if (u == NULL)
        return false;
    memcpy(ret, u->dfltgrp, sizeof(u->dfltgrp));
    return true;
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

/* The end of a name's qualifier. */
static const char *qualifier_end(const char *p)
{
    return p + strcspn(p, ".");
}

/*
 * One qualifier of a generic name and one of a resource: % is one character,
 * * the rest. A * that ends the whole name covers all that follows.
 */
static bool qualifier_match(const char *p, const char *s, bool *ret_all)
{
    const char *pe = qualifier_end(p), *se = qualifier_end(s);

    for (; p < pe; p++, s++) {
        if (*p == '*') {
            *ret_all = p[1] == '\0';
            return true;
        }
        if (s == se || (*p != '%' && *p != *s))
            return false;
    }
    return s == se;
}

/* The qualifier behind this one; NULL when this was the last. */
static const char *next_qualifier(const char *p)
{
    p = qualifier_end(p);
    return *p == '.' ? p + 1 : NULL;
}

static bool is_any(const char *p)
{
    return qualifier_end(p) == p + 2 && p[0] == '*' && p[1] == '*';
}

/*
 * Generic names of general resources (RACF Command Language Reference,
 * "Naming considerations for resource profiles"): ** as a qualifier covers
 * any number of qualifiers, none too. The last ** met is the only one that
 * may have to be tried again.
 */
static bool generic_match(const char *p, const char *s)
{
    const char *again_p = NULL, *again_s = NULL;
    bool all = false;

    while (p != NULL || s != NULL) {
        if (p != NULL && is_any(p)) {
            p = again_p = next_qualifier(p);
            again_s = s;
            if (p == NULL)
                return true;
        } else if (p != NULL && s != NULL && qualifier_match(p, s, &all)) {
            if (all)
                return true;
            p = next_qualifier(p);
            s = next_qualifier(s);
        } else if (again_p != NULL && again_s != NULL) {
            again_s = next_qualifier(again_s);
            p = again_p;
            s = again_s;
        } else {
            return false;
        }
    }
    return true;
}

static int rank(char c)
{
    return c == '*' ? 0 : c == '%' ? 1 : 2;
}

/*
 * The more specific of two names that both cover a resource: >0 when A is. A
 * discrete name, else the one that says more at their first difference.
 */
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
    if (*p != '\0' && *q != '\0')
        return rank(*p) - rank(*q);
    if (*p == *q)
        return 0;
    /* One ends here. A.* says more than A.**, less than A.*.B; A says more
     * than A.**, which begins with it. */
    if (*p == '\0')
        return *q == '*' || p[-1] != '*' ? 1 : -1;
    return *p == '*' || q[-1] != '*' ? -1 : 1;
}

bool saf_generic_name(const char *name)
{
    return strpbrk(name, "*%") != NULL;
}

bool saf_generic_valid(const char *name)
{
    const char *q, *star;

    for (q = name; q != NULL; q = next_qualifier(q)) {
        star = strchr(q, '*');
        if (star == NULL || star >= qualifier_end(q) || is_any(q))
            continue;
        if (star + 1 != qualifier_end(q))
            return false;
    }
    return true;
}

const struct saf_profile *saf_covering(const struct saf_profiles *list,
                                       const char *class_name,
                                       const char *resource)
{
    const struct saf_profile *best = NULL;
    size_t i;

    for (i = 0; i < list->n; i++) {
        const struct saf_profile *p = &list->p[i];

        if (strcmp(p->class_name, class_name) != 0 ||
            (p->generic ? !generic_match(p->name, resource)
                        : strcmp(p->name, resource) != 0))
            continue;
        if (best == NULL || compare_specific(p, best) > 0)
            best = p;
    }
    return best;
}

enum saf_level saf_granted(const struct saf *saf,
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
    p = saf_covering(c->raclisted ? &saf->tables.raclist
                                  : &saf->tables.profiles,
                     class_name, resource);
    if (p == NULL) {
        error_set(why, 0, "no profile of class %s covers %s", class_name,
                  resource);
        return SAF_NO_PROFILE;
    }
    has = saf_granted(saf, p, userid, &by);
    error_set(why, has >= level ? 0 : ERR_DENIED,
              "profile %s of class %s gives %s %s (by %s), %s is needed for %s",
              p->name, class_name, userid, saf_level_name(has), by,
              saf_level_name(level), resource);
    return has >= level ? SAF_ALLOWED : SAF_REFUSED;
}

static void next_command(struct strbuf *out, size_t start)
{
    if (out->len != start)
        strbuf_adds(out, ", then ");
}

void saf_permit_add(const struct saf *saf, const char *userid,
                    const char *owner, const char *class_name,
                    const char *resource, enum saf_level level,
                    struct strbuf *out)
{
    const struct saf_class *c = saf_find_class(saf, class_name);
    const struct saf_profile *p =
        saf_covering(&saf->tables.profiles, class_name, resource);
    size_t start = out->len;
    const char *by;

    if (c == NULL || !c->active)
        strbuf_addf(out, "SETROPTS CLASSACT(%s)", class_name);
    if (p == NULL) {
        next_command(out, start);
        strbuf_addf(out, "RDEFINE %s %s UACC(NONE)", class_name, resource);
    }
    if (p == NULL || saf_granted(saf, p, userid, &by) < level) {
        next_command(out, start);
        strbuf_addf(out, "PERMIT %s CLASS(%s) ID(%s) ACCESS(%s)",
                    p != NULL ? p->name : resource, class_name, userid,
                    saf_level_name(level));
    }
    if (p == NULL && owner != NULL)
        strbuf_addf(out, ", then PERMIT %s CLASS(%s) ID(%s) ACCESS(READ)",
                    resource, class_name, owner);
    if (c != NULL && c->raclisted) {
        next_command(out, start);
        strbuf_addf(out, "SETROPTS RACLIST(%s) REFRESH", class_name);
    }
}
