/*
 * The search for the rule of a connection: the first one, by priority and
 * name, of which every condition holds (IP Configuration Guide, "AT-TLS
 * rules"). The index says which rules are worth a look; who wants to know why
 * a rule does not fit looks at all of them.
 */

#include <string.h>
#include <time.h>

#include "policy/match_private.h"
#include "policy/value.h"

void subject_init(struct subject *s, const struct policy *p,
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

static enum fit fit_if(bool fits)
{
    return fits ? FITS : FAILS;
}

enum fit condition_fit(const struct policy_rule *r, struct subject *s,
                       enum policy_condition k, const struct setting **ret)
{
    const struct policy_conn *c = s->conn;

    switch (k) {
    case POLICY_DIRECTION:
        *ret = r->direction;
        return fit_if((r->direction->value.number & (long)c->direction) != 0);
    case POLICY_LOCAL_PORT:
        *ret = r->local_port.setting;
        return fit_if(port_fits(&r->local_port, c->local.port));
    case POLICY_REMOTE_PORT:
        *ret = r->remote_port.setting;
        return fit_if(port_fits(&r->remote_port, c->remote.port));
    case POLICY_LOCAL_ADDR:
        *ret = r->local_addr.setting;
        return fit_if(addr_fits(&r->local_addr, &s->local));
    case POLICY_REMOTE_ADDR:
        *ret = r->remote_addr.setting;
        return fit_if(addr_fits(&r->remote_addr, &s->remote));
    case POLICY_JOBNAME:
        *ret = r->jobname;
        return name_fits(r->jobname, c->jobname);
    case POLICY_USERID:
        *ret = r->userid;
        return name_fits(r->userid, c->userid);
    default:
        return fit_if(!r->timed || time_fits(r, subject_now(s), ret));
    }
}

/* The condition that fails, or NULL; *RET_FIT is UNKNOWN when only a name
 * that is not known stands in the way. */
static const struct setting *first_failure(const struct policy_rule *r,
                                           struct subject *s,
                                           enum policy_condition *ret_kind,
                                           enum fit *ret_fit)
{
    const struct setting *set = NULL, *unknown = NULL;
    enum policy_condition k;
    enum fit fit;

    for (k = 0; k < POLICY_CONDITIONS; k++) {
        fit = condition_fit(r, s, k, &set);
        if (fit == UNKNOWN && unknown == NULL)
            unknown = set;
        if (fit != FAILS)
            continue;
        *ret_kind = k;
        *ret_fit = FAILS;
        return set;
    }
    *ret_fit = unknown != NULL ? UNKNOWN : FITS;
    return unknown;
}

struct policy_reject reject_of(const struct policy_rule *r,
                               enum policy_condition k,
                               const struct setting *failed)
{
    return (struct policy_reject){
        .rule = r,
        .kind = k,
        .condition = schema_parm((enum policy_parm)failed->parm)->keyword,
        .span = failed->span,
    };
}

/* Rule by rule; UINT32_MAX: none fits. */
static uint32_t scan(struct subject *s, policy_reject_fn reject, void *arg)
{
    const struct policy_rule *rules = s->policy->rules;
    const struct setting *failed;
    struct policy_reject why;
    enum policy_condition k;
    enum fit fit;
    uint32_t i;

    for (i = 0; i < s->policy->rule_count; i++) {
        failed = first_failure(&rules[i], s, &k, &fit);
        if (fit != FAILS)
            return i;
        if (reject == NULL)
            continue;
        why = reject_of(&rules[i], k, failed);
        reject(arg, &why);
    }
    return UINT32_MAX;
}

static bool fits(void *arg, uint32_t rule)
{
    struct subject *s = arg;
    enum policy_condition k;
    enum fit fit;

    first_failure(&s->policy->rules[rule], s, &k, &fit);
    return fit != FAILS;
}

void subject_point(const struct subject *s, struct index_point *ret)
{
    const struct policy_conn *c = s->conn;

    ret->unknown = c->direction == POLICY_BOTH ? 1u << INDEX_DIRECTION : 0;
    ret->at[INDEX_DIRECTION] = (uint64_t)c->direction;
    ret->at[INDEX_LOCAL_PORT] = c->local.port;
    ret->at[INDEX_REMOTE_PORT] = c->remote.port;
    index_set_addr(ret, INDEX_LOCAL_HIGH, &s->local);
    index_set_addr(ret, INDEX_REMOTE_HIGH, &s->remote);
    index_set_name(ret, INDEX_JOBNAME, c->jobname);
    index_set_name(ret, INDEX_USERID, c->userid);
}

static uint32_t find(struct subject *s)
{
    struct index_point pt;

    subject_point(s, &pt);
    return index_find(s->policy->index, &pt, fits, s);
}

enum policy_verdict policy_match(const struct policy *p,
                                 const struct policy_conn *c,
                                 policy_reject_fn reject, void *arg,
                                 const struct policy_rule **ret_rule)
{
    enum policy_condition k;
    struct subject s;
    enum fit fit;
    uint32_t i;

    subject_init(&s, p, c);
    i = reject == NULL && p->index != NULL ? find(&s) : scan(&s, reject, arg);
    if (i == UINT32_MAX)
        return POLICY_NO_RULE;
    first_failure(&p->rules[i], &s, &k, &fit);
    *ret_rule = &p->rules[i];
    return fit == FITS ? POLICY_MATCHED : POLICY_IDENTITY_NEEDED;
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
