/* Users and groups: ADDUSER, ALTUSER, ADDGROUP, CONNECT. */

#include "saf/admin/private.h"

#include <stdio.h>
#include <string.h>

static int set_password(struct job_context *ctx, struct saf_user *u,
                        const char *password)
{
    struct error err = {0};

    u->passday = admin_today();
    if (saf_password_set(ctx->saf, u->id, password, &err) == 0)
        return 0;
    strbuf_addf(ctx->out, "%s\n", err.text);
    return JOB_FAILED;
}

static void set_name(struct saf_user *u, const char *name)
{
    snprintf(u->name, sizeof(u->name), "%s", name);
}

/* GROUP, else the issuer's default group, when the database has the issuer,
 * else DEFLT. A copy: tables move when something is added to them. */
static void choose_group(const struct job_context *ctx, const char *group,
                         const char *deflt, saf_id ret)
{
    const struct saf_user *u =
        ctx->issuer != NULL ? saf_find_user(ctx->saf, ctx->issuer) : NULL;

    if (group == NULL)
        group = u != NULL && u->dfltgrp[0] != '\0' ? u->dfltgrp : deflt;
    admin_copy_id(ret, group);
}

static int add_user(struct job_context *ctx, const char *id,
                    const struct tso_node *list)
{
    const char *name = tso_value(list, AW_NAME),
               *password = tso_value(list, AW_PASSWORD);
    struct saf_user *u;
    saf_id group;

    if (!zos_name_valid(ZOS_USERID, id) || saf_group_exists(ctx->saf, id))
        return admin_bad_name(ctx, "USERID", ZOS_USERID, id,
                              "is not a group's name");
    if (saf_user_exists(ctx->saf, id))
        return admin_invalid(ctx, "USERID", id, "the user exists already");
    choose_group(ctx, tso_value(list, AW_DFLTGRP), "SYS1", group);
    u = saf_add_user(ctx->saf, id);
    if (u == NULL ||
        saf_user_join(u, group, admin_owner(ctx, list), admin_today()) != 0)
        return admin_nomem(ctx);
    admin_copy_id(u->owner, admin_owner(ctx, list));
    admin_copy_id(u->dfltgrp, group);
    set_name(u, name != NULL ? name : "");
    u->special = tso_get(list, AW_SPECIAL) != NULL;
    u->created = admin_today();
    saf_changed(ctx->saf, TABLE_USERS);
    if (password != NULL)
        return set_password(ctx, u, password);
    strbuf_addf(ctx->out, "ICH01024I User %s is defined as PROTECTED.\n", id);
    return 0;
}

/* PASSWORD without a value would be the name of the default group: a word
 * that everybody knows. */
static int check_password(struct job_context *ctx, const struct tso_node *list)
{
    if (tso_get(list, AW_PASSWORD) == NULL ||
        tso_value(list, AW_PASSWORD) != NULL)
        return 0;
    strbuf_adds(ctx->out, "IKJ56701I MISSING PASSWORD\n"
                          "  write PASSWORD(value), or NOPASSWORD\n");
    return JOB_SYNTAX;
}

typedef int (*one_user_fn)(struct job_context *ctx, const char *id,
                           const struct tso_node *list);

/* What ADDUSER and ALTUSER do alike: the operands are checked, then each user
 * id is handled by ONE; the highest return code counts. */
static int each_user(struct job_context *ctx, const struct tso_command *cmd,
                     int command, const char *wanted, one_user_fn one)
{
    struct tso_node *rest = cmd->list, *ids, *id;
    int r, each;

    r = admin_names(ctx, cmd, wanted, &rest, &ids);
    if (r == 0)
        r = admin_bind(ctx, command, rest);
    if (r == 0)
        r = check_password(ctx, rest);
    if (r == 0)
        r = admin_check_defined(ctx, rest, AW_OWNER, true);
    if (r == 0)
        r = admin_check_defined(ctx, rest, AW_DFLTGRP, false);
    if (r != 0)
        return r;
    for (id = ids; id != NULL; id = id->next) {
        each = one(ctx, id->text, rest);
        r = each > r ? each : r;
    }
    return r;
}

int admin_ADDUSER(struct job_context *ctx, const struct tso_command *cmd)
{
    return each_user(ctx, cmd, AC_ADDUSER, "RACF USERID TO BE ADDED", add_user);
}

/* ---- ALTUSER ---- */

static bool in_group(const struct saf_user *u, const char *group)
{
    size_t i;

    for (i = 0; i < u->ngroups; i++)
        if (strcmp(u->groups[i].group, group) == 0)
            return true;
    return false;
}

static void set_flags(struct saf_user *u, const struct tso_node *list)
{
    if (tso_get(list, AW_REVOKE) != NULL)
        u->revoked = true;
    if (tso_get(list, AW_RESUME) != NULL)
        u->revoked = false;
    if (tso_get(list, AW_SPECIAL) != NULL)
        u->special = true;
    if (tso_get(list, AW_NOSPECIAL) != NULL)
        u->special = false;
}

