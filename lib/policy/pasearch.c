/*
 * The report: header, rules, and which actions stand where. The lines of an
 * action are in pasearch_action.c.
 */

#include "policy/pasearch.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/model.h"
#include "policy/pasearch_line.h"
#include "policy/value.h"
#include "util/table.h"

/* Columns of what belongs to a rule, from 0. */
enum { VALUE = 24, LABEL2 = 42, VALUE2 = 61 };

/* ---- lines ---- */

static void to_column(struct strbuf *out, size_t start, size_t column)
{
    size_t used = out->len - start;

    strbuf_fill(out, ' ', used < column ? (int)(column - used) : 1);
}

static void end_line(struct strbuf *out, size_t start)
{
    while (!strbuf_failed(out) && out->len > start &&
           out->data[out->len - 1] == ' ')
        out->len--;
    strbuf_addc(out, '\n');
}

void pasearch_line(struct strbuf *out, int indent, const char *label,
                   size_t column, const char *value)
{
    size_t start = out->len;

    strbuf_fill(out, ' ', indent);
    strbuf_addf(out, "%s:", label);
    to_column(out, start, column);
    strbuf_add_escaped(out, value, strlen(value));
    end_line(out, start);
}

static void line(struct strbuf *out, int indent, const char *label,
                 const char *value)
{
    pasearch_line(out, indent, label, VALUE, value);
}

static void pair(struct strbuf *out, int indent, const char *label,
                 const char *value, const char *label2, const char *value2)
{
    size_t start = out->len;

    strbuf_fill(out, ' ', indent);
    strbuf_addf(out, "%s:", label);
    to_column(out, start, VALUE);
    strbuf_adds(out, value);
    to_column(out, start, LABEL2);
    strbuf_addf(out, "%s:", label2);
    to_column(out, start, VALUE2);
    strbuf_adds(out, value2);
    end_line(out, start);
}

static void ctime_text(time_t t, char text[32])
{
    struct tm tm;

    localtime_r(&t, &tm);
    if (strftime(text, 32, "%a %b %e %H:%M:%S %Y", &tm) == 0)
        text[0] = '\0';
}

static void created(const struct pasearch *s, int indent, struct strbuf *out)
{
    char text[32];

    ctime_text(s->installed, text);
    strbuf_fill(out, ' ', indent);
    strbuf_addf(out, "Policy created: %s\n", text);
    strbuf_fill(out, ' ', indent);
    strbuf_addf(out, "Policy updated: %s\n", text);
}

static void header(const struct policy *p, const struct pasearch *s,
                   struct strbuf *out)
{
    const char *image = s->image != NULL   ? s->image
                        : p->stack != NULL ? p->stack
                                           : "TCPIP";
    char date[16] = "", hour[16] = "";
    struct tm tm;
    size_t start;

    localtime_r(&s->now, &tm);
    strftime(date, sizeof(date), "%m/%d/%Y", &tm);
    strftime(hour, sizeof(hour), "%H:%M:%S", &tm);
    strbuf_addc(out, '\n');
    start = out->len;
    strbuf_addf(out, "TCP/IP pasearch %s", zos_release_shown(p->release));
    to_column(out, start, LABEL2);
    strbuf_addf(out, "Image Name: %s\n", image);
    start = out->len;
    strbuf_adds(out, "  Date:");
    to_column(out, start, VALUE);
    strbuf_adds(out, date);
    to_column(out, start, LABEL2);
    strbuf_addf(out, "Time:  %s\n", hour);
}

static void instance(const char *label, const struct pasearch *s,
                     struct strbuf *out)
{
    char id[24];

    snprintf(id, sizeof(id), "%jd", (intmax_t)s->installed);
    line(out, 2, label, id);
}

/* ---- time conditions ---- */

static const char *text_of(const struct object *o, enum policy_parm parm,
                           const char *otherwise)
{
    size_t i;

    for (i = 0; o != NULL && i < o->count; i++)
        if (o->settings[i].parm == parm && !o->settings[i].overridden)
            return o->settings[i].value.text;
    return otherwise;
}

static void day_masks(const struct object *o, struct strbuf *out)
{
    static const char ones[] = "1111111111111111111111111111111";
    static const char zeros[] = "0000000000000000000000000000000";
    const char *mask = text_of(o, PARM_DayOfMonthMask, NULL);
    char first[32];

    strbuf_adds(out, "   Day of Month Mask:\n");
    snprintf(first, sizeof(first), "%.31s", mask != NULL ? mask : ones);
    line(out, 3, "First to Last", first);
    line(out, 3, "Last to First",
         mask == NULL          ? ones
         : strlen(mask) == 62u ? mask + 31
                               : zeros);
}

