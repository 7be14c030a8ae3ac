#ifndef CONSOLE_STANDING_H
#define CONSOLE_STANDING_H

/*
 * How policy and rings in force stand beside what is stored and what time it
 * is: files that have changed, rings that are newer in the store, rules that
 * fit no connection any more.
 */

#include "console/private.h"
#include "site/stored.h"
#include "story/story.h"
#include "util/json.h"

/* Lines of status, and members of its JSON: policy_files_changed, newer_rings,
 * rules_over. */
void standing_add(const struct stored *stored, struct snapshot *s,
                  struct strbuf *out);
void standing_json(const struct stored *stored, struct snapshot *s,
                   struct json *j);

/* Adds to STORY what concerns its connection. */
void standing_of_story(struct snapshot *s, struct story *story);

#endif
