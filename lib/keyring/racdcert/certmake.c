/* Makes keys, certificates and requests from a cert_spec, with OpenSSL. */

#include "keyring/racdcert/certmake.h"

#include <string.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>

static const struct {
    enum key_type type;
    unsigned bits;
    const char *curve;
} curves[] = {
    {KEY_NISTECC, 192, "P-192"},         {KEY_NISTECC, 224, "P-224"},
    {KEY_NISTECC, 256, "P-256"},         {KEY_NISTECC, 384, "P-384"},
    {KEY_NISTECC, 521, "P-521"},         {KEY_BPECC, 160, "brainpoolP160r1"},
    {KEY_BPECC, 192, "brainpoolP192r1"}, {KEY_BPECC, 224, "brainpoolP224r1"},
    {KEY_BPECC, 256, "brainpoolP256r1"}, {KEY_BPECC, 320, "brainpoolP320r1"},
    {KEY_BPECC, 384, "brainpoolP384r1"}, {KEY_BPECC, 512, "brainpoolP512r1"},
};

const struct cert_usage cert_usages[CERT_USAGES] = {
    {"HANDSHAKE", USE_HANDSHAKE}, {"DATAENCRYPT", USE_DATAENCRYPT},
    {"DOCSIGN", USE_DOCSIGN},     {"CERTSIGN", USE_CERTSIGN},
    {"KEYAGREE", USE_KEYAGREE},
};

enum { RSA_MIN = 1024, RSA_MAX = 4096 };

