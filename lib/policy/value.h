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

/* The text of a choice. */
const char *value_choice_name(enum value_type type, long value);

#endif
