/* General resource profiles: RDEFINE, RALTER, PERMIT. */

#include "saf/admin/private.h"

#include <stdlib.h>
#include <string.h>

enum change { ADDITION, UPDATE, PERMISSION };

/* The class has a copy of its profiles (RACLIST): the change waits for the
 * next REFRESH. */
static void remind(struct job_context *ctx, const char *class_name,
                   enum change change)
{
    static const char *const ids[] = {"ICH10006I", "ICH11009I", "ICH06011I"};
    static const char *const what[] = {"ADDITION(S)", "UPDATE(S)", "UPDATE(S)"};

    if (saf_class_raclisted(ctx->saf, class_name))
        strbuf_addf(ctx->out,
                    "%s RACLISTED PROFILES FOR %s WILL NOT REFLECT THE %s "
                    "UNTIL A SETROPTS REFRESH IS ISSUED.\n",
                    ids[change], class_name, what[change]);
}

int admin_check_class(struct job_context *ctx, const char *name)
{
    const char *near;

    if (admin_class_current(name))
        return admin_invalid(ctx, "CLASS NAME", name,
                             "its profiles are rings and certificates: "
                             "RACDCERT changes them");
    if (admin_class_known(ctx->saf, name))
        return 0;
    near = admin_class_nearest(name);
    admin_invalid(ctx, "CLASS NAME", name,
                  "SETROPTS CLASSACT(class) makes a class of the "
                  "installation known here");
    if (near != NULL)
        strbuf_addf(ctx->out, "  did you mean %s?\n", near);
    return JOB_FAILED;
}

int admin_class_and_names(struct job_context *ctx,
                          const struct tso_command *cmd, struct tso_node **rest,
                          const char **ret_class, struct tso_node **ret_names)
{
    struct tso_node *n = *rest;

    if (n == NULL || n->text[0] == '\0') {
        strbuf_adds(ctx->out, "IKJ56701I MISSING CLASS NAME\n");
        return JOB_SYNTAX;
    }
    tso_fold(n);
    *ret_class = n->text;
    if (n->has_list) {
        /* Seen as one operand: what is left is a list without a word. */
        n->text = n->text + strlen(n->text);
    } else {
        *rest = n->next;
    }
    return admin_names(ctx, cmd, "PROFILE NAME", rest, ret_names);
}

static int get_level(struct job_context *ctx, const struct tso_node *list,
                     int word, const char *keyword, enum saf_level *ret)
{
    const char *text = tso_value(list, word);

    if (text == NULL || saf_level_parse(text, ret))
        return 0;
    admin_invalid(ctx, keyword, text,
                  "NONE, EXECUTE, READ, UPDATE, CONTROL or ALTER");
    return JOB_SYNTAX;
}

static int check_name(struct job_context *ctx, const char *name, bool generic)
{
    size_t len = strlen(name);

    if (len > SAF_PROFILE_MAX || len == 0 || name[0] == '.' ||
        name[len - 1] == '.' || strstr(name, "..") != NULL)
        return admin_invalid(ctx, "PROFILE NAME", name,
                             "1 to 246 characters, qualifiers between single "
                             "dots, none of them empty");
    if (generic && !saf_generic_valid(name))
        return admin_invalid(ctx, "PROFILE NAME", name,
                             "* ends a qualifier, ** is a whole one");
    return 0;
}

/* ---- RDEFINE, RALTER ---- */

static int set_appldata(struct job_context *ctx, struct saf_profile *p,
                        const struct tso_node *list)
{
    const char *data = tso_value(list, AW_APPLDATA);
    char *copy = NULL;

    if (data != NULL) {
        copy = strdup(data);
        if (copy == NULL)
            return admin_nomem(ctx);
    }
    if (copy != NULL || tso_get(list, AW_NOAPPLDATA) != NULL) {
        free(p->appldata);
        p->appldata = copy;
    }
    return 0;
}

