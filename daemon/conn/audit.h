#ifndef CONN_AUDIT_H
#define CONN_AUDIT_H

/*
 * What was really seen on the wire: per rule the versions, cipher suites and
 * partners' certificates, and what went in clear and why, by port, job and
 * user. Counted since the start; any thread may call anything here. A
 * handshake costs a look-up, nothing is formatted.
 */

#include <stdbool.h>
#include <stdint.h>
#include <openssl/x509.h>

#include "policy/policy.h"
#include "util/json.h"

enum { AUDIT_ENTRIES_MAX = 4096 };

enum audit_clear {
    AUDIT_TLS,     /* not in clear */
    AUDIT_NO_RULE, /* no rule fits */
    AUDIT_OFF,     /* the rule says TTLSEnabled Off */
    AUDIT_NOTTLS   /* TTLS was off, allow_nottls was true */
};

struct audit;

struct audit *audit_new(void); /* NULL: no memory */
void audit_free(struct audit *a);

/* A connection; strings are borrowed for the call. */
struct audit_seen {
    enum audit_clear clear;
    enum policy_direction direction;
    uint16_t port;                /* that the server listens on */
    const char *jobname, *userid; /* "": not known */
    const char *rule;             /* "": none */
    const char *protocol;         /* of a handshake; "" in clear */
    uint16_t cipher;
    X509 *cert; /* the partner's, or NULL */
};
void audit_count(struct audit *a, const struct audit_seen *seen);

/* More about connections that were counted: one began with a ClientHello, in
 * clear; the rule that came nearest to them, or NULL. */
void audit_note(struct audit *a, const struct audit_seen *seen, bool hello,
                const char *nearest);

void audit_print(struct audit *a, struct strbuf *out);
void audit_json(struct audit *a, struct json *j);

#endif
