/* See nft.h. The reason for each line stands beside it. */

#include "intercept/nft.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* nft takes comments of up to 128 bytes, its own NUL included */
enum { COMMENT_MAX = 120 };

/* ---- names ---- */

static void add_comment(struct strbuf *out, const char *name)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "abcdefghijklmnopqrstuvwxyz0123456789._~@#$-";
    size_t i;

    strbuf_adds(out, " comment \"");
    for (i = 0; name[i] != '\0' && i < COMMENT_MAX; i++)
        strbuf_addc(out, strchr(plain, name[i]) != NULL ? name[i] : '?');
    strbuf_adds(out, "\"\n");
}

/* ---- sets: sorted and merged, for nft refuses overlaps ---- */

static int compare_ports(const void *a, const void *b)
{
    const struct nft_ports *x = a, *y = b;

    return (x->low > y->low) - (x->low < y->low);
}

static size_t merge_ports(struct nft_ports *p, size_t count)
{
    size_t i, n = 0;

    if (count == 0)
        return 0;
    qsort(p, count, sizeof(*p), compare_ports);
    for (i = 1; i < count; i++) {
        if (p[i].low <= (unsigned)p[n].high + 1) {
            if (p[i].high > p[n].high)
                p[n].high = p[i].high;
        } else {
            p[++n] = p[i];
        }
    }
    return n + 1;
}

/* " { 5555, 6000-6010 }" */
static void add_port_set(struct strbuf *out, const struct nft_ports *ports,
                         size_t count)
{
    struct nft_ports *copy = calloc(count, sizeof(*copy));
    size_t i;

    if (copy == NULL) {
        out->failed = true;
        return;
    }
    memcpy(copy, ports, count * sizeof(*copy));
    count = merge_ports(copy, count);
    strbuf_adds(out, " { ");
    for (i = 0; i < count; i++) {
        strbuf_addf(out, "%s%u", i != 0 ? ", " : "", copy[i].low);
        if (copy[i].high != copy[i].low)
            strbuf_addf(out, "-%u", copy[i].high);
    }
    strbuf_adds(out, " }");
    free(copy);
}

static int compare_addrs(const void *a, const void *b)
{
    const struct nft_addrs *x = a, *y = b;

    return netaddr_compare_ip(&x->low, &y->low);
}

/* The address that follows A is B, or B is not above A's successor. */
static bool touches(const struct netaddr *a, const struct netaddr *b)
{
    struct netaddr next = *a;
    size_t i = netaddr_ip_len(a);

    while (i-- > 0 && ++next.ip[i] == 0)
        ;
    /* past the last address: everything above has been covered */
    return netaddr_compare_ip(b, a) <= 0 || netaddr_compare_ip(b, &next) == 0;
}

static size_t merge_addrs(struct nft_addrs *p, size_t count)
{
    size_t i, n = 0;

    if (count == 0)
        return 0;
    qsort(p, count, sizeof(*p), compare_addrs);
    for (i = 1; i < count; i++) {
        if (touches(&p[n].high, &p[i].low)) {
            if (netaddr_compare_ip(&p[i].high, &p[n].high) > 0)
                p[n].high = p[i].high;
        } else {
            p[++n] = p[i];
        }
    }
    return n + 1;
}

static bool is_whole_family(const struct nft_addrs *a)
{
    size_t i, len = netaddr_ip_len(&a->low);

    for (i = 0; i < len; i++)
        if (a->low.ip[i] != 0 || a->high.ip[i] != 0xff)
            return false;
    return true;
}

/* " PREFIXip FIELD { 10.0.0.0-10.255.255.255 }" of the addresses of FAMILY,
 * of which there is at least one. */
