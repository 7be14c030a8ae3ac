/*
 * The ring, what it lets us trust, and the contexts made so far. Contexts are
 * made under a lock and then only read; sessions use them without it.
 */
#include "tls/environment.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "keyring/rings/keyring.h"
#include "keyring/rings/stored.h"
#include "tls/certinfo.h"
#include "tls/context.h"
#include "tls/environment_private.h"
#include "tls/memory.h"
#include "tls/owncert.h"
#include "util/strbuf.h"

/* Lists of contexts, by a byte of their digest: an environment action may have
 * any number of connection actions. */
enum { CONTEXT_LISTS = 64 };

struct environment {
    atomic_uint refs;
    uint64_t handle;
    struct keyring *ring;
    X509_STORE *trust;
    struct cert_users *users;    /* ClientAuthType SAFCheck only */
    struct stored_certs *stored; /* beside the ring's; NULL: of a file */
    char userid[16];             /* who reads the ring */
    unsigned min_rsa;
    bool secrets, tls12_tickets;
    pthread_mutex_t lock;
    struct context *contexts[CONTEXT_LISTS]; /* under the lock, as the next */
    struct keyring_stamp stamp; /* the ring was then as we have it */
};

int tls_init(struct error *err)
{
    memory_init();
    /* the policy decides, not the distribution's openssl.cnf */
    if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) == 1 &&
        OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG |
                             OPENSSL_INIT_LOAD_SSL_STRINGS |
                             OPENSSL_INIT_LOAD_CRYPTO_STRINGS,
                         NULL) == 1)
        return 0;
    ERR_clear_error();
    return error_set(err, ERR_CRYPTO, "OpenSSL can't be started");
}

/* A new member of the struct belongs to the digest. */
_Static_assert(sizeof(struct environment_params) == 6 * sizeof(void *) + 8,
               "environment_settings() knows all members");

struct digest environment_settings(const struct environment_params *params)
{
    struct digest_state d;

    digest_begin(&d);
    digest_add_text(&d, params->where.racf);
    digest_add_text(&d, params->where.root);
    digest_add_text(&d, params->where.token.module);
    digest_add_text(&d, params->where.token.pin_file);
    digest_add_number(&d, params->min_rsa);
    digest_add_number(&d, params->secrets);
    digest_add_number(&d, params->tls12_tickets);
    return digest_end(&d);
}

uint64_t tls_next_handle(void)
{
    static atomic_uint_fast64_t last;

    return atomic_fetch_add(&last, 1) + 1;
}

static enum fault ring_fault(const struct error *err)
{
    switch (err->code) {
    case ERR_NOMEM:
        return FAULT_no_memory;
    case ERR_SYNTAX:
        return FAULT_ring_unreadable;
    case ERR_NOT_FOUND:
        return FAULT_ring_absent;
    case ERR_DENIED:
        return FAULT_ring_denied;
    case ERR_UNSAFE:
        return FAULT_ring_unsafe;
    default:
        return FAULT_ring_failed;
    }
}

static enum fault token_fault(const struct error *err)
{
    return err->code == ERR_NOMEM ? FAULT_no_memory : FAULT_token_failed;
}

static struct ring_source source_of(const struct environment_params *params)
{
    return own_source(&params->where, params->userid, params->eff);
}

static bool is_ring(const struct environment_params *params)
{
    struct ring_source s = source_of(params);

    return s.keyring != NULL && s.name.kind == RING_RACF;
}

static enum fault authority_fault(enum authority_fault near)
{
    switch (near) {
    case AUTHORITY_NOTRUST:
        return FAULT_authority_notrust;
    case AUTHORITY_USAGE:
        return FAULT_authority_usage;
    default:
        return FAULT_no_authority;
    }
}

/* Which authority is missing nobody knows yet; that of the own certificate is
 * the one that comes to mind. */
static int no_authority(const struct environment *env, struct tls_outcome *why)
{
    struct own_authority near = own_authority_any(env->ring);
    const struct ring_entry *own = keyring_default(env->ring);
    struct fault_words w = {.ring = keyring_name(env->ring)};
    char owner[OWNCERT_OWNER];
    struct stored_cert c;

    if (near.entry != NULL) {
        w.label = near.entry->label;
        w.owner = owncert_owner(near.entry, owner);
    } else if (own != NULL && stored_issuer(env->stored, own->cert, &c)) {
        w.label = c.label;
        w.owner = c.owner;
    }
    return tls_fail(why, authority_fault(near.fault), &w);
}

