/*
 * How long a policy takes to load and a look-up takes in it, and what a rule
 * costs in memory, for several kinds of rules and numbers of them. Prints a
 * table; judges nothing. The script policy builds and runs it.
 */

#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "policy/policy.h"
#include "util/strbuf.h"

/* Adds the conditions of rule I of N; sets a connection that fits it. */
typedef void (*kind_fn)(unsigned i, unsigned n, struct strbuf *out,
                        struct policy_conn *c);

static void set_ip(struct netaddr *a, unsigned n)
{
    char text[32];

    snprintf(text, sizeof(text), "10.%u.%u.%u", n >> 16 & 255, n >> 8 & 255,
             n & 255);
    netaddr_parse_ip(text, a, NULL);
}

static void kind_port(unsigned i, unsigned n, struct strbuf *out,
                      struct policy_conn *c)
{
    (void)n;
    strbuf_addf(out, "LocalPortRange %u\n", i + 1);
    c->local.port = (uint16_t)(i + 1);
}

static void kind_address(unsigned i, unsigned n, struct strbuf *out,
                         struct policy_conn *c)
{
    (void)n;
    strbuf_addf(out, "RemoteAddr 10.%u.%u.%u\nRemotePortRange 443\n",
                i >> 16 & 255, i >> 8 & 255, i & 255);
    set_ip(&c->remote, i);
    c->remote.port = 443;
}

static void kind_prefix(unsigned i, unsigned n, struct strbuf *out,
                        struct policy_conn *c)
{
    (void)n;
    strbuf_addf(out, "RemoteAddr 2001:db8:%x::/48\n", i);
    netaddr_parse_ip("2001:db8::1", &c->remote, NULL);
    c->remote.ip[4] = (unsigned char)(i >> 8);
    c->remote.ip[5] = (unsigned char)i;
}

/* Ranges of ports that overlap their neighbours, and every eighth rule for
 * all ports of some address. */
static void kind_mixed(unsigned i, unsigned n, struct strbuf *out,
                       struct policy_conn *c)
{
    unsigned low = 1 + (unsigned)((uint64_t)i * 60000 / n);

    if (i % 8 == 0) {
        strbuf_addf(out, "RemoteAddr 10.%u.%u.0/24\nLocalPortRange 1-65535\n",
                    i >> 8 & 255, i & 255);
        set_ip(&c->remote, i << 8 | 77);
        c->local.port = 65000;
    } else {
        strbuf_addf(out, "LocalPortRange %u-%u\nRemotePortRange 1024-65535\n",
                    low, low + 40);
        c->local.port = (uint16_t)(low + 20);
    }
}

static void kind_job(unsigned i, unsigned n, struct strbuf *out,
                     struct policy_conn *c)
{
    static char name[9];

    (void)n;
    strbuf_addf(out, "Jobname J%06u\nLocalPortRange 443\n", i);
    snprintf(name, sizeof(name), "J%06u", i % 1000000);
    c->jobname = name;
    c->local.port = 443;
}

/* Whose the rules' actions are: group, environment and connection. */
enum actions {
    SHARED,     /* all rules have the same three */
    SAME_GROUP, /* each rule has two of its own */
    OWN         /* each rule has three of its own */
};

struct kind {
    const char *name;
    kind_fn rule;
    enum actions actions;
};

static const struct kind kinds[] = {
    {"port", kind_port, SAME_GROUP},      {"address", kind_address, SAME_GROUP},
    {"prefix6", kind_prefix, SAME_GROUP}, {"mixed", kind_mixed, SAME_GROUP},
    {"jobname", kind_job, SAME_GROUP},    {"own", kind_address, OWN},
    {"shared", kind_address, SHARED}};

static const unsigned sizes[] = {2, 100, 1000, 10000};

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void conn_init(struct policy_conn *c)
{
    memset(c, 0, sizeof(*c));
    c->direction = POLICY_INBOUND;
    netaddr_parse_ip("192.0.2.1", &c->local, NULL);
    netaddr_parse_ip("192.0.2.2", &c->remote, NULL);
    c->local.port = 60999;
    c->remote.port = 2000;
    c->jobname = "BENCH";
    c->userid = "BENCH";
}

static void add_group(unsigned i, struct strbuf *out)
{
    strbuf_addf(out, "TTLSGroupAction g%u\n{\nTTLSEnabled On\n}\n", i);
}

