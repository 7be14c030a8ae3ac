#ifndef STORY_TABLE_H
#define STORY_TABLE_H

/*
 * Both ends of a handshake side by side, and the same in JSON: the rows of
 * facts.def and, for the certificates, of tls/certinfo.def.
 */

#include "story/story.h"

/* Columns of a heading, and of what this side says. */
enum { TABLE_LABEL = 16, TABLE_COLUMN = 48 };

/* LEFT and RIGHT under each other where they are long, broken at blanks. Both
 * may be empty; then there is no row. */
void table_cells(struct strbuf *out, const char *label, const char *left,
                 const char *right);

/* Nothing where the story has no TLS. */
void table_print(const struct story *s, struct strbuf *out);
/* The members this_side, partner, own_certificate and partner_chain. */
void table_json(const struct story *s, struct json *j);

#endif