static int alter_user(struct job_context *ctx, const char *id,
                      const struct tso_node *list)
{
    const char *group = tso_value(list, AW_DFLTGRP),
               *name = tso_value(list, AW_NAME),
               *owner = tso_value(list, AW_OWNER),
               *password = tso_value(list, AW_PASSWORD);
    struct saf_user *u = saf_find_user(ctx->saf, id);

    if (u == NULL)
        return admin_invalid(ctx, "USERID", id,
                             "no such user; ADDUSER makes it");
    if (group != NULL && !in_group(u, group))
        return admin_invalid(ctx, "DFLTGRP", group,
                             "the user is not connected to this group");
    if (group != NULL)
        admin_copy_id(u->dfltgrp, group);
    if (owner != NULL)
        admin_copy_id(u->owner, owner);
    if (name != NULL)
        set_name(u, name);
    set_flags(u, list);
    saf_changed(ctx->saf, TABLE_USERS);
    if (tso_get(list, AW_NOPASSWORD) != NULL) {
        u->passday = 0;
        saf_password_drop(ctx->saf, id);
    }
    return password != NULL ? set_password(ctx, u, password) : 0;
}

int admin_ALTUSER(struct job_context *ctx, const struct tso_command *cmd)
{
    return each_user(ctx, cmd, AC_ALTUSER, "RACF USERID", alter_user);
}

/* ---- ADDGROUP, CONNECT ---- */

static int add_group(struct job_context *ctx, const char *id,
                     const struct tso_node *list)
{
    struct saf_group *g;
    saf_id sup;

    if (!zos_name_valid(ZOS_GROUP, id) || saf_user_exists(ctx->saf, id))
        return admin_bad_name(ctx, "GROUP", ZOS_GROUP, id, "is not a user id");
    if (saf_group_exists(ctx->saf, id))
        return admin_invalid(ctx, "GROUP", id, "the group exists already");
    choose_group(ctx, tso_value(list, AW_SUPGROUP), "SYS1", sup);
    g = saf_add_group(ctx->saf, id);
    if (g == NULL)
        return admin_nomem(ctx);
    admin_copy_id(g->owner, admin_owner(ctx, list));
    admin_copy_id(g->supgroup, sup);
    g->created = admin_today();
    saf_changed(ctx->saf, TABLE_GROUPS);
    return 0;
}

int admin_ADDGROUP(struct job_context *ctx, const struct tso_command *cmd)
{
    struct tso_node *rest = cmd->list, *ids, *id;
    int r, each;

    r = admin_names(ctx, cmd, "GROUP NAME TO BE ADDED", &rest, &ids);
    if (r == 0)
        r = admin_bind(ctx, AC_ADDGROUP, rest);
    if (r == 0)
        r = admin_check_defined(ctx, rest, AW_OWNER, true);
    if (r == 0)
        r = admin_check_defined(ctx, rest, AW_SUPGROUP, false);
    if (r != 0)
        return r;
    for (id = ids; id != NULL; id = id->next) {
        each = add_group(ctx, id->text, rest);
        r = each > r ? each : r;
    }
    return r;
}

static int connect_user(struct job_context *ctx, const char *id,
                        const char *group, const char *owner)
{
    struct saf_user *u = saf_find_user(ctx->saf, id);

    if (u == NULL) {
        admin_invalid(ctx, "USERID", id, "no such user; ADDUSER makes it");
        strbuf_adds(ctx->out, "ICH02003I ");
        strbuf_add_escaped(ctx->out, id, strlen(id));
        strbuf_adds(ctx->out, " NOT CONNECTED\n");
        return JOB_FAILED;
    }
    if (saf_user_join(u, group, owner, admin_today()) != 0)
        return admin_nomem(ctx);
    saf_changed(ctx->saf, TABLE_USERS);
    return 0;
}

int admin_CONNECT(struct job_context *ctx, const struct tso_command *cmd)
{
    struct tso_node *rest = cmd->list, *ids, *id;
    saf_id group;
    int r, each;

    r = admin_names(ctx, cmd, "USERID", &rest, &ids);
    if (r == 0)
        r = admin_bind(ctx, AC_CONNECT, rest);
    if (r == 0)
        r = admin_check_defined(ctx, rest, AW_OWNER, true);
    if (r != 0)
        return r;
    choose_group(ctx, tso_value(rest, AW_GROUP), "", group);
    if (group[0] == '\0') {
        strbuf_adds(ctx->out, "IKJ56701I MISSING GROUP\n  write GROUP(name): "
                              "the issuer has no group\n");
        return JOB_SYNTAX;
    }
    if (!saf_group_exists(ctx->saf, group)) {
        admin_invalid(ctx, "GROUP", group, "no such group; ADDGROUP makes it");
        strbuf_adds(ctx->out, "ICH02003I USER(S) NOT CONNECTED\n");
        return JOB_FAILED;
    }
    for (id = ids; id != NULL; id = id->next) {
        each = connect_user(ctx, id->text, group, admin_owner(ctx, rest));
        r = each > r ? each : r;
    }
    return r;
}
