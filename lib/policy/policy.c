/*
 * Loading a policy from end to end, and the questions about it that need no
 * search.
 */

#include "policy/policy.h"

#include <stdlib.h>
#include <string.h>

#include "policy/allow.h"
#include "policy/keep.h"
#include "policy/lint.h"
#include "policy/load.h"
#include "policy/model.h"
#include "policy/resolver.h"
#include "util/linemap.h"

void policy_options_init(struct policy_options *opt)
{
    memset(opt, 0, sizeof(*opt));
    opt->release = ZOS_3_1;
    opt->root = "";
}

/* ---- loading ---- */

void findings_init(struct findings *f, const struct policy *p,
                   struct diags *diags)
{
    memset(f, 0, sizeof(*f));
    f->diags = diags;
    f->allow = p->allow;
}

static struct policy *policy_new(const struct policy_options *opt)
{
    struct policy *p = calloc(1, sizeof(*p));
    size_t i;

    if (p == NULL)
        return NULL;
    atomic_init(&p->refs, 1);
    p->release = opt->release;
    p->allow_legacy = opt->allow_legacy;
    p->x25519_first = opt->x25519_first;
    p->agent = (struct policy_agent){
        .log_level = 31, .refresh = 1800, .codepage = "IBM-1047"};
#define AGENT_FLAG(word, field, value, preset, note)                           \
    if (preset)                                                                \
        p->agent.field = value;
#include "policy/agent.def"
    if (opt->words != NULL)
        load_words(p, opt->words);
    p->arena = arena_new();
    if (p->arena != NULL)
        p->allow = allow_new(p->arena);
    if (p->allow == NULL) {
        policy_unref(p);
        return NULL;
    }
    for (i = 0; i < opt->allow_count; i++)
        allow_name(p->allow, opt->allow[i]);
    return p;
}

static void add_file(void *arg, const struct ast *ast)
{
    resolver_add(arg, ast);
}

/* ---- what NOFLUSH keeps ---- */

static const char kept_name[] = "kept under NOFLUSH";

static bool has_statement(void *arg, enum policy_stmt kind, const char *name)
{
    return resolver_has(arg, kind, name);
}

static void add_kept(struct policy *p, struct resolver *r,
                     const struct policy_options *opt, struct arena *scratch,
                     struct findings *f)
{
    struct linemap nowhere = LINEMAP_INIT;
    struct strbuf text = STRBUF_INIT;
    struct source *src = NULL;
    int e = 0;

    if (opt->running == NULL || p->agent.flush || f->nomem)
        return;
    if (!keep_text(opt->running, has_statement, r, &text))
        e = ERR_NOMEM;
    else if (text.len != 0)
        e = source_new(kept_name, strbuf_str(&text), text.len, &src, NULL);
    if (src != NULL) {
        source_written_from(src, &nowhere);
        load_text(src, p, scratch, f, add_file, r);
    }
    f->nomem = f->nomem || e != 0;
    source_unref(src);
    strbuf_wipe(&text);
}

static bool is_named(const struct policy_options *opt, const char *name)
{
    size_t i;

    for (i = 0; i < opt->kept_count; i++)
        if (strcmp(opt->kept[i], name) == 0)
            return true;
    return false;
}

static void mark_kept(struct policy *p, const struct policy_options *opt)
{
    size_t i;

    for (i = 0; i < p->rule_count; i++) {
        struct policy_rule *r = &p->rules[i];

        r->kept = strcmp(source_name(r->object->span.src), kept_name) == 0 ||
                  is_named(opt, r->name);
    }
}

bool policy_rule_is_kept(const struct policy_rule *r)
{
    return r->kept;
}

size_t policy_kept_count(const struct policy *p)
{
    size_t i, n = 0;

    for (i = 0; i < p->rule_count; i++)
        n += p->rules[i].kept;
    return n;
}

static void resolve(struct policy *p, struct source *src,
                    const struct policy_options *opt, struct findings *f)
{
    struct arena *scratch = arena_new();
    struct resolver *r = resolver_new(p, f);
    const char *stack = NULL;

    if (scratch == NULL || r == NULL) {
        f->nomem = true;
        goto out;
    }
    load_files(src, opt, p, scratch, f, add_file, r, &stack);
    add_kept(p, r, opt, scratch, f);
    if (!f->nomem)
        resolver_finish(r);
    if (!f->nomem && f->errors == 0)
        mark_kept(p, opt);
    if (stack != NULL) {
        p->stack = arena_strdup(p->arena, stack);
        f->nomem = f->nomem || p->stack == NULL;
    }
out:
    resolver_free(r);
    arena_free(scratch);
}

