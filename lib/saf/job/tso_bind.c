/*
 * Operands and their grammar: look-up, form, messages, and the echo that hides
 * secrets.
 */

#include "saf/job/tso.h"
#include "util/count.h"
#include "zos/name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct tso_word *word_of(const struct tso_grammar *g, int id)
{
    return &g->words[id];
}

int tso_match(const struct tso_grammar *g, int scope, int scope2,
              const char *text)
{
    size_t i, len = strlen(text);
    int found = -1;

    if (len == 0)
        return -1;
    for (i = 0; i < g->nplaces; i++) {
        const struct tso_place *p = &g->places[i];
        const char *keyword = word_of(g, p->word)->keyword;

        if ((p->scope != scope && p->scope != scope2) ||
            strncasecmp(keyword, text, len) != 0)
            continue;
        if (keyword[len] == '\0')
            return p->word;
        found = found == -1 || found == p->word ? p->word : -2;
    }
    return found;
}

/* Edit distance of two short words, case ignored; 99: more than two, which
 * nobody calls near. */
static unsigned distance(const char *a, const char *b)
{
    unsigned row[32], diagonal, up, i, j;
    size_t la = strlen(a), lb = strlen(b);

    if (la >= 31 || lb >= 31 || la > lb + 2 || lb > la + 2)
        return 99;
    for (j = 0; j <= lb; j++)
        row[j] = j;
    for (i = 1; i <= la; i++) {
        diagonal = row[0];
        row[0] = i;
        for (j = 1; j <= lb; j++) {
            unsigned same = zos_upper(a[i - 1]) == zos_upper(b[j - 1]);

            up = row[j];
            row[j] = diagonal + !same;
            if (up + 1 < row[j])
                row[j] = up + 1;
            if (row[j - 1] + 1 < row[j])
                row[j] = row[j - 1] + 1;
            diagonal = up;
        }
    }
    return row[lb];
}

const char *tso_nearest(const struct tso_grammar *g, int scope, int scope2,
                        const char *text)
{
    const char *best = NULL;
    unsigned d, best_d = 3;
    size_t i;

    for (i = 0; i < g->nplaces; i++) {
        const struct tso_place *p = &g->places[i];

        if (p->scope != scope && p->scope != scope2)
            continue;
        d = distance(text, word_of(g, p->word)->keyword);
        if (d < best_d) {
            best_d = d;
            best = word_of(g, p->word)->keyword;
        }
    }
    return best;
}

void tso_fold(struct tso_node *node)
{
    if (!node->quoted)
        zos_fold(node->text);
}

static void add_text(struct strbuf *out, const char *text)
{
    strbuf_add_escaped(out, text, strlen(text));
}

/*
 * Whether a word is, begins, or is probably meant to be the keyword of a
 * secret. Rather one value hidden too much than one shown.
 */
static bool secret_keyword(const struct tso_grammar *g, const char *text)
{
    size_t i, len = strlen(text);

    for (i = 0; len > 0 && i < g->nwords; i++) {
        const struct tso_word *w = &g->words[i];

        if (w->keyword != NULL && (w->flags & TSO_SECRET) &&
            (strncasecmp(w->keyword, text, len) == 0 ||
             (len >= 4 && distance(w->keyword, text) <= 2)))
            return true;
    }
    return false;
}

/*
 * A keyword that nobody here knows but that sounds like a secret's
 * (NEWPASSWORD, PASSPHRASE, PW), or a known one that takes no value
 * (NOPASSWORD): what was given to it is hidden too.
 */
static bool sounds_secret(const struct tso_grammar *g, const char *text)
{
    static const char *const parts[] = {"PASS", "PW", "PHRASE", "KEY",
                                        "SECRET"};
    size_t i, len = strlen(text);

    for (i = 0; i < g->nwords; i++)
        if (g->words[i].keyword != NULL && g->words[i].form != TSO_FLAG &&
            !(g->words[i].flags & TSO_SECRET) &&
            strncasecmp(g->words[i].keyword, text, len) == 0)
            return false;
    for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (strcasestr(text, parts[i]) != NULL)
            return true;
    return false;
}

