/*
 * Called by OpenSSL for each certificate of the peer's chain, from the anchor
 * to the peer's own, and once for each error.
 */
#include "tls/verify.h"

#include "tls/session_private.h"

/* RACF's NOTRUST holds whoever signed the certificate. */
static bool is_not_trusted(const struct keyring *ring, const X509 *cert)
{
    size_t i;

    for (i = 0; i < keyring_count(ring); i++) {
        const struct ring_entry *e = keyring_get(ring, i);

        if (e->trust == RING_NOTRUST && X509_cmp(e->cert, cert) == 0)
            return true;
    }
    return false;
}

/* PeerMinRsaKeySize and its like (IP Configuration Reference,
 * TTLSEnvironmentAdvancedParms). */
static bool is_too_small(const struct peer_rules *r, X509 *cert)
{
    EVP_PKEY *key = X509_get0_pubkey(cert);
    unsigned bits = key != NULL ? (unsigned)EVP_PKEY_get_bits(key) : 0;

    switch (key != NULL ? EVP_PKEY_get_base_id(key) : EVP_PKEY_NONE) {
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS:
        return bits < r->min_rsa;
    case EVP_PKEY_EC:
        return bits < r->min_ecc;
    case EVP_PKEY_DSA:
        return bits < r->min_dsa;
    case EVP_PKEY_DH:
    case EVP_PKEY_DHX:
        return bits < r->min_dh;
    default:
        return false;
    }
}

static void check_further(const struct context *c, X509_STORE_CTX *store)
{
    X509 *cert = X509_STORE_CTX_get_current_cert(store);

    if (cert == NULL)
        return;
    if (is_not_trusted(c->ring, cert))
        X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
    else if (is_too_small(&c->peer, cert))
        X509_STORE_CTX_set_error(store,
                                 X509_STORE_CTX_get_error_depth(store) == 0
                                     ? X509_V_ERR_EE_KEY_TOO_SMALL
                                     : X509_V_ERR_CA_KEY_TOO_SMALL);
}

int verify_peer(int ok, X509_STORE_CTX *store)
{
    SSL *ssl =
        X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct session *s = session_of(ssl);
    int error;

    if (s->context->peer.pass) {
        X509_STORE_CTX_set_error(store, X509_V_OK);
        return 1;
    }
    if (ok == 1)
        check_further(s->context, store);
    error = X509_STORE_CTX_get_error(store);
    if (error == X509_V_OK)
        return 1;
    s->outcome.verify_error = error;
    tls_outcome_certificate(&s->outcome,
                            X509_STORE_CTX_get_current_cert(store));
    return 0;
}
