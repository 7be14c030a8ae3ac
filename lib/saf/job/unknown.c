/* Commands that nobody here runs: those of z/OS, those that never existed, and
 * the rest of a command whose line was not continued. */

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "saf/job/job.h"
#include "saf/job/private.h"
#include "util/spelling.h"

static const char *const of_zos[] = {
#define ZOS_COMMAND(name) #name,
#include "saf/job/commands.def"
};

static bool is_of_zos(const char *name)
{
    size_t i;

    for (i = 0; i < sizeof(of_zos) / sizeof(of_zos[0]); i++)
        if (strcmp(of_zos[i], name) == 0)
            return true;
    return false;
}

static const char *nearest(const char *name)
{
    struct spelling s = spelling_start(name);
    size_t i;

    for (i = 0; i < sizeof(of_zos) / sizeof(of_zos[0]); i++)
        if (strlen(of_zos[i]) > 4)
            spelling_offer(&s, of_zos[i]);
    return spelling_best(&s);
}

/* What TSO/E looks for at all: up to 8 letters and digits, no digit first. */
static bool is_name(const char *name)
{
    static const char national[] = "#@$";
    size_t i;

    for (i = 0; name[i] != '\0'; i++)
        if (!isalpha((unsigned char)name[i]) &&
            strchr(national, name[i]) == NULL &&
            (i == 0 || !isdigit((unsigned char)name[i])))
            return false;
    return i <= 8;
}

/* A shorter beginning may be anything. */
enum { BEGINNING = 3 };

static bool is_operand(const struct job_command *c, const char *name)
{
    const struct tso_grammar *g = c->grammar;
    size_t i, len = strlen(name);

    for (i = 0; i < g->nplaces; i++) {
        const char *keyword = g->words[g->places[i].word].keyword;

        if ((c->scope == 0 || g->places[i].scope == c->scope) &&
            strncasecmp(keyword, name, len) == 0 &&
            (len >= BEGINNING || keyword[len] == '\0'))
            return true;
    }
    return false;
}

bool job_lost_line(const struct job_command *before,
                   const struct tso_command *cmd, struct strbuf *out)
{
    if (before == NULL || !is_operand(before, cmd->name))
        return false;
    strbuf_addf(out,
                "  %s is an operand of %s: the line before ends without + or "
                "-\n",
                cmd->name, before->name);
    return true;
}

static int no_name(const struct job_command *before, struct strbuf *out)
{
    strbuf_adds(out, "IKJ56701I MISSING COMMAND NAME\n");
    if (before != NULL)
        strbuf_addf(out,
                    "  if this belongs to %s: the line before ends without + "
                    "or -\n",
                    before->name);
    return JOB_SYNTAX;
}

int job_unknown(const struct job_command *before, const struct tso_command *cmd,
                struct strbuf *out)
{
    const char *near;

    if (cmd->name[0] == '\0')
        return no_name(before, out);
    if (is_of_zos(cmd->name)) {
        strbuf_addf(out, "%s is not supported here\n", cmd->name);
        job_lost_line(before, cmd, out);
        return JOB_FAILED;
    }
    if (is_name(cmd->name))
        strbuf_addf(out, "IKJ56500I COMMAND %s NOT FOUND\n", cmd->name);
    else
        strbuf_adds(out, "IKJ56621I INVALID COMMAND NAME SYNTAX\n");
    near = nearest(cmd->name);
    if (!job_lost_line(before, cmd, out) && near != NULL)
        strbuf_addf(out, "  did you mean %s?\n", near);
    return JOB_SYNTAX;
}
