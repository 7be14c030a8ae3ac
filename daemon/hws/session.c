/*
 * One DRDA conversation: which command may stand where, and the reply to each.
 * No sockets here.
 */

#include "hws/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hws/ddm.h"
#include "util/bytes.h"
#include "zos/name.h"

enum state { START, EXCHANGED, ACCESSED, CHECKED, AT_WORK };

enum { SECMEC_PASSWORD = 3, RDBACCCL_SQLAM = 0x2407, MANAGERS_MAX = 32 };

enum severity { INFO = 0, WARNING = 4, FAILED = 8, SEVERE = 16 };

enum secchkcd {
    SEC_OK = 0x00,
    SEC_NO_MECHANISM = 0x01,
    SEC_BAD_PASSWORD = 0x0F,
    SEC_NO_PASSWORD = 0x10,
    SEC_NO_USER = 0x12
};

/* PRCCNVCD: the command is not one that may stand here. */
enum { NOT_HERE = 0x06 };

struct hws_session {
    const struct hws_session_params *params;
    void *arg;
    enum state state;
    unsigned tries;
    bool discard; /* the rest of a chain whose SECCHK failed */
    struct {      /* a logon that is being checked */
        bool bad_form, chained;
        uint16_t correlation;
    } asked;
    char user[HWS_USER_MAX + 1], rdbnam[HWS_RDBNAM_MAX + 1];
    char why[128];
    /* Of fixed size, so that no copy of a password is left by growing. */
    unsigned char in[DDM_DSS_MAX];
    size_t in_len;
};

struct hws_session *hws_session_new(const struct hws_session_params *params,
                                    void *arg)
{
    struct hws_session *s = calloc(1, sizeof(*s));

    if (s == NULL)
        return NULL;
    s->params = params;
    s->arg = arg;
    return s;
}

void hws_session_free(struct hws_session *s)
{
    if (s == NULL)
        return;
    explicit_bzero(s, sizeof(*s));
    free(s);
}

bool hws_session_reading(const struct hws_session *s)
{
    return s->in_len > 0;
}

bool hws_session_at_work(const struct hws_session *s)
{
    return s->state == AT_WORK;
}

const char *hws_session_user(const struct hws_session *s)
{
    return s->state >= CHECKED ? s->user : "";
}

const char *hws_session_why(const struct hws_session *s)
{
    return s->why;
}

/* ---- replies ---- */

static enum hws_verdict end(struct hws_session *s, const char *why)
{
    snprintf(s->why, sizeof(s->why), "%s", why);
    return HWS_END;
}

/* A reply message with its severity and one code. */
static void put_message(struct strbuf *out, bool chained, uint16_t correlation,
                        uint16_t message, enum severity severity,
                        uint16_t code_point, unsigned code)
{
    struct ddm_writer w;

    ddm_begin(&w, out, DDM_REPLY, chained, correlation, message);
    ddm_put_u16(&w, CP_SVRCOD, (uint16_t)severity);
    ddm_put_u8(&w, code_point, code);
    ddm_end(&w);
}

static enum hws_verdict
out_of_order(struct hws_session *s, const struct ddm_dss *d, struct strbuf *out)
{
    put_message(out, false, d->correlation, CP_PRCCNVRM, FAILED, CP_PRCCNVCD,
                NOT_HERE);
    snprintf(s->why, sizeof(s->why), "command %04X is out of its order",
             d->code_point);
    return HWS_END;
}

static enum hws_verdict not_supported(const struct ddm_dss *d,
                                      struct strbuf *out)
{
    struct ddm_writer w;

    ddm_begin(&w, out, DDM_REPLY, false, d->correlation, CP_CMDNSPRM);
    ddm_put_u16(&w, CP_SVRCOD, FAILED);
    ddm_put_u16(&w, CP_CODPNT, d->code_point);
    ddm_end(&w);
    return HWS_GO_ON;
}

static enum hws_verdict syntax_error(struct hws_session *s,
                                     uint16_t correlation, int why,
                                     struct strbuf *out)
{
    put_message(out, false, correlation, CP_SYNTAXRM, FAILED, CP_SYNERRCD,
                (unsigned)why);
    snprintf(s->why, sizeof(s->why), "not DRDA: syntax error X'%02X'",
             (unsigned)why);
    return HWS_END;
}

