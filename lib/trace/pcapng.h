#ifndef TRACE_PCAPNG_H
#define TRACE_PCAPNG_H

/*
 * Bytes of a stream as a pcapng file: packets of raw IP with the headers that
 * TCP would have put before them. The headers are made up; addresses, ports,
 * order, directions and the numbering of the bytes are true.
 *
 * Times are microseconds since 1970. What fails for lack of memory shows in
 * the strbuf.
 *
 * Source: draft-ietf-opsawg-pcapng (blocks), RFC 791, RFC 8200, RFC 9293.
 */

#include "util/netaddr.h"
#include "util/strbuf.h"

/* One connection in one direction of view; pcapng_flow() fills it. */
struct pcapng_flow {
    struct netaddr local, remote; /* of one family, or AF_UNSPEC */
    uint32_t interface;           /* of pcapng_begin(), from 0 */
    uint32_t sent, received;      /* the next byte's number, either way */
};

/* The file's head: the program that writes, and the interfaces' names. */
void pcapng_begin(const char *program, const char *const *interfaces,
                  size_t count, struct strbuf *out);
/* Lines of an NSS key log; readers want them before the packets. */
void pcapng_secrets(const char *lines, size_t len, struct strbuf *out);

/* ISN: where the numbering begins. False: the addresses are not IP addresses,
 * and nothing is ever added for this flow. */
bool pcapng_flow(const struct netaddr *local, const struct netaddr *remote,
                 uint32_t interface, uint32_t isn, struct pcapng_flow *ret);
/* SYN and what follows it; BY_US: this side connects. */
void pcapng_open(struct pcapng_flow *f, bool by_us, uint64_t us,
                 struct strbuf *out);
/* Any number of bytes, in as many packets as they need. */
void pcapng_data(struct pcapng_flow *f, bool sent, const void *data, size_t len,
                 uint64_t us, struct strbuf *out);
/* FIN of both sides. */
void pcapng_close(struct pcapng_flow *f, uint64_t us, struct strbuf *out);

#endif
