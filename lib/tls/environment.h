#ifndef TLS_ENVIRONMENT_H
#define TLS_ENVIRONMENT_H

/*
 * An AT-TLS environment: an environment action as used by one key ring
 * owner. It holds the ring, the certificates it may use, what it trusts, and
 * one SSL_CTX for each connection action that was used with it.
 *
 * Reference counted (atomically); sessions hold a reference. Sessions may be
 * made from several threads at once.
 */

#include <stdbool.h>
#include <stdint.h>

#include "keyring/rings/source.h"
#include "policy/effective.h"
#include "tls/outcome.h"

struct environment;

struct environment_params {
    struct ring_where where;
    const char *userid;          /* whose ring a bare name means */
    const struct effective *eff; /* any rule of the environment action */
    unsigned min_rsa;            /* bits; 0: as PeerMinRsaKeySize says */
    bool secrets;                /* session_tap() gives out TLS secrets */
    bool tls12_tickets;          /* a client resumes by ticket in TLSv1.2 too */
};

/* Stands for all of PARAMS but the user id and the policy: where it is not the
 * same, an environment is another one, whatever the policy says. */
struct digest environment_settings(const struct environment_params *params);

/*
 * Starts OpenSSL without the system's configuration file. Call once, before
 * any thread. ERR_CRYPTO.
 */
int tls_init(struct error *err);

/*
 * Opens the ring, or the file in its place, and builds the environment. 0, or
 * a return code (202, 109, 6; of a file 103, 106, 201) with its reason in
 * RET_WHY; it is lasting where the database itself has no better answer, or a
 * PIN is wrong. On failure *RET is not set. Reads files: nothing for an event
 * loop.
 */
int environment_open(const struct environment_params *params,
                     struct environment **ret, struct tls_outcome *ret_why);

/*
 * Whether the stored ring, or the file in its place, is not the one that ENV
 * was opened with (another label, usage, trust, default or certificate, or it
 * can't be read any more). PARAMS are those that ENV was opened with. A stat()
 * or two while nothing changed in the database; else the ring is read again
 * and compared, the answer "no" being remembered. Any thread; nothing for an
 * event loop.
 */
bool environment_ring_changed(struct environment *env,
                              const struct environment_params *params);
/* Until when the DEFAULT certificate of the ring is valid that is stored now,
 * as certinfo has it; "": there is none, or the ring can't be read. Reads
 * files: nothing for an event loop. */
void environment_stored_default(const struct environment_params *params,
                                char *until, size_t size);
/* The first half of the question, which reads nothing: false is the answer,
 * true is not yet. */
bool environment_store_changed(struct environment *env,
                               const struct environment_params *params);
/* The users of certificates (ClientAuthType SAFCheck) that ENV knows are not
 * those of the database: a stat() or two, where ENV asks for users at all. */
bool environment_users_changed(const struct environment *env);
/* Reads them, so that no handshake has to; nothing for an event loop. What is
 * wrong, the handshakes say. */
void environment_load_users(struct environment *env);
/* When the database, the file in the place of a ring, or that of a token's PIN,
 * was last changed: to be taken before environment_open() and compared after it
 * has failed. */
void environment_stamp(const struct environment_params *params,
                       struct keyring_stamp *ret);
/*
 * Whether ENV may stay in use although environment_open() with the same PARAMS
 * fails now: each certificate that it holds is stored and trusted, and its
 * ring may be read (keyring_still_good()). True of a file, which nobody marks;
 * false where nobody knows. WHY is set when it is false.
 */
bool environment_may_stay(const struct environment *env,
                          const struct environment_params *params,
                          struct error *why);

struct environment *environment_ref(struct environment *env);
void environment_unref(struct environment *env); /* NULL allowed */

/* A number for the log that stands where z/OS prints the address of the System
 * SSL environment; it comes from a counter and is never an address. */
uint64_t environment_handle(const struct environment *env);
/* "IMSSTC/IMS.KeyRing" */
const char *environment_ring(const struct environment *env);

#endif
