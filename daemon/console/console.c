/* Which function answers; the answers are in a file each: see
 * control/commands.def. */

#include "console/console.h"

#include <stdlib.h>

#include "console/private.h"

static console_answer_fn *const answers[CONTROL_COMMAND_COUNT] = {
#define COMMAND(id, name, right, file, syntax, help) console_##name,
#include "control/commands.def"
#undef COMMAND
};

static bool allow(void *arg, const struct control_caller *who,
                  enum control_right right)
{
    return question_allowed(arg, who, right);
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
