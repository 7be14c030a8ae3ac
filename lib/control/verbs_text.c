/* The table of verbs as text: usage, help and the manual's synopsis. */

#include <stdio.h>
#include <string.h>

#include "control/verbs_private.h"

static const struct {
    enum verb verb;
    bool after; /* it stands behind the options */
    const char *text;
} texts[] = {
#define ABOUT(verb, text) {VERB_##verb, false, text},
#define AFTER(verb, text) {VERB_##verb, true, text},
#include "control/verbs.def"
};

static const char *text_of(enum verb v, bool after)
{
    size_t i;

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (texts[i].verb == v && texts[i].after == after)
            return texts[i].text;
    return NULL;
}

/* ---- a form ---- */

/* An option that goes with all forms, and has its place in the synopsis. */
static bool is_free(const struct verb_option_use *u, enum verb v)
{
    return u->verb == v && u->help != NULL && !u->word && !u->common &&
           !verb_any_form_names(v, u->option);
}

static bool has_common(enum verb v)
{
    size_t i;

    for (i = 0; i < verb_use_count; i++)
        if (verb_uses[i].verb == v && verb_uses[i].help != NULL &&
            (verb_uses[i].common || verb_uses[i].word))
            return true;
    return false;
}

/* How the command line has it, with its argument. */
static void add_option(enum verb_option option, char before, struct strbuf *out)
{
    struct option_row row = verb_spelling(option);

    if (before != '\0')
        strbuf_addc(out, before);
    if (row.letter != '\0')
        strbuf_addf(out, "-%c", row.letter);
    else
        strbuf_addf(out, "--%s", row.name);
    if (row.value != NULL)
        strbuf_addf(out, "%c%s", OPTIONS_BLANK, row.value);
    if (before != '\0')
        strbuf_addc(out, ']');
}

/* Without the angle brackets of kinds. */
static void add_plain(const struct token *t, struct strbuf *out)
{
    size_t i;

    for (i = 0; i < t->len; i++)
        if (strchr("<>", t->text[i]) == NULL)
            strbuf_addc(out, t->text[i]);
    strbuf_adds(out, t->repeats ? "..." : "");
}

static void add_form(const char *form, struct strbuf *out)
{
    struct token t;

    while (*form != '\0') {
        t = verb_token(&form);
        strbuf_addc(out, ' ');
        if (t.option) {
            add_option((enum verb_option)verb_token_option(&t),
                       t.optional ? '[' : '\0', out);
            continue;
        }
        strbuf_adds(out, t.optional ? "[" : "");
        add_plain(&t, out);
        strbuf_adds(out, t.optional ? "]" : "");
    }
}

/* Some are named, more would hide the words behind them. */
enum { NAMED_OPTIONS = 2 };

static void add_options(enum verb v, struct strbuf *out)
{
    size_t i, n = 0;

    for (i = 0; i < verb_use_count; i++)
        n += is_free(&verb_uses[i], v);
    for (i = 0; i < verb_use_count && n <= NAMED_OPTIONS; i++)
        if (is_free(&verb_uses[i], v)) {
            strbuf_addc(out, ' ');
            add_option(verb_uses[i].option, '[', out);
        }
    if (has_common(v) || n > NAMED_OPTIONS)
        strbuf_adds(out, " [OPTION...]");
}

/* Each form as one line, wrapped; BEFORE stands before the first. */
static void add_lines(enum verb v, const char *before, const char *program,
                      struct strbuf *out)
{
    struct strbuf line = STRBUF_INIT;
    const char *form;
    size_t i, indent = strlen(before);

    for (i = 0; (form = verb_form(v, i)) != NULL; i++) {
        strbuf_reset(&line);
        strbuf_addf(&line, "%s%s", program, verb_info(v)->name);
        add_options(v, &line);
        add_form(form, &line);
        strbuf_adds(out, i == 0 ? before : "");
        options_wrap(strbuf_str(&line), i == 0 ? indent : 0, indent, out);
    }
    out->failed = out->failed || strbuf_failed(&line);
    strbuf_done(&line);
}

