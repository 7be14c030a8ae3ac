/* The rule set as text: each condition, each exclusion, and that a name from
 * a policy stays a comment. */

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "intercept/nft.h"
#include "support/suite.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static struct nft_addrs range(const char *low, const char *high)
{
    struct nft_addrs r;

    ck_assert_int_eq(netaddr_parse_ip(low, &r.low, NULL), 0);
    ck_assert_int_eq(netaddr_parse_ip(high, &r.high, NULL), 0);
    return r;
}

/* A port list "5555 6000-6010" and an address list "10.0.0.0-10.0.0.9 ..." */
static size_t ports_of(const char *text, struct nft_ports *ret)
{
    size_t n = 0;
    int len;

    while (text != NULL && *text != '\0') {
        unsigned low, high;

        ck_assert_int_eq(sscanf(text, "%u-%u%n", &low, &high, &len), 2);
        ret[n++] = (struct nft_ports){(uint16_t)low, (uint16_t)high};
        text += len;
        text += strspn(text, " ");
    }
    return n;
}

static size_t addrs_of(const char *text, struct nft_addrs *ret)
{
    char low[64], high[64];
    size_t n = 0;
    int len;

    while (text != NULL && *text != '\0') {
        ck_assert_int_eq(
            sscanf(text, "%63[0-9a-f.:]-%63[0-9a-f.:]%n", low, high, &len), 2);
        ret[n++] = range(low, high);
        text += len;
        text += strspn(text, " ");
    }
    return n;
}

static const struct {
    const char *name;
    bool out, pass;
    const char *local_addr, *local_port, *remote_addr, *remote_port;
    const char *expect, *expect_too;
} rules[] = {
    {"outbound, remote port", true, false, NULL, NULL, NULL, "5555-5555",
     "tcp dport { 5555 } counter redirect to :15001 comment \"r\"",
     "tcp dport { 5555 } counter reject with tcp reset comment \"r\""},
    {"inbound, local port", false, false, NULL, "5555-5555", NULL, NULL,
     "tcp dport { 5555 } counter redirect to :15006 comment \"r\"",
     "ct original proto-dst { 5555 } counter reject"},
    {"outbound: local is the source", true, false, "10.0.0.1-10.0.0.1",
     "1024-65535", NULL, "5555-5555",
     "ip saddr { 10.0.0.1 } tcp sport { 1024-65535 } tcp dport { 5555 } "
     "counter redirect",
     "ct original ip saddr { 10.0.0.1 } ct original "
     "proto-src { 1024-65535 }"},
    {"inbound: local is the destination", false, false, "10.0.0.1-10.0.0.9",
     "5555-5555", "192.0.2.0-192.0.2.255", NULL,
     "ip saddr { 192.0.2.0-192.0.2.255 } ip daddr { 10.0.0.1-10.0.0.9 } tcp "
     "dport { 5555 } counter redirect to :15006",
     NULL},
    {"Off is let alone, and inbound rules still count", true, true, NULL, NULL,
     NULL, "5555-5555", "tcp dport { 5555 } counter return comment \"r\"",
     NULL},
    {"everything", true, false, NULL, NULL, NULL, NULL,
     "\t\tmeta l4proto tcp counter redirect to :15001",
     "\t\tmeta l4proto tcp counter reject with tcp reset"},
    {"ports are merged", true, false, NULL, NULL, NULL,
     "80-90 85-100 101-101 5-5", "tcp dport { 5, 80-101 } counter", NULL},
    {"the last port", true, false, NULL, NULL, NULL, "65535-65535 65000-65534",
     "tcp dport { 65000-65535 } counter", NULL},
    {"addresses are merged", true, false, NULL, NULL,
     "10.0.0.5-10.0.0.9 10.0.0.0-10.0.0.4 10.0.1.0-10.0.1.0", NULL,
     "ip daddr { 10.0.0.0-10.0.0.9, 10.0.1.0 } counter", NULL},
    {"the last address", true, false, NULL, NULL,
     "0.0.0.0-255.255.255.255 255.255.255.255-255.255.255.255", NULL,
     "\t\tmeta l4proto tcp meta nfproto ipv4 counter", NULL},
    {"a line per family", true, false, NULL, NULL,
     "10.0.0.1-10.0.0.1 fd00::1-fd00::9", "5555-5555",
     "ip daddr { 10.0.0.1 } tcp dport { 5555 }",
     "ip6 daddr { fd00::1-fd00::9 } tcp dport { 5555 }"},
};

