/* Who may ask, and which function answers; each answer is in a file of its
 * verb's name. */

#include "console/console.h"

#include <stdlib.h>

#include "console/private.h"

#define ANSWER_HERE(name)   NULL
#define ANSWER_DAEMON(name) console_##name
#define ANSWER_BOTH(name)   console_##name
#define ANSWER_INNER(name)  console_##name
static console_answer_fn *const answers[VERB_COUNT] = {
#define VERB(id, name, where, ...) ANSWER_##where(name),
#include "control/verbs.def"
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

    strbuf_adds(&words, verb_info(r->verb)->name);
    for (i = 0; i < r->argc; i++)
        strbuf_addf(&words, " %s", r->argv[i]);
    strbuf_add_pair(&text, "command", strbuf_str(&words));
    trace_remark(q->console->services->trace, TRACE_NOTICE,
                 "console user=%lu pid=%ld %s", (unsigned long)q->caller->uid,
                 (long)q->caller->pid, strbuf_str(&text));
    strbuf_done(&words);
    strbuf_done(&text);
}

/* The words as attlsctl has checked them; another program may not have. */
static void answer_words(struct question *q)
{
    const struct control_request *r = q->request;
    char *words[CONTROL_ARGS_MAX];
    struct error err;
    size_t i;

    for (i = 0; i < r->argc; i++)
        words[i] = (char *)(uintptr_t)r->argv[i];
    if (verb_read(r->verb, (int)r->argc, words, &q->call, &err) == 0) {
        answers[r->verb](q);
    } else {
        question_fail(q, "%s: %s", verb_info(r->verb)->name, err.text);
        if (verb_info(r->verb)->where != VERB_INNER)
            verb_usage(r->verb, &q->answer->err);
    }
    verb_done(&q->call);
}

static void answer(void *arg, const struct control_caller *who,
                   const struct control_request *request, int *file,
                   struct control_answer *ret)
{
    struct question q = {arg, who, request, {0}, file, ret};

    if (verb_info(request->verb)->right == CONTROL_CHANGE)
        remark_change(&q);
    answer_words(&q);
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

int console_serve(struct console *c, const struct services *services,
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
