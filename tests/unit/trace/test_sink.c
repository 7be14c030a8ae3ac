#include "trace/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "support/faults.h"
#include "support/scratch.h"
#include "support/suite.h"
#include "trace/private.h"
#include "util/fd.h"
#include "util/strbuf.h"

/* 3 Feb 2025 04:05:06 UTC */
static struct trace_record record(const char *text)
{
    return (struct trace_record){
        .when = {.tv_sec = 1738555506},
        .priority = TRACE_INFO,
        .ibm = true,
        .stack = "TCPIP1",
        .text = text,
    };
}

static char folder[SCRATCH];

static void make_folder(void)
{
    setenv("TZ", "UTC", 1);
    scratch_folder(folder, "sink");
}

static const char *path_of(const char *name)
{
    static char path[128];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static void remove_folder(const char *const *names)
{
    for (; *names != NULL; names++)
        ck_assert_int_eq(unlink(path_of(*names)), 0);
    ck_assert_int_eq(rmdir(folder), 0);
}

static const char *host(void)
{
    static char name[256];

    ck_assert_int_eq(gethostname(name, sizeof(name)), 0);
    return name;
}

static void check_file(const char *name, const char *want)
{
    char *data;
    size_t len;

    ck_assert_int_eq(
        fd_read_file(AT_FDCWD, path_of(name), 65536, &data, &len, NULL), 0);
    ck_assert_str_eq(data, want);
    free(data);
}

START_TEST(a_file_gets_lines_and_can_be_rotated)
{
    struct trace_record r = record("EZD1281I TTLS Map");
    struct strbuf want = STRBUF_INIT;
    struct sink *s = NULL;
    struct stat st;
    char old[128];

    make_folder();
    ck_assert_int_eq(sink_file_open(path_of("log"), &s, NULL), 0);
    ck_assert(!s->joblog);
    ck_assert_int_eq(s->ops->write(s, &r), 0);
    r.ibm = false;
    r.text = "loaded rules=2";
    ck_assert_int_eq(s->ops->write(s, &r), 0);
    strbuf_addf(&want,
                "Feb  3 04:05:06 %s TTLS[%ld]: 04:05:06 TCPIP1  "
                "EZD1281I TTLS Map\n"
                "Feb  3 04:05:06 %s attlsd[%ld]: loaded rules=2\n",
                host(), (long)getpid(), host(), (long)getpid());
    check_file("log", strbuf_str(&want));
    ck_assert_int_eq(stat(path_of("log"), &st), 0);
    ck_assert_int_eq(st.st_mode & 0137, 0);

    strcpy(old, path_of("log.1"));
    ck_assert_int_eq(rename(path_of("log"), old), 0);
    s->ops->reopen(s);
    ck_assert_int_eq(s->ops->write(s, &r), 0);
    check_file("log.1", strbuf_str(&want));
    check_file("log", strchr(strbuf_str(&want), '\n') + 1);
    s->ops->free(s);
    strbuf_done(&want);
    remove_folder((const char *[]){"log", "log.1", NULL});
}
END_TEST

START_TEST(a_deleted_file_is_made_again)
{
    static const char note[] = "this file was deleted and is made again";
    struct trace_record r = record("EZD1281I first");
    struct sink *s;
    struct error err;
    char *text, old[128];
    size_t len;

    make_folder();
    ck_assert_int_eq(sink_file_open(path_of("log"), &s, &err), 0);
    ck_assert_int_eq(s->ops->write(s, &r), 0);
    ck_assert_int_eq(unlink(path_of("log")), 0);
    s->ops->look(s, "TCPIP1");
    s->ops->look(s, "TCPIP1");
    r.text = "EZD1281I second";
    ck_assert_int_eq(s->ops->write(s, &r), 0);
    ck_assert_int_eq(
        fd_read_file(AT_FDCWD, path_of("log"), 10000, &text, &len, &err), 0);
    ck_assert_ptr_nonnull(strstr(text, note));
    ck_assert_ptr_null(strstr(strstr(text, note) + 1, note));
    ck_assert_ptr_nonnull(strstr(strstr(text, note), "EZD1281I second"));
    free(text);
    /* one that was moved waits to be opened anew */
    snprintf(old, sizeof(old), "%s", path_of("log.1"));
    ck_assert_int_eq(rename(path_of("log"), old), 0);
    s->ops->look(s, "TCPIP1");
    ck_assert_int_ne(access(path_of("log"), F_OK), 0);
    s->ops->free(s);
    remove_folder((const char *[]){"log.1", NULL});
}
END_TEST

START_TEST(a_file_that_can_not_be_opened_is_named)
{
    struct sink *s = NULL;
    struct error err;
    int n;

    ck_assert_int_eq(sink_file_open("/nonexistent/log", &s, &err), ERR_SYSTEM);
    ck_assert_str_eq(err.text, "the log file /nonexistent/log can't be "
                               "opened: No such file or directory");
    for (n = 1; n <= 2; n++) {
        fault_set(FAULT_MEMORY, n, ENOMEM);
        ck_assert_int_eq(sink_file_open("/dev/null", &s, &err), ERR_NOMEM);
    }
    ck_assert_ptr_null(s);
}
END_TEST

START_TEST(a_full_disk_is_reported)
{
    struct trace_record r = record("EZD1281I");
    struct sink *s;

    ck_assert_int_eq(sink_file_open("/dev/null", &s, NULL), 0);
    fault_set(FAULT_WRITE, 1, ENOSPC);
    ck_assert_int_eq(s->ops->write(s, &r), -1);
    fault_set(FAULT_WRITE, 1, EINTR);
    ck_assert_int_eq(s->ops->write(s, &r), 0);
    fault_set(FAULT_MEMORY, 1, ENOMEM);
    ck_assert_int_eq(s->ops->write(s, &r), -1);
    s->ops->free(s);
}
END_TEST

/* A pipe that nobody reads takes what it takes; then records are refused
 * after a short while instead of for ever. */
START_TEST(a_reader_that_sleeps_costs_a_record)
{
    struct strbuf text = STRBUF_INIT;
    struct trace_record r;
    struct sink *s;
    int ends[2], saved;

    ck_assert_int_eq(pipe(ends), 0);
    strbuf_fill(&text, 'x', 60000);
    r = record(strbuf_str(&text));
    ck_assert_int_eq(sink_stderr_open(&s, NULL), 0);
    ck_assert(s->joblog);
    saved = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    ck_assert_int_eq(s->ops->write(s, &r), 0);
    ck_assert_int_eq(s->ops->write(s, &r), -1);
    dup2(saved, STDERR_FILENO);
    s->ops->free(s);
    close(saved);
    close(ends[0]);
    close(ends[1]);
    strbuf_done(&text);
}
END_TEST

static int listen_as_syslog(void)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

    snprintf(un.sun_path, sizeof(un.sun_path), "%.100s", path_of("log"));
    ck_assert_int_eq(bind(fd, (void *)&un, sizeof(un)), 0);
    return fd;
}

