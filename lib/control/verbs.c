/* The table of verbs: which words fit which form. */

#include "control/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "control/code.h"
#include "control/verbs_private.h"
#include "util/netaddr.h"
#include "util/paths.h"
#include "util/spelling.h"

enum { WORDS_OURS, WORDS_ZOS };

static const struct verb_info verbs[] = {
#define VERB(id, name, where, right, words, program, summary)                  \
    {#name,   VERB_##where, CONTROL_##right, WORDS_##words == WORDS_OURS,      \
     program, summary},
#include "control/verbs.def"
};

static const struct {
    enum verb verb;
    const char *text;
} forms[] = {
#define FORM(verb, text) {VERB_##verb, text},
#include "control/verbs.def"
};
enum { FORMS = sizeof(forms) / sizeof(forms[0]) };

static const struct {
    char letter;
    const char *name, *value;
} spellings[] = {
#define SPELLING(id, letter, name, argument) {letter, name, argument},
#include "control/spellings.def"
};

const struct verb_option_use verb_uses[] = {
#define TAKES(verb, option, help)                                              \
    {VERB_##verb, OPT_##option, help, false, false},
#define WORD(verb, option, help) {VERB_##verb, OPT_##option, help, true, false},
#define COMMON(verb, option, help)                                             \
    {VERB_##verb, OPT_##option, help, false, true},
#include "control/verbs.def"
};
const size_t verb_use_count = sizeof(verb_uses) / sizeof(verb_uses[0]);

const struct verb_info *verb_info(enum verb v)
{
    return &verbs[v];
}

static const struct {
    enum verb verb;
    const char *name;
} console_names[] = {
#define CONSOLE(verb, name) {VERB_##verb, name},
#include "control/verbs.def"
};
enum { CONSOLE_NAMES = sizeof(console_names) / sizeof(console_names[0]) };

const char *verb_console_name(enum verb v)
{
    size_t i;

    for (i = 0; i < CONSOLE_NAMES; i++)
        if (console_names[i].verb == v)
            return console_names[i].name;
    return NULL;
}

enum verb verb_find(const char *name)
{
    size_t i;
    int v;

    for (i = 0; i < CONSOLE_NAMES; i++)
        if (strcasecmp(name, console_names[i].name) == 0)
            return console_names[i].verb;
    for (v = 0; v < VERB_COUNT; v++)
        if (verbs[v].where != VERB_INNER && strcmp(name, verbs[v].name) == 0)
            break;
    return (enum verb)v;
}

enum verb verb_find_asked(const char *name)
{
    int v;

    for (v = 0; v < VERB_COUNT; v++)
        if (verbs[v].where != VERB_HERE && strcmp(name, verbs[v].name) == 0)
            break;
    return (enum verb)v;
}

const char *verb_form(enum verb v, size_t i)
{
    size_t k;

    for (k = 0; k < FORMS; k++)
        if (forms[k].verb == v && i-- == 0)
            return forms[k].text;
    return NULL;
}

size_t verb_rows(enum verb v, struct option_row rows[VERB_ROWS])
{
    size_t n = 0, i;

    for (i = 0; i < verb_use_count && n < VERB_ROWS; i++) {
        const struct verb_option_use *u = &verb_uses[i];

        if (u->verb != v)
            continue;
        rows[n] = verb_spelling(u->option);
        rows[n].help = u->help;
        rows[n++].operand = u->word;
    }
    return n;
}

bool verb_has(const struct verb_call *c, enum verb_option option)
{
    return options_has(&c->options, (int)option);
}

char *verb_value(const struct verb_call *c, enum verb_option option)
{
    return options_value(&c->options, (int)option);
}

const char *verb_option_name(enum verb_option option)
{
    return spellings[option].name;
}

char *verb_word(const struct verb_call *c, size_t i)
{
    return i < c->options.operand_count ? c->options.operand[i] : NULL;
}

/* ---- kinds of words ---- */

static bool is_any(const char *text)
{
    (void)text;
    return true;
}

static bool is_connid(const char *text)
{
    size_t len = strlen(text);

    return len >= 1 && len <= 8 && strspn(text, "0") < len &&
           strspn(text, "0123456789abcdefABCDEF") == len;
}

static bool is_address(const char *text)
{
    struct netaddr a;

    return netaddr_parse(text, &a, NULL) == 0 ||
           netaddr_parse_ip(text, &a, NULL) == 0;
}

/* "192.0.2.1:5555" */
static bool is_end(const char *text)
{
    struct netaddr a;

    return netaddr_parse(text, &a, NULL) == 0;
}

static bool is_direction(const char *text)
{
    return strcasecmp(text, "Inbound") == 0 ||
           strcasecmp(text, "Outbound") == 0;
}

static bool is_number(const char *text, unsigned long low, unsigned long high)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);

    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && n >= low &&
           n <= high;
}

