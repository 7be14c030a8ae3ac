#ifndef CONSOLE_SOCKET_H
#define CONSOLE_SOCKET_H

/*
 * The unix socket of the operator's console: one thread that takes a request
 * (control/control.h), asks whether the caller may, has it answered and sends
 * the reply. The kernel says who calls (SO_PEERCRED).
 *
 * A caller that is slow or silent is dropped after the seconds of its patience;
 * nothing here ever waits for a worker's sockets. Accounts that may only look
 * have CONTROL_CALLERS_EACH calls at once each, and together leave
 * CONTROL_CALLERS_KEPT to those that may change things: whoever has too many is
 * told so.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "control/control.h"

enum {
    CONTROL_PATIENCE = 10,
    CONTROL_CALLERS_MAX = 64,
    CONTROL_CALLERS_EACH = 16,
    CONTROL_CALLERS_KEPT = 16
};

struct console_socket;

struct control_caller {
    uid_t uid;
    pid_t pid;
    bool in_group; /* one of the caller's groups is the socket's */
};

/* LATER: the answer comes by console_socket_reply() under this TICKET. */
struct control_answer {
    struct strbuf out, err, fields; /* see control.h */
    int status;                     /* attlsctl's exit status */
    bool later;
    uint64_t ticket; /* set before the answerer is called */
};

/* Both are called on the socket's thread. FILE is the descriptor that came
 * with the request, or -1; the answerer may take it by setting it to -1. */
typedef bool (*control_allow_fn)(void *arg, const struct control_caller *caller,
                                 enum control_right right);
typedef void (*control_answer_fn)(void *arg,
                                  const struct control_caller *caller,
                                  const struct control_request *request,
                                  int *file, struct control_answer *answer);

/* The socket's file was gone, or was another's, and is made again; ERROR: why
 * it can't be; said once. */
typedef void (*control_remade_fn)(void *arg, const char *error);

struct console_socket_params {
    control_allow_fn allow;
    control_answer_fn answer;
    control_remade_fn remade; /* may be NULL */
    void *arg;
    unsigned patience; /* seconds; 0: CONTROL_PATIENCE */
};

/*
 * Binds PATH, mode 0660, group attls where there is one, and binds it again
 * when somebody has removed it. A socket that nobody serves any more is
 * replaced. ERR_EXISTS: another daemon serves it;
 * ERR_SYSTEM, ERR_NOMEM.
 */
int console_socket_open(const char *path, struct console_socket **ret,
                        struct error *err);
/* Starts the thread. ERR_SYSTEM, ERR_NOMEM. */
int console_socket_start(struct console_socket *s,
                         const struct console_socket_params *params,
                         struct error *err);
/* The answer to a caller who waits for it; any thread, while S is there. It is
 * for nobody when the caller has gone. */
void console_socket_reply(struct console_socket *s, uint64_t ticket,
                          const struct control_answer *answer);
/* Ends the thread and removes the socket. NULL allowed. */
void console_socket_close(struct console_socket *s);

#endif
