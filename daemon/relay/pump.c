/* The relay; see pump.h for what it promises. */

#include "relay/pump.h"

#include <stdlib.h>
#include <string.h>

/* Rounds of one direction before others get their turn. */
enum { TURNS = 4 };

/* A pipe costs two system calls more than it saves copying when little is
 * moved: a direction uses one only after it has moved SPLICE_AFTER bytes, and
 * after a read of at least SPLICE_MIN. */
enum { SPLICE_AFTER = 64 * 1024, SPLICE_MIN = 16 * 1024 };

static void scratch_init(struct scratch *s)
{
    s->pipes = (struct pipes){0};
    atomic_init(&s->held, 0);
    s->most = SIZE_MAX;
}

struct scratch *scratch_new(void)
{
    struct scratch *s = malloc(sizeof(*s));

    if (s != NULL)
        scratch_init(s);
    return s;
}

void scratch_free(struct scratch *s)
{
    if (s != NULL)
        pipes_done(&s->pipes);
    free(s);
}

void pump_init(struct pump *p, struct endpoint *app, struct endpoint *wire)
{
    memset(p, 0, sizeof(*p));
    p->flow[FLOW_OUT].from = app;
    p->flow[FLOW_OUT].to = wire;
    p->flow[FLOW_IN].from = wire;
    p->flow[FLOW_IN].to = app;
}

/* Held bytes are the application's: they are wiped. */
static void drop_held(struct flow *f)
{
    if (f->held == NULL)
        return;
    explicit_bzero(f->held, f->held_len);
    free(f->held);
    f->held = NULL;
}

static void drop_pipe(struct flow *f, struct scratch *scratch)
{
    pipes_put(&scratch->pipes, f->pipe);
    f->pipe = NULL;
}

static bool is_tight(const struct scratch *scratch)
{
    return atomic_load_explicit(&scratch->held, memory_order_relaxed) >=
           scratch->most;
}

/* One thread writes: no locked instruction is needed. */
static void count_held(struct flow *f, struct scratch *scratch)
{
    size_t now = (f->held != NULL ? f->held_len : 0) +
                 (f->pipe != NULL ? f->pipe->len : 0);
    size_t sum = atomic_load_explicit(&scratch->held, memory_order_relaxed);

    if (now == f->counted)
        return;
    atomic_store_explicit(&scratch->held, sum + now - f->counted,
                          memory_order_relaxed);
    f->counted = (uint32_t)now;
}

void pump_done(struct pump *p, struct scratch *scratch)
{
    int i;

    for (i = 0; i < 2; i++) {
        drop_held(&p->flow[i]);
        drop_pipe(&p->flow[i], scratch);
        count_held(&p->flow[i], scratch);
    }
}

void pump_listen(struct pump *p)
{
    p->first.want = PUMP_FIRST;
}

const unsigned char *pump_heard(struct pump *p)
{
    p->first.heard = false;
    return p->first.byte;
}

static void listen_to(struct pump_first *f, const char *data, size_t len)
{
    size_t n = len < f->want ? len : f->want;

    memcpy(f->byte + PUMP_FIRST - f->want, data, n);
    f->want = (uint8_t)(f->want - n);
    f->heard = f->want == 0;
}

static void pass_by(struct pump *p, const struct flow *f, const char *data,
                    size_t len)
{
    if (p->first.want != 0 && f == &p->flow[FLOW_IN])
        listen_to(&p->first, data, len);
}

static enum pump_status broken(struct pump_fault *fault,
                               const struct endpoint *at, enum io why)
{
    fault->at = at;
    fault->why = why;
    return PUMP_BROKEN;
}

static enum pump_status write_held(struct flow *f, struct pump_fault *fault)
{
    size_t n;
    enum io io = endpoint_write(f->to, f->held + f->held_off,
                                f->held_len - f->held_off, &n);