static const char *curve_of(enum key_type type, unsigned bits)
{
    size_t i;

    for (i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
        if (curves[i].type == type && curves[i].bits == bits)
            return curves[i].curve;
    return NULL;
}

unsigned certmake_default_bits(enum key_type type)
{
    /* RACF's default for ECC is 192, a curve that OpenSSL's TLS lacks. */
    return type == KEY_RSA ? 2048 : 256;
}

int certmake_check_bits(enum key_type type, unsigned bits, struct error *err)
{
    switch (type) {
    case KEY_RSA:
        if (bits >= RSA_MIN && bits <= RSA_MAX)
            return 0;
        return error_set(err, ERR_VALUE,
                         "SIZE(%u): an RSA key has 1024 to 4096 bits", bits);
    case KEY_NISTECC:
        if (curve_of(type, bits) != NULL)
            return 0;
        return error_set(err, ERR_VALUE,
                         "SIZE(%u): NISTECC has 192, 224, 256, 384 or 521",
                         bits);
    case KEY_BPECC:
        if (curve_of(type, bits) != NULL)
            return 0;
        return error_set(err, ERR_VALUE,
                         "SIZE(%u): BPECC has 160, 192, 224, 256, 320, 384 or "
                         "512",
                         bits);
    }
    return error_set(err, ERR_VALUE, "unknown kind of key");
}

static int crypto_error(struct error *err, const char *what)
{
    char reason[160];

    ERR_error_string_n(ERR_peek_last_error(), reason, sizeof(reason));
    ERR_clear_error();
    return error_set(err, ERR_CRYPTO, "%s: %s", what, reason);
}

int certmake_key(enum key_type type, unsigned bits, EVP_PKEY **ret,
                 struct error *err)
{
    const char *curve = curve_of(type, bits);
    EVP_PKEY *key;
    int r;

    r = certmake_check_bits(type, bits, err);
    if (r != 0)
        return r;
    ERR_clear_error();
    key = type == KEY_RSA ? EVP_RSA_gen(bits) : EVP_EC_gen(curve);
    if (key == NULL)
        return crypto_error(err, "no key could be made");
    *ret = key;
    return 0;
}

/* ---- extensions ---- */

static int add_ext(X509 *x, int nid, int critical, void *value)
{
    return X509_add1_ext_i2d(x, nid, value, critical, X509V3_ADD_APPEND);
}

static int add_basic_constraints(X509 *x)
{
    BASIC_CONSTRAINTS *bc = BASIC_CONSTRAINTS_new();
    int ok = 0;

    if (bc != NULL) {
        bc->ca = 0xFF;
        ok = add_ext(x, NID_basic_constraints, 1, bc);
    }
    BASIC_CONSTRAINTS_free(bc);
    return ok;
}

/* RFC 5280, 4.2.1.3: the bits that KEYUSAGE's words mean. */
static int add_key_usage(X509 *x, const EVP_PKEY *key, unsigned use)
{
    bool rsa = EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
    ASN1_BIT_STRING *bits = ASN1_BIT_STRING_new();
    int ok = bits != NULL;

    if (ok && (use & USE_HANDSHAKE))
        ok = ASN1_BIT_STRING_set_bit(bits, 0, 1) &&
             (!rsa || ASN1_BIT_STRING_set_bit(bits, 2, 1));
    if (ok && (use & USE_DOCSIGN))
        ok = ASN1_BIT_STRING_set_bit(bits, 1, 1);
    if (ok && (use & USE_DATAENCRYPT))
        ok = ASN1_BIT_STRING_set_bit(bits, 3, 1);
    if (ok && (use & USE_KEYAGREE))
        ok = ASN1_BIT_STRING_set_bit(bits, 4, 1);
    if (ok && (use & USE_CERTSIGN))
        ok = ASN1_BIT_STRING_set_bit(bits, 5, 1) &&
             ASN1_BIT_STRING_set_bit(bits, 6, 1);
    ok = ok && add_ext(x, NID_key_usage, 1, bits);
    ASN1_BIT_STRING_free(bits);
    return ok;
}

static unsigned usage_of_bits(uint32_t bits)
{
    unsigned use = 0;

    if (bits & KU_DIGITAL_SIGNATURE)
        use |= USE_HANDSHAKE;
    if (bits & KU_DATA_ENCIPHERMENT)
        use |= USE_DATAENCRYPT;
    if (bits & KU_NON_REPUDIATION)
        use |= USE_DOCSIGN;
    if (bits & KU_KEY_CERT_SIGN)
        use |= USE_CERTSIGN;
    if (bits & KU_KEY_AGREEMENT)
        use |= USE_KEYAGREE;
    return use;
}

unsigned certmake_usage_of(X509 *x509)
{
    uint32_t bits = X509_get_key_usage(x509);

    return bits == UINT32_MAX ? 0 : usage_of_bits(bits);
}

static int add_key_ids(X509 *x, X509 *signer)
{
    unsigned char id[SHA_DIGEST_LENGTH];
    const ASN1_OCTET_STRING *signer_id;
    AUTHORITY_KEYID *akid = NULL;
    ASN1_OCTET_STRING *skid;
    unsigned n = sizeof(id);
    int ok;

    skid = ASN1_OCTET_STRING_new();
    ok = skid != NULL && X509_pubkey_digest(x, EVP_sha1(), id, &n) == 1 &&
         ASN1_OCTET_STRING_set(skid, id, (int)n) == 1 &&
         add_ext(x, NID_subject_key_identifier, 0, skid);
    ASN1_OCTET_STRING_free(skid);
    signer_id = signer != NULL ? X509_get0_subject_key_id(signer) : NULL;
    if (!ok || signer_id == NULL)
        return ok;
    akid = AUTHORITY_KEYID_new();
    ok = akid != NULL &&
         (akid->keyid = ASN1_OCTET_STRING_dup(signer_id)) != NULL &&
         add_ext(x, NID_authority_key_identifier, 0, akid);
    AUTHORITY_KEYID_free(akid);
    return ok;
}

static int add_extensions(X509 *x, const struct cert_spec *spec)
{
    unsigned use = spec->keyusage | (spec->ca ? USE_CERTSIGN : 0);

    if ((use & USE_CERTSIGN) && !add_basic_constraints(x))
        return 0;
    if (use != 0 && !add_key_usage(x, spec->pubkey, use))
        return 0;
    if (spec->altnames != NULL &&
        !add_ext(x, NID_subject_alt_name, 0, (void *)(uintptr_t)spec->altnames))
        return 0;
    if (spec->extusage != NULL &&
        !add_ext(x, NID_ext_key_usage, 0, (void *)(uintptr_t)spec->extusage))
        return 0;
    return add_key_ids(x, spec->signer);
}

/* The SHA-2 that fits the signing key. */
static const EVP_MD *digest_for(const EVP_PKEY *key)
{
    int bits = EVP_PKEY_get_bits(key);

    if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC || bits <= 256)
        return EVP_sha256();
    return bits <= 384 ? EVP_sha384() : EVP_sha512();
}

