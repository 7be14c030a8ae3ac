/* Reads the values of conditions: addresses, ports and times. */

#include "policy/value_addr.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool only(const char *s, const char *set)
{
    return s[strspn(s, set)] == '\0';
}

/*
 * IPv4-mapped and IPv4-compatible IPv6 addresses are refused for AT-TLS
 * (IpAddr statement); :: and ::1 are no such addresses, ::/96 to ::/126 hold
 * them. BITS as in struct addr_range.
 */
static bool is_mapped(const unsigned char ip[16], unsigned bits)
{
    static const unsigned char zero[12];

    if (bits < 96 || memcmp(ip, zero, 10) != 0)
        return false;
    if (ip[10] == 0xff && ip[11] == 0xff)
        return true;
    return ip[10] == 0 && ip[11] == 0 &&
           ((ip[12] | ip[13] | ip[14]) != 0 || bits < 127);
}

/* inet_addr()'s shorthand is what the Policy Agent takes: "6793", a port in
 * the wrong place, is stored as 0.0.26.137. */
static bool parse_shorthand(struct value_in *in, const char *text,
                            unsigned char ip[16])
{
    struct span span = ast_span(in->ast, in->node->words[0]);
    struct in_addr addr;
    char shown[INET_ADDRSTRLEN];

    if (!only(text, "0123456789.") || inet_aton(text, &addr) == 0)
        return false;
    memcpy(ip, &addr, 4);
    inet_ntop(AF_INET, ip, shown, sizeof(shown));
    finding_add(in->findings, FIND_port_as_address, &span,
                "%s \"%s\" is read as the address %s", in->row->keyword, text,
                shown);
    finding_fix(in->findings,
                "write a whole address; for a port use %sPortRange",
                strncmp(in->row->keyword, "Local", 5) == 0    ? "Local"
                : strncmp(in->row->keyword, "Remote", 6) == 0 ? "Remote"
                                                              : "");
    return true;
}

/* One address; BITS 0 to 128 when a prefix follows, else ADDR_SINGLE. */
static bool parse_ip_text(struct value_in *in, const char *text,
                          uint8_t *family, unsigned char ip[16], unsigned bits)
{
    if (inet_pton(AF_INET, text, ip) == 1) {
        *family = AF_INET;
        return true;
    }
    if (inet_pton(AF_INET6, text, ip) == 1) {
        *family = AF_INET6;
        if (!is_mapped(ip, bits))
            return true;
        return value_bad(in, 0, FIND_mapped_ipv6,
                         "an IPv4 address in IPv6 form is not allowed in "
                         "AT-TLS policy; write the IPv4 address");
    }
    *family = AF_INET;
    if (parse_shorthand(in, text, ip))
        return true;
    return value_bad(in, 0, FIND_bad_value,
                     "an IPv4 or IPv6 address is wanted, such as 192.0.2.1 or "
                     "2001:db8::1");
}

static bool copy_word(struct value_in *in, char *buf, size_t size)
{
    size_t len;
    const char *s = value_word(in, 0, &len);

    if (len >= size)
        return value_bad(in, 0, FIND_bad_value, "this is no IP address");
    memcpy(buf, s, len);
    buf[len] = '\0';
    return true;
}

static struct addr_range *new_range(struct value_in *in, union value *ret)
{
    struct addr_range *r = arena_alloc(in->arena, sizeof(*r));

    ret->addr = r;
    if (r == NULL)
        value_nomem(in);
    return r;
}

enum { IP_TEXT = 2 * INET6_ADDRSTRLEN };

bool value_parse_ip(struct value_in *in, union value *ret)
{
    struct addr_range *r;
    char text[IP_TEXT];

    if (!copy_word(in, text, sizeof(text)))
        return false;
    r = new_range(in, ret);
    if (r == NULL || !parse_ip_text(in, text, &r->family, r->low, ADDR_SINGLE))
        return false;
    r->bits = ADDR_SINGLE;
    memcpy(r->high, r->low, sizeof(r->high));
    return true;
}

/* Clears (low end) or sets (high end) the bits behind the prefix. True when
 * the low end had some. */
static bool spread_prefix(struct addr_range *r)
{
    size_t i, len = value_ip_len(r->family);
    bool dirty = false;
    unsigned keep;
    unsigned char mask;

    for (i = 0; i < len; i++) {
        keep = r->bits > i * 8 ? r->bits - (unsigned)(i * 8) : 0;
        mask = keep >= 8 ? 0xff : (unsigned char)(0xff00 >> keep);
        dirty = dirty || (r->low[i] & ~mask) != 0;
        r->low[i] &= mask;
        r->high[i] = (unsigned char)(r->low[i] | (unsigned char)~mask);
    }
    return dirty;
}

