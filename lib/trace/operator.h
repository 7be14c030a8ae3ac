#ifndef TRACE_OPERATOR_H
#define TRACE_OPERATOR_H

/*
 * What an operator reads: messages of the Policy Agent and of commands
 * (operator.def), and the Policy Agent's log, whose lines are
 * "LEVEL  :thread: function: text" (IP Diagnosis Guide, "Diagnosing Policy
 * Agent problems").
 */

#include "trace/trace.h"
#include "util/strbuf.h"

enum operator_message {
#define OPERATOR_MESSAGE(name, text) OPERATOR_##name,
#include "trace/operator.def"
    OPERATOR_MESSAGE_COUNT
};

/* Adds the text; FIRST and SECOND (NULL: none) are {1} and {2}, escaped to
 * printable characters. */
void operator_add(enum operator_message m, const char *first,
                  const char *second, struct strbuf *out);

/* A message of the console to the log, as program CONSOLE. */
void operator_log(struct trace *t, const char *text);

/* Bits of LogLevel (IP Configuration Reference, "LogLevel statement"). */
enum agent_level {
    AGENT_SYSERR = 1,
    AGENT_OBJERR = 2,
    AGENT_PROTERR = 4,
    AGENT_WARNING = 8,
    AGENT_EVENT = 16,
    AGENT_ACTION = 32,
    AGENT_INFO = 64,
    AGENT_ACNTING = 128,
    AGENT_TRACE = 256,
    AGENT_ALL = 511
};

/*
 * One line of the Policy Agent's log, as program PAGENT, when LEVELS has the
 * bit of LEVEL. Text from outside is escaped by the caller.
 */
void agent_log(struct trace *t, unsigned levels, enum agent_level level,
               const char *function, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

#endif
