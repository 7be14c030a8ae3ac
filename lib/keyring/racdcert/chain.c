/*
 * RACDCERT LISTCHAIN and CHECKCERT: certificates one after the other, and a
 * summary of the chain. The summary's wording is ours.
 */

#include <string.h>
#include <time.h>

#include "keyring/racdcert/certlist.h"
#include "keyring/racdcert/new.h"
#include "keyring/rings/certread.h"

struct summary {
    size_t count;
    bool complete, expired, notrust;
};

static bool expired(X509 *x)
{
    return ASN1_TIME_cmp_time_t(X509_get0_notAfter(x), time(NULL)) < 0;
}

static void print_summary(struct rd *q, const struct summary *s)
{
    strbuf_addf(q->out,
                "Chain information:\n"
                "  Chain contains %zu certificate(s), chain is %s\n",
                s->count, s->complete ? "complete" : "incomplete");
    if (s->expired)
        strbuf_adds(q->out, "  Chain contains expired certificate(s)\n");
    if (s->notrust)
        strbuf_adds(q->out, "  Chain contains NOTRUST certificate(s)\n");
}

/* ---- LISTCHAIN ---- */

static bool all_connected(const struct store_ring *r,
                          const struct store_chain *chain)
{
    size_t i;

    for (i = 0; i < chain->n; i++)
        if (store_connect_find(r, chain->link[i].owner,
                               chain->link[i].cert->label) == NULL)
            return false;
    return true;
}

static void print_common_rings(struct rd *q, const struct store_chain *chain)
{
    const struct ring_store *s = q->store;
    struct strbuf name = STRBUF_INIT;
    size_t i, k, n = 0;

    for (i = 0; i < s->nowners; i++)
        for (k = 0; k < s->owners[i].nrings; k++) {
            const struct store_ring *r = &s->owners[i].rings[k];

            if (!all_connected(r, chain))
                continue;
            n++;
            strbuf_reset(&name);
            strbuf_add_escaped(&name, r->name, strlen(r->name));
            strbuf_addf(q->out, "  Chain contains ring in common: %s/%s\n",
                        s->owners[i].id, strbuf_str(&name));
        }
    if (n == 0)
        strbuf_adds(q->out, "  Chain contains no ring in common\n");
    strbuf_done(&name);
}

int rd_LISTCHAIN(struct rd *q)
{
    const char *label = tso_value(q->args, RD_LABEL);
    struct summary sum = {0};
    struct store_chain chain;
    struct error err = {0};
    struct store_cert *c;
    size_t i;

    if (label == NULL)
        return rd_missing(q, "LABEL");
    c = rd_cert(q, q->owner, label);
    if (c == NULL)
        return JOB_FAILED;
    if (store_chain(q->store, q->owner, c, &chain, &err) != 0)
        return rd_fail(q, &err);
    sum.count = chain.n;
    sum.complete = chain.complete;
    for (i = 0; i < chain.n; i++) {
        const struct store_link *l = &chain.link[i];

        strbuf_addf(q->out, "Certificate %zu:\n", i + 1);
        certlist_heading(l->owner, q->out);
        if (certlist_cert(q->store, l->owner, l->cert, q->out, &err) != 0)
            return rd_fail(q, &err);
        sum.expired |= expired(l->x509);
        sum.notrust |= l->cert->trust == RING_NOTRUST;
    }
    print_summary(q, &sum);
    print_common_rings(q, &chain);
    return 0;
}

/* ---- CHECKCERT ---- */

/* The certificate in the database, or NULL. */
static struct store_cert *stored(struct rd *q, X509 *x, const char **owner)
{
    struct store_cert *c;

    c = store_find_serial(q->store, X509_get_issuer_name(x),
                          X509_get0_serialNumber(x), owner);
    return c != NULL && X509_cmp(c->x509, x) == 0 ? c : NULL;
}

/* Follows the issuers inside the package from its first certificate. */
static bool reaches_root(const struct cert_package *p)
{
    X509 *x = p->cert[0];
    size_t step, i;

    for (step = 0; step < p->n; step++) {
        if (X509_check_issued(x, x) == X509_V_OK)
            return true;
        for (i = 0; i < p->n; i++)
            if (p->cert[i] != x &&
                X509_check_issued(p->cert[i], x) == X509_V_OK)
                break;
        if (i == p->n)
            return false;
        x = p->cert[i];
    }
    return false;
}

static void show(struct rd *q, const struct cert_package *p, size_t i,
                 struct summary *sum)
{
    const struct store_cert *c;
    const char *owner;

    c = stored(q, p->cert[i], &owner);
    strbuf_addf(q->out, "Certificate %zu:\n", i + 1);
    if (c != NULL) {
        certlist_heading(owner, q->out);
        certlist_label(owner, c, q->out);
        sum->notrust |= c->trust == RING_NOTRUST;
    } else {
        strbuf_adds(q->out, "The certificate is not in the database.\n\n");
    }
    certlist_x509(p->cert[i], i == 0 && p->key != NULL, q->out);
    strbuf_addc(q->out, '\n');
    sum->expired |= expired(p->cert[i]);
}

int rd_CHECKCERT(struct rd *q)
{
    struct summary sum = {0};
    struct strbuf details = STRBUF_INIT, *out = q->out;
    struct cert_package p;
    size_t i;
    int r;

    if (q->args == NULL)
        return rd_missing(q, "DSN");
    /* IRRD302I stands before the message that says what is wrong. */
    q->out = &details;
    r = rd_read_package(q, q->args, &p);
    q->out = out;
    if (r != 0)
        rd_say(q, 0, MSG_CHECK);
    strbuf_adds(q->out, strbuf_str(&details));
    strbuf_done(&details);
    if (r != 0)
        return r;
    for (i = 0; i < p.n; i++)
        show(q, &p, i, &sum);
    sum.count = p.n;
    sum.complete = reaches_root(&p);
    print_summary(q, &sum);
    certread_done(&p);
    return 0;
}
