#ifndef POLICY_AST_H
#define POLICY_AST_H

/*
 * The shape of one policy file: lines with a keyword and words, some of them
 * with a block. What the words mean is not known here. All of it lives in
 * the arena that was given to the parser.
 */

#include <stdbool.h>
#include <stdint.h>

#include "util/source.h"

struct ast_word {
    uint32_t off, len;
};

struct ast_node {
    struct ast_node *next;
    struct ast_node *first, *last; /* lines of the block */
    const struct ast_word *words;  /* what follows the keyword on its line */
    struct ast_word keyword;
    uint32_t end; /* offset of the closing brace, or of the line's end */
    uint16_t count;
    bool block;
};

struct ast {
    const struct source *src;
    struct ast_node root; /* its block is the file */
};

static inline struct span ast_span(const struct ast *ast, struct ast_word w)
{
    struct span s = {ast->src, w.off, w.len};

    return s;
}

/* From the first to the last word of the value; the keyword without one. */
static inline struct span ast_value_span(const struct ast *ast,
                                         const struct ast_node *node)
{
    struct span s = ast_span(ast, node->keyword);

    if (node->count != 0) {
        s.off = node->words[0].off;
        s.len = node->words[node->count - 1].off +
                node->words[node->count - 1].len - s.off;
    }
    return s;
}

#endif