void verb_forms(enum verb v, struct strbuf *out)
{
    add_lines(v, "  ", "", out);
    strbuf_addf(out, "        %s\n", verb_info(v)->summary);
}

void verb_usage(enum verb v, struct strbuf *out)
{
    add_lines(v, "usage: ", "attlsctl ", out);
}

void verb_help(enum verb v, struct strbuf *out)
{
    struct option_row rows[VERB_ROWS];
    size_t count = verb_rows(v, rows);

    verb_usage(v, out);
    strbuf_addc(out, '\n');
    if (text_of(v, false) != NULL) {
        options_wrap(text_of(v, false), 0, 0, out);
        strbuf_addc(out, '\n');
    }
    if (verb_console_name(v) != NULL)
        strbuf_addf(out, "attlsctl %s, as on z/OS's console, is the same.\n\n",
                    verb_console_name(v));
    options_help(rows, count, out);
    if (text_of(v, true) != NULL) {
        strbuf_addc(out, '\n');
        options_wrap(text_of(v, true), 0, 0, out);
    }
}

/* ---- mdoc ---- */

/* A minus that stays one when it is copied. */
static void mdoc_text(const char *text, size_t len, struct strbuf *out)
{
    size_t i;

    for (i = 0; i < len; i++)
        if (text[i] == '|')
            strbuf_adds(out, " | ");
        else
            strbuf_addf(out, text[i] == '-' ? "\\%c" : "%c", text[i]);
}

static void mdoc_option(enum verb_option option, bool optional,
                        struct strbuf *out)
{
    struct option_row row = verb_spelling(option);

    strbuf_addf(out, ".%sFl ", optional ? "Op " : "");
    if (row.letter != '\0') {
        strbuf_addc(out, row.letter);
    } else {
        strbuf_adds(out, "\\-");
        mdoc_text(row.name, strlen(row.name), out);
    }
    if (row.value != NULL)
        strbuf_addf(out, " Ar %s", row.value);
    strbuf_addc(out, '\n');
}

/* "TCPIP1,,OBEY,<DATASET>": a word with a kind in it. */
static void mdoc_word(const struct token *t, struct strbuf *out)
{
    const char *open = t->kind ? NULL : memchr(t->text, '<', t->len);
    size_t len = open != NULL ? (size_t)(open - t->text) : t->len;

    strbuf_addf(out, ".%s%s ", t->optional ? "Op " : "", t->kind ? "Ar" : "Cm");
    mdoc_text(t->text, len, out);
    if (open != NULL) {
        strbuf_adds(out, " Ns Ar ");
        mdoc_text(open + 1, t->len - len - 2, out);
    }
    strbuf_adds(out, t->repeats ? " ...\n" : "\n");
}

static void mdoc_form(enum verb v, const char *form, struct strbuf *out)
{
    struct token t;
    size_t i;

    strbuf_addf(out, ".Nm\n.Cm %s\n", verb_info(v)->name);
    for (i = 0; i < verb_use_count; i++)
        if (is_free(&verb_uses[i], v))
            mdoc_option(verb_uses[i].option, true, out);
    if (has_common(v))
        strbuf_adds(out, ".Op Ar option ...\n");
    while (*form != '\0') {
        t = verb_token(&form);
        if (t.option)
            mdoc_option((enum verb_option)verb_token_option(&t), t.optional,
                        out);
        else
            mdoc_word(&t, out);
    }
}

void verb_synopsis(struct strbuf *out)
{
    const char *form;
    size_t i;
    int v;

    for (v = 0; v < VERB_COUNT; v++)
        if (verb_info((enum verb)v)->where != VERB_INNER)
            for (i = 0; (form = verb_form((enum verb)v, i)) != NULL; i++)
                mdoc_form((enum verb)v, form, out);
    strbuf_adds(out, ".Nm\n.Fl \\-version\n");
}