/* ---- EXCSAT ---- */

/* The client's managers and levels as they came; UNICODEMGR 0: all stays in
 * EBCDIC. */
static bool copy_managers(struct ddm_bytes asked, unsigned char *ret,
                          size_t *ret_len)
{
    size_t i;

    if (asked.len % 4 != 0 || asked.len > MANAGERS_MAX * 4)
        return false;
    for (i = 0; i < asked.len; i += 4) {
        memcpy(ret + i, asked.data + i, 4);
        if (bytes_get16(ret + i) == CP_UNICODEMGR)
            ret[i + 2] = ret[i + 3] = 0;
    }
    *ret_len = asked.len;
    return true;
}

static enum hws_verdict excsat(struct hws_session *s, const struct ddm_dss *d,
                               struct strbuf *out)
{
    unsigned char managers[MANAGERS_MAX * 4];
    struct ddm_bytes body = d->body, value;
    size_t len = 0;
    struct ddm_writer w;
    bool bad = false;
    uint16_t cp;
    int r;

    while ((r = ddm_next(&body, &cp, &value)) == 1)
        if (cp == CP_MGRLVLLS && !copy_managers(value, managers, &len))
            bad = true;
    if (r < 0 || bad)
        return syntax_error(s, d->correlation, DDM_OBJECT_LENGTH, out);
    ddm_begin(&w, out, DDM_REPLY, d->chained, d->correlation, CP_EXCSATRD);
    ddm_put_text(&w, CP_EXTNAM, s->params->server);
    ddm_put_bytes(&w, CP_MGRLVLLS, managers, len);
    ddm_put_text(&w, CP_SRVCLSNM, "DFS");
    ddm_put_text(&w, CP_SRVNAM, s->params->server);
    ddm_put_text(&w, CP_SRVRLSLV, "15.1");
    ddm_end(&w);
    s->state = EXCHANGED;
    return HWS_GO_ON;
}

/* ---- ACCSEC ---- */

/* Only user id and password: whatever was asked for, that is the answer. */
static enum hws_verdict accsec(struct hws_session *s, const struct ddm_dss *d,
                               struct strbuf *out)
{
    struct ddm_bytes body = d->body, value;
    struct ddm_writer w;
    bool bad = false;
    uint16_t cp;
    int r;

    while ((r = ddm_next(&body, &cp, &value)) == 1)
        if (cp == CP_RDBNAM && !ddm_text(value, s->rdbnam, sizeof(s->rdbnam)))
            bad = true;
    if (r < 0 || bad)
        return syntax_error(s, d->correlation, DDM_OBJECT_LENGTH, out);
    ddm_begin(&w, out, DDM_REPLY, d->chained, d->correlation, CP_ACCSECRD);
    ddm_put_u16(&w, CP_SECMEC, SECMEC_PASSWORD);
    ddm_end(&w);
    s->state = ACCESSED;
    return HWS_GO_ON;
}

/* ---- SECCHK ---- */

struct credentials {
    char user[HWS_USER_MAX + 1];
    char password[HWS_PASSWORD_MAX + 1];
    bool has_user, has_password, bad_form;
    uint16_t mechanism;
};

static int read_credentials(const struct ddm_dss *d, struct credentials *c)
{
    struct ddm_bytes body = d->body, value;
    uint16_t cp;
    int r;

    while ((r = ddm_next(&body, &cp, &value)) == 1) {
        if (cp == CP_SECMEC) {
            c->mechanism = ddm_u16(value);
        } else if (cp == CP_USRID) {
            c->has_user = value.len > 0;
            if (!ddm_text(value, c->user, sizeof(c->user)))
                c->bad_form = true;
        } else if (cp == CP_PASSWORD) {
            c->has_password = value.len > 0;
            if (!ddm_text(value, c->password, sizeof(c->password)))
                c->bad_form = true;
        }
    }
    return r;
}

