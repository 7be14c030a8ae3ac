/*
 * From the first file to all files of a policy: tells main, image and policy
 * files apart, reads the Policy Agent's own statements, and turns EBCDIC into
 * ASCII.
 */

#include "policy/load.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "policy/allow.h"
#include "policy/model.h"
#include "policy/parser.h"
#include "policy/resolver_check.h"
#include "policy/value.h"
#include "util/array.h"
#include "util/ebcdic.h"
#include "util/path.h"

struct loader {
    const struct policy_options *opt;
    struct policy *policy;
    struct arena *scratch;
    struct findings *f;
    load_file_fn each;
    void *arg;
    const char *open[4]; /* names of the files on the way down */
    unsigned depth;
};

static const struct ast_node *find_last(const struct ast *ast,
                                        enum policy_parm parm)
{
    const struct ast_node *node, *last = NULL;
    const char *text = source_text(ast->src);

    for (node = ast->root.first; node != NULL; node = node->next)
        if (schema_find_parm(text + node->keyword.off, node->keyword.len) ==
            parm)
            last = node;
    return last;
}

/* The first statement of AT-TLS policy, or NULL. */
static const struct ast_node *find_policy(const struct ast *ast)
{
    const struct ast_node *node;
    const char *text = source_text(ast->src);

    for (node = ast->root.first; node != NULL; node = node->next)
        if (schema_find_statement(text + node->keyword.off,
                                  node->keyword.len) != STMT_NONE)
            return node;
    return NULL;
}

/* ---- files ---- */

/* A text in IBM-1047: more EBCDIC blanks and line ends than ASCII ones. */
static bool looks_ebcdic(const struct source *src)
{
    const unsigned char *p =
        (const unsigned char *)(const void *)source_text(src);
    size_t len = source_len(src), i, ebcdic = 0, ascii = 0;

    for (i = 0; i < len; i++) {
        ebcdic += p[i] == 0x40 || p[i] == 0x15;
        ascii += p[i] == ' ' || p[i] == '\n';
    }
    return ebcdic > ascii;
}

/* X'15' ends a line in z/OS UNIX, X'25' on other systems of EBCDIC. */
static bool ends_record(unsigned char c)
{
    return c == 0x15 || c == 0x25;
}

/*
 * A data set that was copied byte by byte has no ends of lines; its records
 * are 80 bytes long (RECFM=FB, LRECL=80), as those of nearly all parameter
 * libraries are.
 */
static size_t record_length(const unsigned char *p, size_t len)
{
    enum { CARD = 80 };
    size_t i;

    for (i = 0; i < len; i++)
        if (ends_record(p[i]))
            return 0;
    return len % CARD == 0 ? CARD : 0;
}

static int from_ebcdic(struct source *src, struct source **ret,
                       struct error *err)
{
    const unsigned char *p =
        (const unsigned char *)(const void *)source_text(src);
    size_t len = source_len(src), record = record_length(p, len), i, n = 0;
    char *copy = malloc(len + (record != 0 ? len / record : 0) + 1);
    int r;

    if (copy == NULL)
        return error_nomem(err);
    for (i = 0; i < len; i++) {
        copy[n++] = ends_record(p[i]) ? '\n' : (char)ebcdic_to_latin1(p[i]);
        if (record != 0 && (i + 1) % record == 0)
            copy[n++] = '\n';
    }
    r = source_new(source_name(src), copy, n, ret, err);
    explicit_bzero(copy, n);
    free(copy);
    return r;
}

/* NUL and SUB at the end come with files that were padded on the way. */
static int without_padding(struct source *src, struct source **ret,
                           struct error *err)
{
    const char *text = source_text(src);
    size_t len = source_len(src);

    while (len != 0 && (text[len - 1] == '\0' || text[len - 1] == 0x1a))
        len--;
    return source_new(source_name(src), text, len, ret, err);
}