int certmake_cert(const struct cert_spec *spec, X509 **ret, struct error *err)
{
    const X509_NAME *issuer = spec->signer != NULL
                                  ? X509_get_subject_name(spec->signer)
                                  : spec->subject;
    X509 *x;

    ERR_clear_error();
    x = X509_new();
    if (x == NULL)
        return error_nomem(err);
    if (!X509_set_version(x, X509_VERSION_3) ||
        !X509_set_serialNumber(x, (ASN1_INTEGER *)(uintptr_t)spec->serial) ||
        !X509_set_issuer_name(x, issuer) ||
        !X509_set_subject_name(x, spec->subject) ||
        ASN1_TIME_set(X509_getm_notBefore(x), spec->not_before) == NULL ||
        ASN1_TIME_set(X509_getm_notAfter(x), spec->not_after) == NULL ||
        !X509_set_pubkey(x, spec->pubkey) || !add_extensions(x, spec) ||
        X509_sign(x, spec->signer_key, digest_for(spec->signer_key)) <= 0) {
        X509_free(x);
        return crypto_error(err, "the certificate could not be made");
    }
    *ret = x;
    return 0;
}

/* ---- requests ---- */

/* The extensions of a certificate that a request repeats. */
static STACK_OF(X509_EXTENSION) * copied_extensions(X509 *x)
{
    static const int nids[] = {NID_subject_alt_name, NID_key_usage,
                               NID_ext_key_usage, NID_basic_constraints,
                               NID_subject_key_identifier};
    STACK_OF(X509_EXTENSION) *list = sk_X509_EXTENSION_new_null();
    X509_EXTENSION *copy;
    size_t i;
    int at;

    for (i = 0; list != NULL && i < sizeof(nids) / sizeof(nids[0]); i++) {
        at = X509_get_ext_by_NID(x, nids[i], -1);
        if (at < 0)
            continue;
        copy = X509_EXTENSION_dup(X509_get_ext(x, at));
        if (copy == NULL || sk_X509_EXTENSION_push(list, copy) <= 0) {
            X509_EXTENSION_free(copy);
            sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
            return NULL;
        }
    }
    return list;
}

int certmake_request(X509 *x509, EVP_PKEY *key, X509_REQ **ret,
                     struct error *err)
{
    STACK_OF(X509_EXTENSION) *list = copied_extensions(x509);
    X509_REQ *req = X509_REQ_new();
    int ok;

    ERR_clear_error();
    ok = req != NULL && list != NULL &&
         X509_REQ_set_version(req, X509_REQ_VERSION_1) == 1 &&
         X509_REQ_set_subject_name(req, X509_get_subject_name(x509)) == 1 &&
         X509_REQ_set_pubkey(req, key) == 1 &&
         (sk_X509_EXTENSION_num(list) == 0 ||
          X509_REQ_add_extensions(req, list) == 1) &&
         X509_REQ_sign(req, key, digest_for(key)) > 0;
    sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
    if (!ok) {
        X509_REQ_free(req);
        return crypto_error(err, "the request could not be made");
    }
    *ret = req;
    return 0;
}

unsigned certmake_request_usage(X509_REQ *req)
{
    STACK_OF(X509_EXTENSION) *list = X509_REQ_get_extensions(req);
    ASN1_BIT_STRING *bits = X509V3_get_d2i(list, NID_key_usage, NULL, NULL);
    BASIC_CONSTRAINTS *bc =
        X509V3_get_d2i(list, NID_basic_constraints, NULL, NULL);
    uint32_t flags = 0;

    if (bits != NULL && bits->length > 0)
        flags = bits->data[0];
    if (bits != NULL && bits->length > 1)
        flags |= (uint32_t)bits->data[1] << 8;
    if (bc != NULL && bc->ca != 0)
        flags |= KU_KEY_CERT_SIGN;
    BASIC_CONSTRAINTS_free(bc);
    ASN1_BIT_STRING_free(bits);
    sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
    ERR_clear_error();
    return usage_of_bits(flags);
}