int policy_load_source(struct source *src, const struct policy_options *opt,
                       struct diags *diags, struct policy **ret_policy)
{
    struct policy *p = policy_new(opt);
    struct findings f;

    if (p == NULL)
        return ERR_NOMEM;
    findings_init(&f, p, diags);
    f.masked = opt->masked;
    resolve(p, src, opt, &f);
    if (f.errors == 0 && !f.nomem)
        lint_policy(p, &f);
    if (f.errors == 0 && !f.nomem) {
        *ret_policy = p;
        return 0;
    }
    policy_unref(p);
    return f.nomem ? ERR_NOMEM : ERR_SYNTAX;
}

int policy_load(const char *file, const struct policy_options *opt,
                struct diags *diags, struct policy **ret_policy)
{
    struct findings f = {.diags = diags};
    struct source *src = NULL;
    struct error err;
    int r;

    if (opt->reading != NULL)
        opt->reading(opt->reading_arg, file);
    r = source_read(file, &src, &err);
    if (r == ERR_NOMEM)
        return r;
    if (r != 0) {
        finding_add(&f, FIND_file_read, NULL, "%s", err.text);
        return ERR_SYNTAX;
    }
    r = policy_load_source(src, opt, diags, ret_policy);
    source_unref(src);
    return r;
}

struct policy *policy_ref(struct policy *p)
{
    atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
    return p;
}

void policy_unref(struct policy *p)
{
    size_t i;

    if (p == NULL ||
        atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (i = 0; i < p->source_count; i++)
        source_unref(p->sources[i]);
    free(p->sources);
    free(p->entries);
    arena_wipe_free(p->arena);
    free(p);
}

/* ---- what is in it ---- */

const char *policy_stack(const struct policy *p)
{
    return p->stack;
}

enum zos_release policy_release(const struct policy *p)
{
    return p->release;
}

struct policy_agent policy_agent(const struct policy *p)
{
    return p->agent;
}

void policy_agent_show(const struct policy *p, struct strbuf *out)
{
#define AGENT_FLAG(word, field, value, preset, note)                           \
    if (p->agent.field == value)                                               \
        strbuf_adds(out, word " ");
#include "policy/agent.def"
    strbuf_addf(out, "%lu", p->agent.refresh);
}

size_t policy_file_count(const struct policy *p)
{
    return p->source_count;
}

const char *policy_file_get(const struct policy *p, size_t i)
{
    return source_name(p->sources[i]);
}

const struct source *policy_source_get(const struct policy *p, size_t i)
{
    return p->sources[i];
}

size_t policy_statement_count(const struct policy *p)
{
    return p->object_count;
}

struct policy_statement policy_statement_get(const struct policy *p, size_t i)
{
    const struct object *o = p->objects[i];
    struct policy_statement s = {schema_statement(o->kind)->keyword, o->name,
                                 o->span};
    const char *text = source_text(o->span.src) + o->span.off;
    size_t len = strcspn(text, "\r\n{#");

    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t'))
        len--;
    s.line.len = (uint32_t)len;
    return s;
}

size_t policy_rule_count(const struct policy *p)
{
    return p->rule_count;
}

const struct policy_rule *policy_rule_get(const struct policy *p, size_t i)
{
    return &p->rules[i];
}

const char *policy_rule_name(const struct policy_rule *r)
{
    return r->name;
}

unsigned long policy_rule_priority(const struct policy_rule *r)
{
    return r->priority;
}

struct span policy_rule_span(const struct policy_rule *r)
{
    return r->object->span;
}

const struct effective *policy_rule_effective(const struct policy_rule *r)
{
    return r->effective;
}

const struct policy_action *policy_rule_group(const struct policy_rule *r)
{
    return r->effective->levels[LEVEL_GROUP];
}

const struct policy_action *policy_rule_environment(const struct policy_rule *r)
{
    return r->effective->levels[LEVEL_ENVIRONMENT];
}

const struct policy_action *policy_rule_connection(const struct policy_rule *r)
{
    return r->effective->levels[LEVEL_CONNECTION];
}

bool policy_action_alike(const struct policy_action *a,
                         const struct policy_action *b)
{
    return a == b ||
           (a != NULL && b != NULL && digest_same(&a->digest, &b->digest));
}

bool policy_action_equal(const struct policy_action *a,
                         const struct policy_action *b)
{
    return policy_action_alike(a, b) &&
           (a == b ||
            (a->numbered == b->numbered && a->instance == b->instance));
}

const char *policy_action_name(const struct policy_action *a)
{
    return a->object->name;
}

const char *policy_direction_name(enum policy_direction d)
{
    return d == POLICY_INBOUND    ? "Inbound"
           : d == POLICY_OUTBOUND ? "Outbound"
                                  : "Both";
}
