/* What the sinks that write lines have in common: layout and patience. */
#include "trace/record.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "util/json.h"

/* Longest wait for a descriptor that has no room. */
enum { PATIENCE_MS = 500 };

static void local_time(const struct trace_record *r, struct tm *ret)
{
    if (localtime_r(&r->when.tv_sec, ret) == NULL)
        memset(ret, 0, sizeof(*ret));
}

void record_add_date(const struct trace_record *r, struct strbuf *out)
{
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr",
                                       "May", "Jun", "Jul", "Aug",
                                       "Sep", "Oct", "Nov", "Dec"};
    struct tm tm;

    local_time(r, &tm);
    strbuf_addf(out, "%s %2d %02d:%02d:%02d", months[tm.tm_mon % 12],
                tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

const char *record_program(const struct trace_record *r)
{
    if (r->program != NULL)
        return r->program;
    return r->ibm ? "TTLS" : "attlsd";
}

/* IBM: the creation time and the job name of the stack stand before the
 * message id (IP Diagnosis Guide, "AT-TLS traces"). */
void record_add_body(const struct trace_record *r, struct strbuf *out)
{
    struct tm tm;

    if (!r->ibm) {
        strbuf_addf(out, "%s[%ld]: %s", record_program(r), (long)getpid(),
                    r->text);
        return;
    }
    local_time(r, &tm);
    strbuf_addf(out, "TTLS[%ld]: %02d:%02d:%02d %s  %s", (long)getpid(),
                tm.tm_hour, tm.tm_min, tm.tm_sec, r->stack, r->text);
}

void record_add_line(const struct trace_record *r, struct strbuf *out)
{
    char host[HOST_NAME_MAX + 1] = "";

    if (gethostname(host, sizeof(host) - 1) != 0 || host[0] == '\0')
        strcpy(host, "localhost");
    record_add_date(r, out);
    strbuf_addf(out, " %s ", host);
    record_add_body(r, out);
    strbuf_addc(out, '\n');
}

/* RFC 5424 section 6.2.1 */
int record_facility(const struct trace_record *r)
{
    return r->facility == TRACE_AUTH ? 4 : 3;
}

static void add_time(const struct trace_record *r, struct json *j)
{
    struct tm tm;
    char text[40] = "";
    size_t n;

    if (gmtime_r(&r->when.tv_sec, &tm) == NULL)
        memset(&tm, 0, sizeof(tm));
    n = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(text + n, sizeof(text) - n, ".%03ldZ", r->when.tv_nsec / 1000000);
    json_string(j, "time", text);
}

void record_add_json(const struct trace_record *r, struct strbuf *out)
{
    struct json j = JSON_INIT(out, JSON_LINE);
    char connid[9];

    json_object(&j, NULL);
    add_time(r, &j);
    json_number(&j, "priority", r->priority);
    json_string(&j, "facility", r->facility == TRACE_AUTH ? "auth" : "daemon");
    json_string(&j, "program", record_program(r));
    json_string(&j, "stack", r->stack);
    if (r->ibm)
        json_string_n(&j, "message", r->text, strcspn(r->text, " "));
    if (r->connid != 0) {
        snprintf(connid, sizeof(connid), "%08X", (unsigned)r->connid);
        json_string(&j, "connid", connid);
    }
    if (r->rule != NULL)
        json_string(&j, "rule", r->rule);
    if (r->has_rc)
        json_number(&j, "rc", r->rc);
    json_string(&j, "text", r->text);
    json_end(&j);
    strbuf_addc(out, '\n');
}

int record_write(int fd, const char *data, size_t len)
{
    struct pollfd p = {.fd = fd, .events = POLLOUT};

    while (len > 0) {
        /* a pipe that polls writable has room for PIPE_BUF bytes */
        size_t part = len < PIPE_BUF ? len : PIPE_BUF;
        ssize_t n;

        if (poll(&p, 1, PATIENCE_MS) <= 0)
            return -1;
        n = write(fd, data, part);
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return -1;
        if (n > 0) {
            data += n;
            len -= (size_t)n;
        }
    }
    return 0;
}
