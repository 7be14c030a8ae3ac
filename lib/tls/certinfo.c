/* Certificates in words. */
#include "tls/certinfo.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

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

void certinfo_read(const X509 *cert, struct certinfo *ret)
{
    memset(ret, 0, sizeof(*ret));
    if (cert == NULL)
        return;
    certinfo_name(X509_get_subject_name(cert), ret->subject,
                  sizeof(ret->subject));
    certinfo_name(X509_get_issuer_name(cert), ret->issuer, sizeof(ret->issuer));
    print_time(ret->not_before, sizeof(ret->not_before),
               X509_get0_notBefore(cert));
    print_time(ret->not_after, sizeof(ret->not_after),
               X509_get0_notAfter(cert));
    print_key(ret->key, sizeof(ret->key), X509_get0_pubkey(cert));
    ERR_clear_error();
}

/* ---- names and uses ---- */

enum { NAMES = 16 };

static void add_name(struct strbuf *out, const char *kind, const void *text,
                     size_t len)
{
    strbuf_addf(out, "%s%s", out->len != 0 ? ", " : "", kind);
    strbuf_add_escaped(out, text, len);
}

static void add_ip(struct strbuf *out, const ASN1_STRING *ip)
{
    int family = ASN1_STRING_length(ip) == 16 ? AF_INET6 : AF_INET;
    char text[INET6_ADDRSTRLEN];

    if ((ASN1_STRING_length(ip) == 4 || family == AF_INET6) &&
        inet_ntop(family, ASN1_STRING_get0_data(ip), text, sizeof(text)) !=
            NULL)
        add_name(out, "", text, strlen(text));
}

static void add_general(const GENERAL_NAME *n, struct strbuf *out)
{
    if (n->type == GEN_DNS || n->type == GEN_EMAIL || n->type == GEN_URI)
        add_name(out, "", ASN1_STRING_get0_data(n->d.ia5),
                 (size_t)ASN1_STRING_length(n->d.ia5));
    else if (n->type == GEN_IPADD)
        add_ip(out, n->d.ip);
}

static void add_common_name(const X509 *cert, struct strbuf *out)
{
    char cn[65] = "";

    if (X509_NAME_get_text_by_NID(X509_get_subject_name(cert), NID_commonName,
                                  cn, sizeof(cn)) > 0)
        add_name(out, "CN=", cn, strlen(cn));
}

void certinfo_add_names(const X509 *cert, struct strbuf *out)
{
    GENERAL_NAMES *names =
        X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
    int i, n = sk_GENERAL_NAME_num(names);

    for (i = 0; i < n && i < NAMES; i++)
        add_general(sk_GENERAL_NAME_value(names, i), out);
    if (n > NAMES)
        strbuf_addf(out, " and %d more", n - NAMES);
    GENERAL_NAMES_free(names);
    if (out->len == 0)
        add_common_name(cert, out);
    ERR_clear_error();
}

static const struct {
    uint32_t bit;
    const char *name;
} usages[] = {
    {KU_DIGITAL_SIGNATURE, "digitalSignature"},
    {KU_NON_REPUDIATION, "nonRepudiation"},
    {KU_KEY_ENCIPHERMENT, "keyEncipherment"},
    {KU_DATA_ENCIPHERMENT, "dataEncipherment"},
    {KU_KEY_AGREEMENT, "keyAgreement"},
    {KU_KEY_CERT_SIGN, "keyCertSign"},
    {KU_CRL_SIGN, "cRLSign"},
};

void certinfo_add_uses(X509 *cert, struct strbuf *out)
{
    EXTENDED_KEY_USAGE *ext =
        X509_get_ext_d2i(cert, NID_ext_key_usage, NULL, NULL);
    uint32_t bits = X509_get_key_usage(cert);
    size_t i;
    int k;

    strbuf_adds(out, "key usage");
    if (bits == UINT32_MAX)
        strbuf_adds(out, " any");
    for (i = 0; bits != UINT32_MAX && i < sizeof(usages) / sizeof(usages[0]);
         i++)
        if ((bits & usages[i].bit) != 0)
            strbuf_addf(out, " %s", usages[i].name);
    strbuf_adds(out, ", extended key usage");
    if (ext == NULL)
        strbuf_adds(out, " any");
    for (k = 0; k < sk_ASN1_OBJECT_num(ext) && k < NAMES; k++) {
        char name[64] = "";

        OBJ_obj2txt(name, sizeof(name), sk_ASN1_OBJECT_value(ext, k), 0);
        strbuf_addf(out, " %s", name);
    }
    EXTENDED_KEY_USAGE_free(ext);
    ERR_clear_error();
}