static void check_datagram(int fd, const char *want)
{
    char buf[512];
    ssize_t n = recv(fd, buf, sizeof(buf) - 1, MSG_DONTWAIT);

    ck_assert_int_ge(n, 0);
    buf[n] = '\0';
    ck_assert_str_eq(buf, want);
}

START_TEST(syslog_gets_facility_and_priority)
{
    struct trace_record r = record("EZD1286I TTLS Error");
    struct sink *s;
    char want[256];
    int fd;

    make_folder();
    fd = listen_as_syslog();
    ck_assert_int_eq(sink_syslog_open_at(path_of("log"), &s, NULL), 0);
    r.priority = TRACE_ERR;
    ck_assert_int_eq(s->ops->write(s, &r), 0);
    snprintf(want, sizeof(want),
             "<27>Feb  3 04:05:06 TTLS[%ld]: 04:05:06 TCPIP1  "
             "EZD1286I TTLS Error",
             (long)getpid());
    check_datagram(fd, want);

    /* another daemon takes over the name */
    close(fd);
    unlink(path_of("log"));
    ck_assert_int_eq(s->ops->write(s, &r), -1);
    fd = listen_as_syslog();
    r.facility = TRACE_AUTH;
    ck_assert_int_eq(s->ops->write(s, &r), 0);
    memcpy(want, "<35>", 4);
    check_datagram(fd, want);
    fault_set(FAULT_MEMORY, 1, ENOMEM);
    ck_assert_int_eq(s->ops->write(s, &r), -1);
    s->ops->free(s);
    close(fd);
    remove_folder((const char *[]){"log", NULL});
}
END_TEST

