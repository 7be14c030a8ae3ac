/*
 * Options that describe a connection, and the connection as the search sees
 * it.
 */

#include "attlsctl/conn_args.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "attlsctl/ctl.h"
#include "zos/name.h"

void ctl_conn_init(struct ctl_conn *c)
{
    memset(c, 0, sizeof(*c));
    c->conn.when = time(NULL);
}

int ctl_conn_set_direction(struct ctl_conn *c, const char *value,
                           struct error *err)
{
    if (strcasecmp(value, "Inbound") == 0)
        c->conn.direction = POLICY_INBOUND;
    else if (strcasecmp(value, "Outbound") == 0)
        c->conn.direction = POLICY_OUTBOUND;
    else
        return error_set(err, ERR_VALUE,
                         "direction \"%s\" is neither Inbound (the local "
                         "program accepted) nor Outbound (it connected)",
                         value);
    return 0;
}

static int set_name(enum zos_name_kind kind, const char *value,
                    char name[ZOS_NAME_SIZE], const char **ret,
                    struct error *err)
{
    if (!zos_name_fold(kind, value, name))
        return error_set(err, ERR_VALUE, "\"%s\" is not a %s: %s", value,
                         zos_name_what(kind), zos_name_form(kind));
    *ret = name;
    return 0;
}

int ctl_conn_set_jobname(struct ctl_conn *c, const char *value,
                         struct error *err)
{
    return set_name(ZOS_JOBNAME, value, c->jobname, &c->conn.jobname, err);
}

int ctl_conn_set_userid(struct ctl_conn *c, const char *value,
                        struct error *err)
{
    return set_name(ZOS_USERID, value, c->userid, &c->conn.userid, err);
}

int ctl_conn_set_when(struct ctl_conn *c, const char *value, struct error *err)
{
    static const char *const forms[] = {"%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M",
                                        "%Y-%m-%dT%H:%M:%S"};
    struct tm tm;
    const char *end;
    size_t i;

    for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        memset(&tm, 0, sizeof(tm));
        end = strptime(value, forms[i], &tm);
        if (end == NULL || *end != '\0')
            continue;
        tm.tm_isdst = -1;
        c->conn.when = mktime(&tm);
        return 0;
    }
    return error_set(err, ERR_VALUE,
                     "time \"%s\" is not yyyy-mm-dd hh:mm or yyyy-mm-dd "
                     "hh:mm:ss",
                     value);
}

static int read_end(const struct verb_call *c, enum verb_option option,
                    struct netaddr *ret, struct error *err)
{
    const char *text = verb_value(c, option);

    return text != NULL ? netaddr_parse(text, ret, err) : 0;
}

int ctl_conn_read(const struct verb_call *c, struct ctl_conn *ret)
{
    static const struct {
        enum verb_option option;
        int (*set)(struct ctl_conn *, const char *, struct error *);
    } setters[] = {{OPT_DIRECTION, ctl_conn_set_direction},
                   {OPT_JOBNAME, ctl_conn_set_jobname},
                   {OPT_USERID, ctl_conn_set_userid},
                   {OPT_WHEN, ctl_conn_set_when}};
    struct error err;
    size_t i;
    int r;

    ctl_conn_init(ret);
    r = read_end(c, OPT_LOCAL, &ret->conn.local, &err);
    if (r == 0)
        r = read_end(c, OPT_REMOTE, &ret->conn.remote, &err);
    for (i = 0; r == 0 && i < sizeof(setters) / sizeof(setters[0]); i++)
        if (verb_has(c, setters[i].option))
            r = setters[i].set(ret, verb_value(c, setters[i].option), &err);
    if (r == 0)
        return 0;
    fprintf(stderr, "attlsctl %s: %s\n", verb_info(c->verb)->name, err.text);
    return CTL_EXIT_ERROR;
}

void ctl_conn_add(const struct policy_conn *c, struct strbuf *out)
{
    char local[NETADDR_TEXT], remote[NETADDR_TEXT];

    strbuf_addf(out, "%s %s to %s", policy_direction_name(c->direction),
                netaddr_format(&c->local, local),
                netaddr_format(&c->remote, remote));
    if (c->jobname != NULL)
        strbuf_addf(out, ", job %s", c->jobname);
    if (c->userid != NULL)
        strbuf_addf(out, ", user %s", c->userid);
}
