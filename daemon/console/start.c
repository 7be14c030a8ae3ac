/* start: S PAGENT. The Policy Agent begins anew, and reads all. */

#include "console/private.h"

void console_start(struct question *q)
{
    if (!question_names_agent(q))
        question_wrong(q);
    else if (pagent_is_active(q->console->services->pagent))
        question_fail(q,
                      "PAGENT is active; attlsctl modify REFRESH has it read "
                      "the policy anew");
    else
        question_reload(q, PAGENT_START, verb_has(&q->call, OPT_FORCE));
}