static void add_addr_set(struct strbuf *out, const char *prefix,
                         const char *field, const struct nft_addrs *addrs,
                         size_t count, int family)
{
    const char *protocol = family == AF_INET ? "ip" : "ip6";
    struct nft_addrs *copy = calloc(count, sizeof(*copy));
    size_t i, n = 0;

    if (copy == NULL) {
        out->failed = true;
        return;
    }
    for (i = 0; i < count; i++)
        if (addrs[i].low.family == family)
            copy[n++] = addrs[i];
    n = merge_addrs(copy, n);
    if (n == 1 && is_whole_family(copy)) {
        strbuf_addf(out, " meta nfproto %s",
                    family == AF_INET ? "ipv4" : "ipv6");
        free(copy);
        return;
    }
    strbuf_addf(out, " %s%s %s { ", prefix, protocol, field);
    for (i = 0; i < n; i++) {
        strbuf_adds(out, i != 0 ? ", " : "");
        netaddr_add_ip(&copy[i].low, out);
        if (netaddr_compare_ip(&copy[i].low, &copy[i].high) != 0) {
            strbuf_addc(out, '-');
            netaddr_add_ip(&copy[i].high, out);
        }
    }
    strbuf_adds(out, " }");
    free(copy);
}

static bool has_family(const struct nft_addrs *addrs, size_t count, int family)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (addrs[i].low.family == family)
            return true;
    return false;
}

/* ---- what a rule matches ---- */

/* A packet's own fields, or those that the connection began with, before
 * anybody's DNAT. */
struct fields {
    const char *prefix, *saddr, *daddr, *sport, *dport;
};

static const struct fields packet_fields = {"", "saddr", "daddr", "tcp sport",
                                            "tcp dport"};
/* nft takes these ports only after a match on the protocol */
static const struct fields original_fields = {"ct original ", "saddr", "daddr",
                                              "ct original proto-src",
                                              "ct original proto-dst"};

/* Those of an answer: its source is where the connection goes to. */
static const struct fields answer_fields = {"", "daddr", "saddr", "tcp dport",
                                            "tcp sport"};

static void add_match_addr(struct strbuf *out, const struct nft_side *side,
                           const char *prefix, const char *field, int family)
{
    if (side->addr_count == 0)
        return;
    add_addr_set(out, prefix, field, side->addrs, side->addr_count, family);
}

static void add_match_port(struct strbuf *out, const struct nft_side *side,
                           const char *field)
{
    if (side->port_count == 0)
        return;
    strbuf_addf(out, " %s", field);
    add_port_set(out, side->ports, side->port_count);
}

/* The line for FAMILY (AF_UNSPEC: no address is asked for) and its end. */
static void add_line(struct strbuf *out, const struct nft_rule *r,
                     const struct fields *f, int family, const char *verdict)
{
    const struct nft_side *src = r->out ? &r->local : &r->remote;
    const struct nft_side *dst = r->out ? &r->remote : &r->local;

    /* redirect and reset want to know that it is TCP */
    strbuf_adds(out, "\t\tmeta l4proto tcp");
    if (family != AF_UNSPEC) {
        add_match_addr(out, src, f->prefix, f->saddr, family);
        add_match_addr(out, dst, f->prefix, f->daddr, family);
    }
    add_match_port(out, src, f->sport);
    add_match_port(out, dst, f->dport);
    strbuf_addf(out, " counter %s", verdict);
    add_comment(out, r->name);
}

/* Both sides name an address of this family, or do not ask. */
static bool family_possible(const struct nft_rule *r, int family)
{
    return (r->local.addr_count == 0 ||
            has_family(r->local.addrs, r->local.addr_count, family)) &&
           (r->remote.addr_count == 0 ||
            has_family(r->remote.addrs, r->remote.addr_count, family));
}

static void add_rule(struct strbuf *out, const struct nft_rule *r,
                     const struct fields *f, const char *verdict)
{
    if (r->local.addr_count == 0 && r->remote.addr_count == 0) {
        add_line(out, r, f, AF_UNSPEC, verdict);
        return;
    }
    if (family_possible(r, AF_INET))
        add_line(out, r, f, AF_INET, verdict);
    if (family_possible(r, AF_INET6))
        add_line(out, r, f, AF_INET6, verdict);
}