enum { KEYWORD = 64 };

/* The keyword of KEYWORD=VALUE; true: it is of that form. */
static bool split_equals(const char *text, char keyword[KEYWORD])
{
    size_t len = strcspn(text, "=");

    snprintf(keyword, KEYWORD, "%.*s", (int)len, text);
    return text[len] == '=';
}

/* N is KEYWORD=VALUE, and the keyword that of a secret. */
static bool equals_secret(const struct tso_grammar *g, const struct tso_node *n,
                          char keyword[KEYWORD])
{
    return !n->quoted && split_equals(n->text, keyword) &&
           (secret_keyword(g, keyword) || sounds_secret(g, keyword));
}

/* Whether secrets stand in the parentheses of this word, as in SSIGNON's: a
 * value that forgot its keyword is one then. */
static bool holds_secrets(const struct tso_grammar *g, int scope)
{
    size_t i;

    for (i = 0; scope > 0 && i < g->nplaces; i++)
        if (g->places[i].scope == scope &&
            (word_of(g, g->places[i].word)->flags & TSO_SECRET))
            return true;
    return false;
}

/* PREV NULL: the first operand in these parentheses. */
static bool probably_secret(const struct tso_grammar *g, int scope,
                            const struct tso_node *prev,
                            const struct tso_node *n)
{
    char keyword[KEYWORD];

    if (prev != NULL && !prev->quoted && !prev->has_list &&
        (secret_keyword(g, prev->text) || equals_secret(g, prev, keyword)))
        return true;
    return holds_secrets(g, scope) && !n->has_list;
}

static int unknown(const struct tso_grammar *g, int scope, int scope2,
                   const struct tso_node *prev, const struct tso_node *n,
                   int why, struct strbuf *out)
{
    const char *near = tso_nearest(g, scope, scope2, n->text);
    char keyword[KEYWORD];

    strbuf_adds(out, "IKJ56712I INVALID KEYWORD, ");
    if (equals_secret(g, n, keyword))
        strbuf_addf(out, "%s=****", keyword);
    else if (near == NULL && probably_secret(g, scope, prev, n))
        strbuf_adds(out, "****");
    else
        add_text(out, n->text);
    strbuf_addc(out, '\n');
    if (why == -2)
        strbuf_adds(out, "  several operands begin like this; write more of "
                         "the keyword\n");
    else if (near != NULL)
        strbuf_addf(out, "  did you mean %s?\n", near);
    else if (n->quoted)
        strbuf_adds(out, "  a value in quotes stands in parentheses behind "
                         "its keyword\n");
    return 12;
}

static int missing(const struct tso_word *w, struct strbuf *out)
{
    strbuf_addf(out, "IKJ56701I MISSING %s\n  write %s(value)\n", w->keyword,
                w->keyword);
    return 12;
}

/* NOPASSWORD(x): x was meant to be one. */
static bool hides_value(const struct tso_word *w)
{
    return (w->flags & TSO_SECRET) != 0 ||
           (w->form == TSO_FLAG &&
            sounds_secret(&(struct tso_grammar){0}, w->keyword));
}

static int invalid(const struct tso_word *w, const struct tso_node *n,
                   const char *hint, struct strbuf *out)
{
    strbuf_addf(out, "IKJ56702I INVALID %s, ", w->keyword);
    if (hides_value(w))
        strbuf_adds(out, "****");
    else
        add_text(out, n->text);
    strbuf_addf(out, "\n  %s\n", hint);
    return 12;
}

/* One value: no list inside it, not too long. */
static int check_value(const struct tso_word *w, struct tso_node *v,
                       struct strbuf *out)
{
    if (v->has_list)
        return invalid(w, v, "a value was expected, not a list", out);
    if (w->max != 0 && strlen(v->text) > w->max) {
        invalid(w, v, "the value is too long", out);
        strbuf_addf(out, "  it may have %s and has %zu\n",
                    count_of(w->max, "character").text, strlen(v->text));
        return 12;
    }
    if (!(w->flags & TSO_KEEP_CASE))
        tso_fold(v);
    return 0;
}

