#ifndef SITE_TESTING_H
#define SITE_TESTING_H

/* Parts that tests look at by themselves; not for others. */

#include "site/value.h"

/* As config_load(), from a text in memory. */
int config_load_source(struct source *src, struct diags *diags,
                       struct config **ret);

/*
 * Rows of settings.def, for the manual and its test: each has a key, a unit, a
 * default (NULL: none), whether SIGHUP changes it, a meaning, and z/OS's value
 * with what z/OS does then (NULL: nothing to compare it with). MODE: of the
 * listeners that have it; NULL: all.
 */
struct config_row {
    const char *scope, *mode, *key, *type, *standard, *unit, *meaning, *zos,
        *zos_does;
    bool reload;
};
size_t config_row_count(void);
struct config_row config_row_get(size_t i);

/* The addresses of a target, as many as it takes of COUNT: their families
 * alternate, in the order of each; the first stays the first (RFC 8305,
 * section 4). */
void config_interleave(const struct netaddr *list, size_t count,
                       struct config_target *ret);

#endif