bool value_parse_prefix(struct value_in *in, union value *ret)
{
    struct span span = ast_span(in->ast, in->node->words[0]);
    struct addr_range *r;
    char text[IP_TEXT], *slash;
    unsigned long bits;

    if (!copy_word(in, text, sizeof(text)))
        return false;
    slash = strchr(text, '/');
    if (slash == NULL || slash[1] == '\0' || !only(slash + 1, "0123456789") ||
        strlen(slash + 1) > 3)
        return value_bad(in, 0, FIND_bad_value,
                         "an address and a prefix length are wanted, such as "
                         "192.0.2.0/24");
    *slash = '\0';
    bits = strtoul(slash + 1, NULL, 10);
    r = new_range(in, ret);
    if (r == NULL ||
        !parse_ip_text(in, text, &r->family, r->low, (unsigned)bits))
        return false;
    if (bits > value_ip_len(r->family) * 8)
        return value_bad(in, 0, FIND_bad_value,
                         "the prefix length goes from 0 to %zu",
                         value_ip_len(r->family) * 8);
    r->bits = (uint8_t)bits;
    if (spread_prefix(r)) {
        finding_add(in->findings, FIND_prefix_host_bits, &span,
                    "the address has bits beyond the prefix length %lu; they "
                    "are not compared",
                    bits);
        finding_fix(in->findings, "set the bits beyond the length to 0");
    }
    return true;
}

bool value_parse_iprange(struct value_in *in, union value *ret)
{
    struct addr_range *r;
    char text[IP_TEXT], *dash;
    uint8_t family;

    if (!copy_word(in, text, sizeof(text)))
        return false;
    dash = strchr(text, '-');
    if (dash == NULL)
        return value_bad(in, 0, FIND_bad_value,
                         "two addresses with a dash between them are wanted, "
                         "such as 192.0.2.1-192.0.2.9");
    *dash = '\0';
    r = new_range(in, ret);
    if (r == NULL ||
        !parse_ip_text(in, text, &r->family, r->low, ADDR_SINGLE) ||
        !parse_ip_text(in, dash + 1, &family, r->high, ADDR_SINGLE))
        return false;
    r->bits = ADDR_RANGE;
    if (family != r->family)
        return value_bad(in, 0, FIND_bad_value,
                         "both ends must be IPv4 or both IPv6");
    if (memcmp(r->low, r->high, value_ip_len(family)) > 0)
        return value_bad(in, 0, FIND_range_reversed,
                         "the first address is above the second");
    return true;
}

bool value_parse_address(struct value_in *in, union value *ret)
{
    size_t len;
    const char *s = value_word(in, 0, &len);

    if (len == 3 && strncasecmp(s, "All", 3) == 0) {
        ret->addr = NULL;
        return true;
    }
    if (memchr(s, '/', len) != NULL)
        return value_parse_prefix(in, ret);
    if (memchr(s, '-', len) != NULL)
        return value_parse_iprange(in, ret);
    return value_parse_ip(in, ret);
}

void value_show_address(enum value_type type, const union value *value,
                        struct strbuf *out)
{
    const struct addr_range *r = value->addr;
    char text[INET6_ADDRSTRLEN];

    (void)type;
    if (r == NULL) {
        strbuf_adds(out, "All");
        return;
    }
    strbuf_adds(out, inet_ntop(r->family, r->low, text, sizeof(text)));
    if (r->bits == ADDR_RANGE)
        strbuf_addf(out, "-%s",
                    inet_ntop(r->family, r->high, text, sizeof(text)));
    else if (r->bits != ADDR_SINGLE)
        strbuf_addf(out, "/%u", r->bits);
}

/* ---- ports ---- */

/* Digits at *S, at most END; false: none, or more than 65535. */
static bool take_port(const char **s, const char *end, unsigned *port)
{
    const char *start = *s;

    *port = 0;
    while (*s < end && isdigit((unsigned char)**s) && *port <= 65535)
        *port = *port * 10 + (unsigned)(*(*s)++ - '0');
    return *s != start && *port <= 65535;
}

/*
 * The separators are a dash, a colon or blanks. *S is behind the first
 * number; the second one may stand in the same word or in a later one.
 * False: there is no second number.
 */
static bool find_second(struct value_in *in, const char **s, const char **end,
                        bool *mixed)
{
    size_t len = (size_t)(*end - *s);
    unsigned separators = 0;

    for (;;) {
        while (len != 0 && (**s == '-' || **s == ':')) {
            ++*s;
            len--;
            separators++;
        }
        if (len != 0)
            break;
        if (in->used == in->words) {
            *end = *s;
            return separators != 0;
        }
        *s = value_word(in, in->used, &len);
        if (separators == 0 && !isdigit((unsigned char)**s) && **s != '-' &&
            **s != ':')
            return false;
        if (separators != 0 || !isdigit((unsigned char)**s))
            *mixed = true;
        in->used++;
    }
    *end = *s + len;
    return true;
}

