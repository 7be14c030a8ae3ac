/* Golden lines: each row is one call and the exact lines it writes. */
#include "trace/ezd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "support/faults.h"
#include "support/suite.h"
#include "trace/sink.h"

/* A sink that keeps the texts, each with a newline. */
struct memory_sink {
    struct sink sink;
    struct strbuf *out;
};

static int write_text(struct sink *s, const struct trace_record *r)
{
    struct strbuf *out = ((struct memory_sink *)s)->out;

    strbuf_addf(out, "<%d%s>", r->priority,
                r->facility == TRACE_AUTH ? "a" : "");
    strbuf_adds(out, r->text);
    strbuf_addc(out, '\n');
    return 0;
}

static void free_sink(struct sink *s)
{
    free(s);
}

static const struct sink_ops memory_ops = {write_text, NULL, free_sink, NULL};

static struct trace *open_trace(struct strbuf *out)
{
    struct memory_sink *m = calloc(1, sizeof(*m));
    struct trace *t;

    m->sink.ops = &memory_ops;
    m->sink.joblog = true;
    m->out = out;
    ck_assert_int_eq(trace_new("TCPIP1", &t, NULL), 0);
    ck_assert_int_eq(trace_add_sink(t, &m->sink, NULL), 0);
    return t;
}

/* The workshop's two connections, and what is different in other rows. */
static struct ezd_subject subject(unsigned trace)
{
    struct ezd_subject s = {
        .grpid = 9,
        .envid = 9,
        .connid = 0xA36,
        .jobname = "IMS15HWS",
        .userid = "IMSSTC",
        .rule = "IMSConnectRule~1",
        .group = "gAct1",
        .environment = "eAct1~IMSConnect",
        .connection = "cAct1~IMSConnect",
        .type = EZD_INBOUND,
        .trace = trace,
    };

    netaddr_parse("192.168.17.220:5555", &s.local, NULL);
    netaddr_parse("192.168.17.220:2693", &s.remote, NULL);
    return s;
}

static struct ezd_subject client(unsigned trace)
{
    struct ezd_subject s = subject(trace);

    netaddr_parse("192.168.17.220:2693", &s.local, NULL);
    netaddr_parse("192.168.17.220:5555", &s.remote, NULL);
    s.envid = 8;
    s.connid = 0xA35;
    s.jobname = "BAQSTRT";
    s.userid = "LIBSERV";
    s.rule = "IMSClientRule~2";
    s.environment = "eAct2~IMSClient";
    s.connection = "cAc2~IMSClient";
    s.type = EZD_OUTBOUND;
    return s;
}

static struct ezd_subject environment(unsigned trace)
{
    return (struct ezd_subject){
        .grpid = 1, .envid = 1, .userid = "DB2USER", .trace = trace};
}

static void map_server(struct trace *t)
{
    struct ezd_subject s = subject(7);

    ezd_map(t, &s, EZD_ENABLED);
}

static void map_client(struct trace *t)
{
    struct ezd_subject s = client(7);

    ezd_map(t, &s, EZD_ENABLED);
}

static void map_others(struct trace *t)
{
    struct ezd_subject s = client(4);

    s.environment = s.connection = NULL;
    s.facility = TRACE_AUTH;
    ezd_map(t, &s, EZD_NOT_ENABLED);
    netaddr_parse("[::ffff:192.0.2.7]:3973", &s.local, NULL);
    netaddr_parse("[2001:db8::ab]:8803", &s.remote, NULL);
    s.jobname = "A\nB";
    ezd_map(t, &s, EZD_APPL_CONTROL);
}

static void map_at_2(struct trace *t)
{
    struct ezd_subject s = subject(255 - 4);

    ezd_map(t, &s, EZD_ENABLED);
}

static void shake(struct trace *t, unsigned trace, int rc)
{
    struct ezd_subject s = subject(trace);
    struct ezd_handshake h = {0x501142EE90, 0x5011429850,
                              rc == 0 ? "TLSV1.2" : NULL, 0x0035};
    struct strbuf add = STRBUF_INIT;

    ezd_add_handshake(&h, &add);
    ezd_start(t, &s, EZD_INITIAL_HANDSHAKE, "HS-Server");
    ezd_event(t, &s, rc, EZD_INITIAL_HANDSHAKE, strbuf_str(&add));
    strbuf_done(&add);
}

static void good_at_7(struct trace *t)
{
    shake(t, 7, 0);
}

static void good_at_2(struct trace *t)
{
    shake(t, 2, 0);
}

