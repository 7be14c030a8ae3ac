#ifndef POLICY_MATCH_PRIVATE_H
#define POLICY_MATCH_PRIVATE_H

/* One rule's conditions and one connection: what match.c and near.c share. */

#include <time.h>

#include "policy/model.h"

/* What is compared: addresses unmapped, the moment as local time. */
struct subject {
    const struct policy *policy;
    struct netaddr local, remote;
    const struct policy_conn *conn;
    struct tm now; /* set when a rule with time conditions asks */
    bool now_known;
};

void subject_init(struct subject *s, const struct policy *p,
                  const struct policy_conn *c);
/* Where it is in the index. */
void subject_point(const struct subject *s, struct index_point *ret);

/* UNKNOWN: it asks for a name that is not known. */
enum fit { FITS, FAILS, UNKNOWN };

/* *RET: the setting of a condition that does not fit. */
enum fit condition_fit(const struct policy_rule *r, struct subject *s,
                       enum policy_condition k, const struct setting **ret);
struct policy_reject reject_of(const struct policy_rule *r,
                               enum policy_condition k,
                               const struct setting *failed);

#endif
