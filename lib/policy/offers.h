#ifndef POLICY_OFFERS_H
#define POLICY_OFFERS_H

/*
 * What of the policy's lists of suites, groups and signature pairs is on the
 * wire. A list is the coded one or the release's default, less what OpenSSL
 * does not take with the versions that may be spoken. lib/tls sets OpenSSL by
 * it, attlsctl check and explain tell it, so that none says what another does
 * not do. Which suites, groups and pairs OpenSSL has is said by ciphers.def,
 * curves.def and sigpairs.def, which a test compares with the OpenSSL that the
 * programs are linked with.
 */

#include "policy/effective.h"

/* No table has more rows. */
enum { OFFERS_MAX = 32 };

/* Why a suite, a group or a pair of the policy is not on the wire. */
enum offers_out {
    OFFERS_IN, /* it is */
    OFFERS_NOT_IN_OPENSSL,
    OFFERS_BARRED, /* by OpenSSL's security level */
    OFFERS_NO_VERSION,
    OFFERS_NOT_IN_TLS13,
    OFFERS_NO_PAIR,
    OFFERS_NOT_IN_PROFILE,
    OFFERS_ONE_SHARE,
    OFFERS_OUT_COUNT
};

/* "not in this OpenSSL" */
const char *offers_why(enum offers_out out);

/*
 * OpenSSL's security level: 1, and 0 where allow_legacy lets TLSv1 or TLSv1.1
 * be spoken. Level 1 bars SHA-1 signatures, without which those can't be, and
 * suites without encryption: the policy's word alone does not make a
 * connection readable on the wire.
 */
int offers_level(const struct effective *e);
/* What level 1 bars of that which OpenSSL has. */
bool offers_bars_suite(const struct cipher *suite);
bool offers_bars_pair(const struct sigpair *pair);

/*
 * The versions of effective_versions() for which OpenSSL takes one of the
 * suites. Those of a client end at the first gap below the highest: OpenSSL
 * knows the lowest and the highest version of a hello and none to leave out.
 */
unsigned offers_versions(const struct effective *e);
/* V is on, below such a gap. */
bool offers_gap(const struct effective *e, const struct version *v);

/* OpenSSL has the suite, and its security level does not bar it: it belongs in
 * the lists that OpenSSL is given. */
bool offers_takes(const struct effective *e, const struct cipher *suite);

/* What a handshake does with the suite, which OpenSSL finds for itself: one
 * that no version that is on has, or that no signature pair can follow, is not
 * used. */
enum offers_out offers_suite(const struct effective *e,
                             const struct cipher *suite);

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

/* PARM is one of these lists, or a keyword of cipher suites, and the role in
 * effect sends or takes it. */
bool offers_has(const struct effective *e, enum policy_parm parm);
/* Codes of such a list, as effective_items() gives those of the policy's.
 * Suites of TLSv1.3 come first, as OpenSSL sends them. */
void offers_items(const struct effective *e, enum policy_parm parm,
                  effective_item_fn fn, void *arg);

/* What the policy's list has and the wire has not. */
typedef void (*offers_left_fn)(void *arg, const char *code,
                               enum offers_out why);
void offers_left_out(const struct effective *e, enum policy_parm parm,
                     offers_left_fn fn, void *arg);
/* "000A 0016 (not in this OpenSSL), 1301 (...)"; false: nothing is left out. */
bool offers_left_show(const struct effective *e, enum policy_parm parm,
                      struct strbuf *out);

#endif
