#ifndef POLICY_EFFECTIVE_H
#define POLICY_EFFECTIVE_H

/*
 * The effective policy of one rule: every parameter with its value after
 * connection over environment over group precedence and the defaults of the
 * release, and where the value was written (IP Configuration Reference,
 * TTLSConnectionAction, "if specified on both ... the connection action").
 *
 * Parameters are named by their keyword: PARM_HandshakeTimeout, PARM_TLSv1_2,
 * PARM_3DesKeyCheck (characters that C has no room for become '_'). The
 * enumeration is made from parms.def, the one table of the language.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/ciphers.h"
#include "policy/parms.h"
#include "policy/versions.h"
#include "util/digest.h"
#include "util/source.h"

struct effective;

/*
 * Values of the parameters that are a choice. Their texts stand in
 * choices.def; a new value is a row there and a name here.
 */
enum { SWITCH_OFF, SWITCH_ON };
enum { ROLE_CLIENT, ROLE_SERVER, ROLE_SERVER_CLIENT_AUTH };
enum { AUTH_PASSTHRU, AUTH_FULL, AUTH_REQUIRED, AUTH_SAFCHECK };
enum { SETTING_OFF, SETTING_OPTIONAL, SETTING_REQUIRED };
enum { MATCH_OPTIONAL, MATCH_REQUIRED };
enum { EMS_OFF, EMS_ON, EMS_REQUIRED };
enum {
    SUITEB_OFF,
    SUITEB_128,
    SUITEB_128_MIN,
    SUITEB_192,
    SUITEB_192_MIN,
    SUITEB_ALL
};
enum { RENEG_DEFAULT, RENEG_DISABLED, RENEG_ALL, RENEG_ABBREVIATED };
enum { RENEGIND_OPTIONAL, RENEGIND_CLIENT, RENEGIND_SERVER, RENEGIND_BOTH };
enum { CERTMODE_ANY, CERTMODE_RFC2459, CERTMODE_RFC3280, CERTMODE_RFC5280 };
enum { CERTVERSION_ANY, CERTVERSION_3 };
enum { EDH_CLIENT_LEGACY, EDH_CLIENT_2048 };
enum { EDH_SERVER_LEGACY, EDH_SERVER_2048, EDH_SERVER_MATCH };
enum { FACILITY_DAEMON, FACILITY_AUTH };
enum { FIPS_OFF, FIPS_ON, FIPS_LEVEL1, FIPS_LEVEL2, FIPS_LEVEL3 };
enum { TICKET_AESCBC128, TICKET_AESCBC256 };
enum { SECLEVEL_LOW, SECLEVEL_MEDIUM, SECLEVEL_HIGH };
enum { STAPLING_OFF, STAPLING_ANY, STAPLING_END_ENTITY };

enum effective_level {
    LEVEL_DEFAULT,
    LEVEL_GROUP,
    LEVEL_ENVIRONMENT,
    LEVEL_CONNECTION
};

/*
 * Stands for the TLS that the policy makes: the values of the parameters that
 * parms.def marks TLS, wherever they were coded, with the release's defaults.
 * Two policies, of one load or of two, make the same TLS exactly where their
 * digests are the same; what was made of one may then be used for the other.
 *
 * A wrong "the same" would let a session of one policy be resumed under
 * another, so this is SHA-256, and not a hash with a comparison of values
 * behind it, which would have to keep the values of policies that are gone.
 */
const struct digest *effective_digest(const struct effective *e);

/*
 * A copy that knows the parameters marked TLS and no other: what is made from
 * it can't depend on a value that the digest leaves out. To ask it for another
 * is a fault (asserted), and finds nothing. NULL: no memory. To be given to
 * free(), before its policy goes.
 */
struct effective *effective_for_tls(const struct effective *e);

/* Where the value in effect comes from; *RET (may be NULL) gets its place,
 * src NULL for a default. */
enum effective_level effective_origin(const struct effective *e,
                                      enum policy_parm parm, struct span *ret);

/* Each call must fit the type of the parameter's row (asserted). */
bool effective_on(const struct effective *e, enum policy_parm parm);
unsigned long effective_number(const struct effective *e,
                               enum policy_parm parm);
int effective_choice(const struct effective *e, enum policy_parm parm);
/* NULL: not coded and without default. */
const char *effective_text(const struct effective *e, enum policy_parm parm);
/* Repeatable texts, in the order of coding; the count is returned. */
size_t effective_texts(const struct effective *e, enum policy_parm parm,
                       const char *const **ret);

/* V3CipherSuites and V3CipherSuites4Char together, in order of preference,
 * each once; the release's default list when none is coded. */
size_t effective_ciphers(const struct effective *e,
                         const struct cipher *const **ret);
/* ClientECurves, ClientKeyShareGroups, ServerKexECurves,
 * ServerKeyShareGroups. 0 with *RET NULL: "Any" or not coded. */
size_t effective_curves(const struct effective *e, enum policy_parm parm,
                        const struct curve *const **ret);
/* SignaturePairs, SignaturePairsCert; 0 with *RET NULL: not coded. */
size_t effective_sigpairs(const struct effective *e, enum policy_parm parm,
                          const struct sigpair *const **ret);

/*
 * The TLS versions that may be spoken: those that the policy has on, TLSv1
 * and TLSv1.1 only with allow_legacy, only TLSv1.2 under a SuiteBProfile.
 * A sum of enum version_bit; 0: none is left.
 */
unsigned effective_versions(const struct effective *e);

/* A parameter in effect that is not built here: a connection that maps to it
 * is refused with a line that says so. */
struct policy_refusal {
    enum policy_parm parm;
    const char *keyword;
    struct span span;
    const char *why; /* "no FIPS 140 module is used" */
};
/* The first one; NULL: none. */
const struct policy_refusal *effective_refused(const struct effective *e);

/* The value as policy text ("On", "10", "0035 002F"); "****" for a secret.
 * Goes to explain and diff. */
struct strbuf;
void effective_show(const struct effective *e, enum policy_parm parm,
                    struct strbuf *out);

/*
 * The items of a parameter that is a list: codes as four digits (a cipher
 * keyword gives the suites in effect, the profile's under SuiteBProfile), else
 * texts; "****" for a secret. False, without a call: the parameter is not a
 * list, or its value is the word Any.
 */
typedef void (*effective_item_fn)(void *arg, const char *text);
bool effective_items(const struct effective *e, enum policy_parm parm,
                     effective_item_fn fn, void *arg);

/* A parameter that has a value. */
struct effective_value {
    enum policy_parm parm;
    const char *keyword;
    enum effective_level level;
    struct span span; /* where it was written; src NULL: a default */
};

/*
 * Calls FN for every parameter with a value, in the order of parms.def. The
 * suites in effect stand under one keyword: V3CipherSuites where only that one
 * is coded, else V3CipherSuites4Char. A rule without environment action has
 * the group's parameters only.
 */
typedef void (*effective_visit_fn)(void *arg, const struct effective_value *v);
void effective_visit(const struct effective *e, effective_visit_fn fn,
                     void *arg);

/* "default", "group", "environment", "connection" */
const char *effective_level_name(enum effective_level level);

/* Both say the same in this parameter; secrets are compared too. */
bool effective_same(const struct effective *a, const struct effective *b,
                    enum policy_parm parm);

/*
 * How far TLS is switched on for connections of the rule, with the words of
 * the network management interface's policy status: "Enabled", "Not Enabled"
 * (TTLSEnabled Off), "Appl Control" (ApplicationControlled On).
 */
const char *effective_status(const struct effective *e);

#endif
