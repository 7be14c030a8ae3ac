/* RACDCERT GENCERT: a new certificate, with a new key or for a request. */

#include <stdio.h>
#include <string.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "keyring/racdcert/new.h"

struct gencert {
    struct rd_new new;
    X509_REQ *request; /* NULL: the key is ours to make */
    const char *signer_owner;
    struct store_cert *signer; /* NULL: self-signed */
};

/* ---- from a request ---- */

static int no_prompt(char *buf, int size, int rwflag, void *arg)
{
    (void)buf;
    (void)size;
    (void)rwflag;
    (void)arg;
    return -1;
}

static X509_REQ *parse_request(const char *data, size_t len)
{
    BIO *bio = BIO_new_mem_buf(data, (int)len);
    const unsigned char *p = (const unsigned char *)data;
    X509_REQ *req = NULL;

    ERR_clear_error();
    if (bio != NULL)
        req = PEM_read_bio_X509_REQ(bio, NULL, no_prompt, NULL);
    if (req == NULL)
        req = d2i_X509_REQ(NULL, &p, (long)len);
    BIO_free(bio);
    ERR_clear_error();
    return req;
}

/* Names and usages that the operands do not give are the request's. */
static void take_extensions(struct gencert *g)
{
    STACK_OF(X509_EXTENSION) *list = X509_REQ_get_extensions(g->request);

    g->new.altnames = X509V3_get_d2i(list, NID_subject_alt_name, NULL, NULL);
    g->new.extusage = X509V3_get_d2i(list, NID_ext_key_usage, NULL, NULL);
    g->new.spec.altnames = g->new.altnames;
    g->new.spec.extusage = g->new.extusage;
    sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
    ERR_clear_error();
}

static int check_request_usage(struct rd *q, struct gencert *g)
{
    unsigned asked = certmake_request_usage(g->request);

    if (tso_get(q->operands, RD_KEYUSAGE) == NULL) {
        g->new.spec.keyusage = asked;
        return 0;
    }
    if ((asked & USE_CERTSIGN) == 0 ||
        (USE_CERTSIGN & g->new.spec.keyusage) != 0)
        return 0;
    return rd_invalid(q, "KEYUSAGE", "CERTSIGN",
                      "the request is for a certificate authority: name "
                      "CERTSIGN in KEYUSAGE too, or leave KEYUSAGE out");
}

static int get_request(struct rd *q, struct gencert *g)
{
    EVP_PKEY *key;
    size_t len;
    char *data;
    int r;

    r = rd_dataset_read(q, q->args, &data, &len);
    if (r != 0)
        return r;
    g->request = parse_request(data, len);
    free(data);
    if (g->request == NULL) {
        rd_say(q, 0, MSG_INPUT_NO_CERT);
        rd_hint(q, "the data set holds no PKCS#10 request");
        return JOB_FAILED;
    }
    key = X509_REQ_get0_pubkey(g->request);
    if (key == NULL || X509_REQ_verify(g->request, key) != 1) {
        ERR_clear_error();
        rd_say(q, 0, MSG_INPUT_NO_CERT);
        rd_hint(q, "the request's signature is wrong: it was changed or cut");
        return JOB_FAILED;
    }
    if (tso_get(q->operands, RD_SIGNWITH) == NULL)
        return rd_missing(q, "SIGNWITH");
    g->new.type =
        EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA ? KEY_RSA : KEY_NISTECC;
    g->new.spec.pubkey = key;
    g->new.spec.subject = X509_REQ_get_subject_name(g->request);
    take_extensions(g);
    return 0;
}

/* ---- signer ---- */

static int get_signer(struct rd *q, struct gencert *g)
{
    const struct tso_node *n = tso_get(q->operands, RD_SIGNWITH);
    const char *label;
    struct error err = {0};

    if (n == NULL)
        return 0;
    label = tso_value(n->child, RD_LABEL);
    if (label == NULL)
        return rd_invalid(q, "SIGNWITH", "",
                          "write SIGNWITH(CERTAUTH LABEL('...'))");
    g->signer_owner = rd_owner(q, n->child, q->owner);
    if (g->signer_owner == NULL)
        return JOB_FAILED;
    g->signer = rd_cert(q, g->signer_owner, label);
    if (g->signer == NULL)
        return JOB_FAILED;
    if (!g->signer->has_key)
        return rd_say(q, JOB_FAILED, MSG_NEEDS_KEY, "GENCERT");
    if (store_x509(q->store, g->signer_owner, g->signer, &g->new.spec.signer,
                   &err) != 0 ||
        store_key(q->store, g->signer_owner, g->signer, &g->new.signer_key,
                  &err) != 0)
        return rd_fail(q, &err);
    return 0;
}

/* ---- storing ---- */

static const char *status_of(struct rd *q, const struct gencert *g)
{
    bool notrust = tso_get(q->operands, RD_NOTRUST) != NULL ||
                   (g->signer != NULL && g->signer->trust == RING_NOTRUST);

    return notrust ? "NOTRUST" : "TRUST";
}