/* The ports that a rule of this direction asks for at the far end of the one
 * who connects. */
static const struct nft_side *called_side(const struct nft_rule *r)
{
    return r->out ? &r->remote : &r->local;
}

/*
 * One look-up that ends the matter for every other port: without it each
 * packet of each connection of the host would walk the guard's lines. No such
 * line when a rule asks for no port.
 */
static void add_port_shortcut(struct strbuf *out, const struct nft_params *p,
                              bool dir_out, const char *field)
{
    struct nft_ports *all = NULL;
    size_t i, n = 0, count = 0;

    for (i = 0; i < p->rule_count; i++) {
        if (p->rules[i].out != dir_out)
            continue;
        if (called_side(&p->rules[i])->port_count == 0)
            return;
        count += called_side(&p->rules[i])->port_count;
    }
    if (count == 0 || (all = calloc(count, sizeof(*all))) == NULL) {
        out->failed = out->failed || count != 0;
        return;
    }
    for (i = 0; i < p->rule_count; i++) {
        const struct nft_side *side = called_side(&p->rules[i]);

        if (p->rules[i].out != dir_out)
            continue;
        memcpy(all + n, side->ports, side->port_count * sizeof(*all));
        n += side->port_count;
    }
    strbuf_addf(out, "\t\tmeta l4proto tcp %s !=", field);
    add_port_set(out, all, n);
    strbuf_adds(out, " return\n");
    free(all);
}

static void add_policy_chain(struct strbuf *out, const struct nft_params *p,
                             bool dir_out)
{
    char redirect[32];
    size_t i;

    snprintf(redirect, sizeof(redirect), "redirect to :%u",
             dir_out ? p->out_port : p->in_port);
    strbuf_addf(out, "\tchain policy_%s {\n", dir_out ? "out" : "in");
    add_port_shortcut(out, p, dir_out, "tcp dport");
    for (i = 0; i < p->rule_count; i++)
        if (p->rules[i].out == dir_out)
            add_rule(out, &p->rules[i], &packet_fields,
                     p->rules[i].pass ? "return" : redirect);
    strbuf_adds(out, "\t}\n");
}

/* What policy_out and policy_in redirect is refused when it comes by here. */
static void add_guard_lines(struct strbuf *out, const struct nft_params *p,
                            bool dir_out, const struct fields *f)
{
    size_t i;

    add_port_shortcut(out, p, dir_out, f->dport);
    for (i = 0; i < p->rule_count; i++)
        if (p->rules[i].out == dir_out)
            add_rule(out, &p->rules[i], f,
                     p->rules[i].pass ? "return" : "reject with tcp reset");
}

static void add_guard_rules(struct strbuf *out, const struct nft_params *p,
                            bool dir_out, const char *chain,
                            const struct fields *f)
{
    strbuf_addf(out, "\tchain %s {\n", chain);
    add_guard_lines(out, p, dir_out, f);
    strbuf_adds(out, "\t}\n");
}

/* ---- exclusions ---- */

static void add_uids(struct strbuf *out, const uid_t *uids, size_t count,
                     const char *verdict)
{
    size_t i;

    if (count == 0)
        return;
    strbuf_adds(out, "\t\tmeta skuid { ");
    for (i = 0; i < count; i++)
        strbuf_addf(out, "%s%u", i != 0 ? ", " : "", (unsigned)uids[i]);
    strbuf_addf(out, " } %s\n", verdict);
}

static void add_nets(struct strbuf *out, const struct nft_params *p,
                     const char *field)
{
    static const int families[] = {AF_INET, AF_INET6};
    size_t i;

    for (i = 0; i < 2; i++) {
        if (!has_family(p->nets, p->net_count, families[i]))
            continue;
        strbuf_adds(out, "\t\t");
        add_addr_set(out, "", field, p->nets, p->net_count, families[i]);
        strbuf_adds(out, " accept\n");
    }
}

