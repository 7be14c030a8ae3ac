/* The syslog daemon, in RFC 3164's layout. */
#include "trace/record.h"
#include "trace/private.h"
#include "trace/sink_dgram.h"

static void compose(const struct trace_record *r, struct strbuf *out)
{
    strbuf_addf(out, "<%d>", record_facility(r) * 8 + (int)r->priority);
    record_add_date(r, out);
    strbuf_addc(out, ' ');
    record_add_body(r, out);
}

int sink_syslog_open_at(const char *path, struct sink **ret, struct error *err)
{
    return sink_dgram_open("syslog", path, compose, ret, err);
}

int sink_syslog_open(struct sink **ret, struct error *err)
{
    return sink_syslog_open_at("/dev/log", ret, err);
}