/* yyyymmddhhmmss as a date, or None. */
static void date_line(const char *label, uint64_t moment, struct strbuf *out)
{
    char text[40] = "None";
    struct tm tm;

    if (moment != 0) {
        memset(&tm, 0, sizeof(tm));
        tm.tm_year = (int)(moment / 10000000000) - 1900;
        tm.tm_mon = (int)(moment / 100000000 % 100) - 1;
        tm.tm_mday = (int)(moment / 1000000 % 100);
        tm.tm_hour = (int)(moment / 10000 % 100);
        tm.tm_min = (int)(moment / 100 % 100);
        tm.tm_sec = (int)(moment % 100);
        tm.tm_isdst = -1;
        ctime_text(mktime(&tm), text);
    }
    line(out, 3, label, text);
}

static void hours(unsigned from, unsigned to, const struct pasearch *s,
                  struct strbuf *out)
{
    enum { DAY = 24 * 60 };
    char a[8], b[8], utc_a[8], utc_b[8];
    long shift = 0;
    struct tm tm;

    if (from != 0 || to != DAY) {
        localtime_r(&s->now, &tm);
        shift = tm.tm_gmtoff / 60;
    }
    snprintf(a, sizeof(a), "%02u:%02u", from / 60 % 100, from % 60);
    snprintf(b, sizeof(b), "%02u:%02u", to / 60 % 100, to % 60);
    from = (unsigned)(((long)from - shift + 2 * DAY) % DAY);
    to = (unsigned)(((long)to - shift + 2 * DAY) % DAY);
    snprintf(utc_a, sizeof(utc_a), "%02u:%02u", from / 60 % 100, from % 60);
    snprintf(utc_b, sizeof(utc_b), "%02u:%02u", to / 60 % 100, to % 60);
    pair(out, 3, "Fr TimeOfDay", a, "To TimeOfDay", b);
    pair(out, 3, "Fr TimeOfDay UTC", utc_a, "To TimeOfDay UTC", utc_b);
}

/* O NULL: always. */
static void time_period(const struct object *o, const struct pasearch *s,
                        struct strbuf *out)
{
    const struct time_range *range = NULL;
    bool any = false;
    uint32_t i, k;

    strbuf_adds(out, "  Time Periods:\n");
    day_masks(o, out);
    line(out, 3, "Month of Yr Mask",
         text_of(o, PARM_MonthOfYearMask, "111111111111"));
    strbuf_addf(out, "   Day of Week Mask:    %s  (Sunday - Saturday)\n",
                text_of(o, PARM_DayOfWeekMask, "1111111"));
    for (i = 0; o != NULL && i < o->count; i++)
        if (o->settings[i].parm == PARM_ConditionTimeRange &&
            !o->settings[i].overridden)
            range = o->settings[i].value.time;
    date_line("Start Date Time", range != NULL ? range->from : 0, out);
    date_line("End Date Time", range != NULL ? range->to : 0, out);
    for (i = 0; o != NULL && i < o->count; i++) {
        if (o->settings[i].parm != PARM_TimeOfDayRange)
            continue;
        for (k = 0; k < o->settings[i].value.days->count; k++)
            hours(o->settings[i].value.days->range[k].low,
                  o->settings[i].value.days->range[k].high, s, out);
        any = true;
    }
    if (!any)
        hours(0, 24 * 60, s, out);
    line(out, 3, "TimeZone", "Local");
}

static void time_periods(const struct policy_rule *r, const struct pasearch *s,
                         struct strbuf *out)
{
    uint32_t i;

    if (!r->timed)
        time_period(NULL, s, out);
    for (i = 0; i < r->object->count; i++)
        if (r->object->settings[i].parm == PARM_IpTimeConditionRef)
            time_period(r->object->settings[i].value.object, s, out);
}

/* ---- addresses and ports ---- */

static void ip_line(const char *label, uint8_t family, const unsigned char *ip,
                    struct strbuf *out)
{
    struct strbuf text = STRBUF_INIT;
    struct netaddr a;

    memset(&a, 0, sizeof(a));
    a.family = family;
    memcpy(a.ip, ip, family == AF_INET ? 4 : 16);
    netaddr_add_ip(&a, &text);
    line(out, 4, label, strbuf_str(&text));
    strbuf_done(&text);
}

static void addr_lines(const struct addr_range *r, struct strbuf *out)
{
    char bits[8];

    ip_line("FromAddr", r->family, r->low, out);
    if (r->bits == ADDR_SINGLE || r->bits == ADDR_RANGE) {
        ip_line("ToAddr", r->family, r->high, out);
        return;
    }
    snprintf(bits, sizeof(bits), "%u", r->bits);
    line(out, 4, "Prefix", bits);
}

/* From the lowest to the highest member; the members follow below. */
static struct addr_range hull(const struct cond *c)
{
    const struct addr_range *r = c->items;
    struct addr_range all = r[0];
    uint32_t i;