static void good_at_8(struct trace *t)
{
    shake(t, 8, 0);
}

static void failed_at_7(struct trace *t)
{
    shake(t, 7, 414);
}

static void failed_at_0(struct trace *t)
{
    shake(t, 0, 414);
}

static void ring_202(struct trace *t)
{
    struct ezd_subject s = environment(6);
    struct ezd_handshake none = {0};
    struct strbuf add = STRBUF_INIT;

    ezd_event(t, &s, 202, EZD_ENVIRONMENT_MASTER_INIT, "0000000000000000");
    ezd_event(t, &s, 202, EZD_ENVIRONMENT_LINK, "0000000000000000 00000002");
    s = subject(6);
    ezd_add_handshake(&none, &add);
    ezd_event(t, &s, 5006, EZD_INITIAL_HANDSHAKE, strbuf_str(&add));
    strbuf_done(&add);
}

static void time_out(struct trace *t)
{
    struct ezd_subject s = subject(1);

    netaddr_parse("[::ffff:192.0.2.2]:3973", &s.local, NULL);
    netaddr_parse("[::ffff:192.0.2.3]:8803", &s.remote, NULL);
    ezd_event(t, &s, 5004, EZD_INITIAL_HANDSHAKE, NULL);
    ezd_event(t, &s, 406, EZD_INITIAL_HANDSHAKE, NULL);
}

static void flow_and_data(struct trace *t)
{
    struct ezd_subject s = subject(16 + 32);

    ezd_start(t, &s, EZD_CONNECTION_CLOSE, NULL);
    ezd_flow(t, &s, 0, EZD_CALL, "GSK_SECURE_SOCKET_OPEN", "000000501142EE90");
    ezd_flow(t, &s, 402, EZD_SET, "GSK_SESSION_TYPE", "SERVER");
    ezd_flow(t, &s, 0, EZD_GET, "GSK_CONNECT_SEC_TYPE", "TLSV1.2");
    ezd_data(t, &s, true, "\x16\x03\x03\x00\xab", 5);
    ezd_data(t, &s, false, "\x15", 1);
    s.trace = 15;
    ezd_flow(t, &s, 0, EZD_CALL, "GSK_SECURE_SOCKET_OPEN", "0");
    ezd_data(t, &s, false, "\x15", 1);
}

#define SERVER "GRPID: 00000009 ENVID: 00000009 CONNID: 00000A36"
#define ENDS                                                                   \
    "LOCAL: 192.168.17.220..5555 REMOTE: 192.168.17.220..2693 JOBNAME: "       \
    "IMS15HWS USERID: IMSSTC"
#define NO_CONNECTION                                                          \
    "GRPID: 00000001 ENVID: 00000001 CONNID: 00000000 LOCAL: **N/A** REMOTE: " \
    "**N/A** JOBNAME: **N/A** USERID: DB2USER RULE: **N/A**"
#define HANDLES "000000501142EE90 0000005011429850"
#define ZEROS   "0000000000000000 0000000000000000 0000000000000000 00000000"
#define JOBLOG_ENDS                                                            \
    "   LOCAL: ::FFFF:192.0.2.2..3973\n"                                       \
    "   REMOTE: ::FFFF:192.0.2.3..8803\n"                                      \
    "   JOBNAME: IMS15HWS RULE: IMSConnectRule~1\n"                            \
    "   USERID: IMSSTC GRPID: 00000009 ENVID: 00000009 CONNID: 00000A36\n"

