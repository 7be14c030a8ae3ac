/* Operands of GENCERT and REKEY to a cert_spec. */

#include "keyring/racdcert/new.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "keyring/racdcert/certdate.h"
#include "keyring/rings/certname.h"

void rd_new_done(struct rd_new *g)
{
    X509_NAME_free(g->subject);
    GENERAL_NAMES_free(g->altnames);
    EXTENDED_KEY_USAGE_free(g->extusage);
    ASN1_INTEGER_free(g->serial);
    EVP_PKEY_free(g->key);
    EVP_PKEY_free(g->signer_key);
    X509_free(g->x509);
}

/* ---- subject ---- */

static int add_attributes(struct rd *q, X509_NAME *name,
                          const struct tso_node *list, int word,
                          const char *attribute)
{
    const struct tso_node *n, *v;
    struct error err = {0};

    for (n = tso_get(list, word); n != NULL; n = tso_get_next(n, word))
        for (v = n->child; v != NULL; v = v->next)
            if (certname_add(name, attribute, v->text, &err) != 0)
                return rd_invalid(q, attribute, v->text, err.text);
    return 0;
}

int rd_new_subject(struct rd *q, struct rd_new *g)
{
    static const struct {
        int word;
        const char *attribute;
    } order[] = {
        {RD_DN_CN, "CN"}, {RD_DN_T, "T"},   {RD_DN_OU, "OU"}, {RD_DN_O, "O"},
        {RD_DN_L, "L"},   {RD_DN_SP, "SP"}, {RD_DN_C, "C"},
    };
    const struct tso_node *n = tso_get(q->operands, RD_SUBJECTSDN);
    size_t i;
    int r = 0;

    g->subject = X509_NAME_new();
    if (g->subject == NULL)
        return rd_say(q, JOB_FAILED, "no memory");
    for (i = 0; r == 0 && i < sizeof(order) / sizeof(order[0]); i++)
        r = add_attributes(q, g->subject, n != NULL ? n->child : NULL,
                           order[i].word, order[i].attribute);
    if (r == 0 && X509_NAME_entry_count(g->subject) == 0) {
        rd_missing(q, "SUBJECTSDN");
        rd_hint(q, "for example SUBJECTSDN(CN('host.example.com') O('IBM'))");
        return JOB_FAILED;
    }
    g->spec.subject = g->subject;
    return r;
}

/* ---- dates ---- */

static int get_date(struct rd *q, int word, const char *what, const char *clock,
                    time_t deflt, time_t *ret)
{
    const struct tso_node *n = tso_get(q->operands, word);
    const char *date, *time_text;

    *ret = deflt;
    if (n == NULL)
        return 0;
    date = tso_value(n->child, RD_DATE);
    time_text = tso_value(n->child, RD_TIME);
    if (date == NULL)
        return rd_invalid(q, what, "",
                          "write DATE(yyyy-mm-dd) inside its parentheses");
    if (!certdate_parse(date, time_text != NULL ? time_text : clock, ret))
        return rd_invalid(
            q, what, date,
            "a date is yyyy-mm-dd or yyyy/mm/dd, a time hh:mm:ss");
    return 0;
}

int rd_new_dates(struct rd *q, struct rd_new *g)
{
    time_t now = time(NULL), today, later;
    bool overridden = q->ctx->not_after != NULL;
    int r;

    if (!certdate_midnight(now, &today))
        return rd_say(q, JOB_FAILED, "the system's clock can't be read");
    r = get_date(q, RD_NOTBEFORE, "NOTBEFORE", "00:00:00", today,
                 &g->spec.not_before);
    if (r != 0)
        return r;
    if (!certdate_after(g->spec.not_before, 1, 0, 0, &later))
        return rd_invalid(q, "NOTBEFORE", "", "the date is too far away");
    r = get_date(q, RD_NOTAFTER, "NOTAFTER", "23:59:59", later,
                 &g->spec.not_after);
    if (r == 0 && overridden &&
        !certdate_option(q->ctx->not_after, now, &g->spec.not_after))
        return rd_invalid(q, "--not-after", q->ctx->not_after,
                          "write +1y, +6m, +30d or yyyy-mm-dd");
    if (r != 0 || g->spec.not_before < g->spec.not_after)
        return r;
    rd_say(q, 0, MSG_DATES);
    if (!overridden)
        rd_hint(q, "NOTBEFORE is today if it is not written. To run an old "
                   "job with new dates: racdcert --not-after +1y");
    return JOB_FAILED;
}

