#ifndef HWS_CHECKER_H
#define HWS_CHECKER_H

/*
 * Logons are checked by a thread of its own: a password's hash takes a tenth
 * of a second, and no other client waits for it.
 *
 * Those that wait are taken in turn, one of each peer address and of each user
 * in it; who had wrong passwords lately comes after who had none, but nobody
 * waits for ever. A no is answered late, the later the more of them its peer
 * address had; a yes at once.
 */

#include <event2/event.h>

#include <stdbool.h>

#include "util/error.h"
#include "util/netaddr.h"
#include "util/strbuf.h"

struct hws_checker;
struct hws_check; /* one logon on its way */

enum {
    HWS_CHECKS_MAX = 256,  /* that wait */
    HWS_FREE_FAILURES = 3, /* of a peer address, whose no is not late */
    HWS_DELAY_MS = 250,    /* the first one that is; twice as long each time */
    HWS_DELAY_MAX_MS = 8000,
    HWS_MEMORY_SECONDS = 60 /* a failure is remembered */
};

struct hws_checker_params {
    struct event_base *base;
    /* On the thread: whether the user may log on, and a line for the log. */
    bool (*logon)(void *arg, const char *user, const char *password,
                  struct strbuf *why);
    /* By BASE's loop. */
    void (*log)(void *arg, const char *line);
    void *arg; /* of both */
};

/* ERR_NOMEM, ERR_SYSTEM. */
int hws_checker_new(const struct hws_checker_params *params,
                    struct hws_checker **ret, struct error *err);
/* Waits for the logon that is being checked. No DONE is called any more. NULL
 * allowed. */
void hws_checker_free(struct hws_checker *c);

/* DONE is called by BASE's loop, later. NULL: no memory, or too many wait. */
typedef void (*hws_checked_fn)(void *arg, bool good);
struct hws_check *hws_checker_ask(struct hws_checker *c,
                                  const struct netaddr *peer, const char *user,
                                  const char *password, hws_checked_fn done,
                                  void *arg);
/* Nobody wants the answer any more. */
void hws_checker_drop(struct hws_check *k);

#endif
