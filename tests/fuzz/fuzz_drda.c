/*
 * Any bytes as a DRDA client of hws, in two pieces. Every second input has
 * logged on before, so that both halves of a conversation are met. Whatever
 * comes, the answers are whole DSSs.
 */

#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "hws/ddm.h"
#include "hws/session.h"

static bool later; /* logons are answered later */

static enum hws_logon_answer logon(void *arg, const char *user,
                                   const char *password)
{
    (void)arg;
    if (later)
        return HWS_ASKED;
    return strlen(user) > strlen(password) ? HWS_GRANTED : HWS_REFUSED;
}

static const struct hws_session_params params = {"FUZZ", logon};

static void log_on(struct hws_session *s, struct strbuf *out)
{
    struct strbuf in = STRBUF_INIT;
    struct ddm_writer w;

    ddm_begin(&w, &in, DDM_REQUEST, true, 1, CP_EXCSAT);
    ddm_end(&w);
    ddm_begin(&w, &in, DDM_REQUEST, false, 2, CP_ACCSEC);
    ddm_end(&w);
    ddm_begin(&w, &in, DDM_REQUEST, true, 1, CP_SECCHK);
    ddm_put_u16(&w, CP_SECMEC, 3);
    ddm_put_text(&w, CP_USRID, "FRED");
    ddm_put_text(&w, CP_PASSWORD, "X");
    ddm_end(&w);
    ddm_begin(&w, &in, DDM_REQUEST, false, 2, CP_ACCRDB);
    ddm_end(&w);
    if (hws_session_feed(s, in.data, in.len, out) != HWS_GO_ON ||
        !hws_session_at_work(s))
        abort();
    strbuf_done(&in);
}

static void check(const struct strbuf *out)
{
    const unsigned char *p = (const unsigned char *)strbuf_str(out);
    struct ddm_dss d;
    size_t used = 0, n;
    int why;

    for (; used < out->len; used += n)
        if (ddm_read(p + used, out->len - used, &d, &n, &why) != 1)
            abort();
}

/* In pieces as large as a server reads; the first logon that is asked for is
 * granted, others are refused. */
static enum hws_verdict feed(struct hws_session *s, const uint8_t *data,
                             size_t size, struct strbuf *out)
{
    enum hws_verdict v = HWS_GO_ON;
    bool good = true;
    size_t n;

    for (; size > 0 && v == HWS_GO_ON; data += n, size -= n) {
        n = size < 16384 ? size : 16384;
        v = hws_session_feed(s, data, n, out);
        for (; v == HWS_WAIT; good = false)
            v = hws_session_answer(s, good, out);
    }
    return v;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct strbuf out = STRBUF_INIT;
    struct hws_session *s;
    size_t cut;

    later = false;
    if (size < 2 || (s = hws_session_new(&params, NULL)) == NULL)
        return 0;
    if (data[0] % 2 == 1)
        log_on(s, &out);
    later = data[0] % 4 >= 2;
    cut = 1 + data[0] / 2 % (size - 1);
    if (feed(s, data + 1, cut - 1, &out) == HWS_GO_ON)
        feed(s, data + cut, size - cut, &out);
    check(&out);
    hws_session_free(s);
    strbuf_done(&out);
    return 0;
}
