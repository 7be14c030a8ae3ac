/*
 * The search for the rule of a connection: the first one, by priority and
 * name, of which every condition holds (IP Configuration Guide, "AT-TLS
 * rules"). The index says which rules are worth a look; who wants to know why
 * a rule does not fit looks at all of them.
 */

#include <string.h>
#include <time.h>

#include "policy/model.h"
#include "policy/value.h"

/* What is compared: addresses unmapped, the moment as local time. */
struct subject {
    const struct policy *policy;
    struct netaddr local, remote;
    const struct policy_conn *conn;
    struct tm now; /* set when a rule with time conditions asks */
    bool now_known;
};

static void subject_init(struct subject *s, const struct policy *p,
                         const struct policy_conn *c)
{
    s->policy = p;
    s->conn = c;
    s->local = netaddr_unmap(&c->local);
    s->remote = netaddr_unmap(&c->remote);
    s->now_known = false;
}

/* localtime_r() takes longer than the rest of a search. */
static const struct tm *subject_now(struct subject *s)
{
    if (!s->now_known)
        localtime_r(&s->conn->when, &s->now);
    s->now_known = true;
    return &s->now;
}

static bool addr_fits(const struct cond *cond, const struct netaddr *a)
{
    const struct addr_range *r = cond->items;
    size_t len = netaddr_ip_len(a);
    uint32_t i;

    if (cond->count == 0)
        return true;
    for (i = 0; i < cond->count; i++)
        if (r[i].family == a->family && memcmp(r[i].low, a->ip, len) <= 0 &&
            memcmp(a->ip, r[i].high, len) <= 0)
            return true;
    return false;
}

static bool port_fits(const struct cond *cond, uint16_t port)
{
    const struct port_range *r = cond->items;
    uint32_t i;

    if (cond->count == 0)
        return true;
    for (i = 0; i < cond->count; i++)
        if (r[i].low <= port && port <= r[i].high)
            return true;
    return false;
}

enum fit { FITS, FAILS, UNKNOWN };

bool policy_name_fits(const char *pattern, const char *name)
{
    size_t len;

    if (pattern == NULL || strcmp(pattern, "*") == 0)
        return true;
    len = strlen(pattern);
    if (pattern[len - 1] == '*')
        return strncmp(pattern, name, len - 1) == 0;
    return strcmp(pattern, name) == 0;
}

static enum fit name_fits(const struct setting *set, const char *name)
{
    const char *pattern = set != NULL ? set->value.text : NULL;

    if (name == NULL && pattern != NULL && strcmp(pattern, "*") != 0)
        return UNKNOWN;
    return policy_name_fits(pattern, name) ? FITS : FAILS;
}

/* ---- time conditions ---- */

static uint64_t moment(const struct tm *t)
{
    uint64_t m = (uint64_t)t->tm_year + 1900;

    m = m * 100 + (uint64_t)t->tm_mon + 1;
    m = m * 100 + (uint64_t)t->tm_mday;
    m = m * 100 + (uint64_t)t->tm_hour;
    m = m * 100 + (uint64_t)t->tm_min;
    return m * 100 + (uint64_t)t->tm_sec;
}

static int days_in_month(const struct tm *t)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = t->tm_year + 1900;

    if (t->tm_mon == 1 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
        return 29;
    return days[t->tm_mon];
}

/* 31 digits from the first day; with 62, the rest counts from the last. */
static bool day_fits(const char *mask, const struct tm *t)
{
    if (mask[t->tm_mday - 1] == '1')
        return true;
    return strlen(mask) == 62 &&
           mask[31 + days_in_month(t) - t->tm_mday] == '1';
}

/* A range that ends before it begins goes on past midnight. */
static bool hours_fit(const struct day_times *d, const struct tm *t)
{
    unsigned now = (unsigned)(t->tm_hour * 60 + t->tm_min);
    uint32_t i;

    for (i = 0; i < d->count; i++) {
        const struct port_range *r = &d->range[i];

        if (r->low <= r->high ? r->low <= now && now < r->high
                              : r->low <= now || now < r->high)
            return true;
    }
    return false;
}

