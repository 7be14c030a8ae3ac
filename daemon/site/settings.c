/*
 * The table settings.def and how a group of attlsd.conf is read by it: a key
 * that is not in the table is an error, a key that is missing gets the table's
 * default, or z/OS's value where the file says fidelity = "zos".
 */

#include <stdint.h>
#include <string.h>

#include "site/testing.h"
#include "site/value.h"
#include "util/paths.h"
#include "util/spelling.h"

static const struct {
    const char *name, *mode; /* of listeners: NULL, every mode */
} scopes[] = {[SCOPE_top] = {"attlsd.conf", NULL},
              [SCOPE_log] = {"log", NULL},
              [SCOPE_listener] = {"listeners", NULL},
              [SCOPE_forward] = {"listeners", "forward"},
              [SCOPE_transparent] = {"listeners", "transparent"},
              [SCOPE_run] = {"listeners", "run"},
              [SCOPE_user] = {"users", NULL},
              [SCOPE_job] = {"jobs", NULL},
              [SCOPE_dataset] = {"datasets", NULL}};

/* The C type of a field, by the type and the words of its row. */
#define VALUE_TYPE(name, ...) typedef __VA_ARGS__ config_c_##name##_none;
#define WORDS(set)            typedef enum set config_c_word_##set, config_c_later_##set;
#include "site/types.def"

#define SETTING(scope, in, key, type, words, field, ...)                       \
    _Static_assert(_Generic(((struct in *)0)->field,                           \
                            config_c_##type##_##words : 1, default : 0),       \
                   key ": the field has another C type than the row");
#include "site/settings.def"

#define RELOAD           true
#define RESTART          false
#define NONE             NULL, NULL
#define ZOS(value, does) value, does
#define SETTING(scope, in, key, type, words, field, low, high, standard, unit, \
                change, zos, meaning)                                          \
    {SCOPE_##scope, key,      #type,  &config_type_##type,                     \
     #words,        low,      high,   offsetof(struct in, field),              \
     unit,          standard, change, zos,                                     \
     meaning},
static const struct config_setting settings[] = {
#include "site/settings.def"
};
#undef RELOAD
#undef RESTART
#undef NONE
#undef ZOS

enum { SETTING_COUNT = sizeof(settings) / sizeof(settings[0]) };

size_t config_setting_count(void)
{
    return SETTING_COUNT;
}

const struct config_setting *config_setting_get(size_t i)
{
    return &settings[i];
}

/* ---- which rows may stand in a group ---- */

static bool is_mode(const char *word)
{
    size_t i;

    for (i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++)
        if (scopes[i].mode != NULL && strcmp(scopes[i].mode, word) == 0)
            return true;
    return false;
}

/* The scope that the mode of a listener adds; without a mode that is known,
 * those of all are taken: the mode's own error is enough. */
static bool in_scope(const struct config_setting *row, enum config_scope scope,
                     config_setting_t *group)
{
    const char *mode = "";

    if (scope != SCOPE_listener || row->scope == scope)
        return row->scope == scope;
    if (scopes[row->scope].mode == NULL)
        return false;
    config_setting_lookup_string(group, "mode", &mode);
    return !is_mode(mode) || strcmp(scopes[row->scope].mode, mode) == 0;
}

static const struct config_setting *
find_row(enum config_scope scope, config_setting_t *group, const char *key)
{
    size_t i;

    for (i = 0; i < SETTING_COUNT; i++)
        if (in_scope(&settings[i], scope, group) &&
            strcmp(settings[i].key, key) == 0)
            return &settings[i];
    return NULL;
}

/* A key of the other mode is no spelling mistake. */
static bool of_other_mode(enum config_scope scope, const char *key)
{
    size_t i;

    for (i = 0; scope == SCOPE_listener && i < SETTING_COUNT; i++)
        if (scopes[settings[i].scope].mode != NULL &&
            strcmp(settings[i].key, key) == 0)
            return true;
    return false;
}

/* ---- reading ---- */

