/* Certificates in words. */
#include "tls/certinfo.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include "util/netaddr.h"

/* OpenSSL writes everything but printable ASCII as \XX here. */
void certinfo_name(const X509_NAME *name, char *to, size_t size)
{
    BIO *mem = BIO_new(BIO_s_mem());
    char *text;
    long len;

    to[0] = '\0';
    if (mem == NULL)
        return;
    if (X509_NAME_print_ex(mem, name, 0, XN_FLAG_RFC2253) >= 0) {
        len = BIO_get_mem_data(mem, &text);
        snprintf(to, size, "%.*s", (int)len, text);
    }
    BIO_free(mem);
}

static void print_time(char *to, size_t size, const ASN1_TIME *t)
{
    struct tm tm;

    if (ASN1_TIME_to_tm(t, &tm) == 1)
        strftime(to, size, "%Y-%m-%d %H:%M:%SZ", &tm);
}

static void print_key(char *to, size_t size, EVP_PKEY *key)
{
    char group[16] = "";

    if (key == NULL)
        return;
    if (EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1)
        snprintf(to, size, "EC %s", group);
    else
        snprintf(to, size, "%s %d", EVP_PKEY_get0_type_name(key),
                 EVP_PKEY_get_bits(key));
}

/* As RACDCERT LIST shows them: most significant digit first, upper case. */
static void print_digest(char to[65], const X509 *cert)
{
    unsigned char md[EVP_MAX_MD_SIZE];
    unsigned n = 0, i;

    if (X509_digest(cert, EVP_sha256(), md, &n) != 1)
        return;
    for (i = 0; i < n && i < 32; i++)
        snprintf(to + 2 * (size_t)i, 3, "%02X", md[i]);
}

/* ---- usages ---- */

struct usage {
    uint32_t bit;
    const char *name; /* RFC 5280's */
};

static const struct usage key_usages[] = {
    {KU_DIGITAL_SIGNATURE, "digitalSignature"},
    {KU_NON_REPUDIATION, "nonRepudiation"},
    {KU_KEY_ENCIPHERMENT, "keyEncipherment"},
    {KU_DATA_ENCIPHERMENT, "dataEncipherment"},
    {KU_KEY_AGREEMENT, "keyAgreement"},
    {KU_KEY_CERT_SIGN, "keyCertSign"},
    {KU_CRL_SIGN, "cRLSign"},
    {KU_ENCIPHER_ONLY, "encipherOnly"},
    {KU_DECIPHER_ONLY, "decipherOnly"},
};

static const struct usage extended_usages[] = {
    {XKU_SSL_SERVER, "serverAuth"},      {XKU_SSL_CLIENT, "clientAuth"},
    {XKU_CODE_SIGN, "codeSigning"},      {XKU_SMIME, "emailProtection"},
    {XKU_TIMESTAMP, "timeStamping"},     {XKU_OCSP_SIGN, "OCSPSigning"},
    {XKU_ANYEKU, "anyExtendedKeyUsage"},
};

enum {
    KEY_USAGES = sizeof(key_usages) / sizeof(key_usages[0]),
    EXTENDED_USAGES = sizeof(extended_usages) / sizeof(extended_usages[0])
};

static void tell_usages(const struct usage *all, size_t n, uint32_t bits,
                        struct fact *ret)
{
    size_t i;

    if (bits == UINT32_MAX) {
        fact_none(ret, "any");
        return;
    }
    fact_list(ret, " ");
    for (i = 0; i < n; i++)
        if ((bits & all[i].bit) != 0)
            fact_item(ret, all[i].name);
}

static unsigned count_bits(uint32_t bits)
{
    unsigned n = 0;

    for (; bits != 0; bits &= bits - 1)
        n++;
    return n;
}

static void read_usages(X509 *cert, struct certinfo *ret)
{
    EXTENDED_KEY_USAGE *list =
        X509_get_ext_d2i(cert, NID_ext_key_usage, NULL, NULL);
    unsigned all = (unsigned)sk_ASN1_OBJECT_num(list), known = 0;
    size_t i;

    ret->key_usage = X509_get_key_usage(cert);
    ret->extended_key_usage = X509_get_extended_key_usage(cert);
    for (i = 0; i < EXTENDED_USAGES; i++)
        known |= extended_usages[i].bit;
    known = count_bits(ret->extended_key_usage & known);
    ret->other_usages = list != NULL && all > known ? all - known : 0;
    EXTENDED_KEY_USAGE_free(list);
}

void certinfo_read(const X509 *cert, struct certinfo *ret)
{
    memset(ret, 0, sizeof(*ret));
    if (cert == NULL)
        return;
    ret->present = true;
    certinfo_name(X509_get_subject_name(cert), ret->subject,
                  sizeof(ret->subject));
    certinfo_name(X509_get_issuer_name(cert), ret->issuer, sizeof(ret->issuer));
    print_time(ret->not_before, sizeof(ret->not_before),
               X509_get0_notBefore(cert));
    print_time(ret->not_after, sizeof(ret->not_after),
               X509_get0_notAfter(cert));
    print_key(ret->key, sizeof(ret->key), X509_get0_pubkey(cert));
    snprintf(ret->signature, sizeof(ret->signature), "%s",
             OBJ_nid2ln(X509_get_signature_nid(cert)));
    print_digest(ret->sha256, cert);
    read_usages((X509 *)cert, ret);
    ERR_clear_error();
}