static bool condition_true(const struct object *o, const struct tm *t)
{
    bool hours = true, seen = false;
    size_t i;

    for (i = 0; i < o->count; i++) {
        const struct setting *s = &o->settings[i];

        if (s->overridden)
            continue;
        if (s->parm == PARM_ConditionTimeRange &&
            (moment(t) < s->value.time->from || moment(t) > s->value.time->to))
            return false;
        if (s->parm == PARM_MonthOfYearMask && s->value.text[t->tm_mon] != '1')
            return false;
        if (s->parm == PARM_DayOfMonthMask && !day_fits(s->value.text, t))
            return false;
        if (s->parm == PARM_DayOfWeekMask && s->value.text[t->tm_wday] != '1')
            return false;
        if (s->parm == PARM_TimeOfDayRange) {
            hours = (seen && hours) || hours_fit(s->value.days, t);
            seen = true;
        }
    }
    return hours;
}

/* With several conditions, any of them; *FAILED is the last one. */
static bool time_fits(const struct policy_rule *r, const struct tm *t,
                      const struct setting **failed)
{
    size_t i;

    for (i = 0; i < r->object->count; i++) {
        const struct setting *s = &r->object->settings[i];

        if (s->parm != PARM_IpTimeConditionRef)
            continue;
        if (condition_true(s->value.object, t))
            return true;
        *failed = s;
    }
    return false;
}

bool policy_rule_active(const struct policy_rule *r, time_t when)
{
    const struct setting *failed;
    struct tm now;

    localtime_r(&when, &now);
    return !r->timed || time_fits(r, &now, &failed);
}

/* The condition that fails, or NULL; *RET_FIT is UNKNOWN when only a name
 * that is not known stands in the way. */
static const struct setting *first_failure(const struct policy_rule *r,
                                           struct subject *s, enum fit *ret_fit)
{
    const struct policy_conn *c = s->conn;
    const struct setting *failed = NULL, *unknown = NULL;
    enum fit fit;

    *ret_fit = FAILS;
    if ((r->direction->value.number & (long)c->direction) == 0)
        return r->direction;
    if (!port_fits(&r->local_port, c->local.port))
        return r->local_port.setting;
    if (!port_fits(&r->remote_port, c->remote.port))
        return r->remote_port.setting;
    if (!addr_fits(&r->local_addr, &s->local))
        return r->local_addr.setting;
    if (!addr_fits(&r->remote_addr, &s->remote))
        return r->remote_addr.setting;
    fit = name_fits(r->jobname, c->jobname);
    if (fit == FAILS)
        return r->jobname;
    unknown = fit == UNKNOWN ? r->jobname : NULL;
    fit = name_fits(r->userid, c->userid);
    if (fit == FAILS)
        return r->userid;
    if (unknown == NULL && fit == UNKNOWN)
        unknown = r->userid;
    if (r->timed && !time_fits(r, subject_now(s), &failed))
        return failed;
    *ret_fit = unknown != NULL ? UNKNOWN : FITS;
    return unknown;
}

static void report(policy_reject_fn reject, void *arg,
                   const struct policy_rule *r, const struct setting *failed)
{
    struct policy_reject why;

    why.rule = r;
    why.condition = schema_parm((enum policy_parm)failed->parm)->keyword;
    why.span = failed->span;
    reject(arg, &why);
}

/* Rule by rule; UINT32_MAX: none fits. */
static uint32_t scan(struct subject *s, policy_reject_fn reject, void *arg)
{
    const struct policy_rule *rules = s->policy->rules;
    const struct setting *failed;
    enum fit fit;
    uint32_t i;

    for (i = 0; i < s->policy->rule_count; i++) {
        failed = first_failure(&rules[i], s, &fit);
        if (fit != FAILS)
            return i;
        if (reject != NULL)
            report(reject, arg, &rules[i], failed);
    }
    return UINT32_MAX;
}

static bool fits(void *arg, uint32_t rule)
{
    struct subject *s = arg;
    enum fit fit;

    first_failure(&s->policy->rules[rule], s, &fit);
    return fit != FAILS;
}

