#ifndef WORKER_ADMIT_H
#define WORKER_ADMIT_H

/* What of the configuration a new connection must keep to, and the name of
 * what kept it out. */

#include "conn/fair.h"
#include "conn/limited.h"

struct config;
struct intercepted;

struct fair_limits admit_limits(const struct config *cfg,
                                const struct intercepted *in);
/* MOST is left to the caller. */
struct limit admit_reason(enum fair_answer answer, const struct config *cfg,
                          const struct intercepted *in);

#endif
