/*
 * systemd's journal, in its native protocol (systemd's documentation, "Native
 * Journal Protocol"): a line FIELD=value, or, when the value has newlines,
 * the field alone, the value's length in 64 bits little-endian, the value.
 */
#include <stdint.h>
#include <string.h>

#include "trace/record.h"
#include "trace/private.h"
#include "trace/sink_dgram.h"

static void add_length(uint64_t len, struct strbuf *out)
{
    int i;

    for (i = 0; i < 64; i += 8)
        strbuf_addc(out, (char)(len >> i & 0xff));
}

static void add_field(const char *name, const char *value, struct strbuf *out)
{
    size_t len = strlen(value);

    strbuf_adds(out, name);
    if (strchr(value, '\n') == NULL) {
        strbuf_addc(out, '=');
    } else {
        strbuf_addc(out, '\n');
        add_length(len, out);
    }
    strbuf_add(out, value, len);
    strbuf_addc(out, '\n');
}

static void compose(const struct trace_record *r, struct strbuf *out)
{
    strbuf_addf(out, "PRIORITY=%d\nSYSLOG_FACILITY=%d\n", (int)r->priority,
                record_facility(r));
    add_field("SYSLOG_IDENTIFIER", record_program(r), out);
    add_field("JOBNAME", r->stack, out);
    if (r->connid != 0)
        strbuf_addf(out, "CONNID=%08X\n", (unsigned)r->connid);
    if (r->rule != NULL)
        add_field("RULE", r->rule, out);
    if (r->has_rc)
        strbuf_addf(out, "RC=%d\n", r->rc);
    add_field("MESSAGE", r->text, out);
}

int sink_journal_open_at(const char *path, struct sink **ret, struct error *err)
{
    return sink_dgram_open("journal", path, compose, ret, err);
}

int sink_journal_open(struct sink **ret, struct error *err)
{
    return sink_journal_open_at("/run/systemd/journal/socket", ret, err);
}
