/* Which certificates OpenSSL does not take; see strength.h. */

#include "tls/strength.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

/* ---- what OpenSSL says ---- */

static bool is_barred(SSL_CTX *ssl, int op, int bits, int nid, X509 *cert)
{
    return SSL_CTX_get_security_callback(ssl)(
               NULL, ssl, op, bits, nid, cert,
               SSL_CTX_get0_security_ex_data(ssl)) != 1;
}

static bool is_key_barred(X509 *cert, int op, SSL_CTX *ssl)
{
    EVP_PKEY *key = X509_get0_pubkey(cert);
    int bits = key != NULL ? EVP_PKEY_get_security_bits(key) : -1;

    return is_barred(ssl, op, bits, NID_undef, cert);
}

/* What a certificate says of itself is believed for another reason. */
static bool is_digest_barred(X509 *cert, SSL_CTX *ssl)
{
    int digest = NID_undef, key = NID_undef, bits = -1;

    if ((X509_get_extension_flags(cert) & EXFLAG_SS) != 0)
        return false;
    if (X509_get_signature_info(cert, &digest, &key, &bits, NULL) != 1)
        bits = -1;
    return is_barred(ssl, SSL_SECOP_CA_MD, bits,
                     digest != NID_undef ? digest : key, cert);
}

static bool is_malformed(X509 *cert)
{
    return (X509_get_extension_flags(cert) & EXFLAG_INVALID) != 0;
}

static enum own_fault fault_of(X509 *cert, int op, SSL_CTX *ssl)
{
    enum own_fault fault = OWN_GOOD;

    if (is_malformed(cert))
        fault = OWN_MALFORMED;
    else if (is_key_barred(cert, op, ssl))
        fault = OWN_WEAK_KEY;
    else if (is_digest_barred(cert, ssl))
        fault = OWN_WEAK_DIGEST;
    ERR_clear_error();
    return fault;
}

enum own_fault strength_cert(X509 *cert, SSL_CTX *ssl)
{
    return fault_of(cert, SSL_SECOP_EE_KEY, ssl);
}

enum own_fault strength_authority(X509 *cert, SSL_CTX *ssl)
{
    enum own_fault fault = fault_of(cert, SSL_SECOP_CA_KEY, ssl);

    return fault != OWN_WEAK_DIGEST ? fault : OWN_GOOD;
}

struct strength strength_of(const struct keyring *ring,
                            const struct ring_entry *own, SSL_CTX *ssl)
{
    struct strength s = {strength_cert(own->cert, ssl), own};
    size_t left = keyring_count(ring); /* names can go round in a circle */

    while (s.fault == OWN_GOOD && left-- > 0 &&
           X509_check_issued(s.entry->cert, s.entry->cert) != X509_V_OK) {
        const struct ring_entry *issuer = own_issuer(ring, s.entry->cert);

        if (issuer == NULL)
            break;
        s.entry = issuer;
        s.fault = fault_of(issuer->cert, SSL_SECOP_CA_KEY, ssl);
    }
    return s;
}

SSL_CTX *strength_ctx(int level)
{
    SSL_CTX *ssl = SSL_CTX_new(TLS_method());

    if (ssl != NULL)
        SSL_CTX_set_security_level(ssl, level);
    return ssl;
}

/* ---- in words ---- */

/* Bits of each kind of key by security level (NIST SP 800-57, table 2). */
static const struct {
    int factoring, curve;
} least[] = {{0, 0},      {1024, 160}, {2048, 224},
             {3072, 256}, {7680, 384}, {15360, 512}};

static int least_bits(const EVP_PKEY *key, int level)
{
    int last = (int)(sizeof(least) / sizeof(least[0])) - 1;
    int i = level < last ? level : last;

    return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC ? least[i].curve
                                                    : least[i].factoring;
}

static const char *digest_name(X509 *cert)
{
    int digest = NID_undef, key = NID_undef;

    X509_get_signature_info(cert, &digest, &key, NULL, NULL);
    if (digest == NID_sha1)
        return "SHA-1";
    return digest != NID_undef ? OBJ_nid2sn(digest) : "an unknown algorithm";
}

static void add_key(X509 *cert, int level, struct strbuf *out)
{
    EVP_PKEY *key = X509_get0_pubkey(cert);

    if (key == NULL)
        strbuf_adds(out, "has a key of an unknown kind");
    else
        strbuf_addf(out,
                    "has a key of %d bits (%s); the least is %d (OpenSSL's "
                    "security level %d)",
                    EVP_PKEY_get_bits(key), EVP_PKEY_get0_type_name(key),
                    least_bits(key, level), level);
}

void strength_add(X509 *cert, enum own_fault fault, const SSL_CTX *ssl,
                  struct strbuf *out)
{
    int level = SSL_CTX_get_security_level(ssl);

    switch (fault) {
    case OWN_MALFORMED:
        strbuf_adds(out, "has an extension twice, or one that can't be read");
        break;
    case OWN_WEAK_KEY:
        add_key(cert, level, out);
        break;
    case OWN_WEAK_DIGEST:
        strbuf_addf(out,
                    "is signed with %s, which OpenSSL's security level %d "
                    "bars: SHA-224 is the least",
                    digest_name(cert), level);
        break;
    default:
        break;
    }
}