/* ---- names ---- */

static void add_name(struct shortlist *l, const char *kind, const void *text,
                     int len)
{
    struct strbuf out = STRBUF_INIT;

    strbuf_addf(&out, "%s:", kind);
    strbuf_add_escaped(&out, text, len > 0 ? (size_t)len : 0);
    shortlist_add(l, strbuf_str(&out));
    strbuf_done(&out);
}

static void add_ip(struct shortlist *l, const ASN1_OCTET_STRING *ip)
{
    char text[NETADDR_TEXT] = "";
    int len = ASN1_STRING_length(ip);

    if (len == 4 || len == 16)
        inet_ntop(len == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(ip),
                  text, sizeof(text));
    add_name(l, "IP", text, (int)strlen(text));
}

static void add_general(struct shortlist *l, const GENERAL_NAME *n)
{
    static const struct {
        int type;
        const char *kind;
    } kinds[] = {{GEN_DNS, "DNS"}, {GEN_EMAIL, "email"}, {GEN_URI, "URI"}};
    size_t i;

    if (n->type == GEN_IPADD)
        add_ip(l, n->d.iPAddress);
    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (n->type == kinds[i].type)
            add_name(l, kinds[i].kind, ASN1_STRING_get0_data(n->d.ia5),
                     ASN1_STRING_length(n->d.ia5));
}

static void add_common_names(struct shortlist *l, const X509_NAME *subject)
{
    unsigned char *text;
    int i = -1, len;

    while ((i = X509_NAME_get_index_by_NID(subject, NID_commonName, i)) >= 0) {
        text = NULL;
        len = ASN1_STRING_to_UTF8(
            &text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, i)));
        if (len > 0)
            add_name(l, "CN", text, len);
        OPENSSL_free(text);
    }
}

void certinfo_names(const X509 *cert, struct shortlist *ret)
{
    GENERAL_NAMES *names;
    int i;

    memset(ret, 0, sizeof(*ret));
    if (cert == NULL)
        return;
    names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
    for (i = 0; i < sk_GENERAL_NAME_num(names); i++)
        add_general(ret, sk_GENERAL_NAME_value(names, i));
    GENERAL_NAMES_free(names);
    add_common_names(ret, X509_get_subject_name(cert));
    ERR_clear_error();
}

void certinfo_add_names(const X509 *cert, struct strbuf *out)
{
    struct fact f = FACT_INIT;
    struct shortlist l;

    certinfo_names(cert, &l);
    fact_shortlist(&f, &l);
    fact_show(&f, out);
    fact_done(&f);
}

/* ---- the rows ---- */

static void row_subject(const struct certinfo *c, struct fact *ret)
{
    if (c->present && c->subject[0] == '\0')
        fact_none(ret, "(without a subject)");
    fact_text(ret, c->subject);
}

static void row_issuer(const struct certinfo *c, struct fact *ret)
{
    fact_text(ret, c->issuer);
}

static void row_not_before(const struct certinfo *c, struct fact *ret)
{
    fact_time(ret, c->not_before);
}

static void row_not_after(const struct certinfo *c, struct fact *ret)
{
    fact_time(ret, c->not_after);
}

static void row_key(const struct certinfo *c, struct fact *ret)
{
    fact_text(ret, c->key);
}

static void row_signature(const struct certinfo *c, struct fact *ret)
{
    fact_text(ret, c->signature);
}

static void row_key_usage(const struct certinfo *c, struct fact *ret)
{
    if (c->present)
        tell_usages(key_usages, KEY_USAGES, c->key_usage, ret);
}

static void row_extended_key_usage(const struct certinfo *c, struct fact *ret)
{
    if (!c->present)
        return;
    tell_usages(extended_usages, EXTENDED_USAGES, c->extended_key_usage, ret);
    fact_left(ret, c->other_usages);
}

static void row_sha256(const struct certinfo *c, struct fact *ret)
{
    fact_digest(ret, c->sha256);
}

void certinfo_add_uses(const X509 *cert, struct strbuf *out)
{
    struct fact key = FACT_INIT, extended = FACT_INIT;
    struct certinfo c = {.present = true};

    read_usages((X509 *)cert, &c);
    row_key_usage(&c, &key);
    row_extended_key_usage(&c, &extended);
    strbuf_adds(out, "key usage ");
    fact_show(&key, out);
    strbuf_adds(out, ", extended key usage ");
    fact_show(&extended, out);
    fact_done(&key);
    fact_done(&extended);
    ERR_clear_error();
}

const struct certinfo_row *certinfo_row(size_t i)
{
    static const struct certinfo_row rows[] = {
#define CERTINFO(label, key, name) {label, key, row_##name},
#include "tls/certinfo.def"
    };

    return i < sizeof(rows) / sizeof(rows[0]) ? &rows[i] : NULL;
}
