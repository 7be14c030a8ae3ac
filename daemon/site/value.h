#ifndef SITE_VALUE_H
#define SITE_VALUE_H

/*
 * The kinds of value that attlsd.conf knows. Shared by config.c and
 * value.c only.
 */

#include <libconfig.h>
#include <stdbool.h>
#include <stddef.h>

#include "site/config.h"

struct config_reader {
    const struct source *src;
    struct diags *diags;
    struct config *config;
};

struct config_setting {
    const char *key;
    const char *type_name;
    const struct config_type *type;
    long low, high;
    size_t offset;
    const char *unit;
    const char *standard;
    bool reload;
    const char *meaning;
};

/* Both return 0 (also after adding an error) or ERR_NOMEM. */
struct config_type {
    int (*read)(struct config_reader *r, config_setting_t *s,
                const struct config_setting *row, void *field);
    int (*preset)(struct config_reader *r, const struct config_setting *row,
                  void *field);
};

extern const struct config_type config_type_text, config_type_upper,
    config_type_dataset, config_type_flag, config_type_number,
    config_type_address, config_type_target, config_type_accounts,
    config_type_sink, config_type_maybe, config_type_mode,
    config_type_direction, config_type_no_rule, config_type_source,
    config_type_old_connections, config_type_refresh_guard, config_type_mask,
    config_type_ports, config_type_networks, config_type_uid, config_type_users,
    config_type_jobs, config_type_truncation, config_type_dial,
    config_type_sinks, config_type_listeners, config_type_datasets,
    config_type_stale;

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

/* The addresses of a target, as many as it takes of COUNT: their families
 * alternate, in the order of each; the first stays the first (RFC 8305,
 * section 4). */
void config_interleave(const struct netaddr *list, size_t count,
                       struct config_target *ret);

/* Leaves the field zero: an empty list. */
int config_no_preset(struct config_reader *r, const struct config_setting *row,
                     void *field);

#endif
