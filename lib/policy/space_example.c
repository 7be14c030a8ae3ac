/* A zone in words, and a connection in it that a reader would recognise. */

#include "policy/space_example.h"

#include <string.h>

/* A usual address where the zone has one, else the lowest that is not a
 * network's own address. */
static struct netaddr pick_addr(const struct interval *i, int family,
                                bool local)
{
    static const char *const usual[2][2] = {{"192.0.2.2", "192.0.2.1"},
                                            {"2001:db8::2", "2001:db8::1"}};
    struct netaddr a;
    struct number n;

    netaddr_parse_ip(usual[family == AF_INET6][local], &a, NULL);
    n = space_number(&a);
    if (number_compare(i->low, n) <= 0 && number_compare(n, i->high) <= 0)
        return a;
    n = i->low;
    if ((n.low & 0xff) == 0 && number_compare(n, i->high) < 0)
        n.low++;
    return space_addr(n, family);
}

/* A port of the dynamic range where there is one, else the lowest. */
static uint16_t pick_port(const struct interval *i)
{
    return (uint16_t)(i->low.low <= 50000 && 50000 <= i->high.low ? 50000
                                                                  : i->low.low);
}

static struct policy_range range_of(const struct zone *z, bool local,
                                    int family)
{
    unsigned port = local ? SPACE_LOCAL_PORT : SPACE_REMOTE_PORT;
    unsigned addr = local ? SPACE_LOCAL_ADDR : SPACE_REMOTE_ADDR;
    const struct zone whole = space_whole(family);
    struct policy_range r;

    r.low = space_addr(z->at[addr].low, family);
    r.high = space_addr(z->at[addr].high, family);
    r.low.port = (uint16_t)z->at[port].low.low;
    r.high.port = (uint16_t)z->at[port].high.low;
    r.any = memcmp(&z->at[addr], &whole.at[addr], sizeof(z->at[addr])) == 0;
    return r;
}

bool space_example(const struct zone *z, int family,
                   struct policy_difference *d)
{
    const struct interval *job = &z->at[SPACE_JOBNAME];
    const struct interval *user = &z->at[SPACE_USERID];

    if (!space_name(job, d->jobname) || !space_name(user, d->userid))
        return false;
    if (space_any_name(job))
        d->jobname[0] = '\0';
    if (space_any_name(user))
        d->userid[0] = '\0';
    d->both_directions =
        z->at[SPACE_DIRECTION].low.low != z->at[SPACE_DIRECTION].high.low;
    d->local = range_of(z, true, family);
    d->remote = range_of(z, false, family);
    d->example.direction =
        (enum policy_direction)z->at[SPACE_DIRECTION].low.low;
    d->example.local = pick_addr(&z->at[SPACE_LOCAL_ADDR], family, true);
    d->example.remote = pick_addr(&z->at[SPACE_REMOTE_ADDR], family, false);
    d->example.local.port = pick_port(&z->at[SPACE_LOCAL_PORT]);
    d->example.remote.port = pick_port(&z->at[SPACE_REMOTE_PORT]);
    return true;
}

void space_example_names(struct policy_difference *d)
{
    d->example.jobname = d->jobname[0] != '\0' ? d->jobname : NULL;
    d->example.userid = d->userid[0] != '\0' ? d->userid : NULL;
}

/* "10.0.0.0-10.255.255.255, port 443", "any IPv4, any port" */
static void add_range(const struct policy_range *r, struct strbuf *text)
{
    if (r->any) {
        strbuf_adds(text, r->low.family == AF_INET ? "any IPv4" : "any IPv6");
    } else {
        netaddr_add_ip(&r->low, text);
        if (netaddr_compare_ip(&r->low, &r->high) != 0) {
            strbuf_addc(text, '-');
            netaddr_add_ip(&r->high, text);
        }
    }
    if (r->low.port == 1 && r->high.port == 65535)
        strbuf_adds(text, ", any port");
    else if (r->low.port == r->high.port)
        strbuf_addf(text, ", port %u", r->low.port);
    else
        strbuf_addf(text, ", ports %u-%u", r->low.port, r->high.port);
}

void policy_area_show(const struct policy_difference *d, struct strbuf *out)
{
    strbuf_addf(out, "%s, local ",
                d->both_directions
                    ? "both directions"
                    : policy_direction_name(d->example.direction));
    add_range(&d->local, out);
    strbuf_adds(out, "; remote ");
    add_range(&d->remote, out);
}
