/* Time conditions that hold at no moment to come. */

#include "policy/policy.h"

#include <stdlib.h>
#include <string.h>

#include "policy/model.h"

/* A setting of a time condition after whose time, or for want of a day, the
 * condition never holds. */
static bool ends(const struct setting *s, uint64_t now)
{
    switch (s->parm) {
    case PARM_ConditionTimeRange:
        return s->value.time->to < now;
    case PARM_MonthOfYearMask:
    case PARM_DayOfMonthMask:
    case PARM_DayOfWeekMask:
        return strchr(s->value.text, '1') == NULL;
    default:
        return false;
    }
}

/* NULL: the condition may still hold. */
static const struct setting *ending(const struct object *condition,
                                    uint64_t now)
{
    const struct setting *s;
    uint32_t i;

    for (i = 0; i < condition->count; i++) {
        s = &condition->settings[i];
        if (!s->overridden && ends(s, now))
            return s;
    }
    return NULL;
}

/* The latest of two; a mask without a day has no time to be shown. */
static bool is_later(const struct setting *s, const struct setting *than)
{
    if (than == NULL || than->parm != PARM_ConditionTimeRange)
        return true;
    return s->parm == PARM_ConditionTimeRange &&
           s->value.time->to > than->value.time->to;
}

/* What ended last of the rule; NULL: a condition may still hold, or the rule
 * has none. */
static const struct setting *last_ending(const struct policy_rule *r,
                                         uint64_t now)
{
    const struct setting *set, *s, *last = NULL;
    uint32_t i;

    for (i = 0; i < r->object->count; i++) {
        set = &r->object->settings[i];
        if (set->parm != PARM_IpTimeConditionRef)
            continue;
        s = ending(set->value.object, now);
        if (s == NULL)
            return NULL;
        if (is_later(s, last))
            last = s;
    }
    return last;
}

/* yyyymmddhhmmss */
static uint64_t local_moment(time_t when)
{
    char text[32] = "";
    struct tm tm;

    if (localtime_r(&when, &tm) != NULL)
        strftime(text, sizeof(text), "%Y%m%d%H%M%S", &tm);
    return strtoull(text, NULL, 10);
}

static const struct setting *over_since(const struct policy_rule *r,
                                        time_t when)
{
    return r->timed ? last_ending(r, local_moment(when)) : NULL;
}

bool policy_rule_is_over(const struct policy_rule *r, time_t when,
                         struct span *ret)
{
    const struct setting *last = over_since(r, when);

    if (last != NULL && ret != NULL)
        *ret = last->span;
    return last != NULL;
}

/* "20261031235959" */
static void show_end(uint64_t t, struct strbuf *out)
{
    unsigned date = (unsigned)(t / 1000000), hour = (unsigned)(t % 1000000);

    strbuf_addf(out, "ended on %04u-%02u-%02u at %02u:%02u:%02u", date / 10000,
                date / 100 % 100, date % 100, hour / 10000, hour / 100 % 100,
                hour % 100);
}

bool policy_rule_over_show(const struct policy_rule *r, time_t when,
                           struct strbuf *out)
{
    const struct setting *last = over_since(r, when);

    if (last == NULL)
        return false;
    if (last->parm == PARM_ConditionTimeRange)
        show_end(last->value.time->to, out);
    else
        strbuf_addf(out, "has a %s without any 1",
                    schema_parm((enum policy_parm)last->parm)->keyword);
    return true;
}