static void make_text(const struct nft_params *params, struct strbuf *out)
{
    struct nft_params p = *params;

    p.out_port = NFT_OUT_PORT;
    p.in_port = NFT_IN_PORT;
    p.guard = true;
    nft_add_ruleset(&p, out);
    ck_assert(!strbuf_failed(out));
}

START_TEST(rule_becomes_lines)
{
    struct nft_addrs local[4], remote[4];
    struct nft_ports lports[4], rports[4];
    struct nft_rule r = {"r", rules[_i].out, rules[_i].pass, {0}, {0}};
    struct nft_params p = {.rules = &r, .rule_count = 1};
    struct strbuf text = STRBUF_INIT;

    r.local = (struct nft_side){local, addrs_of(rules[_i].local_addr, local),
                                lports, ports_of(rules[_i].local_port, lports)};
    r.remote =
        (struct nft_side){remote, addrs_of(rules[_i].remote_addr, remote),
                          rports, ports_of(rules[_i].remote_port, rports)};
    make_text(&p, &text);
    ck_assert_msg(strstr(strbuf_str(&text), rules[_i].expect) != NULL,
                  "%s: no '%s' in:\n%s", rules[_i].name, rules[_i].expect,
                  strbuf_str(&text));
    if (rules[_i].expect_too != NULL)
        ck_assert_msg(strstr(strbuf_str(&text), rules[_i].expect_too) != NULL,
                      "%s: no '%s' in:\n%s", rules[_i].name,
                      rules[_i].expect_too, strbuf_str(&text));
    strbuf_done(&text);
}
END_TEST

START_TEST(families_that_do_not_meet_have_no_line)
{
    struct nft_addrs four = range("10.0.0.1", "10.0.0.1");
    struct nft_addrs six = range("fd00::1", "fd00::1");
    struct nft_rule r = {
        "r", true, false, {&four, 1, NULL, 0}, {&six, 1, NULL, 0}};
    struct nft_params p = {.rules = &r, .rule_count = 1};
    struct strbuf text = STRBUF_INIT;

    make_text(&p, &text);
    ck_assert_ptr_null(strstr(strbuf_str(&text), "redirect"));
    strbuf_done(&text);
}
END_TEST

static const struct {
    const char *name, *rule, *comment;
} names[] = {
    {"plain", "IMSDBClientRule~2", "comment \"IMSDBClientRule~2\"\n"},
    {"a quote and a rule", "x\" accept; flush ruleset #",
     "comment \"x??accept??flush?ruleset?#\"\n"},
    {"a newline and a brace", "x\"\n}\nflush ruleset",
     "comment \"x????flush?ruleset\"\n"},
    {"a backslash", "x\\", "comment \"x?\"\n"},
    {"a dollar is no variable", "$x", "comment \"$x\"\n"},
    {"bytes over 127", "caf\xc3\xa9", "comment \"caf??\"\n"},
    {"too long",
     "0123456789012345678901234567890123456789012345678901234567890123456789"
     "0123456789012345678901234567890123456789012345678901234567890123456789",
     "comment \"0123456789012345678901234567890123456789012345678901234567890"
     "12345678901234567890123456789012345678901234567890123456789\"\n"},
};