static bool is_code(const char *text)
{
    struct code_text code;

    return code_read(text, &code);
}

static bool is_megabytes(const char *text)
{
    return is_number(text, 1, 4096);
}

static bool is_seconds(const char *text)
{
    return is_number(text, 1, 86400);
}

static bool is_host_port(const char *text)
{
    const char *colon = strrchr(text, ':');

    return colon != NULL && colon > text && colon[1] != '\0';
}

static const struct kind {
    const char *name;
    bool (*check)(const char *text);
    const char *completion, *meaning;
} kinds[] = {
#define KIND(name, check, completion, meaning)                                 \
    {name, is_##check, completion, meaning},
#include "control/kinds.def"
};

static const struct kind *find_kind(const char *name, size_t len)
{
    size_t i;

    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strlen(kinds[i].name) == len &&
            memcmp(kinds[i].name, name, len) == 0)
            return &kinds[i];
    return NULL;
}

bool verb_kind_is_known(const char *name, size_t len)
{
    return find_kind(name, len) != NULL;
}

const char *verb_completion(const char *name)
{
    const struct kind *k = find_kind(name, strlen(name));

    return k != NULL ? k->completion : NULL;
}

static int check_kind(const char *name, size_t len, const char *text,
                      struct error *err)
{
    const struct kind *k = find_kind(name, len);

    if (k == NULL || k->check(text))
        return 0;
    return error_set(err, ERR_VALUE, "\"%s\" is not %s", text, k->meaning);
}

/* Values of options, before a form is looked for. */
static int check_values(const struct verb_call *c, struct error *err)
{
    size_t i;
    int e = 0;

    for (i = 0; e == 0 && i < c->options.given_count; i++) {
        const struct option_given *g = &c->options.given[i];

        if (g->id >= 0 && g->value != NULL)
            e = check_kind(spellings[g->id].value,
                           strlen(spellings[g->id].value), g->value, err);
    }
    return e;
}

/* ---- forms ---- */

struct token verb_token(const char **at)
{
    const char *p = *at + strspn(*at, " "), *end;
    struct token t = {.text = p};

    t.optional = *p == '[';
    p += t.optional;
    end = p + strcspn(p, t.optional ? "]" : " ");
    *at = end + (t.optional && *end == ']');
    t.repeats = end - p > 3 && memcmp(end - 3, "...", 3) == 0;
    if (t.repeats)
        end -= 3;
    t.kind = *p == '<';
    t.option = *p == '-' && end - p > 1;
    t.text = t.kind ? p + 1 : p;
    t.len = (size_t)(end - p) - (t.kind ? 2 : 0);
    return t;
}

/* "--last", "-f" */
int verb_token_option(const struct token *t)
{
    size_t i;
    const char *name = t->text + 2;

    for (i = 0; i < OPT_COUNT; i++)
        if (t->len == 2
                ? spellings[i].letter == t->text[1] && spellings[i].name != NULL
                : spellings[i].name != NULL &&
                      strlen(spellings[i].name) == t->len - 2 &&
                      memcmp(spellings[i].name, name, t->len - 2) == 0)
            return (int)i;
    return -1;
}

struct option_row verb_spelling(enum verb_option option)
{
    return (struct option_row){.id = (int)option,
                               .letter = spellings[option].letter,
                               .name = spellings[option].name,
                               .value = spellings[option].value};
}

/* Whether the form names the option. */
static bool names_option(const char *form, int option)
{
    struct token t;

    while (*form != '\0') {
        t = verb_token(&form);
        if (t.option && verb_token_option(&t) == option)
            return true;
    }
    return false;
}

bool verb_any_form_names(enum verb v, int option)
{
    size_t i;

    for (i = 0; i < FORMS; i++)
        if (forms[i].verb == v && names_option(forms[i].text, option))
            return true;
    return false;
}

/* One of "a|b|c". */
static bool is_choice(const struct token *t, const char *word)
{
    const char *p = t->text, *end = t->text + t->len;
    size_t len;

    for (; p < end; p += len + 1) {
        len = strcspn(p, "| ");
        if (len > (size_t)(end - p))
            len = (size_t)(end - p);
        if (strlen(word) == len && memcmp(p, word, len) == 0)
            return true;
    }
    return false;
}

/* How far a form went, and how much its error tells: of the errors of a verb's
 * forms one is shown. */
