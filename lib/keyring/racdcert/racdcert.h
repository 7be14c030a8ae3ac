#ifndef KEYRING_RACDCERT_RACDCERT_H
#define KEYRING_RACDCERT_RACDCERT_H

/*
 * RACDCERT, as a command of lib/saf's job runner. Its functions and operands
 * are the table racdcert.def. A struct racdcert works with one open database:
 * it keeps that one's index until it is freed.
 */

#include "saf/job/job.h"
#include "util/error.h"

struct racdcert;

/* ERR_NOMEM. */
int racdcert_new(struct racdcert **ret, struct error *err);
void racdcert_free(struct racdcert *r); /* NULL allowed */
/* Adds RACDCERT to a runner that does not outlive R. ERR_NOMEM. */
int racdcert_register(struct racdcert *r, struct job_runner *runner,
                      struct error *err);

#endif
