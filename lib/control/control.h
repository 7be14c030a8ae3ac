#ifndef CONTROL_CONTROL_H
#define CONTROL_CONTROL_H

/*
 * The control protocol, for both ends: one request, one reply, then the end
 * of the connection. No sockets here.
 *
 *     "ATTLS" version kind length(4)   then the body, integers big-endian
 *     request 'Q': count(1), then count times length(2) text NUL
 *     reply   'R': status(1), then twice (output, errors) length(4) text NUL
 *
 * Everything is bounded and checked; decoding is fuzzed. Another version is
 * refused with both numbers in the error.
 */

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"
#include "util/strbuf.h"

enum {
    CONTROL_VERSION = 1,
    CONTROL_ARGS_MAX = 32,           /* words of a request */
    CONTROL_REQUEST_MAX = 64 * 1024, /* bytes, header included */
    CONTROL_REPLY_MAX = 64 * 1024 * 1024
};

enum control_right { CONTROL_LOOK, CONTROL_CHANGE };

enum control_command {
#define COMMAND(id, name, right, file, syntax, help) CONTROL_##id,
#include "control/commands.def"
#undef COMMAND
    CONTROL_COMMAND_COUNT
};

struct control_command_info {
    const char *name;
    enum control_right right;
    bool file; /* a descriptor comes with the request */
    const char *syntax, *help;
};

const struct control_command_info *
control_command_info(enum control_command command);

struct control_request {
    enum control_command command;
    size_t argc; /* without the command's name */
    const char *argv[CONTROL_ARGS_MAX];
};

struct control_reply {
    int status; /* attlsctl's exit status, 0 to 255 */
    const char *out, *err;
    size_t out_len, err_len;
};

/* Adds the whole message. ERR_LIMIT: too many or too long arguments, ERR_NOMEM;
 * a reply that is too long is cut and its errors say so. */
int control_encode_request(const struct control_request *request,
                           struct strbuf *out, struct error *err);
int control_encode_reply(const struct control_reply *reply, struct strbuf *out,
                         struct error *err);

/*
 * Reads a message from the LEN bytes that have come so far. 1: it is whole;
 * the texts in RET are borrowed from DATA. 0: more must come. ERR_VALUE: it
 * is none (another version, an unknown command, broken), with the reason.
 */
int control_decode_request(const void *data, size_t len,
                           struct control_request *ret, struct error *err);
int control_decode_reply(const void *data, size_t len,
                         struct control_reply *ret, struct error *err);

#endif
