/* Blocks and headers; see pcapng.h. */

#include "trace/pcapng.h"

#include <string.h>

#include "util/bytes.h"

enum {
    BLOCK_INTERFACE = 1,
    BLOCK_PACKET = 6,
    BLOCK_SECRETS = 0x0a,
    BLOCK_SECTION = 0x0a0d0d0a,
    BYTE_ORDER_MAGIC = 0x1a2b3c4d,
    LINKTYPE_RAW = 101,
    SECRETS_TLS = 0x544c534b,
    OPTION_END = 0,
    OPTION_NAME = 2,    /* if_name */
    OPTION_PROGRAM = 4, /* shb_userappl */
    BLOCK_OVERHEAD = 12 /* type, and the length before and after */
};

enum { FIN = 0x01, SYN = 0x02, PSH = 0x08, ACK = 0x10 };
enum { TCP_HEADER = 20, TCP_NUMBER = 6, TTL = 64, WINDOW = 65535 };
/* Of one packet: what the length field of IPv4 allows, with room. */
enum { PAYLOAD_MAX = 32768 };

/* ---- blocks: little-endian, padded to four bytes ---- */

static void add16(unsigned n, struct strbuf *out)
{
    strbuf_addc(out, (char)(n & 0xff));
    strbuf_addc(out, (char)(n >> 8 & 0xff));
}

static void add32(uint32_t n, struct strbuf *out)
{
    add16(n & 0xffff, out);
    add16(n >> 16, out);
}

static size_t padded(size_t len)
{
    return (len + 3) & ~(size_t)3;
}

static void add_padded(const void *data, size_t len, struct strbuf *out)
{
    strbuf_add(out, data, len);
    strbuf_fill(out, '\0', (int)(padded(len) - len));
}

static void begin_block(uint32_t type, size_t body, struct strbuf *out)
{
    add32(type, out);
    add32((uint32_t)(body + BLOCK_OVERHEAD), out);
}

static void end_block(size_t body, struct strbuf *out)
{
    add32((uint32_t)(body + BLOCK_OVERHEAD), out);
}

/* One text option and the end of the list. */
static size_t option_size(const char *text)
{
    return 4 + padded(strlen(text)) + 4;
}

static void add_option(unsigned code, const char *text, struct strbuf *out)
{
    add16(code, out);
    add16((unsigned)strlen(text), out);
    add_padded(text, strlen(text), out);
    add16(OPTION_END, out);
    add16(0, out);
}

void pcapng_begin(const char *program, const char *const *interfaces,
                  size_t count, struct strbuf *out)
{
    size_t i, body = 16 + option_size(program);

    begin_block(BLOCK_SECTION, body, out);
    add32(BYTE_ORDER_MAGIC, out);
    add16(1, out); /* version 1.0 */
    add16(0, out);
    add32(UINT32_MAX, out); /* the section's length is not known */
    add32(UINT32_MAX, out);
    add_option(OPTION_PROGRAM, program, out);
    end_block(body, out);
    for (i = 0; i < count; i++) {
        body = 8 + option_size(interfaces[i]);
        begin_block(BLOCK_INTERFACE, body, out);
        add16(LINKTYPE_RAW, out);
        add16(0, out);
        add32(0, out); /* no limit to a packet */
        add_option(OPTION_NAME, interfaces[i], out);
        end_block(body, out);
    }
}

void pcapng_secrets(const char *lines, size_t len, struct strbuf *out)
{
    size_t body = 8 + padded(len);

    begin_block(BLOCK_SECRETS, body, out);
    add32(SECRETS_TLS, out);
    add32((uint32_t)len, out);
    add_padded(lines, len, out);
    end_block(body, out);
}

/* ---- headers: network order ---- */

/* RFC 1071, over parts of even length but the last. */
static uint32_t sum(const unsigned char *p, size_t len, uint32_t s)
{
    size_t i;

    for (i = 0; i + 1 < len; i += 2)
        s += bytes_get16(p + i);
    if (i < len)
        s += (uint32_t)p[i] << 8;
    return (s & 0xffff) + (s >> 16);
}

static unsigned folded(uint32_t s)
{
    while (s >> 16 != 0)
        s = (s & 0xffff) + (s >> 16);
    return ~s & 0xffff;
}

