/* The reports of netstat as text, in z/OS's layouts. */

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "console/netstat.h"
#include "policy/ciphers.h"
#include "policy/pasearch.h"
#include "policy/versions.h"

/* ---- pieces ---- */

/* "CS 3.1", "CS V2R3", padded. */
void report_add_version(const struct snapshot *s, int width, struct strbuf *out)
{
    enum zos_release release = policy_release(snapshot_policy(s));
    size_t before = out->len;

    strbuf_adds(out, zos_release_shown(release));
    strbuf_fill(out, ' ', width - (int)(out->len - before));
}

static void add_socket_padded(const struct netaddr *a, int width,
                              struct strbuf *out)
{
    size_t before = out->len;

    netaddr_add_zos(a, out);
    strbuf_fill(out, ' ', width - (int)(out->len - before));
}

const char *report_state(const struct conn_view *v)
{
    switch (v->state) {
    case CONN_RELAYING:
    case CONN_GREETING:
    case CONN_HANDSHAKING:
        return "Establsh";
    case CONN_DRAINING:
        return "ClosWait";
    case CONN_CLOSED:
        return "Closed";
    default:
        return v->direction == POLICY_OUTBOUND ? "SynSent" : "SynRcvd";
    }
}

/* As the policy names versions on z/OS's displays. */
static void add_level(const struct conn_view *v, struct strbuf *out)
{
    const struct version *version = version_by_gsk(v->protocol);

    if (!v->tls)
        strbuf_adds(out, "N/A");
    else
        strbuf_adds(out, version != NULL ? version->display
                                         : "Handshake in progress");
}

/* "0035 TLS_RSA_WITH_AES_256_CBC_SHA" */
static void add_cipher(const struct conn_view *v, struct strbuf *out)
{
    const struct cipher *c = cipher_by_code(v->cipher);

    if (v->protocol[0] == '\0')
        strbuf_adds(out, "N/A");
    else
        strbuf_addf(out, "%04X %s", v->cipher, c != NULL ? c->name : "");
}

static const char *action_name(const struct policy_action *a)
{
    return a != NULL ? policy_action_name(a) : "**N/A**";
}

/* The TSO and shell header, and the console's. */
static void add_head(const struct netstat *n, struct snapshot *s,
                     struct strbuf *out)
{
    time_t now = time(NULL);
    struct tm tm;
    char text[16] = "";

    if (localtime_r(&now, &tm) != NULL)
        strftime(text, sizeof(text), "%H:%M:%S", &tm);
    if (n->console) {
        strbuf_adds(out, "EZD0101I NETSTAT ");
        report_add_version(s, 0, out);
        strbuf_addf(out, " %s\n", snapshot_stack(s));
        return;
    }
    strbuf_adds(out, "MVS TCP/IP NETSTAT ");
    report_add_version(s, 14, out);
    strbuf_addf(out, "TCPIP Name: %-16s%s\n", snapshot_stack(s), text);
}

/* On the shell's report only when MAX left something out. */
static void add_tail(const struct netstat *n, size_t count, size_t total,
                     struct strbuf *out)
{
    if (n->console || count < total)
        strbuf_addf(out, "%zu OF %zu RECORDS DISPLAYED\n", count, total);
    if (n->console)
        strbuf_adds(out, "END OF THE REPORT\n");
}

/* ---- groups ---- */

struct group_list {
    struct group_row *row;
    size_t count;
};

static void take_group(void *arg, const struct policy_action *group,
                       uint32_t grpid)
{
    struct group_list *l = arg;

    l->row[l->count++] =
        (struct group_row){policy_action_name(group), grpid, 0, false};
}

static void count_group(void *arg, const struct policy_action *group,
                        uint32_t grpid)
{
    (void)group;
    (void)grpid;
    ++*(size_t *)arg;
}

struct group_row *report_groups(struct snapshot *current, const struct views *v,
                                size_t *ret_count)
{
    struct group_list l = {NULL, 0};
    size_t n = 0, i, k;

    snapshot_each_group(current, count_group, &n);
    l.row = calloc(n + v->count + 1, sizeof(*l.row));
    if (l.row == NULL)
        return NULL;
    snapshot_each_group(current, take_group, &l);
    for (i = 0; i < v->count; i++) {
        const struct conn_view *c = &v->item[i];

        if (c->rule == NULL || c->grpid == 0)
            continue;
        for (k = 0; k < l.count && l.row[k].id != c->grpid; k++)
            ;
        if (k == l.count)
            l.row[l.count++] = (struct group_row){
                policy_action_name(policy_rule_group(c->rule)), c->grpid, 0,
                true};
        l.row[k].connections++;
    }
    *ret_count = l.count;
    return l.row;
}

