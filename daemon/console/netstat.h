#ifndef CONSOLE_NETSTAT_H
#define CONSOLE_NETSTAT_H

/* What netstat.c, display.c and the reports share. */

#include "conn/view.h"
#include "console/netstat_filter.h"
#include "console/private.h"
#include "util/json.h"

enum report {
    REPORT_CONN, /* COnn, ALLCOnn: a line a connection */
    REPORT_ALL,  /* ALL: the counters and TTLSPolicy of each */
    REPORT_CONFIG,
    REPORT_TTLS_GROUP,
    REPORT_TTLS_CONN
};

/* A NETSTAT command, understood. */
struct netstat {
    enum report report;
    uint32_t connid;            /* of TTLS COnn */
    bool detail, json, console; /* console: layout of D TCPIP,,NETSTAT */
    struct filters filters;
};

/* Answers NETSTAT with the words that are left; N has what is known so far. */
void netstat_answer(struct question *q, struct words *w, struct netstat *n);

/* Open connections by CONNID: all, or where the report lists them those that
 * the filters let through, MAX at most. */
struct views {
    struct conn_view *item;
    size_t count;
    size_t total; /* that the filters let through, MAX or not */
    bool failed;  /* no memory */
};

/* Its group or environment is not the current policy's. */
bool netstat_is_stale(struct snapshot *current, const struct conn_view *v);

/* The report; the snapshot is the current one. */
void report_print(struct question *q, const struct netstat *n,
                  struct snapshot *current, const struct views *v,
                  struct strbuf *out);
void report_json(struct question *q, const struct netstat *n,
                 struct snapshot *current, const struct views *v,
                 struct strbuf *out);

/* A group counts as long as it is current or connections use it. */
struct group_row {
    const char *name;
    uint32_t id;
    unsigned long connections;
    bool stale;
};
/* Allocated, *RET_COUNT rows; NULL: no memory. */
struct group_row *report_groups(struct snapshot *current, const struct views *v,
                                size_t *ret_count);

/* "CS 3.1", "CS V2R3", padded to WIDTH. */
void report_add_version(const struct snapshot *s, int width,
                        struct strbuf *out);
/* What z/OS calls the state of the socket. */
const char *report_state(const struct conn_view *v);

#endif
