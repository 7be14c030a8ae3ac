/*
 * RLIST, LISTUSER and LISTGRP in RACF's layouts (RACF Command Language
 * Reference, the examples of each command). What is not kept here is shown as
 * RACF shows it when it was never set.
 */

#include "saf/admin/private.h"

#include <stdlib.h>
#include <string.h>

static void add_text(struct strbuf *out, const char *text)
{
    strbuf_add_escaped(out, text, strlen(text));
}

/* ---- RLIST ---- */

static void put_part(struct strbuf *out, const char *title, const char *value)
{
    strbuf_addf(out, "%s\n", title);
    strbuf_fill(out, '-', (int)strlen(title));
    strbuf_addc(out, '\n');
    add_text(out, value);
    strbuf_adds(out, "\n\n");
}

static void put_base(struct job_context *ctx, const struct saf_profile *p)
{
    struct strbuf *out = ctx->out;
    enum saf_level yours = SAF_NONE;
    const char *by;

    if (ctx->issuer != NULL)
        yours = saf_granted(ctx->saf, p, ctx->issuer, &by);
    strbuf_addf(out, "CLASS      NAME\n-----      ----\n%-8s   ",
                p->class_name);
    add_text(out, p->name);
    strbuf_addf(out, "%s\n\n", p->generic ? " (G)" : "");
    strbuf_adds(out,
                "LEVEL  OWNER      UNIVERSAL ACCESS  YOUR ACCESS  WARNING\n"
                "-----  --------   ----------------  -----------  -------\n");
    strbuf_addf(out, " 00    %-8s     %7s            %7s    NO\n\n", p->owner,
                saf_level_name(p->uacc), saf_level_name(yours));
    put_part(out, "INSTALLATION DATA", "NONE");
    put_part(out, "APPLICATION DATA",
             p->appldata != NULL ? p->appldata : "NONE");
    put_part(out, "SECLEVEL", "NO SECLEVEL");
    put_part(out, "CATEGORIES", "NO CATEGORIES");
    put_part(out, "SECLABEL", "NO SECLABEL");
    put_part(out, "AUDITING", "FAILURES(READ)");
    put_part(out, "NOTIFY", "NO USER TO BE NOTIFIED");
}

/* A discrete profile counts accesses; the count is not kept here. */
static void put_access(struct strbuf *out, const struct saf_profile *p)
{
    size_t i;

    strbuf_adds(out, p->generic ? "USER      ACCESS\n----      ------\n"
                                : "USER      ACCESS   ACCESS COUNT\n"
                                  "----      ------   ------ -----\n");
    for (i = 0; i < p->naccess; i++)
        strbuf_addf(out, "%-8s  %-7s%s\n", p->access[i].id,
                    saf_level_name(p->access[i].level),
                    p->generic ? "" : "     000000");
    if (p->naccess == 0)
        strbuf_adds(out, "NO USERS IN ACCESS LIST\n");
    strbuf_adds(out, p->generic
                         ? "\n   ID     ACCESS   CLASS                "
                           "ENTITY NAME\n-------- ------- -------- "
                           "---------------------------------------\n"
                         : "\n   ID     ACCESS   ACCESS COUNT  CLASS"
                           "                 ENTITY NAME\n-------- ------- "
                           "------------ -------- "
                           "---------------------------------------\n");
    strbuf_adds(out, "NO ENTRIES IN CONDITIONAL ACCESS LIST\n\n");
}

static void list_profile(struct job_context *ctx, const struct saf_profile *p,
                         const struct tso_node *list)
{
    if (tso_get(list, AW_NORACF) == NULL)
        put_base(ctx, p);
    if (tso_get(list, AW_ALL) != NULL || tso_get(list, AW_AUTHUSER) != NULL)
        put_access(ctx->out, p);
    if (tso_get(list, AW_LIST_SSIGNON) != NULL)
        admin_list_ssignon(p, ctx->out);
}

static int compare_profiles(const void *a, const void *b)
{
    return strcmp((*(const struct saf_profile *const *)a)->name,
                  (*(const struct saf_profile *const *)b)->name);
}

static int list_class(struct job_context *ctx, const char *class_name,
                      const struct tso_node *list)
{
    const struct saf_profiles *all = &saf_tables(ctx->saf)->profiles;
    const struct saf_profile **sorted = calloc(all->n + 1, sizeof(*sorted));
    size_t i, n = 0;

    if (sorted == NULL)
        return admin_nomem(ctx);
    for (i = 0; i < all->n; i++)
        if (strcmp(all->p[i].class_name, class_name) == 0)
            sorted[n++] = &all->p[i];
    qsort(sorted, n, sizeof(*sorted), compare_profiles);
    for (i = 0; i < n; i++)
        list_profile(ctx, sorted[i], list);
    free(sorted);
    if (n != 0)
        return 0;
    strbuf_adds(ctx->out, "ICH13004I NOTHING TO LIST\n");
    return JOB_WARNING;
}