static void add_unknown(struct config_reader *r, config_setting_t *s,
                        enum config_scope scope, config_setting_t *group)
{
    struct spelling near = spelling_start(config_setting_name(s));
    struct span span = config_span(r, s);
    const char *best;
    size_t i;

    for (i = 0; i < SETTING_COUNT; i++)
        if (in_scope(&settings[i], scope, group))
            spelling_offer(&near, settings[i].key);
    best = spelling_best(&near);
    if (of_other_mode(scope, config_setting_name(s)))
        diag_add(r->diags, DIAG_ERROR, "wrong-mode", &span,
                 "a listener of this mode has no key '%s'; attlsd.conf(5) "
                 "lists those of each mode",
                 config_setting_name(s));
    else if (best != NULL)
        diag_add(r->diags, DIAG_ERROR, "unknown-key", &span,
                 "unknown key '%s' in %s; did you mean %s?",
                 config_setting_name(s), scopes[scope].name, best);
    else
        diag_add(r->diags, DIAG_ERROR, "unknown-key", &span,
                 "unknown key '%s' in %s; attlsd.conf(5) lists the keys",
                 config_setting_name(s), scopes[scope].name);
}

static int read_given(struct config_reader *r, config_setting_t *group,
                      enum config_scope scope, char *into)
{
    const struct config_setting *row;
    config_setting_t *s;
    int i, err;

    for (i = 0; i < config_setting_length(group); i++) {
        s = config_setting_get_elem(group, (unsigned)i);
        row = find_row(scope, group, config_setting_name(s));
        if (row == NULL) {
            add_unknown(r, s, scope, group);
            continue;
        }
        err = row->type->read(r, s, row, into + row->offset);
        if (err < 0)
            return err;
    }
    return 0;
}

/* What counts where the file does not have the key. */
static const char *preset_of(const struct config_reader *r,
                             const struct config_setting *row)
{
    return r->as_zos && row->zos != NULL ? row->zos : row->standard;
}

static int fill_missing(struct config_reader *r, config_setting_t *group,
                        enum config_scope scope, char *into)
{
    const struct config_setting *row;
    struct span span;
    size_t i;
    int err;

    for (i = 0; i < SETTING_COUNT; i++) {
        row = &settings[i];
        if (!in_scope(row, scope, group) ||
            config_setting_get_member(group, row->key) != NULL)
            continue;
        if (row->standard == NULL) {
            span = config_span(r, group);
            diag_add(r->diags, DIAG_ERROR, "missing-key", &span,
                     "%s needs the key '%s': %s", scopes[scope].name, row->key,
                     row->meaning);
            continue;
        }
        err = row->type->preset(r, row, preset_of(r, row), into + row->offset);
        if (err < 0)
            return err;
    }
    return 0;
}

int config_read_group(struct config_reader *r, config_setting_t *group,
                      enum config_scope scope, void *into)
{
    int err;

    if (!config_setting_is_group(group)) {
        struct span span = config_span(r, group);

        diag_add(r->diags, DIAG_ERROR, "wrong-type", &span,
                 "each element of %s is a group: { key = value; ... }",
                 scopes[scope].name);
        return 0;
    }
    err = read_given(r, group, scope, into);
    if (err < 0)
        return err;
    return fill_missing(r, group, scope, into);
}

void config_settle(struct config_reader *r, enum config_scope scope,
                   const char *key, void *into)
{
    const struct config_setting *row = settings;

    while (row->scope != scope || strcmp(row->key, key) != 0)
        row++;
    config_type_word.preset(r, row, preset_of(r, row),
                            (char *)into + row->offset);
}

struct config_row config_row_get(size_t i)
{
    const struct config_setting *s = &settings[i];
    struct config_row row = {scopes[s->scope].name,
                             scopes[s->scope].mode,
                             s->key,
                             s->type_name,
                             s->standard,
                             s->unit,
                             s->meaning,
                             s->zos,
                             s->zos_does,
                             s->reload};

    return row;
}

size_t config_row_count(void)
{
    return SETTING_COUNT;
}
