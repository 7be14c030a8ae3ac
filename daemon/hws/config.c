/* hws.cfg: parameters in IMS Connect's form, one table row each. */

#include "hws/config.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/spelling.h"
#include "zos/name.h"

enum type { NAME, NUMBER, YESNO, LIST, ANY };
enum effect { USED, IGNORED };

static const struct parm {
    const char *statement, *keyword;
    enum type type;
    enum effect effect;
    size_t field;
    unsigned low, high;
    const char *help;
} parms[] = {
#define PARM(statement, keyword, type, effect, field, low, high, help)         \
    {statement, keyword, type, effect, offsetof(struct hws_config, field),     \
     low,       high,    help},
#include "hws/parms.def"
};

enum { PARMS = sizeof(parms) / sizeof(parms[0]), WORD_MAX = 64, DEPTH = 4 };

struct reader {
    const struct source *src;
    struct hws_config *config;
    struct strbuf *notes;
    struct error *err;
    uint32_t pos, mark; /* MARK: where the word that is talked about begins */
    char statement[WORD_MAX], list[WORD_MAX];
};

/* ---- characters ---- */

static char peek(const struct reader *r)
{
    return r->pos < source_len(r->src) ? source_text(r->src)[r->pos] : '\0';
}

static bool at_line_start(const struct reader *r)
{
    return r->pos == 0 || source_text(r->src)[r->pos - 1] == '\n';
}

static void skip(struct reader *r)
{
    for (;;) {
        if (at_line_start(r) && peek(r) == '*')
            while (peek(r) != '\n' && r->pos < source_len(r->src))
                r->pos++;
        else if (peek(r) != '\0' && strchr(" \t\r\n", peek(r)) != NULL)
            r->pos++;
        else
            return;
    }
}

static void add_mark(const struct reader *r, struct strbuf *out)
{
    struct span span = {r->src, (uint32_t)r->mark, 0};

    span_add_column(&span, out);
}

static int wrong(struct reader *r, const char *what, const char *word,
                 const char *hint)
{
    struct strbuf text = STRBUF_INIT;

    add_mark(r, &text);
    strbuf_addf(&text, ": error: %s%s", what, *word ? " " : "");
    strbuf_add_escaped(&text, word, strlen(word));
    strbuf_addf(&text, "%s%s", *hint ? "; " : "", hint);
    error_set(r->err, ERR_SYNTAX, "%s", strbuf_str(&text));
    strbuf_done(&text);
    return ERR_SYNTAX;
}

static int expect(struct reader *r, char c)
{
    char what[] = "expected ' ' here";

    skip(r);
    r->mark = r->pos;
    what[10] = c;
    if (peek(r) != c)
        return wrong(r, what, "", "");
    r->pos++;
    return 0;
}

/* A word in upper case. */
static int take_word(struct reader *r, char ret[WORD_MAX])
{
    size_t n = 0;

    skip(r);
    r->mark = r->pos;
    while (peek(r) != '\0' && strchr(" \t\r\n,=()", peek(r)) == NULL) {
        if (n + 1 == WORD_MAX)
            return wrong(r, "the word is too long", "", "");
        ret[n++] = zos_upper(peek(r));
        r->pos++;
    }
    ret[n] = '\0';
    return n > 0 ? 0 : wrong(r, "expected a word here", "", "");
}

/* ---- values ---- */

static const struct parm *find(const char *statement, const char *keyword)
{
    size_t i;

    for (i = 0; i < PARMS; i++)
        if (strcmp(parms[i].statement, statement) == 0 &&
            strcmp(parms[i].keyword, keyword) == 0)
            return &parms[i];
    return NULL;
}

static int set_number(struct reader *r, const struct parm *p, const char *word,
                      unsigned *ret)
{
    char hint[64], *end;
    unsigned long v = strtoul(word, &end, 10);

    if (!isdigit((unsigned char)word[0]) || *end != '\0' || v < p->low ||
        v > p->high) {
        snprintf(hint, sizeof(hint), "a number from %u to %u", p->low, p->high);
        return wrong(r, "not a value of its keyword:", word, hint);
    }
    *ret = (unsigned)v;
    return 0;
}

static int set_value(struct reader *r, const struct parm *p, const char *word)
{
    void *field = (char *)r->config + p->field;

    switch (p->type) {
    case NUMBER:
        return set_number(r, p, word, field);
    case YESNO:
        if (strcmp(word, "Y") != 0 && strcmp(word, "N") != 0)
            return wrong(r, "not a value of its keyword:", word, "Y or N");
        *(bool *)field = word[0] == 'Y';
        return 0;
    case NAME:
        if (!zos_name_fold(ZOS_APPLICATION, word, field))
            return wrong(r, "not a value of its keyword:", word,
                         zos_name_form(ZOS_APPLICATION));
        return 0;
    case LIST:
        return wrong(r, "expected a list in parentheses here", "", "");
    case ANY:
        return 0;
    }
    return 0;
}