/* Gives SRC, or what it becomes, to the policy. NULL after an error. */
static const struct source *adopt(struct loader *ld, struct source *src)
{
    struct policy *p = ld->policy;
    struct source **kept, *other = NULL;
    struct span span = {NULL, 0, 0};
    size_t len = source_len(src);
    char last = len != 0 ? source_text(src)[len - 1] : '\n';
    int r = 0;

    if (looks_ebcdic(src))
        r = from_ebcdic(src, &other, NULL);
    else if (last == '\0' || last == 0x1a)
        r = without_padding(src, &other, NULL);
    else
        other = source_ref(src);
    if (r == 0 && other != src)
        source_same_file(other, src);
    kept =
        r == 0 ? array_add(&p->sources, &p->source_count, sizeof(*kept)) : NULL;
    if (kept == NULL) {
        source_unref(other);
        ld->f->nomem = true;
        return NULL;
    }
    *kept = other;
    if (!allow_read(p->allow, other, ld->f))
        ld->f->nomem = true;
    if (last == '\0' || last == 0x1a) {
        span.src = other;
        span.off = (uint32_t)source_len(other);
        finding_add(ld->f, FIND_not_portable, &span,
                    "NUL or SUB characters at the end of the file are ignored");
    }
    return other;
}

/*
 * //'HLQ.PDS(MEMBER)' and //'HLQ.SEQ' to a file, by the map. Quoted or not,
 * no prefix is added.
 */
static bool find_dataset(struct loader *ld, const char *text,
                         const struct span *span, struct strbuf *out)
{
    struct strbuf row = STRBUF_INIT;
    struct dataset d;

    if (!dataset_parse(text + 2, &d)) {
        finding_add(ld->f, FIND_bad_value, span,
                    "\"%s\" is no data set name; //'HLQ.NAME' or "
                    "//'HLQ.LIBRARY(MEMBER)' is wanted",
                    text);
        return false;
    }
    if (dataset_path(&ld->opt->datasets, &d, out))
        return true;
    finding_add(ld->f, FIND_dataset_unknown, span,
                "the data set %s is not in the map of data sets", d.name);
    dataset_add_row_text(&d, &row);
    finding_fix(ld->f, "add to attlsd.conf: %s", strbuf_str(&row));
    strbuf_done(&row);
    return false;
}

/* A file name found in a file: below the root, or beside the file. */
static bool find_path(struct loader *ld, const char *text,
                      const struct span *span, struct strbuf *out)
{
    const char *from = source_name(span->src), *slash = strrchr(from, '/');

    if (strncmp(text, "//", 2) == 0)
        return find_dataset(ld, text, span, out);
    if (text[0] == '/')
        strbuf_addf(out, "%s%s", ld->opt->root != NULL ? ld->opt->root : "",
                    text);
    else if (slash != NULL)
        strbuf_addf(out, "%.*s/%s", (int)(slash - from), from, text);
    else
        strbuf_addf(out, "./%s", text); /* "-" is no standard input here */
    path_tidy_buf(out, 0);
    return true;
}

static void load_any(struct loader *ld, const struct source *src,
                     unsigned level, const char **ret_stack);

enum { LEVEL_MAIN, LEVEL_IMAGE, LEVEL_POLICY };

/* Reads the file that TEXT names as one of LEVEL. */
static void load_named(struct loader *ld, const char *text,
                       const struct span *span, unsigned level)
{
    struct strbuf path = STRBUF_INIT;
    struct source *file = NULL;
    const struct source *src;
    struct error err;
    unsigned i;

    if (!find_path(ld, text, span, &path))
        goto out;
    if (ld->opt->no_files) {
        finding_add(ld->f, FIND_file_read, span,
                    "%s is not read: this text may name no files",
                    strbuf_str(&path));
        goto out;
    }
    for (i = 0; i < ld->depth; i++)
        if (strcmp(ld->open[i], strbuf_str(&path)) == 0) {
            finding_add(ld->f, FIND_file_loop, span,
                        "%s is being read already: the files name each other",
                        strbuf_str(&path));
            goto out;
        }
    if (ld->opt->reading != NULL)
        ld->opt->reading(ld->opt->reading_arg, strbuf_str(&path));
    if (source_read(strbuf_str(&path), &file, &err) != 0) {
        finding_add(ld->f, FIND_file_read, span, "%s", err.text);
        finding_fix(ld->f, "correct the name, or set pagent_root to the "
                           "folder that the file's path begins below");
        goto out;
    }
    src = adopt(ld, file);
    if (src != NULL)
        load_any(ld, src, level, NULL);
out:
    source_unref(file);
    strbuf_done(&path);
}