    for (i = 1; i < c->count; i++) {
        all.bits = ADDR_RANGE;
        if (r[i].family != all.family)
            continue;
        if (memcmp(r[i].low, all.low, sizeof(all.low)) < 0)
            memcpy(all.low, r[i].low, sizeof(all.low));
        if (memcmp(r[i].high, all.high, sizeof(all.high)) > 0)
            memcpy(all.high, r[i].high, sizeof(all.high));
    }
    return all;
}

static void addr_summary(const char *title, const struct cond *c,
                         struct strbuf *out)
{
    struct addr_range all;

    strbuf_addf(out, "   %s Address:\n", title);
    if (c->count == 0) {
        line(out, 4, "FromAddr", "All");
        line(out, 4, "ToAddr", "All");
        return;
    }
    all = hull(c);
    addr_lines(&all, out);
}

static void port_line(const char *side, const struct port_range *r,
                      struct strbuf *out)
{
    char from[24], to[24], low[8], high[8];

    snprintf(from, sizeof(from), "%sPortFrom", side);
    snprintf(to, sizeof(to), "%sPortTo", side);
    snprintf(low, sizeof(low), "%u", r->low);
    snprintf(high, sizeof(high), "%u", r->high);
    pair(out, 3, from, low, to, high);
}

static void port_summary(const char *side, const struct cond *c,
                         struct strbuf *out)
{
    const struct port_range *r = c->items;
    struct port_range all = {0, 0};
    uint32_t i;

    for (i = 0; i < c->count; i++) {
        all.low = i == 0 || r[i].low < all.low ? r[i].low : all.low;
        all.high = r[i].high > all.high ? r[i].high : all.high;
    }
    port_line(side, &all, out);
}

/* A group with gaps is more than its summary says: its members (layout
 * unconfirmed). */
static void members(const struct policy_rule *r, struct strbuf *out)
{
    const struct cond *addrs[] = {&r->local_addr, &r->remote_addr};
    const struct cond *ports[] = {&r->local_port, &r->remote_port};
    static const char *const sides[] = {"Local", "Remote"};
    size_t i;
    uint32_t k;

    if (r->local_addr.count < 2 && r->remote_addr.count < 2 &&
        r->local_port.count < 2 && r->remote_port.count < 2)
        return;
    strbuf_adds(out, "  TTLS Condition Members:\n");
    for (i = 0; i < 2; i++) {
        if (addrs[i]->count < 2)
            continue;
        strbuf_addf(out, "   %s Address:\n", sides[i]);
        for (k = 0; k < addrs[i]->count; k++)
            addr_lines((const struct addr_range *)addrs[i]->items + k, out);
    }
    for (i = 0; i < 2; i++)
        for (k = 0; ports[i]->count > 1 && k < ports[i]->count; k++)
            port_line(sides[i], (const struct port_range *)ports[i]->items + k,
                      out);
}

static void conditions(const struct policy_rule *r, struct strbuf *out)
{
    pair(out, 2, "TTLS Condition Summary", "", "NegativeIndicator", "Off");
    addr_summary("Local", &r->local_addr, out);
    addr_summary("Remote", &r->remote_addr, out);
    port_summary("Local", &r->local_port, out);
    port_summary("Remote", &r->remote_port, out);
    pair(out, 3, "JobName", r->jobname != NULL ? r->jobname->value.text : "",
         "UserId", r->userid != NULL ? r->userid->value.text : "");
    line(out, 3, "ServiceDirection",
         policy_direction_name(
             (enum policy_direction)r->direction->value.number));
    members(r, out);
}

/* ---- rules ---- */

struct rule_actions {
    struct {
        const struct policy_action *action;
        enum effective_level level;
    } list[3];
    unsigned count;
};

/* In the order of the Ref lines of the rule. */
static struct rule_actions actions_of(const struct policy_rule *r)
{
    struct rule_actions a = {.count = 0};
    enum effective_level level;
    const struct setting *s;
    uint32_t i;

    for (i = 0; i < r->object->count && a.count < 3; i++) {
        s = &r->object->settings[i];
        if (s->overridden)
            continue;
        if (s->parm == PARM_TTLSGroupActionRef)
            level = LEVEL_GROUP;
        else if (s->parm == PARM_TTLSEnvironmentActionRef)
            level = LEVEL_ENVIRONMENT;
        else if (s->parm == PARM_TTLSConnectionActionRef)
            level = LEVEL_CONNECTION;
        else
            continue;
        a.list[a.count].action = r->effective->levels[level];
        a.list[a.count++].level = level;
    }
    return a;
}

