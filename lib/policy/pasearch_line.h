#ifndef POLICY_PASEARCH_LINE_H
#define POLICY_PASEARCH_LINE_H

/* Between the two files of pasearch. */

#include <stddef.h>

#include "policy/effective.h"
#include "util/strbuf.h"

struct policy;
struct policy_action;

/* Columns of values in an action, from 0: the second for System SSL's own
 * parameters, whose names are long. */
enum { PASEARCH_VALUE = 32, PASEARCH_GSK_VALUE = 48 };

/* "LABEL:", the VALUE at COLUMN or one blank behind the label, no blanks at
 * the end. */
void pasearch_line(struct strbuf *out, int indent, const char *label,
                   size_t column, const char *value);

/* The lines of an action behind its name. */
void pasearch_action(const struct policy *p, const struct policy_action *a,
                     enum effective_level level, struct strbuf *out);

#endif
