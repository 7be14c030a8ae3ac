/*
 * The defaults of the release, as entries that no action codes: of each
 * parameter, those that differ where TLSv1.3 is on, and the suites of the
 * profiles of Suite B.
 */

#include <stdio.h>
#include <string.h>

#include "policy/rows.h"
#include "policy/value.h"

/* Parses a default from a source of one line. False: TEXT is not a value of its
 * type, or memory ran out, which F tells. */
static bool parse_default(const struct policy *p, const struct parm *row,
                          const char *text, struct findings *f,
                          union value *ret)
{
    struct ast_word word = {0, (uint32_t)strlen(text)};
    struct ast_node node = {.words = &word, .count = 1};
    struct ast ast = {0};
    struct value_in in = {&ast, &node, row, p->arena, f, 0, 0};
    struct source *src = NULL;
    bool known;

    if (source_new("default", text, word.len, &src, NULL) != 0) {
        f->nomem = true;
        return false;
    }
    ast.src = src;
    known = value_parse(&in, ret);
    source_unref(src);
    return known;
}

/* X25519 before the others; a client's key share is that of one group. */
static void put_x25519_first(enum policy_parm parm, char text[SCHEMA_DEFAULT])
{
    static const char x25519[] = "0029";
    char rest[SCHEMA_DEFAULT] = "";
    size_t i, n = 0;

    for (i = 0; parm != PARM_ClientKeyShareGroups && text[i] != '\0'; i += 4) {
        if (strncmp(text + i, x25519, 4) != 0) {
            memcpy(rest + n, text + i, 4);
            n += 4;
        }
    }
    snprintf(text, SCHEMA_DEFAULT, "%s%.*s", x25519, (int)n, rest);
}

/* The next entry says V. */
static struct entry *add_value(struct rows *r, enum policy_parm parm,
                               const union value *v)
{
    struct setting *s = arena_alloc(r->policy->arena, sizeof(*s));
    struct entry *e = s != NULL ? rows_add(r, parm, LEVEL_DEFAULT) : NULL;

    if (e == NULL)
        return NULL;
    s->parm = (uint16_t)parm;
    s->value = *v;
    e->last = s;
    if (value_form(parm) == FORM_codes) {
        e->count = v->codes->count;
        e->items = v->codes->items;
    }
    return e;
}

/* The default as text, MORE at its end, becomes the next entry. */
static bool add_text(struct rows *r, enum policy_parm parm, const char *more,
                     struct findings *f)
{
    const struct policy *p = r->policy;
    const struct parm *row = schema_parm(parm);
    char text[SCHEMA_DEFAULT];
    union value v;

    if (schema_default(row, p->release, text) == NULL)
        return rows_add(r, parm, LEVEL_DEFAULT) != NULL;
    strncat(text, more, SCHEMA_DEFAULT - strlen(text) - 1);
    if (p->x25519_first && row->type == TYPE_curves)
        put_x25519_first(parm, text);
    return parse_default(p, row, text, f, &v) && add_value(r, parm, &v);
}

/* Release 3.2 has TLSv1.2 on "unless TLSv1.3 is explicitly enabled"; before it
 * is off in any case. */
static bool add_tls13(struct rows *r, struct findings *f)
{
    static const union value off = {.number = SWITCH_OFF};
    const char *more;
    size_t i;

    for (i = 0; i < PARM_COUNT; i++) {
        more = schema_default_tls13(schema_parm((enum policy_parm)i));
        if (more != NULL && !add_text(r, (enum policy_parm)i, more, f))
            return false;
    }
    return add_value(r, PARM_TLSv1_2, &off) != NULL;
}

/* RFC 6460: C02B has 128 bits, C02C 192; N of them from FIRST on. */
static bool add_suites(struct rows *r, unsigned first, unsigned n)
{
    static const uint16_t suites[] = {0xC02B, 0xC02C};
    struct codes *codes = arena_alloc(
        r->policy->arena, sizeof(*codes) + n * sizeof(codes->items[0]));
    union value v = {.codes = codes};

    if (codes == NULL)
        return false;
    while (codes->count < n) {
        codes->items[codes->count] = cipher_by_code(suites[first++]);
        codes->count++;
    }
    return add_value(r, PARM_V3CipherSuites4Char, &v) != NULL;
}

bool rows_add_defaults(struct rows *r)
{
    struct diags *diags = diags_new();
    struct findings f = {.diags = diags};
    bool ok = diags != NULL && rows_add(r, PARM_COUNT, LEVEL_DEFAULT) != NULL;
    size_t i;

    for (i = 0; ok && i < PARM_COUNT; i++)
        ok = add_text(r, (enum policy_parm)i, "", &f);
    r->policy->tls13 = r->count;
    ok = ok && add_tls13(r, &f);
    r->policy->suiteb = r->count;
    ok =
        ok && add_suites(r, 0, 1) && add_suites(r, 1, 1) && add_suites(r, 0, 2);
    diags_free(diags);
    return ok;
}
