/* What rules want of their rings, and what the rings have; see lint_rings.h. */

#include "tls/lint_rings_private.h"

#include <stdarg.h>
#include <string.h>

#include "policy/filter.h"
#include "policy/offers.h"
#include "tls/strength.h"

/* ---- saying it ---- */

/* Where PARM is coded, or the rule. */
static struct span place(const struct need *n, enum policy_parm parm)
{
    struct span span;

    effective_origin(n->e, parm, &span);
    return span.src != NULL ? span : policy_rule_span(n->rule);
}

void lint_find(struct need *n, enum finding id, enum policy_parm parm,
               const char *label, const char *fmt, ...)
{
    va_list ap;

    n->found = (struct ring_finding){
        .id = id, .rule = n->rule, .label = label, .span = place(n, parm)};
    strbuf_reset(&n->text);
    va_start(ap, fmt);
    strbuf_vaddf(&n->text, fmt, ap);
    va_end(ap);
}

void lint_mend(struct need *n, const char *fmt, ...)
{
    struct strbuf fix = STRBUF_INIT;
    va_list ap;

    va_start(ap, fmt);
    strbuf_vaddf(&fix, fmt, ap);
    va_end(ap);
    if (strbuf_failed(&fix) || strbuf_failed(&n->text))
        n->l->nomem = true;
    n->found.ring = n->ring != NULL ? keyring_name(n->ring) : NULL;
    n->found.text = strbuf_str(&n->text);
    n->found.fix = strbuf_str(&fix);
    n->l->fn(n->l->arg, &n->found);
    strbuf_done(&fix);
}

/* ---- one ring ---- */

/* In the open database where it is of that. */
static int open_ring(const struct need *n, struct keyring **ret,
                     struct error *err)
{
    struct ring_source s = own_source(&n->l->q->where, n->userid, n->e);

    return s.name.kind == RING_RACF
               ? keyring_open_saf(n->l->saf, n->userid, s.keyring, ret, err)
               : keyring_open(&s, ret, err);
}

static bool is_coded(const struct need *n, enum policy_parm parm)
{
    return effective_text(n->e, parm) != NULL;
}

/* KeyringPw wins over KeyringStashFile (keyring/rings/source.h). */
static void say_file(struct need *n, const struct error *err)
{
    enum policy_parm parm = is_coded(n, PARM_KeyringPw) ? PARM_KeyringPw
                            : is_coded(n, PARM_KeyringStashFile)
                                ? PARM_KeyringStashFile
                                : PARM_Keyring;
    bool password = err->code == ERR_DENIED;

    lint_find(n, FIND_ring_unreadable, password ? parm : PARM_Keyring, NULL,
              "%s", err->text);
    if (!password)
        lint_mend(n, "correct the file or its name; its text says what is "
                     "wrong");
    else if (parm == PARM_KeyringPw)
        lint_mend(n, "correct the password in KeyringPw");
    else if (parm == PARM_KeyringStashFile)
        lint_mend(n, "correct the password in the file that KeyringStashFile "
                     "names");
    else
        lint_mend(n, "code its password in KeyringPw or KeyringStashFile");
}

static void say_unreadable(struct need *n, const struct error *err)
{
    struct strbuf fix = STRBUF_INIT;

    if (ring_needs_ring(n->e).kind == RING_FILE) {
        say_file(n, err);
        return;
    }
    keyring_remedy(n->l->saf, n->userid, effective_text(n->e, PARM_Keyring),
                   &fix);
    lint_find(n, FIND_ring_unreadable, PARM_Keyring, NULL, "%s", err->text);
    lint_mend(n, "%s",
              fix.len != 0 ? strbuf_str(&fix) : "mend the security database");
    strbuf_done(&fix);
}

