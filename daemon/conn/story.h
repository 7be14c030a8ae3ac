#ifndef CONN_STORY_H
#define CONN_STORY_H

#include "conn/conn.h"
#include "story/story.h"

/* The story of C so far, on its own thread. O: the outcome that counts; NULL:
 * its session's, if it has one. */
void conn_make_story(const struct conn *c, const struct tls_outcome *o,
                     struct story *ret);

/* May a line of that kind be written now, as failure_rate says? A line before
 * it says how many were held back. STORIES NULL: it may. */
bool conn_may_say(struct stories *stories, enum story_line kind,
                  const struct config *cfg, struct trace *trace);

#endif
