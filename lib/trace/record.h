#ifndef TRACE_RECORD_H
#define TRACE_RECORD_H

/*
 * Inside lib/trace: how formatters hand in records, and what sinks share.
 */

#include "trace/sink.h"
#include "trace/trace.h"
#include "util/strbuf.h"

/* Copies the record (time and stack are filled in) into the queue; it is
 * counted as lost when there is no room or memory, or its text is NULL. */
void trace_put(struct trace *t, const struct trace_record *r);

/* "Mmm dd hh:mm:ss", as RFC 3164 section 4.1.2 has it; local time. */
void record_add_date(const struct trace_record *r, struct strbuf *out);
/* "TTLS[pid]: hh:mm:ss stack  text" or "attlsd[pid]: text". */
void record_add_body(const struct trace_record *r, struct strbuf *out);
/* "TTLS", "PAGENT", "attlsd" */
const char *record_program(const struct trace_record *r);
/* RFC 5424's number of the facility. */
int record_facility(const struct trace_record *r);
/* A whole line with its newline, under the name of this host. */
void record_add_line(const struct trace_record *r, struct strbuf *out);

/* The record as one JSON object and a newline; times are UTC (RFC 3339). */
void record_add_json(const struct trace_record *r, struct strbuf *out);

/*
 * Writes all of it to FD, waiting at most half a second whenever FD has no
 * room. 0, or -1: a reader that sleeps costs a record, not the writer.
 */
int record_write(int fd, const char *data, size_t len);

#endif