static void add_actions(unsigned i, struct strbuf *out)
{
    strbuf_addf(out,
                "TTLSEnvironmentAction e%u\n{\nHandshakeRole Server\n"
                "TTLSKeyringParms\n{\nKeyring USER%u/RING\n}\n"
                "TTLSCipherParms\n{\nV3CipherSuites4Char C030C02F\n}\n}\n"
                "TTLSConnectionAction c%u\n{\nTTLSConnectionAdvancedParms\n{\n"
                "TLSv1 Off\nTLSv1.1 Off\nTLSv1.2 On\n}\n}\n",
                i, i, i);
}

static void make_text(const struct kind *k, unsigned n, struct strbuf *out)
{
    struct policy_conn c;
    unsigned i, own;

    for (i = 0; i < n; i++) {
        own = k->actions == SHARED ? 0 : i;
        strbuf_addf(out, "TTLSRule r%u\n{\nDirection Inbound\nPriority %u\n", i,
                    1 + i % 255);
        conn_init(&c);
        k->rule(i, n, out, &c);
        strbuf_addf(out,
                    "TTLSGroupActionRef g%u\nTTLSEnvironmentActionRef e%u\n"
                    "TTLSConnectionActionRef c%u\n}\n",
                    k->actions == OWN ? i : 0, own, own);
        if (i == 0 || k->actions == OWN)
            add_group(i, out);
        if (i == own)
            add_actions(i, out);
    }
}

static struct policy *load(const struct strbuf *text)
{
    struct policy_options opt;
    struct diags *diags = diags_new();
    struct policy *p = NULL;
    struct source *src;

    policy_options_init(&opt);
    if (diags == NULL ||
        source_new("bench", strbuf_str(text), text->len, &src, NULL) != 0 ||
        policy_load_source(src, &opt, diags, &p) != 0) {
        fprintf(stderr, "the policy does not load\n");
        exit(1);
    }
    source_unref(src);
    diags_free(diags);
    return p;
}

/* Nanoseconds a look-up. HIT: each connection fits a rule. */
static double lookups(const struct policy *p, kind_fn kind, unsigned n,
                      bool hit)
{
    enum { CONNS = 1024 };
    static struct policy_conn conns[CONNS];
    static char names[CONNS][9];
    struct strbuf sink = STRBUF_INIT;
    const struct policy_rule *rule;
    unsigned i, found = 0;
    uint64_t done = 0;
    double start, end;

    for (i = 0; i < CONNS; i++) {
        conn_init(&conns[i]);
        if (hit)
            kind((unsigned)((uint64_t)i * 7919 % n), n, &sink, &conns[i]);
        snprintf(names[i], sizeof(names[i]), "%s", conns[i].jobname);
        conns[i].jobname = names[i];
    }
    start = seconds();
    do {
        for (i = 0; i < CONNS; i++)
            found +=
                policy_match(p, &conns[i], NULL, NULL, &rule) == POLICY_MATCHED;
        done += CONNS;
        end = seconds();
    } while (end - start < 0.3);
    strbuf_done(&sink);
    if ((found != 0) != hit)
        fprintf(stderr, "%u of %" PRIu64 " look-ups found a rule\n", found,
                done);
    return (end - start) / (double)done * 1e9;
}

static void run(const struct kind *k, unsigned n)
{
    struct strbuf text = STRBUF_INIT;
    struct policy *p;
    size_t before, after;
    double start, end;

    make_text(k, n, &text);
    before = mallinfo2().uordblks + mallinfo2().hblkhd;
    start = seconds();
    p = load(&text);
    end = seconds();
    after = mallinfo2().uordblks + mallinfo2().hblkhd;
    printf("%-8s %6u %9.1f %9.0f %9.0f %9.0f %9.0f\n", k->name, n,
           (end - start) * 1e3, lookups(p, k->rule, n, true),
           lookups(p, k->rule, n, false), (double)(after - before) / n,
           (double)text.len / n);
    policy_unref(p);
    strbuf_done(&text);
}

int main(int argc, char **argv)
{
    size_t k, s;
    int i;

    printf("%-8s %6s %9s %9s %9s %9s %9s\n", "kind", "rules", "load ms",
           "hit ns", "miss ns", "B/rule", "text B");
    for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        for (i = 1; i < argc; i++)
            if (strcmp(argv[i], kinds[k].name) == 0)
                break;
        for (s = 0; s < 4 && (argc == 1 || i < argc); s++)
            run(&kinds[k], sizes[s]);
    }
    return 0;
}
