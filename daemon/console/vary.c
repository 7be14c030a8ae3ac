/*
 * vary: V TCPIP,,OBEYFILE,dsn with a profile that says TCPCONFIG TTLS or
 * NOTTLS, and the short form TTLS or NOTTLS (IP System Administrator's
 * Commands, "VARY TCPIP,,OBEYFILE"; IP Configuration Reference, "TCPCONFIG").
 * The member is found by the configuration's map of data sets.
 */

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "console/private.h"
#include "site/bounded.h"
#include "trace/operator.h"
#include "util/source.h"
#include "zos/dataset.h"

/* One message, to the caller and to the log. */
static void say(struct question *q, enum operator_message m, const char *first,
                const char *second)
{
    struct strbuf text = STRBUF_INIT;

    operator_add(m, first, second, &text);
    strbuf_addf(&q->answer->out, "%s\n", strbuf_str(&text));
    operator_log(q->console->services->trace, strbuf_str(&text));
    strbuf_done(&text);
}

static void switch_ttls(struct question *q, bool on)
{
    struct snapshot *s = snapshots_get(q->console->services->snapshots);
    const char *new_ones = snapshot_config(s)->allow_nottls
                               ? "; new ones go in clear (allow_nottls)"
                               : "; new ones are reset";

    snapshots_set_ttls(q->console->services->snapshots, on);
    trace_remark(q->console->services->trace, on ? TRACE_NOTICE : TRACE_WARNING,
                 "ttls=%s note=\"open connections stay as they are%s\"",
                 on ? "on" : "off", on ? "" : new_ones);
    snapshot_unref(s);
}

/* ---- the profile ---- */

struct word {
    const char *text;
    size_t len;
    unsigned line;
};

/* The next word; ';' begins a comment. False at the end. */
static bool next_word(const char **at, unsigned *line, struct word *ret)
{
    const char *p = *at;

    for (;;) {
        if (*p == ';')
            p += strcspn(p, "\n");
        if (*p == '\n')
            ++*line;
        if (*p == '\0' || !isspace((unsigned char)*p))
            break;
        p++;
    }
    ret->text = p;
    ret->len = strcspn(p, " \t\r\n;");
    ret->line = *line;
    *at = p + ret->len;
    return ret->len > 0;
}

static bool is(const struct word *w, const char *text)
{
    return w->len == strlen(text) && strncasecmp(w->text, text, w->len) == 0;
}

static void say_expected(struct question *q, const struct word *w)
{
    char found[64], line[16];

    snprintf(found, sizeof(found), "%.*s",
             w->len > 0 ? (int)w->len : (int)strlen("END OF FILE"),
             w->len > 0 ? w->text : "END OF FILE");
    snprintf(line, sizeof(line), "%u", w->line);
    say(q, OPERATOR_OBEY_EXPECTED, found, line);
}

/* TCPCONFIG TTLS or NOTTLS, the last one counts: 1, 0; -1: not understood. */
static int read_profile(struct question *q, const char *text)
{
    struct word w;
    unsigned line = 1;
    int ttls = -1;

    while (next_word(&text, &line, &w)) {
        if (!is(&w, "TCPCONFIG")) {
            if (ttls >= 0 && (is(&w, "TTLS") || is(&w, "NOTTLS"))) {
                ttls = is(&w, "TTLS");
                continue;
            }
            say_expected(q, &w);
            return -1;
        }
        if (!next_word(&text, &line, &w) ||
            (!is(&w, "TTLS") && !is(&w, "NOTTLS"))) {
            say_expected(q, &w);
            return -1;
        }
        ttls = is(&w, "TTLS");
    }
    if (ttls < 0)
        say_expected(q, &w);
    return ttls;
}

/* ---- the data set ---- */

