/* Messages with their arguments, and lines of the Policy Agent's log. */
#include "trace/operator.h"

#include <stdarg.h>
#include <string.h>

#include "trace/record.h"

static const char *const texts[] = {
#define OPERATOR_MESSAGE(name, text) text,
#include "trace/operator.def"
};

static void add_argument(const char *arg, struct strbuf *out)
{
    if (arg != NULL)
        strbuf_add_escaped(out, arg, strlen(arg));
}

void operator_add(enum operator_message m, const char *first,
                  const char *second, struct strbuf *out)
{
    const char *text = texts[m], *open;

    while ((open = strchr(text, '{')) != NULL) {
        strbuf_add(out, text, (size_t)(open - text));
        add_argument(open[1] == '1' ? first : second, out);
        text = open + 3;
    }
    strbuf_adds(out, text);
}

void operator_log(struct trace *t, const char *text)
{
    struct trace_record r = {
        .priority = TRACE_NOTICE, .program = "CONSOLE", .text = text};

    trace_put(t, &r);
}

static const struct {
    enum agent_level level;
    const char *name;
    enum trace_priority priority;
} levels_known[] = {
    {AGENT_SYSERR, "SYSERR", TRACE_ERR},
    {AGENT_OBJERR, "OBJERR", TRACE_ERR},
    {AGENT_PROTERR, "PROTERR", TRACE_ERR},
    {AGENT_WARNING, "WARNING", TRACE_WARNING},
    {AGENT_EVENT, "EVENT", TRACE_NOTICE},
    {AGENT_ACTION, "ACTION", TRACE_INFO},
    {AGENT_INFO, "INFO", TRACE_INFO},
    {AGENT_ACNTING, "ACNTING", TRACE_INFO},
    {AGENT_TRACE, "TRACE", TRACE_DEBUG},
};

void agent_log(struct trace *t, unsigned levels, enum agent_level level,
               const char *function, const char *fmt, ...)
{
    struct strbuf text = STRBUF_INIT;
    struct trace_record r = {.program = "PAGENT"};
    va_list ap;
    size_t i;

    if ((levels & level) == 0)
        return;
    for (i = 0; levels_known[i].level != level; i++)
        ;
    r.priority = levels_known[i].priority;
    /* the thread's number: policies are read by one */
    strbuf_addf(&text, "%s :001: %s: ", levels_known[i].name, function);
    va_start(ap, fmt);
    strbuf_vaddf(&text, fmt, ap);
    va_end(ap);
    r.text = strbuf_failed(&text) ? NULL : strbuf_str(&text);
    trace_put(t, &r);
    strbuf_done(&text);
}
