#ifndef RACDCERT_INPUT_H
#define RACDCERT_INPUT_H

/* What racdcert takes from outside besides the job: the data set map of the
 * configuration, and a password from the terminal. */

#include <stddef.h>

#include "util/error.h"
#include "zos/dataset.h"

struct arena;

/* The list `datasets` of a configuration file (attlsd.conf(5)); empty when the
 * file has no such list. What RET points to lives as long as the arena. RET is
 * left as it was on ERR_NOT_FOUND, ERR_SYSTEM, ERR_SYNTAX, ERR_VALUE (with file
 * and line) and ERR_NOMEM. */
int dataset_map_read(const char *file, struct arena *arena,
                     struct dataset_map *ret, struct error *err);

/* Asks on the terminal, without showing what is typed. NULL: there is no
 * terminal, or nothing was typed. The caller wipes and frees it. */
char *password_ask(const char *prompt);

#endif
