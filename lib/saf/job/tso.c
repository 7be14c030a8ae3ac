/* Lines to commands, and a command to a tree of words and lists. */

#include "saf/job/tso.h"

#include <ctype.h>
#include <string.h>

#include "saf/job/private.h"
#include "util/arena.h"
#include "zos/name.h"

/* 80-byte card images carry a sequence number in columns 73 to 80. */
enum { CARD = 80, SEQUENCE = 8 };

/* Deepest nesting of lists; RACDCERT needs 4. */
enum { DEPTH_MAX = 16 };

void tso_reader_init(struct tso_reader *r, const struct source *src,
                     uint32_t off, uint32_t end)
{
    r->src = src;
    r->pos = off;
    r->end = end;
}

/* ---- lines ---- */

struct line {
    uint32_t off, len; /* without newline, sequence number, trailing blanks */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == ',';
}

static bool has_sequence(const char *s, uint32_t len)
{
    uint32_t i;

    if (len != CARD)
        return false;
    for (i = CARD - SEQUENCE; i < CARD; i++)
        if (!isdigit((unsigned char)s[i]))
            return false;
    return true;
}

static bool next_line(struct tso_reader *r, struct line *ret)
{
    const char *text = source_text(r->src), *nl;
    uint32_t len;

    if (r->pos >= r->end)
        return false;
    nl = memchr(text + r->pos, '\n', r->end - r->pos);
    ret->off = r->pos;
    len = nl != NULL ? (uint32_t)(nl - text) - r->pos : r->end - r->pos;
    r->pos = nl != NULL ? ret->off + len + 1 : r->end;
    if (len > 0 && text[ret->off + len - 1] == '\r')
        len--;
    if (has_sequence(text + ret->off, len))
        len -= SEQUENCE;
    while (len > 0 && (text[ret->off + len - 1] == ' ' ||
                       text[ret->off + len - 1] == '\t'))
        len--;
    ret->len = len;
    return true;
}

/*
 * Joins a command's lines: a last + drops the separators that begin the next
 * line, a last - keeps them. The result goes into cmd->text and cmd->place.
 */
static int join_lines(struct tso_reader *r, struct tso_command *cmd,
                      struct error *err)
{
    const char *text = source_text(r->src);
    struct tso_reader ahead = *r;
    struct line line;
    uint32_t total = 0, i;
    bool more = true, drop = false;

    /* As long as the lines that follow could make it. */
    while (more && next_line(&ahead, &line)) {
        total += line.len;
        more = line.len > 0 && (text[line.off + line.len - 1] == '+' ||
                                text[line.off + line.len - 1] == '-');
    }
    cmd->text = arena_alloc(cmd->arena, total + 1);
    cmd->place = arena_calloc(cmd->arena, total + 1, sizeof(*cmd->place));
    if (cmd->text == NULL || cmd->place == NULL)
        return error_nomem(err);
    for (more = true; more && next_line(r, &line);) {
        char last = line.len > 0 ? text[line.off + line.len - 1] : ' ';

        more = last == '+' || last == '-';
        i = 0;
        while (drop && i < line.len && is_blank(text[line.off + i]))
            i++;
        for (; i < line.len - (more ? 1 : 0); i++) {
            cmd->text[cmd->len] = text[line.off + i];
            cmd->place[cmd->len++] = line.off + i;
        }
        drop = last == '+';
    }
    return 0;
}

/* ---- words and lists ---- */

struct scan {
    struct tso_command *cmd;
    uint32_t pos;
    unsigned depth;
    bool nomem;
};

static char peek(const struct scan *s, uint32_t ahead)
{
    return s->pos + ahead < s->cmd->len ? s->cmd->text[s->pos + ahead] : '\0';
}

/* Separators and comments; a comment that isn't closed ends the command. */
static void skip_blanks(struct scan *s)
{
    const char *close;

    while (s->pos < s->cmd->len) {
        if (is_blank(peek(s, 0)) || peek(s, 0) == '\n') {
            s->pos++;
        } else if (peek(s, 0) == '/' && peek(s, 1) == '*') {
            close = strstr(s->cmd->text + s->pos + 2, "*/");
            s->pos = close != NULL ? (uint32_t)(close - s->cmd->text) + 2
                                   : s->cmd->len;
        } else {
            return;
        }
    }
}

static struct tso_node *new_node(struct scan *s)
{
    struct tso_node *n = arena_alloc(s->cmd->arena, sizeof(*n));

    if (n == NULL)
        s->nomem = true;
    else
        n->off = s->pos;
    return n;
}

/* 'text', where '' stands for one quote; an open quote ends with the text. */
static char *take_quoted(struct scan *s)
{
    char *out = arena_alloc(s->cmd->arena, s->cmd->len - s->pos + 1);
    size_t n = 0;

    if (out == NULL) {
        s->nomem = true;
        return NULL;
    }
    for (s->pos++; s->pos < s->cmd->len; s->pos++) {
        if (peek(s, 0) == '\'') {
            if (peek(s, 1) != '\'')
                break;
            s->pos++;
        }
        out[n++] = peek(s, 0);
    }
    if (s->pos < s->cmd->len)
        s->pos++;
    return out;
}

