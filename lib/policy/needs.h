#ifndef POLICY_NEEDS_H
#define POLICY_NEEDS_H

/*
 * What a rule wants of its key ring: which certificates of its own, by label
 * or as the DEFAULT, in order of preference. Whoever opens a ring, checks one
 * or shows one asks here (IP Configuration Reference,
 * TTLSConnectionAdvancedParms: a server with ServerCertificateLabel does not
 * look at CertificateLabel).
 *
 * Two wishes are those of every rule: its own certificate has a private key
 * that the owner of the ring may use, and the ring holds an authority (System
 * SSL Programming, return code 109).
 */

#include <stdbool.h>
#include <stddef.h>

#include "policy/effective.h"
#include "zos/ringname.h"

struct ring_needs {
    const struct effective *eff; /* lives as long as its policy */
    bool server;
    /* The keyword that names the certificates: ServerCertificateLabel or
     * CertificateLabel. Keyring: no label is coded, the DEFAULT is meant,
     * without which a client can do and a server can't. */
    enum policy_parm parm;
    size_t label_count;
    bool at_connection; /* labels of a connection action: looked for then */
    size_t name_count;  /* a server's certificates for names of its own */
};

/* Which ring it is; the environment action has a Keyring. */
struct ring_name ring_needs_ring(const struct effective *e);

void ring_needs(const struct effective *e, struct ring_needs *ret);

const char *ring_needs_label(const struct ring_needs *n, size_t i);

/* A line of ServerHandshakeSNIList, "NAME/LABEL": bytes of NAME, and LABEL;
 * NULL: the name has no certificate of its own. */
struct ring_name_need {
    const char *name, *label;
    size_t name_len;
};
struct ring_name_need ring_needs_name(const struct ring_needs *n, size_t i);

/* "CertificateLabel 'IMSSTC'"; "the DEFAULT certificate". */
struct strbuf;
void ring_needs_show(const struct ring_needs *n, struct strbuf *out);

#endif
