/* Rows of files by their tables: see rows.h. */

#include "saf/db/rows.h"

#include <stdlib.h>
#include <string.h>

#include "saf/db/tables.h"
#include "util/array.h"

/* ---- memory ---- */

static void *place(void *row, const struct row_field *f)
{
    return (char *)row + f->offset;
}

static const void *const_place(const void *row, const struct row_field *f)
{
    return (const char *)row + f->offset;
}

/* A pointer to any object has the form of a void *: hence memcpy(). */
static void *pointer_at(const void *row, size_t offset)
{
    void *p;

    memcpy(&p, (const char *)row + offset, sizeof(p));
    return p;
}

static size_t count_at(const void *row, const struct row_field *f)
{
    size_t n;

    memcpy(&n, (const char *)row + f->count_offset, sizeof(n));
    return n;
}

/* The texts and lists that nobody took over. */
static void free_row(const struct row_table *t, void *row)
{
    const struct row_field *f;
    char *list;
    size_t i;

    for (f = t->fields; f < t->fields + t->nfields; f++) {
        if (f->type == ROW_LIST) {
            list = pointer_at(row, f->offset);
            for (i = 0; list != NULL && i < count_at(row, f); i++)
                free_row(f->list, list + i * f->list->size);
        }
        if (f->type == ROW_LIST || f->type == ROW_TEXT)
            free(pointer_at(row, f->offset));
    }
}

/* ---- reading ---- */

static bool read_row(const struct row_table *t, config_setting_t *s, void *row);

static bool read_chars(const struct row_field *f, const char *text, char *ret)
{
    size_t len = strlen(text);

    if (len >= f->size && !(f->flags & ROW_CUT))
        return false;
    if (len >= f->size)
        len = f->size - 1;
    memcpy(ret, text, len);
    ret[len] = '\0';
    return true;
}

static bool read_text(const struct row_field *f, const char *text, void *ret)
{
    char *copy;

    if (f->size != 0 && strlen(text) > f->size)
        return false;
    copy = strdup(text);
    memcpy(ret, &copy, sizeof(copy));
    return copy != NULL;
}

static bool read_word(const struct row_field *f, const char *text, void *ret)
{
    int i = 0;

    if (f->parse != NULL) {
        if (!f->parse(text, &i))
            return false;
    } else {
        while (f->words[i] != NULL && strcmp(f->words[i], text) != 0)
            i++;
        if (f->words[i] == NULL)
            return false;
    }
    memcpy(ret, &i, sizeof(i));
    return true;
}

static bool read_string(const struct row_field *f, config_setting_t *s,
                        void *ret)
{
    const char *text = config_setting_get_string(s);

    if (text == NULL || (f->valid != NULL && !f->valid(text)))
        return false;
    switch (f->type) {
    case ROW_CHARS:
        return read_chars(f, text, ret);
    case ROW_TEXT:
        return read_text(f, text, ret);
    case ROW_WORD:
        return read_word(f, text, ret);
    default:
        return saf_hex_parse(text, ret, f->size);
    }
}

static bool read_number(const struct row_field *f, config_setting_t *s,
                        void *ret)
{
    int type = config_setting_type(s);
    long long n = config_setting_get_int64(s);
    unsigned long serial = (unsigned long)n;
    unsigned number = (unsigned)n;

    if ((type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64) || n < f->low ||
        (f->high != 0 && n > f->high))
        return false;
    if (f->type == ROW_NUMBER)
        memcpy(ret, &number, sizeof(number));
    else if (f->type == ROW_SERIAL)
        memcpy(ret, &serial, sizeof(serial));
    else
        memcpy(ret, &n, sizeof(n));
    return true;
}

/* By array_add(), since whoever has the list adds to it so. */
static bool read_list(const struct row_field *f, config_setting_t *s, void *row)
{
    size_t *count = (void *)((char *)row + f->count_offset);
    int i, n = config_setting_length(s);
    void *element;

    if (!config_setting_is_list(s))
        return false;
    for (i = 0; i < n; i++) {
        element = array_add(place(row, f), count, f->list->size);
        if (element == NULL ||
            !read_row(f->list, config_setting_get_elem(s, (unsigned)i),
                      element))
            return false;
    }
    return true;
}

static bool read_missing(const struct row_field *f, void *row)
{
    const unsigned long first = 1;

    if (f->has != NULL ? f->has(row) : (f->flags & ROW_REQUIRED) != 0)
        return false;
    if (f->type == ROW_SERIAL)
        memcpy(place(row, f), &first, sizeof(first));
    if (f->type == ROW_TEXT && (f->flags & ROW_ALWAYS))
        return read_text(f, "", place(row, f));
    return true;
}

static bool read_field(const struct row_field *f, config_setting_t *group,
                       void *row)
{
    config_setting_t *s = config_setting_get_member(group, f->key);

    if (s == NULL)
        return read_missing(f, row);
    switch (f->type) {
    case ROW_FLAG:
        *(bool *)place(row, f) = config_setting_get_bool(s) != 0;
        return config_setting_type(s) == CONFIG_TYPE_BOOL;
    case ROW_NUMBER:
    case ROW_SERIAL:
    case ROW_BIG:
        return read_number(f, s, place(row, f));
    case ROW_LIST:
        return read_list(f, s, row);
    default:
        return read_string(f, s, place(row, f));
    }
}

