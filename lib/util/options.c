/* Options of a command line, by a table. */

#include "util/options.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "util/spelling.h"

static const struct option_row common[] = {
    {OPTION_HELP, 'h', "help", NULL, "this text", false},
    {OPTION_VERSION, 'V', "version", NULL, "the program's version", false},
};
enum { COMMON = sizeof(common) / sizeof(common[0]) };

struct reading {
    const struct option_row *rows;
    size_t count;
    char **word;
    size_t left;
    struct options *out;
    struct error *err;
};

/* The row I of the table, or of those that every program has. */
static const struct option_row *row_at(const struct reading *r, size_t i)
{
    return i < r->count ? &r->rows[i] : &common[i - r->count];
}

static int no_option(const struct reading *r, const char *name, size_t len)
{
    char wrong[64];
    struct spelling s;
    size_t i;

    if (len >= sizeof(wrong))
        return error_set(r->err, ERR_VALUE,
                         "no option of such a name; --help lists them");
    memcpy(wrong, name, len);
    wrong[len] = '\0';
    s = spelling_start(wrong);
    for (i = 0; i < r->count + COMMON; i++)
        if (row_at(r, i)->name != NULL && row_at(r, i)->help != NULL)
            spelling_offer(&s, row_at(r, i)->name);
    if (spelling_best(&s) != NULL)
        return error_set(r->err, ERR_VALUE,
                         "no option --%s; did you mean --%s?", wrong,
                         spelling_best(&s));
    return error_set(r->err, ERR_VALUE, "no option --%s; --help lists them",
                     wrong);
}

/* The whole name, or a beginning of one name only. */
static int find_name(const struct reading *r, const char *name, size_t len,
                     const struct option_row **ret)
{
    const struct option_row *row, *found = NULL, *other = NULL;
    size_t i;

    for (i = 0; i < r->count + COMMON; i++) {
        row = row_at(r, i);
        if (row->name == NULL || strncmp(row->name, name, len) != 0)
            continue;
        if (row->name[len] == '\0') {
            *ret = row;
            return 0;
        }
        other = found;
        found = row;
    }
    if (found == NULL || len == 0)
        return no_option(r, name, len);
    if (other != NULL)
        return error_set(r->err, ERR_VALUE,
                         "--%.*s may be --%s or --%s: write it out", (int)len,
                         name, other->name, found->name);
    *ret = found;
    return 0;
}

static void add_operand(struct reading *r, char *word)
{
    r->out->operand[r->out->operand_count++] = word;
}

static int missing(const struct reading *r, const struct option_row *row)
{
    if (row->name == NULL)
        return error_set(r->err, ERR_VALUE, "-%c needs %s behind it",
                         row->letter, row->value);
    return error_set(r->err, ERR_VALUE, "--%s needs %s behind it", row->name,
                     row->value);
}

/* ROW was written as WORD; VALUE is NULL when it stands in the next word. */
static int take(struct reading *r, const struct option_row *row, char *word,
                char *value)
{
    if (row->value != NULL && value == NULL) {
        if (r->left == 0)
            return missing(r, row);
        value = *r->word++;
        r->left--;
        if (row->operand) {
            add_operand(r, word);
            add_operand(r, value);
            return 0;
        }
    }
    if (row->operand)
        add_operand(r, word);
    else
        r->out->given[r->out->given_count++] =
            (struct option_given){row->id, value};
    return 0;
}

static int take_name(struct reading *r, char *word)
{
    const char *name = word + 2;
    size_t len = strcspn(name, "=");
    char *value = name[len] == '=' ? word + 2 + len + 1 : NULL;
    const struct option_row *row = NULL;
    int e = find_name(r, name, len, &row);

    if (e == 0 && row->value == NULL && value != NULL)
        e = error_set(r->err, ERR_VALUE, "--%s has no argument", row->name);
    return e == 0 ? take(r, row, word, value) : e;
}

static const struct option_row *find_letter(const struct reading *r,
                                            char letter)
{
    size_t i;

    for (i = 0; i < r->count + COMMON; i++)
        if (row_at(r, i)->letter == letter)
            return row_at(r, i);
    return NULL;
}

static int take_letters(struct reading *r, char *word)
{
    const struct option_row *row;
    char *at;
    int e = 0;

    for (at = word + 1; e == 0 && *at != '\0'; at++) {
        row = find_letter(r, *at);
        /* what stays a word stands alone */
        if (row == NULL || (row->operand && word[2] != '\0'))
            return error_set(r->err, ERR_VALUE,
                             "no option -%c; --help lists them",
                             *at > ' ' && *at <= '~' ? *at : '?');
        if (row->value != NULL)
            return take(r, row, word, at[1] != '\0' ? at + 1 : NULL);
        e = take(r, row, word, NULL);
    }
    return e;
}

