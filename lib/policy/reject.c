/* Why a rule was passed over, in words: what its condition asks for, and what
 * the connection has there. */

#include "policy/model.h"
#include "policy/value.h"
#include "util/clock.h"

/* What a reference stands for. */
static void show_cond(const struct cond *cond, struct strbuf *out)
{
    enum { SHOWN = 8 };
    const struct addr_range *addrs = cond->items;
    const struct port_range *ports = cond->items;
    enum policy_stmt kind = cond->setting->value.object->kind;
    bool is_port = kind == STMT_PortRange || kind == STMT_PortGroup;
    union value v;
    uint32_t i;

    for (i = 0; i < cond->count && i < SHOWN; i++) {
        strbuf_adds(out, i == 0 ? " (" : ", ");
        if (is_port)
            v.ports = ports[i];
        else
            v.addr = &addrs[i];
        value_show(is_port ? TYPE_ports : TYPE_address, &v, out);
    }
    if (cond->count > SHOWN)
        strbuf_addf(out, ", and %u more", cond->count - SHOWN);
    strbuf_addc(out, ')');
}

static void add_span(const struct span *span, struct strbuf *out)
{
    strbuf_add_escaped(out, source_text(span->src) + span->off, span->len);
}

static bool same_span(const struct span *a, const struct span *b)
{
    return a->src == b->src && a->off == b->off;
}

/* " (ConditionTimeRange 20240101000000:20241231235959, DayOfWeekMask 0111110)":
 * what the time condition says. */
static void show_times(const struct object *o, struct strbuf *out)
{
    const char *before = " (";
    size_t i;

    for (i = 0; i < o->count; i++) {
        const struct setting *set = &o->settings[i];

        if (set->overridden)
            continue;
        strbuf_addf(out, "%s%s ", before,
                    schema_parm((enum policy_parm)set->parm)->keyword);
        add_span(&set->span, out);
        before = ", ";
    }
    if (before[0] == ',')
        strbuf_addc(out, ')');
}

static void show_time(const struct policy_reject *r, struct strbuf *out)
{
    const struct object *o = r->rule->object;
    size_t i;

    for (i = 0; i < o->count; i++)
        if (o->settings[i].parm == PARM_IpTimeConditionRef &&
            same_span(&o->settings[i].span, &r->span))
            show_times(o->settings[i].value.object, out);
}

void policy_reject_show(const struct policy_reject *r, struct strbuf *out)
{
    const struct cond *const conds[] = {
        &r->rule->local_addr, &r->rule->remote_addr, &r->rule->local_port,
        &r->rule->remote_port};
    const struct setting *set;
    size_t i;

    strbuf_addf(out, "%s ", r->condition);
    add_span(&r->span, out);
    if (r->kind == POLICY_TIME)
        show_time(r, out);
    for (i = 0; i < sizeof(conds) / sizeof(conds[0]); i++) {
        set = conds[i]->setting;
        if (set != NULL && same_span(&set->span, &r->span) &&
            conds[i]->count != 0 &&
            schema_parm((enum policy_parm)set->parm)->type == TYPE_ref)
            show_cond(conds[i], out);
    }
}

void policy_reject_has(const struct policy_reject *r,
                       const struct policy_conn *c, struct strbuf *out)
{
    char when[CLOCK_TEXT];

    switch (r->kind) {
    case POLICY_DIRECTION:
        strbuf_adds(out, policy_direction_name(c->direction));
        break;
    case POLICY_LOCAL_PORT:
        strbuf_addf(out, "%u", c->local.port);
        break;
    case POLICY_REMOTE_PORT:
        strbuf_addf(out, "%u", c->remote.port);
        break;
    case POLICY_LOCAL_ADDR:
        netaddr_add_ip(&c->local, out);
        break;
    case POLICY_REMOTE_ADDR:
        netaddr_add_ip(&c->remote, out);
        break;
    case POLICY_JOBNAME:
        strbuf_adds(out, c->jobname != NULL ? c->jobname : "");
        break;
    case POLICY_USERID:
        strbuf_adds(out, c->userid != NULL ? c->userid : "");
        break;
    default:
        strbuf_adds(out, clock_text(c->when, when));
    }
}