bool value_parse_ports(struct value_in *in, union value *ret)
{
    struct span span = ast_value_span(in->ast, in->node);
    size_t len;
    const char *s = value_word(in, 0, &len), *end = s + len;
    unsigned low, high;
    bool mixed = false;

    if (!take_port(&s, end, &low))
        return value_bad(in, 0, FIND_bad_value,
                         "a port from 1 to 65535, or two with a dash between "
                         "them are wanted");
    high = low;
    if (s < end || in->words > 1) {
        if (find_second(in, &s, &end, &mixed) &&
            (!take_port(&s, end, &high) || s != end))
            return value_bad(in, in->used - 1, FIND_bad_value,
                             "a port from 1 to 65535 is wanted as the end of "
                             "the range");
    }
    if (high < low)
        return value_bad(in, 0, FIND_range_reversed,
                         "the range goes from %u down to %u", low, high);
    if (low == 0 && high != 0 && high != 65535)
        return value_bad(in, 0, FIND_bad_value, "port 0 in a range");
    if (mixed) {
        finding_add(in->findings, FIND_range_mixed, &span,
                    "blanks and a separator in one range");
        finding_fix(in->findings, "write %u-%u", low, high);
    }
    ret->ports.low = (uint16_t)low;
    ret->ports.high = (uint16_t)(low == 0 ? 0 : high);
    return true;
}

void value_show_ports(enum value_type type, const union value *value,
                      struct strbuf *out)
{
    (void)type;
    strbuf_addf(out, "%u", value->ports.low);
    if (value->ports.high != value->ports.low)
        strbuf_addf(out, "-%u", value->ports.high);
}

/* ---- times ---- */

/* N digits at S as a number. */
static bool take_digits(const char *s, unsigned n, uint64_t *ret)
{
    *ret = 0;
    for (; n != 0; n--, s++) {
        if (!isdigit((unsigned char)*s))
            return false;
        *ret = *ret * 10 + (uint64_t)(*s - '0');
    }
    return true;
}

/* yyyymmddhhmmss with fields that exist. */
static bool moment_valid(uint64_t m)
{
    uint64_t second = m % 100, minute = m / 100 % 100, hour = m / 10000 % 100;
    uint64_t day = m / 1000000 % 100, month = m / 100000000 % 100;

    return second < 60 && minute < 60 && hour <= 24 && day >= 1 && day <= 31 &&
           month >= 1 && month <= 12;
}

bool value_parse_timerange(struct value_in *in, union value *ret)
{
    size_t len;
    const char *s = value_word(in, 0, &len);
    struct time_range *r = arena_alloc(in->arena, sizeof(*r));

    if (r == NULL)
        return value_nomem(in);
    if (len != 29 || (s[14] != ':' && s[14] != '-') ||
        !take_digits(s, 14, &r->from) || !take_digits(s + 15, 14, &r->to) ||
        !moment_valid(r->from) || !moment_valid(r->to))
        return value_bad(in, 0, FIND_bad_value,
                         "two moments are wanted, yyyymmddhhmmss:"
                         "yyyymmddhhmmss");
    if (r->from > r->to)
        return value_bad(in, 0, FIND_range_reversed,
                         "the first moment is after the second");
    ret->time = r;
    return true;
}

void value_show_timerange(enum value_type type, const union value *value,
                          struct strbuf *out)
{
    (void)type;
    strbuf_addf(out, "%014" PRIu64 ":%014" PRIu64, value->time->from,
                value->time->to);
}

/* "hh:mm" to minutes. */
static bool take_minutes(const char *s, uint16_t *ret)
{
    uint64_t hour, minute;

    if (!take_digits(s, 2, &hour) || s[2] != ':' ||
        !take_digits(s + 3, 2, &minute) || minute > 59 || hour > 24 ||
        (hour == 24 && minute != 0))
        return false;
    *ret = (uint16_t)(hour * 60 + minute);
    return true;
}

/* "hh:mm-hh:mm,hh:mm-hh:mm": each range has 11 characters. */
bool value_parse_daytimes(struct value_in *in, union value *ret)
{
    size_t len, i;
    const char *s = value_word(in, 0, &len);
    size_t count = (len + 1) / 12;
    struct day_times *d =
        arena_alloc(in->arena, sizeof(*d) + count * sizeof(d->range[0]));

    if (d == NULL)
        return value_nomem(in);
    if (len == 0 || len % 12 != 11)
        count = 0;
    for (i = 0; i < count; i++) {
        if (!take_minutes(s + 12 * i, &d->range[i].low) ||
            s[12 * i + 5] != '-' ||
            !take_minutes(s + 12 * i + 6, &d->range[i].high) ||
            (i + 1 < count && s[12 * i + 11] != ','))
            break;
        d->count++;
    }
    if (count == 0 || d->count != count)
        return value_bad(in, 0, FIND_bad_value,
                         "hours are wanted as hh:mm-hh:mm, several with commas "
                         "between them");
    ret->days = d;
    return true;
}

void value_show_daytimes(enum value_type type, const union value *value,
                         struct strbuf *out)
{
    const struct port_range *r;
    uint32_t i;

    (void)type;
    for (i = 0; i < value->days->count; i++) {
        r = &value->days->range[i];
        strbuf_addf(out, "%s%02u:%02u-%02u:%02u", i != 0 ? "," : "",
                    r->low / 60, r->low % 60, r->high / 60, r->high % 60);
    }
}
