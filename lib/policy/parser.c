/*
 * Reads the tokens of a file into its tree of lines and blocks, and goes on
 * after each error so that one run reports all of them.
 */

#include "policy/parser.h"

#include <string.h>

#include "policy/lexer.h"
#include "policy/schema.h"
#include "util/count.h"

/*
 * Blocks nest three deep in the language; deeper ones are of unknown
 * statements, and their depth is bounded because a block is read by
 * recursion.
 */
enum {
    DEPTH_MAX = 16,
    WORDS_MAX = 64,
    LINE_MAX_BYTES = 8192,
    LINES_MAX = 500000 /* a policy of 10,000 rules has a third of it */
};

struct reader {
    struct lexer lx;
    struct ast *ast;
    struct arena *arena;
    struct findings *f;
    struct token last; /* the token before the next one */
    /* Set when a statement was met that can only stand outside the blocks
     * that are open: they end before it. */
    bool unwind;
    unsigned depth;
};

static struct span token_span(const struct reader *rd, struct token t)
{
    struct span s = {rd->ast->src, t.off, t.len};

    return s;
}

static struct token next(struct reader *rd)
{
    rd->last = lexer_next(&rd->lx);
    return rd->last;
}

static struct token peek(const struct reader *rd)
{
    struct lexer ahead = rd->lx;

    return lexer_next(&ahead);
}

static bool ends_line(enum token_kind kind)
{
    return kind == TOKEN_EOL || kind == TOKEN_EOF;
}

/* Braces stand on lines of their own; more is our liberty. */
static void check_alone(struct reader *rd, struct token before,
                        struct token brace)
{
    struct span span = token_span(rd, brace);

    if (ends_line(before.kind) && ends_line(peek(rd).kind))
        return;
    finding_add(rd->f, FIND_brace_not_alone, &span,
                "'%c' shares its line; z/OS wants it alone",
                brace.kind == TOKEN_OPEN ? '{' : '}');
    finding_fix(rd->f, "put the brace on a line of its own");
}

/* The word as its writer sees it, the '#' and what follows it included. */
static int whole_len(const struct reader *rd, struct token t)
{
    enum { SHOWN = 127 };
    uint32_t end = t.off + t.len;

    while (end < rd->lx.len && strchr(" \t\r\n", rd->lx.text[end]) == NULL)
        end++;
    return (int)(end - t.off < SHOWN ? end - t.off : SHOWN);
}

/* Of a name that z/OS lets have a '#', and the policy language does not. */
static void fix_hash(struct reader *rd, struct token t, const struct parm *row)
{
    enum { NAME_CHARS = 8 }; /* of a user id or job name */
    const char *word = rd->lx.text + t.off;
    int len = whole_len(rd, t);

    if (row->type == TYPE_ident && t.len >= NAME_CHARS)
        finding_fix(rd->f, "put a blank before the comment");
    else if (row->type == TYPE_ident)
        finding_fix(rd->f,
                    "write %s %.*s*, which fits %.*s too; if a comment is "
                    "meant, put a blank before it",
                    row->keyword, (int)t.len, word, len, word);
    else if (row->type == TYPE_label)
        finding_fix(rd->f, "give the certificate a label without '#' (RACDCERT "
                           "ALTER with NEWLABEL); if a comment is meant, put a "
                           "blank before it");
    else
        finding_fix(rd->f,
                    "%s without '#'; if a comment is meant, put a blank before "
                    "it",
                    row->flags & SECRET ? "give the key file a password"
                                        : "name a key ring");
}

/* A '#' behind a word. A name that is cut at it names something else: a rule
 * for other users, another ring, another certificate. */
static void check_hash(struct reader *rd, struct token t,
                       const struct parm *row)
{
    struct span span = token_span(rd, t);

    if (row != NULL && (row->flags & HASH)) {
        if (row->type == TYPE_label || (row->flags & SECRET))
            finding_add(rd->f, FIND_hash_in_name, &span,
                        "'#' begins a comment: %s would end before it",
                        row->keyword);
        else
            finding_add(rd->f, FIND_hash_in_name, &span,
                        "'#' begins a comment: %s would be %.*s", row->keyword,
                        (int)(t.len < 64 ? t.len : 64), rd->lx.text + t.off);
        fix_hash(rd, t, row);
        return;
    }
    finding_add(rd->f, FIND_hash_in_value, &span,
                "'#' after a word without a blank begins a comment");
    finding_fix(rd->f, "put a blank before the comment");
}