static const struct {
    const char *name;
    void (*call)(struct trace *t);
    const char *lines;
} golden[] = {
    {"the workshop's Map of the server", map_server,
     "<6>EZD1281I TTLS Map   CONNID: 00000A36 " ENDS
     " TYPE: InBound STATUS: Enabled RULE: IMSConnectRule~1 ACTIONS: gAct1 "
     "eAct1~IMSConnect cAct1~IMSConnect\n"},
    {"the workshop's Map of the client", map_client,
     "<6>EZD1281I TTLS Map   CONNID: 00000A35 LOCAL: 192.168.17.220..2693 "
     "REMOTE: 192.168.17.220..5555 JOBNAME: BAQSTRT USERID: LIBSERV TYPE: "
     "OutBound STATUS: Enabled RULE: IMSClientRule~2 ACTIONS: gAct1 "
     "eAct2~IMSClient cAc2~IMSClient\n"},
    {"other states, IPv6, escapes, absent actions", map_others,
     "<6a>EZD1281I TTLS Map   CONNID: 00000A35 LOCAL: 192.168.17.220..2693 "
     "REMOTE: 192.168.17.220..5555 JOBNAME: BAQSTRT USERID: LIBSERV TYPE: "
     "OutBound STATUS: Not Enabled RULE: IMSClientRule~2 ACTIONS: gAct1 "
     "**N/A** **N/A**\n"
     "<6a>EZD1281I TTLS Map   CONNID: 00000A35 LOCAL: ::FFFF:192.0.2.7..3973 "
     "REMOTE: 2001:DB8::AB..8803 JOBNAME: A\\x0AB USERID: LIBSERV TYPE: "
     "OutBound STATUS: Appl Control RULE: IMSClientRule~2 ACTIONS: gAct1 "
     "**N/A** **N/A**\n"},
    {"no Map without bit 4", map_at_2, ""},
    {"Trace 7 shows the good handshake, no Start", good_at_7,
     "<6>EZD1283I TTLS Event " SERVER " RC:    0 Initial Handshake " HANDLES
     " TLSV1.2 F0F0F3F5\n"},
    {"Trace 2 is silent about success", good_at_2, ""},
    {"Trace 8 adds the Start", good_at_8,
     "<7>EZD1282I TTLS Start " SERVER
     " Initial Handshake ACTIONS: gAct1 eAct1~IMSConnect cAct1~IMSConnect "
     "HS-Server\n"
     "<6>EZD1283I TTLS Event " SERVER " RC:    0 Initial Handshake " HANDLES
     " TLSV1.2 F0F0F3F5\n"},
    {"a failure: Event, Error, job log", failed_at_7,
     "<6>EZD1283I TTLS Event " SERVER " RC:  414 Initial Handshake " HANDLES
     " 0000000000000000 00000000\n"
     "<3>EZD1286I TTLS Error " SERVER " " ENDS
     " RULE: IMSConnectRule~1 RC:  414 Initial Handshake " HANDLES
     " 0000000000000000 00000000\n"
     "<3>EZD1287I TTLS Error RC:  414 Initial Handshake\n"
     "   LOCAL: 192.168.17.220..5555\n"
     "   REMOTE: 192.168.17.220..2693\n"
     "   JOBNAME: IMS15HWS RULE: IMSConnectRule~1\n"
     "   USERID: IMSSTC GRPID: 00000009 ENVID: 00000009 CONNID: 00000A36\n"},
    {"Trace 0 is silent about failure", failed_at_0, ""},
    {"a ring that can't be read", ring_202,
     "<3>EZD1286I TTLS Error " NO_CONNECTION
     " RC:  202 Environment Master Init 0000000000000000\n"
     "<3>EZD1286I TTLS Error " NO_CONNECTION
     " RC:  202 Environment Link 0000000000000000 00000002\n"
     "<6>EZD1283I TTLS Event " SERVER " RC: 5006 Initial Handshake " ZEROS "\n"
     "<3>EZD1286I TTLS Error " SERVER " " ENDS
     " RULE: IMSConnectRule~1 RC: 5006 Initial Handshake " ZEROS "\n"},
    {"the two job log records of a time-out", time_out,
     "<3>EZD1287I TTLS Error RC: 5004 Initial Handshake\n" JOBLOG_ENDS
     "<3>EZD1287I TTLS Error RC:  406 Initial Handshake\n" JOBLOG_ENDS},
    {"Flow and Data", flow_and_data,
     "<7>EZD1282I TTLS Start " SERVER
     " Connection Close ACTIONS: gAct1 eAct1~IMSConnect cAct1~IMSConnect\n"
     "<7>EZD1284I TTLS Flow  " SERVER
     " RC:    0 Call GSK_SECURE_SOCKET_OPEN - 000000501142EE90\n"
     "<7>EZD1284I TTLS Flow  " SERVER
     " RC:  402 Set GSK_SESSION_TYPE - SERVER\n"
     "<7>EZD1284I TTLS Flow  " SERVER
     " RC:    0 Get GSK_CONNECT_SEC_TYPE - TLSV1.2\n"
     "<7>EZD1285I TTLS Data  CONNID: 00000A36 SEND CIPHER 16030300AB\n"
     "<7>EZD1285I TTLS Data  CONNID: 00000A36 RECV CIPHER 15\n"},
};

START_TEST(writes_the_line)
{
    struct strbuf out = STRBUF_INIT;
    struct trace *t = open_trace(&out);

    golden[_i].call(t);
    trace_free(t);
    ck_assert_msg(strcmp(strbuf_str(&out), golden[_i].lines) == 0,
                  "%s:\ngot\n%swant\n%s", golden[_i].name, strbuf_str(&out),
                  golden[_i].lines);
    strbuf_done(&out);
}
END_TEST