static int check_validity(struct rd *q, const struct gencert *g)
{
    if (g->signer == NULL ||
        ASN1_TIME_cmp_time_t(X509_get0_notAfter(g->new.spec.signer),
                             g->new.spec.not_after) >= 0)
        return 0;
    rd_say(q, 0, MSG_MADE_DATES, status_of(q, g));
    rd_hint(
        q,
        "the new certificate is valid for longer than the one that signs it");
    return JOB_WARNING;
}

static int make(struct rd *q, struct gencert *g)
{
    struct cert_spec *spec = &g->new.spec;
    struct error err = {0};

    if (g->request == NULL) {
        if (certmake_key(g->new.type, g->new.bits, &g->new.key, &err) != 0)
            return rd_fail(q, &err);
        spec->pubkey = g->new.key;
    }
    spec->ca = owner_kind(q->owner) == RING_OWNER_CERTAUTH;
    spec->signer_key = g->signer != NULL ? g->new.signer_key : g->new.key;
    if (certmake_cert(spec, &g->new.x509, &err) != 0)
        return rd_fail(q, &err);
    return 0;
}

/* Adding may move the owner's array: the signer is not used behind it. */
static int count_serial(struct rd *q, struct gencert *g)
{
    struct error err = {0};

    if (g->signer == NULL)
        return 0;
    g->signer->next_serial = g->new.serial_number + 1;
    return store_save(q->store, g->signer_owner, &err) == 0 ? 0
                                                            : rd_fail(q, &err);
}

/* The request came from a certificate of the same owner: the new one takes
 * its place, its label and its key. */
static struct store_cert *requester(struct rd *q, const struct gencert *g)
{
    struct store_cert *c;

    if (g->request == NULL)
        return NULL;
    c = store_find_key(q->store, q->owner, g->new.spec.pubkey);
    return c != NULL && c->has_key ? c : NULL;
}

static int put(struct rd *q, struct gencert *g, struct store_cert *old)
{
    enum ring_trust trust = rd_trust(status_of(q, g));
    char buf[RD_OWNER_TEXT];
    struct error err = {0};
    int r;

    r = count_serial(q, g);
    if (r != 0)
        return r;
    r = old != NULL ? store_replace_cert(q->store, q->owner, old, g->new.x509,
                                         trust, NULL, &err)
                    : store_add_cert(q->store, q->owner, g->new.label, trust,
                                     g->new.x509, g->new.key, &err);
    if (r != 0)
        return rd_fail(q, &err);
    rd_refresh_note(q, "DIGTCERT");
    rd_would(q, "store certificate '%s' for %s",
             old != NULL ? old->label : g->new.label,
             rd_owner_words(q->owner, buf));
    return 0;
}

static int get_label(struct rd *q, struct gencert *g,
                     const struct store_cert *old)
{
    const char *label = tso_value(q->operands, RD_WITHLABEL);

    if (old == NULL || (label != NULL && strcmp(label, old->label) != 0))
        return rd_new_label(q, &g->new);
    snprintf(g->new.label, sizeof(g->new.label), "%s", old->label);
    return 0;
}

/* The key is the request's, whatever its operands say. */
static void note_key_operands(struct rd *q)
{
    static const struct {
        int word;
        const char *keyword;
    } keys[] = {{RD_SIZE, "SIZE"},
                {RD_RSA, "RSA"},
                {RD_NISTECC, "NISTECC"},
                {RD_BPECC, "BPECC"}};
    size_t i;

    for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (tso_get(q->operands, keys[i].word) != NULL)
            rd_say(q, 0,
                   "NOTE: %s has no meaning here and is ignored: the key is "
                   "the request's",
                   keys[i].keyword);
}

/* What operands and request say; the order of the messages. */
static int get_operands(struct rd *q, struct gencert *g)
{
    bool from_request = g->request != NULL;
    int r = 0;

    if (!from_request || tso_get(q->operands, RD_SUBJECTSDN) != NULL)
        r = rd_new_subject(q, &g->new);
    if (r == 0)
        r = rd_new_dates(q, &g->new);
    if (from_request)
        note_key_operands(q);
    else if (r == 0)
        r = rd_new_key_type(q, &g->new);
    if (r == 0)
        r = rd_new_keyusage(q, &g->new);
    if (r == 0 && from_request)
        r = check_request_usage(q, g);
    if (r == 0)
        r = rd_new_altnames(q, &g->new);
    if (r == 0)
        r = get_signer(q, g);
    if (r == 0)
        r = rd_new_serial(q, &g->new,
                          g->signer != NULL ? g->signer->next_serial : 0,
                          g->signer != NULL);
    return r;
}

int rd_GENCERT(struct rd *q)
{
    struct store_cert *old = NULL;
    struct gencert g;
    int r = 0, warned = 0;

    memset(&g, 0, sizeof(g));
    if (q->args != NULL)
        r = get_request(q, &g);
    if (r == 0) {
        old = requester(q, &g);
        r = get_label(q, &g, old);
    }
    if (r == 0)
        r = get_operands(q, &g);
    if (r == 0)
        warned = check_validity(q, &g);
    if (r == 0)
        r = make(q, &g);
    if (r == 0)
        r = put(q, &g, old);
    X509_REQ_free(g.request);
    rd_new_done(&g.new);
    return r > warned ? r : warned;
}
