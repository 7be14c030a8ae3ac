#ifndef UTIL_TESTING_H
#define UTIL_TESTING_H

/* Parts that the tests look at by themselves; not for others. */

#include <stddef.h>

#include "util/diag.h"
#include "util/digest.h"
#include "util/strbuf.h"

/* Just the quoted and escaped text of a JSON string. */
void json_quote(struct strbuf *out, const char *text, size_t len);

/*
 * The source line and under it a mark below the span, each with a newline;
 * nothing without a place. Tabs are kept, so that the mark stands right;
 * other unprintable bytes are shown as '?'.
 */
void diag_quote(const struct diag *d, struct strbuf *out);

/* Any bytes; the product adds texts and numbers only. */
void digest_add(struct digest_state *d, const void *data, size_t len);

#endif
