/*
 * Cuts the lines of a policy file into words, braces and line ends, without
 * copying.
 */

#include "policy/lexer.h"

#include <ctype.h>
#include <string.h>

void lexer_init(struct lexer *lx, const struct source *src)
{
    memset(lx, 0, sizeof(*lx));
    lx->text = source_text(src);
    lx->len = (uint32_t)source_len(src);
    /* A byte order mark, left by editors of other systems. */
    if (lx->len >= 3 && (unsigned char)lx->text[0] == 0xEF &&
        (unsigned char)lx->text[1] == 0xBB &&
        (unsigned char)lx->text[2] == 0xBF)
        lx->pos = 3;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static bool ends_word(char c)
{
    return is_blank(c) || c == '\n' || c == '#' || c == '{' || c == '}';
}

static void skip_blanks(struct lexer *lx)
{
    while (lx->pos < lx->len && is_blank(lx->text[lx->pos]))
        lx->pos++;
}

/* Eight digits from column 73 on, and nothing after them. */
static bool at_seqno(const struct lexer *lx)
{
    enum { COLUMN = 72, DIGITS = 8 };
    uint32_t i;

    if (lx->pos - lx->line != COLUMN || lx->len - lx->pos < DIGITS)
        return false;
    for (i = lx->pos; i < lx->pos + DIGITS; i++)
        if (!isdigit((unsigned char)lx->text[i]))
            return false;
    while (i < lx->len && is_blank(lx->text[i]))
        i++;
    return i == lx->len || lx->text[i] == '\n';
}

static void skip_to_token(struct lexer *lx)
{
    skip_blanks(lx);
    if (at_seqno(lx)) {
        if (lx->seqno_count++ == 0)
            lx->seqno = lx->pos;
        lx->pos += 8;
        skip_blanks(lx);
    }
    if (lx->pos < lx->len && lx->text[lx->pos] == '#')
        while (lx->pos < lx->len && lx->text[lx->pos] != '\n')
            lx->pos++;
}

struct token lexer_next(struct lexer *lx)
{
    struct token t = {TOKEN_EOF, 0, 0, false};
    char c;

    skip_to_token(lx);
    t.off = lx->pos;
    if (lx->pos == lx->len)
        return t;
    c = lx->text[lx->pos];
    t.len = 1;
    if (c == '\n' || c == '{' || c == '}') {
        lx->pos++;
        if (c == '\n')
            lx->line = lx->pos;
        t.kind = c == '\n' ? TOKEN_EOL : c == '{' ? TOKEN_OPEN : TOKEN_CLOSE;
        return t;
    }
    while (lx->pos < lx->len && !ends_word(lx->text[lx->pos]))
        lx->pos++;
    t.kind = TOKEN_WORD;
    t.len = lx->pos - t.off;
    t.hash = lx->pos < lx->len && lx->text[lx->pos] == '#';
    return t;
}

struct token lexer_peek_solid(const struct lexer *lx)
{
    struct lexer ahead = *lx;
    struct token t;

    do
        t = lexer_next(&ahead);
    while (t.kind == TOKEN_EOL);
    return t;
}
