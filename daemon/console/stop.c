/* stop: P PAGENT. The Policy Agent ends; what it has installed stays in force,
 * as with NOPURGE on z/OS. */

#include "console/private.h"

void console_stop(struct question *q)
{
    if (!question_names_agent(q))
        question_wrong(q);
    else if (question_agent_is_active(q))
        pagent_end(q->console->services->pagent, &q->answer->out);
}
