/* Which certificate of the ring this side shows, and why that one. */

#include "tls/facts_private.h"

#include <string.h>
#include <strings.h>
#include <time.h>
#include <openssl/x509v3.h>

#include "tls/session_private.h"

/* ---- which one ---- */

/* A certificate that a rule wants, and which of its wishes it is. */
struct chosen {
    struct own_choice is;
    const char *name; /* of ServerHandshakeSNIList; NULL: for any name */
    size_t name_len;
    size_t among; /* labels that are coded */
};

/* One that is not shown, as an earlier one has its kind of key, harms nobody.
 */
static void judge(struct chosen *c)
{
    struct own_limits limits;

    if (c->is.fault != OWN_GOOD || c->is.entry == NULL || c->is.spare)
        return;
    limits = own_limits(c->is.entry->cert);
    c->is.fault = own_fault_at(&limits, time(NULL));
}

/* A client's DEFAULT too, where own_next() does not want it. */
static struct own_choice default_of(const struct keyring *ring)
{
    const struct ring_entry *e = keyring_default(ring);
    struct own_choice ret = {.parm = PARM_Keyring, .fault = OWN_ABSENT};

    if (e == NULL)
        return ret;
    ret = own_named(ring, PARM_Keyring, e->label);
    ret.label = NULL;
    return ret;
}

/* What is known of the certificate that is looked for. */
struct search {
    const X509 *sent;   /* NULL: none; then one that can't be shown is meant */
    const char *asked;  /* the name of the server that the client asked for */
    struct chosen best; /* the first one, where none is it */
    bool any, found;    /* one was considered; BEST is it */
};

static bool is_asked(const struct search *s, const struct chosen *c)
{
    return c->name != NULL && s->asked != NULL &&
           strlen(s->asked) == c->name_len &&
           strncasecmp(c->name, s->asked, c->name_len) == 0;
}

/* The first that fits stays, but for one that the client asked for by name. */
static void consider(struct search *s, struct chosen *c)
{
    bool fits, asked = is_asked(s, c);

    judge(c);
    if (s->sent == NULL)
        fits = c->is.fault != OWN_GOOD || asked;
    else
        fits = c->is.entry != NULL && X509_cmp(c->is.entry->cert, s->sent) == 0;
    if (c->name != NULL && s->asked != NULL && !asked)
        fits = false;
    if (!s->any || (fits && (!s->found || asked)))
        s->best = *c;
    s->any = true;
    s->found |= fits;
}

static void consider_names(struct search *s, const struct ring_needs *needs,
                           const struct keyring *ring)
{
    struct ring_name_need name;
    struct chosen c = {0};
    size_t i;

    for (i = 0; i < needs->name_count; i++) {
        name = ring_needs_name(needs, i);
        if (name.label == NULL)
            continue; /* it has the certificate of all names */
        c.name = name.name;
        c.name_len = name.name_len;
        c.is = own_named(ring, PARM_ServerHandshakeSNIList, name.label);
        consider(s, &c);
    }
}

static void search(struct search *s, const struct ring_needs *needs,
                   const struct keyring *ring)
{
    struct own_choices all = own_choices(needs, ring);
    struct chosen c = {.among = needs->label_count};

    if (needs->label_count == 0) {
        c.is = default_of(ring);
        consider(s, &c);
    } else {
        while (own_next(&all, &c.is))
            consider(s, &c);
    }
    consider_names(s, needs, ring);
}

/* ---- in words ---- */

static const char *fault_text(enum own_fault fault)
{
    static const char *const texts[] = {
        [OWN_GOOD] = "",
        [OWN_ABSENT] = "is not on the ring",
        [OWN_NOTRUST] = "is NOTRUST",
        [OWN_NOT_PERSONAL] = "is connected without usage PERSONAL",
        [OWN_KEY_DENIED] = "has a private key that this user may not read",
        [OWN_NO_KEY] = "has no private key",
        [OWN_EARLY] = "is not valid yet",
        [OWN_LATE] = "has expired",
        [OWN_NO_HANDSHAKES] = "has a key usage that allows no handshake",
    };

    return texts[fault];
}

static void add_quoted(const char *label, struct strbuf *out)
{
    strbuf_addc(out, '\'');
    strbuf_add_escaped(out, label, strlen(label));
    strbuf_addc(out, '\'');
}

/* "(CertificateLabel, policy:12)" */
static void add_reason(const struct chosen *c, const struct effective *eff,
                       struct strbuf *out)
{
    strbuf_adds(out, " (");
    if (c->among > 1 && c->name == NULL)
        strbuf_addf(out, "one of %zu, by the kind of key: ", c->among);
    facts_add_origin(eff, c->is.parm, out);
    if (c->name != NULL) {
        strbuf_adds(out, ", for the name ");
        strbuf_add_escaped(out, c->name, c->name_len);
    }
    strbuf_addc(out, ')');
}

