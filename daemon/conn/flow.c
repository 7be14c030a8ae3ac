/*
 * The Flow and Data lines of a connection (Trace 16 and 32). Without these bits
 * a connection comes here for one comparison only.
 */

#include <inttypes.h>
#include <string.h>

#include "conn/private.h"

enum { NONE = -1 };

/* False: there is nothing to show, the row is left out. */
typedef bool (*show_fn)(const struct conn *c, int parm, struct strbuf *out);

static bool show_handle(uint64_t handle, struct strbuf *out)
{
    strbuf_addf(out, "%016" PRIX64, handle);
    return true;
}

static bool show_environment(const struct conn *c, int parm, struct strbuf *out)
{
    (void)parm;
    return show_handle(c->env != NULL ? environment_handle(c->env) : 0, out);
}

static bool show_session(const struct conn *c, int parm, struct strbuf *out)
{
    const struct session *s = conn_session(c);

    (void)parm;
    return s != NULL && show_handle(session_handle(s), out);
}

static bool show_secured_session(const struct conn *c, int parm,
                                 struct strbuf *out)
{
    return conn_is_secured(c) && show_session(c, parm, out);
}

static bool show_connid(const struct conn *c, int parm, struct strbuf *out)
{
    (void)parm;
    strbuf_addf(out, "%08" PRIX32, c->id);
    return true;
}

/* As the policy would write it; what is not in effect is left out. */
static bool show_text(const struct conn *c, int parm, struct strbuf *out)
{
    size_t before = out->len;

    effective_show(c->eff, (enum policy_parm)parm, out);
    return out->len != before;
}

static bool show_session_type(const struct conn *c, int parm,
                              struct strbuf *out)
{
    static const char *const types[] = {
        [ROLE_CLIENT] = "CLIENT",
        [ROLE_SERVER] = "SERVER",
        [ROLE_SERVER_CLIENT_AUTH] = "SERVER_WITH_CL_AUTH",
    };

    strbuf_adds(out, types[effective_choice(c->eff, (enum policy_parm)parm)]);
    return true;
}

static bool show_client_auth(const struct conn *c, int parm, struct strbuf *out)
{
    if (effective_choice(c->eff, PARM_HandshakeRole) != ROLE_SERVER_CLIENT_AUTH)
        return false;
    strbuf_adds(out, effective_choice(c->eff, (enum policy_parm)parm) ==
                             AUTH_PASSTHRU
                         ? "PASSTHRU"
                         : "FULL");
    return true;
}

static bool show_version(const struct conn *c, int parm, struct strbuf *out)
{
    const struct version *v = version_by_parm((enum policy_parm)parm);

    strbuf_adds(out, effective_versions(c->eff) & v->bit ? "ON" : "OFF");
    return true;
}

/* Codes without blanks between them, as System SSL takes them. */
static bool show_ciphers(const struct conn *c, int parm, struct strbuf *out)
{
    const struct cipher *const *list;
    size_t i, n = effective_ciphers(c->eff, &list);

    (void)parm;
    for (i = 0; i < n; i++)
        strbuf_adds(out, list[i]->code4);
    return n > 0;
}

static bool show_sigpairs(const struct conn *c, int parm, struct strbuf *out)
{
    const struct sigpair *const *list;
    size_t i, n = effective_sigpairs(c->eff, (enum policy_parm)parm, &list);

    for (i = 0; i < n; i++)
        strbuf_adds(out, list[i]->id4);
    return n > 0;
}

static bool show_curves(const struct conn *c, int parm, struct strbuf *out)
{
    const struct curve *const *list;
    size_t i, n = effective_curves(c->eff, (enum policy_parm)parm, &list);

    if (effective_choice(c->eff, PARM_HandshakeRole) != ROLE_CLIENT)
        return false;
    for (i = 0; i < n; i++)
        strbuf_adds(out, list[i]->id4);
    return n > 0;
}

static bool show_protocol(const struct conn *c, int parm, struct strbuf *out)
{
    const char *protocol = session_protocol(conn_session(c));

    (void)parm;
    if (protocol != NULL)
        strbuf_adds(out, protocol);
    return protocol != NULL;
}

static bool show_cipher(const struct conn *c, int parm, struct strbuf *out)
{
    (void)parm;
    if (session_protocol(conn_session(c)) == NULL)
        return false;
    strbuf_addf(out, "%04X", session_cipher(conn_session(c)));
    return true;
}

static const struct {
    enum conn_flow part;
    enum ezd_action action;
    const char *what;
    show_fn show;
    int parm;
} rows[] = {
#define FLOW(part, action, what, show, parm)                                   \
    {CONN_FLOW_##part, EZD_##action, what, show_##show, parm},
#include "conn/flow.def"
};

static bool has_outcome(const char *what)
{
    size_t len = strlen(what);

    return len > 5 && strcmp(what + len - 5, "_INIT") == 0;
}

void conn_log_flow(const struct conn *c, const struct ezd_subject *s,
                   enum conn_flow part, int rc)
{
    struct strbuf value = STRBUF_INIT;
    size_t i;

    if ((s->trace & EZD_TRACE_FLOW) == 0)
        return;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].part != part)
            continue;
        strbuf_reset(&value);
        if (rows[i].show(c, rows[i].parm, &value))
            ezd_flow(conn_services(c)->trace, s,
                     has_outcome(rows[i].what) ? rc : 0, rows[i].action,
                     rows[i].what, strbuf_str(&value));
    }
    strbuf_done(&value);
}

static bool wants_data(const struct conn *c)
{
    return (c->trace & EZD_TRACE_DATA) != 0;
}

static void on_seen(void *arg, enum session_seen what, bool sent,
                    const void *bytes, size_t len)
{
    struct conn *c = arg;
    struct ezd_subject s;

    if (what == SESSION_SAW_HELLO)
        conn_keep_hello(c, sent, bytes, len);
    if (!wants_data(c))
        return;
    conn_subject(c, &s);
    ezd_data(conn_services(c)->trace, &s, sent, bytes, len);
}

void conn_watch_session(struct conn *c, struct session *session)
{
    session_watch(session, on_seen, c);
}

void conn_unwatch_session(struct conn *c)
{
    if (!wants_data(c))
        session_watch(conn_session(c), NULL, NULL);
}
