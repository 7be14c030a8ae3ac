#include <ctype.h>
#include <string.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>

#include "keyring/certlist.h"
#include "keyring/certname.h"
#include "keyring/racdcert_private.h"

/* RACDCERT LIST: which certificates, then certlist.c shows them. */

/* SERIALNUMBER as hexadecimal digits, leading zeros allowed. */
static bool serial_is(X509 *x, const char *text)
{
    BIGNUM *want = NULL, *have;
    bool same;

    if (strspn(text, "0123456789ABCDEFabcdef") != strlen(text) ||
        BN_hex2bn(&want, text) == 0)
        return false;
    have = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x), NULL);
    same = have != NULL && BN_cmp(want, have) == 0;
    BN_free(want);
    BN_free(have);
    return same;
}

static bool issuer_is(X509 *x, const char *text)
{
    struct strbuf dn = STRBUF_INIT;
    bool same;

    certname_print(X509_get_issuer_name(x), &dn);
    same = strcmp(strbuf_str(&dn), text) == 0;
    strbuf_done(&dn);
    return same;
}

/* Whether a certificate is one that the operands ask for. */
static bool wanted(struct rd *q, struct store_cert *c)
{
    const char *label = tso_value(q->args, RD_LABEL),
               *serial = tso_value(q->args, RD_SERIALNUMBER),
               *issuer = tso_value(q->args, RD_ISSUERSDN);
    X509 *x;

    if (label != NULL && strcmp(c->label, label) != 0)
        return false;
    if (serial == NULL && issuer == NULL)
        return true;
    return store_x509(q->store, q->owner, c, &x, NULL) == 0 &&
           (serial == NULL || serial_is(x, serial)) &&
           (issuer == NULL || issuer_is(x, issuer));
}

int rd_LIST(struct rd *q)
{
    const struct store_owner *o = store_owner_find(q->store, q->owner);
    char buf[SAF_NAME_MAX + 8];
    struct error err = {0};
    size_t i, shown = 0;

    for (i = 0; o != NULL && i < o->ncerts; i++) {
        if (!wanted(q, &o->certs[i]))
            continue;
        if (shown++ == 0)
            certlist_heading(q->owner, q->out);
        if (certlist_cert(q->store, q->owner, &o->certs[i], q->out, &err) != 0)
            return rd_fail(q, &err);
    }
    if (shown > 0)
        return 0;
    if (q->args != NULL) {
        rd_say(q, 0,
               "IRRD107I No matching certificate was found for this "
               "user.");
        return JOB_FAILED;
    }
    return rd_say(q, JOB_WARNING,
                  "IRRD105I No certificate information was found for %s.",
                  rd_owner_words(q->owner, buf));
}
