#ifndef ATTLSCTL_CONN_H
#define ATTLSCTL_CONN_H

/* A connection as options of the command line:
 *     --direction Outbound --local 192.0.2.1:2693 --remote 192.0.2.2:5555
 *     --jobname BAQSTRT --userid LIBSERV --when "2024-12-23 04:52" */

#include <stdbool.h>

#include "attlsctl/policy.h"
#include "policy/policy.h"

struct ctl_conn {
    struct policy_conn conn; /* names point into this structure */
    char jobname[9], userid[9];
};

#define CTL_CONN_OPTIONS                                                       \
    {"direction", required_argument, NULL, CTL_OPT_DIRECTION},                 \
        {"local", required_argument, NULL, CTL_OPT_LOCAL},                     \
        {"remote", required_argument, NULL, CTL_OPT_REMOTE},                   \
        {"jobname", required_argument, NULL, CTL_OPT_JOBNAME},                 \
        {"userid", required_argument, NULL, CTL_OPT_USERID},                   \
    {                                                                          \
        "when", required_argument, NULL, CTL_OPT_WHEN                          \
    }

#define CTL_CONN_HELP                                                          \
    "  --direction D   Inbound or Outbound, seen from the local program\n"     \
    "  --local A:P     the local end; IPv6 as [A]:P\n"                         \
    "  --remote A:P    the remote end\n"                                       \
    "  --jobname NAME  job name of the local program\n"                        \
    "  --userid NAME   its user id\n"                                          \
    "  --when TIME     \"yyyy-mm-dd hh:mm\" for time conditions (now)\n"

/* No ends, no names, now. */
void ctl_conn_init(struct ctl_conn *c);

bool ctl_conn_is_option(int c);
/* Takes option C of the table; -1: go on; else the exit status, after a
 * message. */
int ctl_conn_option(struct ctl_conn *c, const char *verb, int option,
                    const char *value);
/* 0 when the direction and both ends are there, else the exit status after a
 * message. */
int ctl_conn_complete(const struct ctl_conn *c, const char *verb);

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
/* "2024-12-23 04:52:00", local time. */
void ctl_conn_add_when(time_t when, struct strbuf *out);

#endif
