/*
 * The lines of one action. What is shown and where follows from the table:
 * a keyword in the section of its statement, sections and keywords in the
 * order of parms.def; a default at the lowest level that may hold the keyword
 * (Trace in the group, versions in the environment), unless its row is QUIET.
 */

#include <string.h>

#include "policy/model.h"
#include "policy/pasearch_line.h"
#include "policy/value.h"

struct report {
    const struct policy *policy;
    const struct policy_action *action;
    enum effective_level level;
    bool tls13; /* TLSv1.3 is on in this action */
    /* A connection action that codes a TLS version is shown with the default
     * curves and signature pairs of that version. */
    bool fills;
    struct strbuf *out;
};

static const struct entry *coded(const struct report *r, enum policy_parm parm)
{
    return action_entry(r->policy, r->action, parm);
}

static bool switched_on(const struct report *r, enum policy_parm parm)
{
    const struct entry *e = coded(r, parm);

    return e != NULL && e->last->value.number == SWITCH_ON;
}

static bool codes_version(const struct report *r)
{
    size_t i;

    for (i = 0; i < VERSION_COUNT; i++)
        if (coded(r, tls_versions[i].parm) != NULL)
            return true;
    return false;
}

static enum effective_level lowest_level(const struct parm *row)
{
    return row->where & IN_GROUP_PARTS ? LEVEL_GROUP
           : row->where & IN_ENV_PARTS ? LEVEL_ENVIRONMENT
                                       : LEVEL_CONNECTION;
}

static bool filled(const struct report *r, enum policy_parm parm)
{
    return r->fills &&
           (parm == PARM_ClientECurves || parm == PARM_ClientKeyShareGroups ||
            parm == PARM_SignaturePairs);
}

static bool default_shown(const struct report *r, enum policy_parm parm)
{
    const struct parm *row = schema_parm(parm);

    if (default_entry(r->policy, parm, r->tls13) == NULL ||
        (row->flags & QUIET) != 0 || row->since > r->policy->release)
        return false;
    /* Key shares go with the default curves only. */
    if (parm == PARM_ClientKeyShareGroups &&
        coded(r, PARM_ClientECurves) != NULL)
        return false;
    return lowest_level(row) == r->level || filled(r, parm);
}

/* ---- lists ---- */

static void item_line(const struct report *r, int indent, const char *code,
                      const char *name)
{
    strbuf_fill(r->out, ' ', indent);
    strbuf_addf(r->out, "%s  %s\n", code, name);
}

static void code_line(const struct report *r, enum value_type type, int indent,
                      const void *item)
{
    const struct cipher *cipher = item;
    const struct curve *curve = item;
    const struct sigpair *pair = item;

    if (type == TYPE_curves)
        item_line(r, indent, curve->id4, curve->name);
    else if (type == TYPE_sigpairs)
        item_line(r, indent, pair->id4, pair->name);
    else
        item_line(r, indent, cipher->code4, cipher->name);
}

static void code_lines(const struct report *r, enum value_type type, int indent,
                       const void *const *items, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        code_line(r, type, indent, items[i]);
}

static void label_line(const struct report *r, int indent, const char *label)
{
    strbuf_fill(r->out, ' ', indent);
    strbuf_addf(r->out, "%s:\n", label);
}

static void codes_parm(const struct report *r, const struct entry *e,
                       int indent)
{
    const struct parm *row = schema_parm((enum policy_parm)e->parm);

    if (e->count == 0) { /* one column further, in the real listing too */
        pasearch_line(r->out, indent, row->keyword, PASEARCH_VALUE + 1, "Any");
        return;
    }
    label_line(r, indent, row->keyword);
    code_lines(r, row->type, indent + 1, e->items, e->count);
}

/* Both V3 keywords are one list. */
static void cipher_parm(const struct report *r, enum policy_parm parm,
                        int indent)
{
    const struct entry *e = action_ciphers(r->policy, r->action);

    if (parm != PARM_V3CipherSuites4Char || e == NULL)
        return;
    label_line(r, indent, "v3CipherSuites");
    code_lines(r, TYPE_ciphers4, indent + 1, e->items, e->count);
}

/* ---- values ---- */