/* The rules that use the group, which z/OS does not tell. */
static void add_group_rules(struct snapshot *s, const char *group,
                            struct strbuf *out)
{
    const struct policy *p = snapshot_policy(s);
    size_t i;

    for (i = 0; i < policy_rule_count(p); i++) {
        const struct policy_rule *r = policy_rule_get(p, i);

        if (strcmp(policy_action_name(policy_rule_group(r)), group) == 0)
            strbuf_addf(out, "  TTLSRule: %s\n", policy_rule_name(r));
    }
}

/* Objects of the policy by name, as pasearch shows them. */
static void add_object(struct snapshot *s, const char *name, bool rule,
                       struct strbuf *out)
{
    struct pasearch p = {
        .rules = rule,
        .actions = true,
        .filter = name,
        .image = snapshot_stack(s),
        .now = time(NULL),
        .installed = snapshot_installed(s),
    };
    struct strbuf text = STRBUF_INIT;
    const char *body;

    pasearch_list(snapshot_policy(s), &p, &text);
    body = strstr(strbuf_str(&text), rule ? "policyRule:" : "  TTLS Action:");
    if (body != NULL)
        strbuf_adds(out, body);
    strbuf_done(&text);
}

static void print_groups(const struct netstat *n, struct snapshot *s,
                         const struct views *v, struct strbuf *out)
{
    size_t total = 0, count, i;
    struct group_row *rows = report_groups(s, v, &total);

    count =
        n->filters.max != 0 && n->filters.max < total ? n->filters.max : total;
    if (!n->detail) {
        strbuf_addf(out, "%-33s%s           Conns\n", "TTLSGrpAction",
                    "Group ID");
        if (!n->console) {
            strbuf_fill(out, '-', 65);
            strbuf_addc(out, '\n');
        }
    }
    for (i = 0; i < count; i++) {
        const struct group_row *r = &rows[i];

        if (!n->detail) {
            strbuf_addf(out, "%-33s%08X%16lu%s\n", r->name, (unsigned)r->id,
                        r->connections, r->stale ? "  Stale" : "");
            continue;
        }
        strbuf_addf(out, "TTLSGrpAction: %s\n  GroupID: %08X\n  Conns: %lu\n",
                    r->name, (unsigned)r->id, r->connections);
        strbuf_addf(out, "  Status: %s\n", r->stale ? "Stale" : "Active");
        if (!r->stale) {
            add_group_rules(s, r->name, out);
            add_object(s, r->name, false, out);
        }
    }
    free(rows);
    add_tail(n, count, total, out);
}

/* ---- one connection ---- */

static void add_line(struct strbuf *out, const char *label, const char *value)
{
    strbuf_addf(out, "  %-14s%s\n", label, value);
}

static void print_names(const struct conn_view *v, const char *indent,
                        struct strbuf *out)
{
    strbuf_addf(out, "%sTTLSGrpAction:  %s\n", indent,
                action_name(policy_rule_group(v->rule)));
    strbuf_addf(out, "%sTTLSEnvAction:  %s\n", indent,
                action_name(policy_rule_environment(v->rule)));
    strbuf_addf(out, "%sTTLSConnAction: %s\n", indent,
                action_name(policy_rule_connection(v->rule)));
}

static void print_security(const struct conn_view *v, struct strbuf *out)
{
    struct strbuf text = STRBUF_INIT;

    add_level(v, &text);
    add_line(out, "SecLevel:", strbuf_str(&text));
    strbuf_reset(&text);
    add_cipher(v, &text);
    add_line(out, "Cipher:", strbuf_str(&text));
    add_line(out,
             "CertUserID:", v->cert_userid[0] != '\0' ? v->cert_userid : "N/A");
    add_line(out, "MapType:", "Primary");
    add_line(out, "FIPS140:", "Off");
    strbuf_done(&text);
}

static void print_stale(struct snapshot *current, const struct conn_view *v,
                        struct strbuf *out)
{
    if (!snapshot_has_group(current, v->grpid))
        add_line(out, "Group:", "Stale");
    if (v->envid != 0 && !snapshot_has_environment(current, v->envid))
        add_line(out, "Environment:", "Stale");
}