/* ---- the statements of the Policy Agent in one file ---- */

/* A line of the Policy Agent's own files that no statement of it is. */
static void unknown_line(struct loader *ld, const struct ast *ast,
                         const struct ast_node *node)
{
    struct span span = ast_span(ast, node->keyword);
    const char *word = source_text(ast->src) + span.off, *near;
    struct strbuf shown = STRBUF_INIT;

    if (findings_full(ld->f) ||
        schema_find_statement(word, span.len) != STMT_NONE)
        return;
    near = schema_nearest(word, span.len, IN_MAIN | IN_IMAGE);
    strbuf_add_escaped(&shown, word, span.len < 64 ? span.len : 64);
    finding_add(ld->f,
                node->block ? FIND_unknown_statement : FIND_unknown_keyword,
                &span,
                "unknown statement \"%s\" in a configuration file of "
                "the Policy Agent: it is ignored",
                strbuf_str(&shown));
    if (near != NULL)
        finding_fix(ld->f, "did you mean %s?", near);
    strbuf_done(&shown);
}

/* What the Policy Agent's own files say besides the names of files. */
static void check_agent_file(struct loader *ld, const struct ast *ast)
{
    const struct ast_node *node;
    const char *text = source_text(ast->src);
    struct setting set;

    for (node = ast->root.first; node != NULL; node = node->next) {
        enum policy_parm parm =
            schema_find_parm(text + node->keyword.off, node->keyword.len);
        struct value_in in = {ast, node, NULL, ld->scratch, ld->f, 0, 0};

        if (parm == PARM_COUNT ||
            (schema_parm(parm)->where & (IN_MAIN | IN_IMAGE)) == 0) {
            unknown_line(ld, ast, node);
            continue;
        }
        in.row = schema_parm(parm);
        if (parm == PARM_LogLevel && value_parse(&in, &set.value))
            ld->policy->agent.log_level = (unsigned)set.value.number;
        if (in.row->support == SUPPORT_HONOURED ||
            !value_parse(&in, &set.value))
            continue;
        set.span = ast_span(ast, node->keyword);
        check_support(ld->f, in.row, &set, ld->policy->release);
    }
}

static char *node_word(struct loader *ld, const struct ast *ast,
                       const struct ast_node *node, unsigned i)
{
    char *s;

    if (i >= node->count)
        return NULL;
    s = arena_strndup(ld->scratch, source_text(ast->src) + node->words[i].off,
                      node->words[i].len);
    if (s == NULL)
        ld->f->nomem = true;
    return s;
}

static const struct {
    const char *word;
    size_t offset; /* in struct policy_agent */
    bool value;
    const char *note; /* NULL: none */
} flags[] = {
#define AGENT_FLAG(word, field, value, preset, note)                           \
    {word, offsetof(struct policy_agent, field), value, note},
#include "policy/agent.def"
};

/* The row of a word; -1: the word is not in the table. */
static int find_flag(const char *s)
{
    int i;

    for (i = 0; i < (int)(sizeof(flags) / sizeof(flags[0])); i++)
        if (strcasecmp(s, flags[i].word) == 0)
            return i;
    return -1;
}

static bool is_flag(const char *s)
{
    return find_flag(s) >= 0;
}

static void set_flag(struct policy_agent *agent, int flag)
{
    *(bool *)((char *)agent + flags[flag].offset) = flags[flag].value;
}

/* From now on it counts. */
static void take_flag(struct loader *ld, const char *s, const struct span *span)
{
    int flag = find_flag(s);

    set_flag(&ld->policy->agent, flag);
    if (flags[flag].note != NULL)
        finding_add(ld->f, FIND_agent_flag, span, "%s: %s", flags[flag].word,
                    flags[flag].note);
}

static bool is_number(const char *s)
{
    return s[strspn(s, "0123456789")] == '\0';
}

