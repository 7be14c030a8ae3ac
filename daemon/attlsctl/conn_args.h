#ifndef ATTLSCTL_CONN_ARGS_H
#define ATTLSCTL_CONN_ARGS_H

/* A connection as options of the command line:
 *     --direction Outbound --local 192.0.2.1:2693 --remote 192.0.2.2:5555
 *     --jobname BAQSTRT --userid LIBSERV --when "2024-12-23 04:52" */

#include <stdbool.h>

#include "control/verbs.h"
#include "policy/policy.h"

struct ctl_conn {
    struct policy_conn conn; /* names point into this structure */
    char jobname[9], userid[9];
};

/* No ends, no names, now. */
void ctl_conn_init(struct ctl_conn *c);

/* Takes the options of a connection. 0, or the exit status after a message. */
int ctl_conn_read(const struct verb_call *c, struct ctl_conn *ret);

/* One setter each, for values of a case file too. ERR_VALUE. */
int ctl_conn_set_direction(struct ctl_conn *c, const char *value,
                           struct error *err);
int ctl_conn_set_jobname(struct ctl_conn *c, const char *value,
                         struct error *err);
int ctl_conn_set_userid(struct ctl_conn *c, const char *value,
                        struct error *err);
int ctl_conn_set_when(struct ctl_conn *c, const char *value, struct error *err);

/* "Outbound 192.0.2.1:2693 to 192.0.2.2:5555, job BAQSTRT, user LIBSERV" */
void ctl_conn_add(const struct policy_conn *c, struct strbuf *out);

#endif
