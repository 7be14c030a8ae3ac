/* Messages of the operator's console, to the letter, and the agent's log. */
#include "trace/operator.h"

#include <stdlib.h>
#include <string.h>

#include "support/suite.h"
#include "trace/sink.h"

static const struct {
    enum operator_message m;
    const char *first, *second, *text;
} messages[] = {
    {OPERATOR_STARTING, NULL, NULL, "EZZ8431I PAGENT STARTING"},
    {OPERATOR_NOT_ENABLED, "TCPIP1", "TTLS",
     "EZD1579I PAGENT POLICIES ARE NOT ENABLED FOR TCPIP1 : TTLS"},
    {OPERATOR_COMPLETE, "TCPIP1", "QOS",
     "EZZ8771I PAGENT CONFIG POLICY PROCESSING COMPLETE FOR TCPIP1 : QOS"},
    {OPERATOR_INSTALLED, "TCPIP1", NULL,
     "EZD1586I PAGENT HAS INSTALLED ALL LOCAL POLICIES FOR TCPIP1"},
    {OPERATOR_OBEY_OPENED, "SYS1.TCPPARMS(TTLS)", NULL,
     "EZZ0300I OPENED OBEYFILE FILE 'SYS1.TCPPARMS(TTLS)'"},
    {OPERATOR_OBEY_PROCESSING, "VARY TCPIP,,OBEY,A\nB", NULL,
     "EZZ0060I PROCESSING COMMAND: VARY TCPIP,,OBEY,A\\x0AB"},
};

START_TEST(fills_in_the_arguments)
{
    struct strbuf out = STRBUF_INIT;

    operator_add(messages[_i].m, messages[_i].first, messages[_i].second, &out);
    ck_assert_str_eq(strbuf_str(&out), messages[_i].text);
    strbuf_done(&out);
}
END_TEST

struct memory_sink {
    struct sink sink;
    struct strbuf *out;
};

static int write_text(struct sink *s, const struct trace_record *r)
{
    strbuf_addf(((struct memory_sink *)s)->out, "<%d>%s %s\n", r->priority,
                r->program, r->text);
    return 0;
}

static void free_sink(struct sink *s)
{
    free(s);
}

static const struct sink_ops memory_ops = {write_text, NULL, free_sink, NULL};

START_TEST(the_agent_logs_by_level)
{
    struct memory_sink *m = calloc(1, sizeof(*m));
    struct strbuf out = STRBUF_INIT;
    struct trace *t;

    m->sink.ops = &memory_ops;
    m->out = &out;
    ck_assert_int_eq(trace_new("TCPIP1", &t, NULL), 0);
    ck_assert_int_eq(trace_add_sink(t, &m->sink, NULL), 0);
    agent_log(t, 31, AGENT_EVENT, "main", "EZZ8431I PAGENT STARTING");
    agent_log(t, 31, AGENT_INFO, "main", "not wanted");
    agent_log(t, AGENT_ALL, AGENT_OBJERR, "profile_read_ttls", "line %d", 3);
    trace_free(t);
    ck_assert_str_eq(strbuf_str(&out),
                     "<5>PAGENT EVENT :001: main: EZZ8431I PAGENT STARTING\n"
                     "<3>PAGENT OBJERR :001: profile_read_ttls: line 3\n");
    strbuf_done(&out);
}
END_TEST

TESTS_BEGIN("operator")
TEST_ROWS(fills_in_the_arguments, messages)
TEST(the_agent_logs_by_level)
TESTS_END
