/* daemon/wiretrace: a file that blocks delays no connection, and what then
 * does not fit is counted; headers for IPv6, and none for what is not IP. */

#include "relay/wiretrace.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "support/suite.h"
#include "trace/pcapng.h"
#include "trace/sink.h"
#include "util/fd.h"

static struct netaddr address(const char *text)
{
    struct netaddr a;

    ck_assert_int_eq(netaddr_parse(text, &a, NULL), 0);
    return a;
}

static struct wiretap_params someone(uint32_t id)
{
    return (struct wiretap_params){
        .rule = "R",
        .id = id,
        .local = address("192.0.2.1:5555"),
        .remote = address("192.0.2.2:40000"),
    };
}

START_TEST(blocked_file)
{
    struct wiretrace_params p = {.rule = "R", .bytes = 1 << 30, .seconds = 300};
    struct wiretap_params who = someone(1);
    struct wiretrace_result done;
    struct wiretraces *all;
    struct trace *log;
    char sink[4096];
    int pipes[2];
    ssize_t n;

    ck_assert_int_eq(trace_new("TCPIP", &log, NULL), 0);
    ck_assert_int_eq(wiretraces_new(log, &all, NULL), 0);
    ck_assert_ptr_null(wiretap_new(all, &who));
    ck_assert_int_eq(wiretraces_stop(all, &done, NULL), ERR_NOT_FOUND);
    ck_assert_int_eq(pipe2(pipes, O_CLOEXEC), 0);
    ck_assert_int_eq(fcntl(pipes[1], F_SETPIPE_SZ, 4096), 4096);
    p.fd = pipes[1];
    ck_assert_int_eq(wiretraces_start(all, &p, NULL), 0);
    p.fd = dup(pipes[0]);
    ck_assert_int_eq(wiretraces_start(all, &p, NULL), ERR_EXISTS);
    ck_assert_int_eq(fcntl(p.fd, F_GETFD), -1);
    /* nobody reads: the pipe is full, the queue fills, nothing waits */
    for (who.id = 1; who.id < 25000; who.id++) {
        struct wiretap *t = wiretap_new(all, &who);

        ck_assert_ptr_nonnull(t);
        wiretap_secured(t);
        wiretap_free(t);
    }
    who.rule = "Other";
    ck_assert_ptr_null(wiretap_new(all, &who));
    ck_assert_int_eq(wiretraces_stop(all, &done, NULL), 0);
    ck_assert(!done.ended);
    ck_assert_uint_eq(done.connections, 24999);
    ck_assert_uint_gt(done.lost, 0);
    ck_assert_uint_gt(done.bytes, WIRETRACE_QUEUE / 2);
    do
        n = read(pipes[0], sink, sizeof(sink));
    while (n > 0);
    ck_assert_int_eq(n, 0);
    wiretraces_free(all);
    wiretraces_free(NULL);
    trace_free(log);
    fd_close(&pipes[0]);
}
END_TEST

static const struct {
    const char *name, *local, *remote;
    size_t header; /* of IP; 0: nothing is written */
} flows[] = {
    {"IPv4", "192.0.2.1:1", "192.0.2.2:2", 20},
    {"IPv6", "[2001:db8::1]:1", "[2001:db8::2]:2", 40},
    {"mapped", "[::ffff:192.0.2.1]:1", "192.0.2.2:2", 20},
    {"two families", "[2001:db8::1]:1", "192.0.2.2:2", 0},
    {"none", NULL, NULL, 0},
};

START_TEST(a_packet_has_the_headers_of_its_family)
{
    struct netaddr none = {.family = AF_UNSPEC}, local = none, remote = none;
    struct strbuf out = STRBUF_INIT;
    struct pcapng_flow f;
    size_t header = flows[_i].header;

    if (flows[_i].local != NULL) {
        local = address(flows[_i].local);
        remote = address(flows[_i].remote);
    }
    ck_assert(pcapng_flow(&local, &remote, 0, 7, &f) == (header != 0));
    pcapng_data(&f, true, "abcd", 4, 1, &out);
    ck_assert_uint_eq(out.len, header == 0 ? 0 : 32 + header + 20 + 4);
    if (header != 0)
        ck_assert_mem_eq(out.data + 28 + header + 20, "abcd", 4);
    ck_assert_uint_eq(f.sent, header == 0 ? 7 : 11);
    ck_assert_uint_eq(f.received, 7);
    strbuf_done(&out);
}
END_TEST

TESTS_BEGIN("wiretrace")
TEST(blocked_file)
TEST_ROWS(a_packet_has_the_headers_of_its_family, flows)
TESTS_END
