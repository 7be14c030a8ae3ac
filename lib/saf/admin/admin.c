/* The table of commands, and what they have in common. */

#include "saf/admin/admin.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "saf/admin/private.h"

static const struct tso_word words[] = {
    {0},
#define SECRET      TSO_SECRET
#define KEEP_CASE   TSO_KEEP_CASE
#define NO_EFFECT   TSO_NO_EFFECT
#define UNSUPPORTED TSO_UNSUPPORTED
#define WORD(id, keyword, form, flags, max, help)                              \
    {AW_##id, keyword, TSO_##form, flags, max, help},
#include "saf/admin/admin.def"
#undef SECRET
#undef KEEP_CASE
#undef NO_EFFECT
#undef UNSUPPORTED
};

static const struct tso_place places[] = {
#define USE(command, word) {-AC_##command, AW_##word},
#define IN(outer, word)    {AW_##outer, AW_##word},
#include "saf/admin/admin.def"
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
    {#name,      aliases,      &admin_grammar,                                 \
     -AC_##name, admin_##name, reads ? always : never},
#include "saf/admin/admin.def"
};

int admin_register(struct job_runner *r, struct error *err)
{
    return job_register(r, commands, sizeof(commands) / sizeof(commands[0]),
                        NULL, err);
}

/* ---- operands ---- */

static int unclosed(struct job_context *ctx, const struct tso_command *cmd,
                    const char *what, const struct tso_node *n)
{
    unsigned line = 0, column = 0;

    source_position(cmd->src, cmd->place[n->off], &line, &column);
    strbuf_addf(ctx->out, "IKJ56702I INVALID %s, ", what);
    strbuf_add_escaped(ctx->out, n->text, strlen(n->text));
    strbuf_adds(ctx->out, "\n  ");
    strbuf_add_escaped(ctx->out, source_name(cmd->src),
                       strlen(source_name(cmd->src)));
    strbuf_addf(ctx->out, ":%u:%u: the parenthesis of the list before ", line,
                column);
    strbuf_add_escaped(ctx->out, n->text, strlen(n->text));
    strbuf_adds(ctx->out, " is not closed\n");
    return JOB_SYNTAX;
}

int admin_names(struct job_context *ctx, const struct tso_command *cmd,
                const char *what, struct tso_node **list, struct tso_node **ret)
{
    struct tso_node *n = *list, *name;

    if (n != NULL) {
        *list = n->next;
        n->next = NULL;
        if (n->text[0] == '\0' && n->has_list)
            n = n->child;
    }
    if (n == NULL) {
        strbuf_addf(ctx->out, "IKJ56701I MISSING %s\n", what);
        return JOB_SYNTAX;
    }
    for (name = n; name != NULL; name = name->next) {
        if (name->has_list)
            return unclosed(ctx, cmd, what, name);
        tso_fold(name);
    }
    *ret = n;
    return 0;
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

int admin_bad_name(struct job_context *ctx, const char *what,
                   enum zos_name_kind kind, const char *name, const char *must)
{
    char hint[128];

    snprintf(hint, sizeof(hint), "a %s has %s, and %s", zos_name_what(kind),
             zos_name_form(kind), must);
    return admin_invalid(ctx, what, name, hint);
}

int admin_nomem(struct job_context *ctx)
{
    saf_rollback(ctx->saf, NULL);
    strbuf_adds(ctx->out, "no memory\n");
    return JOB_FAILED;
}

void admin_copy_id(saf_id to, const char *from)
{
    snprintf(to, sizeof(saf_id), "%s", from);
}

const char *admin_owner(const struct job_context *ctx,
                        const struct tso_node *list)
{
    const char *owner = tso_value(list, AW_OWNER);

    if (owner != NULL)
        return owner;
    return ctx->issuer != NULL ? ctx->issuer : "";
}

int admin_check_defined(struct job_context *ctx, const struct tso_node *list,
                        int word, bool user_too)
{
    const char *id = tso_value(list, word);

    if (id == NULL || saf_group_exists(ctx->saf, id) ||
        (user_too && saf_user_exists(ctx->saf, id)))
        return 0;
    return admin_invalid(ctx, words[word].keyword, id,
                         user_too ? "no user and no group has this name"
                                  : "no such group; ADDGROUP makes it");
}

unsigned admin_today(void)
{
    time_t now = time(NULL);
    struct tm tm;

    if (localtime_r(&now, &tm) == NULL)
        return 0;
    return ((unsigned)tm.tm_year + 1900) * 1000 + (unsigned)tm.tm_yday + 1;
}

const char *admin_day(unsigned day, char buf[8])
{
    snprintf(buf, 8, "%02u.%03u", day / 1000 % 100, day % 1000);
    return buf;
}
