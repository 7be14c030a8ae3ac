/* From settings to an SSL_CTX: the order of the steps. */
#include "tls/context.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <openssl/err.h>

#include "tls/extensions.h"
#include "tls/owncert.h"
#include "tls/protocol.h"
#include "tls/resume.h"
#include "tls/reuse.h"
#include "tls/tap.h"
#include "tls/verify.h"

int tls_no_memory(struct tls_outcome *why)
{
    return tls_fail(why, FAULT_no_memory, NULL);
}

/* The server's order of suites counts: the policy's list is in order of
 * preference (IP Configuration Reference, TTLSCipherParms). Without the last
 * option OpenSSL takes a bare FIN for a fatal error, and stops writing too.
 */
static void set_behaviour(const struct effective *eff, SSL_CTX *ssl)
{
    SSL_CTX_set_options(ssl, SSL_OP_CIPHER_SERVER_PREFERENCE |
                                 SSL_OP_NO_COMPRESSION |
                                 SSL_OP_IGNORE_UNEXPECTED_EOF);
    if (!effective_on(eff, PARM_MiddleBoxCompatMode))
        SSL_CTX_clear_options(ssl, SSL_OP_ENABLE_MIDDLEBOX_COMPAT);
    SSL_CTX_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                              SSL_MODE_RELEASE_BUFFERS |
                              SSL_MODE_NO_AUTO_CHAIN);
    SSL_CTX_set_read_ahead(ssl, 1);
}

static int make_ssl(const struct context_params *p, struct context *c,
                    struct tls_outcome *why)
{
    ERR_clear_error();
    c->ssl = SSL_CTX_new(c->server ? TLS_server_method() : TLS_client_method());
    if (c->ssl == NULL)
        return tls_take_as(why, FAULT_crypto_setup,
                           &(struct fault_words){.what = "a context"});
    if (p->secrets)
        SSL_CTX_set_keylog_callback(c->ssl, tap_keylog);
    return 0;
}

static int take_steps(const struct context_params *p, struct context *c,
                      struct tls_outcome *why)
{
    static int (*const steps[])(const struct context_params *, struct context *,
                                struct tls_outcome *) = {
        protocol_set, owncert_set, verify_set, extensions_set, resume_set,
    };
    size_t i;
    int rc = make_ssl(p, c, why);

    if (rc == 0)
        set_behaviour(p->eff, c->ssl);
    for (i = 0; i < sizeof(steps) / sizeof(steps[0]) && rc == 0; i++)
        rc = steps[i](p, c, why);
    return rc;
}

/* No step sees what is not in the digest. */
static int fill(const struct context_params *params, struct context *c,
                struct tls_outcome *why)
{
    struct context_params p = *params;
    struct effective *eff = effective_for_tls(params->eff);
    int rc;

    if (eff == NULL)
        return tls_no_memory(why);
    p.eff = eff;
    rc = take_steps(&p, c, why);
    free(eff);
    return rc;
}

int context_new(const struct context_params *params, struct context **ret,
                struct tls_outcome *ret_why)
{
    static atomic_uint_fast64_t last;
    struct context *c = calloc(1, sizeof(*c));
    int rc;

    if (c == NULL)
        return tls_no_memory(ret_why);
    c->settings = *effective_digest(params->eff);
    c->ring = params->ring;
    c->users = params->users;
    c->stored = params->stored;
    c->id[0] = params->id;
    c->id[1] = atomic_fetch_add(&last, 1) + 1;
    c->server =
        effective_choice(params->eff, PARM_HandshakeRole) != ROLE_CLIENT;
    c->arena = arena_new();
    rc = c->arena != NULL ? fill(params, c, ret_why) : tls_no_memory(ret_why);
    if (rc == 0)
        *ret = c;
    else
        context_free(c);
    return rc;
}

void context_free(struct context *c)
{
    if (c == NULL)
        return;
    SSL_CTX_free(c->ssl);
    owncert_free(c);
    extensions_free(c);
    resume_free(c);
    reuse_free(c);
    arena_free(c->arena);
    free(c);
}
