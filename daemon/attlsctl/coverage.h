#ifndef ATTLSCTL_COVERAGE_H
#define ATTLSCTL_COVERAGE_H

/* Every keyword of the policy language and what becomes of it here, printed
 * from the table of the language. */

#include "policy/policy.h"
#include "util/json.h"

/* A line a keyword, with the defaults of RELEASE. */
void coverage_text(enum zos_release release, struct strbuf *out);
/* An array of objects, one a keyword. */
void coverage_json(enum zos_release release, struct json *j);
/* The lists of attls-policy(5), keywords and findings, as mdoc. */
void coverage_mdoc(struct strbuf *out);

#endif