static int define(struct job_context *ctx, const char *class_name,
                  const char *name, const struct tso_node *list,
                  enum saf_level uacc)
{
    const struct saf_class *c = saf_find_class(ctx->saf, class_name);
    bool generic = saf_generic_name(name) && c != NULL && c->generic;
    struct saf_profile *p;
    int r = check_name(ctx, name, generic);

    if (r != 0)
        return r;
    if (saf_find_profile(ctx->saf, class_name, name) != NULL) {
        strbuf_adds(ctx->out, "ICH10102I ");
        strbuf_add_escaped(ctx->out, name, strlen(name));
        strbuf_addf(ctx->out, " ALREADY DEFINED TO CLASS %s.\n", class_name);
        return JOB_FAILED;
    }
    if (saf_generic_name(name) && !generic)
        strbuf_addf(ctx->out,
                    "NOTE: class %s is not GENERIC: * and %% in this profile "
                    "stand for themselves (SETROPTS GENERIC(%s))\n",
                    class_name, class_name);
    p = saf_add_profile(&saf_tables(ctx->saf)->profiles, class_name, name);
    if (p == NULL)
        return admin_nomem(ctx);
    p->generic = generic;
    p->uacc = uacc;
    admin_copy_id(p->owner, admin_owner(ctx, list));
    saf_changed(ctx->saf, TABLE_PROFILES);
    r = set_appldata(ctx, p, list);
    return r == 0 ? admin_set_ssignon(ctx, p, list) : r;
}

static int alter(struct job_context *ctx, const char *class_name,
                 const char *name, const struct tso_node *list,
                 enum saf_level uacc)
{
    struct saf_profile *p = saf_find_profile(ctx->saf, class_name, name);
    const char *owner = tso_value(list, AW_OWNER);
    int r;

    if (p == NULL) {
        strbuf_adds(ctx->out, "ICH11102I ");
        strbuf_add_escaped(ctx->out, name, strlen(name));
        strbuf_addf(ctx->out, " NOT DEFINED TO CLASS %s.\n", class_name);
        return JOB_FAILED;
    }
    if (tso_get(list, AW_UACC) != NULL)
        p->uacc = uacc;
    if (owner != NULL)
        admin_copy_id(p->owner, owner);
    saf_changed(ctx->saf, TABLE_PROFILES);
    r = set_appldata(ctx, p, list);
    return r == 0 ? admin_set_ssignon(ctx, p, list) : r;
}

typedef int (*profile_fn)(struct job_context *ctx, const char *class_name,
                          const char *name, const struct tso_node *list,
                          enum saf_level uacc);

static int each_profile(struct job_context *ctx, const struct tso_command *cmd,
                        int command, profile_fn fn, enum change change)
{
    struct tso_node *rest = cmd->list, *names = NULL, *n;
    enum saf_level uacc = SAF_NONE;
    const char *class_name;
    int r, each;

    r = admin_class_and_names(ctx, cmd, &rest, &class_name, &names);
    if (r == 0)
        r = admin_bind(ctx, command, rest);
    if (r == 0)
        r = admin_check_class(ctx, class_name);
    if (r == 0)
        r = get_level(ctx, rest, AW_UACC, "UACC", &uacc);
    if (r == 0)
        r = admin_check_defined(ctx, rest, AW_OWNER, true);
    if (r == 0)
        r = admin_check_ssignon(ctx, class_name, rest);
    if (r != 0)
        return r;
    for (n = names; n != NULL; n = n->next) {
        each = fn(ctx, class_name, n->text, rest, uacc);
        r = each > r ? each : r;
    }
    if (r == 0)
        remind(ctx, class_name, change);
    return r;
}

int admin_RDEFINE(struct job_context *ctx, const struct tso_command *cmd)
{
    return each_profile(ctx, cmd, AC_RDEFINE, define, ADDITION);
}

int admin_RALTER(struct job_context *ctx, const struct tso_command *cmd)
{
    return each_profile(ctx, cmd, AC_RALTER, alter, UPDATE);
}

/* ---- PERMIT ---- */

