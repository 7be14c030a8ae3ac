/* The tables of options of all programs, as what a shell may offer. */

#include "completions/commands.h"

#include <stdio.h>
#include <string.h>

#include "util/paths.h"

/* The ids do not matter here. */
#define OPTION(id, letter, name, argument, help)                               \
    {0, letter, name, argument, help, false},
static const struct option_row of_attlsd[] = {
#include "attlsd/options.def"
};
#define OPTION(id, letter, name, argument, help)                               \
    {0, letter, name, argument, help, false},
static const struct option_row of_run[] = {
#include "attls-run/options.def"
};
#define OPTION(id, letter, name, argument, help)                               \
    {0, letter, name, argument, help, false},
static const struct option_row of_passticket[] = {
#include "attls-passticket/options.def"
};
#define OPTION(id, letter, name, argument, help)                               \
    {0, letter, name, argument, help, false},
static const struct option_row of_racdcert[] = {
#include "racdcert/options.def"
};
#define OPTION(id, letter, name, argument, help)                               \
    {0, letter, name, argument, help, false},
static const struct option_row of_hws[] = {
#include "hws/options.def"
};
#define OPTION(id, letter, name, argument, help)                               \
    {0, letter, name, argument, help, false},
static const struct option_row of_hwsctl[] = {
#include "hws/hwsctl_options.def"
};

static const struct program_row {
    const char *name;
    const struct option_row *rows;
    size_t count;
    struct offer operands;
} programs[] = {
#define ROWS(table) table, sizeof(table) / sizeof(table[0])
    {"attlsd", ROWS(of_attlsd), {NULL, false, false}},
    {"attls-run", ROWS(of_run), {NULL, true, false}},
    {"attls-passticket", ROWS(of_passticket), {"gen eval key", true, false}},
    {"racdcert", ROWS(of_racdcert), {NULL, true, false}},
    {"racfjob", ROWS(of_racdcert), {NULL, true, false}},
    {"hws", ROWS(of_hws), {NULL, false, false}},
    {"hwsctl", ROWS(of_hwsctl), {"VIEWHWS", false, false}},
};
enum { PROGRAMS = sizeof(programs) / sizeof(programs[0]) };

static const struct option_row common[] = {
    {OPTION_HELP, 'h', "help", NULL, "this text", false},
    {OPTION_VERSION, 'V', "version", NULL, "the program's version", false},
};

static void add_common(struct command *c)
{
    c->rows[c->count++] = common[0];
    c->rows[c->count++] = common[1];
}

/* ---- the words of a form ---- */

static void add_word(struct command *c, const char *word, size_t len)
{
    size_t used = strlen(c->words);

    if (used + len + 2 < sizeof(c->words))
        snprintf(c->words + used, sizeof(c->words) - used, "%s%.*s",
                 used != 0 ? " " : "", (int)len, word);
}

static void add_kind(struct command *c, const char *name, size_t len)
{
    char kind[32];
    const char *what;

    snprintf(kind, sizeof(kind), "%.*s", (int)len, name);
    what = verb_completion(kind);
    if (what == NULL)
        return;
    if (strcmp(what, "files") == 0)
        c->operands.files = true;
    else if (strcmp(what, "folders") != 0)
        add_word(c, what, strlen(what));
}

/* Words, "a|b", kinds and their words; neither options nor what has a kind in
 * it. */
static void add_form(struct command *c, const char *form)
{
    size_t len;

    for (; *form != '\0'; form += len + (form[len] != '\0')) {
        len = strcspn(form, " []|.");
        if (form[0] == '<')
            add_kind(c, form + 1, strcspn(form, ">") - 1);
        else if (len > 0 && form[0] != '-' && memchr(form, '<', len) == NULL)
            add_word(c, form, len);
    }
}

static void make_verb(enum verb v, struct command *ret)
{
    const char *form;
    size_t i;

    memset(ret, 0, sizeof(*ret));
    ret->name = verb_info(v)->name;
    ret->summary = verb_info(v)->summary;
    ret->count = verb_rows(v, ret->rows);
    for (i = 0; (form = verb_form(v, i)) != NULL; i++)
        add_form(ret, form);
    for (i = 0; v == VERB_HELP && i < VERB_COUNT; i++)
        if (verb_info((enum verb)i)->where != VERB_INNER)
            add_word(ret, verb_info((enum verb)i)->name,
                     strlen(verb_info((enum verb)i)->name));
    ret->operands.words = ret->words[0] != '\0' ? ret->words : NULL;
    add_common(ret);
}

/* ---- programs ---- */

static struct command made[VERB_COUNT];

static struct completed make_attlsctl(void)
{
    struct completed c = {"attlsctl", true, made, 0};
    int v;

    for (v = 0; v < VERB_COUNT; v++)
        if (verb_info((enum verb)v)->where != VERB_INNER)
            make_verb((enum verb)v, &made[c.count++]);
    return c;
}

static struct completed make_program(const struct program_row *p)
{
    memset(&made[0], 0, sizeof(made[0]));
    made[0].name = p->name;
    made[0].operands = p->operands;
    made[0].count = p->count;
    memcpy(made[0].rows, p->rows, p->count * sizeof(p->rows[0]));
    add_common(&made[0]);
    return (struct completed){p->name, false, made, 1};
}

/* The program that verb N of those that are programs too is. */
static bool make_alias(size_t n, struct completed *ret)
{
    int v;

    for (v = 0; v < VERB_COUNT; v++)
        if (verb_info((enum verb)v)->program != NULL && n-- == 0)
            break;
    if (v == VERB_COUNT)
        return false;
    make_verb((enum verb)v, &made[0]);
    *ret = (struct completed){verb_info((enum verb)v)->program, false, made, 1};
    return true;
}

const struct completed *completed_get(size_t i)
{
    static struct completed c;

    if (i < PROGRAMS)
        c = make_program(&programs[i]);
    else if (i == PROGRAMS)
        c = make_attlsctl();
    else if (!make_alias(i - PROGRAMS - 1, &c))
        return NULL;
    return &c;
}

struct offer offer_for(const struct option_row *row)
{
    const char *what = row->value != NULL ? verb_completion(row->value) : NULL;

    if (what == NULL)
        return (struct offer){NULL, false, false};
    if (strcmp(what, "files") == 0)
        return (struct offer){NULL, true, false};
    if (strcmp(what, "folders") == 0)
        return (struct offer){NULL, false, true};
    return (struct offer){what, false, false};
}

bool is_offered(const struct option_row *row)
{
    return row->help != NULL;
}
