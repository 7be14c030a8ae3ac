#ifndef POLICY_DIFF_H
#define POLICY_DIFF_H

/*
 * Two policies compared by what they do with connections, not by their text.
 *
 * The space of all connections (direction, ports, addresses of one family,
 * job name and user id) is cut along the conditions of both policies' rules
 * until each piece takes one rule in the one policy and one rule in the other;
 * where both policies have the same rules in the same order nothing is cut.
 * Pieces of the same pair of rules make one difference, when the two rules
 * have not the same name, or not the same effective policy.
 *
 * Rules with time conditions are looked at twice: as if all conditions held,
 * and as if none did. A program whose job name or user id is not known is not
 * looked at.
 */

#include <stdbool.h>
#include <stddef.h>

#include "policy/effective.h"
#include "policy/policy.h"

struct policy_diff;

/* From the lowest to the highest; both ends of an address range are of one
 * family. ANY: there is no other address of the family. */
struct policy_range {
    struct netaddr low, high; /* ports too */
    bool any;
};

struct policy_difference {
    const struct policy_rule *before, *after; /* NULL: no rule */
    bool times_hold;    /* found with all time conditions true, not with none */
    bool times_changed; /* the rules' own time conditions differ */
    bool both_directions; /* of the first piece */
    size_t pieces;
    /* The first piece, and a connection of it; its names are NULL where any
     * name will do, else they point into this structure. */
    struct policy_range local, remote;
    struct policy_conn example;
    char jobname[9], userid[9];
};

/*
 * Compares. 0; ERR_NOMEM; ERR_LIMIT: the rules overlap in too many ways. The
 * result borrows both policies' rules.
 */
int policy_diff_new(const struct policy *before, const struct policy *after,
                    struct policy_diff **ret, struct error *err);
void policy_diff_free(struct policy_diff *d); /* NULL is allowed */

/* In the order of the rules before, then after. */
size_t policy_diff_count(const struct policy_diff *d);
const struct policy_difference *policy_diff_get(const struct policy_diff *d,
                                                size_t i);

/* Its first piece: "Inbound, local any IPv4, port 443; remote any IPv4, any
 * port". */
void policy_area_show(const struct policy_difference *d, struct strbuf *out);

/* Calls FN for each parameter in which the two differ, in the order of
 * parms.def; cipher suites as V3CipherSuites4Char. */
typedef void (*policy_diff_fn)(void *arg, enum policy_parm parm,
                               const char *keyword);
void policy_diff_parms(const struct effective *before,
                       const struct effective *after, policy_diff_fn fn,
                       void *arg);

#endif