static int permit_id(struct job_context *ctx, struct saf_profile *p,
                     const char *id, enum saf_level level, bool remove)
{
    if (remove) {
        if (saf_profile_remove_access(p, id))
            return 0;
        strbuf_adds(ctx->out, "ICH06002I ");
        strbuf_add_escaped(ctx->out, id, strlen(id));
        strbuf_adds(ctx->out, " NOT AUTHORIZED, DELETE IGNORED\n");
        return JOB_WARNING;
    }
    if (strcmp(id, "*") != 0 && !saf_user_exists(ctx->saf, id) &&
        !saf_group_exists(ctx->saf, id)) {
        strbuf_adds(ctx->out, "ICH06007I ");
        strbuf_add_escaped(ctx->out, id, strlen(id));
        strbuf_adds(ctx->out, " NOT DEFINED TO RACF\n");
        return JOB_FAILED;
    }
    return saf_profile_permit(p, id, level) == 0 ? 0 : admin_nomem(ctx);
}

/* RESET, then ID and ACCESS or DELETE. */
static int permit(struct job_context *ctx, struct saf_profile *p,
                  const struct tso_node *list, enum saf_level level)
{
    const struct tso_node *ids = tso_get(list, AW_ID), *id;
    bool remove = tso_get(list, AW_DELETE) != NULL;
    int r = 0, each;

    saf_changed(ctx->saf, TABLE_PROFILES);
    if (tso_get(list, AW_RESET) != NULL)
        p->naccess = 0;
    for (id = ids != NULL ? ids->child : NULL; id != NULL; id = id->next) {
        each = permit_id(ctx, p, id->text, level, remove);
        r = each > r ? each : r;
    }
    return r;
}

static int check_permit(struct job_context *ctx, const struct tso_node *list,
                        enum saf_level *level)
{
    const char *class_name = tso_value(list, AW_CLASS),
               *reset = tso_value(list, AW_RESET);

    if (class_name == NULL) {
        strbuf_adds(ctx->out, "IKJ56701I MISSING CLASS\n  data sets are not "
                              "protected here: write CLASS(name)\n");
        return JOB_SYNTAX;
    }
    if (reset != NULL && strncmp("ALL", reset, strlen(reset)) != 0 &&
        strncmp("STANDARD", reset, strlen(reset)) != 0)
        return admin_invalid(ctx, "RESET", reset,
                             "RESET, RESET(STANDARD) or RESET(ALL)");
    if (tso_get(list, AW_ID) == NULL && tso_get(list, AW_RESET) == NULL) {
        strbuf_adds(ctx->out, "IKJ56701I MISSING ID\n  write ID(user or "
                              "group, or *)\n");
        return JOB_SYNTAX;
    }
    return get_level(ctx, list, AW_ACCESS, "ACCESS", level);
}

int admin_PERMIT(struct job_context *ctx, const struct tso_command *cmd)
{
    struct tso_node *rest = cmd->list, *name = NULL;
    enum saf_level level = SAF_READ_ACCESS;
    struct saf_profile *p;
    const char *class_name;
    int r;

    r = admin_names(ctx, cmd, "PROFILE NAME", &rest, &name);
    if (r == 0)
        r = admin_bind(ctx, AC_PERMIT, rest);
    if (r == 0)
        r = check_permit(ctx, rest, &level);
    if (r != 0)
        return r;
    class_name = tso_value(rest, AW_CLASS);
    r = admin_check_class(ctx, class_name);
    if (r != 0)
        return r;
    p = saf_find_profile(ctx->saf, class_name, name->text);
    if (p == NULL) {
        strbuf_adds(ctx->out, "ICH06004I ");
        strbuf_add_escaped(ctx->out, name->text, strlen(name->text));
        strbuf_adds(ctx->out, " NOT DEFINED TO RACF\n");
        return JOB_FAILED;
    }
    r = permit(ctx, p, rest, level);
    if (r < JOB_FAILED)
        remind(ctx, class_name, PERMISSION);
    return r;
}
