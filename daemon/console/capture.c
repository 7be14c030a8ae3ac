/* capture: what transparent mode captures beside the policy's rules. */

#include "console/private.h"
#include "site/ruleset.h"

void console_capture(struct question *q)
{
    const struct marks *marks = q->console->services->marks;
    struct ruleset_marks m = {.own = marks != NULL};
    struct snapshot *snap;
    struct config_capture capture;

    /* whoever knows them is half way past the rules */
    m.known = m.own && question_may_change(q);
    if (m.known)
        m.values = *marks;
    snap = snapshots_get(q->console->services->snapshots);
    if (ruleset_capture(q->console->services->config, snapshot_config(snap),
                        &capture))
        ruleset_capture_print(&capture, &m, &q->answer->out);
    else
        question_fail(q, "no listener of this daemon is transparent");
    snapshot_unref(snap);
}
