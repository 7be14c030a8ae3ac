#ifndef POLICY_CIPHERS_H
#define POLICY_CIPHERS_H

/*
 * The tables of cipher suites, curves and signature pairs: one row each in
 * ciphers.def, curves.def and sigpairs.def. Codes and names are IANA's ("TLS
 * Cipher Suites", "TLS Supported Groups", "TLS SignatureScheme"); the set is
 * System SSL's (Cryptographic Services System SSL Programming, "Cipher suite
 * definitions").
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cipher_key {
    CIPHER_KEY_ANY,
    CIPHER_KEY_RSA,
    CIPHER_KEY_ECDSA,
    CIPHER_KEY_DSS,
    CIPHER_KEY_DH,
    CIPHER_KEY_ECDH
};

enum cipher_weakness {
    CIPHER_NULL = 1,   /* no encryption */
    CIPHER_EXPORT = 2, /* 40 bit */
    CIPHER_RC2 = 4,
    CIPHER_RC4 = 8,
    CIPHER_DES = 16,
    CIPHER_3DES = 32,
    CIPHER_MD5 = 64
};

struct cipher {
    uint16_t code;        /* IANA number, 0x0035 */
    char code4[5];        /* "0035" */
    const char *name;     /* "TLS_RSA_WITH_AES_256_CBC_SHA" */
    const char *openssl;  /* OpenSSL's name; NULL: not in OpenSSL */
    enum cipher_key key;  /* what the server's certificate must hold */
    bool forward_secret;  /* ephemeral key exchange */
    uint16_t min_version; /* 0x0300 SSLv3 .. 0x0304 TLSv1.3 */
    uint16_t max_version;
    unsigned weakness; /* sum of enum cipher_weakness */
};

/* Suites of TLSv1.3 are for no other version. */
static inline bool cipher_is_tls13(const struct cipher *c)
{
    return c->min_version == 0x0304;
}

/* NULL: not in the table. */
const struct cipher *cipher_by_code(uint16_t code);
const struct cipher *cipher_by_name(const char *name); /* any case */
/* The rows, by ascending number. */
size_t cipher_count(void);
const struct cipher *cipher_get(size_t i);

struct curve {
    uint16_t id;         /* IANA group; policy writes it decimal, "0023" */
    char id4[5];         /* "0023" */
    const char *name;    /* "secp256r1" */
    const char *openssl; /* name for SSL_CTX_set1_groups_list(), or NULL */
    int nid;             /* OpenSSL's NID, for key sizes */
    unsigned bits;
};

const struct curve *curve_by_id(uint16_t id);
const struct curve *curve_by_name(const char *name);

struct sigpair {
    uint16_t id;         /* 0x0401: hash byte, signature byte */
    char id4[5];         /* "0401" */
    const char *name;    /* "TLS_SIGALG_SHA256_WITH_RSA" */
    const char *openssl; /* name for SSL_CTX_set1_sigalgs_list(), or NULL */
};

const struct sigpair *sigpair_by_id(uint16_t id);
const struct sigpair *sigpair_by_name(const char *name);
size_t sigpair_count(void);
const struct sigpair *sigpair_get(size_t i);

#endif
