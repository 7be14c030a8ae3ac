/* IP addresses with ports: from and to sockaddr and text, comparison. */

#include "util/netaddr.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool netaddr_from_sockaddr(const void *sa, struct netaddr *ret)
{
    struct sockaddr_in in4;
    struct sockaddr_in6 in6;
    sa_family_t family;

    memset(ret, 0, sizeof(*ret));
    memcpy(&family, (const char *)sa + offsetof(struct sockaddr, sa_family),
           sizeof(family));
    if (family == AF_INET) {
        memcpy(&in4, sa, sizeof(in4));
        ret->family = AF_INET;
        memcpy(ret->ip, &in4.sin_addr, 4);
        ret->port = ntohs(in4.sin_port);
        return true;
    }
    if (family == AF_INET6) {
        memcpy(&in6, sa, sizeof(in6));
        ret->family = AF_INET6;
        memcpy(ret->ip, &in6.sin6_addr, 16);
        ret->port = ntohs(in6.sin6_port);
        ret->scope = in6.sin6_scope_id;
        return true;
    }
    ret->family = AF_UNSPEC;
    return false;
}

bool netaddr_of_socket(int fd, netaddr_name_fn name, struct netaddr *ret)
{
    struct sockaddr_storage sa;
    socklen_t len = sizeof(sa);

    return name(fd, (void *)&sa, &len) == 0 && netaddr_from_sockaddr(&sa, ret);
}

socklen_t netaddr_to_sockaddr(const struct netaddr *a,
                              struct sockaddr_storage *ret)
{
    struct sockaddr_in in4;
    struct sockaddr_in6 in6;

    memset(ret, 0, sizeof(*ret));
    if (a->family == AF_INET) {
        memset(&in4, 0, sizeof(in4));
        in4.sin_family = AF_INET;
        in4.sin_port = htons(a->port);
        memcpy(&in4.sin_addr, a->ip, 4);
        memcpy(ret, &in4, sizeof(in4));
        return sizeof(in4);
    }
    memset(&in6, 0, sizeof(in6));
    in6.sin6_family = AF_INET6;
    in6.sin6_port = htons(a->port);
    in6.sin6_scope_id = a->scope;
    memcpy(&in6.sin6_addr, a->ip, 16);
    memcpy(ret, &in6, sizeof(in6));
    return sizeof(in6);
}

int netaddr_parse_ip(const char *text, struct netaddr *ret, struct error *err)
{
    struct netaddr a;

    memset(&a, 0, sizeof(a));
    a.family = AF_INET;
    if (inet_pton(AF_INET, text, a.ip) != 1) {
        a.family = AF_INET6;
        if (inet_pton(AF_INET6, text, a.ip) != 1)
            return error_set(err, ERR_VALUE, "'%s' is not an IP address", text);
    }
    *ret = a;
    return 0;
}

static int parse_port(const char *text, uint16_t *ret)
{
    char *end;
    unsigned long n;

    if (*text < '0' || *text > '9')
        return -1;
    errno = 0;
    n = strtoul(text, &end, 10);
    if (errno != 0 || *end != '\0' || n > 65535)
        return -1;
    *ret = (uint16_t)n;
    return 0;
}

int netaddr_parse(const char *text, struct netaddr *ret, struct error *err)
{
    const char *colon = strrchr(text, ':');
    char host[NETADDR_TEXT];
    const char *start = text;
    struct netaddr a;
    size_t len;

    if (colon == NULL || colon == text)
        goto bad;
    len = (size_t)(colon - text);
    if (text[0] == '[') {
        if (text[len - 1] != ']' || len < 3)
            goto bad;
        start++;
        len -= 2;
    } else if (memchr(text, ':', len) != NULL) {
        goto bad;
    }
    if (len >= sizeof(host))
        goto bad;
    memcpy(host, start, len);
    host[len] = '\0';
    if (netaddr_parse_ip(host, &a, NULL) != 0 ||
        (text[0] == '[') != (a.family == AF_INET6) ||
        parse_port(colon + 1, &a.port) != 0)
        goto bad;
    *ret = a;
    return 0;
bad:
    return error_set(err, ERR_VALUE,
                     "'%s' is not address:port (IPv6: [address]:port)", text);
}

void netaddr_add_ip(const struct netaddr *a, struct strbuf *out)
{
    char buf[INET6_ADDRSTRLEN];

    if (a->family == AF_UNSPEC ||
        inet_ntop(a->family, a->ip, buf, sizeof(buf)) == NULL)
        strbuf_adds(out, "?");
    else
        strbuf_adds(out, buf);
}

void netaddr_add_zos(const struct netaddr *a, struct strbuf *out)
{
    size_t i = out->len;

    netaddr_add_ip(a, out);
    for (; i < out->len; i++)
        out->data[i] = (char)toupper((unsigned char)out->data[i]);
    strbuf_addf(out, "..%u", a->port);
}

const char *netaddr_format(const struct netaddr *a, char buf[NETADDR_TEXT])
{
    char ip[INET6_ADDRSTRLEN] = "?";

    if (a->family != AF_UNSPEC)
        inet_ntop(a->family, a->ip, ip, sizeof(ip));
    if (a->family == AF_INET6)
        snprintf(buf, NETADDR_TEXT, "[%s]:%u", ip, a->port);
    else
        snprintf(buf, NETADDR_TEXT, "%s:%u", ip, a->port);
    return buf;
}

struct netaddr netaddr_unmap(const struct netaddr *a)
{
    static const unsigned char mapped[12] = {0, 0, 0, 0, 0,    0,
                                             0, 0, 0, 0, 0xff, 0xff};
    struct netaddr r = *a;

    if (a->family != AF_INET6 || memcmp(a->ip, mapped, 12) != 0)
        return r;
    memset(&r, 0, sizeof(r));
    r.family = AF_INET;
    r.port = a->port;
    memcpy(r.ip, a->ip + 12, 4);
    return r;
}

size_t netaddr_ip_len(const struct netaddr *a)
{
    if (a->family == AF_INET)
        return 4;
    return a->family == AF_INET6 ? 16 : 0;
}

int netaddr_compare_ip(const struct netaddr *a, const struct netaddr *b)
{
    return memcmp(a->ip, b->ip, netaddr_ip_len(a));
}

bool netaddr_equal(const struct netaddr *a, const struct netaddr *b)
{
    return a->family == b->family && a->port == b->port &&
           netaddr_compare_ip(a, b) == 0;
}

bool netaddr_is_loopback(const struct netaddr *a)
{
    static const unsigned char one[16] = {[15] = 1};

    if (a->family == AF_INET)
        return a->ip[0] == 127;
    return a->family == AF_INET6 && memcmp(a->ip, one, sizeof(one)) == 0;
}

bool netaddr_is_any(const struct netaddr *a)
{
    size_t i;

    for (i = 0; i < netaddr_ip_len(a); i++)
        if (a->ip[i] != 0)
            return false;
    return true;
}
