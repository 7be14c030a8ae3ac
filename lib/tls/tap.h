#ifndef TLS_TAP_H
#define TLS_TAP_H

/* Inside lib/tls: what session_tap() gives out. */

#include <stdbool.h>
#include <openssl/ssl.h>

struct session;

/* SSL_CTX_set_keylog_callback's; only of contexts that may. */
void tap_keylog(const SSL *ssl, const char *line);
/* The descriptor's BIO has been read from or written to. */
void tap_bio(struct session *s, int oper, const char *data, int ret,
             const size_t *processed);
/* What the program gets or gave. */
void tap_clear(struct session *s, bool sent, const void *data, size_t len);

#endif
