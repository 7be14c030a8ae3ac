#ifndef POLICY_ALLOW_H
#define POLICY_ALLOW_H

/*
 * Findings that a site has switched off: by name for a whole load, or by a
 * comment in a policy file:
 *
 *     # attls-allow: NAME...         this line, or the next one that is
 *                                    neither blank nor a comment
 *     # attls-allow-file: NAME...    the whole file
 *
 * Names stand with blanks or commas between them; a '(' begins a reason.
 * What stops a load can't be switched off.
 */

#include <stdbool.h>
#include <stddef.h>

#include "policy/finding.h"
#include "util/arena.h"

struct allow;

/* Empty; it lives in ARENA. NULL: no memory. */
struct allow *allow_new(struct arena *arena);

/* Switches NAME off everywhere; a name that is not known does nothing. */
void allow_name(struct allow *a, const char *name);

/* Takes the comments of SRC; what is wrong with them goes to F. False: no
 * memory. */
bool allow_read(struct allow *a, const struct source *src, struct findings *f);

/* The finding is switched off at this place (SPAN may be NULL). */
bool allow_has(const struct allow *a, enum finding id, const struct span *span);

#endif
