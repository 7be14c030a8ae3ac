#ifndef POLICY_VALUE_H
#define POLICY_VALUE_H

/* The types of values: reading them from a line, and showing them. */

#include "policy/ast.h"
#include "policy/finding.h"
#include "policy/model.h"

struct value_in {
    const struct ast *ast;
    const struct ast_node *node;
    const struct parm *row;
    struct arena *arena;
    struct findings *findings;
    unsigned used;  /* words that are part of the value */
    unsigned words; /* words of the line */
};

/*
 * Reads the value of IN->node by the type of IN->row into *RET. False after
 * an error was added. The object of a
 * reference is not set.
 */
bool value_parse(struct value_in *in, union value *ret);

/* The value as policy text; secrets too: the caller decides. */
void value_show(enum value_type type, const union value *value,
                struct strbuf *out);

/* The items of a keyword that may repeat: texts, or rows of a code table. */
const char *value_item_text(enum value_type type, const void *item);

/* How values of a type lie in union value: the last column of types.def. */
enum value_form {
    FORM_choice,
    FORM_number,
    FORM_text,
    FORM_codes,
    FORM_address,
    FORM_ports,
    FORM_timerange,
    FORM_daytimes,
    FORM_ref
};
enum value_form value_form(enum policy_parm parm);

/* Both say the same, of one policy or of two; a reference, of one only.
 * Entries of one parameter, or of the two V3 cipher keywords. */
bool value_same(enum policy_parm parm, const union value *a,
                const union value *b);
bool entry_same(const struct entry *a, const struct entry *b);
/* Adds the parameter and what is said of it: what is not the same makes other
 * bytes. */
void entry_digest(struct digest_state *d, const struct entry *e);

/* The text of a choice. */
const char *value_choice_name(enum value_type type, long value);

#endif
