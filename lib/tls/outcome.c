/* Filling in the outcome; the only reader of OpenSSL's error queue. */
#include "tls/outcome.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/proverr.h>
#include <openssl/ssl.h>

#include "tls/certinfo.h"
#include "tls/retcode.h"
#include "util/strbuf.h"

void tls_outcome_init(struct tls_outcome *o)
{
    memset(o, 0, sizeof(*o));
    o->alert_sent = -1;
    o->alert_received = -1;
    o->verify_error = X509_V_OK;
}

/* Cut where it does not fit: these are explanations, not data. */
static void copy_escaped(char *to, size_t size, const char *from, size_t len)
{
    struct strbuf sb = STRBUF_INIT;

    strbuf_add_escaped(&sb, from, len);
    snprintf(to, size, "%s", strbuf_str(&sb));
    strbuf_done(&sb);
}

int tls_outcome_set(struct tls_outcome *o, int rc, const char *fmt, ...)
{
    char text[sizeof(o->reason)];
    va_list ap;

    if (o->rc != 0)
        return o->rc;
    o->rc = rc;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    copy_escaped(o->reason, sizeof(o->reason), text, strlen(text));
    return rc;
}

void tls_outcome_certificate(struct tls_outcome *o, const X509 *cert)
{
    if (cert == NULL)
        return;
    certinfo_name(X509_get_subject_name(cert), o->subject, sizeof(o->subject));
    certinfo_name(X509_get_issuer_name(cert), o->issuer, sizeof(o->issuer));
}

/* The code of an error that is not the TLS library's own. */
static int code_of_library(unsigned long e)
{
    switch (ERR_GET_LIB(e)) {
    case ERR_LIB_SYS:
        return 406;
    case ERR_LIB_ASN1:
    case ERR_LIB_X509:
    case ERR_LIB_X509V3:
    case ERR_LIB_PEM:
        return 414;
    case ERR_LIB_EVP:
    case ERR_LIB_PROV:
    case ERR_LIB_RSA:
    case ERR_LIB_EC:
    case ERR_LIB_DH:
    case ERR_LIB_DSA:
    case ERR_LIB_BN:
    case ERR_LIB_RAND:
    case ERR_LIB_CRYPTO:
        return 9;
    default:
        return 0;
    }
}

static int code_of(unsigned long e)
{
    if (ERR_GET_REASON(e) == ERR_R_MALLOC_FAILURE)
        return 4;
    /* a record too short to be one of this session */
    if (ERR_GET_LIB(e) == ERR_LIB_PROV &&
        ERR_GET_REASON(e) == PROV_R_INVALID_AAD)
        return 411;
    if (ERR_GET_LIB(e) == ERR_LIB_X509 &&
        ERR_GET_REASON(e) == X509_R_KEY_VALUES_MISMATCH)
        return 428;
    if (ERR_GET_LIB(e) == ERR_LIB_SSL)
        return retcode_from_reason(ERR_GET_REASON(e));
    return code_of_library(e);
}

/*
 * The oldest entry is the cause, the later ones are its callers; but an entry
 * of the TLS library that the table knows says more than one of a library
 * below it (a signature that does not fit is an RSA error first).
 */
static unsigned long cause(void)
{
    unsigned long e, first = 0, known = 0;

    while ((e = ERR_get_error()) != 0) {
        if (first == 0)
            first = e;
        if (known == 0 && ERR_GET_LIB(e) == ERR_LIB_SSL && code_of(e) != 0)
            known = e;
    }
    return known != 0 && code_of(first) != 4 ? known : first;
}

int tls_outcome_take(struct tls_outcome *o, int otherwise, const char *what)
{
    unsigned long e = cause();
    const char *text = e != 0 ? ERR_reason_error_string(e) : NULL;
    int code = e != 0 ? code_of(e) : 0;

    if (o->verify_error != X509_V_OK)
        return tls_outcome_set(o, retcode_from_verify(o->verify_error),
                               "%s: %s", what,
                               X509_verify_cert_error_string(o->verify_error));
    return tls_outcome_set(o, code != 0 ? code : otherwise, "%s: %s", what,
                           text != NULL ? text : "no reason given");
}

/* OpenSSL says "unknown CA" and "bad certificate"; the RFCs' words are these
 * in lower case with underlines. */
const char *tls_alert_name(int alert, char buf[24])
{
    const char *text = SSL_alert_desc_string_long(alert);
    size_t i;

    if (strcmp(text, "unknown") == 0) {
        snprintf(buf, 24, "alert %d", alert & 0xff);
        return buf;
    }
    for (i = 0; text[i] != '\0' && i < 23; i++)
        buf[i] = text[i] == ' ' ? '_' : (char)tolower((unsigned char)text[i]);
    buf[i] = '\0';
    return buf;
}