static int check_form(const struct tso_grammar *g, const struct tso_word *w,
                      struct tso_node *n, struct strbuf *out)
{
    struct tso_node *v;
    int r = 0, each;

    switch (w->form) {
    case TSO_FLAG:
        if (n->has_list && n->child != NULL)
            return invalid(w, n->child, "the operand takes no value", out);
        return 0;
    case TSO_OPTIONAL:
        if (n->child == NULL)
            return 0;
        /* fall through */
    case TSO_VALUE:
        if (n->child == NULL)
            return missing(w, out);
        if (n->child->next != NULL)
            return invalid(w, n->child->next,
                           "one value is expected; a value with blanks or "
                           "commas needs quotes",
                           out);
        return check_value(w, n->child, out);
    case TSO_LIST:
        if (n->child == NULL)
            return missing(w, out);
        for (v = n->child; v != NULL; v = v->next) {
            each = check_value(w, v, out);
            r = each > r ? each : r;
        }
        return r;
    case TSO_GROUP:
        return tso_bind(g, w->id, w->id, n->child, out);
    case TSO_ANY:
        return 0;
    }
    return 0;
}

static int bind_node(const struct tso_grammar *g, int scope, int scope2,
                     const struct tso_node *prev, struct tso_node *n,
                     struct strbuf *out)
{
    const struct tso_word *w;
    int id;

    if (n->bound)
        return 0;
    id = n->quoted ? -1 : tso_match(g, scope, scope2, n->text);
    if (id < 0)
        return unknown(g, scope, scope2, prev, n, id, out);
    w = word_of(g, id);
    n->word = id;
    n->bound = true;
    if (w->flags & TSO_UNSUPPORTED) {
        strbuf_addf(out, "%s is not supported here: %s\n", w->keyword, w->help);
        return 8;
    }
    if (w->flags & TSO_NO_EFFECT) {
        strbuf_addf(out, "NOTE: %s has no meaning here and is ignored\n",
                    w->keyword);
        return 0;
    }
    return check_form(g, w, n, out);
}

int tso_bind(const struct tso_grammar *g, int scope, int scope2,
             struct tso_node *list, struct strbuf *out)
{
    struct tso_node *n, *prev = NULL;
    int r = 0, each;

    for (n = list; n != NULL; n = n->next) {
        each = bind_node(g, scope, scope2, prev, n, out);
        r = each > r ? each : r;
        prev = n;
    }
    return r;
}

const struct tso_node *tso_get(const struct tso_node *list, int id)
{
    const struct tso_node *n;

    for (n = list; n != NULL; n = n->next)
        if (n->bound && n->word == id)
            return n;
    return NULL;
}

const struct tso_node *tso_get_next(const struct tso_node *prev, int id)
{
    return tso_get(prev->next, id);
}

const char *tso_value(const struct tso_node *list, int id)
{
    const struct tso_node *n = tso_get(list, id);

    return n != NULL && n->child != NULL ? n->child->text : NULL;
}

/* ---- echo ---- */

enum hiding { SHOWN, HIDDEN_LIST, HIDDEN_WORD };

struct echo {
    const struct tso_grammar *const *grammars;
    size_t ngrammars;
    unsigned char *hide; /* of each byte of the command's text, enum hiding */
};

static bool looks_secret(const struct echo *e, const char *text)
{
    size_t i;

    for (i = 0; i < e->ngrammars; i++)
        if (secret_keyword(e->grammars[i], text))
            return true;
    return false;
}

/* To all grammars: one of them may know the keyword. */
static bool sounds_so_to_all(const struct echo *e, const char *text)
{
    size_t i;

    for (i = 0; i < e->ngrammars; i++)
        if (!sounds_secret(e->grammars[i], text))
            return false;
    return true;
}