START_TEST(name_stays_a_comment)
{
    struct nft_rule r = {names[_i].rule, true, false, {0}, {0}};
    struct nft_params p = {.rules = &r, .rule_count = 1};
    struct strbuf text = STRBUF_INIT;

    make_text(&p, &text);
    ck_assert_msg(strstr(strbuf_str(&text), names[_i].comment) != NULL,
                  "%s: %s", names[_i].name, strbuf_str(&text));
    ck_assert_msg(strstr(strbuf_str(&text), "flush ruleset") == NULL, "%s",
                  names[_i].name);
    strbuf_done(&text);
}
END_TEST

static const uid_t some_uids[] = {33, 1000};
static const struct nft_ports some_ports[] = {{22, 22}, {80, 90}};

static const struct {
    const char *name, *expect;
    bool expected;
} exclusions[] = {
    {"accounts, nat", "meta skuid { 33, 1000 } accept", true},
    {"accounts, guard",
     "meta skuid { 33, 1000 } meta mark set meta mark & $attls_rest | "
     "$attls_excluded accept",
     true},
    {"ports", "tcp dport { 22, 80-90 } accept", true},
    {"networks out", "ip daddr { 10.0.0.0-10.255.255.255 } accept", true},
    {"networks in", "ip saddr { 10.0.0.0-10.255.255.255 } accept", true},
    {"networks, the other family", "ip6 saddr {", false},
};

START_TEST(what_is_excluded_has_a_rule)
{
    struct nft_addrs net = range("10.0.0.0", "10.255.255.255");
    struct nft_params p = {.uids = some_uids,
                           .uid_count = LEN(some_uids),
                           .ports = some_ports,
                           .port_count = LEN(some_ports),
                           .nets = &net,
                           .net_count = 1};
    struct strbuf text = STRBUF_INIT;

    make_text(&p, &text);
    ck_assert_msg((strstr(strbuf_str(&text), exclusions[_i].expect) != NULL) ==
                      exclusions[_i].expected,
                  "%s: %s", exclusions[_i].name, strbuf_str(&text));
    strbuf_done(&text);
}
END_TEST

/* In nat only a SYN is looked at; in the guards every packet is, but with
 * keep_old. */
START_TEST(old_connections_are_kept)
{
    static const char line[] = "tcp flags & (syn | ack) != syn accept";
    struct nft_params p = {.keep_old = _i != 0};
    struct strbuf text = STRBUF_INIT;
    const char *guard;

    make_text(&p, &text);
    guard = strstr(strbuf_str(&text), "chain guard_out {");
    ck_assert_ptr_nonnull(guard);
    ck_assert_ptr_nonnull(strstr(strbuf_str(&text), line));
    ck_assert((strstr(guard, line) != NULL) == p.keep_old);
    strbuf_done(&text);
}
END_TEST

static const struct {
    const char *name, *ports, *expect; /* NULL: no line */
} answers[] = {
    {"a port", "5555-5555", "tcp sport { 5555 } counter reject with tcp reset"},
    {"any port", "", "tcp sport { 1-32767 } counter reject with tcp reset"},
    {"high ports are any client's", "1024-65535",
     "tcp sport { 1024-32767 } counter reject with tcp reset"},
    {"high ports only", "40000-50000 60000-60000", NULL},
    {"low and high ones", "50000-50001 80-81 32768-32768 32767-32767",
     "tcp sport { 80-81, 32767 } counter reject with tcp reset"},
};

/* The first packet that connection tracking sees of an old connection may be
 * an answer. */
START_TEST(answers_of_old_connections_are_refused)
{
    struct nft_ports ports[4];
    struct nft_rule r[] = {
        {"a", true, false, {0}, {NULL, 0, ports, 0}},
        {"b", true, false, {0}, {NULL, 0, ports, 0}},
    };
    struct nft_params p = {.rules = r, .rule_count = 2};
    struct strbuf text = STRBUF_INIT;
    const char *chain, *found;

    r[0].remote.port_count = r[1].remote.port_count =
        ports_of(answers[_i].ports, ports);
    make_text(&p, &text);
    chain = strstr(strbuf_str(&text), "chain guard_in_answers {");
    ck_assert_ptr_nonnull(chain);
    found = strstr(chain, answers[_i].expect != NULL ? answers[_i].expect
                                                     : "tcp sport");
    ck_assert_msg((found != NULL) == (answers[_i].expect != NULL), "%s: %s",
                  answers[_i].name, chain);
    strbuf_reset(&text);
    p.keep_old = true;
    make_text(&p, &text);
    ck_assert_ptr_null(strstr(strbuf_str(&text), "tcp sport {"));
    strbuf_done(&text);
}
END_TEST

