/*
 * What a partner may send to a TLS session: any bytes before the handshake,
 * within it, after it, and real messages with bytes changed. The first byte
 * chooses role and moment, the second how far the handshake has gone; the rest
 * is sent. A session must never give out data that the partner did not seal,
 * and every failure must have a return code with a meaning.
 */

#include <stdlib.h>
#include <string.h>
#include <openssl/err.h>

#include "fuzz/fuzz.h"
#include "support/tlspair.h"
#include "tls/retcode.h"

enum { BEFORE, WITHIN, AFTER, CHANGED, MOMENTS };
enum { ROOM = 20 * 1024, SERVER = 1, TLS13 = 2 };

static struct testring *rings;
static struct tls_setup setups[4]; /* by role and version */

static void clean(void)
{
    size_t i;

    for (i = 0; i < 4; i++)
        tls_setup_done(&setups[i]);
    testring_free(rings);
}

static void prepare(void)
{
    size_t i;

    if (rings != NULL)
        return;
    rings = testring_new(NULL);
    for (i = 0; i < 4; i++) {
        struct tls_side side = {.role = i & SERVER ? "ServerWithClientAuth"
                                                   : "Client",
                                .adv = i & TLS13 ? "TLSv1.3 On" : NULL};

        if (tls_setup_open(&setups[i], rings, &side) != 0)
            abort();
    }
    atexit(clean);
}

/* Carries STEPS flights between the two. */
static void shake_some(struct tls_end *a, struct tls_end *b, unsigned steps)
{
    unsigned i;

    for (i = 0; i < steps; i++) {
        struct tls_end *from = i % 2 != 0 ? a : b;
        struct tls_end *to = i % 2 != 0 ? b : a;

        if (from->last != SESSION_OK)
            tls_end_step(from);
        tls_carry(from, to, SIZE_MAX);
    }
}

/* The next message of FROM, some of its bytes changed as DATA says. */
static void send_changed(struct tls_end *from, struct tls_end *to,
                         const uint8_t *data, size_t size)
{
    unsigned char buf[8192];
    size_t i;
    int n;

    if (from->last != SESSION_OK)
        tls_end_step(from);
    n = BIO_read(from->net, buf, sizeof(buf));
    for (i = 0; n > 0 && i + 2 < size; i += 3)
        buf[((size_t)data[i] << 8 | data[i + 1]) % (size_t)n] ^= data[i + 2];
    if (n > 0)
        BIO_write(to->net, buf, n);
}

/* Every end has a meaning. */
static void check_end(const struct tls_end *e, enum session_status st)
{
    int rc = session_outcome(e->session)->rc;

    if ((st == SESSION_FAILED) != (rc != 0))
        abort();
    if (rc != 0 && retcode_find(rc) == NULL)
        abort();
}

static void finish(struct tls_end *e, unsigned moment)
{
    enum session_status st = SESSION_OK;
    char buf[512];
    size_t n;
    int turn;

    for (turn = 0; turn < 8; turn++) {
        if (e->last != SESSION_OK) {
            st = tls_end_step(e);
        } else {
            st = session_read(e->session, buf, sizeof(buf), &n);
            /* nobody sealed anything */
            if (st == SESSION_OK)
                abort();
        }
        check_end(e, st);
        if (st != SESSION_OK)
            break;
    }
    if (moment == BEFORE && e->last == SESSION_OK)
        abort();
    if (st == SESSION_WANT_READ || st == SESSION_WANT_WRITE) {
        tls_fin(e);
        if (e->last != SESSION_OK)
            st = tls_end_step(e);
        else
            st = session_read(e->session, buf, sizeof(buf), &n);
        check_end(e, st);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tls_end ours, peer;
    unsigned which, moment;

    if (size < 2)
        return 0;
    prepare();
    which = data[0] & (SERVER | TLS13);
    moment = data[0] >> 2 & (MOMENTS - 1);
    if (tls_end_open(&ours, &setups[which], ROOM) != 0 ||
        (moment != BEFORE &&
         tls_end_open(&peer, &setups[which ^ SERVER], ROOM) != 0))
        abort();
    if (moment == WITHIN || moment == CHANGED)
        shake_some(&ours, &peer, data[1] % 8);
    else if (moment == AFTER && !tls_shake(&ours, &peer))
        abort();
    if (moment == CHANGED)
        send_changed(&peer, &ours, data + 2, size - 2);
    else
        BIO_write(ours.net, data + 2, (int)(size - 2 < ROOM ? size - 2 : ROOM));
    finish(&ours, moment);
    tls_end_done(&ours);
    if (moment != BEFORE)
        tls_end_done(&peer);
    /* What a run keeps libFuzzer takes for a leak, and looks for it through all
     * of the memory: texts of OpenSSL's errors are kept until the next ones. */
    ERR_clear_error();
    return 0;
}
