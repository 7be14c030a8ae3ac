/* Which rules of a policy use a ring, and what they find missing in it. */

#include "attlsctl/rings_needs.h"

#include <stdio.h>
#include <string.h>

#include "policy/effective.h"
#include "util/strbuf.h"

struct needs {
    struct rings *r;
    const struct effective *e;
    const char *rule;
    rings_complain_fn complain;
    void *arg;
};

static void say(struct needs *n, struct rings_ring *ring, const char *what,
                const char *name)
{
    struct strbuf text = STRBUF_INIT;

    strbuf_addf(&text, "rule %s %s%s", n->rule, what, name);
    n->complain(n->arg, ring, strbuf_str(&text));
    strbuf_done(&text);
}

static const struct rings_entry *find(const struct rings_ring *ring,
                                      const char *label)
{
    size_t i;

    for (i = 0; i < ring->n; i++)
        if (label != NULL ? strcmp(ring->entry[i].label, label) == 0
                          : ring->entry[i].is_default)
            return &ring->entry[i];
    return NULL;
}

/* The certificate with this label (NULL: the DEFAULT one) can be used. */
static void check_own(struct needs *n, struct rings_ring *ring,
                      const char *label)
{
    const struct rings_entry *e = find(ring, label);

    if (e == NULL && label != NULL)
        say(n, ring, "needs a certificate that is not connected: ", label);
    else if (e == NULL)
        say(n, ring, "needs a DEFAULT certificate, or a CertificateLabel", "");
    else if (e->usage != RING_PERSONAL)
        say(n, ring, "needs USAGE(PERSONAL) for certificate ", e->label);
}

static void check_authorities(struct needs *n, struct rings_ring *ring)
{
    size_t i;

    for (i = 0; i < ring->n; i++)
        if (ring->entry[i].usage != RING_PERSONAL)
            return;
    say(n, ring, "verifies partners, and no authority is connected", "");
}

static void check_ring(struct needs *n, struct rings_ring *ring)
{
    int role = effective_choice(n->e, PARM_HandshakeRole);
    int auth = effective_choice(n->e, PARM_ClientAuthType);
    const char *label = effective_text(n->e, PARM_CertificateLabel);
    const char *const *labels;
    size_t count = effective_texts(n->e, PARM_ServerCertificateLabel, &labels),
           i;

    if (label != NULL)
        check_own(n, ring, label);
    for (i = 0; role != ROLE_CLIENT && i < count; i++)
        check_own(n, ring, labels[i]);
    if (role != ROLE_CLIENT && label == NULL && count == 0)
        check_own(n, ring, NULL);
    if (role == ROLE_CLIENT ||
        (role == ROLE_SERVER_CLIENT_AUTH && auth != AUTH_PASSTHRU))
        check_authorities(n, ring);
}

/* "owner/ring", or "ring" of anybody. */
static bool is_meant(const struct rings_ring *ring, const char *keyring)
{
    const char *slash = strchr(keyring, '/');
    size_t n = slash != NULL ? (size_t)(slash - keyring) : 0;

    if (slash == NULL)
        return strcmp(ring->name, keyring) == 0;
    return strlen(ring->owner) == n && strncmp(ring->owner, keyring, n) == 0 &&
           strcmp(ring->name, slash + 1) == 0;
}

/* A file, a token, or a virtual ring is not looked for. */
static bool is_real_ring(const char *keyring)
{
    const char *slash = strchr(keyring, '/');

    return *keyring != '/' && *keyring != '*' &&
           (slash == NULL || strcmp(slash, "/*") != 0);
}

static void check_rule(struct needs *n)
{
    const char *keyring = effective_text(n->e, PARM_Keyring);
    size_t i, found = 0;

    if (keyring == NULL || !is_real_ring(keyring))
        return;
    for (i = 0; i < n->r->n; i++)
        if (is_meant(&n->r->ring[i], keyring)) {
            check_ring(n, &n->r->ring[i]);
            found++;
        }
    if (found == 0)
        say(n, NULL, "needs a key ring that is not there: ", keyring);
}

void rings_check_policy(struct rings *r, const struct policy *policy,
                        rings_complain_fn complain, void *arg)
{
    struct needs n = {.r = r, .complain = complain, .arg = arg};
    size_t i;

    for (i = 0; i < policy_rule_count(policy); i++) {
        const struct policy_rule *rule = policy_rule_get(policy, i);

        n.e = policy_rule_effective(rule);
        n.rule = policy_rule_name(rule);
        if (effective_on(n.e, PARM_TTLSEnabled))
            check_rule(&n);
    }
}
