/* See admit.h. */

#include "worker/admit.h"

#include "conn/intercepted.h"
#include "relay/descriptors.h"

static unsigned long smaller(unsigned long a, unsigned long b)
{
    return a < b ? a : b;
}

/* Half-done connections that one peer may have; 0: as many as all. */
static unsigned long part_of(const struct config *cfg,
                             const struct intercepted *in,
                             unsigned long waiting)
{
    if (in->by.kind != FAIR_PEER || netaddr_is_loopback(&in->remote) ||
        config_trusts(cfg, &in->remote))
        return 0;
    return waiting < 4 ? 1 : waiting / 4;
}

struct fair_limits admit_limits(const struct config *cfg,
                                const struct intercepted *in)
{
    unsigned long all =
        smaller(cfg->max_connections, descriptors_connections());
    struct fair_limits l = {
        .connections = all,
        .waiting = smaller(cfg->max_handshakes, all),
        .most =
            in->by.kind == FAIR_PEER ? cfg->max_per_peer : cfg->max_per_user,
    };

    l.most_waiting = part_of(cfg, in, l.waiting);
    return l;
}

struct limit admit_reason(enum fair_answer answer, const struct config *cfg,
                          const struct intercepted *in)
{
    bool peer = in->by.kind == FAIR_PEER;

    switch (answer) {
    case FAIR_MOST:
        return peer ? (struct limit){COUNTER_LIMITED_PEER, "max_per_peer", 0}
                    : (struct limit){COUNTER_LIMITED_USER, "max_per_user", 0};
    case FAIR_MOST_WAITING:
        return (struct limit){COUNTER_LIMITED_SHARE, "max_handshakes/4", 0};
    case FAIR_SHARE:
        return (struct limit){COUNTER_LIMITED_SHARE, "fair_share", 0};
    case FAIR_FULL:
        return (struct limit){COUNTER_LIMITED,
                              cfg->max_connections > descriptors_connections()
                                  ? "descriptors"
                                  : "max_connections",
                              0};
    case FAIR_FULL_WAITING:
        return (struct limit){COUNTER_LIMITED_HANDSHAKES, "max_handshakes", 0};
    default:
        return (struct limit){COUNTER_REFUSED, "memory", 0};
    }
}
