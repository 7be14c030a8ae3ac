/*
 * Makes objects of the statements: finds names, reads values, follows
 * references, fills in defaults.
 */

#include "policy/resolver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/resolver_check.h"
#include "policy/rules.h"
#include "policy/value.h"
#include "util/array.h"
#include "util/count.h"
#include "util/table.h"

/* A global statement on its way from the file to an object. */
struct pending {
    const struct ast *ast;
    const struct ast_node *node;
    struct object *object;
};

struct resolver {
    struct policy *policy;
    struct findings *f;
    struct pending *list;
    size_t count;
    struct table names; /* the objects that count, by kind and name */
    bool after_secret;  /* the line before is a secret without its value */
};

struct resolver *resolver_new(struct policy *p, struct findings *f)
{
    struct resolver *r = calloc(1, sizeof(*r));

    if (r != NULL) {
        r->policy = p;
        r->f = f;
    }
    return r;
}

void resolver_free(struct resolver *r)
{
    if (r == NULL)
        return;
    free(r->list);
    table_done(&r->names);
    free(r);
}

/* ---- names ---- */

struct name {
    enum policy_stmt kind;
    const char *text;
};

static bool has_name(const void *item, const void *key)
{
    const struct object *o = item;
    const struct name *name = key;

    return o->kind == name->kind && strcmp(o->name, name->text) == 0;
}

static uint64_t hash_name(enum policy_stmt kind, const char *name)
{
    return table_hash(TABLE_HASH + (unsigned)kind, name, strlen(name));
}

static struct object *find_name(const struct resolver *r, enum policy_stmt kind,
                                const char *name)
{
    const struct name key = {kind, name};

    return table_find(&r->names, hash_name(kind, name), has_name, &key);
}

bool resolver_has(const struct resolver *r, enum policy_stmt kind,
                  const char *name)
{
    return find_name(r, kind, name) != NULL;
}

/* O takes the place of SAME, which stands before it. */
static void replace(struct resolver *r, const struct object *same,
                    const struct object *o, const struct span *name)
{
    struct strbuf place = STRBUF_INIT;

    table_remove(&r->names, hash_name(same->kind, same->name), same);
    if (findings_full(r->f))
        return;
    span_add(&same->span, &place);
    finding_add(r->f, FIND_duplicate_name, name,
                "%s %s stands at %s already; this one counts",
                schema_statement(o->kind)->keyword, o->name,
                strbuf_str(&place));
    finding_fix(r->f, "rename one of the two");
    strbuf_done(&place);
}

static void add_pending(struct resolver *r, const struct ast *ast,
                        const struct ast_node *node, struct object *object)
{
    struct object *same = find_name(r, object->kind, object->name);
    struct span span = ast_span(ast, node->words[0]);
    struct pending *p = array_add(&r->list, &r->count, sizeof(*p));

    if (p == NULL) {
        r->f->nomem = true;
        return;
    }
    *p = (struct pending){ast, node, object};
    if (same != NULL)
        replace(r, same, object, &span);
    if (!table_add(&r->names, hash_name(object->kind, object->name), object))
        r->f->nomem = true;
}

static const char *word_text(const struct ast *ast, struct ast_word w)
{
    return source_text(ast->src) + w.off;
}

static struct object *new_object(struct resolver *r, enum policy_stmt kind,
                                 const struct ast *ast,
                                 const struct ast_node *node)
{
    enum { NAME_MAX_CHARS = 32 };
    struct object *o = arena_alloc(r->policy->arena, sizeof(*o));
    struct span span = ast_span(ast, node->keyword);

    if (o == NULL) {
        r->f->nomem = true;
        return NULL;
    }
    o->kind = kind;
    o->span = span;
    if (node->count == 0)
        return o;
    o->name = arena_strndup(r->policy->arena, word_text(ast, node->words[0]),
                            node->words[0].len);
    if (o->name == NULL) {
        r->f->nomem = true;
        return NULL;
    }
    if (node->count > 1) {
        span = ast_span(ast, node->words[1]);
        finding_add(r->f, FIND_trailing_text, &span,
                    "text after the name of the %s is ignored",
                    schema_statement(kind)->keyword);
        finding_fix(r->f, "remove it, or put a # before it; a name holds no "
                          "blanks");
    }
    span = ast_span(ast, node->words[0]);
    if (span.len > NAME_MAX_CHARS) {
        finding_add(r->f, FIND_name_too_long, &span,
                    "the name of this %s has %s; %d are allowed",
                    schema_statement(kind)->keyword,
                    count_of(span.len, "character").text, NAME_MAX_CHARS);
        finding_fix(r->f, "shorten it here and where it is referred to");
    }
    return o;
}

