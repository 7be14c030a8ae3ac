#ifndef SAF_JOB_PRIVATE_H
#define SAF_JOB_PRIVATE_H

/* Parts that tests look at by themselves; not for others. */

#include "saf/job/tso.h"

/* Line of the command's first word. */
unsigned tso_line(const struct tso_command *cmd);

#endif
