#ifndef TRACE_SINK_H
#define TRACE_SINK_H

/*
 * One destination of records. Sinks are called by the trace's writer thread
 * only, so they may block; they are opened before it starts.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "trace/trace.h"
#include "util/error.h"

/* A finished record. Texts live for the call. */
struct trace_record {
    struct timespec when;
    enum trace_priority priority;
    enum trace_facility facility;
    bool joblog;         /* EZD1287I: only to sinks with joblog */
    bool ibm;            /* an EZD line of AT-TLS, not a remark */
    const char *program; /* whose line: NULL "TTLS" or "attlsd"; a constant */
    const char *stack;   /* job name of the stack */
    const char *text;    /* without newline at the end */
    /* For sinks with fields; only of IBM's lines. */
    const char *rule; /* NULL: none */
    uint32_t connid;  /* 0: none */
    int rc;
    bool has_rc;
};

struct sink_ops {
    /* 0 or negative when the record could not be written (it is counted) */
    int (*write)(struct sink *s, const struct trace_record *r);
    void (*reopen)(struct sink *s); /* may be NULL */
    void (*free)(struct sink *s);
    /* Each second or two: can what was written still be read? STACK is for a
     * line about it. May be NULL. */
    void (*look)(struct sink *s, const char *stack);
};

struct sink {
    const struct sink_ops *ops;
    bool joblog; /* takes EZD1287I */
};

/* "Mmm dd hh:mm:ss host TTLS[pid]: hh:mm:ss stack  text", a remark has
 * "attlsd[pid]: text" there, the Policy Agent "PAGENT[pid]: text"; on stderr
 * and in files one record one line, but for the job log's five. Only the stderr
 * sink takes EZD1287I unless the caller says otherwise (joblog). */
int sink_stderr_open(struct sink **ret, struct error *err);
/* Appends; 0640. ERR_SYSTEM names the path. */
int sink_file_open(const char *path, struct sink **ret, struct error *err);
/* As sink_file_open(), one JSON object a line: time (UTC), priority, facility,
 * stack, message (an EZD number), connid, rule, rc, text. */
int sink_json_open(const char *path, struct sink **ret, struct error *err);
/* To the syslog daemon's socket, RFC 3164's layout. ERR_NOT_FOUND: no daemon
 * listens. */
int sink_syslog_open(struct sink **ret, struct error *err);
/* To systemd's journal; connection, rule and return code are fields CONNID,
 * RULE and RC, the stack's job name is JOBNAME. ERR_NOT_FOUND as above. */
int sink_journal_open(struct sink **ret, struct error *err);

#endif