/* FIELD: the far end's address, "daddr" on the way out, "saddr" in. */
static void add_exclusions(struct strbuf *out, const struct nft_params *p,
                           const char *field)
{
    if (p->port_count != 0) {
        strbuf_adds(out, "\t\ttcp dport");
        add_port_set(out, p->ports, p->port_count);
        strbuf_adds(out, " accept\n");
    }
    add_nets(out, p, field);
}

/* ---- the hooks ---- */

/* Only our own bits of a mark are looked at and changed. */
#define MARK         "meta mark & $attls_mask"
#define HAS_APP      MARK " == $attls_app"
#define HAS_WIRE     MARK " == $attls_wire"
#define HAS_EXCLUDED MARK " == $attls_excluded"
#define BY_DAEMON    " meta skuid $attls_daemon"
#define SET_EXCLUDED "meta mark set meta mark & $attls_rest | $attls_excluded"

/*
 * A packet to an address of this host passes output once and is not looked at
 * again by nat in prerouting: so output decides about same-host connections,
 * on the daemon's own wire connection and for programs without an outbound
 * rule. REDIRECT to ::1 does not get through from a link-local address, so
 * those are left to the guard, which refuses them at once. A connection that
 * is older than connection tracking looks new with any of its packets, and is
 * the guard's matter too.
 */
static void add_output(struct strbuf *out, const struct nft_params *p)
{
    strbuf_adds(out, "\tchain output {\n"
                     "\t\tmeta l4proto != tcp accept\n"
                     "\t\ttcp flags & (syn | ack) != syn accept\n");
    if (p->marked)
        strbuf_adds(out, "\t\t" HAS_APP BY_DAEMON " accept\n"
                         "\t\t" HAS_WIRE BY_DAEMON
                         " fib daddr type local jump policy_in\n"
                         "\t\t" HAS_WIRE BY_DAEMON " accept\n");
    add_uids(out, p->uids, p->uid_count, "accept");
    add_uids(out, p->early_uids, p->early_count, "accept");
    add_exclusions(out, p, "daddr");
    strbuf_adds(out, "\t\tip6 daddr fe80::/10 accept\n"
                     "\t\tjump policy_out\n"
                     "\t\tfib daddr type local jump policy_in\n"
                     "\t}\n");
}

static void add_nat(struct strbuf *out, const struct nft_params *p)
{
    add_output(out, p);
    strbuf_adds(out, "\tchain prerouting {\n"
                     "\t\tmeta l4proto != tcp accept\n"
                     "\t\ttcp flags & (syn | ack) != syn accept\n"
                     "\t\tiif lo accept\n");
    add_exclusions(out, p, "saddr");
    strbuf_adds(out, "\t\tip6 daddr fe80::/10 accept\n"
                     "\t\tfib daddr type local jump policy_in\n"
                     "\t}\n"
                     "\tchain postrouting {\n");
    if (p->marked)
        strbuf_adds(out, "\t\toif lo " HAS_APP " snat ip to ip saddr . tcp "
                         "sport map @src4\n"
                         "\t\toif lo " HAS_APP " snat ip6 to ip6 saddr . tcp "
                         "sport map @src6\n");
    strbuf_adds(out, "\t}\n");
}

/*
 * A packet that has our mark but whose socket is another account's is like any
 * other. What the kernel still sends of a connection that the daemon has closed
 * no longer has an account, but never begins a connection.
 */
static void add_guard_own(struct strbuf *out)
{
    strbuf_adds(out, "\tchain guard_out_own {\n"
                     "\t\tmeta skuid $attls_daemon accept\n"
                     "\t\tmeta skuid != $attls_daemon return\n"
                     "\t\ttcp flags & (syn | ack) != syn accept\n"
                     "\t}\n");
}

/* The lowest port that programs get without asking for one, in Linux and
 * elsewhere. */
enum { EPHEMERAL = 32768 };

