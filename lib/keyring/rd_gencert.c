#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "keyring/certdate.h"
#include "keyring/certmake.h"
#include "keyring/certname.h"
#include "keyring/racdcert_private.h"

/* RACDCERT GENCERT: operands to a cert_spec, and the new certificate into
 * the store. */

/* What is being put together; all of it is freed by gencert_done(). */
struct gencert {
    struct cert_spec spec;
    X509_NAME *subject;
    GENERAL_NAMES *altnames;
    ASN1_INTEGER *serial;
    EVP_PKEY *key, *signer_key;
    X509 *x509;
    enum key_type type;
    unsigned bits;
    char label[LABEL_MAX + 1];
    const char *signer_owner; /* NULL: self-signed */
    struct store_cert *signer;
};

static void gencert_done(struct gencert *g)
{
    X509_NAME_free(g->subject);
    GENERAL_NAMES_free(g->altnames);
    ASN1_INTEGER_free(g->serial);
    EVP_PKEY_free(g->key);
    EVP_PKEY_free(g->signer_key);
    X509_free(g->x509);
}

static int invalid(struct rd *q, const char *what, const char *value,
                   const char *hint)
{
    rd_say(q, 0, "IKJ56702I INVALID %s, %s", what, value);
    rd_hint(q, "%s", hint);
    return JOB_SYNTAX;
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
                return invalid(q, attribute, v->text, err.text);
    return 0;
}

static int get_subject(struct rd *q, struct gencert *g)
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
        rd_say(q, 0,
               "IRRD130I The SUBJECTSDN keyword(s) must be specified. "
               "The request is not processed.");
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
        return invalid(q, what, "",
                       "write DATE(yyyy-mm-dd) inside its parentheses");
    if (!certdate_parse(date, time_text != NULL ? time_text : clock, ret))
        return invalid(q, what, date,
                       "a date is yyyy-mm-dd or yyyy/mm/dd, a time hh:mm:ss");
    return 0;
}

static int get_dates(struct rd *q, struct gencert *g)
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
        return invalid(q, "NOTBEFORE", "", "the date is too far away");
    r = get_date(q, RD_NOTAFTER, "NOTAFTER", "23:59:59", later,
                 &g->spec.not_after);
    if (r == 0 && overridden &&
        !certdate_option(q->ctx->not_after, now, &g->spec.not_after))
        return invalid(q, "--not-after", q->ctx->not_after,
                       "write +1y, +6m, +30d or yyyy-mm-dd");
    if (r != 0 || g->spec.not_before < g->spec.not_after)
        return r;
    rd_say(q, 0,
           "IRRD133I The NOTBEFORE value must be earlier than the "
           "NOTAFTER value. The certificate is not created.");
    if (!overridden)
        rd_hint(q, "NOTBEFORE is today if it is not written. To run an old "
                   "job with new dates: racdcert --not-after +1y");
    return JOB_FAILED;
}

/* ---- key, key usage, alternative names ---- */

static int get_key_type(struct rd *q, struct gencert *g)
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
        return invalid(q, "KEY TYPE", "",
                       "write one of RSA, NISTECC and BPECC");
    g->bits = certmake_default_bits(g->type);
    if (size != NULL)
        g->bits = strspn(size, "0123456789") == strlen(size)
                      ? (unsigned)strtoul(size, NULL, 10)
                      : 0;
    if (certmake_check_bits(g->type, g->bits, &err) != 0)
        return invalid(q, "SIZE", size != NULL ? size : "", err.text);
    return 0;
}

