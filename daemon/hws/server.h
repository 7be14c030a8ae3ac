#ifndef HWS_SERVER_H
#define HWS_SERVER_H

/*
 * The listener for DRDA clients, their sessions and the operator's socket, on
 * one event base. Everything is bounded: clients (MAXSOC), what one may have
 * unanswered, how long one may take until it has logged on and for a message
 * (PORTTMOT). Logons are checked beside the loop, checker.h.
 */

#include <event2/event.h>

#include "hws/config.h"
#include "util/error.h"
#include "util/netaddr.h"

struct hws_server;

struct hws_server_params {
    const struct hws_config *config;
    struct netaddr listen; /* with the port of DRDAPORT */
    const char *racf;      /* the security database */
    const char *odbm;      /* the name in VIEWHWS */
    const char *control;   /* the operator's socket; NULL: none */
    unsigned revoke; /* wrong passwords in a row that revoke a user; 0: never */
    /* One line for the log, without newline. */
    void (*log)(void *arg, const char *line);
    void *log_arg;
};

/* Binds and listens. ERR_SYSTEM (the address is in use ...), ERR_EXISTS
 * (another one serves the operator's socket), ERR_NOMEM, and what
 * hws_logon_check() says. PARAMS is borrowed. */
int hws_server_open(struct event_base *base,
                    const struct hws_server_params *params,
                    struct hws_server **ret, struct error *err);
/* Resets the clients, removes the operator's socket. NULL allowed. */
void hws_server_close(struct hws_server *s);

#endif