void load_words(struct policy *p, const char *words)
{
    char copy[64], *word, *rest;
    int flag;

    snprintf(copy, sizeof(copy), "%s", words);
    for (word = strtok_r(copy, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest)) {
        flag = find_flag(word);
        if (flag >= 0)
            set_flag(&p->agent, flag);
        else
            p->agent.refresh = strtoul(word, NULL, 10);
    }
}

/* 2147483647 is z/OS's way to say never. */
static unsigned long interval_of(const char *digits)
{
    unsigned long n = strtoul(digits, NULL, 10);

    return n > INT32_MAX ? INT32_MAX : n;
}

/* TcpImage NAME [PATH] [flags] [interval]: the words behind the path.
 * TTLSConfig's flags come later and count more; it has no interval. */
static void check_image(struct loader *ld, const struct ast *ast,
                        const struct ast_node *node, unsigned from,
                        unsigned long *ret_interval)
{
    struct span span;
    unsigned i;
    char *s;

    for (i = from; i < node->count; i++) {
        s = node_word(ld, ast, node, i);
        if (s != NULL && ret_interval != NULL && is_number(s)) {
            *ret_interval = interval_of(s);
            continue;
        }
        if (s == NULL)
            continue;
        span = ast_span(ast, node->words[i]);
        if (is_flag(s)) {
            take_flag(ld, s, &span);
            continue;
        }
        finding_add(ld->f, FIND_trailing_text, &span,
                    is_number(s)
                        ? "\"%s\" is ignored: the interval stands on TcpImage"
                        : "\"%s\" is neither FLUSH, NOFLUSH, PURGE, NOPURGE "
                          "nor an interval: it is ignored",
                    s);
        return;
    }
}

/* The TcpImage that is wanted: the named one, else the first. */
static const struct ast_node *choose_image(struct loader *ld,
                                           const struct ast *ast)
{
    const struct ast_node *node, *found = NULL, *first = NULL;
    const char *text = source_text(ast->src), *stack = ld->opt->stack;
    struct strbuf names = STRBUF_INIT;
    struct span span = {ast->src, 0, 0};
    enum policy_parm parm;
    char *name;

    for (node = ast->root.first; node != NULL; node = node->next) {
        parm = schema_find_parm(text + node->keyword.off, node->keyword.len);
        if (parm != PARM_TcpImage && parm != PARM_PEPInstance)
            continue;
        name = node_word(ld, ast, node, 0);
        if (name == NULL) {
            span = ast_span(ast, node->keyword);
            finding_add(ld->f, FIND_missing_value, &span,
                        "%s has no name of a stack",
                        schema_parm(parm)->keyword);
            continue;
        }
        strbuf_addf(&names, "%s%s", names.len != 0 ? ", " : "", name);
        if (first == NULL)
            first = node;
        if (found == NULL && stack != NULL && strcasecmp(name, stack) == 0)
            found = node;
    }
    if (stack != NULL && first != NULL && found == NULL) {
        finding_add(ld->f, FIND_stack_unknown, &span,
                    "no TcpImage has the name %s; there is %s", stack,
                    strbuf_str(&names));
        finding_fix(ld->f, "give one of these names as the stack");
    }
    strbuf_done(&names);
    return stack != NULL ? found : first;
}

/* Policy where z/OS looks for the name of a policy file only. */
static void check_no_policy(struct loader *ld, const struct ast *ast)
{
    const struct ast_node *node = find_policy(ast);
    struct span span;

    if (node == NULL)
        return;
    span = ast_span(ast, node->keyword);
    finding_add(ld->f, FIND_image_is_policy, &span,
                "AT-TLS policy stands in an image file: it is not read, here "
                "as on z/OS");
    finding_fix(ld->f, "move it into a file of its own, and write TTLSConfig "
                       "with that file's path here");
}

