/* See limited.h; the other side of it, those who made room, too. */

#include "conn/limited.h"

#include "conn/private.h"

enum { TELL_MS = 5000 }; /* between two lines about one limit */

/* Counts one more for COUNTER. False: there was a line a moment ago; else
 * *RET_COUNT are those since the last one. */
static bool may_tell(struct loop *l, enum counter counter,
                     unsigned long *ret_count)
{
    unsigned long *count = &l->limited[counter].count;
    uint64_t *told = &l->limited[counter].told, now = l->services->now();

    ++*count;
    if (*told != 0 && now - *told < TELL_MS)
        return false;
    *told = now;
    *ret_count = *count;
    *count = 0;
    return true;
}

void limited_tell(struct loop *l, const struct limit *limit,
                  const struct fair_who *who)
{
    const struct services *s = l->services;
    char text[FAIR_TEXT];
    unsigned long count;

    metrics_add(&l->metrics, limit->counter, 1);
    if (who != NULL && s->fair != NULL)
        fair_note(s->fair, who, limit->name);
    if (may_tell(l, limit->counter, &count))
        trace_remark(
            s->trace, TRACE_WARNING, "limit=%s most=%lu refused=%lu%s%s%s",
            limit->name, limit->most, count, who != NULL ? " last=\"" : "",
            who != NULL ? fair_format(who, text) : "", who != NULL ? "\"" : "");
}

void limited_remark_room(struct loop *l)
{
    unsigned long count;

    if (may_tell(l, COUNTER_GAVE_WAY, &count))
        trace_remark(l->services->trace, TRACE_WARNING,
                     "reset=%lu note=\"a limit is reached: of those that "
                     "waited for partner or target the oldest made room\"",
                     count);
}
