/* A session's bytes for a packet trace; see session.h. */

#include "tls/tap.h"

#include <string.h>

#include "tls/session_private.h"

void session_tap(struct session *s, session_tap_fn tap, void *arg)
{
    s->tap = tap;
    s->tap_arg = arg;
}

void tap_keylog(const SSL *ssl, const char *line)
{
    struct session *s = session_of(ssl);

    if (s != NULL && s->tap != NULL)
        s->tap(s->tap_arg, SESSION_TAP_SECRET, false, line, strlen(line));
}

void tap_bio(struct session *s, int oper, const char *data, int ret,
             const size_t *processed)
{
    bool sent = oper == (BIO_CB_WRITE | BIO_CB_RETURN);

    if (s->tap == NULL || (!sent && oper != (BIO_CB_READ | BIO_CB_RETURN)))
        return;
    if (ret > 0 && processed != NULL && *processed > 0)
        s->tap(s->tap_arg, SESSION_TAP_WIRE, sent, data, *processed);
}

void tap_clear(struct session *s, bool sent, const void *data, size_t len)
{
    if (s->tap != NULL)
        s->tap(s->tap_arg, SESSION_TAP_CLEAR, sent, data, len);
}
