/*
 * The connection to the target: before the handshake, or of an inbound one when
 * that is done (map.c says which). Where it has several addresses the next
 * one is tried when the one before has not answered within a quarter of a
 * second; the first that answers is taken (RFC 8305, section 5). At most
 * CONFIG_TARGET_MAX are under way, and the state's timer is the only one.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conn/private.h"

enum {
    ATTEMPT_MS = 250, /* Connection Attempt Delay, RFC 8305 section 8 */
    SPARSE_MS = 50    /* without descriptors: before the next try */
};

/* Addresses that have not answered while later ones are tried. */
struct dials {
    size_t count;
    struct {
        struct endpoint end;
        struct netaddr to;
    } early[CONFIG_TARGET_MAX - 1];
};

static struct endpoint *dialled(struct conn *c)
{
    return conn_outbound(c) ? &c->wire : &c->app;
}

static uint64_t left_of_limit(const struct conn *c)
{
    uint64_t now = conn_now(c);

    if (c->dial_end == 0)
        return conn_config(c)->connect_limit * 1000;
    return c->dial_end > now ? c->dial_end - now : 1;
}

static bool has_next(const struct conn *c)
{
    return c->target < intercepted_tries(&c->in);
}

uint64_t conn_dial_limit(const struct conn *c)
{
    uint64_t left = left_of_limit(c);

    if (c->in.target == NULL) /* one address, tried in two ways in turn */
        return intercepted_limit(&c->in, c->target == 0 ? 0 : c->target - 1u,
                                 conn_config(c)->connect_limit * 1000);
    return has_next(c) && left > ATTEMPT_MS ? ATTEMPT_MS : left;
}

void conn_drop_dials(struct conn *c)
{
    if (c->dials == NULL)
        return;
    while (c->dials->count > 0)
        endpoint_close(&c->dials->early[--c->dials->count].end);
    free(c->dials);
    c->dials = NULL;
}

static bool any_early(const struct conn *c)
{
    return c->dials != NULL && c->dials->count > 0;
}

/* ---- failures ---- */

static enum conn_event give_up(struct conn *c)
{
    return conn_because(
        c, conn_is_secured(c) ? CONN_BY_NO_TARGET : CONN_BY_DIAL_FAILED,
        CONN_EV_REFUSED);
}

static void remark_failure(struct conn *c, const struct netaddr *tried,
                           int error, const char *why)
{
    struct strbuf quoted = STRBUF_INIT;
    char text[NETADDR_TEXT];

    c->in.error = error;
    strbuf_add_pair(&quoted, "error", why);
    conn_remark(c, TRACE_WARNING, "dial=%s %s", netaddr_format(tried, text),
                strbuf_str(&quoted));
    strbuf_done(&quoted);
}

/* The address that was tried last did not do: the next one, or those that
 * were tried before it, or none. */
static enum conn_event dial_failed(struct conn *c, int error, const char *why)
{
    endpoint_close(dialled(c));
    remark_failure(c, intercepted_target(&c->in, c->target - 1u), error, why);
    if (has_next(c))
        return CONN_EV_DIAL_NEXT;
    if (!any_early(c))
        return give_up(c);
    conn_arm(c, left_of_limit(c));
    return CONN_EV_NONE;
}

/* ---- those that are put aside ---- */

/* The one that is being tried makes way for the next. */
static bool put_aside(struct conn *c)
{
    struct dials *d = c->dials;

    if (d == NULL)
        d = c->dials = calloc(1, sizeof(*d));
    if (d == NULL)
        return false;
    d->early[d->count].to = *intercepted_target(&c->in, c->target - 1u);
    return endpoint_move(dialled(c), &d->early[d->count++].end,
                         c->loop->base) == 0;
}

static void remove_early(struct conn *c, size_t i)
{
    struct dials *d = c->dials;

    endpoint_close(&d->early[i].end);
    d->count--;
    if (i < d->count) {
        d->early[i].to = d->early[d->count].to;
        /* without memory for an event it will not answer: the limit ends it */
        (void)endpoint_move(&d->early[d->count].end, &d->early[i].end,
                            c->loop->base);
    }
}

/* ---- actions ---- */

/* Whoever brought the accepted socket brought this one too. */
static enum conn_event take_other(struct conn *c)
{
    struct error err;
    int fd = c->in.other;

    c->in.other = -1;
    if (endpoint_foreign(dialled(c), c->loop->base, fd, &err) < 0)
        return dial_failed(c, ENOMEM, err.text);
    return CONN_EV_DIALLED;
}

/* The process has no descriptor for a moment: the same address is tried again
 * while connect_limit lasts. */
static enum conn_event wait_for_descriptor(struct conn *c)
{
    uint64_t left = left_of_limit(c);

    c->target--;
    c->starved = true;
    conn_arm(c, left < SPARSE_MS ? left : SPARSE_MS);
    return CONN_EV_NONE;
}

static bool may_wait(const struct conn *c, int error)
{
    return (error == EMFILE || error == ENFILE) && conn_now(c) < c->dial_end;
}