static enum hws_verdict answer_secchk(struct hws_session *s, enum secchkcd code,
                                      uint16_t correlation, bool chained,
                                      struct strbuf *out)
{
    put_message(out, code == SEC_OK && chained, correlation, CP_SECCHKRM,
                code == SEC_OK ? INFO : FAILED, CP_SECCHKCD, code);
    if (code == SEC_OK) {
        s->state = CHECKED;
        return HWS_GO_ON;
    }
    explicit_bzero(s->user, sizeof(s->user));
    s->discard = chained;
    if (++s->tries < HWS_SECCHK_TRIES)
        return HWS_GO_ON;
    return end(s, "too many logons that failed");
}

/* What is wrong with the words alone. */
static enum secchkcd check_form(const struct credentials *c)
{
    if (c->mechanism != SECMEC_PASSWORD)
        return SEC_NO_MECHANISM;
    if (!c->has_user)
        return SEC_NO_USER;
    return c->has_password ? SEC_OK : SEC_NO_PASSWORD;
}

/* A user id that can't be one is asked for too: it costs the same time. */
static enum hws_logon_answer ask(struct hws_session *s, struct credentials *c)
{
    zos_fold(c->user);
    memcpy(s->user, c->user, sizeof(s->user));
    return s->params->logon(s->arg, c->bad_form ? "" : c->user, c->password);
}

static enum hws_verdict secchk(struct hws_session *s, const struct ddm_dss *d,
                               struct strbuf *out)
{
    enum hws_logon_answer answer = HWS_REFUSED;
    struct credentials c = {0};
    enum secchkcd code;
    bool bad_form;

    if (read_credentials(d, &c) < 0) {
        explicit_bzero(&c, sizeof(c));
        return syntax_error(s, d->correlation, DDM_OBJECT_LENGTH, out);
    }
    code = check_form(&c);
    if (code == SEC_OK)
        answer = ask(s, &c);
    bad_form = c.bad_form;
    explicit_bzero(&c, sizeof(c));
    if (answer == HWS_ASKED) {
        s->asked.bad_form = bad_form;
        s->asked.chained = d->chained;
        s->asked.correlation = d->correlation;
        return HWS_WAIT;
    }
    if (code == SEC_OK && (answer != HWS_GRANTED || bad_form))
        code = SEC_BAD_PASSWORD;
    return answer_secchk(s, code, d->correlation, d->chained, out);
}

/* ---- ACCRDB, units of work ---- */

static enum hws_verdict accrdb(struct hws_session *s, const struct ddm_dss *d,
                               struct strbuf *out)
{
    static const uint16_t ccsids[] = {CP_CCSIDSBC, CP_CCSIDMBC, CP_CCSIDDBC};
    struct ddm_bytes body = d->body, value;
    unsigned char over[18];
    struct ddm_writer w;
    bool bad = false;
    uint16_t cp;
    size_t i;
    int r;

    while ((r = ddm_next(&body, &cp, &value)) == 1)
        if ((cp == CP_RDBNAM &&
             !ddm_text(value, s->rdbnam, sizeof(s->rdbnam))) ||
            (cp == CP_RDBACCCL && ddm_u16(value) != RDBACCCL_SQLAM))
            bad = true;
    if (r < 0 || bad)
        return syntax_error(s, d->correlation, DDM_OBJECT_LENGTH, out);
    for (i = 0; i < 3; i++) {
        bytes_put16(over + 6 * i, 6);
        bytes_put16(over + 6 * i + 2, ccsids[i]);
        bytes_put16(over + 6 * i + 4, 1208);
    }
    ddm_begin(&w, out, DDM_REPLY, false, d->correlation, CP_ACCRDBRM);
    ddm_put_u16(&w, CP_SVRCOD, INFO);
    ddm_put_text(&w, CP_PRDID, "CSS10140");
    ddm_put_text(&w, CP_TYPDEFNAM, "QTDSQLASC");
    ddm_put_bytes(&w, CP_TYPDEFOVR, over, sizeof(over));
    ddm_end(&w);
    s->state = AT_WORK;
    return HWS_GO_ON;
}

/* ENDUOWRM, and a null SQLCARD: it went well. */
static enum hws_verdict end_unit(const struct ddm_dss *d, struct strbuf *out)
{
    struct ddm_writer w;

