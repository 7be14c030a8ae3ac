#ifndef ATTLSCTL_FINDINGS_H
#define ATTLSCTL_FINDINGS_H

/* Findings about policies as attlsctl shows them: sorted by their place. */

#include "util/diag.h"
#include "util/json.h"

/* Those of at least this level, on stderr. */
void ctl_findings_show(const struct diags *diags, enum diag_level least);

/* Each as an object {"file", "line", "column", "severity", "name", "message",
 * "fix"} of the array that is open; what there is not is null. False: no
 * memory. */
bool ctl_findings_json(const struct diags *diags, struct json *j);

#endif