/* ---- key, key usage, alternative names ---- */

int rd_new_key_type(struct rd *q, struct rd_new *g)
{
    static const struct {
        int word;
        enum key_type type;
    } kinds[] = {
        {RD_RSA, KEY_RSA}, {RD_NISTECC, KEY_NISTECC}, {RD_BPECC, KEY_BPECC}};
    const char *size = tso_value(q->operands, RD_SIZE);
    struct error err = {0};
    unsigned found = 0;
    size_t i;

    g->type = KEY_RSA;
    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (tso_get(q->operands, kinds[i].word) != NULL) {
            g->type = kinds[i].type;
            found++;
        }
    if (found > 1)
        return rd_invalid(q, "KEY TYPE", "",
                          "write one of RSA, NISTECC and BPECC");
    g->bits = certmake_default_bits(g->type);
    if (size != NULL)
        g->bits = strspn(size, "0123456789") == strlen(size)
                      ? (unsigned)strtoul(size, NULL, 10)
                      : 0;
    if (certmake_check_bits(g->type, g->bits, &err) != 0)
        return rd_invalid(q, "SIZE", size != NULL ? size : "", err.text);
    return 0;
}

static bool add_usage(struct rd_new *g, const char *word)
{
    size_t i, len = strlen(word);

    for (i = 0; len > 1 && i < CERT_USAGES; i++)
        if (strncmp(cert_usages[i].name, word, len) == 0) {
            g->spec.keyusage |= cert_usages[i].bit;
            return true;
        }
    return false;
}

int rd_new_keyusage(struct rd *q, struct rd_new *g)
{
    const struct tso_node *n = tso_get(q->operands, RD_KEYUSAGE), *v;
    unsigned forbidden = g->type == KEY_RSA ? USE_KEYAGREE : USE_DATAENCRYPT;

    for (v = n != NULL ? n->child : NULL; v != NULL; v = v->next)
        if (!add_usage(g, v->text))
            return rd_invalid(q, "KEYUSAGE", v->text,
                              "write HANDSHAKE, DATAENCRYPT, DOCSIGN, "
                              "CERTSIGN or KEYAGREE");
    if ((g->spec.keyusage & forbidden) == 0)
        return 0;
    rd_say(q, 0, MSG_KEYUSAGE);
    rd_hint(q, g->type == KEY_RSA ? "KEYAGREE needs NISTECC or BPECC"
                                  : "DATAENCRYPT needs RSA");
    return JOB_FAILED;
}

static GENERAL_NAME *make_altname(int type, const char *text)
{
    GENERAL_NAME *g = GENERAL_NAME_new();
    ASN1_STRING *s = NULL;

    if (g == NULL)
        return NULL;
    if (type == GEN_IPADD) {
        s = a2i_IPADDRESS(text);
    } else if ((s = ASN1_IA5STRING_new()) != NULL &&
               ASN1_STRING_set(s, text, -1) != 1) {
        ASN1_STRING_free(s);
        s = NULL;
    }
    if (s == NULL) {
        ERR_clear_error();
        GENERAL_NAME_free(g);
        return NULL;
    }
    GENERAL_NAME_set0_value(g, type, s);
    return g;
}

static bool is_ascii(const char *s)
{
    while (*s > 0x20 && *s < 0x7f)
        s++;
    return *s == '\0';
}

static int add_altnames(struct rd *q, struct rd_new *g,
                        const struct tso_node *list, int word, int type,
                        const char *what)
{
    const struct tso_node *n, *v;
    GENERAL_NAME *name;

    for (n = tso_get(list, word); n != NULL; n = tso_get_next(n, word))
        for (v = n->child; v != NULL; v = v->next) {
            name = is_ascii(v->text) ? make_altname(type, v->text) : NULL;
            if (name == NULL)
                return rd_invalid(q, what, v->text,
                                  type == GEN_IPADD
                                      ? "an IPv4 or IPv6 address is expected"
                                      : "printable characters without blanks "
                                        "are expected");
            if (sk_GENERAL_NAME_push(g->altnames, name) <= 0) {
                GENERAL_NAME_free(name);
                return rd_say(q, JOB_FAILED, "no memory");
            }
        }
    return 0;
}

