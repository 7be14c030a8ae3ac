#ifndef ATTLSCTL_FINDINGS_H
#define ATTLSCTL_FINDINGS_H

/* Findings about policies as attlsctl shows them: sorted by their place. */

#include "util/diag.h"
#include "util/json.h"

/* Each as a line, the source line with a mark under the place, and the way
 * to mend it. False: no memory. */
bool ctl_findings_text(const struct diags *diags, struct strbuf *out);

/* Each as an object {"file", "line", "column", "severity", "name", "message",
 * "fix"} of the array that is open; what there is not is null. False: no
 * memory. */
bool ctl_findings_json(const struct diags *diags, struct json *j);

#endif