static int check_ring(struct need *n, struct error *err)
{
    struct keyring *ring = NULL;
    int r = open_ring(n, &ring, err);

    if (r == ERR_NOMEM)
        return r;
    if (r != 0) {
        say_unreadable(n, err);
        return 0;
    }
    n->ring = ring;
    n->ssl = strength_ctx(offers_level(n->e));
    if (n->ssl != NULL)
        lint_certs(n);
    else
        n->l->nomem = true;
    SSL_CTX_free(n->ssl);
    keyring_unref(ring);
    n->ring = NULL;
    return 0;
}

static int check_user(struct lint *l, const struct policy_rule *rule,
                      const char *userid, struct error *err)
{
    struct need n = {.l = l,
                     .rule = rule,
                     .e = policy_rule_effective(rule),
                     .userid = userid,
                     .text = STRBUF_INIT};
    int r = check_ring(&n, err);

    strbuf_done(&n.text);
    return r;
}

static void say_no_ring(struct lint *l, const struct policy_rule *rule,
                        const char *ring)
{
    struct need n = {.l = l,
                     .rule = rule,
                     .e = policy_rule_effective(rule),
                     .userid = "",
                     .text = STRBUF_INIT};

    lint_find(&n, FIND_ring_unreadable, PARM_Keyring, NULL,
              "no user has a ring %s", ring);
    lint_mend(&n, "correct the name (case counts), or make the ring: RACDCERT "
                  "ADDRING");
    strbuf_done(&n.text);
}

/* ---- whose ring it is ---- */

/* The same actions for the same user were looked at with an earlier rule. */
static bool is_repeated(const struct lint *l, const struct policy_rule *rule,
                        const char *userid)
{
    const struct policy_rule *q;
    size_t i;

    for (i = 0; (q = policy_rule_get(l->policy, i)) != rule; i++) {
        const char *user = policy_rule_userid(q);

        if (policy_rule_environment(q) == policy_rule_environment(rule) &&
            policy_rule_connection(q) == policy_rule_connection(rule) &&
            user != NULL && strcmp(user, userid) == 0)
            return true;
    }
    return false;
}

static int check_new_user(struct lint *l, const struct policy_rule *rule,
                          const char *userid, struct error *err)
{
    return is_repeated(l, rule, userid) ? 0 : check_user(l, rule, userid, err);
}

static bool may_take(const struct policy_rule *rule, const struct ring_user *u)
{
    return u->userid[0] != '\0' &&
           policy_name_fits(policy_rule_userid(rule), u->userid) &&
           policy_name_fits(policy_rule_jobname(rule), u->jobname) &&
           ((unsigned)policy_rule_direction(rule) & (unsigned)u->direction) !=
               0;
}

/* Users who may take the rule; *COUNT of them. */
static int check_users(struct lint *l, const struct policy_rule *rule,
                       size_t *count, struct error *err)
{
    const struct ring_user *u = l->q->users;
    size_t i, k;
    int r = 0;

    for (i = 0; r == 0 && i < l->q->user_count; i++) {
        if (!may_take(rule, &u[i]))
            continue;
        for (k = 0; k < i && strcmp(u[k].userid, u[i].userid) != 0; k++)
            ;
        if (k < i)
            continue;
        ++*count;
        r = check_new_user(l, rule, u[i].userid, err);
    }
    return r;
}

/* Every user who has a ring of that name and whom the rule may be for. */
static int check_owners(struct lint *l, const struct policy_rule *rule,
                        const char *ring, struct error *err)
{
    size_t i, count = 0;
    int r = 0;

    for (i = 0; r == 0 && i < l->store->nowners; i++) {
        const char *id = l->store->owners[i].id;

        if (owner_kind(id) != RING_OWNER_USER ||
            !policy_name_fits(policy_rule_userid(rule), id) ||
            store_ring_find(l->store, id, ring) == NULL)
            continue;
        count++;
        r = check_new_user(l, rule, id, err);
    }
    if (r == 0 && count == 0)
        say_no_ring(l, rule, ring);
    return r;
}

static int check_rule(struct lint *l, const struct policy_rule *rule,
                      struct error *err)
{
    struct ring_name ring = ring_needs_ring(policy_rule_effective(rule));
    const char *user = policy_rule_userid(rule);
    char owner[SAF_NAME_MAX + 1] = "";
    size_t count = 0;
    int r;

