#ifndef SUPPORT_RIG_H
#define SUPPORT_RIG_H

/*
 * What a worker gives its connections, without the thread: a snapshot of a
 * small configuration and policy, an event base, and a clock that stands still
 * until the test moves it. The key rings are those of support/testring.h.
 *
 * The policy has rules In and Out (TLS for job RIG, any address) and InOff
 * (job OFF, TTLSEnabled Off). There are two listeners, RIG_IN (user SERVER)
 * and RIG_OUT (user CLIENT), whose target the test sets.
 */

#include "conn/conn.h"
#include "conn/loop.h"
#include "conn/services.h"
#include "relay/metrics.h"
#include "site/config.h"
#include "site/snapshot.h"
#include "support/testring.h"

enum { RIG_IN, RIG_OUT };

struct rig {
    struct testring *rings; /* borrowed */
    struct snapshots *snapshots;
    struct config *config;
    struct trace *trace;      /* without sinks */
    struct services services; /* the least of them */
    struct loop *loop;
};

/* Milliseconds; starts at an hour. One clock for all rigs of a program. */
extern uint64_t rig_clock;

/* SETTINGS: lines of attlsd.conf, MORE: of both environments' advanced
 * parameters. A failure ends the test program. */
void rig_open(struct rig *r, struct testring *rings, const char *settings,
              const char *more);
/* The same, for somebody who is woken. */
void rig_open_for(struct rig *r, struct testring *rings, const char *settings,
                  const char *more, const struct loop_owner *owner);
void rig_close(struct rig *r);

/* Loads these files anew, as SIGHUP does, and swaps. */
struct snapshot *rig_load(struct rig *r, const char *settings,
                          const char *more);

struct config_listener *rig_listener(const struct rig *r, int which);
uint64_t rig_counter(const struct rig *r, enum counter c);
/* One turn of the event loop, without waiting. */
void rig_turn(struct rig *r);

#endif