/* A value without meaning here, whatever its form. */
static int skip_value(struct reader *r)
{
    unsigned depth = 0;

    for (; r->pos < source_len(r->src); r->pos++) {
        if (peek(r) == '(')
            depth++;
        else if (peek(r) == ')' && depth-- == 0)
            return 0;
        else if (peek(r) == ',' && depth == 0)
            return 0;
    }
    r->mark = r->pos;
    return wrong(r, "a closing parenthesis is missing", "", "");
}

static void note(struct reader *r, const struct parm *p)
{
    if (r->notes == NULL)
        return;
    add_mark(r, r->notes);
    strbuf_addf(r->notes, ": note: %s %s has no effect here%s%s\n",
                p->statement, p->keyword, *p->help ? ": " : "", p->help);
}

static int unknown(struct reader *r, const char *keyword)
{
    struct spelling s = spelling_start(keyword);
    char hint[128] = "";
    size_t i;

    for (i = 0; i < PARMS; i++)
        if (strcmp(parms[i].statement, r->statement) == 0)
            spelling_offer(&s, parms[i].keyword);
    if (spelling_best(&s) != NULL)
        snprintf(hint, sizeof(hint), "did you mean %s?", spelling_best(&s));
    return wrong(r, "unknown keyword", keyword, hint);
}

static int keywords(struct reader *r, unsigned depth);

static int value(struct reader *r, const struct parm *p, const char *keyword,
                 unsigned depth)
{
    char word[WORD_MAX];
    int e;

    if (p->effect == IGNORED && p->type == ANY)
        return skip_value(r);
    skip(r);
    if (p->type == LIST && peek(r) == '(') {
        snprintf(r->list, sizeof(r->list), "%s", keyword);
        e = keywords(r, depth + 1);
        r->list[0] = '\0';
        return e;
    }
    e = take_word(r, word);
    return e == 0 ? set_value(r, p, word) : e;
}

static int keyword(struct reader *r, unsigned depth)
{
    char word[WORD_MAX], full[2 * WORD_MAX];
    const struct parm *p;
    int e = take_word(r, word);

    if (e != 0)
        return e;
    snprintf(full, sizeof(full), "%s%s%s", r->list, r->list[0] ? "." : "",
             word);
    p = find(r->statement, full);
    if (p == NULL)
        return unknown(r, full);
    if (p->effect == IGNORED)
        note(r, p);
    e = expect(r, '=');
    return e == 0 ? value(r, p, word, depth) : e;
}

/* (KEYWORD=value,KEYWORD=value) */
static int keywords(struct reader *r, unsigned depth)
{
    int e = expect(r, '(');

    if (e == 0 && depth > DEPTH)
        return wrong(r, "lists nested too deep", "", "");
    while (e == 0) {
        e = keyword(r, depth);
        skip(r);
        if (e != 0 || peek(r) != ',')
            break;
        r->pos++;
    }
    return e == 0 ? expect(r, ')') : e;
}

static int statement(struct reader *r)
{
    size_t i;
    int e = take_word(r, r->statement);

    if (e != 0)
        return e;
    for (i = 0; i < PARMS; i++)
        if (strcmp(parms[i].statement, r->statement) == 0)
            break;
    if (i == PARMS)
        return wrong(r, "unknown statement", r->statement,
                     "HWS, TCPIP, DATASTORE or ODACCESS");
    e = expect(r, '=');
    return e == 0 ? keywords(r, 0) : e;
}

static int check(const struct reader *r)
{
    const struct hws_config *c = r->config;
    const char *missing = c->id[0] == '\0' ? "HWS=(ID=name)"
                          : c->port == 0   ? "ODACCESS=(DRDAPORT=(ID=port))"
                          : c->racf && c->appl[0] == '\0'
                              ? "ODACCESS=(APPL=name)"
                              : NULL;

    if (missing != NULL)
        return error_set(r->err, ERR_SYNTAX, "%s: error: %s is missing",
                         source_name(r->src), missing);
    if (!c->racf)
        return error_set(r->err, ERR_SYNTAX,
                         "%s: error: HWS=(RACF=Y) is needed: nobody logs on "
                         "unchecked here",
                         source_name(r->src));
    return 0;
}

int hws_config_parse(const struct source *src, struct hws_config *ret,
                     struct strbuf *notes, struct error *err)
{
    struct hws_config config = {.maxsoc = 50};
    struct reader r = {
        .src = src, .config = &config, .notes = notes, .err = err};
    int e = 0;

    for (skip(&r); e == 0 && r.pos < source_len(src); skip(&r)) {
        e = statement(&r);
    }
    if (e == 0)
        e = check(&r);
    if (e == 0)
        *ret = config;
    return e;
}
