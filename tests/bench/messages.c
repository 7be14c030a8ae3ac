/*
 * What the messages of a handshake cost the thread that writes them: the CPU
 * time of EZD1281I and EZD1283I, per connection, at several Trace values, with
 * a file as sink. The writer's thread is not the connection's and is shown
 * apart.
 *
 *     build/release/tests/bench_messages [CONNECTIONS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "trace/ezd.h"
#include "trace/sink.h"

static double cpu_us(clockid_t clock)
{
    struct timespec ts;

    clock_gettime(clock, &ts);
    return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

/* Connection Init, Map and the good end of a handshake, as conn_*.c has it. */
static void connection(struct trace *t, unsigned level, uint32_t id)
{
    struct ezd_subject s = {.grpid = 1,
                            .envid = 1,
                            .connid = id,
                            .jobname = "IMS15HWS",
                            .userid = "IMSSTC",
                            .rule = "IMSDBConnectRule~1",
                            .group = "gAct1",
                            .environment = "eAct1~IMSDBConnect",
                            .connection = "cAct1~IMSDBConnect",
                            .trace = level};
    struct ezd_handshake h = {id, 1, "TLSV1.2", 0x35};
    struct strbuf add = STRBUF_INIT;

    netaddr_parse("192.168.17.220:5555", &s.local, NULL);
    s.remote = s.local;
    ezd_map(t, &s, EZD_ENABLED);
    ezd_event(t, &s, 0, EZD_CONNECTION_INIT, NULL);
    if ((level & (EZD_TRACE_INFO | EZD_TRACE_EVENT)) == 0)
        return;
    ezd_add_handshake(&h, &add);
    ezd_event(t, &s, 0, EZD_INITIAL_HANDSHAKE, strbuf_str(&add));
    strbuf_done(&add);
}

static void measure(unsigned level, unsigned long count)
{
    struct sink *sink = NULL;
    struct trace *t = NULL;
    struct error err;
    double mine, all;
    unsigned long i;

    if (trace_new("TCPIP1", &t, &err) < 0 ||
        sink_file_open("/dev/null", &sink, &err) < 0 ||
        trace_add_sink(t, sink, &err) < 0 || trace_start(t, &err) < 0) {
        fprintf(stderr, "messages: %s\n", err.text);
        exit(1);
    }
    mine = cpu_us(CLOCK_THREAD_CPUTIME_ID);
    all = cpu_us(CLOCK_PROCESS_CPUTIME_ID);
    for (i = 0; i < count; i++)
        connection(t, level, (uint32_t)i + 1);
    mine = cpu_us(CLOCK_THREAD_CPUTIME_ID) - mine;
    trace_free(t);
    all = cpu_us(CLOCK_PROCESS_CPUTIME_ID) - all;
    printf("Trace %3u: %6.2f us a connection, and %6.2f us of the writer\n",
           level, mine / (double)count, (all - mine) / (double)count);
}

int main(int argc, char **argv)
{
    unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 10) : 4000;
    static const unsigned levels[] = {0, 2, 7, 15};
    size_t i;

    if (count == 0) {
        fprintf(stderr, "usage: messages [CONNECTIONS]\n");
        return 2;
    }
    for (i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
        measure(levels[i], count);
    return 0;
}
