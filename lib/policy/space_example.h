#ifndef POLICY_SPACE_EXAMPLE_H
#define POLICY_SPACE_EXAMPLE_H

/* A zone as people can read it; for the files of this folder. */

#include "policy/diff.h"
#include "policy/space.h"

/* Fills in what D tells of a zone, with a connection of it. False: no name of
 * a job or user is in the zone. */
bool space_example(const struct zone *z, int family,
                   struct policy_difference *d);
/* Once D stays where it is: its example points into it. */
void space_example_names(struct policy_difference *d);

#endif
