#include "policy/lexer.h"

void lexer_init(struct lexer *lx, const struct source *src)
{
    lx->text = source_text(src);
    lx->len = (uint32_t)source_len(src);
    lx->pos = 0;
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
    if (lx->pos < lx->len && lx->text[lx->pos] == '#')
        while (lx->pos < lx->len && lx->text[lx->pos] != '\n')
            lx->pos++;
}

struct token lexer_next(struct lexer *lx)
{
    struct token t = {TOKEN_EOF, 0, 0, false};
    char c;

    skip_blanks(lx);
    t.off = lx->pos;
    if (lx->pos == lx->len)
        return t;
    c = lx->text[lx->pos];
    t.len = 1;
    if (c == '\n' || c == '{' || c == '}') {
        lx->pos++;
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