/* ---- lines that are not what they should be ---- */

static void unknown(struct resolver *r, const struct ast *ast,
                    const struct ast_node *node, enum policy_stmt in)
{
    struct span span = ast_span(ast, node->keyword);
    const char *word = word_text(ast, node->keyword);
    int len = (int)(span.len < 64 ? span.len : 64);
    const char *place =
        in < STMT_COUNT ? schema_statement(in)->keyword : "a policy file";
    struct strbuf shown = STRBUF_INIT;
    const char *near;

    if (findings_full(r->f))
        return;
    near = schema_nearest(word, span.len, in < STMT_COUNT ? 1u << in : 0);
    if (r->after_secret)
        strbuf_adds(&shown, "****");
    else
        strbuf_add_escaped(&shown, word, (size_t)len);
    if (node->block)
        finding_add(r->f, FIND_unknown_statement, &span,
                    "unknown statement \"%s\" in %s: it is skipped with its "
                    "block",
                    strbuf_str(&shown), place);
    else
        finding_add(r->f, FIND_unknown_keyword, &span,
                    "unknown keyword \"%s\" in %s: it is ignored, as on z/OS",
                    strbuf_str(&shown), place);
    if (r->after_secret)
        diag_conceal(r->f->diags);
    if (near != NULL)
        finding_fix(r->f, "did you mean %s?", near);
    strbuf_done(&shown);
}

/* The statement that may hold the keyword: one that may stand in IN itself,
 * where there is such a one. STMT_COUNT: none. */
static size_t place_for(uint32_t where, enum policy_stmt in)
{
    size_t i, first = STMT_COUNT;

    for (i = STMT_COUNT; i-- > 0;) {
        if ((where & (1u << i)) == 0)
            continue;
        first = i;
        if (in < STMT_COUNT &&
            (schema_statement((enum policy_stmt)i)->inline_in & (1u << in)))
            return i;
    }
    return first;
}

static void misplaced(struct resolver *r, const struct ast *ast,
                      const struct ast_node *node, enum policy_stmt in,
                      const char *keyword, uint32_t where)
{
    struct span span = ast_span(ast, node->keyword);
    const char *place =
        in < STMT_COUNT ? schema_statement(in)->keyword : "a policy file";
    size_t home = place_for(where, in);

    finding_add(r->f, FIND_misplaced_keyword, &span,
                "%s is no part of %s: it is ignored", keyword, place);
    if (home < STMT_COUNT)
        finding_fix(r->f, "it belongs in %s",
                    schema_statement((enum policy_stmt)home)->keyword);
    else if (where & (IN_MAIN | IN_IMAGE))
        finding_fix(r->f, "it belongs in the Policy Agent's configuration "
                          "file");
}

/* ---- the top of a file ---- */

static void add_top(struct resolver *r, const struct ast *ast,
                    const struct ast_node *node)
{
    const char *word = word_text(ast, node->keyword);
    enum policy_stmt kind = schema_find_statement(word, node->keyword.len);
    enum policy_parm parm = schema_find_parm(word, node->keyword.len);
    struct span span = ast_span(ast, node->keyword);
    struct object *object;

    if (kind == STMT_NONE && parm != PARM_COUNT) {
        misplaced(r, ast, node, STMT_NONE, schema_parm(parm)->keyword,
                  schema_parm(parm)->where);
        return;
    }
    if (kind == STMT_NONE) {
        unknown(r, ast, node, STMT_NONE);
        return;
    }
    if (node->count == 0) {
        finding_add(r->f, FIND_missing_name, &span, "%s has no name",
                    schema_statement(kind)->keyword);
        finding_fix(r->f, "write a name after the keyword; only a statement "
                          "inside another one may do without");
        return;
    }
    object = new_object(r, kind, ast, node);
    if (object == NULL)
        return;
    object->global = true;
    add_pending(r, ast, node, object);
}

