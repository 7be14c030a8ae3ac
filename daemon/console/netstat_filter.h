#ifndef CONSOLE_NETSTAT_FILTER_H
#define CONSOLE_NETSTAT_FILTER_H

/*
 * The filters of Netstat (IP System Administrator's Commands, "The Netstat
 * command filter"): CLIent/-E, IPAddr/-I, IPPort/-B and POrt/-P with up to six
 * values each, CONNType/-X, and MAX. A connection is shown when it fits one
 * value of each filter that is given; on z/OS only one may be.
 */

#include <stdint.h>

#include "conn/view.h"
#include "console/words.h"

enum { FILTER_VALUES = 6 };

struct filter_network {
    struct netaddr address;
    unsigned char mask[16];
};

struct filters {
    size_t client_count, network_count, port_count, socket_count;
    const char *client[FILTER_VALUES]; /* patterns of job names; borrowed */
    struct filter_network network[FILTER_VALUES];
    uint16_t port[FILTER_VALUES];
    struct netaddr socket[FILTER_VALUES];
    enum { TYPE_ANY, TYPE_NO_RULE, TYPE_RULE, TYPE_CURRENT, TYPE_STALE } type;
    uint32_t group; /* GRoup of CONNType; 0: any */
    size_t max;     /* records that are shown; 0: all */
};

/* What a report takes: the first report has no connections to choose from. */
enum filter_scope { FILTER_MAX_ONLY, FILTER_CONNECTIONS };

/* The next words are a filter: steps over them. 1; 0: they are other words;
 * ERR_VALUE, with the reason, when a value is wrong or SCOPE has no such. */
int filters_take(struct filters *f, struct words *w, enum filter_scope scope,
                 struct error *err);

/* STALE: the connection's group or environment is not the current policy's. */
bool filters_fit(const struct filters *f, const struct conn_view *v,
                 bool stale);

#endif
