#ifndef RELAY_WIRETRACE_H
#define RELAY_WIRETRACE_H

/*
 * `attlsctl trace`: the wire side of TLS connections as a pcapng file, with
 * TLS secrets where they are allowed and with the clear side where the rule's
 * CtraceClearText is On. One trace at a time, of connections that begin while
 * it runs; bounded in bytes and time; a line in the log at its begin, each
 * minute and at its end.
 *
 * A thread of its own writes. A connection only puts its packets into a
 * bounded queue, and loses them when that is full: a file that blocks never
 * delays it. Any thread may call anything here.
 */

#include "tls/session.h"
#include "trace/trace.h"
#include "util/netaddr.h"

enum {
    WIRETRACE_RULE_MAX = 64,
    WIRETRACE_QUEUE = 8 * 1024 * 1024, /* bytes that wait to be written */
    WIRETRACE_HELD = 256 * 1024,       /* of a handshake, until it is done */
    WIRETRACE_DEFAULT_MB = 64,         /* size of the file, 1 to ... */
    WIRETRACE_MAX_MB = 4096,
    WIRETRACE_DEFAULT_SECONDS = 300, /* how long it runs, 1 to ... */
    WIRETRACE_MAX_SECONDS = 86400
};

struct wiretraces;

struct wiretrace_params {
    int fd;            /* is taken, also on failure */
    const char *rule;  /* "": all */
    uint64_t bytes;    /* longest file */
    unsigned seconds;  /* longest time */
    unsigned long uid; /* whose it is, for the log */
};

struct wiretrace_result {
    unsigned long connections, lost; /* lost: times that the queue was full */
    uint64_t bytes;
    bool ended; /* false: the file blocks, its writer goes on trying */
};

/* LOG is borrowed. */
int wiretraces_new(struct trace *log, struct wiretraces **ret,
                   struct error *err);
/* After all taps are gone. NULL allowed. */
void wiretraces_free(struct wiretraces *all);
/* ERR_EXISTS: one runs; ERR_SYSTEM, ERR_NOMEM. */
int wiretraces_start(struct wiretraces *all, const struct wiretrace_params *p,
                     struct error *err);
/* Waits for the writer at most a second or two. ERR_NOT_FOUND: none runs. */
int wiretraces_stop(struct wiretraces *all, struct wiretrace_result *ret,
                    struct error *err);

/* Whether one runs now. ALL may be NULL. */
bool wiretraces_run(const struct wiretraces *all);

/* ---- of a connection; one thread at a time ---- */

struct wiretap;

struct wiretap_params {
    const char *rule;
    bool outbound, secrets, clear;
    uint32_t id;                  /* CONNID */
    struct netaddr local, remote; /* of the wire side */
};

/* NULL: no trace runs, or not of this rule. */
struct wiretap *wiretap_new(struct wiretraces *all,
                            const struct wiretap_params *p);
/* Before the session has its socket. NULL allowed here and below. */
void wiretap_session(struct wiretap *t, struct session *session);
/* The handshake is done: its packets stand behind their secrets now. */
void wiretap_secured(struct wiretap *t);
/* The app side is there, at these addresses: where its packets are wanted, they
 * are taken from now on. */
void wiretap_app(struct wiretap *t, const struct netaddr *local,
                 const struct netaddr *remote);
/* The connection has ended, and its session is gone. */
void wiretap_free(struct wiretap *t);

#endif
