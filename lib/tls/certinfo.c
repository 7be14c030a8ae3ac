/* Certificates in words. */
#include "tls/certinfo.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>

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