/* What a word holds, or is followed by, that its writer may not have seen.
 * ROW: the keyword whose value it is, or NULL. */
static void check_word(struct reader *rd, struct token t,
                       const struct parm *row)
{
    struct span span = token_span(rd, t);
    uint32_t i;

    if (t.hash)
        check_hash(rd, t, row);
    for (i = t.off; i < t.off + t.len; i++)
        if ((unsigned char)rd->lx.text[i] < 0x20 ||
            (unsigned char)rd->lx.text[i] >= 0x7f)
            break;
    if (i == t.off + t.len)
        return;
    span.off = i;
    span.len = 1;
    finding_add(rd->f, FIND_not_portable, &span,
                "the byte X'%02X' is no character of a policy; it is part of "
                "the word",
                (unsigned char)rd->lx.text[i]);
    finding_fix(rd->f, "type the word again: web pages and word processors "
                       "leave no-break spaces, long dashes and curved quotes");
}

/* The keyword of which the line's word N is the value, or a part of it. */
static const struct parm *value_of(const struct reader *rd, struct token first,
                                   uint16_t n)
{
    enum policy_parm parm =
        schema_find_parm(rd->lx.text + first.off, first.len);

    if (n == 0 || parm == PARM_COUNT)
        return NULL;
    return n == 1 || schema_parm(parm)->type == TYPE_label ? schema_parm(parm)
                                                           : NULL;
}

/* Takes the words of a line; the first one is the keyword. */
static struct ast_node *read_line(struct reader *rd, struct token first)
{
    struct ast_node *node = arena_alloc(rd->arena, sizeof(*node));
    struct ast_word words[WORDS_MAX], *copy;
    struct token t = first;
    uint16_t n = 0;

    for (;;) {
        check_word(rd, t, t.hash ? value_of(rd, first, n) : NULL);
        if (peek(rd).kind != TOKEN_WORD)
            break;
        t = next(rd);
        if (n < WORDS_MAX) {
            words[n].off = t.off;
            words[n++].len = t.len;
        }
    }
    copy = n != 0 ? arena_calloc(rd->arena, n, sizeof(*copy)) : NULL;
    if (node == NULL || (n != 0 && copy == NULL)) {
        rd->f->nomem = true;
        return NULL;
    }
    if (n != 0)
        memcpy(copy, words, n * sizeof(*copy));
    node->keyword.off = first.off;
    node->keyword.len = first.len;
    node->words = copy;
    node->count = n;
    node->end = t.off + t.len;
    return node;
}

static void append(struct ast_node *parent, struct ast_node *node)
{
    if (parent->last == NULL)
        parent->first = node;
    else
        parent->last->next = node;
    parent->last = node;
}

static enum policy_stmt statement_of(const struct reader *rd,
                                     struct ast_word word)
{
    return schema_find_statement(rd->lx.text + word.off, word.len);
}

/* The statement can't stand in the block PARENT, nor in any other one. */
static bool belongs_outside(const struct reader *rd,
                            const struct ast_node *parent,
                            const struct ast_node *node)
{
    enum policy_stmt stmt = statement_of(rd, node->keyword), outer;

    if (rd->depth == 0 || stmt == STMT_NONE)
        return false;
    outer = statement_of(rd, parent->keyword);
    return schema_statement(stmt)->inline_in == 0 && outer != STMT_NONE;
}

static void read_block(struct reader *rd, struct ast_node *parent);

/* Passes over a block that is too deep to be read. */
static void skip_block(struct reader *rd)
{
    size_t open = 1;
    struct token t;

    do {
        t = next(rd);
        if (t.kind == TOKEN_OPEN)
            open++;
        if (t.kind == TOKEN_CLOSE)
            open--;
    } while (open != 0 && t.kind != TOKEN_EOF);
}

