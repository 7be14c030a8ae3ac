/* Who may ask, and which function answers; the answers are in a file each: see
 * control/commands.def. */

#include "console/console.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "console/private.h"

static console_answer_fn *const answers[CONTROL_COMMAND_COUNT] = {
#define COMMAND(id, name, right, file, syntax, help) console_##name,
#include "control/commands.def"
#undef COMMAND
};

bool question_takes(const struct question *q, size_t *at, const char *word)
{
    if (*at >= q->request->argc || strcasecmp(q->request->argv[*at], word) != 0)
        return false;
    ++*at;
    return true;
}

bool question_connid(const char *text, uint32_t *ret)
{
    size_t len = strlen(text);

    if (len == 0 || len > 8 || strspn(text, "0123456789abcdefABCDEF") != len)
        return false;
    *ret = (uint32_t)strtoul(text, NULL, 16);
    return *ret != 0;
}

void question_fail(const struct question *q, const char *fmt, ...)
{
    va_list ap;

    strbuf_adds(&q->answer->err, "attlsd: ");
    va_start(ap, fmt);
    strbuf_vaddf(&q->answer->err, fmt, ap);
    va_end(ap);
    strbuf_addc(&q->answer->err, '\n');
    q->answer->status = 2;
}

void question_silent(const struct question *q)
{
    const struct workers *w = q->console->workers;
    unsigned i;

    for (i = 0; i < workers_count(w); i++)
        if (workers_is_silent(w, i))
            question_fail(q,
                          "worker %u does not answer; its connections are not "
                          "shown",
                          i + 1);
}

void question_wrong(const struct question *q)
{
    const struct control_command_info *info =
        control_command_info(q->request->command);

    question_fail(q, "wrong arguments; it is: %s %s", info->name, info->syntax);
}

/* Group attls looks; root, our own user and the operators do both. */
static bool allow(void *arg, const struct control_caller *who,
                  enum control_right right)
{
    struct console *c = arg;
    struct snapshot *snap;
    const struct config_accounts *operators;
    bool ok = who->uid == 0 || who->uid == geteuid();
    size_t i;

    if (ok || (right == CONTROL_LOOK && who->in_group))
        return true;
    snap = snapshots_get(c->services->snapshots);
    operators = &snapshot_config(snap)->operators;
    ok = operators->all;
    for (i = 0; i < operators->count && !ok; i++)
        ok = operators->uid[i] == who->uid;
    snapshot_unref(snap);
    return ok;
}

bool question_may_change(const struct question *q)
{
    return allow(q->console, q->caller, CONTROL_CHANGE);
}

static void remark_change(const struct question *q)
{
    const struct control_request *r = q->request;
    struct strbuf words = STRBUF_INIT, text = STRBUF_INIT;
    size_t i;

    strbuf_adds(&words, control_command_info(r->command)->name);
    for (i = 0; i < r->argc; i++)
        strbuf_addf(&words, " %s", r->argv[i]);
    strbuf_add_pair(&text, "command", strbuf_str(&words));
    trace_remark(q->console->services->trace, TRACE_NOTICE,
                 "console user=%lu pid=%ld %s", (unsigned long)q->caller->uid,
                 (long)q->caller->pid, strbuf_str(&text));
    strbuf_done(&words);
    strbuf_done(&text);
}

static void answer(void *arg, const struct control_caller *who,
                   const struct control_request *request, int *file,
                   struct control_answer *ret)
{
    struct question q = {arg, who, request, file, ret};

    if (control_command_info(request->command)->right == CONTROL_CHANGE)
        remark_change(&q);
    answers[request->command](&q);
}

static void remade(void *arg, const char *error)
{
    const struct console *c = arg;
    const char *path = c->services->config->control;

    if (error == NULL)
        trace_remark(c->services->trace, TRACE_WARNING,
                     "console=%s note=\"the socket was gone and is made "
                     "again\"",
                     path);
    else
        trace_remark(c->services->trace, TRACE_ERR,
                     "console=%s error=\"the socket is gone and can't be made "
                     "again: %s\"",
                     path, error);
}

int console_open(const char *path, struct console **ret, struct error *err)
{
    struct console *c = calloc(1, sizeof(*c));
    int r;

    if (c == NULL)
        return error_nomem(err);
    r = console_socket_open(path, &c->socket, err);
    if (r < 0) {
        free(c);
        return r;
    }
    *ret = c;
    return 0;
}

int console_start(struct console *c, const struct services *services,
                  struct workers *workers, struct error *err)
{
    struct console_socket_params sp = {allow, answer, remade, c, 0};

    c->services = services;
    c->workers = workers;
    return console_socket_start(c->socket, &sp, err);
}

void console_close(struct console *c)
{
    if (c == NULL)
        return;
    console_socket_close(c->socket);
    free(c);
}