    f->held_off += (uint32_t)n;
    f->bytes += n;
    if (io == IO_BLOCKED)
        return PUMP_WAIT;
    if (io != IO_OK)
        return broken(fault, f->to, io);
    drop_held(f);
    return PUMP_MORE;
}

static enum pump_status hold(struct flow *f, const char *data, size_t len,
                             struct pump_fault *fault)
{
    f->held = malloc(len);
    if (f->held == NULL)
        return broken(fault, f->to, IO_BLOCKED);
    memcpy(f->held, data, len);
    f->held_len = (uint32_t)len;
    f->held_off = 0;
    return PUMP_WAIT;
}

/* An end in order, or one that counts as such. */
static bool is_end(const struct pump *p, enum io io)
{
    return io == IO_EOF || (io == IO_TRUNCATED && p->truncation_is_eof);
}

static enum pump_status move(struct pump *p, struct flow *f,
                             struct scratch *scratch, struct pump_fault *fault)
{
    size_t len, n, size = is_tight(scratch) ? PUMP_LITTLE : PUMP_CHUNK;
    enum io io = endpoint_read(f->from, scratch->data, size, &len);

    if (io == IO_BLOCKED)
        return PUMP_WAIT;
    if (is_end(p, io)) {
        f->eof = true;
        return PUMP_MORE;
    }
    if (io != IO_OK)
        return broken(fault, f->from, io);
    pass_by(p, f, scratch->data, len);
    f->bulk = len >= SPLICE_MIN;
    io = endpoint_write(f->to, scratch->data, len, &n);
    f->bytes += n;
    if (io == IO_BLOCKED)
        return hold(f, scratch->data + n, len - n, fault);
    return io == IO_OK ? PUMP_MORE : broken(fault, f->to, io);
}

static enum pump_status write_piped(struct flow *f, struct scratch *scratch,
                                    struct pump_fault *fault)
{
    size_t before = f->pipe->len;
    enum io io = endpoint_drain(f->to, f->pipe);

    f->bytes += before - f->pipe->len;
    if (io == IO_BLOCKED)
        return PUMP_WAIT;
    if (io != IO_OK)
        return broken(fault, f->to, io);
    drop_pipe(f, scratch);
    return PUMP_MORE;
}

/* On a socket that others hold splice() waits as their O_NONBLOCK says,
 * whatever its own flags are. */
static bool may_splice(const struct flow *f)
{
    return f->bulk && f->bytes >= SPLICE_AFTER &&
           endpoint_may_splice(f->from) && endpoint_may_splice(f->to);
}

static enum pump_status splice_or_move(struct pump *p, struct flow *f,
                                       struct scratch *scratch,
                                       struct pump_fault *fault)
{
    enum io io;

    if (may_splice(f) && !is_tight(scratch))
        f->pipe = pipes_get(&scratch->pipes);
    if (f->pipe == NULL)
        return move(p, f, scratch, fault);
    io = endpoint_fill(f->from, f->pipe);
    if (io == IO_OK) {
        f->bulk = f->pipe->len >= SPLICE_MIN;
        return write_piped(f, scratch, fault);
    }
    drop_pipe(f, scratch);
    return io == IO_BLOCKED ? move(p, f, scratch, fault)
                            : broken(fault, f->from, io);
}

/* FROM has ended and all its bytes are with TO's socket. */
static enum pump_status end(struct pump *p, struct flow *f,
                            struct pump_fault *fault)
{
    const struct flow *other = &p->flow[f == &p->flow[FLOW_OUT]];
    enum io io = endpoint_end(f->to, other->ended);

    if (io == IO_BLOCKED)
        return PUMP_WAIT;
    /* a peer that has said all it had to say may be gone altogether */
    if (io != IO_OK && !other->eof)
        return broken(fault, f->to, io);
    f->ended = true;
    return PUMP_WAIT;
}

/* False: this direction can't move before something else has. */
static bool can_step(const struct flow *f)
{
    return !f->ended && endpoint_can_write(f->to) &&
           (f->held != NULL || f->pipe != NULL || f->eof ||
            endpoint_can_read(f->from));
}