struct fit {
    const struct verb_call *call;
    size_t at; /* words that it took */
    unsigned far;
    enum {
        TELLS_TOO_MANY,
        TELLS_MISSING,
        TELLS_WORDS,
        TELLS_KIND,
        TELLS_SPELLING
    } tells;
    struct error *err;
};

static int wrong_word(struct fit *f, const struct token *t, const char *word)
{
    struct spelling s = spelling_start(word);
    char list[128], *name, *rest = NULL;

    snprintf(list, sizeof(list), "%.*s", (int)t->len, t->text);
    for (name = strtok_r(list, "|", &rest); name != NULL;
         name = strtok_r(NULL, "|", &rest))
        spelling_offer(&s, name);
    f->tells = spelling_best(&s) != NULL ? TELLS_SPELLING : TELLS_WORDS;
    if (spelling_best(&s) != NULL)
        return error_set(f->err, ERR_VALUE, "\"%s\"; did you mean \"%s\"?",
                         word, spelling_best(&s));
    return error_set(f->err, ERR_VALUE, "\"%s\" is not %.*s", word, (int)t->len,
                     t->text);
}

static int fit_missing(struct fit *f, const struct token *t)
{
    f->tells = TELLS_MISSING;
    return t->optional ? 0
                       : error_set(f->err, ERR_VALUE, "%.*s is missing",
                                   (int)t->len, t->text);
}

static int fit_option(struct fit *f, const struct token *t)
{
    if (!verb_has(f->call, (enum verb_option)verb_token_option(t)))
        return fit_missing(f, t);
    f->far++;
    return 0;
}

static int fit_word(struct fit *f, const struct token *t)
{
    const char *word = verb_word(f->call, f->at);
    int e = 0;

    if (word == NULL)
        return fit_missing(f, t);
    f->tells = TELLS_KIND;
    if (t->kind)
        e = check_kind(t->text, t->len, word, f->err);
    else if (!is_choice(t, word))
        e = wrong_word(f, t, word);
    if (e == 0) {
        f->at++;
        f->far++;
    }
    return e;
}

static int fit_form(struct fit *f, const char *form)
{
    const char *at = form;
    struct token t;
    int e = 0;

    while (e == 0 && *at != '\0') {
        t = verb_token(&at);
        e = t.option ? fit_option(f, &t) : fit_word(f, &t);
        while (e == 0 && t.repeats && verb_word(f->call, f->at) != NULL)
            e = fit_word(f, &t);
    }
    if (e != 0 || verb_word(f->call, f->at) == NULL)
        return e;
    f->tells = TELLS_TOO_MANY;
    return error_set(f->err, ERR_VALUE, "\"%s\" is one word too many",
                     verb_word(f->call, f->at));
}

/* Options that only other forms have. */
static int fit_rest(struct fit *f, const char *form)
{
    const struct options *o = &f->call->options;
    size_t i;

    for (i = 0; i < o->given_count; i++)
        if (verb_any_form_names(f->call->verb, o->given[i].id) &&
            !names_option(form, o->given[i].id))
            return error_set(f->err, ERR_VALUE,
                             "--%s does not go with the other words",
                             spellings[o->given[i].id].name);
    return 0;
}

static int fit_any(const struct verb_call *c, struct error *err)
{
    struct fit nearest = {.far = 0};
    struct error shown = {0}, now;
    const char *form;
    size_t i;

    for (i = 0; (form = verb_form(c->verb, i)) != NULL; i++) {
        struct fit f = {.call = c, .err = &now};

        if (fit_form(&f, form) == 0 && fit_rest(&f, form) == 0)
            return 0;
        if (i == 0 || f.far > nearest.far ||
            (f.far == nearest.far && f.tells > nearest.tells)) {
            nearest = f;
            shown = now;
        }
    }
    return error_set(err, ERR_SYNTAX, "%s", shown.text);
}

int verb_read(enum verb v, int argc, char **argv, struct verb_call *ret,
              struct error *err)
{
    struct option_row rows[VERB_ROWS];
    size_t count = verb_rows(v, rows);
    int e;

    ret->verb = v;
    e = options_read(rows, count, OPTIONS_ANYWHERE, argc, argv, &ret->options,
                     err);
    if (e != 0 || options_has(&ret->options, OPTION_HELP) ||
        options_has(&ret->options, OPTION_VERSION))
        return e;
    e = check_values(ret, err);
    return e == 0 && verbs[v].ours ? fit_any(ret, err) : e;
}

void verb_done(struct verb_call *c)
{
    options_done(&c->options);
}