static void enter_block(struct reader *rd, struct ast_node *node)
{
    struct span span = ast_span(rd->ast, node->keyword);

    node->block = true;
    if (rd->depth == DEPTH_MAX) {
        finding_add(rd->f, FIND_too_deep, &span,
                    "blocks are nested more than %d deep", DEPTH_MAX);
        finding_fix(rd->f, "the deepest block of AT-TLS policy is the third");
        skip_block(rd);
        return;
    }
    rd->depth++;
    read_block(rd, node);
    rd->depth--;
}

/* A line is read; its block, when it has one, follows. */
static void read_statement(struct reader *rd, struct ast_node *node)
{
    struct token brace = lexer_peek_solid(&rd->lx), before;
    struct span span = ast_span(rd->ast, node->keyword);

    if (brace.kind == TOKEN_OPEN) {
        do {
            before = rd->last;
            brace = next(rd);
        } while (brace.kind != TOKEN_OPEN);
        check_alone(rd, before, brace);
        enter_block(rd, node);
        return;
    }
    if (statement_of(rd, node->keyword) == STMT_NONE)
        return;
    finding_add(rd->f, FIND_missing_brace, &span,
                "%.*s has no '{' on the line after it", (int)span.len,
                rd->lx.text + span.off);
    finding_fix(rd->f, "put '{' on a line of its own after this one, and '}' "
                       "after the last line of the statement");
    enter_block(rd, node);
}

/* The end of a block that is still open at the end of the file, or at a
 * statement that stands in no block. */
static void missing_close(struct reader *rd, const struct ast_node *open,
                          const struct ast_node *at)
{
    struct span span = ast_span(rd->ast, open->keyword);
    unsigned line, column;

    source_position(rd->ast->src, span.off, &line, &column);
    if (at == NULL) {
        finding_add(rd->f, FIND_eof_depth, &span,
                    "the block of %.*s is not closed at the end of the file",
                    (int)span.len, rd->lx.text + span.off);
        finding_fix(rd->f, "add '}' on a line of its own where the statement "
                           "ends");
        return;
    }
    span = ast_span(rd->ast, at->keyword);
    finding_add(rd->f, FIND_missing_brace, &span,
                "%.*s inside the block of %.*s that begins at line %u: '}' is "
                "missing before it",
                (int)span.len, rd->lx.text + span.off, (int)open->keyword.len,
                rd->lx.text + open->keyword.off, line);
    finding_fix(rd->f, "add '}' on a line of its own before this line");
}

/* A closing brace; true when it ends the block of PARENT. */
static bool close_block(struct reader *rd, struct ast_node *parent,
                        struct token before, struct token brace)
{
    struct span span = token_span(rd, brace);

    check_alone(rd, before, brace);
    parent->end = brace.off;
    if (rd->depth != 0)
        return true;
    finding_add(rd->f, FIND_stray_brace, &span,
                "'}' closes nothing: no block is open here");
    finding_fix(rd->f, "remove it, or add the '{' that it belongs to");
    return false;
}

static void stray_open(struct reader *rd, struct token brace)
{
    struct span span = token_span(rd, brace);

    finding_add(rd->f, FIND_stray_brace, &span,
                "'{' follows no statement; its block is skipped");
    finding_fix(rd->f, "write the statement's keyword on the line before it");
    skip_block(rd);
}

/*
 * Reads up to the closing brace of PARENT. A statement that can stand in no
 * block ends all that are open: the brace was forgotten, and what follows is
 * read as what it is. The innermost block reports it.
 */
static void read_block(struct reader *rd, struct ast_node *parent)
{
    struct ast_node *node;
    struct token t, before;
    struct lexer mark;

    for (;;) {
        before = rd->last;
        mark = rd->lx;
        t = next(rd);
        if (rd->f->nomem)
            return;
        if (t.kind == TOKEN_EOL)
            continue;
        if (t.kind == TOKEN_EOF) {
            parent->end = t.off;
            if (rd->depth != 0 && !rd->unwind)
                missing_close(rd, parent, NULL);
            rd->unwind = true;
            return;
        }
        if (t.kind == TOKEN_CLOSE) {
            if (close_block(rd, parent, before, t))
                return;
            continue;
        }
        if (t.kind == TOKEN_OPEN) {
            stray_open(rd, t);
            continue;
        }
        node = read_line(rd, t);
        if (node == NULL)
            return;
        if (belongs_outside(rd, parent, node)) {
            if (!rd->unwind)
                missing_close(rd, parent, node);
            rd->unwind = true;
            rd->lx = mark;
            rd->last.kind = TOKEN_EOL;
            parent->end = node->keyword.off;
            return;
        }
        append(parent, node);
        read_statement(rd, node);
        if (rd->unwind && rd->depth != 0)
            return;
        rd->unwind = false;
    }
}

