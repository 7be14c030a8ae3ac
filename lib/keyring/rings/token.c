/*
 * A PKCS#11 token in the place of a ring, by libp11 (the library under
 * OpenSSL's engine pkcs11). Built only where libp11 is; ATTLS_TOKENS says so.
 */

#include <libp11.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "keyring/rings/keyring_private.h"
#include "util/strbuf.h"

/*
 * A module is initialized once in a process (PKCS #11, C_Initialize), and the
 * keys that were got from it need it as long as they live: it is never
 * unloaded. libp11 looks after its own threads; this list needs the lock, and
 * so does a token's login state.
 */
struct module {
    struct module *next;
    PKCS11_CTX *ctx;
    unsigned rings;      /* in use */
    struct slots *spent; /* lists that are to be released */
    char path[];
};

/* A list of slots and all that was found in them. libp11 frees keys with it
 * that are still in use, so the ring keeps it. */
struct slots {
    struct slots *next;
    PKCS11_SLOT *slot;
    unsigned n;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct module *modules;

static const char *reason(void)
{
    const char *text = ERR_reason_error_string(ERR_peek_last_error());

    return text != NULL ? text : "no reason given";
}

static int find_module(const char *path, struct module **ret, struct error *err)
{
    struct module *m;

    for (m = modules; m != NULL; m = m->next)
        if (strcmp(m->path, path) == 0) {
            *ret = m;
            return 0;
        }
    m = calloc(1, sizeof(*m) + strlen(path) + 1);
    if (m == NULL)
        return error_nomem(err);
    strcpy(m->path, path);
    m->ctx = PKCS11_CTX_new();
    if (m->ctx == NULL || PKCS11_CTX_load(m->ctx, path) != 0) {
        error_set(err, ERR_SYSTEM, "the PKCS#11 module %s can't be loaded: %s",
                  path, reason());
        if (m->ctx != NULL)
            PKCS11_CTX_free(m->ctx);
        free(m);
        return ERR_SYSTEM;
    }
    m->next = modules;
    modules = m;
    *ret = m;
    return 0;
}

/* ---- one token, with the lock held ---- */

static int find_token(PKCS11_SLOT *slots, unsigned n, const char *module,
                      const char *name, PKCS11_SLOT **ret, struct error *err)
{
    struct strbuf there = STRBUF_INIT;
    unsigned i;

    for (i = 0; i < n; i++) {
        const PKCS11_TOKEN *t = slots[i].token;

        if (t == NULL || !t->initialized || t->label == NULL)
            continue;
        if (strcmp(t->label, name) == 0) {
            *ret = &slots[i];
            strbuf_done(&there);
            return 0;
        }
        strbuf_addf(&there, "%s%s", there.len != 0 ? ", " : "", t->label);
    }
    error_set(err, ERR_NOT_FOUND,
              "the PKCS#11 module %s has no token %s; it has %s", module, name,
              there.len != 0 ? strbuf_str(&there) : "none");
    strbuf_done(&there);
    return ERR_NOT_FOUND;
}

/* What is wrong with the file, said of the token. */
static int read_pin(const PKCS11_TOKEN *token, const char *path,
                    char pin[KEYRING_PASSWORD], struct error *err)
{
    struct error why;
    int r = keyring_secret(path, pin, &why);

    if (r == ERR_SYNTAX)
        return error_set(err, ERR_DENIED,
                         "token %s: pkcs11_pin_file %s holds no PIN in its "
                         "first line",
                         token->label, path);
    return r == 0 ? 0
                  : error_set(err, r, "token %s: pkcs11_pin_file: %s",
                              token->label, why.text);
}

static int log_in(PKCS11_SLOT *slot, const struct keyring_token *where,
                  struct error *err)
{
    char pin[KEYRING_PASSWORD] = "";
    int r, in = 0;

