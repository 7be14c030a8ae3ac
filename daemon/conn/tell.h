#ifndef CONN_TELL_H
#define CONN_TELL_H

/* What a connection tells those who ask from outside. */

#include "story/story.h"

struct config;
struct conn;
struct trace;

/* The story of C so far, on its own thread. O: the outcome that counts; NULL:
 * its session's, if it has one. */
void conn_make_story(const struct conn *c, const struct tls_outcome *o,
                     struct story *ret);

/* May a line of that kind be written now, as failure_rate says? A line before
 * it says how many were held back. STORIES NULL: it may. */
bool conn_may_say(struct stories *stories, enum story_line kind,
                  const struct config *cfg, struct trace *trace);

#endif
