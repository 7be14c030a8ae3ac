#ifndef SITE_VALUE_H
#define SITE_VALUE_H

/*
 * How attlsd.conf is read: the rows of settings.def, the kinds of value, and
 * what reports a wrong one. Private to daemon/site.
 */

#include <libconfig.h>
#include <stdbool.h>
#include <stddef.h>

#include "site/config.h"
#include "util/strbuf.h"

struct config_reader {
    const struct source *src;
    struct diags *diags;
    struct config *config;
    bool as_zos; /* fidelity = "zos" */
};

/* Where a key may stand; the modes of listeners have keys of their own. */
enum config_scope {
    SCOPE_top,
    SCOPE_log,
    SCOPE_listener,
    SCOPE_forward,
    SCOPE_transparent,
    SCOPE_run,
    SCOPE_user,
    SCOPE_job,
    SCOPE_dataset
};

/* A row of settings.def. */
struct config_setting {
    enum config_scope scope;
    const char *key;
    const char *type_name;
    const struct config_type *type;
    const char *words; /* of the type word: the rows of types.def */
    long low, high;
    size_t offset;
    const char *unit;
    const char *standard;
    bool reload;
    const char *zos, *zos_does; /* NULL: nothing to compare it with */
    const char *meaning;
};

size_t config_setting_count(void);
const struct config_setting *config_setting_get(size_t i);

/* READ and PRESET return 0 (READ also after adding an error) or ERR_NOMEM;
 * PRESET takes a TEXT of the table. */
struct config_type {
    int (*read)(struct config_reader *r, config_setting_t *s,
                const struct config_setting *row, void *field);
    int (*preset)(struct config_reader *r, const struct config_setting *row,
                  const char *text, void *field);
    /* The value as it would be written, without quotes; "": it is not set.
     * NULL for types of which no row has a z/OS value. */
    void (*show)(const struct config_setting *row, const void *field,
                 struct strbuf *out);
};

#define VALUE_TYPE(name, ...)                                                  \
    extern const struct config_type config_type_##name;
#include "site/types.def"
extern const struct config_type config_type_word, config_type_later;

/* One group of settings into the structure INTO. ERR_NOMEM. */
int config_read_group(struct config_reader *r, config_setting_t *group,
                      enum config_scope scope, void *into);

/* Sets a key of the type later, of the structure INTO, that nobody has said: to
 * its default, or to z/OS's value with fidelity = "zos". */
void config_settle(struct config_reader *r, enum config_scope scope,
                   const char *key, void *into);

/* The transparent elements of the list, each as its sockets. ERR_NOMEM. */
int config_expand_listeners(struct config_reader *r,
                            struct config_listeners *list);

/* mark_file, where it is relative, once racf is known. ERR_NOMEM. */
int config_place_marks(struct config_reader *r);

/* The place of a setting: its key, or its line. */
struct span config_span(const struct config_reader *r,
                        const config_setting_t *s);
struct span config_line_span(const struct source *src, int line);

/* Add an error about the value of S; both return 0. */
int config_wrong_type(struct config_reader *r, config_setting_t *s,
                      const char *wanted);
int config_wrong_value(struct config_reader *r, config_setting_t *s,
                       const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Leaves the field zero: an empty list. */
int config_no_preset(struct config_reader *r, const struct config_setting *row,
                     const char *text, void *field);

#endif