/* The image file, or the image's part of the main file. */
static void load_image(struct loader *ld, const struct ast *ast)
{
    const struct ast_node *config = find_last(ast, PARM_TTLSConfig);
    struct span span = {ast->src, 0, 0};
    char *path;

    check_no_policy(ld, ast);
    if (config == NULL) {
        finding_add(ld->f, FIND_no_ttlsconfig, &span,
                    "no TTLSConfig: the stack has no AT-TLS policy of its "
                    "own");
        finding_fix(ld->f, "write TTLSConfig with the path of the policy file "
                           "into the file that TcpImage names");
        return;
    }
    path = node_word(ld, ast, config, 0);
    /* Without a path only the common policy applies. */
    if (path == NULL || is_flag(path)) {
        check_image(ld, ast, config, 0, NULL);
        return;
    }
    span = ast_span(ast, config->words[0]);
    check_image(ld, ast, config, 1, NULL);
    load_named(ld, path, &span, LEVEL_POLICY);
}

static void load_main(struct loader *ld, const struct ast *ast,
                      const char **ret_stack)
{
    unsigned long *interval = &ld->policy->agent.refresh;
    const struct ast_node *common = find_last(ast, PARM_CommonTTLSConfig);
    const struct ast_node *image = choose_image(ld, ast);
    struct span span;
    char *path;

    if (common != NULL && common->count != 0) {
        path = node_word(ld, ast, common, 0);
        span = ast_span(ast, common->words[0]);
        if (path != NULL)
            load_named(ld, path, &span, LEVEL_POLICY);
    }
    if (image == NULL || ld->f->nomem)
        return;
    if (ret_stack != NULL)
        *ret_stack = node_word(ld, ast, image, 0);
    path = node_word(ld, ast, image, 1);
    /* Without a path the main file is the image file too. */
    if (path == NULL || is_flag(path) || isdigit((unsigned char)path[0])) {
        check_image(ld, ast, image, 1, interval);
        load_image(ld, ast);
        return;
    }
    check_image(ld, ast, image, 2, interval);
    span = ast_span(ast, image->words[1]);
    load_named(ld, path, &span, LEVEL_IMAGE);
}

/* What the statements of the first file say that it is. */
static unsigned kind_of(const struct ast *ast)
{
    if (find_last(ast, PARM_TcpImage) != NULL ||
        find_last(ast, PARM_PEPInstance) != NULL ||
        find_last(ast, PARM_CommonTTLSConfig) != NULL)
        return LEVEL_MAIN;
    return find_last(ast, PARM_TTLSConfig) != NULL ? LEVEL_IMAGE : LEVEL_POLICY;
}

enum { LEVEL_ANY = 9 };

static void load_any(struct loader *ld, const struct source *src,
                     unsigned level, const char **ret_stack)
{
    struct ast *ast = arena_alloc(ld->scratch, sizeof(*ast));

    if (ast == NULL) {
        ld->f->nomem = true;
        return;
    }
    parser_read(ast, src, ld->scratch, ld->f);
    if (ld->f->nomem)
        return;
    ld->open[ld->depth++] = source_name(src);
    if (level == LEVEL_ANY)
        level = kind_of(ast);
    if (level != LEVEL_POLICY)
        check_agent_file(ld, ast);
    if (level == LEVEL_MAIN) {
        load_main(ld, ast, ret_stack);
    } else if (level == LEVEL_IMAGE) {
        load_image(ld, ast);
    } else {
        ld->policy->agent.file = source_name(src);
        ld->each(ld->arg, ast);
    }
    ld->depth--;
}

void load_files(struct source *src, const struct policy_options *opt,
                struct policy *p, struct arena *scratch, struct findings *f,
                load_file_fn each, void *arg, const char **ret_stack)
{
    struct loader ld = {opt, p, scratch, f, each, arg, {NULL}, 0};
    const struct source *first = adopt(&ld, src);

    *ret_stack = NULL;
    if (first != NULL)
        load_any(&ld, first, LEVEL_ANY, ret_stack);
}

void load_text(struct source *src, struct policy *p, struct arena *scratch,
               struct findings *f, load_file_fn each, void *arg)
{
    struct policy_options opt = {.no_files = true};
    struct loader ld = {&opt, p, scratch, f, each, arg, {NULL}, 0};
    const char *file = p->agent.file;
    const struct source *text = adopt(&ld, src);

    if (text != NULL)
        load_any(&ld, text, LEVEL_POLICY, NULL);
    p->agent.file = file;
}