/* Of one that can. */
static enum pump_status step(struct pump *p, struct flow *f,
                             struct scratch *scratch, struct pump_fault *fault)
{
    if (f->held != NULL)
        return write_held(f, fault);
    if (f->pipe != NULL)
        return write_piped(f, scratch, fault);
    if (f->eof)
        return end(p, f, fault);
    return splice_or_move(p, f, scratch, fault);
}

/* Sends what a handshake left for the first data, when no data comes. */
static bool flush(struct pump *p, struct pump_fault *fault)
{
    struct endpoint *to;
    enum io io = IO_OK;
    int i;

    for (i = 0; i < 2 && (io == IO_OK || io == IO_BLOCKED); i++) {
        to = p->flow[i].to;
        if (endpoint_has_unsent(to))
            io = endpoint_flush(to);
        if (io != IO_OK && io != IO_BLOCKED)
            broken(fault, to, io);
    }
    return io == IO_OK || io == IO_BLOCKED;
}

/* ---- before the other side is there ---- */

static size_t kept(const struct flow *f)
{
    return f->held != NULL ? f->held_len : 0;
}

static bool keep(struct flow *f, const char *data, size_t len)
{
    size_t before = kept(f);
    char *all = malloc(before + len);

    if (all == NULL)
        return false;
    if (before != 0)
        memcpy(all, f->held, before);
    memcpy(all + before, data, len);
    drop_held(f);
    f->held = all;
    f->held_len = (uint32_t)(before + len);
    f->held_off = 0;
    return true;
}

static enum pump_status hear(struct pump *p, struct flow *f,
                             struct scratch *scratch, struct pump_fault *fault)
{
    enum io io = IO_OK;
    size_t len;

    while (!f->eof && kept(f) < PUMP_LITTLE && endpoint_can_read(f->from)) {
        io = endpoint_read(f->from, scratch->data, PUMP_LITTLE - kept(f), &len);
        if (io == IO_BLOCKED)
            return PUMP_WAIT;
        if (is_end(p, io))
            f->eof = true;
        else if (io != IO_OK)
            return broken(fault, f->from, io);
        else if (!keep(f, scratch->data, len))
            return broken(fault, f->from, IO_BLOCKED);
        else
            pass_by(p, f, scratch->data, len);
    }
    /* nothing is read from it now: only the socket itself knows; but a side
     * that has said all may be gone altogether */
    if (!f->eof && endpoint_is_lost(f->from))
        return broken(fault, f->from, IO_LOST);
    return PUMP_WAIT;
}

enum pump_status pump_hear(struct pump *p, int which, struct scratch *scratch,
                           struct pump_fault *fault)
{
    struct flow *f = &p->flow[which];
    enum pump_status st = hear(p, f, scratch, fault);

    count_held(f, scratch);
    return st == PUMP_BROKEN || flush(p, fault) ? st : PUMP_BROKEN;
}

enum pump_status pump_run(struct pump *p, struct scratch *scratch,
                          struct pump_fault *fault)
{
    enum pump_status st[2] = {PUMP_WAIT, PUMP_WAIT};
    bool stepped = true;
    int turn, i;

    for (turn = 0; turn < TURNS && stepped; turn++) {
        stepped = false;
        for (i = 0; i < 2; i++) {
            st[i] = PUMP_WAIT;
            if (!can_step(&p->flow[i]))
                continue;
            stepped = true;
            st[i] = step(p, &p->flow[i], scratch, fault);
            count_held(&p->flow[i], scratch);
            if (st[i] == PUMP_BROKEN)
                return PUMP_BROKEN;
        }
    }
    if (!flush(p, fault))
        return PUMP_BROKEN;
    if (p->flow[FLOW_OUT].ended && p->flow[FLOW_IN].ended)
        return PUMP_DONE;
    return st[0] == PUMP_MORE || st[1] == PUMP_MORE ? PUMP_MORE : PUMP_WAIT;
}