START_TEST(without_a_syslog_daemon_the_way_out_is_told)
{
    struct sink *s = NULL;
    struct error err;
    char path[300];
    int n;

    ck_assert_int_eq(sink_syslog_open_at("/nonexistent", &s, &err),
                     ERR_NOT_FOUND);
    ck_assert_str_eq(err.text,
                     "no syslog daemon takes messages at /nonexistent (No "
                     "such file or directory); start one, or take the sink "
                     "\"syslog\" out of log = ( ... )");
    memset(path, 'x', sizeof(path));
    path[sizeof(path) - 1] = '\0';
    ck_assert_int_eq(sink_syslog_open_at(path, &s, &err), ERR_NOT_FOUND);
    for (n = 1; n <= 2; n++) {
        fault_set(FAULT_MEMORY, n, ENOMEM);
        ck_assert_int_eq(sink_syslog_open_at("/x", &s, &err), ERR_NOMEM);
    }
    fault_set(FAULT_MEMORY, 1, ENOMEM);
    ck_assert_int_eq(sink_stderr_open(&s, &err), ERR_NOMEM);
    ck_assert_ptr_null(s);
}
END_TEST

START_TEST(the_journal_gets_fields)
{
    struct trace_record r = record("EZD1287I TTLS Error\n   LOCAL: a");
    struct sink *s;
    char buf[512], want[] = "PRIORITY=3\nSYSLOG_FACILITY=4\n"
                            "SYSLOG_IDENTIFIER=TTLS\nJOBNAME=TCPIP1\n"
                            "CONNID=00000A36\nRULE=R~1\nRC=414\nMESSAGE\n"
                            "\x1f\0\0\0\0\0\0\0"
                            "EZD1287I TTLS Error\n   LOCAL: a\n";
    int fd;

    make_folder();
    fd = listen_as_syslog();
    ck_assert_int_eq(sink_journal_open_at(path_of("log"), &s, NULL), 0);
    r.priority = TRACE_ERR;
    r.facility = TRACE_AUTH;
    r.connid = 0xA36;
    r.rule = "R~1";
    r.rc = 414;
    r.has_rc = true;
    ck_assert_int_eq(s->ops->write(s, &r), 0);
    ck_assert_int_eq(recv(fd, buf, sizeof(buf), MSG_DONTWAIT),
                     sizeof(want) - 1);
    ck_assert_mem_eq(buf, want, sizeof(want) - 1);

    r = record("loaded rules=2");
    r.ibm = false;
    ck_assert_int_eq(s->ops->write(s, &r), 0);
    check_datagram(fd, "PRIORITY=6\nSYSLOG_FACILITY=3\n"
                       "SYSLOG_IDENTIFIER=attlsd\nJOBNAME=TCPIP1\n"
                       "MESSAGE=loaded rules=2\n");
    s->ops->free(s);
    close(fd);
    remove_folder((const char *[]){"log", NULL});
}
END_TEST

START_TEST(json_is_one_object_a_line)
{
    struct trace_record r = record("EZD1286I TTLS \"Error\"");
    struct sink *s;

    make_folder();
    ck_assert_int_eq(sink_json_open(path_of("log"), &s, NULL), 0);
    r.when.tv_nsec = 7 * 1000 * 1000;
    r.connid = 0xA36;
    r.rule = "R~1";
    r.has_rc = true;
    r.rc = 414;
    ck_assert_int_eq(s->ops->write(s, &r), 0);
    r = record("reload=done");
    r.ibm = false;
    ck_assert_int_eq(s->ops->write(s, &r), 0);
    s->ops->free(s);
    check_file("log",
               "{\"time\": \"2025-02-03T04:05:06.007Z\", \"priority\": 6, "
               "\"facility\": \"daemon\", \"program\": \"TTLS\", "
               "\"stack\": \"TCPIP1\", "
               "\"message\": \"EZD1286I\", \"connid\": \"00000A36\", "
               "\"rule\": \"R~1\", \"rc\": 414, "
               "\"text\": \"EZD1286I TTLS \\\"Error\\\"\"}\n"
               "{\"time\": \"2025-02-03T04:05:06.000Z\", \"priority\": 6, "
               "\"facility\": \"daemon\", \"program\": \"attlsd\", "
               "\"stack\": \"TCPIP1\", "
               "\"text\": \"reload=done\"}\n");
    remove_folder((const char *[]){"log", NULL});
}
END_TEST

TESTS_BEGIN("sink")
TEST(the_journal_gets_fields)
TEST(json_is_one_object_a_line)
TEST(a_file_gets_lines_and_can_be_rotated)
TEST(a_deleted_file_is_made_again)
TEST(a_file_that_can_not_be_opened_is_named)
TEST(a_full_disk_is_reported)
TEST(a_reader_that_sleeps_costs_a_record)
TEST(syslog_gets_facility_and_priority)
TEST(without_a_syslog_daemon_the_way_out_is_told)
TESTS_END
