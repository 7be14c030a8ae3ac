/*
 * Fields to lines. Each message is a layout (ezd.def) whose {fields} are
 * looked up in one table of small functions. The test of the Trace bits comes
 * first: a line that nobody asked for costs one comparison.
 */
#include "trace/ezd.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "trace/record.h"
#include "trace/sink.h"
#include "util/ebcdic.h"

static const char not_applicable[] = "**N/A**";

enum message {
#define EZD_MESSAGE(name, bits, priority, layout) MESSAGE_##name,
#include "trace/ezd.def"
    MESSAGE_COUNT
};

static const struct {
    unsigned bits;
    enum trace_priority priority;
    const char *layout;
} messages[] = {
#define EZD_MESSAGE(name, bits, priority, layout) {bits, priority, layout},
#include "trace/ezd.def"
};

static const struct {
    const char *text;
    unsigned bits;
} events[] = {
#define EZD_EVENT(name, text, bits) {text, bits},
#include "trace/ezd.def"
};

/* All that a layout can ask for. */
struct line {
    const struct ezd_subject *s;
    enum ezd_status status;
    enum ezd_event event;
    enum ezd_action action;
    int rc;
    bool sent;
    const char *what;
    const char *add;
};

static void add_name(struct strbuf *out, const char *name)
{
    if (name == NULL || name[0] == '\0')
        strbuf_adds(out, not_applicable);
    else
        strbuf_add_escaped(out, name, strlen(name));
}

static void add_address(struct strbuf *out, const struct netaddr *a)
{
    if (a->family == AF_INET || a->family == AF_INET6)
        netaddr_add_zos(a, out);
    else
        strbuf_adds(out, not_applicable);
}

static void field_grpid(const struct line *l, struct strbuf *out)
{
    strbuf_addf(out, "%08" PRIX32, l->s->grpid);
}

static void field_envid(const struct line *l, struct strbuf *out)
{
    strbuf_addf(out, "%08" PRIX32, l->s->envid);
}

static void field_connid(const struct line *l, struct strbuf *out)
{
    strbuf_addf(out, "%08" PRIX32, l->s->connid);
}

static void field_local(const struct line *l, struct strbuf *out)
{
    add_address(out, &l->s->local);
}

static void field_remote(const struct line *l, struct strbuf *out)
{
    add_address(out, &l->s->remote);
}

static void field_jobname(const struct line *l, struct strbuf *out)
{
    add_name(out, l->s->jobname);
}

static void field_userid(const struct line *l, struct strbuf *out)
{
    add_name(out, l->s->userid);
}

static void field_rule(const struct line *l, struct strbuf *out)
{
    add_name(out, l->s->rule);
}

static void field_actions(const struct line *l, struct strbuf *out)
{
    add_name(out, l->s->group);
    strbuf_addc(out, ' ');
    add_name(out, l->s->environment);
    strbuf_addc(out, ' ');
    add_name(out, l->s->connection);
}

static void field_type(const struct line *l, struct strbuf *out)
{
    strbuf_adds(out, l->s->type == EZD_INBOUND ? "InBound" : "OutBound");
}

static void field_status(const struct line *l, struct strbuf *out)
{
    static const char *const texts[] = {"Enabled", "Not Enabled",
                                        "Appl Control"};

    strbuf_adds(out, texts[l->status]);
}

static void field_event(const struct line *l, struct strbuf *out)
{
    strbuf_adds(out, events[l->event].text);
}

static void field_action(const struct line *l, struct strbuf *out)
{
    static const char *const texts[] = {"Call", "Get", "Set"};

    strbuf_adds(out, texts[l->action]);
}

static void field_what(const struct line *l, struct strbuf *out)
{
    add_name(out, l->what);
}

static void field_direction(const struct line *l, struct strbuf *out)
{
    strbuf_adds(out, l->sent ? "SEND" : "RECV");
}

/* Four columns, right-justified: "RC:  406", "RC: 5004". */
static void field_rc(const struct line *l, struct strbuf *out)
{
    strbuf_addf(out, "%4d", l->rc);
}

/* With the blank before it. */
static void field_add(const struct line *l, struct strbuf *out)
{
    if (l->add == NULL)
        return;
    strbuf_addc(out, ' ');
    strbuf_add_escaped(out, l->add, strlen(l->add));
}

typedef void (*field_fn)(const struct line *l, struct strbuf *out);

static const struct {
    const char *name;
    field_fn put;
} fields[] = {
    {"action", field_action},
    {"actions", field_actions},
    {"add", field_add},
    {"connid", field_connid},
    {"direction", field_direction},
    {"envid", field_envid},
    {"event", field_event},
    {"grpid", field_grpid},
    {"jobname", field_jobname},
    {"local", field_local},
    {"rc", field_rc},
    {"remote", field_remote},
    {"rule", field_rule},
    {"status", field_status},
    {"type", field_type},
    {"userid", field_userid},
    {"what", field_what},
};

static field_fn find_field(const char *name, size_t len)
{
    size_t i;

    for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (strncmp(fields[i].name, name, len) == 0 &&
            fields[i].name[len] == '\0')
            return fields[i].put;
    }
    return NULL;
}

