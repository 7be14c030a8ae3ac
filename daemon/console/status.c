/* status: the daemon at a glance. */

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "conn/fair.h"
#include "console/private.h"
#include "console/standing.h"
#include "policy/print.h"
#include "site/rulekeeper.h"
#include "util/clock.h"
#include "util/count.h"
#include "util/json.h"
#include "worker/listener.h"

/* What is shown; text and JSON are two ways to print it. */
struct status {
    struct snapshot *snap;
    const struct config *config;
    const char *stack;
    size_t rules;
    unsigned long connections, lost;
    long seconds;
    bool agent_active;             /* no P PAGENT */
    struct pagent_outcome refresh; /* the last one */
    struct stored stored;
    uint64_t lacking;      /* COUNTER_LACKS_TICKET, and such a server */
    struct netaddr server; /* AF_UNSPEC: none is known */
    bool kernel_tls; /* the kernel could do TLS itself; it is not asked to */
};

/* Protocols that a TCP socket can be given, with blanks between them: "tls" is
 * there once the kernel's module is loaded (Documentation/networking/tls). */
static bool kernel_has_tls(void)
{
    FILE *f = fopen("/proc/sys/net/ipv4/tcp_available_ulp", "re");
    char name[32];
    bool has = false;

    if (f == NULL)
        return false;
    while (!has && fscanf(f, "%31s", name) == 1)
        has = strcmp(name, "tls") == 0;
    fclose(f);
    return has;
}

static void take_server(void *arg, struct loop *loop)
{
    const struct netaddr *lacks = loop_lacks_ticket(loop);
    struct netaddr *server = arg;

    if (lacks->family != AF_UNSPEC)
        *server = *lacks;
}

/* A server that was restarted forgets its sessions too: a few are no sign. */
enum { HINT_AT = 10 };

static bool has_hint(const struct status *s)
{
    return s->lacking >= HINT_AT && s->server.family != AF_UNSPEC;
}

static void collect(const struct console *c, struct status *s)
{
    s->snap = snapshots_get(c->services->snapshots);
    s->config = snapshot_config(s->snap);
    s->stack = snapshot_stack(s->snap);
    s->rules = policy_rule_count(snapshot_policy(s->snap));
    s->connections = workers_connections(c->workers);
    s->lost = trace_lost(c->services->trace);
    s->agent_active = pagent_is_active(c->services->pagent);
    pagent_last(c->services->pagent, &s->refresh);
    stored_look(s->snap, &s->stored);
    s->lacking = workers_counter(c->workers, COUNTER_LACKS_TICKET);
    if (s->lacking >= HINT_AT)
        workers_visit(c->workers, take_server, &s->server);
    s->kernel_tls = kernel_has_tls();
    s->seconds = (long)(time(NULL) - c->services->started);
}

/* Mode run listens at a path, which has no port. */
static void add_listener_json(const struct listener *l, struct json *j)
{
    const struct config_listener *config = listener_config(l);
    struct netaddr a = listener_address(l);

    json_object(j, NULL);
    if (config->mode == MODE_RUN)
        json_string(j, "server.address", config->socket);
    else
        json_address(j, "server", &a);
    json_end(j);
}

/* SHUT: those that dial_check has shut. */
static void add_listeners_json(const struct console *c, bool shut,
                               struct json *j)
{
    size_t i;

    json_array(j, shut ? "shut_listeners" : "listeners");
    for (i = 0; i < workers_listener_count(c->workers); i++) {
        const struct listener *l = workers_listener(c->workers, i);

        if ((listener_is_refusing(l) != 0) == shut)
            add_listener_json(l, j);
    }
    json_end(j);
}

static void add_silent_json(const struct console *c, struct json *j)
{
    unsigned i;

    json_array(j, "silent_workers");
    for (i = 0; i < workers_count(c->workers); i++)
        if (workers_is_silent(c->workers, i))
            json_unsigned(j, NULL, i + 1);
    json_end(j);
}

static void add_limited_json(const struct console *c, struct json *j)
{
    struct fair_limited who[FAIR_KEPT];
    size_t i, n = fair_limited(c->services->fair, who);
    char text[FAIR_TEXT];

    json_array(j, "limited");
    for (i = 0; i < n; i++) {
        json_object(j, NULL);
        json_string(j, "who", fair_format(&who[i].who, text));
        json_string(j, "limit", who[i].limit);
        json_unsigned(j, "times", who[i].times);
        json_unsigned(j, "connections", who[i].have);
        json_unsigned(j, "waiting", who[i].waiting);
        json_end(j);
    }
    json_end(j);
}

