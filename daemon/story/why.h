#ifndef STORY_WHY_H
#define STORY_WHY_H

/* What a story says beside the rule: why it was found, or none, and what is not
 * as it should be with policy and ring in force. */

#include "story/story.h"

/* Why RULE was found, or none: rules before it that came near, with what they
 * ask for and what the connection has, and the next one that fits. */
void story_fill_why(struct story *s, const struct policy *policy,
                    const struct policy_conn *conn,
                    const struct policy_rule *rule);
/* No rule was looked for. */
void story_fill_unsearched(struct story *s, bool ttls_off);
/* The last refresh before it FAILED: the policy is that of INSTALLED. */
void story_fill_refresh(struct story *s, time_t failed, const char *error,
                        time_t installed);

/* Rows of the page, below the rule's. ROW leaves out those without text. */
typedef void (*story_row_fn)(struct strbuf *out, const char *label,
                             const char *text);
void story_why_rows(const struct story *s, story_row_fn row,
                    struct strbuf *out);
/* Words of the failure line. */
typedef void (*story_word_fn)(struct strbuf *out, const char *key,
                              const char *value);
void story_why_words(const struct story *s, story_word_fn word,
                     struct strbuf *out);
void story_why_json(const struct story *s, struct json *j);

#endif
