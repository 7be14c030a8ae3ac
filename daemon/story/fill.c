/* Filling in stories from a rule and a session. */

#include "story/fill.h"

#include <stdio.h>
#include <string.h>

#include "policy/needs.h"
#include "policy/offers.h"
#include "policy/value.h"

void story_set(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", from != NULL ? from : "");
}

/* ---- the rule ---- */

static const char *name_of(const struct policy_action *a)
{
    return a != NULL ? policy_action_name(a) : NULL;
}

static void add_code(struct strbuf *out, const struct cipher *suite)
{
    strbuf_addf(out, "%s%s", out->len != 0 ? " " : "", suite->code4);
}

/* All that are coded, and those of them that no handshake uses. */
static void fill_ciphers(struct story *s, const struct effective *eff)
{
    const struct cipher *const *list;
    struct strbuf all = STRBUF_INIT, out = STRBUF_INIT;
    size_t i, n = effective_ciphers(eff, &list);

    for (i = 0; i < n; i++) {
        add_code(&all, list[i]);
        if (offers_suite(eff, list[i]) != OFFERS_IN)
            add_code(&out, list[i]);
    }
    story_set(s->ciphers, sizeof(s->ciphers), strbuf_str(&all));
    story_set(s->ciphers_unusable, sizeof(s->ciphers_unusable),
              strbuf_str(&out));
    strbuf_done(&all);
    strbuf_done(&out);
}

static void fill_curves(char *to, size_t size, const struct effective *eff,
                        enum policy_parm parm)
{
    const struct curve *list[OFFERS_MAX];
    struct strbuf text = STRBUF_INIT;
    size_t i, n = offers_curves(eff, parm, list);

    for (i = 0; i < n; i++)
        strbuf_addf(&text, "%s%s", i > 0 ? " " : "", list[i]->name);
    story_set(to, size, strbuf_str(&text));
    strbuf_done(&text);
}

/* As OpenSSL is set. */
static void fill_offers(struct story *s, const struct effective *eff)
{
    bool client = effective_choice(eff, PARM_HandshakeRole) == ROLE_CLIENT;
    enum policy_parm older =
        client ? PARM_ClientECurves : PARM_ServerKexECurves;
    const struct sigpair *list[OFFERS_MAX];
    struct strbuf text = STRBUF_INIT;
    size_t i, n = offers_sigpairs(eff, list);

    fill_curves(s->groups, sizeof(s->groups), eff, older);
    fill_curves(s->groups_13, sizeof(s->groups_13), eff,
                !client && (offers_versions(eff) & VERSION_TLSv1_3) != 0
                    ? PARM_ServerKeyShareGroups
                    : older);
    for (i = 0; i < n; i++)
        strbuf_addf(&text, "%s%s", i > 0 ? " " : "", list[i]->id4);
    story_set(s->signature_pairs, sizeof(s->signature_pairs),
              strbuf_str(&text));
    strbuf_done(&text);
}

/* "pay.example/Pay": a server's names, with the labels of their certificates.
 */
static void fill_names(struct story *s, const struct effective *eff)
{
    const char *const *list;
    struct strbuf text = STRBUF_INIT;
    size_t i, n = effective_texts(eff, PARM_ServerHandshakeSNIList, &list);

    if (effective_choice(eff, PARM_HandshakeRole) == ROLE_CLIENT)
        return;
    for (i = 0; i < n; i++) {
        strbuf_reset(&text);
        strbuf_add_escaped(&text, list[i], strlen(list[i]));
        shortlist_add(&s->server_names, strbuf_str(&text));
    }
    strbuf_done(&text);
}

static void fill_settings(struct story *s, const struct effective *eff)
{
    struct strbuf text = STRBUF_INIT;

    story_set(s->role, sizeof(s->role),
              value_choice_name(TYPE_role,
                                effective_choice(eff, PARM_HandshakeRole)));
    story_set(s->ring, sizeof(s->ring), effective_text(eff, PARM_Keyring));
    if (effective_text(eff, PARM_Keyring) != NULL)
        s->ring_kind = ring_needs_ring(eff).kind;
    versions_add(offers_versions(eff) != 0 ? offers_versions(eff)
                                           : effective_versions(eff),
                 &text);
    story_set(s->versions, sizeof(s->versions), strbuf_str(&text));
    fill_ciphers(s, eff);
    strbuf_done(&text);
    fill_offers(s, eff);
    fill_names(s, eff);
}

/* The rule fits, and says that its connections are in clear. */
static void fill_off(struct story *s, const struct effective *eff)
{
    struct strbuf text = STRBUF_INIT;
    struct span span = {0};

    effective_origin(eff, PARM_TTLSEnabled, &span);
    strbuf_adds(&text, "TTLSEnabled Off (");
    span_add(&span, &text);
    strbuf_addc(&text, ')');
    story_set(s->off_place, sizeof(s->off_place), strbuf_str(&text));
    strbuf_done(&text);
}

void story_fill_rule(struct story *s, const struct policy_rule *rule)
{
    const struct effective *eff = policy_rule_effective(rule);
    struct span span = policy_rule_span(rule);
    struct strbuf text = STRBUF_INIT;

    story_set(s->rule, sizeof(s->rule), policy_rule_name(rule));
    span_add(&span, &text);
    story_set(s->rule_place, sizeof(s->rule_place), strbuf_str(&text));
    strbuf_done(&text);
    story_set(s->group, sizeof(s->group), name_of(policy_rule_group(rule)));
    story_set(s->environment, sizeof(s->environment),
              name_of(policy_rule_environment(rule)));
    story_set(s->connection, sizeof(s->connection),
              name_of(policy_rule_connection(rule)));
    if (!effective_on(eff, PARM_TTLSEnabled))
        fill_off(s, eff);
    else if (policy_rule_environment(rule) != NULL)
        fill_settings(s, eff);
}

/* ---- the session ---- */

void story_fill_session(struct story *s, const struct session *session)
{
    const unsigned char *first;

    s->peer_count = session_certificates(session, s->peer, STORY_CERTS);
    story_set(s->protocol, sizeof(s->protocol), session_protocol(session));
    s->cipher = session_cipher(session);
    s->resumed = session_resumed(session);
    s->first_len = session_first_bytes(session, &first);
    if (s->first_len > STORY_FIRST)
        s->first_len = STORY_FIRST;
    memcpy(s->first, first, s->first_len);
}

void story_fill_outcome(struct story *s, const struct tls_outcome *o,
                        const struct effective *eff)
{
    const struct fault_row *row = fault_row(o->fault);
    struct strbuf text = STRBUF_INIT;
    struct span span = {0};

    s->outcome = *o;
    if (eff == NULL || row->where == PARM_COUNT)
        return;
    if (effective_origin(eff, row->where, &span) == LEVEL_DEFAULT)
        strbuf_adds(&text, "not coded");
    else
        span_add(&span, &text);
    story_set(s->place, sizeof(s->place), strbuf_str(&text));
    strbuf_done(&text);
}

void story_fill_facts(struct story *s, const struct session *session,
                      struct environment *env, const struct policy_rule *rule)
{
    if (s->role[0] != '\0')
        handshake_facts_read(session, env, policy_rule_effective(rule), &s->own,
                             &s->facts);
}
