#ifndef RELAY_PUMP_H
#define RELAY_PUMP_H

/*
 * Bytes both ways between two endpoints: once, in order, with back-pressure
 * and half-close. A pump has no time and no event of its own: pump_run() is
 * called when an endpoint may have become ready, and again soon after
 * PUMP_MORE.
 *
 * Bytes are read into the thread's scratch buffer and written at once; only
 * what the other side does not take stays with the pump, and then nothing
 * more is read in that direction. So a direction holds at most PUMP_CHUNK
 * bytes, and an idle connection none. When all directions of the thread
 * together hold more than scratch.most, each reads at most PUMP_LITTLE.
 *
 * When both endpoints are in clear, a direction that has moved some bytes and
 * moves many at a time has them go through a pipe of the thread's instead;
 * what the other side does not take, at most PIPE_SIZE, stays in the pipe.
 */

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "relay/endpoint.h"
#include "relay/pipes.h"

enum { PUMP_CHUNK = 256 * 1024, PUMP_LITTLE = 16 * 1024 };

/* One a thread; it must outlive the thread's pumps. */
struct scratch {
    struct pipes pipes;
    /* What this thread's pumps keep, and from where on they read little:
     * max_buffers. Other threads may read HELD. */
    _Atomic size_t held;
    size_t most;
    char data[PUMP_CHUNK];
};

struct scratch *scratch_new(void);    /* NULL: no memory */
void scratch_free(struct scratch *s); /* NULL allowed */

/* One direction. */
struct flow {
    struct endpoint *from, *to;
    char *held; /* bytes that TO did not take, or NULL */
    uint32_t held_len, held_off;
    struct pipe *pipe; /* has bytes that TO did not take, or NULL */
    uint64_t bytes;    /* taken by TO */
    uint32_t counted;  /* of held and pipe, in scratch.held */
    bool bulk;         /* much was read the last time */
    bool eof;          /* FROM has ended */
    bool ended;        /* and TO has been told */
};

enum { FLOW_OUT, FLOW_IN }; /* app to wire, wire to app */

/* What the wire said first. */
enum { PUMP_FIRST = 6 };
struct pump_first {
    unsigned char byte[PUMP_FIRST];
    uint8_t want; /* how many are to come */
    bool heard;   /* all are there, and nobody has looked */
};

struct pump {
    struct flow flow[2];
    bool truncation_is_eof;
    struct pump_first first;
};

enum pump_status {
    PUMP_WAIT,  /* until an endpoint is ready */
    PUMP_MORE,  /* there may be more to do: call again, after others */
    PUMP_DONE,  /* both directions have ended: close the endpoints */
    PUMP_BROKEN /* the reason stands in the fault */
};

struct pump_fault {
    const struct endpoint *at;
    enum io why; /* IO_TRUNCATED, IO_LOST, IO_FAILED; IO_BLOCKED: no memory */
};

void pump_init(struct pump *p, struct endpoint *app, struct endpoint *wire);
/* SCRATCH: that of pump_run(). */
void pump_done(struct pump *p, struct scratch *scratch);

/* From now on the first PUMP_FIRST bytes of FLOW_IN are kept beside, when they
 * are read anyway. Once they are there pump_has_heard() is true, until
 * pump_heard() was asked for them. */
void pump_listen(struct pump *p);
static inline bool pump_has_heard(const struct pump *p)
{
    return p->first.heard;
}
const unsigned char *pump_heard(struct pump *p);

/*
 * Before the TO of direction WHICH is there: keeps of what FROM sends the first
 * PUMP_LITTLE bytes, which pump_run() passes on, and sees how FROM ends.
 * PUMP_WAIT, PUMP_BROKEN.
 */
enum pump_status pump_hear(struct pump *p, int which, struct scratch *scratch,
                           struct pump_fault *fault);

enum pump_status pump_run(struct pump *p, struct scratch *scratch,
                          struct pump_fault *fault);

#endif
