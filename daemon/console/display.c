/* display: D TCPIP (IP System Administrator's Commands, "DISPLAY TCPIP"). */

#include <string.h>
#include <strings.h>

#include "console/netstat.h"
#include "trace/operator.h"
#include "zos/name.h"

static void status_report(struct question *q)
{
    struct snapshot *s = snapshots_get(q->console->services->snapshots);
    struct strbuf *out = &q->answer->out;

    operator_add(OPERATOR_STATUS_HEAD, NULL, NULL, out);
    strbuf_adds(out, "\nCOUNT   TCPIP NAME   VERSION    STATUS\n"
                     "-----   ----------   --------   ----------------\n");
    strbuf_addf(out, "    1   %-13s", snapshot_stack(s));
    report_add_version(s, 11, out);
    strbuf_adds(out, "ACTIVE\n");
    operator_add(OPERATOR_STATUS_END, NULL, NULL, out);
    strbuf_addc(out, '\n');
    operator_add(OPERATOR_STATUS_DONE, NULL, NULL, out);
    strbuf_addc(out, '\n');
    snapshot_unref(s);
}

/* "TCPIP,tcpname,Netstat,TTLS,COnn=connid,DETAIL": commas, blanks and '='
 * part words; an empty tcpname is one too. */
static void split(char *text, struct words *w)
{
    char *p = text, *next;

    for (; p != NULL && w->count < CONTROL_ARGS_MAX; p = next) {
        next = strpbrk(p, ", =");
        if (next != NULL)
            *next++ = '\0';
        w->word[w->count++] = p;
    }
}

/* An empty name of a stack is this one's too. */
static void skip_stack(struct question *q, struct words *w)
{
    struct snapshot *s = snapshots_get(q->console->services->snapshots);

    w->at += w->word[w->at][0] == '\0' ||
             strcasecmp(w->word[w->at], snapshot_stack(s)) == 0;
    snapshot_unref(s);
}

static void report(struct question *q, struct words *w)
{
    struct netstat n = {.console = true};
    size_t from = q->answer->out.len;

    netstat_answer(q, w, &n);
    if (q->answer->out.len > from)
        zos_fold(q->answer->out.data + from);
}

void console_display(struct question *q)
{
    struct strbuf text = STRBUF_INIT;
    struct words w = {.count = 0};
    size_t i;

    for (i = 0; verb_word(&q->call, i) != NULL; i++)
        strbuf_addf(&text, "%s%s", i > 0 ? " " : "", verb_word(&q->call, i));
    strbuf_addc(&text, '\0');
    if (!strbuf_failed(&text))
        split(text.data, &w);
    if (!words_take(&w, "TCPIP")) {
        question_wrong(q);
    } else if (w.at == w.count) {
        status_report(q);
    } else {
        skip_stack(q, &w);
        if (words_take(&w, "Netstat"))
            report(q, &w);
        else
            question_wrong(q);
    }
    strbuf_done(&text);
}