enum conn_event conn_do_dial(struct conn *c)
{
    const struct netaddr *to;
    struct error err;
    int fd;

    c->starved = false;
    if (c->dial_end == 0)
        c->dial_end = conn_now(c) + conn_config(c)->connect_limit * 1000;
    to = intercepted_target(&c->in, c->target++);
    if (c->in.other >= 0)
        return take_other(c);
    if (intercepted_socket(&c->in, c->target - 1u, &c->loop->intercept, &fd,
                           &err) < 0)
        return may_wait(c, errno) ? wait_for_descriptor(c)
                                  : dial_failed(c, errno, err.text);
    if (endpoint_connect(dialled(c), c->loop->base, fd, to, &err) < 0)
        return dial_failed(c, errno, err.text);
    conn_arm(c, conn_dial_limit(c));
    return CONN_EV_NONE;
}

/* The other attempts are given up. */
static enum conn_event answered(struct conn *c, const struct netaddr *peer)
{
    /* a program that dials 0.0.0.0 gets this host: look_up() asks */
    if (conn_outbound(c) && c->in.remote.family == AF_UNSPEC &&
        !netaddr_is_any(peer))
        c->in.remote = *peer;
    conn_drop_dials(c);
    if (c->kept) /* it took long */
        conn_keep(c);
    conn_mark(c, STORY_DIALLED);
    return CONN_EV_DIALLED;
}

/* True: one of those that were put aside has answered. */
static bool early_answered(struct conn *c, struct netaddr *ret_peer)
{
    size_t i = 0;
    int error;

    while (any_early(c) && i < c->dials->count) {
        error = endpoint_connect_result(&c->dials->early[i].end, ret_peer);
        if (error == 0) {
            endpoint_close(dialled(c));
            if (endpoint_move(&c->dials->early[i].end, dialled(c),
                              c->loop->base) == 0)
                return true;
            error = ENOMEM;
        }
        if (error == EINPROGRESS) {
            i++;
            continue;
        }
        remark_failure(c, &c->dials->early[i].to, error, strerror(error));
        remove_early(c, i);
    }
    return false;
}

enum conn_event conn_do_dial_check(struct conn *c)
{
    bool last_failed =
        c->target > 0 && !endpoint_is_open(dialled(c)) && !c->starved;
    struct netaddr peer;
    int error;

    if (early_answered(c, &peer))
        return answered(c, &peer);
    if (endpoint_is_connected(dialled(c)))
        return answered(c, intercepted_target(&c->in, c->target - 1u));
    /* the accepted socket may be ready before the other is connected */
    error = endpoint_connect_result(dialled(c), &peer);
    if (error == 0)
        return answered(c, &peer);
    if (error != EINPROGRESS)
        return dial_failed(c, error, strerror(error));
    return last_failed && c->dials != NULL && !any_early(c) ? give_up(c)
                                                            : CONN_EV_NONE;
}

/* connect_limit has passed: none of those under way has answered. */
static enum conn_event none_answers(struct conn *c)
{
    char text[48];
    size_t i;

    snprintf(text, sizeof(text), "no answer within %llu ms",
             conn_config(c)->connect_limit * 1000ULL);
    for (i = 0; any_early(c) && i < c->dials->count; i++)
        remark_failure(c, &c->dials->early[i].to, ETIMEDOUT, text);
    if (endpoint_is_open(dialled(c)))
        remark_failure(c, intercepted_target(&c->in, c->target - 1u), ETIMEDOUT,
                       text);
    return give_up(c);
}

enum conn_event conn_do_dial_late(struct conn *c)
{
    char text[48];

    if (c->starved)
        return CONN_EV_DIAL_NEXT;
    if (c->in.target != NULL && c->dial_end != 0 && conn_now(c) >= c->dial_end)
        return none_answers(c);
    if (c->in.target != NULL && has_next(c) && put_aside(c))
        return CONN_EV_DIAL_NEXT;
    snprintf(text, sizeof(text), "no answer within %llu ms",
             (unsigned long long)conn_dial_limit(c));
    return dial_failed(c, ETIMEDOUT, text);
}

/* ---- after the handshake ---- */

/* Most targets answer before anything needs to be kept of what the partner
 * says meanwhile. */
enum { SOON_MS = 20 };

enum conn_event conn_do_dial_secured(struct conn *c)
{
    conn_look_later(c);
    return conn_do_dial(c);
}

static bool takes_long(const struct conn *c)
{
    return conn_config(c)->connect_limit * 1000 - left_of_limit(c) >= SOON_MS;
}

/* A partner that has gone needs no program; what one says is kept for it. */
static enum conn_event hear_partner(struct conn *c)
{
    struct pump_fault fault;

    if (pump_hear(&c->pump, FLOW_IN, c->loop->scratch, &fault) == PUMP_BROKEN)
        return conn_broken(c, &fault);
    conn_doubt(c);
    return CONN_EV_NONE;
}

enum conn_event conn_do_dial_watch(struct conn *c)
{
    enum conn_event ev = conn_do_dial_check(c);

    return ev == CONN_EV_NONE && takes_long(c) ? hear_partner(c) : ev;
}