/* The profile of this name, else the generic one that covers it. */
static int list_name(struct job_context *ctx, const char *class_name,
                     const char *name, const struct tso_node *list)
{
    const struct saf_profile *p = saf_find_profile(ctx->saf, class_name, name);

    if (strcmp(name, "*") == 0)
        return list_class(ctx, class_name, list);
    if (p == NULL && tso_get(list, AW_NOGENERIC_PROFILE) == NULL)
        p = saf_covering(&saf_tables(ctx->saf)->profiles, class_name, name);
    if (p != NULL) {
        list_profile(ctx, p, list);
        return 0;
    }
    strbuf_adds(ctx->out, "ICH13003I ");
    add_text(ctx->out, name);
    strbuf_adds(ctx->out, " NOT FOUND\n");
    return JOB_WARNING;
}

int admin_RLIST(struct job_context *ctx, const struct tso_command *cmd)
{
    struct tso_node *rest = cmd->list, *names = NULL, *n;
    const char *class_name;
    int r, each;

    r = admin_class_and_names(ctx, cmd, &rest, &class_name, &names);
    if (r == 0)
        r = admin_bind(ctx, AC_RLIST, rest);
    if (r == 0)
        r = admin_check_class(ctx, class_name);
    if (r != 0)
        return r;
    for (n = names; n != NULL; n = n->next) {
        each = list_name(ctx, class_name, n->text, rest);
        r = each > r ? each : r;
    }
    return r;
}

/* ---- LISTUSER ---- */

static void put_attributes(const struct saf *saf, const struct saf_user *u,
                           struct strbuf *out)
{
    const struct {
        bool has;
        const char *name;
    } rows[] = {{u->special, "SPECIAL"},
                {saf_find_password(saf, u->id) == NULL, "PROTECTED"},
                {u->revoked, "REVOKED"}};
    const char *between = "";
    size_t i;

    strbuf_adds(out, " ATTRIBUTES=");
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (!rows[i].has)
            continue;
        strbuf_addf(out, "%s%s", between, rows[i].name);
        between = " ";
    }
    strbuf_adds(out, between[0] == '\0' ? "NONE\n" : "\n");
}

static void put_connects(const struct saf_user *u, struct strbuf *out)
{
    char day[8];
    size_t i;

    for (i = 0; i < u->ngroups; i++)
        strbuf_addf(out,
                    "  GROUP=%-8s  AUTH=USE      CONNECT-OWNER=%-8s  "
                    "CONNECT-DATE=%s\n"
                    "    CONNECTS=    00  UACC=NONE     LAST-CONNECT=UNKNOWN\n"
                    "    CONNECT ATTRIBUTES=NONE\n"
                    "    REVOKE DATE=NONE   RESUME DATE=NONE\n",
                    u->groups[i].group, u->groups[i].owner,
                    admin_day(u->groups[i].day, day));
}

static int list_user(struct job_context *ctx, const char *id)
{
    const struct saf_user *u = saf_find_user(ctx->saf, id);
    struct strbuf *out = ctx->out;
    char day[8];

    if (u == NULL) {
        strbuf_adds(out, "ICH30001I UNABLE TO LOCATE USER    ENTRY ");
        add_text(out, id);
        strbuf_addc(out, '\n');
        return JOB_WARNING;
    }
    strbuf_addf(out, "USER=%s  NAME=", u->id);
    add_text(out, u->name[0] != '\0' ? u->name : "UNKNOWN");
    if (u->name[0] != '\0')
        strbuf_fill(out, ' ', 20 - (int)strlen(u->name));
    strbuf_addf(out, "  OWNER=%-8s  CREATED=%s\n", u->owner,
                admin_day(u->created, day));
    strbuf_addf(out,
                " DEFAULT-GROUP=%-8s PASSDATE=%-6s PASS-INTERVAL=N/A "
                "PHRASEDATE=N/A\n",
                u->dfltgrp,
                u->passday != 0 ? admin_day(u->passday, day) : "N/A");
    put_attributes(ctx->saf, u, out);
    strbuf_adds(out, " REVOKE DATE=NONE   RESUME DATE=NONE\n"
                     " LAST-ACCESS=UNKNOWN\n"
                     " CLASS AUTHORIZATIONS=NONE\n"
                     " NO-INSTALLATION-DATA\n"
                     " NO-MODEL-NAME\n"
                     " LOGON ALLOWED   (DAYS)          (TIME)\n"
                     " ---------------------------------------------\n"
                     " ANYDAY                          ANYTIME\n");
    put_connects(u, out);
    strbuf_adds(out, "SECURITY-LEVEL=NONE SPECIFIED\n"
                     "CATEGORY-AUTHORIZATION\n"
                     " NONE SPECIFIED\n"
                     "SECURITY-LABEL=NONE SPECIFIED\n");
    return 0;
}