/* Of the called side only ports that somebody asked for; false: none. */
static bool clip_ports(struct nft_side *side, struct nft_ports *room)
{
    size_t i, n = 0;

    if (side->port_count == 0)
        room[n++] = (struct nft_ports){1, EPHEMERAL - 1};
    for (i = 0; i < side->port_count; i++) {
        room[n] = side->ports[i];
        if (room[n].high >= EPHEMERAL)
            room[n].high = EPHEMERAL - 1;
        n += room[n].low < EPHEMERAL;
    }
    side->ports = room;
    side->port_count = n;
    return n != 0;
}

/* Takes the rules of that direction, clipped; PORTS has room for all. */
static size_t clip_rules(const struct nft_params *p, bool dir_out,
                         struct nft_rule *ret, struct nft_ports *ports)
{
    size_t i, n = 0;

    for (i = 0; i < p->rule_count; i++) {
        ret[n] = p->rules[i];
        if (ret[n].out == dir_out &&
            clip_ports(dir_out ? &ret[n].remote : &ret[n].local, ports)) {
            ports += called_side(&ret[n])->port_count;
            n++;
        }
    }
    return n;
}

static void add_answer_lines(struct strbuf *out, const struct nft_params *p,
                             bool dir_out)
{
    struct nft_params clipped = *p;
    struct nft_rule *rules = calloc(p->rule_count + 1, sizeof(*rules));
    struct nft_ports *ports;
    size_t i, n = 1;

    for (i = 0; i < p->rule_count; i++)
        n += called_side(&p->rules[i])->port_count + 1;
    ports = calloc(n, sizeof(*ports));
    if (rules != NULL && ports != NULL) {
        clipped.rule_count = clip_rules(p, dir_out, rules, ports);
        clipped.rules = rules;
        add_guard_lines(out, &clipped, dir_out, &answer_fields);
    }
    out->failed = out->failed || rules == NULL || ports == NULL;
    free(rules);
    free(ports);
}

/*
 * Connection tracking that sees a connection in the middle takes the first
 * packet for its direction. If that one is an answer, all that follow would
 * pass as answers to it: so it is refused. DIR_OUT: the rules that cover
 * connections which begin here; their answers come in. An answer and a packet
 * of a connection the other way look alike where a rule has high ports: those
 * of the far end of a program that is not covered are not taken for called
 * ones.
 */
static void add_guard_answers(struct strbuf *out, const struct nft_params *p,
                              bool dir_out)
{
    strbuf_addf(out, "\tchain guard_%s_answers {\n", dir_out ? "in" : "out");
    if (!p->keep_old) {
        add_uids(out, p->uids, p->uid_count, "return");
        add_uids(out, p->early_uids, p->early_count, "return");
        if (p->port_count != 0) {
            strbuf_adds(out, "\t\ttcp sport");
            add_port_set(out, p->ports, p->port_count);
            strbuf_adds(out, " return\n");
        }
        add_answer_lines(out, p, dir_out);
    }
    strbuf_adds(out, "\t}\n");
}

#define IN_THE_MIDDLE "ct state new tcp flags & (syn | ack) != syn"

/*
 * The answers of a connection are not looked at: with rules for wide ranges
 * of ports they would look like connections of their own. An excluded
 * account's packets get the mark that the input side lets pass, for there
 * nobody knows the account any more.
 */
static void add_guard_out(struct strbuf *out, const struct nft_params *p)
{
    static const char pass[] = SET_EXCLUDED " accept";

    strbuf_adds(out, "\tchain guard_out {\n"
                     "\t\tmeta l4proto != tcp accept\n"
                     "\t\tct direction reply accept\n");
    if (p->marked)
        strbuf_adds(out, "\t\t" MARK
                         " { $attls_wire, $attls_app } jump guard_out_own\n");
    strbuf_addf(out,
                "\t\tfib daddr type local tcp dport { %u, %u } ct status dnat "
                "accept\n",
                p->out_port, p->in_port);
    add_uids(out, p->uids, p->uid_count, pass);
    add_uids(out, p->early_uids, p->early_count, pass);
    if (p->keep_old)
        strbuf_adds(out, "\t\ttcp flags & (syn | ack) != syn accept\n");
    add_exclusions(out, p, "daddr");
    strbuf_adds(out, "\t\tct status dnat jump guard_out_dnat\n"
                     "\t\tjump guard_out_rules\n"
                     "\t\t" IN_THE_MIDDLE " jump guard_out_answers\n"
                     "\t}\n");
}