static void format(const char *layout, const struct line *l, struct strbuf *out)
{
    const char *open, *close;

    while ((open = strchr(layout, '{')) != NULL) {
        close = strchr(open, '}');
        strbuf_add(out, layout, (size_t)(open - layout));
        find_field(open + 1, (size_t)(close - open - 1))(l, out);
        layout = close + 1;
    }
    strbuf_adds(out, layout);
}

static void put(struct trace *t, enum message m, enum trace_priority priority,
                const struct line *l)
{
    struct strbuf text = STRBUF_INIT;
    struct trace_record r = {
        .priority = priority,
        .facility = l->s->facility,
        .joblog = m == MESSAGE_JOBLOG,
        .ibm = true,
        .rule = l->s->rule,
        .connid = l->s->connid,
        .rc = l->rc,
        .has_rc = m != MESSAGE_MAP && m != MESSAGE_START && m != MESSAGE_DATA,
    };

    format(messages[m].layout, l, &text);
    r.text = strbuf_failed(&text) ? NULL : strbuf_str(&text);
    trace_put(t, &r);
    strbuf_done(&text);
}

static void put_if(struct trace *t, enum message m, const struct line *l)
{
    if ((l->s->trace & messages[m].bits) != 0)
        put(t, m, messages[m].priority, l);
}

void ezd_map(struct trace *t, const struct ezd_subject *s,
             enum ezd_status status)
{
    put_if(t, MESSAGE_MAP, &(struct line){.s = s, .status = status});
}

void ezd_start(struct trace *t, const struct ezd_subject *s,
               enum ezd_event event, const char *add)
{
    put_if(t, MESSAGE_START,
           &(struct line){.s = s, .event = event, .add = add});
}

/* EZD1286I and EZD1287I */
static void put_error(struct trace *t, const struct ezd_subject *s, int rc,
                      enum ezd_event event, const char *add)
{
    struct line l = {.s = s, .rc = rc, .event = event, .add = add};

    put_if(t, MESSAGE_ERROR, &l);
    put_if(t, MESSAGE_JOBLOG, &l);
}

void ezd_event(struct trace *t, const struct ezd_subject *s, int rc,
               enum ezd_event event, const char *add)
{
    struct line l = {.s = s, .rc = rc, .event = event, .add = add};
    unsigned bits = events[event].bits & s->trace;

    if (bits != 0)
        put(t, MESSAGE_EVENT,
            (events[event].bits & EZD_TRACE_INFO) != 0 ? TRACE_INFO
                                                       : TRACE_DEBUG,
            &l);
    if (rc != 0)
        put_error(t, s, rc, event, add);
}

void ezd_environment(struct trace *t, const struct ezd_subject *s, int rc,
                     uint64_t handle)
{
    struct strbuf add = STRBUF_INIT;

    strbuf_addf(&add, "%016" PRIX64, rc == 0 ? handle : 0);
    ezd_event(t, s, rc, EZD_ENVIRONMENT_MASTER_INIT, strbuf_str(&add));
    strbuf_addf(&add, " %08" PRIX32, s->envid);
    ezd_event(t, s, rc, EZD_ENVIRONMENT_LINK, strbuf_str(&add));
    strbuf_done(&add);
}

void ezd_flow(struct trace *t, const struct ezd_subject *s, int rc,
              enum ezd_action action, const char *what, const char *add)
{
    put_if(t, MESSAGE_FLOW,
           &(struct line){
               .s = s, .rc = rc, .action = action, .what = what, .add = add});
}

void ezd_data(struct trace *t, const struct ezd_subject *s, bool sent,
              const void *bytes, size_t len)
{
    static const char digits[] = "0123456789ABCDEF";
    const unsigned char *p = bytes;
    struct strbuf hex = STRBUF_INIT;
    size_t i;

    if ((s->trace & messages[MESSAGE_DATA].bits) == 0)
        return;
    for (i = 0; i < len; i++) {
        strbuf_addc(&hex, digits[p[i] >> 4]);
        strbuf_addc(&hex, digits[p[i] & 15]);
    }
    put(t, MESSAGE_DATA, messages[MESSAGE_DATA].priority,
        &(struct line){.s = s, .sent = sent, .add = strbuf_str(&hex)});
    strbuf_done(&hex);
}

/*
 * The protocol is a field of characters that stays binary zero until it is
 * known, and is then dumped in hex; the cipher is always dumped in hex: its
 * four characters, in EBCDIC ("0035" is F0F0F3F5).
 */
void ezd_add_handshake(const struct ezd_handshake *h, struct strbuf *out)
{
    char code[5];
    int i;

    strbuf_addf(out, "%016" PRIX64 " %016" PRIX64 " ", h->session,
                h->environment);
    if (h->protocol == NULL) {
        strbuf_adds(out, "0000000000000000 00000000");
        return;
    }
    strbuf_addf(out, "%s ", h->protocol);
    snprintf(code, sizeof(code), "%04X", h->cipher);
    for (i = 0; i < 4; i++)
        strbuf_addf(out, "%02X", ebcdic_from_latin1((unsigned char)code[i]));
}
