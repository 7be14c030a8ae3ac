/*
 * Finds the steps of a job and the TSO commands in them; what JCL says besides
 * is skipped.
 */

#include "saf/job/jcl.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "saf/db/saf.h"
#include "util/arena.h"
#include "util/strbuf.h"

/* Columns 73 to 80 of a card are its sequence number; 72 marks a continued
 * comment, which we have no use for. */
enum { OPERAND_END = 71 };

struct jcl {
    const struct source *src;
    struct arena *arena;
    uint32_t pos;
    const char *job, *user;
    struct jcl_step *first, *last;
    bool in_systsin; /* a DD without a name would join SYSTSIN's data */
    unsigned star; /* the line of the slash and star that ended data; 0: none */
};

struct card {
    const char *text;
    uint32_t off, len;
};

static bool next_card(struct jcl *j, struct card *ret)
{
    const char *text = source_text(j->src), *nl;
    uint32_t total = (uint32_t)source_len(j->src);

    if (j->pos >= total)
        return false;
    nl = memchr(text + j->pos, '\n', total - j->pos);
    ret->off = j->pos;
    ret->text = text + j->pos;
    ret->len = nl != NULL ? (uint32_t)(nl - ret->text) : total - j->pos;
    j->pos += ret->len + (nl != NULL ? 1 : 0);
    if (ret->len > 0 && ret->text[ret->len - 1] == '\r')
        ret->len--;
    return true;
}

static bool begins(const struct card *c, const char *text)
{
    size_t n = strlen(text);

    return c->len >= n && memcmp(c->text, text, n) == 0;
}

bool jcl_is_job(const struct source *src)
{
    struct jcl j = {.src = src};
    struct card c;
    uint32_t i;

    while (next_card(&j, &c)) {
        for (i = 0; i < c.len && isspace((unsigned char)c.text[i]); i++)
            ;
        /* JES2's own statements, JOBPARM and others, may stand first. */
        if (begins(&c, "/*") && c.len > 2 && isalpha((unsigned char)c.text[2]))
            continue;
        if (i < c.len)
            return begins(&c, "//");
    }
    return false;
}

static uint32_t skip(const struct card *c, uint32_t i, bool blanks)
{
    uint32_t end = c->len < OPERAND_END ? c->len : OPERAND_END;

    while (i < end && (c->text[i] == ' ') == blanks)
        i++;
    return i;
}

/* The operand field that begins at I: up to a blank outside quotes. */
static void take_operands(const struct card *c, uint32_t i, struct strbuf *out,
                          bool *quoted)
{
    uint32_t end = c->len < OPERAND_END ? c->len : OPERAND_END;

    for (; i < end && (*quoted || c->text[i] != ' '); i++) {
        if (c->text[i] == '\'')
            *quoted = !*quoted;
        strbuf_addc(out, c->text[i]);
    }
}

/* A statement's operands, with those of its continuation cards. */
static void join_operands(struct jcl *j, const struct card *first, uint32_t i,
                          struct strbuf *out)
{
    bool quoted = false;
    struct card c = *first;
    uint32_t back;

    take_operands(&c, i, out, &quoted);
    while (quoted || (out->len > 0 && out->data[out->len - 1] == ',')) {
        back = j->pos;
        if (!next_card(j, &c))
            return;
        if (begins(&c, "//*"))
            continue;
        if (!begins(&c, "// ")) {
            j->pos = back;
            return;
        }
        take_operands(&c, skip(&c, 2, true), out, &quoted);
    }
}

/* The value of KEYWORD= at the top level of an operand field, or NULL. */
static char *find_operand(struct jcl *j, const char *operands,
                          const char *keyword)
{
    size_t klen = strlen(keyword), n;
    const char *p = operands, *start;
    unsigned depth;
    bool quoted;

    while (*p != '\0') {
        start = p;
        for (depth = 0, quoted = false; *p != '\0'; p++) {
            if (*p == '\'')
                quoted = !quoted;
            else if (!quoted && *p == '(')
                depth++;
            else if (!quoted && *p == ')' && depth > 0)
                depth--;
            else if (!quoted && *p == ',' && depth == 0)
                break;
        }
        n = (size_t)(p - start);
        if (n > klen && start[klen] == '=' &&
            strncasecmp(start, keyword, klen) == 0)
            return arena_strndup(j->arena, start + klen + 1, n - klen - 1);
        if (*p == ',')
            p++;
    }
    return NULL;
}

/* PARM='...' or PARM=(...): without its quotes; '' is one quote. */
static char *unquote(char *s)
{
    char *from = s, *to = s;

    if (s == NULL || *s != '\'')
        return s;
    for (from++; *from != '\0'; from++) {
        if (*from == '\'' && *++from != '\'')
            break;
        *to++ = *from;
    }
    *to = '\0';
    return s;
}

static int add_step(struct jcl *j, char *name, const char *operands,
                    unsigned line, struct error *err)
{
    struct jcl_step *s = arena_alloc(j->arena, sizeof(*s));

    if (s == NULL)
        return error_nomem(err);
    j->in_systsin = false;
    s->job = j->job;
    s->user = j->user;
    s->name = name;
    s->line = line;
    s->program = zos_fold(find_operand(j, operands, "PGM"));
    s->parm = unquote(find_operand(j, operands, "PARM"));
    s->cond = find_operand(j, operands, "COND") != NULL;
    if (s->program == NULL) {
        s->proc = zos_fold(find_operand(j, operands, "PROC"));
        if (s->proc == NULL)
            s->proc = arena_strndup(j->arena, operands, strcspn(operands, ","));
    }
    if (s->program == NULL && s->proc == NULL)
        return error_nomem(err);
    if (j->last != NULL)
        j->last->next = s;
    else
        j->first = s;
    j->last = s;
    return 0;
}