static uint32_t find(struct subject *s)
{
    const struct policy_conn *c = s->conn;
    struct index_point pt;

    pt.unknown = c->direction == POLICY_BOTH ? 1u << INDEX_DIRECTION : 0;
    pt.at[INDEX_DIRECTION] = (uint64_t)c->direction;
    pt.at[INDEX_LOCAL_PORT] = c->local.port;
    pt.at[INDEX_REMOTE_PORT] = c->remote.port;
    index_set_addr(&pt, INDEX_LOCAL_HIGH, &s->local);
    index_set_addr(&pt, INDEX_REMOTE_HIGH, &s->remote);
    index_set_name(&pt, INDEX_JOBNAME, c->jobname);
    index_set_name(&pt, INDEX_USERID, c->userid);
    return index_find(s->policy->index, &pt, fits, s);
}

enum policy_verdict policy_match(const struct policy *p,
                                 const struct policy_conn *c,
                                 policy_reject_fn reject, void *arg,
                                 const struct policy_rule **ret_rule)
{
    struct subject s;
    enum fit fit;
    uint32_t i;

    subject_init(&s, p, c);
    i = reject == NULL && p->index != NULL ? find(&s) : scan(&s, reject, arg);
    if (i == UINT32_MAX)
        return POLICY_NO_RULE;
    first_failure(&p->rules[i], &s, &fit);
    *ret_rule = &p->rules[i];
    return fit == FITS ? POLICY_MATCHED : POLICY_IDENTITY_NEEDED;
}

/* One that fits by now, because of the time, has not been passed over for
 * nothing: there is no reason to give. */
void policy_each_reject(const struct policy *p, const struct policy_conn *c,
                        const struct policy_rule *rule, size_t most,
                        policy_reject_fn reject, void *arg)
{
    const struct policy_rule *r = p->rules, *end = r + p->rule_count;
    const struct setting *failed;
    struct subject s;
    enum fit fit;

    subject_init(&s, p, c);
    for (; r != end && r != rule && most > 0; r++, most--) {
        failed = first_failure(r, &s, &fit);
        if (fit == FAILS)
            report(reject, arg, r, failed);
    }
}

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

void policy_reject_show(const struct policy_reject *r, struct strbuf *out)
{
    const struct cond *const conds[] = {
        &r->rule->local_addr, &r->rule->remote_addr, &r->rule->local_port,
        &r->rule->remote_port};
    const struct setting *set;
    size_t i;

    strbuf_addf(out, "%s ", r->condition);
    strbuf_add_escaped(out, source_text(r->span.src) + r->span.off,
                       r->span.len);
    for (i = 0; i < sizeof(conds) / sizeof(conds[0]); i++) {
        set = conds[i]->setting;
        if (set != NULL && set->span.src == r->span.src &&
            set->span.off == r->span.off && conds[i]->count != 0 &&
            schema_parm((enum policy_parm)set->parm)->type == TYPE_ref)
            show_cond(conds[i], out);
    }
}

static bool could_match(const struct policy_rule *r, const struct subject *s)
{
    const struct policy_conn *c = s->conn;

    return (r->direction->value.number & (long)c->direction) != 0 &&
           (c->local.port == 0 || port_fits(&r->local_port, c->local.port)) &&
           (c->remote.port == 0 ||
            port_fits(&r->remote_port, c->remote.port)) &&
           (s->local.family == AF_UNSPEC ||
            addr_fits(&r->local_addr, &s->local)) &&
           (s->remote.family == AF_UNSPEC ||
            addr_fits(&r->remote_addr, &s->remote)) &&
           name_fits(r->jobname, c->jobname) != FAILS &&
           name_fits(r->userid, c->userid) != FAILS;
}

bool policy_could_match(const struct policy *p, const struct policy_conn *c)
{
    struct subject s;
    size_t i;

    subject_init(&s, p, c);
    for (i = 0; i < p->rule_count; i++)
        if (could_match(&p->rules[i], &s))
            return true;
    return false;
}

void policy_each_match(const struct policy *p, const struct policy_conn *c,
                       policy_rule_fn fn, void *arg)
{
    struct subject s;
    size_t i;

    subject_init(&s, p, c);
    for (i = 0; i < p->rule_count; i++)
        if (could_match(&p->rules[i], &s))
            fn(arg, &p->rules[i]);
}