void resolver_add(struct resolver *r, const struct ast *ast)
{
    const struct ast_node *node;

    for (node = ast->root.first; node != NULL && !r->f->nomem;
         node = node->next)
        add_top(r, ast, node);
}

/* ---- inside a statement ---- */

static void fill(struct resolver *r, struct object *o, const struct ast *ast,
                 const struct ast_node *node);

/* The object that a reference names; NULL after an error. */
static const struct object *bind_ref(struct resolver *r, const struct parm *row,
                                     const struct span *span)
{
    enum policy_stmt kind = (enum policy_stmt)row->low, k;
    const char *keyword = schema_statement(kind)->keyword;
    struct strbuf place = STRBUF_INIT;
    struct object *o;
    char name[64]; /* longer ones are cut, and name nothing */

    snprintf(name, sizeof(name), "%.*s", (int)span->len,
             source_text(span->src) + span->off);
    o = find_name(r, kind, name);
    if (o != NULL) {
        o->used = true;
        return o;
    }
    if (findings_full(r->f)) {
        finding_add(r->f, FIND_dangling_ref, span, "%s", name);
        return NULL;
    }
    for (k = 0; k < STMT_COUNT && o == NULL; k++)
        o = find_name(r, k, name);
    if (o != NULL) {
        span_add(&o->span, &place);
        finding_add(r->f, FIND_wrong_type_ref, span,
                    "%s refers to %s statements; %s at %s is of type %s",
                    row->keyword, keyword, name, strbuf_str(&place),
                    schema_statement(o->kind)->keyword);
        strbuf_done(&place);
        return NULL;
    }
    finding_add(r->f, FIND_dangling_ref, span, "there is no %s named %s",
                keyword, name);
    resolver_suggest(r->f, r, kind, name);
    return NULL;
}

const struct object *resolver_object(const struct resolver *r, size_t i)
{
    return i < r->count ? r->list[i].object : NULL;
}

/* A release ignores what came later. */
static bool is_too_new(struct resolver *r, const char *keyword,
                       enum zos_release since, const struct span *span)
{
    if (since <= r->policy->release)
        return false;
    finding_add(r->f, FIND_not_in_release, span,
                "%s came with release %s; release %s ignores it", keyword,
                zos_release_name(since), zos_release_name(r->policy->release));
    return true;
}

/* Where releases up to 2.1 had it. */
static void old_place(struct resolver *r, const struct span *span)
{
    finding_add(r->f, FIND_old_place, span,
                "TTLSGskLdapParms stands in TTLSEnvironmentAction, as in old "
                "releases");
    finding_fix(r->f, "move it into TTLSGskAdvancedParms");
}

static bool fill_block(struct resolver *r, struct object *o,
                       struct setting *set, const struct ast *ast,
                       const struct ast_node *node)
{
    const char *word = word_text(ast, node->keyword);
    enum policy_stmt kind = schema_find_statement(word, node->keyword.len);
    enum policy_parm parm = schema_find_parm(word, node->keyword.len);
    struct span span = ast_span(ast, node->keyword);
    struct object *inner;

    if (kind == STMT_NONE && parm != PARM_COUNT) {
        finding_add(r->f, FIND_stray_brace, &span, "%s takes no block",
                    schema_parm(parm)->keyword);
        finding_fix(r->f, "remove the braces; the value stands on the "
                          "keyword's line");
        return false;
    }
    if (kind == STMT_NONE) {
        unknown(r, ast, node, o->kind);
        return false;
    }
    parm = schema_inline_parm(o->kind, kind);
    if (parm == PARM_COUNT) {
        misplaced(r, ast, node, o->kind, schema_statement(kind)->keyword,
                  schema_statement(kind)->inline_in);
        return false;
    }
    if (is_too_new(r, schema_statement(kind)->keyword, schema_parm(parm)->since,
                   &span))
        return false;
    if (o->kind == STMT_TTLSEnvironmentAction && kind == STMT_TTLSGskLdapParms)
        old_place(r, &span);
    inner = new_object(r, kind, ast, node);
    if (inner == NULL)
        return false;
    fill(r, inner, ast, node);
    set->parm = (uint16_t)parm;
    set->inline_block = true;
    set->span = span;
    set->value.object = inner;
    return true;
}