/*
 * What the ring trusts: certificates connected as CERTAUTH are anchors, an
 * intermediate one as well as a root, and certificates connected as SITE are
 * good in themselves; PARTIAL_CHAIN says both. Usage is that of the
 * connection, not of the owner (RACDCERT CONNECT).
 */
static int make_trust(struct environment *env,
                      const struct environment_params *params,
                      struct tls_outcome *why)
{
    size_t i, authorities = 0;

    ERR_clear_error();
    env->trust = X509_STORE_new();
    if (env->trust == NULL ||
        X509_STORE_set_flags(env->trust, X509_V_FLAG_PARTIAL_CHAIN) != 1)
        return tls_take_as(why, FAULT_crypto_setup,
                           &(struct fault_words){.what = "the trust store"});
    for (i = 0; i < keyring_count(env->ring); i++) {
        const struct ring_entry *e = keyring_get(env->ring, i);

        if (!own_is_authority(e))
            continue;
        if (X509_STORE_add_cert(env->trust, e->cert) != 1)
            return tls_take_as(
                why, FAULT_crypto_setup,
                &(struct fault_words){.what = "the trust store"});
        authorities++;
    }
    why->lasting = authorities == 0 && is_ring(params);
    return authorities == 0 ? no_authority(env, why) : 0;
}

/* A label that an environment action names must be there when the environment
 * is made; a connection action's is looked for when it is used. */
static int check_labels(const struct environment *env,
                        const struct environment_params *params,
                        struct tls_outcome *why)
{
    struct ring_needs needs;
    struct own_choices all;
    struct own_choice o;

    ring_needs(params->eff, &needs);
    if (needs.at_connection)
        return 0;
    all = own_choices(&needs, env->ring);
    while (own_next(&all, &o)) {
        if (o.label == NULL ||
            (o.fault != OWN_ABSENT && o.fault != OWN_NOTRUST))
            continue;
        why->lasting = is_ring(params);
        return owncert_fail(&(struct owncert_place){.ring = env->ring,
                                                    .userid = env->userid,
                                                    .stored = env->stored},
                            &o, why);
    }
    return 0;
}

/* System SSL Programming, "SSL function return codes". */
static enum fault file_fault(const struct error *err, bool password)
{
    switch (err->code) {
    case ERR_NOMEM:
        return FAULT_no_memory;
    case ERR_DENIED:
        return password ? FAULT_file_password : FAULT_file_no_password;
    case ERR_SYNTAX:
    case ERR_VALUE:
        return FAULT_file_format;
    case ERR_UNSAFE:
        return FAULT_ring_unsafe;
    case ERR_UNSUPPORTED:
        return FAULT_file_unsupported;
    default:
        return FAULT_file_absent;
    }
}

/* Whether asked again it is the same until what is stored changes: tokens count
 * wrong PINs; a file may be there at any moment. */
static bool is_lasting(const struct ring_source *s, const struct error *err)
{
    switch (s->name.kind) {
    case RING_FILE:
        return false;
    case RING_TOKEN:
        return err->code == ERR_DENIED;
    default:
        return err->code == ERR_NOT_FOUND || err->code == ERR_DENIED;
    }
}

static enum fault source_fault(const struct ring_source *s,
                               const struct error *err)
{
    switch (s->name.kind) {
    case RING_FILE:
        return file_fault(err, s->password != NULL || s->stash != NULL);
    case RING_TOKEN:
        return token_fault(err);
    default:
        return ring_fault(err);
    }
}

/* Of a ring that is not there, or that the user may not read. */
static void add_remedy(const struct ring_source *s, const struct error *err,
                       struct strbuf *out)
{
    if (s->name.kind != RING_RACF ||
        (err->code != ERR_NOT_FOUND && err->code != ERR_DENIED))
        return;
    keyring_remedy_dir(s->where.racf, s->userid, s->keyring, out);
    if (out->len == 0)
        strbuf_addf(out, "attlsctl rings --reader %s %s", s->userid,
                    s->keyring);
}

