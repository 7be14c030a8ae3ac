/*
 * What RACDCERT's functions have in common: messages, owners, labels, the
 * choice of a certificate, passwords.
 */

#include <stdio.h>
#include <string.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>

#include "keyring/racdcert/certlist.h"
#include "keyring/racdcert/private.h"
#include "keyring/rings/certname.h"

/* ---- messages ---- */

static void __attribute__((format(printf, 3, 0)))
say(struct rd *q, const char *before, const char *fmt, va_list ap)
{
    struct strbuf text = STRBUF_INIT;
    const char *p;

    strbuf_vaddf(&text, fmt, ap);
    strbuf_adds(q->out, before);
    /* Labels and names are from outside: one message, one line. */
    for (p = strbuf_str(&text); *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            strbuf_addf(q->out, "\\x%02X", (unsigned char)*p);
        else
            strbuf_addc(q->out, *p);
    strbuf_addc(q->out, '\n');
    strbuf_done(&text);
}

int rd_say(struct rd *q, int rc, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    say(q, "", fmt, ap);
    va_end(ap);
    return rc;
}

void rd_hint(struct rd *q, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    say(q, "  ", fmt, ap);
    va_end(ap);
}

int rd_fail(struct rd *q, const struct error *err)
{
    q->broken = true;
    return rd_say(q, JOB_FAILED, "%s", err->text);
}

/* ---- owners and labels ---- */

const char *rd_owner_words(const char *owner, char buf[RD_OWNER_TEXT])
{
    switch (owner_kind(owner)) {
    case RING_OWNER_CERTAUTH:
        return "CERTAUTH";
    case RING_OWNER_SITE:
        return "SITE";
    case RING_OWNER_USER:
        break;
    }
    snprintf(buf, RD_OWNER_TEXT, "user %s", owner);
    return buf;
}

const char *rd_owner(struct rd *q, const struct tso_node *list,
                     const char *deflt)
{
    const char *id = tso_value(list, RD_ID);
    int n = (id != NULL) + (tso_get(list, RD_CERTAUTH) != NULL) +
            (tso_get(list, RD_SITE) != NULL) +
            (tso_get(list, RD_MULTIID) != NULL);

    if (n > 1) {
        rd_say(q, 0, MSG_INVALID, "OWNER", "MORE THAN ONE");
        rd_hint(q, "write one of ID(user), CERTAUTH and SITE");
        return NULL;
    }
    if (tso_get(list, RD_CERTAUTH) != NULL)
        return OWNER_CERTAUTH;
    if (tso_get(list, RD_SITE) != NULL)
        return OWNER_SITE;
    if (tso_get(list, RD_MULTIID) != NULL)
        return OWNER_MULTI;
    if (id == NULL)
        id = deflt;
    if (id == NULL) {
        rd_say(q, 0, MSG_MISSING, "ID");
        rd_hint(q, "write ID(user): your account name is no user id, and "
                   "neither USER= nor --issuer names one");
        return NULL;
    }
    if (owner_kind(id) == RING_OWNER_USER && strcmp(id, OWNER_MULTI) != 0 &&
        !saf_user_exists(q->ctx->saf, id)) {
        rd_say(q, 0, MSG_INVALID, "USERID", id);
        if (tso_get(list, RD_ID) == NULL && deflt == q->ctx->issuer)
            rd_hint(q, "no owner is written, and the issuer is no defined "
                       "user: write ID(user), CERTAUTH or SITE");
        else
            rd_hint(q, "user %s is not defined; ADDUSER %s makes it", id, id);
        return NULL;
    }
    return id;
}

struct store_cert *rd_cert(struct rd *q, const char *owner, const char *label)
{
    struct store_cert *c = store_cert_find(q->store, owner, label);
    char buf[RD_OWNER_TEXT];

    if (c == NULL) {
        rd_say(q, 0, MSG_NO_MATCH);
        rd_hint(q, "%s has no certificate with label '%s'",
                rd_owner_words(owner, buf), label);
    }
    return c;
}

int rd_missing(struct rd *q, const char *keyword)
{
    return rd_say(q, JOB_FAILED, MSG_KEYWORD, keyword);
}

int rd_invalid(struct rd *q, const char *what, const char *value,
               const char *hint)
{
    if (*value != '\0')
        rd_say(q, 0, MSG_INVALID, what, value);
    else
        rd_say(q, 0, MSG_INVALID_ALONE, what);
    rd_hint(q, "%s", hint);
    return JOB_SYNTAX;
}

int rd_label_used(struct rd *q, const char *owner, const char *label,
                  const char *consequence)
{
    char buf[RD_OWNER_TEXT];

    rd_say(q, 0, MSG_LABEL_USED, label, rd_owner_words(owner, buf),
           consequence);
    rd_hint(q, "choose another label, or delete what has it first");
    return JOB_FAILED;
}

int rd_free_label(struct rd *q, const char *owner, char label[LABEL_MAX + 1])
{
    unsigned n;

    for (n = 1; n < 100000000; n++) {
        snprintf(label, LABEL_MAX + 1, "LABEL%08u", n);
        if (store_cert_find(q->store, owner, label) == NULL &&
            store_filter_find(q->store, owner, label) == NULL)
            return 0;
    }
    return rd_say(q, JOB_FAILED, "there are too many certificates");
}

void rd_would(struct rd *q, const char *fmt, ...)
{
    va_list ap;

    if (!q->ctx->dry_run)
        return;
    va_start(ap, fmt);
    say(q, "dry run: would ", fmt, ap);
    va_end(ap);
}

void rd_refresh_note(struct rd *q, const char *class_name)
{
    if (saf_class_raclisted(q->ctx->saf, class_name))
        rd_say(q, 0, MSG_REFRESH, class_name);
}

const char *rd_status(struct rd *q, int *rc)
{
    static const int words[] = {RD_TRUST, RD_NOTRUST, RD_HIGHTRUST};
    static const char *const names[] = {"TRUST", "NOTRUST", "HIGHTRUST"};
    const char *found = NULL;
    size_t i;

    *rc = 0;
    for (i = 0; i < 3; i++) {
        if (tso_get(q->operands, words[i]) == NULL)
            continue;
        if (found != NULL)
            *rc = rd_invalid(q, "STATUS", names[i],
                             "write one of TRUST, NOTRUST and HIGHTRUST");
        found = names[i];
    }
    if (*rc == 0 && found != NULL && strcmp(found, "HIGHTRUST") == 0 &&
        owner_kind(q->owner) != RING_OWNER_CERTAUTH)
        *rc = rd_invalid(q, "STATUS", found,
                         "HIGHTRUST is for CERTAUTH certificates only");
    return found;
}

enum ring_trust rd_trust(const char *status)
{
    return strcmp(status, "NOTRUST") == 0     ? RING_NOTRUST
           : strcmp(status, "HIGHTRUST") == 0 ? RING_HIGHTRUST
                                              : RING_TRUST;
}

/* ---- which certificate ---- */

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

bool rd_wanted(struct rd *q, struct store_cert *c)
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

struct store_cert *rd_choose(struct rd *q)
{
    struct store_owner *o = store_owner_find(q->store, q->owner);
    struct store_cert *found = NULL;
    char buf[RD_OWNER_TEXT];
    size_t i, n = 0;

    for (i = 0; o != NULL && i < o->ncerts; i++)
        if (rd_wanted(q, &o->certs[i])) {
            found = &o->certs[i];
            n++;
        }
    if (n == 1)
        return found;
    rd_say(q, 0, MSG_NO_MATCH);
    if (n > 1)
        rd_hint(q, "%zu certificates of %s fit: name one with LABEL('...')", n,
                rd_owner_words(q->owner, buf));
    else
        rd_hint(q, "RACDCERT %s LIST shows what there is",
                owner_text(q->owner, buf));
    return NULL;
}

/* ---- passwords ---- */

const char *rd_password(struct rd *q)
{
    const char *password = tso_value(q->operands, RD_PASSWORD);
    struct job_context *ctx = q->ctx;

    if (password == NULL)
        return NULL;
    if (strcmp(password, "*") == 0)
        return ctx->password == NULL && ctx->ask_password != NULL
                   ? ctx->ask_password(ctx->ask_arg)
                   : ctx->password;
    if (ctx->no_echo)
        rd_say(q, 0,
               "NOTE: other users can see a password on the command line; "
               "PASSWORD(*) asks for it, --password-file reads it");
    return password;
}