static void add_choice(const struct chosen *c, const struct effective *eff,
                       bool ring, struct strbuf *out)
{
    const struct ring_entry *e = c->is.entry;

    if (c->is.label != NULL) {
        add_quoted(c->is.label, out);
        add_reason(c, eff, out);
    } else if (e != NULL) {
        add_quoted(e->label, out);
        strbuf_adds(out, ", the DEFAULT of the ring (no label is in effect)");
    } else {
        strbuf_adds(out,
                    ring ? "none: no label is in effect, and the ring has no "
                           "DEFAULT certificate"
                         : "the DEFAULT of the ring (no label is in effect)");
        return;
    }
    if (ring && c->is.fault != OWN_GOOD)
        strbuf_addf(out, ": %s", fault_text(c->is.fault));
}

/* Without a ring only what the policy wants is known. */
static void tell_wanted(const struct ring_needs *needs,
                        const struct effective *eff, struct strbuf *out)
{
    struct chosen c = {.is.parm = needs->parm, .among = needs->label_count};

    if (needs->label_count != 0)
        c.is.label = ring_needs_label(needs, 0);
    add_choice(&c, eff, false, out);
}

/* ---- what goes with it ---- */

static void count_chain(const struct keyring *ring, X509 *cert,
                        struct handshake_facts *ret)
{
    size_t left = keyring_count(ring); /* names can go round in a circle */
    const struct ring_entry *issuer;

    for (ret->own_count = 1;
         left-- > 0 && X509_check_issued(cert, cert) != X509_V_OK;
         ret->own_count++) {
        issuer = own_issuer(ring, cert);
        if (issuer == NULL) {
            certinfo_name(X509_get_issuer_name(cert), ret->own_lacks,
                          sizeof(ret->own_lacks));
            return;
        }
        cert = issuer->cert;
    }
}

static void tell_unsent(const struct chosen *c, bool client, bool resumed,
                        struct handshake_facts *ret)
{
    struct strbuf text = STRBUF_INIT;

    /* one that can't be shown goes to nobody, how far the handshake came */
    if (client && ret->requested == IT_IS_SO && ret->own_sent == NOT_KNOWN &&
        c->is.fault != OWN_GOOD)
        ret->own_sent = IT_IS_NOT_SO;
    if (ret->own_sent != IT_IS_NOT_SO)
        return;
    if (resumed)
        strbuf_adds(&text, "the session was resumed");
    else if (ret->requested == IT_IS_NOT_SO)
        strbuf_adds(&text, "the partner did not ask for one");
    else if (c->is.entry == NULL)
        strbuf_adds(&text, "there is none to send");
    else if (c->is.fault != OWN_GOOD) {
        add_quoted(c->is.entry->label, &text);
        strbuf_addf(&text, " %s", fault_text(c->is.fault));
    } else {
        strbuf_adds(&text, "its key suits none of the signature pairs that the "
                           "partner takes");
    }
    facts_set(ret->own_unsent, sizeof(ret->own_unsent), &text);
}

static void tell_certificate(const struct keyring *ring, X509 *cert,
                             struct certinfo *ret_own,
                             struct handshake_facts *ret)
{
    certinfo_read(cert, ret_own);
    certinfo_names(cert, &ret->own_names);
    count_chain(ring, cert, ret);
}

void facts_own(const struct session *s, const struct keyring *ring,
               const struct effective *eff, struct certinfo *ret_own,
               struct handshake_facts *ret)
{
    struct strbuf text = STRBUF_INIT;
    struct ring_needs needs;
    struct search at = {0};

    ring_needs(eff, &needs);
    if (ring == NULL) {
        tell_wanted(&needs, eff, &text);
        facts_set(ret->own_choice, sizeof(ret->own_choice), &text);
        return;
    }
    if (s != NULL)
        at.sent = facts_sent(s);
    if (s != NULL && needs.server)
        at.asked = SSL_get_servername(s->ssl, TLSEXT_NAMETYPE_host_name);
    search(&at, &needs, ring);
    add_choice(&at.best, eff, true, &text);
    facts_set(ret->own_choice, sizeof(ret->own_choice), &text);
    tell_unsent(&at.best, !needs.server,
                s != NULL && SSL_session_reused(s->ssl) == 1, ret);
    if (at.best.is.entry != NULL)
        tell_certificate(ring, at.best.is.entry->cert, ret_own, ret);
}
