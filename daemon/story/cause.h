#ifndef STORY_CAUSE_H
#define STORY_CAUSE_H

/*
 * Who ended a connection, why, and what to do: the row of tls/causes.def that
 * the place which found the fault has named, else that of why the connection
 * ended (conn/reasons.def), with what the story knows in place of its {words}.
 */

#include "story/story.h"

enum fault_by story_by(const struct story *s);
/* A sentence, or nothing. */
void story_add_cause(const struct story *s, struct strbuf *out);
/* What to do before the remedy, as by now something is stored that was not in
 * use; or nothing. */
void story_add_first(const struct story *s, struct strbuf *out);
/* A command or a sentence, or nothing. */
void story_add_remedy(const struct story *s, struct strbuf *out);

#endif