/* The port look-up that spares other connections must not be there when some
 * rule asks for no port. */
START_TEST(shortcut_only_with_ports)
{
    struct nft_ports port = {5555, 5555};
    struct nft_rule r[] = {{"a", true, false, {0}, {NULL, 0, &port, 1}},
                           {"b", true, false, {0}, {0}}};
    struct nft_params p = {.rules = r, .rule_count = 1};
    struct strbuf text = STRBUF_INIT;

    make_text(&p, &text);
    ck_assert_ptr_nonnull(
        strstr(strbuf_str(&text), "tcp dport != { 5555 } return"));
    strbuf_reset(&text);
    p.rule_count = 2;
    make_text(&p, &text);
    ck_assert_ptr_null(strstr(strbuf_str(&text), "!= { 5555 }"));
    strbuf_done(&text);
}
END_TEST

START_TEST(generation_is_of_the_content)
{
    struct nft_rule r = {"a", true, false, {0}, {0}};
    struct nft_params p = {.rules = &r, .rule_count = 1};
    char first[NFT_GENERATION], second[NFT_GENERATION];
    struct strbuf text = STRBUF_INIT;

    make_text(&p, &text);
    ck_assert(nft_find_generation(strbuf_str(&text), first));
    strbuf_reset(&text);
    r.name = "b";
    make_text(&p, &text);
    ck_assert(nft_find_generation(strbuf_str(&text), second));
    ck_assert_str_ne(first, second);
    ck_assert(!nft_find_generation("table inet attls {\n}\n", second));
    ck_assert(!nft_find_generation("comment \"generation 12\"", second));
    strbuf_done(&text);
}
END_TEST

START_TEST(counters_are_read)
{
    static const char listing[] =
        "table inet attls {\n"
        "\tchain policy_out {\n"
        "\t\ttcp dport 5555 counter packets 3 bytes 180 redirect to :15001 "
        "comment \"A~1\"\n"
        "\t}\n"
        "\tchain guard_in {\n"
        "\t\taccept\n"
        "\t\tcounter packets 7 bytes 9 reject with tcp reset\n"
        "\t}\n"
        "}\n";
    struct nft_count c;
    size_t pos = 0;

    ck_assert(nft_next_count(listing, &pos, &c));
    ck_assert_str_eq(c.chain, "policy_out");
    ck_assert_str_eq(c.name, "A~1");
    ck_assert_uint_eq(c.packets, 3);
    ck_assert_uint_eq(c.bytes, 180);
    ck_assert(nft_next_count(listing, &pos, &c));
    ck_assert_str_eq(c.chain, "guard_in");
    ck_assert_str_eq(c.name, "");
    ck_assert_uint_eq(c.packets, 7);
    ck_assert(!nft_next_count(listing, &pos, &c));
}
END_TEST

TESTS_BEGIN("nft")
TEST_ROWS(rule_becomes_lines, rules)
TEST(families_that_do_not_meet_have_no_line)
TEST_ROWS(name_stays_a_comment, names)
TEST_ROWS(what_is_excluded_has_a_rule, exclusions)
tcase_add_loop_test(tc, old_connections_are_kept, 0, 2);
TEST_ROWS(answers_of_old_connections_are_refused, answers)
TEST(shortcut_only_with_ports)
TEST(generation_is_of_the_content)
TEST(counters_are_read)
TESTS_END