/* "-22" is a number where no option is called so. */
static bool is_negative(const struct reading *r, const char *word)
{
    return word[0] == '-' && isdigit((unsigned char)word[1]) &&
           find_letter(r, word[1]) == NULL;
}

static void take_rest(struct reading *r)
{
    for (; r->left > 0; r->left--)
        add_operand(r, *r->word++);
}

static int read_words(struct reading *r, enum options_order order)
{
    char *word;
    int e = 0;

    while (e == 0 && r->left > 0) {
        word = *r->word++;
        r->left--;
        if (strcmp(word, "--") == 0) {
            take_rest(r);
        } else if (word[0] != '-' || word[1] == '\0' || is_negative(r, word)) {
            add_operand(r, word);
            if (order == OPTIONS_FIRST)
                take_rest(r);
        } else {
            e = word[1] == '-' ? take_name(r, word) : take_letters(r, word);
        }
    }
    return e;
}

/* Each letter of a word may be an option. */
static size_t most_options(size_t count, char **word)
{
    size_t n = 1, i;

    for (i = 0; i < count; i++)
        n += strlen(word[i]);
    return n;
}

int options_read(const struct option_row *rows, size_t count,
                 enum options_order order, int argc, char **argv,
                 struct options *ret, struct error *err)
{
    size_t words = argc > 0 ? (size_t)argc : 0;
    size_t most = most_options(words, argv) + words;
    struct reading r = {rows, count, argv, words, ret, err};
    int e;

    *ret = (struct options){calloc(most, sizeof(*ret->given)), 0,
                            calloc(most, sizeof(*ret->operand)), 0};
    if (ret->given == NULL || ret->operand == NULL)
        return error_nomem(err);
    e = read_words(&r, order);
    return e;
}

void options_done(struct options *o)
{
    free(o->given);
    free(o->operand);
    *o = (struct options){NULL, 0, NULL, 0};
}

bool options_has(const struct options *o, int id)
{
    size_t i;

    for (i = 0; i < o->given_count; i++)
        if (o->given[i].id == id)
            return true;
    return false;
}

char *options_value(const struct options *o, int id)
{
    size_t i;

    for (i = o->given_count; i > 0; i--)
        if (o->given[i - 1].id == id)
            return o->given[i - 1].value;
    return NULL;
}

/* ---- for --help ---- */

enum { WIDTH = 79, HELP_COLUMN = 22 };

static void add_word(const char *text, size_t len, struct strbuf *out)
{
    size_t i;

    for (i = 0; i < len; i++)
        strbuf_addc(out, text[i] == OPTIONS_BLANK ? ' ' : text[i]);
}

/* The words of one line, which ends before END. */
static void wrap_line(const char *text, const char *end, size_t column,
                      size_t indent, struct strbuf *out)
{
    bool first = true;
    size_t len;

    for (; text < end; text += len + (text[len] == ' ')) {
        len = strcspn(text, " \n");
        if (!first && column + 1 + len > WIDTH) {
            strbuf_addc(out, '\n');
            column = 0;
            first = true;
        }
        if (column < indent) {
            strbuf_fill(out, ' ', (int)(indent - column));
            column = indent;
        }
        strbuf_adds(out, first ? "" : " ");
        add_word(text, len, out);
        column += len + !first;
        first = false;
    }
    strbuf_addc(out, '\n');
}

void options_wrap(const char *text, size_t column, size_t indent,
                  struct strbuf *out)
{
    const char *end;

    for (; *text != '\0'; text = end + (*end == '\n')) {
        end = text + strcspn(text, "\n");
        wrap_line(text, end, column, indent, out);
        column = 0;
    }
}

static void add_row(const struct option_row *row, struct strbuf *out)
{
    size_t from = out->len, width;

    strbuf_adds(out, "  ");
    if (row->letter != '\0')
        strbuf_addf(out, "-%c%s", row->letter, row->name != NULL ? ", " : "");
    if (row->name != NULL)
        strbuf_addf(out, "--%s", row->name);
    if (row->value != NULL)
        strbuf_addf(out, " %s", row->value);
    width = out->len - from;
    if (width + 1 >= HELP_COLUMN) {
        strbuf_addc(out, '\n');
        width = 0;
    }
    options_wrap(row->help, width, HELP_COLUMN, out);
}

void options_help(const struct option_row *rows, size_t count,
                  struct strbuf *out)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (rows[i].help != NULL)
            add_row(&rows[i], out);
    for (i = 0; i < COMMON; i++)
        add_row(&common[i], out);
}
