#ifndef POLICY_PARSER_H
#define POLICY_PARSER_H

#include "policy/ast.h"
#include "policy/finding.h"
#include "util/arena.h"

/*
 * Reads SRC into AST; errors of shape go to F, and reading goes on after
 * them. The nodes are of ARENA; F->nomem when there is no memory.
 */
void parser_read(struct ast *ast, const struct source *src, struct arena *arena,
                 struct findings *f);

#endif
