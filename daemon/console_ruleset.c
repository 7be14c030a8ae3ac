/* ruleset: what transparent mode needs in the kernel. */

#include "daemon/console_private.h"
#include "daemon/ruleset.h"

void console_ruleset(struct question *q)
{
    struct snapshot *snap;
    struct config_capture capture;
    struct ruleset_options opt = {.capture = &capture};
    struct error err;

    if (q->request->argc != 0) {
        question_wrong(q);
        return;
    }
    snap = snapshots_get(q->console->p.snapshots);
    if (!ruleset_capture(q->console->p.config, snapshot_config(snap), &capture))
        question_fail(q, "no listener of this daemon is transparent");
    else if (ruleset_make(snapshot_policy(snap), &opt, &q->answer->out, &err) <
             0)
        question_fail(q, "%s", err.text);
    snapshot_unref(snap);
}
