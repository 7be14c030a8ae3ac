#ifndef POLICY_LEXER_H
#define POLICY_LEXER_H

/*
 * Characters of a policy file to tokens. The language is line oriented, so
 * the end of a line is a token; words are runs of anything but blanks, braces
 * and '#'. (IP Configuration Reference, "General syntax rules for Policy
 * Agent".)
 *
 * A byte order mark at the start, comments, and the sequence numbers that
 * card images carry in columns 73 to 80 are passed over; the latter are
 * counted, because z/OS does not do that.
 */

#include <stdbool.h>
#include <stdint.h>

#include "util/source.h"

enum token_kind { TOKEN_WORD, TOKEN_OPEN, TOKEN_CLOSE, TOKEN_EOL, TOKEN_EOF };

struct token {
    enum token_kind kind;
    uint32_t off, len;
    bool hash; /* a '#' follows a word without a blank between */
};

struct lexer {
    const char *text;
    uint32_t pos, len;
    uint32_t line; /* where the line of POS begins */
    uint32_t seqno_count;
    uint32_t seqno; /* place of the first one */
};

void lexer_init(struct lexer *lx, const struct source *src);
struct token lexer_next(struct lexer *lx);
/* The next token that is not the end of a line, without taking any. */
struct token lexer_peek_solid(const struct lexer *lx);

#endif