static const struct {
    const char *protocol;
    uint16_t cipher;
    const char *text;
} ciphers[] = {
    {"TLSV1.2", 0x002F, "TLSV1.2 F0F0F2C6"},
    {"TLSV1.2", 0x003D, "TLSV1.2 F0F0F3C4"},
    {"TLSV1.1", 0x009D, "TLSV1.1 F0F0F9C4"},
    {"TLSV1.2", 0xC030, "TLSV1.2 C3F0F3F0"},
    {"TLSV1.2", 0xC02C, "TLSV1.2 C3F0F2C3"},
    {"TLSV1.3", 0x1301, "TLSV1.3 F1F3F0F1"},
    {"TLSV1.3", 0x1303, "TLSV1.3 F1F3F0F3"},
};

START_TEST(dumps_the_cipher_in_ebcdic)
{
    struct ezd_handshake h = {1, 0xABCDEF, ciphers[_i].protocol,
                              ciphers[_i].cipher};
    struct strbuf out = STRBUF_INIT;

    ezd_add_handshake(&h, &out);
    ck_assert_int_eq(
        strncmp(strbuf_str(&out), "0000000000000001 0000000000ABCDEF ", 34), 0);
    ck_assert_str_eq(strbuf_str(&out) + 34, ciphers[_i].text);
    strbuf_done(&out);
}
END_TEST

/* As z/OS writes them of a ring that can't be opened, in job log and log. */
START_TEST(an_environment_has_two_lines)
{
    struct ezd_subject s = {.grpid = 1,
                            .envid = 2,
                            .userid = "DB2USER",
                            .group = "gAct1",
                            .environment = "eAct1",
                            .trace = 6};
    struct strbuf out = STRBUF_INIT;
    struct trace *t = open_trace(&out);

    ezd_environment(t, &s, 202, 0x5011522750);
    ezd_environment(t, &s, 0, 0x5011522750); /* nothing below bit 8 */
    s.trace = 8;
    ezd_environment(t, &s, 0, 0x5011522750);
    trace_free(t);
    ck_assert_str_eq(
        strbuf_str(&out),
        "<3>EZD1286I TTLS Error GRPID: 00000001 ENVID: 00000002 CONNID: "
        "00000000 "
        "LOCAL: **N/A** REMOTE: **N/A** JOBNAME: **N/A** USERID: DB2USER RULE: "
        "**N/A** RC:  202 Environment Master Init 0000000000000000\n"
        "<3>EZD1286I TTLS Error GRPID: 00000001 ENVID: 00000002 CONNID: "
        "00000000 "
        "LOCAL: **N/A** REMOTE: **N/A** JOBNAME: **N/A** USERID: DB2USER RULE: "
        "**N/A** RC:  202 Environment Link 0000000000000000 00000002\n"
        "<7>EZD1283I TTLS Event GRPID: 00000001 ENVID: 00000002 CONNID: "
        "00000000 "
        "RC:    0 Environment Master Init 0000005011522750\n"
        "<7>EZD1283I TTLS Event GRPID: 00000001 ENVID: 00000002 CONNID: "
        "00000000 "
        "RC:    0 Environment Link 0000005011522750 00000002\n");
    strbuf_done(&out);
}
END_TEST

/* Whichever allocation fails, the line is lost, counted, and nothing else. */
START_TEST(survives_every_failed_allocation)
{
    struct ezd_subject s = subject(1);
    int n, struck;

    for (n = 1; n < 100; n++) {
        struct strbuf out = STRBUF_INIT;
        struct trace *t = open_trace(&out);

        fault_set(FAULT_MEMORY, n, ENOMEM);
        ezd_event(t, &s, 414, EZD_INITIAL_HANDSHAKE, NULL);
        struck = fault_struck(FAULT_MEMORY);
        fault_set(FAULT_MEMORY, 0, 0);
        ck_assert_uint_eq(trace_lost(t), struck ? 1 : 0);
        trace_free(t);
        strbuf_done(&out);
        if (!struck)
            break;
    }
    ck_assert_int_gt(n, 3);
    ck_assert_int_lt(n, 100);
}
END_TEST

TESTS_BEGIN("ezd")
TEST_ROWS(writes_the_line, golden)
TEST_ROWS(dumps_the_cipher_in_ebcdic, ciphers)
TEST(an_environment_has_two_lines)
TEST(survives_every_failed_allocation)
TESTS_END
