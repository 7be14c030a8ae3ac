#ifndef POLICY_OFFERS_H
#define POLICY_OFFERS_H

/*
 * What of the policy's lists of groups and signature pairs is on the wire. A
 * list is the coded one or the release's default, less what OpenSSL does not
 * take with the versions that may be spoken. lib/tls sets OpenSSL by it and
 * attlsctl explain shows it, so that neither says what the other does not do.
 */

#include "policy/effective.h"

/* No table has more rows. */
enum { OFFERS_MAX = 32 };

/* The versions of effective_versions() for which OpenSSL has one of the
 * suites. */
unsigned offers_versions(const struct effective *e);

/*
 * ClientECurves: the groups of the hello in their order. OpenSSL sends one key
 * share, that of the first group: the first of ClientKeyShareGroups that is
 * among the curves stands there. ClientKeyShareGroups: this one.
 * ServerKexECurves and ServerKeyShareGroups: what the server takes before
 * TLSv1.3 and in it.
 */
size_t offers_curves(const struct effective *e, enum policy_parm parm,
                     const struct curve *ret[OFFERS_MAX]);
/* SignaturePairs. */
size_t offers_sigpairs(const struct effective *e,
                       const struct sigpair *ret[OFFERS_MAX]);

/* PARM is one of these lists and the role in effect sends or takes it. */
bool offers_has(const struct effective *e, enum policy_parm parm);
/* Codes of such a list, as effective_items() gives those of the policy's. */
void offers_items(const struct effective *e, enum policy_parm parm,
                  effective_item_fn fn, void *arg);

/* What the policy's list has and the wire has not; WHY: "not in TLSv1.3". */
typedef void (*offers_left_fn)(void *arg, const char *code, const char *why);
void offers_left_out(const struct effective *e, enum policy_parm parm,
                     offers_left_fn fn, void *arg);

#endif