static int read_ring(const struct environment_params *params,
                     struct keyring **ret, struct error *err)
{
    struct ring_source s = source_of(params);

    return keyring_open(&s, ret, err);
}

/* As read_ring(), with what mends it in WHY. */
static int open_ring(const struct environment_params *params,
                     struct keyring **ret, struct tls_outcome *why)
{
    struct ring_source s = source_of(params);
    struct strbuf mend = STRBUF_INIT;
    struct error err = {0};

    if (keyring_open(&s, ret, &err) == 0)
        return 0;
    why->lasting = is_lasting(&s, &err);
    add_remedy(&s, &err, &mend);
    tls_fail(why, source_fault(&s, &err),
             &(struct fault_words){.ring = s.keyring,
                                   .user = params->userid,
                                   .command = strbuf_str(&mend),
                                   .error = err.text});
    strbuf_done(&mend);
    return why->rc;
}

void environment_stamp(const struct environment_params *params,
                       struct keyring_stamp *ret)
{
    struct ring_source s = source_of(params);

    keyring_stamp(&s, ret);
}

static bool stamp_changed(struct environment *env,
                          const struct keyring_stamp *now)
{
    bool same;

    pthread_mutex_lock(&env->lock);
    same = keyring_stamp_same(now, &env->stamp);
    pthread_mutex_unlock(&env->lock);
    return !same;
}

bool environment_store_changed(struct environment *env,
                               const struct environment_params *params)
{
    struct keyring_stamp now;

    environment_stamp(params, &now);
    return stamp_changed(env, &now);
}

bool environment_ring_changed(struct environment *env,
                              const struct environment_params *params)
{
    struct keyring_stamp now;
    struct keyring *ring = NULL;
    struct error err = {0};
    bool same;

    environment_stamp(params, &now);
    if (!stamp_changed(env, &now))
        return false;
    if (read_ring(params, &ring, &err) != 0)
        return err.code != ERR_NOMEM; /* without memory nobody knows */
    same = keyring_same(ring, env->ring);
    keyring_unref(ring);
    if (!same)
        return true;
    pthread_mutex_lock(&env->lock);
    env->stamp = now;
    pthread_mutex_unlock(&env->lock);
    return false;
}

void environment_stored_default(const struct environment_params *params,
                                char *until, size_t size)
{
    struct keyring *ring = NULL;
    const struct ring_entry *e;
    struct certinfo cert = {.not_after = ""};
    struct error err;

    if (read_ring(params, &ring, &err) == 0) {
        e = keyring_default(ring);
        certinfo_read(e != NULL ? e->cert : NULL, &cert);
        keyring_unref(ring);
    }
    snprintf(until, size, "%s", cert.not_after);
}

bool environment_may_stay(const struct environment *env,
                          const struct environment_params *params,
                          struct error *why)
{
    return !is_ring(params) ||
           keyring_still_good(env->ring, params->where.racf, params->userid,
                              effective_text(params->eff, PARM_Keyring),
                              why) == 0;
}

bool environment_users_changed(const struct environment *env)
{
    return env->users != NULL && cert_users_changed(env->users);
}

void environment_load_users(struct environment *env)
{
    if (env->users != NULL && cert_users_changed(env->users))
        cert_users_load(env->users, NULL);
}

static int open_users(struct environment *env,
                      const struct environment_params *params,
                      struct tls_outcome *why)
{
    if (effective_choice(params->eff, PARM_ClientAuthType) != AUTH_SAFCHECK)
        return 0;
    if (cert_users_new(params->where.racf, &env->users, NULL) != 0)
        return tls_no_memory(why);
    environment_load_users(env);
    return 0;
}

/* What a message can name besides the ring. */
static int open_stored(struct environment *env,
                       const struct environment_params *params,
                       struct tls_outcome *why)
{
    if (!is_ring(params))
        return 0;
    env->stored = stored_certs_new(params->where.racf, params->userid);
    return env->stored != NULL ? 0 : tls_no_memory(why);
}

static int open_it(const struct environment_params *params,
                   struct environment **ret, struct tls_outcome *ret_why)
{
    struct environment *env = calloc(1, sizeof(*env));
    int rc;