static void rule_actions(const struct rule_actions *a, struct strbuf *out)
{
    static const char *const types[] = {[LEVEL_GROUP] = "TTLS Group",
                                        [LEVEL_ENVIRONMENT] =
                                            "TTLS Environment",
                                        [LEVEL_CONNECTION] = "TTLS Connection"};
    char number[8];
    unsigned i;

    snprintf(number, sizeof(number), "%u", a->count);
    line(out, 2, "No. Policy Action", number);
    for (i = 0; i < a->count; i++) {
        line(out, 2, "policyAction", a->list[i].action->object->name);
        line(out, 3, "ActionType", types[a->list[i].level]);
        line(out, 3, "Action Sequence", "0");
    }
}

static void show_rule(const struct policy_rule *r, const struct pasearch *s,
                      struct strbuf *out)
{
    struct rule_actions a = actions_of(r);
    char priority[24];

    strbuf_addc(out, '\n');
    line(out, 0, "policyRule", r->name);
    if (s->names)
        return;
    snprintf(priority, sizeof(priority), "%lu", r->priority);
    line(out, 2, "Rule Type", "TTLS");
    if (r->kept) /* not of z/OS's layout, where no listing shows it */
        line(out, 2, "Kept by NOFLUSH", "True");
    pair(out, 2, "Version", "3", "Status",
         policy_rule_active(r, s->now) ? "Active" : "Inactive");
    pair(out, 2, "Weight", priority, "ForLoadDist", "False");
    pair(out, 2, "Priority", priority, "Sequence Actions", "Don't Care");
    rule_actions(&a, out);
    time_periods(r, s, out);
    conditions(r, out);
    created(s, 2, out);
}

static void show_action(const struct policy *p, const struct policy_action *a,
                        enum effective_level level, const struct pasearch *s,
                        struct strbuf *out)
{
    strbuf_addc(out, '\n');
    pasearch_line(out, 2, "TTLS Action", PASEARCH_VALUE, a->object->name);
    if (s->names)
        return;
    pasearch_action(p, a, level, out);
    created(s, 4, out);
}

/* Actions that were listed, by address: in a report of actions alone each
 * stands once. */
static bool is_action(const void *item, const void *key)
{
    return item == key;
}

static bool seen_before(struct table *seen, const struct policy_action *a,
                        struct strbuf *out)
{
    uint64_t hash = table_hash_number((uintptr_t)a);

    if (table_find(seen, hash, is_action, a) != NULL)
        return true;
    out->failed = !table_add(seen, hash, a) || out->failed;
    return false;
}

static bool wanted(const struct pasearch *s, const char *name)
{
    return s->filter == NULL || strcmp(s->filter, name) == 0;
}

static bool has_status(const struct policy_rule *r, const struct pasearch *s)
{
    return s->status == PASEARCH_ANY ||
           policy_rule_active(r, s->now) == (s->status == PASEARCH_ACTIVE);
}

/* A rule that is wanted, with its actions below; else those of its actions
 * that are wanted and were not listed yet. */
static size_t list_rule(const struct policy *p, const struct policy_rule *r,
                        const struct pasearch *s, struct table *seen,
                        struct strbuf *out)
{
    struct rule_actions a = actions_of(r);
    bool with_rule = s->rules && wanted(s, r->name);
    size_t n = with_rule;
    unsigned i;

    if (with_rule)
        show_rule(r, s, out);
    for (i = 0; s->actions && i < a.count; i++) {
        if (!with_rule && (!wanted(s, a.list[i].action->object->name) ||
                           seen_before(seen, a.list[i].action, out)))
            continue;
        show_action(p, a.list[i].action, a.list[i].level, s, out);
        n += !with_rule;
    }
    return n;
}

size_t pasearch_list(const struct policy *p, const struct pasearch *s,
                     struct strbuf *out)
{
    struct table seen = {0};
    size_t i, n = 0, start = out->len;

    header(p, s, out);
    instance("TTLS Instance Id", s, out);
    for (i = 0; i < p->rule_count; i++)
        if (has_status(&p->rules[i], s))
            n += list_rule(p, &p->rules[i], s, &seen, out);
    table_done(&seen);
    if (n == 0 && !strbuf_failed(out))
        out->len = start;
    return n;
}

void pasearch_object(const struct policy *p, const struct pasearch *s,
                     const char *file, struct strbuf *out)
{
    char changed[32];

    header(p, s, out);
    strbuf_adds(out, "\n TTLS Policy Object:\n");
    pair(out, 2, "ConfigLocation", "Local", "LDAPServer", "False");
    line(out, 2, "ImageFileName", file);
    pair(out, 2, "Configured", "True", "TTLS Enabled", "True");
    pair(out, 2, "Flush", p->agent.flush ? "True" : "False", "Purge",
         p->agent.purge ? "True" : "False");
    instance("InstanceId", s, out);
    ctime_text(s->installed, changed);
    line(out, 2, "LastPolicyChanged", changed);
}