    if (!slot->token->loginRequired ||
        (PKCS11_is_logged_in(slot, 0, &in) == 0 && in))
        return 0;
    if (where->pin_file[0] == '\0')
        return error_set(err, ERR_DENIED,
                         "token %s asks for its PIN; name a file that has it "
                         "with pkcs11_pin_file in attlsd.conf",
                         slot->token->label);
    r = read_pin(slot->token, where->pin_file, pin, err);
    if (r == 0 && PKCS11_login(slot, 0, pin) != 0)
        r = error_set(
            err, ERR_DENIED, "token %s does not take the PIN in %s: %s%s",
            slot->token->label, where->pin_file, reason(),
            slot->token->userPinFinalTry ? "; one more wrong PIN locks it"
                                         : "");
    explicit_bzero(pin, sizeof(pin));
    return r;
}

/* A label that a token leaves out is the subject, as in a file. */
static int add(struct keyring *k, PKCS11_CERT *c, struct error *err)
{
    PKCS11_KEY *key = PKCS11_find_key(c);
    struct ring_entry *e = keyring_entry(k);

    if (e == NULL || X509_up_ref(c->x509) != 1)
        return error_nomem(err);
    e->cert = c->x509;
    e->owner = "";
    e->label = c->label != NULL && c->label[0] != '\0'
                   ? arena_strdup(k->arena, c->label)
                   : keyring_subject_label(k, c->x509);
    if (e->label == NULL)
        return error_set(err, ERR_VALUE,
                         "%s: a certificate has neither a label nor a subject",
                         k->name);
    e->usage = key == NULL && X509_check_ca(e->cert) != 0 ? RING_CERTAUTH
                                                          : RING_PERSONAL;
    e->key_exists = key != NULL;
    if (key == NULL)
        return 0;
    e->key = PKCS11_get_private_key(key);
    if (e->key == NULL)
        return error_set(err, ERR_SYSTEM,
                         "%s: the private key of '%s' can't be used: %s",
                         k->name, e->label, reason());
    return 0;
}

static int fill(struct keyring *k, PKCS11_SLOT *slot, struct error *err)
{
    struct ring_entry *own = NULL;
    PKCS11_CERT *certs;
    unsigned i, n, keys = 0;
    int r = 0;

    if (PKCS11_enumerate_certs(slot->token, &certs, &n) != 0)
        return error_set(err, ERR_SYSTEM,
                         "token %s does not list its certificates: %s",
                         slot->token->label, reason());
    for (i = 0; r == 0 && i < n; i++)
        r = add(k, &certs[i], err);
    for (i = 0; i < k->n; i++)
        if (k->entries[i].key_exists) {
            own = &k->entries[i];
            keys++;
        }
    if (keys == 1)
        own->is_default = true;
    return r;
}

/* What a ring holds of its module. */
struct hold {
    struct module *module;
    struct slots *slots;
};

/* To release a list closes all sessions of its tokens, those of other rings
 * too, so lists are released when no ring of the module is in use. */
static void release(void *what)
{
    struct hold *h = what;
    struct module *m = h->module;
    struct slots *s;

    pthread_mutex_lock(&lock);
    h->slots->next = m->spent;
    m->spent = h->slots;
    m->rings--;
    while (m->rings == 0 && (s = m->spent) != NULL) {
        m->spent = s->next;
        PKCS11_release_all_slots(m->ctx, s->slot, s->n);
        free(s);
    }
    pthread_mutex_unlock(&lock);
}

static int list_slots(struct module *m, struct keyring *k, struct slots **ret,
                      struct error *err)
{
    struct hold *h = arena_alloc(k->arena, sizeof(*h));
    struct slots *s = calloc(1, sizeof(*s));

    if (h == NULL || s == NULL) {
        free(s);
        return error_nomem(err);
    }
    if (PKCS11_enumerate_slots(m->ctx, &s->slot, &s->n) != 0) {
        free(s);
        return error_set(err, ERR_SYSTEM,
                         "the PKCS#11 module %s does not list its tokens: %s",
                         m->path, reason());
    }
    *h = (struct hold){m, s};
    m->rings++;
    k->release = release;
    k->what = h;
    *ret = s;
    return 0;
}

static int read_token(struct module *m, const struct keyring_token *where,
                      const char *name, struct keyring *k, struct error *err)
{
    PKCS11_SLOT *slot = NULL;
    struct slots *s = NULL;
    int r = list_slots(m, k, &s, err);

    if (r == 0)
        r = find_token(s->slot, s->n, where->module, name, &slot, err);
    if (r == 0)
        r = log_in(slot, where, err);
    if (r == 0)
        r = fill(k, slot, err);
    return r;
}

int keyring_open_token(const struct keyring_token *where, const char *name,
                       struct keyring **ret, struct error *err)
{
    struct keyring *k = keyring_make("*TOKEN*", name);
    struct module *m = NULL;
    int r;

    if (k == NULL)
        return error_nomem(err);
    ERR_clear_error();
    pthread_mutex_lock(&lock);
    r = find_module(where->module, &m, err);
    if (r == 0)
        r = read_token(m, where, name, k, err);
    pthread_mutex_unlock(&lock);
    ERR_clear_error();
    if (r == 0)
        *ret = k;
    else
        keyring_unref(k);
    return r;
}
