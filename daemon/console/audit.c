/* audit: what was really seen, and what went in clear. */

#include "conn/audit.h"
#include "console/private.h"
#include "util/json.h"

void console_audit(struct question *q)
{
    struct json j = JSON_INIT(&q->answer->out, JSON_LINES);

    if (verb_has(&q->call, OPT_JSON))
        audit_json(q->console->services->audit, &j);
    else
        audit_print(q->console->services->audit, &q->answer->out);
}
