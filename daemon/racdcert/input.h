#ifndef RACDCERT_INPUT_H
#define RACDCERT_INPUT_H

/* What racdcert takes from outside besides the job: the data set map of the
 * configuration, and a password from the terminal. */

#include <stddef.h>

#include "saf/job/job.h"
#include "util/error.h"

struct dataset_map {
    struct job_dataset *row;
    size_t n;
};

/* The list `datasets` of a configuration file (attlsd.conf(5)); empty when
 * there is none. ERR_NOT_FOUND, ERR_SYSTEM, ERR_SYNTAX, ERR_VALUE (with file
 * and line), ERR_NOMEM. */
int dataset_map_read(const char *file, struct dataset_map *ret,
                     struct error *err);
void dataset_map_done(struct dataset_map *map);

/* Asks on the terminal, without showing what is typed. NULL: there is no
 * terminal, or nothing was typed. The caller wipes and frees it. */
char *password_ask(const char *prompt);

#endif