static bool read_row(const struct row_table *t, config_setting_t *s, void *row)
{
    size_t i;

    if (!config_setting_is_group(s))
        return false;
    for (i = 0; i < t->nfields; i++)
        if (!read_field(&t->fields[i], s, row))
            return false;
    return true;
}

int rows_read(const config_t *cfg, const struct row_table *table, bool required,
              const char *file, row_keep_fn keep, void *arg, struct error *err)
{
    config_setting_t *list = config_lookup(cfg, table->key), *s;
    void *row = calloc(1, table->size);
    int i, n = list != NULL ? config_setting_length(list) : 0, r = 0;

    if (row == NULL)
        return error_nomem(err);
    if ((list == NULL && required) ||
        (list != NULL && !config_setting_is_list(list)))
        r = error_set(err, ERR_DAMAGED, "%s: it has no list \"%s\"", file,
                      table->key);
    for (i = 0; r == 0 && i < n; i++) {
        s = config_setting_get_elem(list, (unsigned)i);
        if (!read_row(table, s, row) || !keep(arg, row))
            r = error_set(err, ERR_DAMAGED,
                          "%s:%u: not what we wrote: a value is missing or "
                          "wrong here",
                          file, config_setting_source_line(s));
        free_row(table, row);
        explicit_bzero(row, table->size); /* it may hold keys */
    }
    free(row);
    return r;
}

/* ---- printing ---- */

static void print_row(const struct row_table *t, const void *row,
                      struct strbuf *out);

static bool is_printed(const struct row_field *f, const void *row)
{
    const void *p = const_place(row, f);
    unsigned long serial;
    unsigned number;

    if (f->has != NULL)
        return f->has(row);
    switch (f->type) {
    case ROW_CHARS:
        return (f->flags & (ROW_ALWAYS | ROW_REQUIRED)) ||
               *(const char *)p != '\0';
    case ROW_TEXT:
        return pointer_at(row, f->offset) != NULL;
    case ROW_FLAG:
        return *(const bool *)p;
    case ROW_NUMBER:
        memcpy(&number, p, sizeof(number));
        return number != 0;
    case ROW_SERIAL:
        memcpy(&serial, p, sizeof(serial));
        return serial > 1;
    default:
        return true;
    }
}

static void print_hex(const unsigned char *data, size_t len, struct strbuf *out)
{
    static const char digits[] = "0123456789abcdef";
    size_t i;

    strbuf_addc(out, '"');
    for (i = 0; i < len; i++) {
        strbuf_addc(out, digits[data[i] >> 4]);
        strbuf_addc(out, digits[data[i] & 15]);
    }
    strbuf_addc(out, '"');
}

static void print_number(const struct row_field *f, const void *p,
                         struct strbuf *out)
{
    unsigned long serial;
    unsigned number;
    long long n;

    if (f->type == ROW_NUMBER) {
        memcpy(&number, p, sizeof(number));
        strbuf_addf(out, "%u", number);
    } else if (f->type == ROW_SERIAL) {
        memcpy(&serial, p, sizeof(serial));
        strbuf_addf(out, "%luL", serial);
    } else {
        memcpy(&n, p, sizeof(n));
        strbuf_addf(out, "%lldL", n);
    }
}

static void print_list(const struct row_field *f, const void *row,
                       struct strbuf *out)
{
    const char *list = pointer_at(row, f->offset);
    size_t i, n = count_at(row, f);

    strbuf_addc(out, '(');
    for (i = 0; i < n; i++) {
        strbuf_adds(out, i > 0 ? "," : "");
        strbuf_adds(out, f->flags & ROW_LINES ? "\n      {" : " {");
        print_row(f->list, list + i * f->list->size, out);
        strbuf_adds(out, " }");
    }
    strbuf_adds(out, " )");
}

static void print_value(const struct row_field *f, const void *row,
                        struct strbuf *out)
{
    const void *p = const_place(row, f);
    int word;

    switch (f->type) {
    case ROW_CHARS:
        strbuf_add_quoted(out, p);
        break;
    case ROW_TEXT:
        strbuf_add_quoted(out, pointer_at(row, f->offset));
        break;
    case ROW_FLAG:
        strbuf_adds(out, "true");
        break;
    case ROW_WORD:
        memcpy(&word, p, sizeof(word));
        strbuf_add_quoted(out, f->words[word]);
        break;
    case ROW_HEX:
        print_hex(p, f->size, out);
        break;
    case ROW_LIST:
        print_list(f, row, out);
        break;
    default:
        print_number(f, p, out);
        break;
    }
}

static void print_row(const struct row_table *t, const void *row,
                      struct strbuf *out)
{
    const struct row_field *f;

    for (f = t->fields; f < t->fields + t->nfields; f++) {
        if (!is_printed(f, row))
            continue;
        strbuf_adds(out, f->flags & ROW_LINES ? "\n    " : " ");
        strbuf_adds(out, f->key);
        strbuf_adds(out, " = ");
        print_value(f, row, out);
        strbuf_addc(out, ';');
    }
}

void rows_print(const struct row_table *table, const void *rows, size_t count,
                struct strbuf *out)
{
    const char *row = rows;
    size_t i;

    strbuf_addf(out, "%s = (\n", table->key);
    for (i = 0; i < count; i++) {
        strbuf_adds(out, "  {");
        print_row(table, row + i * table->size, out);
        strbuf_adds(out, i + 1 < count ? " },\n" : " }\n");
    }
    strbuf_adds(out, ");\n");
}