static void print_connection(const struct netstat *n, struct snapshot *current,
                             const struct conn_view *v, struct strbuf *out)
{
    strbuf_addf(out, "ConnID: %08X\n", (unsigned)v->id);
    add_line(out, "JobName:", v->jobname[0] != '\0' ? v->jobname : "**N/A**");
    if (n->detail)
        add_line(out, "UserID:", v->userid[0] != '\0' ? v->userid : "**N/A**");
    strbuf_adds(out, "  LocalSocket:  ");
    netaddr_add_zos(&v->local, out);
    strbuf_adds(out, "\n  RemoteSocket: ");
    netaddr_add_zos(&v->remote, out);
    strbuf_addc(out, '\n');
    if (v->rule == NULL) {
        add_line(out, "TTLSPolicy:", "No");
        return;
    }
    print_security(v, out);
    if (n->detail) {
        strbuf_addf(out, "  GroupID:      %08X\n  EnvID:        %08X\n",
                    (unsigned)v->grpid, (unsigned)v->envid);
        print_stale(current, v, out);
    }
    strbuf_addf(out, "TTLSRule: %s\n", policy_rule_name(v->rule));
    print_names(v, "  ", out);
    if (n->detail) {
        strbuf_addc(out, '\n');
        add_object(v->snapshot, policy_rule_name(v->rule), true, out);
    }
}

static void print_ttls_conn(struct question *q, const struct netstat *n,
                            struct snapshot *current, const struct views *v,
                            struct strbuf *out)
{
    size_t i;

    for (i = 0; i < v->count; i++)
        if (v->item[i].id == n->connid) {
            print_connection(n, current, &v->item[i], out);
            add_tail(n, 1, 1, out);
            return;
        }
    question_fail(q,
                  "no connection %08X is open; attlsctl netstat COnn lists "
                  "those that are, attlsctl why %08X tells of one that failed",
                  (unsigned)n->connid, (unsigned)n->connid);
}

/* ---- all connections ---- */

static void print_list(const struct netstat *n, const struct views *v,
                       struct strbuf *out)
{
    size_t i;

    strbuf_adds(out, "User Id  Conn     Local Socket           "
                     "Foreign Socket         State\n");
    if (!n->console)
        strbuf_adds(out, "-------  ----     ------------           "
                         "--------------         -----\n");
    for (i = 0; i < v->count; i++) {
        const struct conn_view *c = &v->item[i];

        strbuf_addf(out, "%-8s %08X ", c->jobname, (unsigned)c->id);
        add_socket_padded(&c->local, 23, out);
        add_socket_padded(&c->remote, 23, out);
        strbuf_addf(out, "%s\n", report_state(c));
    }
    add_tail(n, v->count, v->total, out);
}

static void print_all_of(const struct conn_view *v, struct strbuf *out)
{
    strbuf_addf(out, "Client Name: %-8s   Client Id: %08X\n", v->jobname,
                (unsigned)v->id);
    strbuf_adds(out, "  Local Socket: ");
    netaddr_add_zos(&v->local, out);
    strbuf_adds(out, "  Foreign Socket: ");
    netaddr_add_zos(&v->remote, out);
    strbuf_addf(out,
                "\n    BytesIn:            %010llu  BytesOut:           "
                "%010llu\n",
                (unsigned long long)v->bytes_in,
                (unsigned long long)v->bytes_out);
    if (v->segments)
        strbuf_addf(out,
                    "    SegmentsIn:         %010llu  SegmentsOut:        "
                    "%010llu\n",
                    (unsigned long long)v->segments_in,
                    (unsigned long long)v->segments_out);
    strbuf_addf(out, "    State:              %s\n", report_state(v));
    strbuf_addf(out, "    TTLSPolicy:         %s\n",
                v->rule != NULL ? "Yes" : "No");
    if (v->rule != NULL) {
        strbuf_addf(out, "      TTLSRule:       %s\n",
                    policy_rule_name(v->rule));
        print_names(v, "      ", out);
    }
}

static void print_all(const struct netstat *n, const struct views *v,
                      struct strbuf *out)
{
    size_t i;

    for (i = 0; i < v->count; i++)
        print_all_of(&v->item[i], out);
    add_tail(n, v->count, v->total, out);
}

static void print_config(struct question *q, struct snapshot *s,
                         struct strbuf *out)
{
    const struct config *c = snapshot_config(s);

    strbuf_adds(out, "TCP Configuration Table:\n");
    strbuf_addf(out, "KeepAliveTimer:  %08lu       TTLS:            %s\n",
                c->keepalive,
                snapshots_ttls(q->console->services->snapshots) ? "Yes" : "No");
    strbuf_addf(out, "MaxConns:        %08lu       AllowNoTTLS:     %s\n",
                c->max_connections, c->allow_nottls ? "Yes" : "No");
}

void report_print(struct question *q, const struct netstat *n,
                  struct snapshot *current, const struct views *v,
                  struct strbuf *out)
{
    add_head(n, current, out);
    switch (n->report) {
    case REPORT_CONN:
        print_list(n, v, out);
        break;
    case REPORT_ALL:
        print_all(n, v, out);
        break;
    case REPORT_CONFIG:
        print_config(q, current, out);
        break;
    case REPORT_TTLS_GROUP:
        print_groups(n, current, v, out);
        break;
    case REPORT_TTLS_CONN:
        print_ttls_conn(q, n, current, v, out);
        break;
    }
}
