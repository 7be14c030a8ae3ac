#ifndef UTIL_LINEMAP_H
#define UTIL_LINEMAP_H

/*
 * Where the lines of a text came from that was written out of other files: for
 * each of its lines a file and a line there, or nowhere. Goes from one program
 * to another as the names of the files and one text.
 */

#include <stdbool.h>
#include <stddef.h>

struct strbuf;

struct linemap {
    char **files;
    size_t file_count;
    struct linemap_line {
        unsigned file; /* from 1; 0: it came from nowhere */
        unsigned line;
    } * lines;
    size_t line_count;
    bool failed; /* no memory */
};
#define LINEMAP_INIT                                                           \
    {                                                                          \
        NULL, 0, NULL, 0, false                                                \
    }

void linemap_done(struct linemap *m);

/* The next line came from LINE of FILE; NULL: from nowhere. */
void linemap_add(struct linemap *m, const char *file, unsigned line);
/* Where the text's line LINE, counted from 1, came from. False: nowhere, or
 * there is no such line. */
bool linemap_find(const struct linemap *m, unsigned line, const char **file,
                  unsigned *ret_line);

/* The lines as text, without the files: "1:12 1:13 0:0". */
void linemap_write(const struct linemap *m, struct strbuf *out);
/* The other end: the files in their order, then the text. What is not in that
 * form came from nowhere. */
void linemap_read_file(struct linemap *m, const char *file);
void linemap_read_lines(struct linemap *m, const char *text);

#endif
