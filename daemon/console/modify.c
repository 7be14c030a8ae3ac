/* modify: F PAGENT,command (IP System Administrator's Commands, "MODIFY
 * command: Policy Agent"). */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "console/private.h"
#include "trace/operator.h"
#include "zos/name.h"

static void accepted(struct question *q)
{
    operator_add(OPERATOR_MODIFY_ACCEPTED, NULL, NULL, &q->answer->out);
    strbuf_addc(&q->answer->out, '\n');
}

/* The caller who waits for the end of a reload. */
struct waiting {
    struct console_socket *socket;
    uint64_t ticket;
};

static void reloaded(void *arg, int status, const struct strbuf *text)
{
    struct control_answer answer = {.status = status};
    struct waiting *w = arg;

    operator_add(OPERATOR_MODIFY_ACCEPTED, NULL, NULL, &answer.out);
    strbuf_addf(&answer.out, "\n%s", strbuf_str(text));
    console_socket_reply(w->socket, w->ticket, &answer);
    strbuf_done(&answer.out);
    free(w);
}

static void reload(struct question *q, enum pagent_how how, bool force)
{
    struct waiting *w = malloc(sizeof(*w));

    if (w == NULL) {
        question_fail(q, "no memory");
        return;
    }
    *w = (struct waiting){q->console->socket, q->answer->ticket};
    q->answer->later = true;
    pagent_reload(q->console->services->pagent, how, force, reloaded, w);
}

/* "LOGLEVEL,LEVEL=511"; without a number it stays. */
static void set_level(struct question *q, const char *rest)
{
    char *end = NULL;
    unsigned long level;

    if (rest[0] != '\0') {
        level = strncasecmp(rest, ",LEVEL=", 7) == 0 && rest[7] != '\0'
                    ? strtoul(rest + 7, &end, 10)
                    : 0;
        if (end == NULL || *end != '\0' || level > AGENT_ALL) {
            question_fail(q, "LOGLEVEL,LEVEL=n: n is the sum of 1 (SYSERR), 2 "
                             "(OBJERR), 4 (PROTERR), 8 (WARNING), 16 (EVENT), "
                             "32 (ACTION), 64 (INFO), 128 (ACNTING) and 256 "
                             "(TRACE)");
            return;
        }
        pagent_set_log_level(q->console->services->pagent, (unsigned)level);
    }
    accepted(q);
    strbuf_addf(&q->answer->out, "LOGLEVEL: %u\n",
                pagent_log_level(q->console->services->pagent));
}

static void query(struct question *q)
{
    accepted(q);
    strbuf_addf(&q->answer->out, "LOGLEVEL: %u  DEBUG: 0  TRACE: 0\n",
                pagent_log_level(q->console->services->pagent));
}

/* The operand may come as one word or as several. */
static void join(const struct verb_call *c, struct strbuf *out)
{
    size_t i;

    for (i = 0; verb_word(c, i) != NULL; i++)
        strbuf_addf(out, "%s%s", out->len > 0 ? "," : "", verb_word(c, i));
}

void console_modify(struct question *q)
{
    struct strbuf text = STRBUF_INIT;
    const char *word;
    bool force = verb_has(&q->call, OPT_FORCE), reloads;
    size_t len;

    join(&q->call, &text);
    word = strbuf_str(&text);
    if (strncasecmp(word, "PAGENT,", 7) == 0)
        word += 7;
    len = strcspn(word, ",");
    reloads =
        strcasecmp(word, "REFRESH") == 0 || strcasecmp(word, "UPDATE") == 0;
    if (force && !reloads)
        question_fail(q, "--force is for REFRESH and UPDATE");
    else if (reloads)
        reload(q, zos_upper(word[0]) == 'U' ? PAGENT_UPDATE : PAGENT_REFRESH,
               force);
    else if (strcasecmp(word, "QUERY") == 0)
        query(q);
    else if (len == 8 && strncasecmp(word, "LOGLEVEL", len) == 0)
        set_level(q, word + len);
    else if ((len == 5 && (strncasecmp(word, "DEBUG", len) == 0 ||
                           strncasecmp(word, "TRACE", len) == 0)) ||
             (len == 6 && strncasecmp(word, "MEMTRC", len) == 0) ||
             (len == 7 && strncasecmp(word, "SRVLSTN", len) == 0) ||
             (len == 3 && strncasecmp(word, "MON", len) == 0))
        question_fail(q,
                      "%.*s is not done here: REFRESH, UPDATE, QUERY and "
                      "LOGLEVEL,LEVEL=n are",
                      (int)len, word);
    else
        question_wrong(q);
    strbuf_done(&text);
}