/* Nobody may connect to the daemon's listeners directly: it would take its
 * own address for the real destination. */
static void add_guard_in(struct strbuf *out, const struct nft_params *p)
{
    strbuf_addf(out,
                "\tchain guard_in {\n"
                "\t\tmeta l4proto != tcp accept\n"
                "\t\tct direction reply accept\n"
                "\t\ttcp dport { %u, %u } ct status dnat accept\n"
                "\t\ttcp dport { %u, %u } counter reject with tcp reset "
                "comment \"listener\"\n",
                p->out_port, p->in_port, p->out_port, p->in_port);
    if (p->marked)
        strbuf_adds(out, "\t\t" HAS_APP " accept\n");
    if (p->uid_count != 0 || p->early_count != 0)
        strbuf_adds(out, "\t\t" HAS_EXCLUDED " accept comment \"excluded\"\n");
    if (p->keep_old)
        strbuf_adds(out, "\t\ttcp flags & (syn | ack) != syn accept\n");
    add_exclusions(out, p, "saddr");
    strbuf_adds(out, "\t\tct status dnat jump guard_in_dnat\n"
                     "\t\tjump guard_in_rules\n"
                     "\t\t" IN_THE_MIDDLE " jump guard_in_answers\n"
                     "\t}\n");
}

/* ---- the whole ---- */

/* Chains without a hook; one that is not needed is left empty. */
static const char *const regular[] = {
    "policy_out",     "policy_in",     "guard_out_rules",   "guard_out_dnat",
    "guard_in_rules", "guard_in_dnat", "guard_out_answers", "guard_in_answers",
    "guard_out_own",  "generation"};

static void add_regular(struct strbuf *out, const char *verb)
{
    size_t i;

    for (i = 0; i < sizeof(regular) / sizeof(regular[0]); i++)
        strbuf_addf(out, "%s chain inet attls %s\n", verb, regular[i]);
}

/*
 * Priority -110: before kube-proxy, docker and iptables at -100, for the
 * first NAT decision about a connection is the one that counts. Chains with a
 * hook stay where they are, for what is carried goes through them; the others
 * are made again, so that nft lists the table the same whatever was there.
 */
static void add_frame(struct strbuf *out)
{
    strbuf_adds(
        out,
        "add table inet attls\n"
        "add map inet attls src4 { type ipv4_addr . inet_service : ipv4_addr . "
        "inet_service; flags timeout; }\n"
        "add map inet attls src6 { type ipv6_addr . inet_service : ipv6_addr . "
        "inet_service; flags timeout; }\n"
        "add chain inet attls output { type nat hook output priority -110; "
        "policy accept; }\n"
        "add chain inet attls prerouting { type nat hook prerouting priority "
        "-110; policy accept; }\n"
        "add chain inet attls postrouting { type nat hook postrouting priority "
        "100; policy accept; }\n"
        "add chain inet attls guard_out { type filter hook output priority 10; "
        "policy accept; }\n"
        "add chain inet attls guard_in { type filter hook input priority 10; "
        "policy accept; }\n");
    add_regular(out, "add");
    strbuf_adds(out, "flush table inet attls\n");
    add_regular(out, "delete");
    add_regular(out, "add");
}

static uint64_t hash(const char *text)
{
    uint64_t h = 14695981039346656037u; /* FNV-1a */

    for (; *text != '\0'; text++)
        h = (h ^ (unsigned char)*text) * 1099511628211u;
    return h;
}