    if (env == NULL)
        return tls_no_memory(ret_why);
    atomic_init(&env->refs, 1);
    pthread_mutex_init(&env->lock, NULL);
    env->handle = tls_next_handle();
    env->min_rsa = params->min_rsa;
    env->tls12_tickets = params->tls12_tickets;
    env->secrets = params->secrets;
    environment_stamp(params, &env->stamp);
    snprintf(env->userid, sizeof(env->userid), "%s", params->userid);
    rc = open_stored(env, params, ret_why);
    if (rc == 0)
        rc = open_ring(params, &env->ring, ret_why);
    if (rc == 0)
        rc = make_trust(env, params, ret_why);
    if (rc == 0)
        rc = check_labels(env, params, ret_why);
    if (rc == 0)
        rc = open_users(env, params, ret_why);
    if (rc == 0)
        *ret = env;
    else
        environment_unref(env);
    return rc;
}

/* As a context: from nothing but what makes TLS. */
int environment_open(const struct environment_params *params,
                     struct environment **ret, struct tls_outcome *ret_why)
{
    struct environment_params p = *params;
    struct effective *eff = effective_for_tls(params->eff);
    int rc;

    tls_outcome_init(ret_why);
    if (eff == NULL)
        return tls_no_memory(ret_why);
    p.eff = eff;
    rc = open_it(&p, ret, ret_why);
    free(eff);
    return rc;
}

struct environment *environment_ref(struct environment *env)
{
    atomic_fetch_add_explicit(&env->refs, 1, memory_order_relaxed);
    return env;
}

void environment_unref(struct environment *env)
{
    struct context *c;
    size_t i;

    if (env == NULL ||
        atomic_fetch_sub_explicit(&env->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (i = 0; i < CONTEXT_LISTS; i++)
        while ((c = env->contexts[i]) != NULL) {
            env->contexts[i] = c->next;
            context_free(c);
        }
    X509_STORE_free(env->trust);
    keyring_unref(env->ring);
    cert_users_free(env->users);
    stored_certs_free(env->stored);
    pthread_mutex_destroy(&env->lock);
    free(env);
}

uint64_t environment_handle(const struct environment *env)
{
    return env->handle;
}

const char *environment_ring(const struct environment *env)
{
    return keyring_name(env->ring);
}

const struct keyring *environment_keyring(const struct environment *env)
{
    return env->ring;
}

/* Never to be reached: a connection with such a parameter is refused when it
 * is mapped. */
static int check_refused(const struct effective *eff, struct tls_outcome *why)
{
    const struct policy_refusal *r = effective_refused(eff);
    struct strbuf what = STRBUF_INIT;

    if (r == NULL)
        return 0;
    strbuf_addf(&what, "%s (", r->keyword);
    span_add(&r->span, &what);
    strbuf_addc(&what, ')');
    tls_fail(why, FAULT_parameter_refused,
             &(struct fault_words){.what = strbuf_str(&what), .error = r->why});
    strbuf_done(&what);
    return why->rc;
}

/* Where the context of DIGEST is linked, or is to be; with the lock held. */
static struct context **find_context(struct environment *env,
                                     const struct digest *digest)
{
    struct context **c = &env->contexts[digest->byte[0] % CONTEXT_LISTS];

    while (*c != NULL && !digest_same(&(*c)->settings, digest))
        c = &(*c)->next;
    return c;
}

static int make_context(const struct environment *env,
                        const struct effective *eff, struct context **ret,
                        struct tls_outcome *why)
{
    struct context_params params = {.ring = env->ring,
                                    .users = env->users,
                                    .stored = env->stored,
                                    .userid = env->userid,
                                    .trust = env->trust,
                                    .eff = eff,
                                    .min_rsa = env->min_rsa,
                                    .id = env->handle,
                                    .secrets = env->secrets,
                                    .tls12_tickets = env->tls12_tickets};

    return context_new(&params, ret, why);
}

int environment_context(struct environment *env, const struct effective *eff,
                        const struct context **ret, struct tls_outcome *ret_why)
{
    struct context **c;
    int rc = check_refused(eff, ret_why);

    if (rc != 0)
        return rc;
    pthread_mutex_lock(&env->lock);
    c = find_context(env, effective_digest(eff));
    if (*c == NULL)
        rc = make_context(env, eff, c, ret_why);
    if (rc == 0)
        *ret = *c;
    pthread_mutex_unlock(&env->lock);
    return rc;
}