/* The lines of a text are few and short enough to be read. */
static bool check_lines(struct findings *f, const struct source *src)
{
    const char *text = source_text(src), *end = text + source_len(src), *nl;
    struct span span = {src, 0, 1};
    size_t lines = 0;

    for (; text < end; text = nl + 1) {
        nl = memchr(text, '\n', (size_t)(end - text));
        if (nl == NULL)
            nl = end;
        span.off = (uint32_t)(text - source_text(src));
        if (nl - text > LINE_MAX_BYTES) {
            finding_add(f, FIND_line_too_long, &span,
                        "a line of %zu bytes; at most %d are read",
                        (size_t)(nl - text), LINE_MAX_BYTES);
            finding_fix(f, "no statement needs that many: look for a lost "
                           "end of line, or for another kind of file");
            return false;
        }
        if (++lines > LINES_MAX) {
            finding_add(f, FIND_too_large, &span,
                        "more than %d lines; nothing of the file is read",
                        LINES_MAX);
            finding_fix(f, "is this a policy?");
            return false;
        }
    }
    return true;
}

/* Liberties with a whole file that z/OS does not take. */
static void check_transfer(struct findings *f, const struct source *src,
                           const struct lexer *lx)
{
    const char *text = source_text(src);
    const char *nl = memchr(text, '\n', source_len(src));
    struct span span = {src, 0, 1};

    if (lx->pos != 0) {
        finding_add(f, FIND_not_portable, &span,
                    "the file begins with a byte order mark; it is passed "
                    "over here, z/OS takes it for a part of the first word");
        finding_fix(f, "save the file without it");
    }
    if (nl == NULL || nl == text || nl[-1] != '\r')
        return;
    span.off = (uint32_t)(nl - 1 - text);
    finding_add(f, FIND_not_portable, &span,
                "lines end with CR and LF; the CR is passed over here, z/OS "
                "takes it for a part of the last word");
    finding_fix(f, "transfer the file as text, or remove the CRs");
}

/* Bytes and lines that no policy has; what follows would only confuse. */
static bool check_text(struct findings *f, const struct source *src)
{
    const char *nul = memchr(source_text(src), '\0', source_len(src));
    struct span span = {src, 0, 1};

    if (nul == NULL)
        return check_lines(f, src);
    span.off = (uint32_t)(nul - source_text(src));
    finding_add(f, FIND_bad_byte, &span, "a NUL byte: this is no text file");
    finding_fix(f, "transfer the file again, as text");
    return false;
}

static void check_seqno(struct findings *f, const struct reader *rd)
{
    struct span span = {rd->ast->src, rd->lx.seqno, 8};

    if (rd->lx.seqno_count == 0)
        return;
    finding_add(f, FIND_mvs_seqno, &span,
                "sequence numbers in columns 73 to 80 (on %s) are passed over "
                "here; z/OS takes them for a part of the line",
                count_of(rd->lx.seqno_count, "line").text);
    finding_fix(f, "remove them (UNNUM in the ISPF editor)");
}

void parser_read(struct ast *ast, const struct source *src, struct arena *arena,
                 struct findings *f)
{
    struct reader rd;

    memset(ast, 0, sizeof(*ast));
    memset(&rd, 0, sizeof(rd));
    ast->src = src;
    ast->root.block = true;
    rd.ast = ast;
    rd.arena = arena;
    rd.f = f;
    rd.last.kind = TOKEN_EOL;
    lexer_init(&rd.lx, src);
    if (!check_text(f, src))
        return;
    check_transfer(f, src, &rd.lx);
    read_block(&rd, &ast->root);
    check_seqno(f, &rd);
}