static int get_keyusage(struct rd *q, struct gencert *g)
{
    static const struct {
        const char *name;
        unsigned bit;
    } uses[] = {
        {"HANDSHAKE", USE_HANDSHAKE}, {"DATAENCRYPT", USE_DATAENCRYPT},
        {"DOCSIGN", USE_DOCSIGN},     {"CERTSIGN", USE_CERTSIGN},
        {"KEYAGREE", USE_KEYAGREE},
    };
    const struct tso_node *n = tso_get(q->operands, RD_KEYUSAGE), *v;
    unsigned forbidden = g->type == KEY_RSA ? USE_KEYAGREE : USE_DATAENCRYPT;
    size_t i, len;

    for (v = n != NULL ? n->child : NULL; v != NULL; v = v->next) {
        len = strlen(v->text);
        for (i = 0; i < sizeof(uses) / sizeof(uses[0]); i++)
            if (len > 1 && strncmp(uses[i].name, v->text, len) == 0)
                break;
        if (i == sizeof(uses) / sizeof(uses[0]))
            return invalid(q, "KEYUSAGE", v->text,
                           "write HANDSHAKE, DATAENCRYPT, DOCSIGN, CERTSIGN "
                           "or KEYAGREE");
        g->spec.keyusage |= uses[i].bit;
    }
    if (g->spec.keyusage & forbidden) {
        rd_say(q, 0, "IRRD156I Keyusage is incompatible with Key algorithm.");
        rd_hint(q, g->type == KEY_RSA ? "KEYAGREE needs NISTECC or BPECC"
                                      : "DATAENCRYPT needs RSA");
        return JOB_FAILED;
    }
    return 0;
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

static int add_altnames(struct rd *q, struct gencert *g,
                        const struct tso_node *list, int word, int type,
                        const char *what)
{
    const struct tso_node *n, *v;
    GENERAL_NAME *name;

    for (n = tso_get(list, word); n != NULL; n = tso_get_next(n, word))
        for (v = n->child; v != NULL; v = v->next) {
            name = is_ascii(v->text) ? make_altname(type, v->text) : NULL;
            if (name == NULL)
                return invalid(q, what, v->text,
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

static int get_altnames(struct rd *q, struct gencert *g)
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
    g->altnames = sk_GENERAL_NAME_new_null();
    if (g->altnames == NULL)
        return rd_say(q, JOB_FAILED, "no memory");
    for (i = 0; r == 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++)
        r = add_altnames(q, g, n->child, kinds[i].word, kinds[i].type,
                         kinds[i].what);
    g->spec.altnames = g->altnames;
    return r;
}

/* ---- signer and label ---- */

static int get_signer(struct rd *q, struct gencert *g)
{
    const struct tso_node *n = tso_get(q->operands, RD_SIGNWITH);
    const char *label;
    struct error err = {0};

    if (n == NULL)
        return 0;
    label = tso_value(n->child, RD_LABEL);
    if (label == NULL)
        return invalid(q, "SIGNWITH", "",
                       "write SIGNWITH(CERTAUTH LABEL('...'))");
    g->signer_owner = rd_owner(q, n->child, q->owner);
    if (g->signer_owner == NULL)
        return JOB_FAILED;
    g->signer = rd_cert(q, g->signer_owner, label);
    if (g->signer == NULL)
        return JOB_FAILED;
    if (!g->signer->has_key)
        return rd_say(q, JOB_FAILED,
                      "IRRD128I GENCERT requires a certificate with an "
                      "associated private key. The request is not processed.");
    if (store_x509(q->store, g->signer_owner, g->signer, &g->spec.signer,
                   &err) != 0 ||
        store_key(q->store, g->signer_owner, g->signer, &g->signer_key, &err) !=
            0)
        return rd_fail(q, &err);
    return 0;
}

/* WITHLABEL, or the next free LABEL00000001. */
static int get_label(struct rd *q, struct gencert *g)
{
    const char *label = tso_value(q->operands, RD_WITHLABEL);
    char buf[SAF_NAME_MAX + 8];
    unsigned n;

    if (label == NULL) {
        for (n = 1; n < 100000000; n++) {
            snprintf(g->label, sizeof(g->label), "LABEL%08u", n);
            if (store_cert_find(q->store, q->owner, g->label) == NULL)
                return 0;
        }
    }
    if (label == NULL || *label == '\0')
        return invalid(q, "WITHLABEL", "", "a label has 1 to 32 characters");
    snprintf(g->label, sizeof(g->label), "%s", label);
    if (store_cert_find(q->store, q->owner, g->label) == NULL)
        return 0;
    rd_say(q, 0,
           "The label %s is already in use for %s. The certificate is "
           "not created.",
           g->label, rd_owner_words(q->owner, buf));
    rd_hint(q, "choose another WITHLABEL, or delete that certificate first");
    return JOB_FAILED;
}

/* Self-signed: 0. Signed: the signer's next number that is free. */
static int get_serial(struct rd *q, struct gencert *g)
{
    const X509_NAME *issuer =
        g->signer != NULL ? X509_get_subject_name(g->spec.signer) : g->subject;
    struct strbuf dn = STRBUF_INIT;
    const char *owner;
    char *p;

    g->serial = ASN1_INTEGER_new();
    if (g->serial == NULL ||
        !ASN1_INTEGER_set_uint64(
            g->serial, g->signer != NULL ? g->signer->next_serial : 0))
        return rd_say(q, JOB_FAILED, "no memory");
    g->spec.serial = g->serial;
    while (store_find_serial(q->store, issuer, g->serial, &owner) != NULL) {
        if (g->signer != NULL) {
            ASN1_INTEGER_set_uint64(g->serial, ++g->signer->next_serial);
            continue;
        }
        certname_print(issuer, &dn);
        for (p = dn.data; p != NULL && *p != '\0'; p++)
            if (*p == ' ')
                *p = '\1';
        strbuf_adds(q->out, "IRRD109I The certificate cannot be added.  "
                            "Profile 00.");
        /* Profile names have no blanks: RACF shows cent signs for them. */
        for (p = dn.data; p != NULL && *p != '\0'; p++)
            strbuf_add(q->out, *p == '\1' ? "\xC2\xA2" : p, *p == '\1' ? 2 : 1);
        strbuf_adds(q->out, " is already defined.\n");
        strbuf_done(&dn);
        rd_hint(q,
                "a self-signed certificate with this subject is stored "
                "for %s; choose another SUBJECTSDN",
                owner);
        return JOB_FAILED;
    }
    return 0;
}

/* ---- the function ---- */

static int check_validity(struct rd *q, const struct gencert *g)
{
    if (g->spec.signer == NULL ||
        ASN1_TIME_cmp_time_t(X509_get0_notAfter(g->spec.signer),
                             g->spec.not_after) >= 0)
        return 0;
    rd_say(q, 0,
           "IRRD113I The certificate that you are creating has an "
           "incorrect date range. The certificate is created with "
           "TRUST status.");
    rd_hint(q, "it is valid for longer than the certificate that signs it");
    return JOB_WARNING;
}

static int make_and_store(struct rd *q, struct gencert *g)
{
    bool notrust = tso_get(q->operands, RD_NOTRUST) != NULL ||
                   (g->signer != NULL && g->signer->trust == RING_NOTRUST);
    struct error err = {0};

    if (certmake_key(g->type, g->bits, &g->key, &err) != 0)
        return rd_fail(q, &err);
    g->spec.pubkey = g->key;
    g->spec.ca = owner_kind(q->owner) == RING_OWNER_CERTAUTH;
    g->spec.signer_key = g->signer != NULL ? g->signer_key : g->key;
    if (certmake_cert(&g->spec, &g->x509, &err) != 0)
        return rd_fail(q, &err);
    /* Adding may move the owner's array: the signer is not used behind it. */
    if (g->signer != NULL) {
        g->signer->next_serial++;
        if (store_save(q->store, g->signer_owner, &err) != 0)
            return rd_fail(q, &err);
    }
    if (store_add_cert(q->store, q->owner, g->label,
                       notrust ? RING_NOTRUST : RING_TRUST, g->x509, g->key,
                       &err) != 0)
        return rd_fail(q, &err);
    return 0;
}

int rd_GENCERT(struct rd *q)
{
    struct gencert g;
    int r, warned = 0;

    memset(&g, 0, sizeof(g));
    if (q->args != NULL)
        return rd_say(q, JOB_FAILED,
                      "GENCERT from a request ('data set') is not supported "
                      "here yet: write SUBJECTSDN(...) instead");
    r = get_label(q, &g);
    if (r == 0)
        r = get_subject(q, &g);
    if (r == 0)
        r = get_dates(q, &g);
    if (r == 0)
        r = get_key_type(q, &g);
    if (r == 0)
        r = get_keyusage(q, &g);
    if (r == 0)
        r = get_altnames(q, &g);
    if (r == 0)
        r = get_signer(q, &g);
    if (r == 0)
        r = get_serial(q, &g);
    if (r == 0)
        warned = check_validity(q, &g);
    if (r == 0)
        r = make_and_store(q, &g);
    gencert_done(&g);
    return r > warned ? r : warned;
}
