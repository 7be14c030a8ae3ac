#ifndef SAF_ADMIN_ADMIN_H
#define SAF_ADMIN_ADMIN_H

/*
 * The commands that change the security database itself: users, groups,
 * classes and profiles (admin.def). RACDCERT is lib/keyring's.
 */

#include "saf/job/job.h"
#include "util/error.h"

/* Adds the commands to a runner. ERR_NOMEM. */
int admin_register(struct job_runner *r, struct error *err);

#endif