/* The length of the IP header; TCP: what follows it. */
static size_t put_ip(unsigned char *at, const struct netaddr *from,
                     const struct netaddr *to, size_t tcp)
{
    if (from->family == AF_INET) {
        memset(at, 0, 20);
        at[0] = 0x45;
        bytes_put16(at + 2, (unsigned)(20 + tcp));
        bytes_put16(at + 6, 0x4000); /* don't fragment */
        at[8] = TTL;
        at[9] = TCP_NUMBER;
        memcpy(at + 12, from->ip, 4);
        memcpy(at + 16, to->ip, 4);
        bytes_put16(at + 10, folded(sum(at, 20, 0)));
        return 20;
    }
    memset(at, 0, 8);
    at[0] = 0x60;
    bytes_put16(at + 4, (unsigned)tcp);
    at[6] = TCP_NUMBER;
    at[7] = TTL;
    memcpy(at + 8, from->ip, 16);
    memcpy(at + 24, to->ip, 16);
    return 40;
}

struct segment {
    const struct netaddr *from, *to;
    uint32_t number, acknowledged;
    unsigned flags;
    const unsigned char *data;
    size_t len;
};

static void put_tcp(unsigned char *at, const struct segment *s)
{
    size_t ip = netaddr_ip_len(s->from);
    uint32_t n = TCP_NUMBER + (uint32_t)(TCP_HEADER + s->len);

    memset(at, 0, TCP_HEADER);
    bytes_put16(at, s->from->port);
    bytes_put16(at + 2, s->to->port);
    bytes_put32(at + 4, s->number);
    bytes_put32(at + 8, s->acknowledged);
    at[12] = TCP_HEADER / 4 << 4;
    at[13] = (unsigned char)s->flags;
    bytes_put16(at + 14, WINDOW);
    n = sum(s->from->ip, ip, n);
    n = sum(s->to->ip, ip, n);
    n = sum(at, TCP_HEADER, n);
    bytes_put16(at + 16, folded(sum(s->data, s->len, n)));
}

static void add_packet(uint32_t interface, const struct segment *s, uint64_t us,
                       struct strbuf *out)
{
    unsigned char head[40 + TCP_HEADER];
    size_t ip = put_ip(head, s->from, s->to, TCP_HEADER + s->len);
    size_t len = ip + TCP_HEADER + s->len, body = 20 + padded(len);

    put_tcp(head + ip, s);
    begin_block(BLOCK_PACKET, body, out);
    add32(interface, out);
    add32((uint32_t)(us >> 32), out);
    add32((uint32_t)us, out);
    add32((uint32_t)len, out);
    add32((uint32_t)len, out);
    strbuf_add(out, head, ip + TCP_HEADER);
    strbuf_add(out, s->data, s->len);
    strbuf_fill(out, '\0', (int)(padded(len) - len));
    end_block(body, out);
}

/* ---- a connection ---- */

bool pcapng_flow(const struct netaddr *local, const struct netaddr *remote,
                 uint32_t interface, uint32_t isn, struct pcapng_flow *ret)
{
    *ret = (struct pcapng_flow){
        .local = netaddr_unmap(local),
        .remote = netaddr_unmap(remote),
        .interface = interface,
        .sent = isn,
        .received = isn,
    };
    if (ret->local.family != ret->remote.family)
        ret->local.family = AF_UNSPEC;
    return ret->local.family != AF_UNSPEC;
}

/* A segment one way; SYN and FIN count as a byte. */
static void add_segment(struct pcapng_flow *f, bool sent, unsigned flags,
                        const void *data, size_t len, uint64_t us,
                        struct strbuf *out)
{
    uint32_t *next = sent ? &f->sent : &f->received;
    struct segment s = {
        .from = sent ? &f->local : &f->remote,
        .to = sent ? &f->remote : &f->local,
        .number = *next,
        .flags = flags,
        .data = data,
        .len = len,
    };

    if (f->local.family == AF_UNSPEC)
        return;
    if ((flags & ACK) != 0)
        s.acknowledged = sent ? f->received : f->sent;
    add_packet(f->interface, &s, us, out);
    *next += (uint32_t)len + ((flags & (SYN | FIN)) != 0 ? 1 : 0);
}

void pcapng_open(struct pcapng_flow *f, bool by_us, uint64_t us,
                 struct strbuf *out)
{
    add_segment(f, by_us, SYN, "", 0, us, out);
    add_segment(f, !by_us, SYN | ACK, "", 0, us, out);
    add_segment(f, by_us, ACK, "", 0, us, out);
}

void pcapng_data(struct pcapng_flow *f, bool sent, const void *data, size_t len,
                 uint64_t us, struct strbuf *out)
{
    const char *at = data;

    while (len > 0) {
        size_t n = len < PAYLOAD_MAX ? len : PAYLOAD_MAX;

        add_segment(f, sent, PSH | ACK, at, n, us, out);
        at += n;
        len -= n;
    }
}

void pcapng_close(struct pcapng_flow *f, uint64_t us, struct strbuf *out)
{
    add_segment(f, true, FIN | ACK, "", 0, us, out);
    add_segment(f, false, FIN | ACK, "", 0, us, out);
    add_segment(f, true, ACK, "", 0, us, out);
}
