#ifndef CONSOLE_IN_CLEAR_H
#define CONSOLE_IN_CLEAR_H

/* The pointer to clear text, where somebody asks for failures. */

#include "console/private.h"
#include "util/json.h"

/* Lines: that TTLS is off; how many connections went in clear, and why. None
 * where there is nothing to say. */
void console_add_in_clear(const struct console *c, struct strbuf *out);
/* The same as the member "in_clear", always. */
void console_in_clear_json(const struct console *c, struct json *j);

#endif
