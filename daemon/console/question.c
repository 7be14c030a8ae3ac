/* What the answers ask of a request: its words, who asks, and how it fails. */

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "console/private.h"

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
    const char *name = verb_info(q->call.verb)->name;

    question_fail(q, "%s: these words are not understood", name);
    verb_usage(q->call.verb, &q->answer->err);
}

/* Group attls looks; root, our own user and the operators do both. */
bool question_allowed(const struct console *c, const struct control_caller *who,
                      enum control_right right)
{
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
    return question_allowed(q->console, q->caller, CONTROL_CHANGE);
}