static void add_limited(const struct console *c, struct strbuf *out)
{
    struct fair_limited who[FAIR_KEPT];
    size_t i, n = fair_limited(c->services->fair, who);
    char text[FAIR_TEXT];

    for (i = 0; i < n; i++)
        strbuf_addf(out,
                    "limited %s by %s: %s, now %s, of which %lu not "
                    "relaying\n",
                    fair_format(&who[i].who, text), who[i].limit,
                    count_of(who[i].times, "time").text,
                    count_of(who[i].have, "connection").text, who[i].waiting);
}

static void add_trouble_json(void *arg, const struct environment_trouble *t)
{
    struct json *j = arg;
    char id[9];

    snprintf(id, sizeof(id), "%08X", (unsigned)t->envid);
    json_object(j, NULL);
    json_string(j, "environment_action",
                policy_action_name(policy_rule_environment(t->rule)));
    json_string(j, "user.name", t->userid);
    json_string(j, "envid", id);
    json_number(j, "rc", t->why->rc);
    json_string(j, "reason", t->why->reason);
    json_bool(j, "stale", t->stale);
    json_end(j);
}

static void add_troubles_json(const struct status *s, struct json *j)
{
    json_array(j, "environments_failed");
    snapshot_each_trouble(s->snap, add_trouble_json, j);
    json_end(j);
}

static void add_trouble_text(void *arg, const struct environment_trouble *t)
{
    pagent_add_trouble(t, arg);
}

static void count_trouble(void *arg, const struct environment_trouble *t)
{
    (void)t;
    ++*(unsigned *)arg;
}

static void add_refresh_json(const struct status *s, struct json *j)
{
    const struct policy *p = snapshot_policy(s->snap);
    size_t i;

    json_time(j, "policy_installed", snapshot_installed(s->snap));
    json_object(j, "refresh");
    json_time(j, "time", s->refresh.when);
    json_number(j, "status", s->refresh.status);
    json_string(j, "text", s->refresh.text);
    json_end(j);
    json_bool(j, "policy_agent_active", s->agent_active);
    json_array(j, "kept_rules");
    for (i = 0; i < policy_rule_count(p); i++)
        if (policy_rule_is_kept(policy_rule_get(p, i)))
            json_string(j, NULL, policy_rule_name(policy_rule_get(p, i)));
    json_end(j);
}

static void print_json(const struct console *c, const struct status *s,
                       struct strbuf *out)
{
    struct json j = JSON_INIT(out, JSON_LINES);
    int i;

    json_object(&j, NULL);
    json_string(&j, "service.version", ATTLS_VERSION);
    json_number(&j, "process.pid", getpid());
    json_number(&j, "process.uptime", s->seconds);
    json_string(&j, "stack", s->stack);
    json_bool(&j, "ttls", snapshots_ttls(c->services->snapshots));
    json_string(&j, "policy", s->config->pagent);
    json_unsigned(&j, "rules", s->rules);
    json_unsigned(&j, "connections", s->connections);
    json_unsigned(&j, "log_records_lost", s->lost);
    if (has_hint(s)) {
        json_object(&j, "hint_tls12_tickets");
        json_address(&j, "server", &s->server);
        json_end(&j);
    }
    json_object(&j, "kernel_tls");
    json_bool(&j, "available", s->kernel_tls);
    json_bool(&j, "used", false);
    json_end(&j);
    add_refresh_json(s, &j);
    standing_json(&s->stored, s->snap, &j);
    add_silent_json(c, &j);
    if (c->services->keeper != NULL)
        json_bool(&j, "rules_watched", rulekeeper_keeps(c->services->keeper));
    else
        json_null(&j, "rules_watched");
    add_limited_json(c, &j);
    add_troubles_json(s, &j);
    add_listeners_json(c, false, &j);
    add_listeners_json(c, true, &j);
    json_object(&j, "counters");
    for (i = 0; i < COUNTER_COUNT; i++)
        json_unsigned(&j, counter_info((enum counter)i).name,
                      workers_counter(c->workers, (enum counter)i));
    json_end(&j);
    json_end(&j);
}