/* "SYS1.TCPPARMS(TTLS)", quoted or not, to a path by the map. */
static bool find_member(struct question *q, const struct config *config,
                        const char *dsn, struct strbuf *path)
{
    const struct dataset_map map = {config->datasets.item,
                                    config->datasets.count};
    struct strbuf row = STRBUF_INIT;
    struct dataset d;

    if (!dataset_parse(dsn, &d)) {
        question_fail(q,
                      "\"%s\" is no data set name; SYS1.TCPPARMS(TTLS) is "
                      "one",
                      dsn);
        return false;
    }
    if (dataset_path(&map, &d, path))
        return true;
    dataset_add_row_text(&d, &row);
    question_fail(q,
                  "data set %s is not in the map of data sets; add to "
                  "attlsd.conf: %s",
                  d.name, strbuf_str(&row));
    strbuf_done(&row);
    return false;
}

/* As long as the console waits for a worker that does not answer. */
enum { READ_MS = 2000 };

static void obey(struct question *q, const char *dsn)
{
    struct snapshot *s = snapshots_get(q->console->services->snapshots);
    struct strbuf path = STRBUF_INIT;
    struct source *src = NULL;
    struct error err;
    int ttls = -1;

    if (find_member(q, snapshot_config(s), dsn, &path)) {
        if (bounded_read(strbuf_str(&path), READ_MS, &src, &err) != 0) {
            question_fail(q, "%s", err.text);
        } else {
            say(q, OPERATOR_OBEY_OPENED, dsn, NULL);
            say(q, OPERATOR_OBEY_BEGINNING, dsn, NULL);
            ttls = read_profile(q, source_text(src));
        }
    }
    if (ttls >= 0) {
        switch_ttls(q, ttls == 1);
        say(q, OPERATOR_OBEY_COMPLETE, dsn, NULL);
        say(q, OPERATOR_OBEY_DONE, NULL, NULL);
    } else {
        say(q, OPERATOR_OBEY_FAILED, NULL, NULL);
        q->answer->status = 2;
    }
    source_unref(src);
    strbuf_done(&path);
    snapshot_unref(s);
}

/*
 * "TCPIP1,,OBEY,dsn" or "VARY TCPIP,,OBEYFILE,DSN=dsn": the data set's name,
 * or NULL. The command is echoed in upper case with VARY spelled out.
 */
static char *parse_obey(char *text, struct strbuf *echo)
{
    static const char *const words[] = {",OBEYFILE,", ",OBEY,", ",O,"};
    char *dsn = NULL;
    size_t i, len;

    zos_fold(text);
    if (strncmp(text, "VARY ", 5) == 0)
        text += 5;
    else if (strncmp(text, "V ", 2) == 0)
        text += 2;
    strbuf_addf(echo, "VARY %s", text);
    for (i = 0; i < 3 && dsn == NULL; i++) {
        dsn = strstr(text, words[i]);
        if (dsn != NULL)
            dsn += strlen(words[i]);
    }
    if (dsn == NULL)
        return NULL;
    if (strncmp(dsn, "DSN=", 4) == 0)
        dsn += 4;
    len = strlen(dsn);
    if (len > 1 && dsn[0] == '\'' && dsn[len - 1] == '\'') {
        dsn[len - 1] = '\0';
        dsn++;
    }
    return dsn[0] != '\0' ? dsn : NULL;
}

void console_vary(struct question *q)
{
    struct strbuf echo = STRBUF_INIT;
    char text[256];
    const char *word;
    char *dsn;

    if (q->call.options.operand_count != 1) {
        question_wrong(q);
        return;
    }
    word = verb_word(&q->call, 0);
    if (strcasecmp(word, "TTLS") == 0 || strcasecmp(word, "NOTTLS") == 0) {
        switch_ttls(q, strcasecmp(word, "TTLS") == 0);
        strbuf_addf(&q->answer->out, "TTLS is %s for new connections.\n",
                    strcasecmp(word, "TTLS") == 0 ? "on" : "off");
        return;
    }
    snprintf(text, sizeof(text), "%s", word);
    dsn = parse_obey(text, &echo);
    if (dsn == NULL) {
        question_wrong(q);
    } else {
        say(q, OPERATOR_OBEY_PROCESSING, strbuf_str(&echo), NULL);
        obey(q, dsn);
    }
    strbuf_done(&echo);
}