static void text_parm(const struct report *r, const struct entry *e, int indent,
                      size_t column)
{
    const struct parm *row = schema_parm((enum policy_parm)e->parm);
    struct strbuf text = STRBUF_INIT;
    uint32_t i;

    for (i = 0; i < e->count; i++)
        pasearch_line(r->out, indent, row->keyword, column, e->items[i]);
    if (e->items != NULL)
        return;
    if (row->flags & SECRET)
        strbuf_adds(&text, "****");
    else
        value_show(row->type, &e->last->value, &text);
    pasearch_line(r->out, indent, row->keyword, column, strbuf_str(&text));
    r->out->failed = r->out->failed || strbuf_failed(&text);
    strbuf_done(&text);
}

/* ---- sections ---- */

static void section(const struct report *r, enum policy_stmt stmt, int indent,
                    size_t column);

/* A required keyword that is absent: the statement was not coded. */
static bool lacks_required(const struct report *r, enum policy_stmt stmt)
{
    size_t i;

    for (i = 0; i < PARM_COUNT; i++)
        if (schema_parm((enum policy_parm)i)->where == 1u << stmt &&
            (schema_parm((enum policy_parm)i)->flags & REQUIRED) != 0 &&
            coded(r, (enum policy_parm)i) == NULL)
            return true;
    return false;
}

/* A section that has nothing to show has no title either. */
static void inner_section(const struct report *r, enum policy_stmt stmt,
                          int indent)
{
    struct strbuf text = STRBUF_INIT;
    struct report inner = *r;

    inner.out = &text;
    if (!lacks_required(r, stmt))
        section(&inner, stmt, indent + 1,
                stmt == STMT_TTLSGskAdvancedParms ? PASEARCH_GSK_VALUE
                                                  : PASEARCH_VALUE);
    if (text.len != 0) {
        label_line(r, indent, schema_statement(stmt)->keyword);
        strbuf_add(r->out, strbuf_str(&text), text.len);
    }
    r->out->failed = r->out->failed || strbuf_failed(&text);
    strbuf_done(&text);
}

/* What is shown of it: what is coded, else the default. */
static const struct entry *said(const struct report *r, enum policy_parm parm)
{
    const struct entry *e = coded(r, parm);

    return e == NULL && default_shown(r, parm)
               ? default_entry(r->policy, parm, r->tls13)
               : e;
}

static void show_parm(const struct report *r, enum policy_stmt stmt,
                      enum policy_parm parm, int indent, size_t column)
{
    const struct parm *row = schema_parm(parm);
    const struct entry *e = said(r, parm);
    enum value_type type = row->type;

    if (type == TYPE_ref) {
        /* Older files have it in the environment action itself. */
        if (parm != PARM_TTLSGskLdapParmsRef ||
            stmt == STMT_TTLSGskAdvancedParms)
            inner_section(r, (enum policy_stmt)row->low, indent);
    } else if (type == TYPE_ciphers2 || type == TYPE_ciphers4) {
        cipher_parm(r, parm, indent);
    } else if (e != NULL) {
        if (type == TYPE_curves || type == TYPE_sigpairs)
            codes_parm(r, e, indent);
        else
            text_parm(r, e, indent, column);
    }
}

static void section(const struct report *r, enum policy_stmt stmt, int indent,
                    size_t column)
{
    size_t i;

    for (i = 0; i < PARM_COUNT; i++)
        if (schema_parm((enum policy_parm)i)->where & (1u << stmt))
            show_parm(r, stmt, (enum policy_parm)i, indent, column);
}

void pasearch_action(const struct policy *p, const struct policy_action *a,
                     enum effective_level level, struct strbuf *out)
{
    static const char *const scopes[] = {[LEVEL_GROUP] = "Group",
                                         [LEVEL_ENVIRONMENT] = "Environment",
                                         [LEVEL_CONNECTION] = "Connection"};
    struct report r = {p, a, level, false, false, out};

    r.tls13 = switched_on(&r, PARM_TLSv1_3);
    r.fills = level == LEVEL_CONNECTION && codes_version(&r);
    pasearch_line(out, 4, "Version", PASEARCH_VALUE, "3");
    pasearch_line(out, 4, "Status", PASEARCH_VALUE, "Active");
    pasearch_line(out, 4, "Scope", PASEARCH_VALUE, scopes[level]);
    section(&r, a->object->kind, 4, PASEARCH_VALUE);
}