static bool fill_line(struct resolver *r, struct object *o, struct setting *set,
                      const struct ast *ast, const struct ast_node *node)
{
    const char *word = word_text(ast, node->keyword);
    enum policy_parm parm = schema_find_parm(word, node->keyword.len);
    const struct parm *row;
    struct value_in in = {ast, node, NULL, r->policy->arena, r->f, 0, 0};

    if (parm == PARM_COUNT) {
        unknown(r, ast, node, o->kind);
        return false;
    }
    row = schema_parm(parm);
    if ((row->where & (1u << o->kind)) == 0) {
        misplaced(r, ast, node, o->kind, row->keyword, row->where);
        return false;
    }
    set->span = ast_span(ast, node->keyword);
    if (is_too_new(r, row->keyword, row->since, &set->span))
        return false;
    r->after_secret = (row->flags & SECRET) && node->count == 0;
    in.row = row;
    if (!value_parse(&in, &set->value))
        return false;
    set->parm = (uint16_t)parm;
    set->span = ast_value_span(ast, node);
    if (row->type == TYPE_ref) {
        set->span = ast_span(ast, node->words[0]);
        set->value.object = bind_ref(r, row, &set->span);
        if (o->kind == STMT_TTLSEnvironmentAction &&
            parm == PARM_TTLSGskLdapParmsRef)
            old_place(r, &set->span);
        return set->value.object != NULL;
    }
    check_support(r->f, row, set, r->policy->release);
    return true;
}

static void fill(struct resolver *r, struct object *o, const struct ast *ast,
                 const struct ast_node *node)
{
    const struct ast_node *line;
    size_t lines = 0, errors = r->f->errors;

    for (line = node->first; line != NULL; line = line->next)
        lines++;
    o->settings = arena_calloc(r->policy->arena, lines, sizeof(*o->settings));
    if (o->settings == NULL && lines != 0) {
        r->f->nomem = true;
        return;
    }
    for (line = node->first; line != NULL && !r->f->nomem; line = line->next) {
        struct setting *set = &o->settings[o->count];

        if (line->block ? fill_block(r, o, set, ast, line)
                        : fill_line(r, o, set, ast, line))
            o->count++;
        if (line->block || line->count != 0)
            r->after_secret = false;
    }
    /* Where something could not be read, it is not missing. */
    check_object(r->f, o, r->f->errors == errors);
    if (!derive_ranges(r->policy, o))
        r->f->nomem = true;
}

static void keep_objects(struct resolver *r)
{
    struct policy *p = r->policy;
    const struct object *o;
    size_t i;

    p->objects =
        arena_calloc(p->arena, r->count, sizeof(const struct object *));
    if (p->objects == NULL && r->count != 0) {
        r->f->nomem = true;
        return;
    }
    for (i = 0; i < r->count; i++) {
        o = r->list[i].object;
        if (find_name(r, o->kind, o->name) == o)
            p->objects[p->object_count++] = o;
    }
}

void resolver_finish(struct resolver *r)
{
    static const bool later[STMT_COUNT] = {[STMT_IpAddrGroup] = true,
                                           [STMT_PortGroup] = true,
                                           [STMT_TTLSRule] = true};
    struct pending *p;
    size_t i;
    unsigned pass;

    /* Groups are made of what they refer to, and rules of groups. */
    for (pass = 0; pass < 3; pass++)
        for (i = 0; i < r->count && !r->f->nomem; i++) {
            p = &r->list[i];
            if (pass == (p->object->kind == STMT_TTLSRule ? 2u
                         : later[p->object->kind]         ? 1u
                                                          : 0u))
                fill(r, p->object, p->ast, p->node);
        }
    keep_objects(r);
    if (r->f->errors == 0 && !r->f->nomem && !rules_build(r->policy))
        r->f->nomem = true;
}
