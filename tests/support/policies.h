#ifndef SUPPORT_POLICIES_H
#define SUPPORT_POLICIES_H

/* Policies from texts, for the tests of lib/policy and of what uses it. */

#include <check.h>
#include <string.h>

#include "policy/policy.h"

/* What a rule needs: an enabled group gOn, a disabled one gOff, environment
 * actions eServer and eClient with key ring R. */
#define POLICY_ACTIONS                                                         \
    "TTLSGroupAction gOn\n{\nTTLSEnabled On\n}\n"                              \
    "TTLSGroupAction gOff\n{\nTTLSEnabled Off\n}\n"                            \
    "TTLSEnvironmentAction eServer\n{\nHandshakeRole Server\n"                 \
    "TTLSKeyringParmsRef R\n}\n"                                               \
    "TTLSEnvironmentAction eClient\n{\nHandshakeRole Client\n"                 \
    "TTLSKeyringParmsRef R\n}\n"                                               \
    "TTLSKeyringParms R\n{\nKeyring RING\n}\n"

/* Rule NAME with the lines COND. */
#define POLICY_RULE(name, cond)                                                \
    "TTLSRule " name "\n{\n" cond "TTLSGroupActionRef gOn\n"                   \
    "TTLSEnvironmentActionRef eServer\n}\n"

/* Loads TEXT; NULL when it has errors. */
static inline struct policy *
policy_from(const char *text, enum zos_release release, struct diags *diags)
{
    struct policy_options opt;
    struct policy *p = NULL;
    struct source *src;
    int r;

    policy_options_init(&opt);
    opt.release = release;
    ck_assert_int_eq(source_new("p", text, strlen(text), &src, NULL), 0);
    r = policy_load_source(src, &opt, diags, &p);
    source_unref(src);
    ck_assert(r == 0 || r == ERR_SYNTAX);
    ck_assert((r == 0) == (p != NULL));
    return p;
}

/* As policy_from() with release 3.1; the text must have no error. */
static inline struct policy *policy_good(const char *text)
{
    struct diags *diags = diags_new();
    struct policy *p = policy_from(text, ZOS_3_1, diags);
    size_t i;

    for (i = 0; p == NULL && i < diags_count(diags); i++)
        ck_abort_msg("%u: %s", diags_get(diags, i)->line,
                     diags_get(diags, i)->text);
    diags_free(diags);
    return p;
}

/* "name@line name@line", for comparison; in a static buffer. */
static inline const char *findings_text(const struct diags *diags)
{
    static char text[2048];
    const struct diag *d;
    size_t i, n = 0;

    text[0] = '\0';
    for (i = 0; i < diags_count(diags) && n + 80 < sizeof(text); i++) {
        d = diags_get(diags, i);
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s@%u",
                              i != 0 ? " " : "", d->name, d->line);
    }
    return text;
}

#endif
