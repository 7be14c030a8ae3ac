#ifndef STORY_FILL_H
#define STORY_FILL_H

/* The parts of a story that come from a rule and from a session: a
 * connection's and a probe's alike. */

#include "policy/effective.h"
#include "story/story.h"
#include "tls/session.h"

/* Cut where it does not fit; NULL is "". */
void story_set(char *to, size_t size, const char *from);
/* Rule, place, actions, and where TLS is on role, ring and what is offered. */
void story_fill_rule(struct story *s, const struct policy_rule *rule);
/* The partner's certificates, first bytes, what was negotiated. */
void story_fill_session(struct story *s, const struct session *session);
/* After these two: what the handshake did. Without a session, SESSION is NULL,
 * what ENV's ring would have given; without an environment ENV is NULL too. */
void story_fill_facts(struct story *s, const struct session *session,
                      struct environment *env, const struct policy_rule *rule);
/* The outcome, and where EFF (NULL: not known) says what it is about; the last
 * to be filled in. */
void story_fill_outcome(struct story *s, const struct tls_outcome *o,
                        const struct effective *eff);

#endif