int rd_new_altnames(struct rd *q, struct rd_new *g)
{
    static const struct {
        int word, type;
        const char *what;
    } kinds[] = {
        {RD_IP, GEN_IPADD, "IP"},
        {RD_DOMAIN, GEN_DNS, "DOMAIN"},
        {RD_EMAIL, GEN_EMAIL, "EMAIL"},
        {RD_URI, GEN_URI, "URI"},
    };
    const struct tso_node *n = tso_get(q->operands, RD_ALTNAME);
    size_t i;
    int r = 0;

    if (n == NULL || n->child == NULL)
        return 0;
    GENERAL_NAMES_free(g->altnames);
    g->altnames = sk_GENERAL_NAME_new_null();
    if (g->altnames == NULL)
        return rd_say(q, JOB_FAILED, "no memory");
    for (i = 0; r == 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++)
        r = add_altnames(q, g, n->child, kinds[i].word, kinds[i].type,
                         kinds[i].what);
    g->spec.altnames = g->altnames;
    return r;
}

/* ---- label and serial number ---- */

int rd_new_label(struct rd *q, struct rd_new *g)
{
    const char *label = tso_value(q->operands, RD_WITHLABEL);

    if (label == NULL)
        return rd_free_label(q, q->owner, g->label);
    if (*label == '\0')
        return rd_invalid(q, "WITHLABEL", "", "a label has 1 to 32 characters");
    snprintf(g->label, sizeof(g->label), "%s", label);
    if (store_cert_find(q->store, q->owner, g->label) == NULL)
        return 0;
    return rd_label_used(q, q->owner, g->label,
                         "The certificate is not created.");
}

/* Profile names have no blanks: RACF shows cent signs for them. */
static void profile_name(const ASN1_INTEGER *serial, const X509_NAME *issuer,
                         struct strbuf *out)
{
    const unsigned char *p = ASN1_STRING_get0_data(serial);
    struct strbuf dn = STRBUF_INIT;
    const char *c;
    int i;

    for (i = 0; i < ASN1_STRING_length(serial); i++)
        strbuf_addf(out, "%02X", p[i]);
    strbuf_addc(out, '.');
    certname_print(issuer, &dn);
    for (c = strbuf_str(&dn); *c != '\0'; c++)
        if (*c == ' ')
            strbuf_adds(out, "\xC2\xA2");
        else
            strbuf_addc(out, *c);
    strbuf_done(&dn);
}

int rd_defined(struct rd *q, const ASN1_INTEGER *serial,
               const X509_NAME *issuer, const char *owner, const char *hint)
{
    struct strbuf profile = STRBUF_INIT;
    char buf[RD_OWNER_TEXT];

    profile_name(serial, issuer, &profile);
    rd_say(q, 0, MSG_DEFINED, strbuf_str(&profile));
    strbuf_done(&profile);
    rd_hint(q, "the certificate is stored for %s; %s",
            rd_owner_words(owner, buf), hint);
    return JOB_FAILED;
}

int rd_new_serial(struct rd *q, struct rd_new *g, unsigned long first,
                  bool count)
{
    const X509_NAME *issuer = g->spec.signer != NULL
                                  ? X509_get_subject_name(g->spec.signer)
                                  : g->spec.subject;
    const char *owner;

    g->serial = ASN1_INTEGER_new();
    if (g->serial == NULL || !ASN1_INTEGER_set_uint64(g->serial, first))
        return rd_say(q, JOB_FAILED, "no memory");
    g->spec.serial = g->serial;
    while (store_find_serial(q->store, issuer, g->serial, &owner) != NULL) {
        if (!count)
            return rd_defined(q, g->serial, issuer, owner,
                              "choose another SUBJECTSDN, or delete it first");
        ASN1_INTEGER_set_uint64(g->serial, ++first);
    }
    g->serial_number = first;
    return 0;
}
