#ifndef POLICY_RESOLVER_H
#define POLICY_RESOLVER_H

/*
 * From the shape of the files to the model: names to objects, words to
 * values, references to pointers; then the rules in the order of their search.
 */

#include "policy/ast.h"
#include "policy/finding.h"
#include "policy/model.h"

struct resolver;

/* Works for P, whose arena and release are set. NULL: no memory. */
struct resolver *resolver_new(struct policy *p, struct findings *f);
void resolver_free(struct resolver *r);

/*
 * Takes the statements of a file. AST must live until resolver_finish(). A
 * later file's statements come after those of earlier ones.
 */
void resolver_add(struct resolver *r, const struct ast *ast);

/* A file that was added has such a statement. */
bool resolver_has(const struct resolver *r, enum policy_stmt kind,
                  const char *name);

/* Resolves all; what is wrong goes to the findings. */
void resolver_finish(struct resolver *r);

#endif
