#ifndef HWS_SESSION_H
#define HWS_SESSION_H

/*
 * One DRDA conversation of the stand-in for IMS Connect: bytes of a client
 * in, bytes for it out. No sockets and no clock, so that a test and a fuzz
 * target can drive it.
 *
 * The order is EXCSAT, ACCSEC, SECCHK, ACCRDB (IMS documentation, "DDM
 * commands"); then commit and rollback are answered and all else is
 * CMDNSPRM: there is no database behind it.
 */

#include <stdbool.h>
#include <stddef.h>

#include "util/strbuf.h"

enum {
    HWS_USER_MAX = 8,
    HWS_PASSWORD_MAX = 100,
    HWS_RDBNAM_MAX = 18,
    HWS_SECCHK_TRIES = 3 /* then the conversation ends */
};

struct hws_session;

enum hws_logon_answer {
    HWS_REFUSED,
    HWS_GRANTED,
    HWS_ASKED /* hws_session_answer() will say */
};

/* Whether the user may log on with this password or PassTicket. Must take
 * the same time whatever the reason of a no. */
typedef enum hws_logon_answer (*hws_logon_fn)(void *arg, const char *user,
                                              const char *password);

struct hws_session_params {
    const char *server; /* its name in EXCSATRD: the HWS ID */
    hws_logon_fn logon;
};

/* NULL: no memory. PARAMS is borrowed; ARG is what logon gets. */
struct hws_session *hws_session_new(const struct hws_session_params *params,
                                    void *arg);
/* Wipes what the client sent. NULL allowed. */
void hws_session_free(struct hws_session *s);

enum hws_verdict {
    HWS_GO_ON,
    HWS_WAIT, /* for the answer of a logon; feed nothing before */
    HWS_END   /* send what is in OUT, then end the connection */
};

/* Takes LEN bytes, at most 16384, and adds the replies to OUT. Between two
 * calls a session keeps at most 32767 bytes: a DSS, or what followed a logon
 * that is waited for. */
enum hws_verdict hws_session_feed(struct hws_session *s, const void *data,
                                  size_t len, struct strbuf *out);
/* The answer to the logon that was HWS_ASKED; goes on with what came after. */
enum hws_verdict hws_session_answer(struct hws_session *s, bool good,
                                    struct strbuf *out);

/* Part of a DSS has come. */
bool hws_session_reading(const struct hws_session *s);
/* ACCRDB was answered: the client is at work. */
bool hws_session_at_work(const struct hws_session *s);
/* "" before the logon. */
const char *hws_session_user(const struct hws_session *s);
/* Why the session ended: one sentence for the log; "" when it did not. */
const char *hws_session_why(const struct hws_session *s);

#endif
