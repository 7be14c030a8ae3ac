#ifndef SITE_DIFFERENCES_H
#define SITE_DIFFERENCES_H

/*
 * What attlsd does otherwise than z/OS: the settings that have another value
 * than the column zos of settings.def, and differences.def, what no setting
 * decides.
 */

#include <stddef.h>

#include "site/config.h"

/* A setting that has z/OS's value in its row, and the value that counts now,
 * which lives until the callback returns; DOES: what z/OS does. */
struct compared {
    const char *key, *now, *zos, *does, *standard;
    bool differs;
};
typedef void compared_fn(void *arg, const struct compared *c);

/* Those of the top level of C; those of one listener. A setting that has no
 * value there (dial of an Outbound listener) is left out. */
void differences_of_config(const struct config *c, compared_fn *fn, void *arg);
void differences_of_listener(const struct config_listener *l, compared_fn *fn,
                             void *arg);

/* A row of differences.def. */
struct difference_row {
    const char *subject, *zos, *here, *why;
};
size_t difference_row_count(void);
struct difference_row difference_row_get(size_t i);

/* With fidelity = "zos" a note: what is as on z/OS by it, and what the file
 * says otherwise. Else nothing. */
void differences_add_note(const struct config *c, struct diags *diags);

#endif