static void add_refresh(const struct status *s, struct strbuf *out)
{
    static const char *const ends[] = {"installed", "installed, but",
                                       "failed, the policy before it stays:"};
    const struct policy *p = snapshot_policy(s->snap);
    char when[CLOCK_TEXT];
    size_t i, n = 0;

    if (!s->agent_active)
        strbuf_adds(out, "Policy Agent ended (P PAGENT): what it has installed "
                         "stays in force; attlsctl start PAGENT\n");
    if (s->refresh.when != 0)
        strbuf_addf(out, "last refresh %s: %s%s%s\n",
                    clock_text(s->refresh.when, when), ends[s->refresh.status],
                    s->refresh.text[0] != '\0' ? " " : "", s->refresh.text);
    for (i = 0; i < policy_rule_count(p); i++)
        if (policy_rule_is_kept(policy_rule_get(p, i)))
            strbuf_addf(out, "%s %s",
                        n++ == 0 ? "rules kept by NOFLUSH, in no file:" : ",",
                        policy_rule_name(policy_rule_get(p, i)));
    if (n != 0)
        strbuf_addc(out, '\n');
}

static void add_listener(const struct listener *l, struct strbuf *out)
{
    struct netaddr a = listener_address(l);
    char text[NETADDR_TEXT];
    const char *address = listener_config(l)->mode == MODE_RUN
                              ? listener_config(l)->socket
                              : netaddr_format(&a, text);
    int error = listener_is_refusing(l);

    if (error == 0)
        strbuf_addf(out, "listening on %s\n", address);
    else
        strbuf_addf(out, "NOT listening on %s: target %s: %s (dial_check)\n",
                    address, listener_config(l)->target.text, strerror(error));
}

static void print_text(const struct console *c, const struct status *s,
                       struct strbuf *out)
{
    char text[NETADDR_TEXT], when[CLOCK_TEXT];
    unsigned w;
    size_t i;
    int k;

    strbuf_addf(out, "attlsd %s  pid %ld  up %ld:%02ld:%02ld\n", ATTLS_VERSION,
                (long)getpid(), s->seconds / 3600, s->seconds / 60 % 60,
                s->seconds % 60);
    strbuf_addf(out,
                "stack %s  TTLS %s  policy %s  rules %zu  in force since %s\n",
                s->stack, snapshots_ttls(c->services->snapshots) ? "Yes" : "No",
                s->config->pagent, s->rules,
                clock_text(snapshot_installed(s->snap), when));
    strbuf_addf(out, "connections %lu  log records lost %lu\n", s->connections,
                s->lost);
    add_refresh(s, out);
    standing_add(&s->stored, s->snap, out);
    for (w = 0; w < workers_count(c->workers); w++)
        if (workers_is_silent(c->workers, w))
            strbuf_addf(out, "worker %u does not answer\n", w + 1);
    if (c->services->keeper != NULL)
        strbuf_adds(out, rulekeeper_keeps(c->services->keeper)
                             ? "rules watched\n"
                             : "rules not watched here: attlsctl intercept "
                               "watch does\n");
    add_limited(c, out);
    snapshot_each_trouble(s->snap, add_trouble_text, out);
    if (has_hint(s))
        strbuf_addf(out,
                    "hint: %s with servers that resume no "
                    "TLSv1.2 session by its id, the last with %s: "
                    "tls12_tickets = true in attlsd.conf may save them\n",
                    count_of(s->lacking, "full handshake").text,
                    netaddr_format(&s->server, text));
    strbuf_addf(out, "kernel TLS %s, not used\n",
                s->kernel_tls ? "available" : "not available");
    for (i = 0; i < workers_listener_count(c->workers); i++)
        add_listener(workers_listener(c->workers, i), out);
    strbuf_addc(out, '\n');
    for (k = 0; k < COUNTER_COUNT; k++) {
        struct counter_info info = counter_info((enum counter)k);
        uint64_t n = workers_counter(c->workers, (enum counter)k);

        if (n != 0)
            strbuf_addf(out, "%12llu %-12s %s\n", (unsigned long long)n,
                        info.unit, info.help);
    }
}

void console_status(struct question *q)
{
    struct status s = {0};
    unsigned troubles = 0;

    if (verb_has(&q->call, OPT_DIFFERENCES)) {
        console_differences(q, verb_has(&q->call, OPT_JSON));
        return;
    }
    collect(q->console, &s);
    if (verb_has(&q->call, OPT_JSON))
        print_json(q->console, &s, &q->answer->out);
    else
        print_text(q->console, &s, &q->answer->out);
    snapshot_each_trouble(s.snap, count_trouble, &troubles);
    if (troubles != 0)
        q->answer->status = 1;
    snapshot_unref(s.snap);
}