    put_message(out, true, d->correlation, CP_ENDUOWRM, WARNING, CP_UOWDSP,
                d->code_point == CP_RDBCMM ? 1 : 2);
    ddm_begin(&w, out, DDM_OBJECT, false, d->correlation, CP_SQLCARD);
    strbuf_addc(out, (char)0xFF);
    ddm_end(&w);
    return HWS_GO_ON;
}

/* ---- the whole ---- */

typedef enum hws_verdict (*command_fn)(struct hws_session *s,
                                       const struct ddm_dss *d,
                                       struct strbuf *out);

static const struct {
    uint16_t code_point;
    enum state from, to; /* the states in which it may come */
    command_fn run;
} commands[] = {
    {CP_EXCSAT, START, EXCHANGED, excsat},
    {CP_ACCSEC, EXCHANGED, ACCESSED, accsec},
    {CP_SECCHK, ACCESSED, ACCESSED, secchk},
    {CP_ACCRDB, CHECKED, CHECKED, accrdb},
};

static enum hws_verdict take(struct hws_session *s, const struct ddm_dss *d,
                             struct strbuf *out)
{
    size_t i;

    if (s->discard) {
        s->discard = d->chained;
        return HWS_GO_ON;
    }
    if (d->kind == DDM_OBJECT) /* the data of a command that was refused */
        return s->state == AT_WORK ? HWS_GO_ON : out_of_order(s, d, out);
    if (d->kind != DDM_REQUEST)
        return syntax_error(s, d->correlation, DDM_FORMAT, out);
    for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (commands[i].code_point == d->code_point)
            return s->state >= commands[i].from && s->state <= commands[i].to
                       ? commands[i].run(s, d, out)
                       : out_of_order(s, d, out);
    if (s->state != AT_WORK)
        return out_of_order(s, d, out);
    if (d->code_point == CP_RDBCMM || d->code_point == CP_RDBRLLBCK)
        return end_unit(d, out);
    return not_supported(d, out);
}

/* Takes the whole DSSs out of the buffer. */
static enum hws_verdict take_all(struct hws_session *s, struct strbuf *out)
{
    enum hws_verdict verdict = HWS_GO_ON;
    size_t used = 0, n;
    struct ddm_dss d;
    int r = 1, why = 0;

    while (verdict == HWS_GO_ON && r == 1) {
        r = ddm_read(s->in + used, s->in_len - used, &d, &n, &why);
        if (r == 1) {
            verdict = take(s, &d, out);
            used += n;
        }
    }
    if (r < 0)
        verdict = syntax_error(s, 0, why, out);
    s->in_len -= used;
    memmove(s->in, s->in + used, s->in_len);
    explicit_bzero(s->in + s->in_len, used);
    return verdict;
}

/* What follows a logon stays until that is answered. False: there is no room
 * for it. */
static bool keep(struct hws_session *s, const unsigned char *data, size_t len)
{
    if (len > sizeof(s->in) - s->in_len)
        return false;
    memcpy(s->in + s->in_len, data, len);
    s->in_len += len;
    return true;
}

enum hws_verdict hws_session_feed(struct hws_session *s, const void *data,
                                  size_t len, struct strbuf *out)
{
    enum hws_verdict verdict = HWS_GO_ON;
    const unsigned char *p = data;
    size_t n;

    /* A full buffer holds a whole DSS: each turn makes room. */
    while (verdict == HWS_GO_ON && len > 0) {
        n = sizeof(s->in) - s->in_len;
        if (n > len)
            n = len;
        memcpy(s->in + s->in_len, p, n);
        s->in_len += n;
        p += n;
        len -= n;
        verdict = take_all(s, out);
    }
    if (verdict == HWS_WAIT && !keep(s, p, len))
        verdict = end(s, "too much came before the logon was answered");
    return strbuf_failed(out) ? end(s, "no memory") : verdict;
}

enum hws_verdict hws_session_answer(struct hws_session *s, bool good,
                                    struct strbuf *out)
{
    enum secchkcd code = good && !s->asked.bad_form ? SEC_OK : SEC_BAD_PASSWORD;
    enum hws_verdict verdict;

    verdict =
        answer_secchk(s, code, s->asked.correlation, s->asked.chained, out);
    if (verdict == HWS_GO_ON)
        verdict = take_all(s, out);
    return strbuf_failed(out) ? end(s, "no memory") : verdict;
}