/* N stands in the parentheses of OUTER without a keyword of theirs. */
static bool lost_secret(const struct echo *e, const struct tso_node *outer,
                        const struct tso_node *n)
{
    size_t i, k, len = strlen(outer->text);

    for (i = 0; len > 0 && i < e->ngrammars; i++)
        for (k = 0; k < e->grammars[i]->nwords; k++) {
            const struct tso_grammar *g = e->grammars[i];
            const struct tso_word *w = &g->words[k];

            if (w->keyword != NULL && w->form == TSO_GROUP &&
                strncasecmp(w->keyword, outer->text, len) == 0 &&
                holds_secrets(g, w->id) && !n->has_list &&
                (n->quoted || tso_match(g, w->id, w->id, n->text) == -1))
                return true;
        }
    return false;
}

/* What a word is for the echo: nothing special, with its secret hidden, or
 * the keyword of a secret that is the next word. */
enum operand { PLAIN, HIDDEN, NEXT_IS_SECRET };

/* Hides what stands behind the keyword of N, if that is one of a secret. */
static enum operand hide_operand(struct echo *e, const struct tso_node *n)
{
    char keyword[KEYWORD];
    bool equals = split_equals(n->text, keyword);
    bool secret = !n->quoted && looks_secret(e, keyword);
    uint32_t from = n->off + (uint32_t)(equals ? strcspn(n->text, "=") + 1
                                               : strlen(n->text));

    if (!secret && (n->quoted || !sounds_so_to_all(e, keyword)))
        return PLAIN;
    if (n->end > from && (equals || n->has_list)) {
        memset(e->hide + from, equals ? HIDDEN_WORD : HIDDEN_LIST,
               n->end - from);
        return HIDDEN;
    }
    return secret || equals ? NEXT_IS_SECRET : PLAIN;
}

static void hide_secrets(struct echo *e, const struct tso_node *outer,
                         const struct tso_node *list)
{
    enum operand is, before = PLAIN;
    const struct tso_node *n;

    for (n = list; n != NULL; n = n->next) {
        is = hide_operand(e, n);
        if (is == PLAIN && !n->has_list &&
            (before == NEXT_IS_SECRET ||
             (outer != NULL && lost_secret(e, outer, n))))
            memset(e->hide + n->off, HIDDEN_WORD, n->end - n->off);
        hide_secrets(e, n, n->child);
        before = is;
    }
}

/* The separators at the beginning of a line, which + took away. */
static void echo_indent(const struct tso_command *cmd, uint32_t place,
                        struct strbuf *out)
{
    const char *source = source_text(cmd->src);
    uint32_t start = place;

    while (start > 0 && strchr(" \t,", source[start - 1]) != NULL &&
           source[start - 1] != '\0')
        start--;
    if (start == 0 || source[start - 1] == '\n')
        strbuf_add_escaped(out, source + start, place - start);
}

/* The command's text; where its bytes are not neighbours in the source a line
 * ended there, with the continuation mark that joining took away. */
static void echo_lines(const struct tso_command *cmd, const unsigned char *hide,
                       struct strbuf *out)
{
    const char *source = source_text(cmd->src);
    uint32_t i;

    for (i = 0; i < cmd->len; i++) {
        bool new_line = i > 0 && cmd->place[i] != cmd->place[i - 1] + 1;

        if (hide[i] && i > 0 && hide[i - 1])
            continue;
        if (new_line) {
            strbuf_addf(out, "%c\n", source[cmd->place[i - 1] + 1]);
            echo_indent(cmd, cmd->place[i], out);
        }
        if (hide[i] != SHOWN)
            strbuf_adds(out, hide[i] == HIDDEN_LIST ? "(****)" : "****");
        else
            strbuf_add_escaped(out, &cmd->text[i], 1);
    }
    strbuf_addc(out, '\n');
}

void tso_echo(const struct tso_command *cmd,
              const struct tso_grammar *const *grammars, size_t ngrammars,
              struct strbuf *out)
{
    struct echo e = {grammars, ngrammars, NULL};

    e.hide = calloc(1, (size_t)cmd->len + 1);
    if (e.hide == NULL) {
        strbuf_addf(out, "%s (no memory to show its operands)\n", cmd->name);
        return;
    }
    hide_secrets(&e, NULL, cmd->list);
    echo_lines(cmd, e.hide, out);
    free(e.hide);
}
