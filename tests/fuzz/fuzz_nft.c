/*
 * Any rules, names and exclusions to the rule set for nft: its quotes and
 * braces are balanced line by line, and a name ends no comment. The bytes are
 * taken from the front, one after another.
 */

#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "intercept/nft.h"

enum { RULES = 6, ELEMENTS = 4 };

struct bytes {
    const uint8_t *p;
    size_t left;
};

static unsigned take(struct bytes *b)
{
    if (b->left == 0)
        return 0;
    b->left--;
    return *b->p++;
}

static struct nft_ports take_ports(struct bytes *b)
{
    uint16_t one = (uint16_t)(take(b) << 8 | take(b));
    uint16_t other = (uint16_t)(take(b) << 8 | take(b));

    return one < other ? (struct nft_ports){one, other}
                       : (struct nft_ports){other, one};
}

static struct nft_addrs take_addrs(struct bytes *b)
{
    struct nft_addrs a;
    size_t i;

    memset(&a, 0, sizeof(a));
    a.low.family = take(b) % 2 != 0 ? AF_INET6 : AF_INET;
    a.high.family = a.low.family;
    for (i = 0; i < netaddr_ip_len(&a.low); i++)
        a.low.ip[i] = a.high.ip[i] = (unsigned char)take(b);
    i = take(b) % netaddr_ip_len(&a.low);
    a.high.ip[i] = (unsigned char)(a.high.ip[i] | take(b));
    return a;
}

struct elements {
    struct nft_addrs addrs[ELEMENTS];
    struct nft_ports ports[ELEMENTS];
};

static struct nft_side take_side(struct bytes *b, struct elements *e)
{
    struct nft_side s = {e->addrs, take(b) % (ELEMENTS + 1), e->ports,
                         take(b) % (ELEMENTS + 1)};
    size_t i;

    for (i = 0; i < s.addr_count; i++)
        e->addrs[i] = take_addrs(b);
    for (i = 0; i < s.port_count; i++)
        e->ports[i] = take_ports(b);
    return s;
}

static void take_name(struct bytes *b, char name[33])
{
    size_t i, len = take(b) % 33;

    for (i = 0; i < len; i++)
        name[i] = (char)take(b);
    name[i] = '\0';
}

/* Outside of comments a brace that opens in a line ends there, but for those
 * of the table and its chains, which end a line. */
static void check_line(const char *p, const char *end)
{
    bool quoted = false;
    int depth = 0;

    for (; p < end; p++) {
        if (*p == '"')
            quoted = !quoted;
        else if ((unsigned char)*p >= 0x7f || (*p < ' ' && *p != '\t'))
            abort();
        else if (!quoted && *p == '{' && p + 1 != end)
            depth++;
        else if (!quoted && *p == '}')
            depth--;
    }
    if (quoted || depth > 0 || depth < -1)
        abort();
}

static void check_text(const char *text)
{
    const char *end;

    for (; *text != '\0'; text = *end != '\0' ? end + 1 : end) {
        end = text + strcspn(text, "\n");
        check_line(text, end);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes b = {data, size};
    struct nft_rule rules[RULES];
    struct elements local[RULES], remote[RULES], out_of;
    char names[RULES][33], generation[NFT_GENERATION];
    struct nft_params p = {.rules = rules, .out_port = 1, .in_port = 2};
    struct strbuf out = STRBUF_INIT;
    size_t i;

    p.guard = take(&b) % 2 != 0;
    p.marked = p.guard; /* no byte of its own: the seeds stay what they are */
    p.keep_old = take(&b) % 2 != 0;
    p.rule_count = take(&b) % (RULES + 1);
    for (i = 0; i < p.rule_count; i++) {
        take_name(&b, names[i]);
        rules[i].name = names[i];
        rules[i].out = take(&b) % 2 != 0;
        rules[i].pass = take(&b) % 2 != 0;
        rules[i].local = take_side(&b, &local[i]);
        rules[i].remote = take_side(&b, &remote[i]);
    }
    p.nets = out_of.addrs;
    p.ports = out_of.ports;
    for (; p.net_count < take(&b) % (ELEMENTS + 1); p.net_count++)
        out_of.addrs[p.net_count] = take_addrs(&b);
    for (; p.port_count < take(&b) % (ELEMENTS + 1); p.port_count++)
        out_of.ports[p.port_count] = take_ports(&b);
    nft_add_ruleset(&p, &out);
    check_text(strbuf_str(&out));
    if (!nft_find_generation(strbuf_str(&out), generation))
        abort();
    strbuf_done(&out);
    return 0;
}
