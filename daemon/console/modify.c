/* modify: F PAGENT,command (IP System Administrator's Commands, "MODIFY
 * command: Policy Agent"). What has no meaning here gets a note. */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "console/private.h"
#include "trace/operator.h"

static void accepted(struct question *q)
{
    operator_add(OPERATOR_MODIFY_ACCEPTED, NULL, NULL, &q->answer->out);
    strbuf_addc(&q->answer->out, '\n');
}

/* ---- LEVEL=n ---- */

enum { LEVEL_MOST = 65535 };

/* ",LEVEL=511"; -1: without a number the level stays. */
static bool read_level(const char *rest, long *ret)
{
    char *end = NULL;

    *ret = -1;
    if (rest[0] == '\0' || strcasecmp(rest, ",LEVEL=") == 0)
        return true;
    if (strncasecmp(rest, ",LEVEL=", 7) != 0 ||
        !isdigit((unsigned char)rest[7]))
        return false;
    *ret = strtol(rest + 7, &end, 10);
    return *end == '\0' && *ret <= LEVEL_MOST;
}

/* ---- what each operand does; REST begins with a comma, or is empty ---- */

struct operand {
    const char *name;
    /* false: REST is wrong */
    bool (*act)(struct question *q, const struct operand *o, const char *rest);
    const char *rest; /* how REST looks, for the error */
    const char *note; /* why it does nothing here */
};

static bool refresh(struct question *q, const struct operand *o,
                    const char *rest)
{
    if (rest[0] != '\0')
        return false;
    question_reload(q, o->name[0] == 'U' ? PAGENT_UPDATE : PAGENT_REFRESH,
                    verb_has(&q->call, OPT_FORCE));
    return true;
}

static bool query(struct question *q, const struct operand *o, const char *rest)
{
    (void)o;
    if (rest[0] != '\0')
        return false;
    accepted(q);
    strbuf_addf(&q->answer->out, "LOGLEVEL: %u  DEBUG: 0  TRACE: 0\n",
                pagent_log_level(q->console->services->pagent));
    return true;
}

static bool set_log_level(struct question *q, const struct operand *o,
                          const char *rest)
{
    long level;

    (void)o;
    if (!read_level(rest, &level) || level > AGENT_ALL)
        return false;
    if (level >= 0)
        pagent_set_log_level(q->console->services->pagent, (unsigned)level);
    accepted(q);
    strbuf_addf(&q->answer->out, "LOGLEVEL: %u\n",
                pagent_log_level(q->console->services->pagent));
    return true;
}

static void note(struct question *q, const struct operand *o)
{
    accepted(q);
    strbuf_addf(&q->answer->out, "%s does nothing here: %s\n", o->name,
                o->note);
}

static bool note_level(struct question *q, const struct operand *o,
                       const char *rest)
{
    long level;

    if (!read_level(rest, &level))
        return false;
    note(q, o);
    return true;
}

static bool note_alone(struct question *q, const struct operand *o,
                       const char *rest)
{
    if (rest[0] != '\0')
        return false;
    note(q, o);
    return true;
}

/* The word at *AT, which is one of "A|B": steps over it and a comma. */
static bool take_word(const char **at, const char *words)
{
    size_t len = strcspn(*at, ","), n;

    for (; *words != '\0'; words += n + (words[n] == '|')) {
        n = strcspn(words, "|");
        if (n != len || strncasecmp(*at, words, n) != 0)
            continue;
        *at += len + ((*at)[len] == ',');
        return true;
    }
    return false;
}

/* ",DISPLAY" or ",STOP,TRMD,P=TCPIP1" */
static bool note_monitor(struct question *q, const struct operand *o,
                         const char *rest)
{
    const char *at = rest + (rest[0] == ',');
    bool trmd, well;

    if (take_word(&at, "DISPLAY")) {
        well = *at == '\0';
    } else {
        well = take_word(&at, "START|RESTART|STOP");
        trmd = strncasecmp(at, "TRMD", 4) == 0;
        well = well && take_word(&at, "ALL|DMD|IKED|NSSD|SYSLOGD|TRMD") &&
               (*at == '\0' ||
                (trmd && strncasecmp(at, "P=", 2) == 0 && at[2] != '\0'));
    }
    if (well)
        note(q, o);
    return well;
}

static const struct operand operands[] = {
    {"REFRESH", refresh, "", NULL},
    {"UPDATE", refresh, "", NULL},
    {"QUERY", query, "", NULL},
    {"LOGLEVEL", set_log_level,
     ",LEVEL=n: n is the sum of 1 (SYSERR), 2 (OBJERR), 4 (PROTERR), 8 "
     "(WARNING), 16 (EVENT), 32 (ACTION), 64 (INFO), 128 (ACNTING) and 256 "
     "(TRACE)",
     NULL},
    {"DEBUG", note_level, ",LEVEL=d",
     "there are no debug levels. Debug level 1 of z/OS logs all, as "
     "LOGLEVEL,LEVEL=511 does here."},
    {"TRACE", note_level, ",LEVEL=t",
     "the Policy Agent has no trace. LOGLEVEL,LEVEL=511 logs all that it "
     "does; attlsctl trace records connections."},
    {"MEMTRC", note_alone, "",
     "no buffer of memory requests is kept. attlsctl status shows the "
     "counters."},
    {"SRVLSTN", note_alone, "",
     "attlsd is no policy server, and listens for no policy clients."},
    {"MON", note_monitor,
     ",DISPLAY or ,START|RESTART|STOP,ALL|DMD|IKED|NSSD|SYSLOGD|TRMD[,P=image]",
     "attlsd starts and watches no other program; systemd does."},
};

static const struct operand *find(const char *word, size_t len)
{
    size_t i;

    for (i = 0; i < sizeof(operands) / sizeof(operands[0]); i++)
        if (strlen(operands[i].name) == len &&
            strncasecmp(operands[i].name, word, len) == 0)
            return &operands[i];
    return NULL;
}

/* ---- the command ---- */

/* The operand may come as one word or as several. */
static void join(const struct verb_call *c, struct strbuf *out)
{
    size_t i;

    for (i = 0; verb_word(c, i) != NULL; i++)
        strbuf_addf(out, "%s%s", out->len > 0 ? "," : "", verb_word(c, i));
}

static void answer(struct question *q, const char *text)
{
    size_t len = strcspn(text, ",");
    const struct operand *o = find(text, len);

    if (o == NULL)
        question_wrong(q);
    else if (verb_has(&q->call, OPT_FORCE) && o->act != refresh)
        question_fail(q, "--force is for REFRESH and UPDATE");
    else if (!o->act(q, o, text + len))
        question_fail(q, "%s%s: \"%s\" does not fit", o->name, o->rest, text);
}

void console_modify(struct question *q)
{
    struct strbuf text = STRBUF_INIT;
    const char *word;

    join(&q->call, &text);
    word = strbuf_str(&text);
    if (strncasecmp(word, "PAGENT,", 7) == 0)
        word += 7;
    if (question_agent_is_active(q))
        answer(q, word);
    strbuf_done(&text);
}
