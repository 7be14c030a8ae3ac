#ifndef POLICY_KEEP_H
#define POLICY_KEEP_H

/*
 * NOFLUSH: rules that the files have lost stay as they were (IP Configuration
 * Guide, "FLUSH and PURGE considerations"). As in z/OS's stack rules and
 * actions are known by their names: an action that the files still have counts
 * as they have it now, also for a rule that stays; an action that they have
 * lost stays with its rule, and so does all that the rule's conditions and such
 * actions are made of.
 */

#include <stdbool.h>

#include "policy/model.h"
#include "util/strbuf.h"

/* Whether the files that were read have a statement of that kind and name. */
typedef bool (*keep_has_fn)(void *arg, enum policy_stmt kind, const char *name);

/*
 * Adds the text of what stays of RUNNING; nothing where all its rules are
 * there. A statement whose name the files use for something else has
 * another one: "kept1~portR1". False: no memory.
 */
bool keep_text(const struct policy *running, keep_has_fn has, void *arg,
               struct strbuf *out);

#endif
