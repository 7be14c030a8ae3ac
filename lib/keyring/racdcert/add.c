/*
 * RACDCERT ADD: the certificate of a data set goes to the owner, the issuers
 * of a package to CERTAUTH.
 */

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <openssl/err.h>

#include "keyring/racdcert/new.h"
#include "keyring/rings/certread.h"

int rd_read_package(struct rd *q, const struct tso_node *list,
                    struct cert_package *ret)
{
    const char *password;
    struct error err = {0};
    size_t len;
    char *data;
    int r;

    r = rd_dataset_read(q, list, &data, &len);
    if (r != 0)
        return r;
    password = rd_password(q);
    r = certread_parse(data, len, password, ret, &err);
    explicit_bzero(data, len);
    free(data);
    if (r == 0)
        return 0;
    rd_say(q, 0, "%s", r == ERR_SYNTAX ? MSG_INPUT_NO_CERT : MSG_INPUT_ERROR);
    rd_hint(q, "%s", err.text);
    if (r == ERR_DENIED && password == NULL)
        rd_hint(q, "write PASSWORD('...'), or PASSWORD(*) and the option "
                   "--password-file FILE");
    return JOB_FAILED;
}

/* ---- status ---- */

static bool in_dates(X509 *x)
{
    time_t now = time(NULL);

    return ASN1_TIME_cmp_time_t(X509_get0_notBefore(x), now) <= 0 &&
           ASN1_TIME_cmp_time_t(X509_get0_notAfter(x), now) >= 0;
}

/* Names may be alike: the signature decides. */
static bool self_signed(X509 *x)
{
    EVP_PKEY *key = X509_get0_pubkey(x);
    bool same = key != NULL && X509_check_issued(x, x) == X509_V_OK &&
                X509_verify(x, key) == 1;

    ERR_clear_error();
    return same;
}

/* The status, and the message about it; returns 0 or 4. */
static int choose_status(struct rd *q, const char *owner, X509 *x,
                         const char *asked, const char **ret)
{
    const struct store_cert *signer;
    const char *signer_owner;
    bool own = self_signed(x);

    signer = store_issuer(q->store, owner, x, &signer_owner);
    if (!in_dates(x)) {
        *ret = asked != NULL ? asked : "NOTRUST";
        return rd_say(q, JOB_WARNING, MSG_ADD_DATES, *ret);
    }
    if (own) {
        *ret = asked != NULL ? asked : "TRUST";
        return rd_say(q, 0, MSG_SELF_SIGNED, *ret);
    }
    if (signer == NULL || signer->trust == RING_NOTRUST) {
        *ret = asked != NULL ? asked : "NOTRUST";
        rd_say(q, 0, MSG_ADD_SIGNATURE, *ret);
        rd_hint(q, signer == NULL ? "the certificate of its issuer is not "
                                    "stored under CERTAUTH"
                                  : "the certificate of its issuer is NOTRUST");
        return JOB_WARNING;
    }
    *ret = asked != NULL ? asked : "TRUST";
    return 0;
}

/* ---- the issuers of a package ---- */

static int add_issuer(struct rd *q, X509 *x, int *warned)
{
    char label[LABEL_MAX + 1];
    const char *status, *owner;
    struct error err = {0};
    int r, w;

    if (store_find_serial(q->store, X509_get_issuer_name(x),
                          X509_get0_serialNumber(x), &owner) != NULL)
        return 0;
    r = rd_free_label(q, OWNER_CERTAUTH, label);
    if (r != 0)
        return r;
    w = choose_status(q, OWNER_CERTAUTH, x, NULL, &status);
    *warned = w > *warned ? w : *warned;
    if (store_add_cert(q->store, OWNER_CERTAUTH, label, rd_trust(status), x,
                       NULL, &err) != 0)
        return rd_fail(q, &err);
    return rd_say(q, 0, MSG_ADDED, label, "CERTAUTH");
}

