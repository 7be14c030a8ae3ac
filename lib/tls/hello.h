#ifndef TLS_HELLO_H
#define TLS_HELLO_H

/*
 * What a ClientHello offers, or a ServerHello chose, read from the message as
 * it was on the wire (RFC 5246 section 7.4.1, RFC 8446 section 4.1). Only for
 * telling people: nothing is decided by it. A list that is longer than its
 * room here is cut and said to be.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/strbuf.h"

enum {
    HELLO_VERSIONS = 6,
    HELLO_CIPHERS = 48,
    HELLO_GROUPS = 16,
    HELLO_SIGALGS = 24,
    HELLO_NAME = 64
};

struct hello {
    bool present, cut;
    uint16_t versions[HELLO_VERSIONS]; /* GREASE (RFC 8701) left out */
    uint16_t ciphers[HELLO_CIPHERS];
    uint16_t groups[HELLO_GROUPS];
    uint16_t sigalgs[HELLO_SIGALGS];
    uint8_t version_count, cipher_count, group_count, sigalg_count;
    /* how many were left out; 255: that many, or more */
    uint8_t versions_left, ciphers_left, groups_left, sigalgs_left;
    char server_name[HELLO_NAME]; /* "": none; printable */
};

/*
 * MSG is a whole handshake message of type client_hello or server_hello.
 * False: it is neither, or broken; RET is then empty.
 */
bool hello_read(const void *msg, size_t len, struct hello *ret);

/* The same in as much memory as it needs, the caller's; NULL: no memory. */
struct hello_packed;
struct hello_packed *hello_pack(const struct hello *h);
/* P may be NULL: RET is empty. */
void hello_unpack(const struct hello_packed *p, struct hello *ret);

/* "TLSv1.2", "TLSv1.3"; others as four hex digits */
void hello_add_versions(const struct hello *h, struct strbuf *out);
/* Four hex digits each, as the policy writes them. */
void hello_add_ciphers(const struct hello *h, struct strbuf *out);
/* Names where the tables know them, else hex digits. */
void hello_add_groups(const struct hello *h, struct strbuf *out);
void hello_add_sigalgs(const struct hello *h, struct strbuf *out);

#endif
