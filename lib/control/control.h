#ifndef CONTROL_CONTROL_H
#define CONTROL_CONTROL_H

/*
 * The control protocol, for both ends: one request, one reply, then the end
 * of the connection. No sockets here.
 *
 *     "ATTLS" version kind length(4)   then the body, integers big-endian
 *     request 'Q': count(1), then count times length(2) text NUL
 *     reply   'R': status(1), then three times (output, errors, fields)
 *                  length(4) text NUL
 *
 * Fields are what a program wants to know beside the output: name NUL value
 * NUL, again and again; a name may come several times, unknown ones are
 * skipped.
 *
 * Everything is bounded and checked; decoding is fuzzed. Another version is
 * refused with both numbers in the error.
 */

#include <stdbool.h>
#include <stddef.h>

#include "control/verbs.h"

enum {
    CONTROL_VERSION = 2,
    CONTROL_ARGS_MAX = 32,           /* words of a request */
    CONTROL_REQUEST_MAX = 64 * 1024, /* bytes, header included */
    CONTROL_REPLY_MAX = 64 * 1024 * 1024
};

struct control_request {
    enum verb verb;
    size_t argc; /* without the verb's name */
    const char *argv[CONTROL_ARGS_MAX];
};

struct control_reply {
    int status; /* attlsctl's exit status, 0 to 255 */
    const char *out, *err, *fields;
    size_t out_len, err_len, fields_len;
};

/* Adds a field; VALUE has no NUL. */
void control_add_field(const char *name, const char *value,
                       struct strbuf *fields);
/* The field at *POS, which steps over it; false: there is no more. */
bool control_next_field(const char *fields, size_t len, size_t *pos,
                        const char **name, const char **value);

/* Adds the whole message. ERR_LIMIT: too many or too long arguments, ERR_NOMEM;
 * a reply that is too long is cut and its errors say so. */
int control_encode_request(const struct control_request *request,
                           struct strbuf *out, struct error *err);
int control_encode_reply(const struct control_reply *reply, struct strbuf *out,
                         struct error *err);

/*
 * Reads a message from the LEN bytes that have come so far. 1: it is whole; the
 * texts in RET are borrowed from DATA. 0: more must come. ERR_VALUE: these
 * bytes are not a message that this version knows (another version, an unknown
 * verb, broken), with the reason.
 */
int control_decode_request(const void *data, size_t len,
                           struct control_request *ret, struct error *err);
int control_decode_reply(const void *data, size_t len,
                         struct control_reply *ret, struct error *err);

#endif