/* Roots first, so that what they signed can be checked. */
static int add_issuers(struct rd *q, const struct cert_package *p, int *warned)
{
    size_t i;
    int r = 0;

    for (i = 1; r == 0 && i < p->n; i++)
        if (self_signed(p->cert[i]))
            r = add_issuer(q, p->cert[i], warned);
    for (i = p->n; r == 0 && i > 1; i--)
        if (!self_signed(p->cert[i - 1]))
            r = add_issuer(q, p->cert[i - 1], warned);
    return r;
}

/* ---- the certificate itself ---- */

struct addition {
    struct cert_package package;
    X509 *x509;
    struct store_cert *old; /* takes its place; NULL: a new one */
    char label[LABEL_MAX + 1];
};

static bool label_fits(struct rd *q, const struct store_cert *c)
{
    const char *label = tso_value(q->operands, RD_WITHLABEL);

    return label == NULL || strcmp(label, c->label) == 0;
}

/* The same certificate again, or the answer to a request: it replaces what
 * is there, which keeps label and key. */
static int find_old(struct rd *q, struct addition *a)
{
    const ASN1_INTEGER *serial = X509_get0_serialNumber(a->x509);
    const X509_NAME *issuer = X509_get_issuer_name(a->x509);
    EVP_PKEY *key = X509_get0_pubkey(a->x509);
    struct store_cert *c;
    const char *owner;

    if (key == NULL)
        return rd_say(q, JOB_FAILED, MSG_INPUT_NO_CERT);
    c = store_find_serial(q->store, issuer, serial, &owner);
    if (c != NULL) {
        if (strcmp(owner, q->owner) != 0 || X509_cmp(c->x509, a->x509) != 0 ||
            !label_fits(q, c))
            return rd_defined(q, serial, issuer, owner,
                              "every certificate has one owner and one label");
        a->old = c;
        return 0;
    }
    c = store_find_key(q->store, q->owner, key);
    if (c != NULL && c->has_key && label_fits(q, c))
        a->old = c;
    return 0;
}

static int get_label(struct rd *q, struct addition *a)
{
    const char *label = tso_value(q->operands, RD_WITHLABEL);

    if (a->old != NULL)
        label = a->old->label;
    else if (label == NULL)
        return rd_free_label(q, q->owner, a->label);
    else if (*label == '\0')
        return rd_invalid(q, "WITHLABEL", "", "a label has 1 to 32 characters");
    else if (store_cert_find(q->store, q->owner, label) != NULL)
        return rd_label_used(q, q->owner, label,
                             "The certificate is not added.");
    snprintf(a->label, sizeof(a->label), "%s", label);
    return 0;
}

static int put(struct rd *q, struct addition *a, const char *status)
{
    EVP_PKEY *key = a->package.key;
    char buf[RD_OWNER_TEXT];
    struct error err = {0};
    int r;

    /* Issuers may have been added to the same owner meanwhile. */
    if (a->old != NULL)
        r = store_replace_cert(q->store, q->owner,
                               store_cert_find(q->store, q->owner, a->label),
                               a->x509, rd_trust(status), key, &err);
    else
        r = store_add_cert(q->store, q->owner, a->label, rd_trust(status),
                           a->x509, key, &err);
    if (r != 0)
        return rd_fail(q, &err);
    rd_say(q, 0, MSG_ADDED, a->label, rd_owner_words(q->owner, buf));
    rd_refresh_note(q, "DIGTCERT");
    rd_would(q, "store certificate '%s' for %s", a->label,
             rd_owner_words(q->owner, buf));
    return 0;
}

int rd_ADD(struct rd *q)
{
    const char *asked, *status = NULL;
    struct addition a;
    int r, warned = 0, w;

    memset(&a, 0, sizeof(a));
    asked = rd_status(q, &r);
    if (r == 0)
        r = rd_read_package(q, q->args, &a.package);
    if (r != 0)
        return r;
    a.x509 = a.package.cert[0];
    r = find_old(q, &a);
    if (r == 0)
        r = get_label(q, &a);
    if (r == 0)
        r = add_issuers(q, &a.package, &warned);
    if (r == 0) {
        w = choose_status(q, q->owner, a.x509, asked, &status);
        warned = w > warned ? w : warned;
        r = put(q, &a, status);
    }
    certread_done(&a.package);
    return r > warned ? r : warned;
}
