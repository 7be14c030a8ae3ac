/*
 * Findings in the order in which a reader of the files meets them, as text and
 * as JSON.
 */

#include "attlsctl/findings.h"

#include <stdio.h>
#include <stdlib.h>

#include "attlsctl/policy.h"

void ctl_findings_show(const struct diags *diags, enum diag_level least)
{
    struct strbuf text = STRBUF_INIT;

    diags_print(diags, least, &text);
    fputs(strbuf_str(&text), stderr);
    strbuf_done(&text);
}

static void place_json(const struct diag *d, struct json *j)
{
    unsigned line, column = 0;

    ctl_place_json(j, &d->span);
    if (d->span.src != NULL)
        source_place(d->span.src, d->span.off, &line, &column);
    ctl_number_json(j, "column", column);
}

bool ctl_findings_json(const struct diags *diags, struct json *j)
{
    const struct diag **list = diags_sorted(diags);
    const struct diag *d;
    size_t i;

    if (list == NULL)
        return false;
    for (i = 0; i < diags_count(diags); i++) {
        d = list[i];
        json_object(j, NULL);
        place_json(d, j);
        json_string(j, "severity", diag_level_name(d->level));
        json_string(j, "name", d->name);
        json_string(j, "message", d->text);
        json_string(j, "fix", d->fix);
        json_end(j);
    }
    free(list);
    return !strbuf_failed(j->out);
}
