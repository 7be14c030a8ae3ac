/* Filling in the outcome; the only reader of OpenSSL's error queue. */
#include "tls/outcome.h"

#include <stdio.h>
#include <string.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/proverr.h>
#include <openssl/ssl.h>

#include "tls/certinfo.h"
#include "tls/mapping.h"
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

/* ---- words ---- */

static void keep_words(struct fault_texts *to, const struct fault_words *w)
{
#define WORD(name, shown, bytes)                                               \
    if (w->name != NULL)                                                       \
        copy_escaped(to->name, bytes, w->name, strlen(w->name));
#include "tls/words.def"
}

const char *tls_outcome_word(const struct tls_outcome *o, enum fault_word word)
{
    switch (word) {
#define WORD(name, shown, bytes)                                               \
    case WORD_##name:                                                          \
        return o->words.name;
#include "tls/words.def"
    default:
        return NULL;
    }
}

static const char *word_of(const void *arg, enum fault_word word)
{
    return tls_outcome_word(arg, word);
}

/* ---- naming a fault ---- */

static void say(struct tls_outcome *o, enum fault fault, struct strbuf *out)
{
    fault_expand(fault_row(fault)->reason, word_of, o, out);
    snprintf(o->reason, sizeof(o->reason), "%s", strbuf_str(out));
}

int tls_fail(struct tls_outcome *o, enum fault fault,
             const struct fault_words *words)
{
    struct strbuf text = STRBUF_INIT;

    if (o->fault != FAULT_none)
        return o->rc;
    o->fault = fault;
    o->rc = fault_row(fault)->code;
    if (words != NULL)
        keep_words(&o->words, words);
    say(o, fault, &text);
    strbuf_done(&text);
    return o->rc;
}

void tls_fail_more(struct tls_outcome *o, enum fault fault,
                   const struct fault_words *words)
{
    struct strbuf text = STRBUF_INIT;

    keep_words(&o->words, words);
    strbuf_addf(&text, "%s; ", o->reason);
    say(o, fault, &text);
    strbuf_done(&text);
}

void tls_outcome_certificate(struct tls_outcome *o, const X509 *cert)
{
    struct fault_texts *w = &o->words;

    if (cert == NULL)
        return;
    certinfo_name(X509_get_subject_name(cert), w->subject, sizeof(w->subject));
    certinfo_name(X509_get_issuer_name(cert), w->issuer, sizeof(w->issuer));
}

/* ---- OpenSSL's queue ---- */

/* An error that is not the TLS library's own. */
static enum fault fault_of_library(unsigned long e)
{
    switch (ERR_GET_LIB(e)) {
    case ERR_LIB_SYS:
        return FAULT_io_failed;
    case ERR_LIB_ASN1:
    case ERR_LIB_X509:
    case ERR_LIB_X509V3:
    case ERR_LIB_PEM:
        return FAULT_peer_unread;
    case ERR_LIB_EVP:
    case ERR_LIB_PROV:
    case ERR_LIB_RSA:
    case ERR_LIB_EC:
    case ERR_LIB_DH:
    case ERR_LIB_DSA:
    case ERR_LIB_BN:
    case ERR_LIB_RAND:
    case ERR_LIB_CRYPTO:
        return FAULT_crypto;
    default:
        return FAULT_none;
    }
}

static enum fault fault_of(unsigned long e)
{
    if (ERR_GET_REASON(e) == ERR_R_MALLOC_FAILURE)
        return FAULT_no_memory;
    /* a record too short to be one of this session */
    if (ERR_GET_LIB(e) == ERR_LIB_PROV &&
        ERR_GET_REASON(e) == PROV_R_INVALID_AAD)
        return FAULT_bad_mac;
    if (ERR_GET_LIB(e) == ERR_LIB_X509 &&
        ERR_GET_REASON(e) == X509_R_KEY_VALUES_MISMATCH)
        return FAULT_key_unusable;
    if (ERR_GET_LIB(e) == ERR_LIB_SSL)
        return fault_from_reason(ERR_GET_REASON(e));
    return fault_of_library(e);
}

/*
 * The oldest entry is the cause, the later ones are its callers; but an entry
 * of the TLS library that the table knows says more than one of a library
 * below it (a signature that does not fit is an RSA error first).
 */
static unsigned long take_queue(void)
{
    unsigned long e, first = 0, known = 0;

    while ((e = ERR_get_error()) != 0) {
        if (first == 0)
            first = e;
        if (known == 0 && ERR_GET_LIB(e) == ERR_LIB_SSL &&
            fault_of(e) != FAULT_none)
            known = e;
    }
    return known != 0 && fault_of(first) != FAULT_no_memory ? known : first;
}

static int take(struct tls_outcome *o, unsigned long e, enum fault fault,
                const struct fault_words *words)
{
    static const struct fault_words none;
    struct fault_words w = words != NULL ? *words : none;
    const char *text = e != 0 ? ERR_reason_error_string(e) : NULL;

    if (w.error == NULL)
        w.error = text != NULL ? text : "no reason given";
    return tls_fail(o, fault, &w);
}

int tls_take(struct tls_outcome *o, enum fault otherwise,
             const struct fault_words *words)
{
    unsigned long e = take_queue();
    enum fault known = e != 0 ? fault_of(e) : FAULT_none;

    return take(o, e, known != FAULT_none ? known : otherwise, words);
}

int tls_take_as(struct tls_outcome *o, enum fault fault,
                const struct fault_words *words)
{
    unsigned long e = take_queue();
    bool memory = e != 0 && fault_of(e) == FAULT_no_memory;

    return take(o, e, memory ? FAULT_no_memory : fault, words);
}

/* ---- alerts ---- */

static const struct {
    int number;
    const char *name;
} alerts[] = {
#define ALERT_NAME(number, name) {number, name},
#include "tls/alerts.def"
};

const char *tls_alert_name(int alert, char buf[24])
{
    size_t i;

    for (i = 0; i < sizeof(alerts) / sizeof(alerts[0]); i++)
        if (alerts[i].number == alert)
            return alerts[i].name;
    snprintf(buf, 24, "alert %d", alert & 0xff);
    return buf;
}