static char *take_word(struct scan *s)
{
    uint32_t start = s->pos;
    char *out;

    while (s->pos < s->cmd->len && !is_blank(peek(s, 0)) &&
           strchr("()'\n", peek(s, 0)) == NULL &&
           !(peek(s, 0) == '/' && peek(s, 1) == '*'))
        s->pos++;
    out = arena_strndup(s->cmd->arena, s->cmd->text + start, s->pos - start);
    if (out == NULL)
        s->nomem = true;
    return out;
}

static struct tso_node *scan_list(struct scan *s);

/* The list in parentheses behind a word, blanks between them allowed. */
static void scan_children(struct scan *s, struct tso_node *n)
{
    uint32_t before = s->pos;

    skip_blanks(s);
    if (peek(s, 0) != '(' || s->depth >= DEPTH_MAX) {
        s->pos = before;
        return;
    }
    s->pos++;
    s->depth++;
    n->has_list = true;
    n->child = scan_list(s);
    s->depth--;
    /* Missing at the end of the command: assumed, as IKJPARS does. */
    if (peek(s, 0) == ')')
        s->pos++;
    n->end = s->pos;
}

static struct tso_node *scan_node(struct scan *s)
{
    struct tso_node *n = new_node(s);

    if (n == NULL)
        return NULL;
    if (peek(s, 0) == '\'') {
        n->quoted = true;
        n->text = take_quoted(s);
    } else {
        n->text = take_word(s);
    }
    if (n->text == NULL)
        return NULL;
    n->end = s->pos;
    if (!n->quoted)
        scan_children(s, n);
    /* Nested too deep: the rest is one word, which no grammar knows. */
    if (n->end == n->off)
        n->end = ++s->pos;
    return n;
}

/* Elements up to the closing parenthesis, which is left, or the end. */
static struct tso_node *scan_list(struct scan *s)
{
    struct tso_node *first = NULL, **tail = &first;

    for (;;) {
        skip_blanks(s);
        if (s->pos >= s->cmd->len || s->nomem)
            break;
        if (peek(s, 0) == ')') {
            if (s->depth > 0)
                break;
            s->cmd->extra_paren = true;
            s->pos++;
            continue;
        }
        *tail = scan_node(s);
        if (*tail == NULL)
            break;
        tail = &(*tail)->next;
    }
    return first;
}

/* The first word is the command's name; a list right behind it, as in
 * CONNECT (A,B), is the first operand. */
static int scan_command(struct tso_command *cmd, struct error *err)
{
    struct scan s = {.cmd = cmd};
    const char *comment;
    size_t i, n;

    skip_blanks(&s);
    cmd->first = s.pos;
    n = strcspn(cmd->text + s.pos, " \t,()'\n");
    comment = strstr(cmd->text + s.pos, "/*");
    if (comment != NULL && comment < cmd->text + s.pos + n)
        n = (size_t)(comment - cmd->text) - s.pos;
    for (i = 0; i < n && i < sizeof(cmd->name) - 1; i++)
        cmd->name[i] = zos_upper(cmd->text[s.pos + i]);
    s.pos += (uint32_t)n;
    cmd->list = scan_list(&s);
    return s.nomem ? error_nomem(err) : 0;
}

static int read_command(struct tso_reader *r, struct tso_command **ret,
                        struct error *err)
{
    struct arena *arena = arena_new();
    struct tso_command *cmd;
    int rc;

    if (arena == NULL)
        return error_nomem(err);
    cmd = arena_alloc(arena, sizeof(*cmd));
    if (cmd == NULL) {
        arena_free(arena);
        return error_nomem(err);
    }
    cmd->arena = arena;
    cmd->src = r->src;
    rc = join_lines(r, cmd, err);
    if (rc == 0)
        rc = scan_command(cmd, err);
    if (rc != 0) {
        tso_command_free(cmd);
        return rc;
    }
    *ret = cmd;
    return 0;
}

int tso_next(struct tso_reader *r, struct tso_command **ret, struct error *err)
{
    struct tso_command *cmd = NULL;
    int rc;

    *ret = NULL;
    while (r->pos < r->end) {
        rc = read_command(r, &cmd, err);
        if (rc != 0)
            return rc;
        if (cmd->name[0] != '\0' || cmd->list != NULL || cmd->extra_paren) {
            *ret = cmd;
            return 0;
        }
        tso_command_free(cmd); /* a blank line or a comment */
    }
    return 0;
}

void tso_command_free(struct tso_command *cmd)
{
    if (cmd != NULL)
        arena_wipe_free(cmd->arena);
}

unsigned tso_line(const struct tso_command *cmd)
{
    unsigned line = 0, column;

    if (cmd->first < cmd->len)
        source_position(cmd->src, cmd->place[cmd->first], &line, &column);
    return line;
}
