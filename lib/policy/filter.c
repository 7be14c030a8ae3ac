/* See filter.h. */

#include "policy/filter.h"

#include <string.h>

#include "policy/model.h"

static const struct cond *addr_cond(const struct policy_rule *r,
                                    enum policy_side s)
{
    return s == POLICY_LOCAL ? &r->local_addr : &r->remote_addr;
}

static const struct cond *port_cond(const struct policy_rule *r,
                                    enum policy_side s)
{
    return s == POLICY_LOCAL ? &r->local_port : &r->remote_port;
}

size_t policy_rule_addr_count(const struct policy_rule *r, enum policy_side s)
{
    return addr_cond(r, s)->count;
}

static struct netaddr as_netaddr(int family, const unsigned char *ip)
{
    struct netaddr a = {.family = family};

    memcpy(a.ip, ip, netaddr_ip_len(&a));
    return a;
}

void policy_rule_addr(const struct policy_rule *r, enum policy_side s, size_t i,
                      struct netaddr *ret_low, struct netaddr *ret_high)
{
    const struct addr_range *range = addr_cond(r, s)->items;

    *ret_low = as_netaddr(range[i].family, range[i].low);
    *ret_high = as_netaddr(range[i].family, range[i].high);
}

size_t policy_rule_port_count(const struct policy_rule *r, enum policy_side s)
{
    return port_cond(r, s)->count;
}

void policy_rule_port(const struct policy_rule *r, enum policy_side s, size_t i,
                      uint16_t *ret_low, uint16_t *ret_high)
{
    const struct port_range *range = port_cond(r, s)->items;

    *ret_low = range[i].low;
    *ret_high = range[i].high;
}

enum policy_direction policy_rule_direction(const struct policy_rule *r)
{
    return (enum policy_direction)r->direction->value.number;
}

static bool any_name(const struct setting *s)
{
    return s == NULL || strcmp(s->value.text, "*") == 0;
}

const char *policy_rule_jobname(const struct policy_rule *r)
{
    return any_name(r->jobname) ? NULL : r->jobname->value.text;
}

const char *policy_rule_userid(const struct policy_rule *r)
{
    return any_name(r->userid) ? NULL : r->userid->value.text;
}

bool policy_rule_is_plain(const struct policy_rule *r)
{
    return any_name(r->jobname) && any_name(r->userid) && !r->timed;
}
