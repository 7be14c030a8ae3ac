/* The names of states, events and reasons, and which events a state knows. */

#include "conn/private.h"

static const char *const state_names[] = {
#define STATE(id, limit, meaning) #id,
#include "conn/states.def"
};

static const char *const event_names[] = {
#define EVENT(id, meaning) #id,
#include "conn/states.def"
};

static const struct conn_reason_row reasons[] = {
#define REASON(id, counter, failure, line, by, text, cause, remedy)            \
    {COUNTER_##counter,                                                        \
     FAILURE_##failure,                                                        \
     LINE_##line,                                                              \
     BY_##by,                                                                  \
     text,                                                                     \
     cause,                                                                    \
     remedy},
#include "conn/reasons.def"
};

static const bool edges[CONN_STATE_COUNT][CONN_EVENT_COUNT] = {
#define EDGE(from, event, to, action) [CONN_##from][CONN_EV_##event] = true,
#include "conn/states.def"
};

const char *conn_state_name(enum conn_state s)
{
    return state_names[s];
}

const char *conn_event_name(enum conn_event e)
{
    return event_names[e];
}

bool conn_has_edge(enum conn_state s, enum conn_event e)
{
    return edges[s][e];
}

const struct conn_reason_row *conn_reason_row(const struct conn *c)
{
    return &reasons[c->reason];
}

enum conn_event conn_because(struct conn *c, enum conn_reason why,
                             enum conn_event ev)
{
    c->reason = (uint8_t)why;
    return ev;
}

bool conn_has_failed(const struct conn *c)
{
    enum conn_failure failure = reasons[c->reason].failure;

    return failure == FAILURE_YES ||
           (failure == FAILURE_BEFORE_TLS && c->tls && !conn_is_secured(c));
}

/* What is queued for a step has heard of its partner and waits for us. */
bool conn_waits_for_others(const struct conn *c)
{
    return conn_has_edge((enum conn_state)c->state, CONN_EV_MAKE_ROOM) &&
           c->queued != &c->loop->greeting && c->queued != &c->loop->shaking;
}
