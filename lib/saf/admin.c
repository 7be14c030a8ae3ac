#include "saf/admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "saf/admin_private.h"

/* The table of commands, and the commands about users, groups and classes. */

static const struct tso_word words[] = {
    {0},
#define COMMAND(name, aliases, reads)
#define SECRET      TSO_SECRET
#define KEEP_CASE   TSO_KEEP_CASE
#define NO_EFFECT   TSO_NO_EFFECT
#define UNSUPPORTED TSO_UNSUPPORTED
#define WORD(id, keyword, form, flags, max, help)                              \
    {AW_##id, keyword, TSO_##form, flags, max, help},
#define USE(command, word)
#include "saf/admin.def"
#undef SECRET
#undef KEEP_CASE
#undef NO_EFFECT
#undef UNSUPPORTED
};

static const struct tso_place places[] = {
#define COMMAND(name, aliases, reads)
#define WORD(id, keyword, form, flags, max, help)
#define USE(command, word) {-AC_##command, AW_##word},
#include "saf/admin.def"
};

const struct tso_grammar admin_grammar = {
    words, sizeof(words) / sizeof(words[0]), places,
    sizeof(places) / sizeof(places[0])};

static bool always(const struct tso_command *cmd)
{
    (void)cmd;
    return true;
}

static bool never(const struct tso_command *cmd)
{
    (void)cmd;
    return false;
}

static const struct job_command commands[] = {
#define COMMAND(name, aliases, reads)                                          \
    {#name, aliases, &admin_grammar, admin_##name, reads ? always : never},
#define WORD(id, keyword, form, flags, max, help)
#define USE(command, word)
#include "saf/admin.def"
};

int admin_register(struct job_runner *r, struct error *err)
{
    return job_register(r, commands, sizeof(commands) / sizeof(commands[0]),
                        NULL, err);
}

/* ---- operands ---- */

struct tso_node *admin_names(struct tso_node **list)
{
    struct tso_node *n = *list, *name;

    if (n == NULL)
        return NULL;
    *list = n->next;
    if (n->text[0] == '\0' && n->has_list) {
        for (name = n->child; name != NULL; name = name->next)
            tso_fold(name);
        return n->child;
    }
    n->next = NULL;
    tso_fold(n);
    return n;
}

int admin_bind(struct job_context *ctx, int command, struct tso_node *list)
{
    return tso_bind(&admin_grammar, -command, 0, list, ctx->out);
}

int admin_invalid(struct job_context *ctx, const char *what, const char *name,
                  const char *hint)
{
    strbuf_addf(ctx->out, "IKJ56702I INVALID %s, ", what);
    strbuf_add_escaped(ctx->out, name, strlen(name));
    strbuf_addf(ctx->out, "\n  %s\n", hint);
    return JOB_FAILED;
}

static int nomem(struct job_context *ctx)
{
    strbuf_adds(ctx->out, "no memory\n");
    return JOB_FAILED;
}

static void copy_id(saf_id to, const char *from)
{
    snprintf(to, sizeof(saf_id), "%s", from);
}

/* The owner of what the issuer makes. */
static const char *owner_of(const struct job_context *ctx,
                            const struct tso_node *list)
{
    const char *owner = tso_value(list, AW_OWNER);

    if (owner != NULL)
        return owner;
    return ctx->issuer != NULL ? ctx->issuer : "";
}

/* OWNER, DFLTGRP and the like must be defined before they are named. */
static int check_defined(struct job_context *ctx, const struct tso_node *list,
                         int word, bool user_too)
{
    const char *id = tso_value(list, word);

    if (id == NULL || saf_group_exists(ctx->saf, id) ||
        (user_too && saf_user_exists(ctx->saf, id)))
        return 0;
    return admin_invalid(ctx, words[word].keyword, id,
                         user_too ? "it is neither a user nor a group"
                                  : "no such group; ADDGROUP makes it");
}

/* ---- ADDUSER, ADDGROUP ---- */

static int add_user(struct job_context *ctx, const char *id,
                    const struct tso_node *list)
{
    const char *group = tso_value(list, AW_DFLTGRP),
               *name = tso_value(list, AW_NAME),
               *password = tso_value(list, AW_PASSWORD);
    struct error err = {0};
    struct saf_user *u;

    if (!saf_name_valid(id) || saf_group_exists(ctx->saf, id))
        return admin_invalid(ctx, "USERID", id,
                             "a user id has 1 to 8 characters A-Z 0-9 # $ @, "
                             "no digit first, and is not a group's name");
    if (saf_user_exists(ctx->saf, id))
        return admin_invalid(ctx, "USERID", id, "the user exists already");
    if (group == NULL)
        group = "SYS1";
    u = saf_add_user(ctx->saf, id);
    if (u == NULL || saf_user_join(u, group) != 0)
        return nomem(ctx);
    copy_id(u->owner, owner_of(ctx, list));
    copy_id(u->dfltgrp, group);
    snprintf(u->name, sizeof(u->name), "%s", name != NULL ? name : "");
    u->special = tso_get(list, AW_SPECIAL) != NULL;
    ctx->saf->dirty[TABLE_USERS] = true;
    if (password == NULL) {
        strbuf_addf(ctx->out, "ICH01024I User %s is defined as PROTECTED.\n",
                    id);
        return 0;
    }
    if (saf_password_set(ctx->saf, id, password, &err) == 0)
        return 0;
    strbuf_addf(ctx->out, "%s\n", err.text);
    return JOB_FAILED;
}

int admin_ADDUSER(struct job_context *ctx, const struct tso_command *cmd)
{
    struct tso_node *rest = cmd->list, *ids = admin_names(&rest), *id;
    int r, each;

    if (ids == NULL) {
        strbuf_adds(ctx->out, "IKJ56701I MISSING RACF USERID TO BE ADDED\n");
        return JOB_SYNTAX;
    }
    r = admin_bind(ctx, AC_ADDUSER, rest);
    if (r == 0)
        r = check_defined(ctx, rest, AW_OWNER, true);
    if (r == 0)
        r = check_defined(ctx, rest, AW_DFLTGRP, false);
    if (r != 0)
        return r;
    for (id = ids; id != NULL; id = id->next) {
        each = add_user(ctx, id->text, rest);
        r = each > r ? each : r;
    }
    return r;
}

static int add_group(struct job_context *ctx, const char *id,
                     const struct tso_node *list)
{
    const char *sup = tso_value(list, AW_SUPGROUP);
    struct saf_group *g;

    if (!saf_name_valid(id) || saf_user_exists(ctx->saf, id))
        return admin_invalid(ctx, "GROUP", id,
                             "a group's name has 1 to 8 characters A-Z 0-9 # "
                             "$ @, no digit first, and is not a user id");
    if (saf_group_exists(ctx->saf, id))
        return admin_invalid(ctx, "GROUP", id, "the group exists already");
    g = saf_add_group(ctx->saf, id);
    if (g == NULL)
        return nomem(ctx);
    copy_id(g->owner, owner_of(ctx, list));
    copy_id(g->supgroup, sup != NULL ? sup : "SYS1");
    ctx->saf->dirty[TABLE_GROUPS] = true;
    return 0;
}

int admin_ADDGROUP(struct job_context *ctx, const struct tso_command *cmd)
{
    struct tso_node *rest = cmd->list, *ids = admin_names(&rest), *id;
    int r, each;

    if (ids == NULL) {
        strbuf_adds(ctx->out, "IKJ56701I MISSING GROUP NAME TO BE ADDED\n");
        return JOB_SYNTAX;
    }
    r = admin_bind(ctx, AC_ADDGROUP, rest);
    if (r == 0)
        r = check_defined(ctx, rest, AW_OWNER, true);
    if (r == 0)
        r = check_defined(ctx, rest, AW_SUPGROUP, false);
    if (r != 0)
        return r;
    for (id = ids; id != NULL; id = id->next) {
        each = add_group(ctx, id->text, rest);
        r = each > r ? each : r;
    }
    return r;
}

/* ---- CONNECT ---- */

static int connect_user(struct job_context *ctx, const char *id,
                        const char *group)
{
    struct saf_user *u = saf_find_user(ctx->saf, id);

    if (u == NULL) {
        admin_invalid(ctx, "USERID", id, "no such user; ADDUSER makes it");
        strbuf_addf(ctx->out, "ICH02003I %s NOT CONNECTED\n", id);
        return JOB_FAILED;
    }
    if (saf_user_join(u, group) != 0)
        return nomem(ctx);
    ctx->saf->dirty[TABLE_USERS] = true;
    return 0;
}

int admin_CONNECT(struct job_context *ctx, const struct tso_command *cmd)
{
    struct tso_node *rest = cmd->list, *ids = admin_names(&rest), *id;
    const char *group;
    int r, each;

    if (ids == NULL) {
        strbuf_adds(ctx->out, "IKJ56701I MISSING USERID\n");
        return JOB_SYNTAX;
    }
    r = admin_bind(ctx, AC_CONNECT, rest);
    if (r != 0)
        return r;
    group = tso_value(rest, AW_GROUP);
    if (group == NULL && ctx->issuer != NULL) {
        const struct saf_user *u = saf_find_user(ctx->saf, ctx->issuer);

        group = u != NULL ? u->dfltgrp : NULL;
    }
    if (group == NULL)
        return admin_invalid(ctx, "GROUP", "",
                             "write GROUP(name): the issuer has no group");
    if (!saf_group_exists(ctx->saf, group)) {
        admin_invalid(ctx, "GROUP", group, "no such group; ADDGROUP makes it");
        strbuf_adds(ctx->out, "ICH02003I USER(S) NOT CONNECTED\n");
        return JOB_FAILED;
    }
    for (id = ids; id != NULL; id = id->next) {
        each = connect_user(ctx, id->text, group);
        r = each > r ? each : r;
    }
    return r;
}

/* ---- SETROPTS ---- */

/* Their profiles are rings and certificates: changes are seen at once. */
static bool always_current(const char *class_name)
{
    return strcmp(class_name, "DIGTCERT") == 0 ||
           strcmp(class_name, "DIGTRING") == 0 ||
           strcmp(class_name, "DIGTNMAP") == 0;
}

typedef int (*class_fn)(struct job_context *ctx, struct saf_class *c,
                        bool refresh);

static int set_active(struct job_context *ctx, struct saf_class *c,
                      bool refresh)
{
    (void)ctx;
    (void)refresh;
    c->active = true;
    return 0;
}

static int set_inactive(struct job_context *ctx, struct saf_class *c,
                        bool refresh)
{
    (void)ctx;
    (void)refresh;
    c->active = false;
    return 0;
}

static int set_raclist(struct job_context *ctx, struct saf_class *c,
                       bool refresh)
{
    if (refresh && !c->raclisted && !always_current(c->name)) {
        strbuf_addf(ctx->out,
                    "ICH14070I SETROPTS RACLIST REFRESH had no effect on "
                    "class %s.\n",
                    c->name);
        return JOB_WARNING;
    }
    if (!refresh)
        c->raclisted = true;
    ctx->saf->dirty[TABLE_RACLIST] = true;
    return saf_raclist_class(ctx->saf, c->name) == 0 ? 0 : nomem(ctx);
}

static int unset_raclist(struct job_context *ctx, struct saf_class *c,
                         bool refresh)
{
    (void)refresh;
    c->raclisted = false;
    saf_drop_profiles(&ctx->saf->raclist, c->name);
    ctx->saf->dirty[TABLE_RACLIST] = true;
    return 0;
}

static int set_generic(struct job_context *ctx, struct saf_class *c,
                       bool refresh)
{
    (void)ctx;
    if (!refresh)
        c->generic = true;
    return 0;
}

static int unset_generic(struct job_context *ctx, struct saf_class *c,
                         bool refresh)
{
    (void)ctx;
    (void)refresh;
    c->generic = false;
    return 0;
}

static const struct {
    int word;
    class_fn set;
} class_options[] = {
    {AW_CLASSACT, set_active},     {AW_NOCLASSACT, set_inactive},
    {AW_GENERIC, set_generic},     {AW_NOGENERIC, unset_generic},
    {AW_NORACLIST, unset_raclist}, {AW_RACLIST, set_raclist},
};

static int set_classes(struct job_context *ctx, const struct tso_node *list,
                       size_t option)
{
    const struct tso_node *n = tso_get(list, class_options[option].word), *v;
    bool refresh = tso_get(list, AW_REFRESH) != NULL;
    struct saf_class *c;
    int r = 0, each;

    for (v = n != NULL ? n->child : NULL; v != NULL; v = v->next) {
        if (!saf_name_valid(v->text)) {
            each =
                admin_invalid(ctx, "CLASS", v->text,
                              "a class has 1 to 8 characters, like FACILITY");
        } else {
            c = saf_need_class(ctx->saf, v->text);
            each = c != NULL ? class_options[option].set(ctx, c, refresh)
                             : nomem(ctx);
        }
        r = each > r ? each : r;
    }
    if (n != NULL)
        ctx->saf->dirty[TABLE_CLASSES] = true;
    return r;
}

int admin_SETROPTS(struct job_context *ctx, const struct tso_command *cmd)
{
    size_t i;
    int r, each;

    r = admin_bind(ctx, AC_SETROPTS, cmd->list);
    if (r != 0)
        return r;
    for (i = 0; i < sizeof(class_options) / sizeof(class_options[0]); i++) {
        each = set_classes(ctx, cmd->list, i);
        r = each > r ? each : r;
    }
    strbuf_adds(ctx->out, "ICH14063I SETROPTS command complete.\n");
    return r;
}
