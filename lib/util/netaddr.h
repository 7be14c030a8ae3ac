#ifndef UTIL_NETADDR_H
#define UTIL_NETADDR_H

/*
 * An IP address with a port, as values: no sockaddr casts outside this file.
 * An IPv4-mapped IPv6 address (::ffff:n.n.n.n) keeps its family AF_INET6, so
 * that a log line can show what the socket was; netaddr_unmap() makes the
 * plain IPv4 address of it, which is what matching wants.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "util/error.h"
#include "util/strbuf.h"

struct netaddr {
    int family;           /* AF_INET, AF_INET6, or AF_UNSPEC: not known */
    unsigned char ip[16]; /* network order; 4 bytes used for AF_INET */
    uint16_t port;        /* host order */
    uint32_t scope;       /* IPv6 scope id, 0: none */
};

/* Longest text of netaddr_format(), with its NUL. */
enum { NETADDR_TEXT = 72 };

/* SA: a socket's address of any family. False, and AF_UNSPEC in RET, when it is
 * not an IP address. */
bool netaddr_from_sockaddr(const void *sa, struct netaddr *ret);

/*
 * The own address of a socket or its peer's: NAME is getsockname() or
 * getpeername(). False: NAME failed, errno has the reason and RET is as it was;
 * or the socket has no IP address, and RET is AF_UNSPEC.
 */
typedef int (*netaddr_name_fn)(int fd, struct sockaddr *sa, socklen_t *len);
bool netaddr_of_socket(int fd, netaddr_name_fn name, struct netaddr *ret);

/* The length for bind() or connect(). */
socklen_t netaddr_to_sockaddr(const struct netaddr *a,
                              struct sockaddr_storage *ret);

/*
 * Parses "192.0.2.1:5555" or "[2001:db8::1]:5555", numeric only. ERR_VALUE.
 */
int netaddr_parse(const char *text, struct netaddr *ret, struct error *err);

/* Parses an address without port (port 0). ERR_VALUE. */
int netaddr_parse_ip(const char *text, struct netaddr *ret, struct error *err);

/* The address without port: "192.0.2.1", "2001:db8::1". */
void netaddr_add_ip(const struct netaddr *a, struct strbuf *out);
/* "192.0.2.1..5555", "2001:DB8::1..5555": as z/OS prints them. */
void netaddr_add_zos(const struct netaddr *a, struct strbuf *out);

/* "192.0.2.1:5555", "[2001:db8::1]:5555": what netaddr_parse() takes. */
const char *netaddr_format(const struct netaddr *a, char buf[NETADDR_TEXT]);

/* An IPv4-mapped IPv6 address becomes IPv4, any other stays. */
struct netaddr netaddr_unmap(const struct netaddr *a);

/* 0.0.0.0 or ::, or not known. */
bool netaddr_is_any(const struct netaddr *a);
/* Of 127.0.0.0/8, or ::1. */
bool netaddr_is_loopback(const struct netaddr *a);

/* Same family, address and port. */
bool netaddr_equal(const struct netaddr *a, const struct netaddr *b);

/* Order of the addresses alone, of one family: <0, 0, >0. */
int netaddr_compare_ip(const struct netaddr *a, const struct netaddr *b);

/* The number of bytes of the address: 4, 16, or 0 for AF_UNSPEC. */
size_t netaddr_ip_len(const struct netaddr *a);

#endif