static unsigned line_of(const struct jcl *j, const struct card *c)
{
    unsigned line, column;

    source_position(j->src, c->off, &line, &column);
    return line;
}

/* In-stream data: up to the delimiter, or (DD *) the next statement. */
static void take_data(struct jcl *j, const char *operands, struct jcl_step *s)
{
    char *dlm = unquote(find_operand(j, operands, "DLM"));
    bool stars = operands[0] == '*';
    uint32_t start = j->pos, back;
    struct card c;

    for (;;) {
        back = j->pos;
        if (!next_card(j, &c))
            break;
        if (dlm != NULL ? begins(&c, dlm) : begins(&c, "/*")) {
            j->star = dlm == NULL ? line_of(j, &c) : 0;
            break;
        }
        if (dlm == NULL && stars && begins(&c, "//")) {
            j->pos = back;
            break;
        }
    }
    if (s != NULL) {
        s->has_input = true;
        s->off = start;
        s->end = back;
    }
}

static int job_card(struct jcl *j, char *name, const char *operands,
                    unsigned line, struct error *err)
{
    const char *user = zos_fold(find_operand(j, operands, "USER"));

    if (user != NULL && strcmp(user, "&SYSUID") == 0)
        user = NULL; /* whoever submits the job: our issuer */
    if (user != NULL && !zos_name_valid(ZOS_JCL_USER, user))
        return error_set(
            err, ERR_SYNTAX, "%s:%u: USER=%s on the JOB card is not a %s: %s",
            source_name(j->src), line, user, zos_name_what(ZOS_JCL_USER),
            zos_name_form(ZOS_JCL_USER));
    j->job = name;
    j->user = user;
    return 0;
}

static bool is_word(const char *a, uint32_t len, const char *b)
{
    return strlen(b) == len && strncasecmp(a, b, len) == 0;
}

/* DD statements: only SYSTSIN's in-stream data matters. */
static int dd_card(struct jcl *j, const char *name, const char *operands,
                   unsigned line, struct error *err)
{
    bool data = operands[0] == '*' ||
                is_word(operands, strcspn(operands, ","), "DATA"),
         systsin = strcmp(name, "SYSTSIN") == 0;

    if (*name == '\0' && j->in_systsin)
        return error_set(err, ERR_SYNTAX,
                         "%s:%u: a second DD behind SYSTSIN (a concatenation) "
                         "is not supported here; put the commands into one",
                         source_name(j->src), line);
    if (*name != '\0')
        j->in_systsin = systsin;
    if (data)
        take_data(j, operands, systsin ? j->last : NULL);
    return 0;
}

static int statement(struct jcl *j, const struct card *c, struct error *err)
{
    uint32_t name_end = skip(c, 2, false), op = skip(c, name_end, true),
             op_end = skip(c, op, false);
    struct strbuf operands = STRBUF_INIT;
    unsigned line = line_of(j, c);
    char *name;
    int r = 0;

    if (begins(c, "//*") || op >= c->len || op == op_end)
        return 0; /* a comment, the null statement */
    name = zos_fold(arena_strndup(j->arena, c->text + 2, name_end - 2));
    if (name == NULL)
        return error_nomem(err);
    join_operands(j, c, skip(c, op_end, true), &operands);
    if (strbuf_failed(&operands))
        r = error_nomem(err);
    else if (is_word(c->text + op, op_end - op, "JOB"))
        r = job_card(j, name, strbuf_str(&operands), line, err);
    else if (is_word(c->text + op, op_end - op, "EXEC"))
        r = add_step(j, name, strbuf_str(&operands), line, err);
    else if (is_word(c->text + op, op_end - op, "DD"))
        r = dd_card(j, name, strbuf_str(&operands), line, err);
    strbuf_wipe(&operands); /* a JOB card may hold PASSWORD= */
    return r;
}

static int no_statement(const struct jcl *j, const struct card *c,
                        struct error *err)
{
    const char *name = source_name(j->src);
    unsigned line = line_of(j, c);

    if (j->star != 0)
        return error_set(err, ERR_SYNTAX,
                         "%s:%u: expected a JCL statement (//) here: /* in "
                         "column 1 of line %u ended the data; use DD "
                         "DATA,DLM=$$, and $$ behind the data",
                         name, line, j->star);
    return error_set(err, ERR_SYNTAX,
                     "%s:%u: expected a JCL statement (//) here; commands "
                     "stand behind //SYSTSIN DD *",
                     name, line);
}

int jcl_parse(const struct source *src, struct arena *arena,
              struct jcl_step **ret, struct error *err)
{
    struct jcl j = {.src = src, .arena = arena, .job = ""};
    struct card c;
    int r = 0;

    while (r == 0 && next_card(&j, &c)) {
        if (begins(&c, "//")) {
            j.star = 0;
            r = statement(&j, &c, err);
        } else if (skip(&c, 0, true) < c.len && !begins(&c, "/*")) {
            r = no_statement(&j, &c, err);
        }
    }
    if (r == 0)
        *ret = j.first;
    return r;
}