/* LISTUSER without a name lists the issuer, with * all. */
int admin_LISTUSER(struct job_context *ctx, const struct tso_command *cmd)
{
    struct tso_node *rest = cmd->list, *ids = NULL, *id;
    size_t i;
    int r = 0, each;

    if (rest == NULL && ctx->issuer != NULL)
        return list_user(ctx, ctx->issuer);
    r = admin_names(ctx, cmd, "USERID", &rest, &ids);
    if (r == 0)
        r = admin_bind(ctx, AC_LISTUSER, rest);
    if (r != 0)
        return r;
    for (id = ids; id != NULL; id = id->next) {
        if (strcmp(id->text, "*") == 0)
            for (i = 0; i < saf_tables(ctx->saf)->nusers; i++)
                list_user(ctx, saf_tables(ctx->saf)->users[i].id);
        else if ((each = list_user(ctx, id->text)) > r)
            r = each;
    }
    return r;
}

/* ---- LISTGRP ---- */

enum { SUBGROUPS_A_LINE = 6 };

static void put_subgroups(struct saf *saf, const char *group,
                          struct strbuf *out)
{
    size_t i, n = 0;

    for (i = 0; i < saf_tables(saf)->ngroups; i++) {
        if (strcmp(saf_tables(saf)->groups[i].supgroup, group) != 0)
            continue;
        if (n % SUBGROUPS_A_LINE == 0)
            strbuf_adds(out,
                        n == 0 ? "    SUBGROUP(S)= " : "\n                 ");
        strbuf_addf(out, "%-8s ", saf_tables(saf)->groups[i].id);
        n++;
    }
    strbuf_adds(out, n == 0 ? "    NO SUBGROUPS\n" : "\n");
}

static void put_users(struct saf *saf, const char *group, struct strbuf *out)
{
    size_t i, n = 0;

    for (i = 0; i < saf_tables(saf)->nusers; i++) {
        if (!saf_user_in_group(saf, saf_tables(saf)->users[i].id, group))
            continue;
        if (n++ == 0)
            strbuf_adds(out, "    USER(S)=      ACCESS=      ACCESS COUNT="
                             "      UNIVERSAL ACCESS=\n");
        strbuf_addf(out,
                    "      %-8s      USE           000000               NONE\n"
                    "         CONNECT ATTRIBUTES=NONE\n"
                    "         REVOKE DATE=NONE                 "
                    "RESUME DATE=NONE\n",
                    saf_tables(saf)->users[i].id);
    }
    if (n == 0)
        strbuf_adds(out, "    NO USERS\n");
}

static int list_group(struct job_context *ctx, const char *id)
{
    const struct saf_group *g = saf_find_group(ctx->saf, id);
    char day[8];

    if (g == NULL) {
        strbuf_adds(ctx->out, "ICH51003I NAME NOT FOUND IN RACF DATA SET\n");
        return JOB_WARNING;
    }
    strbuf_addf(ctx->out,
                "INFORMATION FOR GROUP %s\n"
                "    SUPERIOR GROUP=%-8s     OWNER=%-8s  CREATED=%s\n"
                "    NO INSTALLATION DATA\n"
                "    NO MODEL DATA SET\n"
                "    TERMUACC\n",
                g->id, g->supgroup[0] != '\0' ? g->supgroup : "NONE", g->owner,
                admin_day(g->created, day));
    put_subgroups(ctx->saf, id, ctx->out);
    put_users(ctx->saf, id, ctx->out);
    return 0;
}

int admin_LISTGRP(struct job_context *ctx, const struct tso_command *cmd)
{
    struct tso_node *rest = cmd->list, *ids = NULL, *id;
    size_t i;
    int r, each;

    r = admin_names(ctx, cmd, "GROUP NAME", &rest, &ids);
    if (r == 0)
        r = admin_bind(ctx, AC_LISTGRP, rest);
    if (r != 0)
        return r;
    for (id = ids; id != NULL; id = id->next) {
        if (strcmp(id->text, "*") == 0)
            for (i = 0; i < saf_tables(ctx->saf)->ngroups; i++)
                list_group(ctx, saf_tables(ctx->saf)->groups[i].id);
        else if ((each = list_group(ctx, id->text)) > r)
            r = each;
    }
    return r;
}
