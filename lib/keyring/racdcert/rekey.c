/* RACDCERT GENREQ, REKEY and ROLLOVER: what renews a certificate. */

#include <string.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "keyring/racdcert/new.h"

/* The certificate of LABEL in the function's parentheses, which must have a
 * key; NULL after a message. */
static struct store_cert *labelled(struct rd *q)
{
    const char *label = tso_value(q->args, RD_LABEL);
    struct store_cert *c;

    if (label == NULL) {
        rd_missing(q, "LABEL");
        return NULL;
    }
    c = rd_cert(q, q->owner, label);
    if (c != NULL && !c->has_key) {
        rd_say(q, 0, MSG_NEEDS_KEY, q->function);
        return NULL;
    }
    return c;
}

/* ---- GENREQ ---- */

/* The request as text, in BIO. */
static int make_request(struct rd *q, struct store_cert *c, BIO *bio,
                        struct error *err)
{
    X509_REQ *req = NULL;
    EVP_PKEY *key = NULL;
    X509 *x;
    int r;

    r = store_x509(q->store, q->owner, c, &x, err);
    if (r == 0)
        r = store_key(q->store, q->owner, c, &key, err);
    if (r == 0)
        r = certmake_request(x, key, &req, err);
    if (r == 0 && PEM_write_bio_X509_REQ_NEW(bio, req) != 1)
        r = error_set(err, ERR_CRYPTO, "the request can't be written");
    X509_REQ_free(req);
    EVP_PKEY_free(key);
    return r;
}

int rd_GENREQ(struct rd *q)
{
    const struct tso_node *dsn = tso_get(q->operands, RD_DSN);
    struct store_cert *c;
    struct error err = {0};
    char *data;
    BIO *bio;
    int r;

    if (dsn == NULL)
        return rd_missing(q, "DSN");
    c = labelled(q);
    if (c == NULL)
        return JOB_FAILED;
    bio = BIO_new(BIO_s_mem());
    r = bio != NULL ? make_request(q, c, bio, &err) : error_nomem(&err);
    if (r == 0) {
        long len = BIO_get_mem_data(bio, &data);

        r = rd_dataset_write(q, dsn->child, false, data, (size_t)len);
        if (r == 0) {
            c->requested = true;
            if (store_save(q->store, q->owner, &err) != 0)
                r = rd_fail(q, &err);
        }
    } else {
        r = rd_fail(q, &err);
    }
    BIO_free(bio);
    return r;
}

/* ---- REKEY ---- */

/* The old key's kind and size, where the operands name none. */
static int get_key(struct rd *q, struct rd_new *g, EVP_PKEY *old)
{
    static const int kinds[] = {RD_RSA, RD_NISTECC, RD_BPECC, RD_SIZE};
    char curve[64] = "";
    size_t i, n;

    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (tso_get(q->operands, kinds[i]) != NULL)
            return rd_new_key_type(q, g);
    g->type = KEY_RSA;
    g->bits = (unsigned)EVP_PKEY_get_bits(old);
    if (EVP_PKEY_get_base_id(old) != EVP_PKEY_EC)
        return 0;
    EVP_PKEY_get_group_name(old, curve, sizeof(curve), &n);
    g->type = strncmp(curve, "brainpool", 9) == 0 ? KEY_BPECC : KEY_NISTECC;
    return 0;
}

static int rekey(struct rd *q, struct rd_new *g, X509 *old)
{
    char buf[RD_OWNER_TEXT];
    struct error err = {0};
    int r;

    g->spec.subject = X509_get_subject_name(old);
    g->altnames = X509_get_ext_d2i(old, NID_subject_alt_name, NULL, NULL);
    g->extusage = X509_get_ext_d2i(old, NID_ext_key_usage, NULL, NULL);
    g->spec.altnames = g->altnames;
    g->spec.extusage = g->extusage;
    g->spec.keyusage = certmake_usage_of(old);
    g->spec.ca = owner_kind(q->owner) == RING_OWNER_CERTAUTH;
    ERR_clear_error();
    r = rd_new_dates(q, g);
    if (r == 0)
        r = get_key(q, g, X509_get0_pubkey(old));
    if (r == 0)
        r = rd_new_keyusage(q, g);
    if (r == 0)
        r = rd_new_serial(q, g, 0, true);
    if (r != 0)
        return r;
    if (certmake_key(g->type, g->bits, &g->key, &err) != 0)
        return rd_fail(q, &err);
    g->spec.pubkey = g->spec.signer_key = g->key;
    if (certmake_cert(&g->spec, &g->x509, &err) != 0 ||
        store_add_cert(q->store, q->owner, g->label, RING_TRUST, g->x509,
                       g->key, &err) != 0)
        return rd_fail(q, &err);
    rd_refresh_note(q, "DIGTCERT");
    rd_would(q, "store certificate '%s' for %s", g->label,
             rd_owner_words(q->owner, buf));
    return 0;
}

int rd_REKEY(struct rd *q)
{
    struct store_cert *c = labelled(q);
    struct error err = {0};
    struct rd_new g;
    X509 *old;
    int r;

    if (c == NULL)
        return JOB_FAILED;
    memset(&g, 0, sizeof(g));
    if (store_x509(q->store, q->owner, c, &old, &err) != 0)
        return rd_fail(q, &err);
    /* Adding moves the array of certificates, not this object. */
    X509_up_ref(old);
    r = rd_new_label(q, &g);
    if (r == 0)
        r = rekey(q, &g, old);
    X509_free(old);
    rd_new_done(&g);
    return r;
}

/* ---- ROLLOVER ---- */

/*
 * Command Language Reference, "RACDCERT ROLLOVER": the old key is deleted, the
 * new certificate takes its place in the rings and goes on with its serial
 * numbers. All in one change of the database.
 */
static int roll_over(struct rd *q, struct store_cert *from,
                     struct store_cert *to)
{
    struct error err = {0};

    rd_would(q,
             "let certificate '%s' follow '%s' in all rings, and delete the "
             "private key of '%s'",
             to->label, from->label, from->label);
    if (from->next_serial > to->next_serial)
        to->next_serial = from->next_serial;
    from->requested = false;
    if ((from != to &&
         store_follow(q->store, q->owner, from->label, to->label, &err) != 0) ||
        store_drop_key(q->store, q->owner, from, &err) != 0 ||
        store_save(q->store, q->owner, &err) != 0)
        return rd_fail(q, &err);
    return 0;
}

int rd_ROLLOVER(struct rd *q)
{
    const char *label = tso_value(q->args, RD_LABEL),
               *new_label = tso_value(q->operands, RD_NEWLABEL);
    bool force = tso_get(q->operands, RD_FORCE) != NULL;
    struct store_cert *from, *to;

    if (label == NULL || new_label == NULL)
        return rd_missing(q, label == NULL ? "LABEL" : "NEWLABEL");
    from = rd_cert(q, q->owner, label);
    to = from != NULL ? rd_cert(q, q->owner, new_label) : NULL;
    if (to == NULL)
        return JOB_FAILED;
    if (from == to && !force) {
        rd_invalid(q, "NEWLABEL", new_label,
                   "LABEL and NEWLABEL name the same certificate; with FORCE "
                   "its private key would be deleted");
        return JOB_FAILED;
    }
    if (!force && (!from->has_key || !to->has_key)) {
        rd_say(q, 0, MSG_NEEDS_KEY, "ROLLOVER");
        rd_hint(q, "'%s' has no private key; FORCE goes on all the same",
                from->has_key ? to->label : from->label);
        return JOB_FAILED;
    }
    return roll_over(q, from, to);
}
