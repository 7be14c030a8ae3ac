#ifndef POLICY_FILTER_H
#define POLICY_FILTER_H

/*
 * The part of a rule's conditions that a packet filter can decide: addresses,
 * ports and direction. Rules in the order of the search, first match wins, as
 * in policy_match().
 */

#include "policy/policy.h"

enum policy_side { POLICY_LOCAL, POLICY_REMOTE };

/* The addresses and ports of one side, as ranges, both ends included; ranges
 * may overlap. Count 0: any. */
size_t policy_rule_addr_count(const struct policy_rule *r, enum policy_side s);
void policy_rule_addr(const struct policy_rule *r, enum policy_side s, size_t i,
                      struct netaddr *ret_low, struct netaddr *ret_high);
size_t policy_rule_port_count(const struct policy_rule *r, enum policy_side s);
void policy_rule_port(const struct policy_rule *r, enum policy_side s, size_t i,
                      uint16_t *ret_low, uint16_t *ret_high);

/* INBOUND, OUTBOUND or BOTH */
enum policy_direction policy_rule_direction(const struct policy_rule *r);

/*
 * Addresses, ports and direction are all that the rule asks for: it has no
 * Jobname, no Userid and no time condition. Only of such a rule can a packet
 * filter say that it fits.
 */
bool policy_rule_is_plain(const struct policy_rule *r);

/* What the rule asks for, as it is written ("IMS*"); NULL: any. */
const char *policy_rule_jobname(const struct policy_rule *r);
const char *policy_rule_userid(const struct policy_rule *r);

#endif
