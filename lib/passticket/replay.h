#ifndef PASSTICKET_REPLAY_H
#define PASSTICKET_REPLAY_H

/*
 * The PassTickets that were used: a file in the database's folder
 * (saf/passtickets), so that a restart forgets none. It is locked for the
 * moment of each addition; several programs may evaluate at once.
 */

#include <stdint.h>

#include "util/error.h"

struct saf;

/*
 * Adds the ticket made at MADE; it is kept until UNTIL. ERR_EXISTS (it was
 * there: a replay), ERR_LOCKED (not free within a second), ERR_DENIED,
 * ERR_UNSAFE, ERR_SYSTEM, ERR_LIMIT. With any error nothing was added.
 */
int replay_add(struct saf *saf, const char *user, const char *application,
               int64_t made, int64_t until, int64_t now, struct error *err);

#endif
