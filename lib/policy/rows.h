#ifndef POLICY_ROWS_H
#define POLICY_ROWS_H

/*
 * What each rule resolves to, made while a policy is loaded: the entries get
 * their numbers, first those of the defaults, then those of the actions as the
 * rules come to them; rules with the same three actions share one row.
 *
 * All functions return NULL or false when there is no memory.
 */

#include "policy/model.h"

struct rows {
    struct policy *policy;
    struct entry *entries; /* becomes policy->entries */
    uint32_t count, cap;
    uint32_t usual[PARM_COUNT]; /* the row of no action */
    struct effective **table;   /* by their actions; of 1 << bits places */
    unsigned bits;
};

/* For RULES rules at most; adds the defaults. rows_end() is due in any case. */
bool rows_begin(struct rows *r, struct policy *p, size_t rules);
/* An entry more, of the next number; it may move by the next call. */
struct entry *rows_add(struct rows *r, enum policy_parm parm,
                       enum effective_level level);
const struct effective *rows_of(struct rows *r, const struct object *rule);
/* Begins a digest with what all rules of the policy have in common: the options
 * that say what TLS the values make. */
void rows_digest_begin(const struct rows *r, struct digest_state *d);
/* Hands the entries over. False: FAILED, the policy is of no use. */
bool rows_end(struct rows *r, bool failed);

/* defaults.c: the entries of the release's defaults, of TLSv1.3 and of Suite
 * B. */
bool rows_add_defaults(struct rows *r);
/* actions.c: an action statement with its entries, made once. */
const struct policy_action *rows_action(struct rows *r, const struct object *o);

#endif
