#ifndef STORY_FILL_H
#define STORY_FILL_H

/* The parts of a story that come from a rule and from a session: a
 * connection's and a probe's alike. */

#include "policy/effective.h"
#include "story/story.h"
#include "tls/session.h"

/* Cut where it does not fit; NULL is "". */
void story_set(char *to, size_t size, const char *from);
/* Rule, place, actions, and where TLS is on role, ring, versions, ciphers. */
void story_fill_rule(struct story *s, const struct policy_rule *rule);
/* Certificates, first bytes, what was negotiated. */
void story_fill_session(struct story *s, const struct session *session);
/* The outcome, and where EFF (NULL: not known) says what it is about; the last
 * to be filled in. */
void story_fill_outcome(struct story *s, const struct tls_outcome *o,
                        const struct effective *eff);

#endif