static void add_chains(struct strbuf *out, const struct nft_params *p)
{
    add_policy_chain(out, p, true);
    add_policy_chain(out, p, false);
    add_nat(out, p);
    if (!p->guard)
        return;
    add_guard_rules(out, p, true, "guard_out_rules", &packet_fields);
    add_guard_rules(out, p, true, "guard_out_dnat", &original_fields);
    add_guard_rules(out, p, false, "guard_in_rules", &packet_fields);
    add_guard_rules(out, p, false, "guard_in_dnat", &original_fields);
    add_guard_answers(out, p, false);
    add_guard_answers(out, p, true);
    if (p->marked)
        add_guard_own(out);
    add_guard_out(out, p);
    add_guard_in(out, p);
}

void nft_add_defines(const struct marks *m, struct strbuf *out)
{
    strbuf_addf(out,
                "define attls_mask = 0x%08x\n"
                "define attls_rest = 0x%08x\n"
                "define attls_wire = 0x%08x\n"
                "define attls_app = 0x%08x\n"
                "define attls_excluded = 0x%08x\n"
                "define attls_daemon = %lu\n",
                m->mask, ~m->mask, m->wire, m->app, m->excluded,
                (unsigned long)m->uid);
}

void nft_add_ruleset(const struct nft_params *p, struct strbuf *out)
{
    struct strbuf chains = STRBUF_INIT;

    add_chains(&chains, p);
    add_frame(out);
    strbuf_adds(out, "table inet attls {\n");
    strbuf_adds(out, strbuf_str(&chains));
    strbuf_addf(out,
                "\tchain generation {\n"
                "\t\treturn comment \"generation %016" PRIx64 "\"\n"
                "\t}\n}\n",
                hash(strbuf_str(&chains)));
    out->failed = out->failed || strbuf_failed(&chains);
    strbuf_done(&chains);
}

void nft_add_removal(struct strbuf *out)
{
    strbuf_adds(out, "add table inet attls\ndelete table inet attls\n");
}

/* ---- reading what nft lists ---- */

bool nft_find_generation(const char *listing, char ret[NFT_GENERATION])
{
    static const char mark[] = "comment \"generation ";
    const char *at = strstr(listing, mark);

    if (at == NULL ||
        strspn(at + sizeof(mark) - 1, "0123456789abcdef") != NFT_GENERATION - 1)
        return false;
    snprintf(ret, NFT_GENERATION, "%s", at + sizeof(mark) - 1);
    return true;
}

uint32_t nft_find_excluded(const char *listing)
{
    const char *at = strstr(listing, " accept comment \"excluded\"");

    if (at == NULL)
        return 0;
    while (at > listing && at[-1] != ' ' && at[-1] != '\n')
        at--;
    return (uint32_t)strtoul(at, NULL, 16);
}

static void read_count(const char *line, size_t len, struct nft_count *ret)
{
    static const char mark[] = "comment \"";
    const char *at = memmem(line, len, mark, sizeof(mark) - 1);
    const char *counter = memmem(line, len, "counter packets ", 16);
    size_t n = 0;

    if (counter != NULL)
        sscanf(counter, "counter packets %llu bytes %llu", &ret->packets,
               &ret->bytes);
    if (at != NULL) {
        at += sizeof(mark) - 1;
        n = strcspn(at, "\"\n");
    }
    snprintf(ret->name, sizeof(ret->name), "%.*s", (int)n, n ? at : "");
}

bool nft_next_count(const char *listing, size_t *pos, struct nft_count *ret)
{
    const char *line, *p = listing + *pos;
    size_t len;

    if (*pos == 0)
        ret->chain[0] = '\0';
    while (*p != '\0') {
        line = p;
        len = strcspn(p, "\n");
        p += len + (p[len] != '\0');
        if (sscanf(line, "\tchain %31[a-z_0-9] {", ret->chain) == 1)
            continue;
        if (memmem(line, len, "counter packets ", 16) == NULL)
            continue;
        ret->packets = ret->bytes = 0;
        read_count(line, len, ret);
        *pos = (size_t)(p - listing);
        return true;
    }
    return false;
}
