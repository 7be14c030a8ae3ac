#ifndef POLICY_RESOLVER_CHECK_H
#define POLICY_RESOLVER_CHECK_H

/* The checks of one statement that the resolver makes as it fills it. */

#include "policy/finding.h"
#include "policy/model.h"

struct resolver;

/* Settings coded twice, alternatives; and, when WHOLE, what is required. */
void check_object(struct findings *f, struct object *o, bool whole);

/* A parameter that has no effect here, or is refused. */
void check_support(struct findings *f, const struct parm *row,
                   const struct setting *set, enum zos_release release);

/* The setting says something that we do not do. */
bool setting_harmless(const struct parm *row, const struct setting *set);

/* The addresses or ports that O stands for. False: no memory. */
bool derive_ranges(struct policy *p, struct object *o);

/* The way to mend a reference to a name that is not there: names what is
 * clearly meant, or all that there are, with their places (resolver_near.c). */
void resolver_suggest(struct findings *f, const struct resolver *r,
                      enum policy_stmt kind, const char *name);

/* The statements outside of others, in the order of the files; NULL: there are
 * no more. */
const struct object *resolver_object(const struct resolver *r, size_t i);

#endif
