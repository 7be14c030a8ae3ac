#ifndef SAF_DB_ROWS_H
#define SAF_DB_ROWS_H

/*
 * Rows of the store's files (libconfig), by one table for reading and for
 * printing: which fields, of what type, which must be there. For saf/db and
 * for the rings, whose files lie beside ours.
 *
 * A file has a row a line, so that people can compare and repair it. A value
 * that is there and is not of its field's type or range is damage, and never
 * taken for one that is missing.
 */

#include <libconfig.h>
#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"
#include "util/strbuf.h"

enum row_type {
    ROW_CHARS,  /* char[SIZE] */
    ROW_TEXT,   /* char * of malloc(), SIZE characters or fewer; 0: any */
    ROW_FLAG,   /* bool; printed when true */
    ROW_NUMBER, /* unsigned, LOW to HIGH; printed when it is not 0 */
    ROW_SERIAL, /* unsigned long, from 1, which is not printed */
    ROW_BIG,    /* long long */
    ROW_WORD,   /* an enum, one of WORDS */
    ROW_HEX,    /* unsigned char[SIZE] */
    ROW_LIST    /* an array of malloc() and its size_t: rows of LIST */
};

enum {
    ROW_REQUIRED = 1 << 0, /* the row is damaged without it */
    ROW_ALWAYS = 1 << 1,   /* printed though empty; a missing text is "" */
    ROW_CUT = 1 << 2,      /* of ROW_CHARS: a longer text is cut */
    ROW_LINES = 1 << 3     /* of ROW_LIST: each of its rows has a line */
};

struct row_table;

struct row_field {
    const char *key;
    enum row_type type;
    unsigned flags;
    size_t offset, size;
    long long low, high;
    bool (*valid)(const char *text);    /* NULL: any text */
    const char *const *words;           /* by the enum's value; NULL ends */
    bool (*parse)(const char *, int *); /* of a word, instead of equality */
    const struct row_table *list;
    size_t count_offset;
    bool (*has)(const void *row); /* whether the row has this value; NULL: as
                                   * the type and the flags say */
};

struct row_table {
    const char *key; /* of the list of rows in the file */
    const struct row_field *fields;
    size_t nfields;
    size_t size; /* of one row in memory */
};

/* Takes over what ROW holds (its texts and lists, which it sets to NULL), or
 * leaves it to be freed; false: the row does not fit what was read before. */
typedef bool (*row_keep_fn)(void *arg, void *row);

/*
 * Hands each row of the file's list to KEEP. REQUIRED: a file without the
 * list is damaged. FILE is for messages. ERR_DAMAGED, ERR_NOMEM.
 */
int rows_read(const config_t *cfg, const struct row_table *table, bool required,
              const char *file, row_keep_fn keep, void *arg, struct error *err);

/* Adds the list of COUNT rows, an array. */
void rows_print(const struct row_table *table, const void *rows, size_t count,
                struct strbuf *out);

#endif