    if (l->q->reader != NULL && policy_name_fits(user, l->q->reader))
        return check_new_user(l, rule, l->q->reader, err);
    if (user != NULL && strchr(user, '*') == NULL)
        return check_new_user(l, rule, user, err);
    r = ring.kind == RING_RACF ? check_users(l, rule, &count, err) : 0;
    if (r != 0 || count != 0)
        return r;
    if (ring.kind == RING_RACF && ring.owner == NULL)
        return check_owners(l, rule, ring.name, err);
    /* The owner can read it; who else may is not known here. */
    if (ring.owner_len < sizeof(owner) && ring.owner_len != 0 &&
        ring.owner[0] != '*')
        memcpy(owner, ring.owner, ring.owner_len);
    return check_new_user(l, rule, owner, err);
}

/* ---- all rules, or one ---- */

static int begin(struct lint *l, struct error *err)
{
    int r = saf_open(l->q->where.racf, SAF_READ, &l->saf, err);

    return r == 0 ? store_open(l->saf, &l->store, err) : r;
}

static int end(struct lint *l, int r, struct error *err)
{
    store_close(l->store);
    saf_close(l->saf);
    return r == 0 && l->nomem ? error_nomem(err) : r;
}

static bool uses_ring(const struct policy_rule *rule)
{
    const struct effective *e = policy_rule_effective(rule);

    return effective_on(e, PARM_TTLSEnabled) &&
           effective_text(e, PARM_Keyring) != NULL &&
           ring_needs_ring(e).kind != RING_TOKEN;
}

int lint_rings_each(const struct policy *p, const struct ring_question *q,
                    ring_finding_fn fn, void *arg, struct error *err)
{
    struct lint l = {.policy = p, .q = q, .fn = fn, .arg = arg};
    size_t i;
    int r = begin(&l, err);

    for (i = 0; r == 0 && i < policy_rule_count(p); i++)
        if (uses_ring(policy_rule_get(p, i)))
            r = check_rule(&l, policy_rule_get(p, i), err);
    return end(&l, r, err);
}

static void keep(void *arg, const struct ring_finding *f)
{
    struct findings *all = arg;

    finding_add(all, f->id, &f->span, "rule %s: %s", policy_rule_name(f->rule),
                f->text);
    finding_fix(all, "%s", f->fix);
}

int lint_rings(const struct policy *p, const struct ring_question *q,
               struct diags *diags, struct error *err)
{
    struct findings f = {.diags = diags};
    int r;

    findings_init(&f, p, diags);
    r = lint_rings_each(p, q, keep, &f, err);
    return r == 0 && f.nomem ? error_nomem(err) : r;
}

int lint_ring_of(const struct policy *p, const struct policy_rule *rule,
                 const char *userid, const struct ring_question *q,
                 struct diags *diags, struct error *err)
{
    struct findings f = {.diags = diags};
    struct lint l = {.policy = p, .q = q, .fn = keep, .arg = &f};
    int r;

    findings_init(&f, p, diags);
    r = begin(&l, err);
    if (r == 0 && uses_ring(rule))
        r = check_user(&l, rule, userid, err);
    r = end(&l, r, err);
    return r == 0 && f.nomem ? error_nomem(err) : r;
}

/* ---- one certificate ---- */

enum ring_barred lint_ring_barred(X509 *cert, bool anchor, struct strbuf *out)
{
    SSL_CTX *ssl = strength_ctx(1);
    enum own_fault fault = OWN_GOOD;

    if (ssl == NULL)
        return BARRED_NOT;
    fault = anchor ? strength_authority(cert, ssl) : strength_cert(cert, ssl);
    strength_add(cert, fault, ssl, out);
    SSL_CTX_free(ssl);
    return fault == OWN_GOOD        ? BARRED_NOT
           : fault == OWN_MALFORMED ? BARRED_MALFORMED
                                    : BARRED_WEAK;
}
