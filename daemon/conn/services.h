#ifndef CONN_SERVICES_H
#define CONN_SERVICES_H

/*
 * What the daemon's rooms borrow. attlsd/server.c fills it in once and lends it
 * as a pointer to const to connections, workers and console: a new service is
 * a new member here, and a line there. Everything but NOW, TRACE and SNAPSHOTS
 * may be NULL.
 */

#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct audit;
struct config;
struct fair;
struct marks;
struct naming;
struct own;
struct pagent;
struct pairs;
struct seldom;
struct rulekeeper;
struct snapshots;
struct stories;
struct trace;
struct wiretraces;

struct services {
    uint64_t (*now)(void); /* milliseconds, never backwards */
    time_t started;
    const struct config *config; /* of the start: it has the listeners */
    struct trace *trace;
    struct snapshots *snapshots;
    struct pagent *pagent;
    struct fair *fair;             /* NULL: nobody's connections are counted */
    struct naming *naming;         /* NULL: only given names are known */
    struct stories *stories;       /* NULL: failures are not told */
    struct audit *audit;           /* NULL: nothing is counted there */
    struct seldom *clear;          /* NULL: no line is about clear text */
    struct wiretraces *wiretraces; /* NULL: packets are never traced */
    struct own *own;           /* NULL: no socket of the daemon can come back */
    struct pairs *pairs;       /* NULL: no listener is transparent; */
    struct rulekeeper *keeper; /* the same */
    /* NULL: the daemon may set none, so the rules must exclude its user id,
     * and programs see the daemon as their peer. */
    const struct marks *marks;
};

#endif
