#ifndef TLS_FACTS_H
#define TLS_FACTS_H

/*
 * What a handshake did, for people: who asked for a certificate and which
 * authorities were named, which one this side showed and why that one, what
 * the policy demands of the partner's, and what was agreed on. It is found out
 * when somebody asks, from what OpenSSL, the ring and the policy hold; nothing
 * is kept for it while a connection lives. A plain value; nothing is decided by
 * it.
 */

#include <stddef.h>
#include <stdint.h>

#include "policy/effective.h"
#include "tls/certinfo.h"
#include "tls/hello.h"
#include "util/shortlist.h"

struct environment;
struct session;

enum fact_known { NOT_KNOWN, IT_IS_SO, IT_IS_NOT_SO };

struct handshake_facts {
    /* of the client, by the server, whichever of them this side is */
    enum fact_known requested;
    struct shortlist authorities; /* that the server named */

    enum fact_known own_sent, peer_sent; /* a certificate */
    char own_choice[320]; /* label, and why it is this one, or looked for */
    char own_unsent[160]; /* why none was sent; "": it was, or nobody knows */
    struct shortlist own_names, peer_names; /* certinfo_names() */
    unsigned own_count;   /* certificates sent, or to be sent */
    size_t peer_count;    /* that the partner sent */
    char own_lacks[160];  /* issuer of the last one that the ring has not */
    char peer_lacks[160]; /* issuer of the last one that was not sent */

    char names_wanted[320];    /* HostReferenceId...: of the partner */
    char key_wanted[320];      /* PeerMin... and min_rsa, for its kind of key */
    char signature_pairs[160]; /* that the partner named in its request */
    uint16_t group;            /* agreed on, as in hellos; 0: not known */
};

/*
 * Of SESSION, whose settings are EFF. Where there is none, SESSION is NULL:
 * then of the ring of ENV what EFF would have shown; and where there is no
 * environment either, ENV is NULL too, what EFF looks for. RET_OWN is the
 * certificate that this side shows, or the one that can't be shown.
 */
void handshake_facts_read(const struct session *session,
                          struct environment *env, const struct effective *eff,
                          struct certinfo *ret_own,
                          struct handshake_facts *ret);

#endif
