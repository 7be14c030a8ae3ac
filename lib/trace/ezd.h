#ifndef TRACE_EZD_H
#define TRACE_EZD_H

/*
 * IBM's AT-TLS messages, EZD1281I to EZD1287I, from fields to the exact line.
 * Layouts and levels stand in ezd.def (IP Messages Volume 1 (EZA, EZD) and IP
 * Diagnosis Guide, "AT-TLS traces"); call sites pass fields, never text.
 *
 * A message is written when the Trace value has its bit; the test comes
 * before any formatting. Fields from outside are escaped.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/trace.h"
#include "util/netaddr.h"
#include "util/strbuf.h"

/* Bits of the policy's Trace parameter. */
enum {
    EZD_TRACE_JOBLOG = 1, /* errors to the job log: EZD1287I */
    EZD_TRACE_ERROR = 2,  /* errors to syslog: EZD1286I */
    EZD_TRACE_INFO = 4,   /* EZD1281I, and EZD1283I Initial Handshake */
    EZD_TRACE_EVENT = 8,  /* EZD1282I, EZD1283I */
    EZD_TRACE_FLOW = 16,  /* EZD1282I, EZD1284I */
    EZD_TRACE_DATA = 32   /* EZD1285I */
};

enum ezd_type { EZD_INBOUND, EZD_OUTBOUND };
enum ezd_status { EZD_ENABLED, EZD_NOT_ENABLED, EZD_APPL_CONTROL };

/* EZD_CONNECTION_INIT, EZD_INITIAL_HANDSHAKE and so on; the texts stand in
 * ezd.def. */
enum ezd_event {
#define EZD_EVENT(name, text, bits) EZD_##name,
#include "trace/ezd.def"
    EZD_EVENT_COUNT
};

/* What an EZD1284I line is about: a call of System SSL, an attribute read or
 * set. */
enum ezd_action { EZD_CALL, EZD_GET, EZD_SET };

/*
 * Who a line is about. Strings are borrowed for the call; NULL or "" prints as
 * **N/A**, and so does an address of family AF_UNSPEC. connid 0: the event
 * belongs to an environment.
 */
struct ezd_subject {
    uint32_t grpid, envid, connid;
    struct netaddr local, remote;
    const char *jobname, *userid;
    const char *rule, *group, *environment, *connection;
    enum ezd_type type;
    unsigned trace; /* effective Trace value */
    enum trace_facility facility;
};

/* What an event adds behind its name. */
struct ezd_handshake {
    uint64_t session, environment; /* handles; 0: zeros */
    const char *protocol;          /* "TLSV1.2"; NULL: 16 zeros */
    uint16_t cipher;               /* IANA number; printed in EBCDIC hex */
};

/* EZD1281I */
void ezd_map(struct trace *t, const struct ezd_subject *s,
             enum ezd_status status);
/* EZD1282I; ADD may be NULL */
void ezd_start(struct trace *t, const struct ezd_subject *s,
               enum ezd_event event, const char *add);
/* EZD1283I, and when RC is not 0 EZD1286I and EZD1287I after it. For
 * environment events (connid 0) only errors are written below bit 8. ADD may
 * be NULL. */
void ezd_event(struct trace *t, const struct ezd_subject *s, int rc,
               enum ezd_event event, const char *add);
/*
 * The two events that end the opening of S's environment, or its failure with
 * RC: that of the "master" environment, which on z/OS holds the ring, and the
 * link to it. Here they are one, so both have its number.
 */
void ezd_environment(struct trace *t, const struct ezd_subject *s, int rc,
                     uint64_t handle);

/* EZD1284I: WHAT is a function or attribute of System SSL
 * ("GSK_SECURE_SOCKET_INIT"). */
void ezd_flow(struct trace *t, const struct ezd_subject *s, int rc,
              enum ezd_action action, const char *what, const char *add);
/* EZD1285I: bytes of the handshake or a record header as they were on the
 * wire, in hex; never clear data and never keys. */
void ezd_data(struct trace *t, const struct ezd_subject *s, bool sent,
              const void *bytes, size_t len);

/* "hhhhhhhhhhhhhhhh eeeeeeeeeeeeeeee TLSV1.2 F0F0F3F5" */
void ezd_add_handshake(const struct ezd_handshake *h, struct strbuf *out);

#endif
