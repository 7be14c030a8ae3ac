#ifndef UTIL_SOURCE_H
#define UTIL_SOURCE_H

/*
 * A text in memory with its name: a policy file, a RACF job, a command line.
 * Positions are byte offsets; line and column are computed when asked for.
 * Reference counted (atomically), because diagnostics and loaded policies
 * outlive the reader.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/error.h"
#include "util/filemark.h"

struct source;

/* A stretch of a source. SRC NULL means "no place" (a built-in default). */
struct span {
    const struct source *src; /* borrowed */
    uint32_t off;
    uint32_t len;
};

/* Largest text that is accepted, in bytes. */
enum { SOURCE_MAX = 64 * 1024 * 1024 };

/*
 * Reads a whole file; "-" is standard input, shown under the name "<stdin>".
 * A fifo is no file and not waited for, but /dev/fd/N is read as it comes.
 * ERR_NOT_FOUND, ERR_SYSTEM, ERR_VALUE (a folder, fifo or socket), ERR_LIMIT
 * (over SOURCE_MAX), ERR_NOMEM.
 */
int source_read(const char *path, struct source **ret, struct error *err);

/*
 * Who else than root and this account could write the file when it was read,
 * in words ("everybody", "group 100", "uid 5002"); NULL: nobody, or it is not
 * of a file. The group of one's own files, when it is one's own group, is
 * taken for a private one.
 */
enum { SOURCE_WRITERS = 32 };
const char *source_writers(const struct source *src, char buf[SOURCE_WRITERS]);
/* TO was made of what FROM read. */
void source_same_file(struct source *to, const struct source *from);

/* The file as it was when it was read. */
struct file_mark source_mark(const struct source *src);

/* Copies LEN bytes of TEXT under the name NAME. ERR_NOMEM, ERR_LIMIT. */
int source_new(const char *name, const char *text, size_t len,
               struct source **ret, struct error *err);

struct source *source_ref(const struct source *src);
/* NULL is allowed. The text is overwritten before it is freed: it may hold
 * a password. */
void source_unref(const struct source *src);

const char *source_name(const struct source *src);
/* The text; a NUL follows its last byte. */
const char *source_text(const struct source *src);
size_t source_len(const struct source *src);

/*
 * SRC was written out of other files, and nobody has its text: its places are
 * those of MAP. A line that MAP does not know has no number. Takes the contents
 * of MAP; before anybody else has SRC.
 */
struct linemap;
void source_written_from(struct source *src, struct linemap *map);

/* Line and column of a byte offset, both from 1; columns count bytes. */
void source_position(const struct source *src, uint32_t off, unsigned *line,
                     unsigned *column);

/* The same for whoever is to look there: the name of the file, its line and
 * column; 0: that is not known. */
const char *source_place(const struct source *src, uint32_t off, unsigned *line,
                         unsigned *column);

/* Where a span begins: "file:line", or "file:line:column"; the name alone
 * where no line can be told; nothing where there is no place. */
struct strbuf;
void span_add(const struct span *span, struct strbuf *out);
void span_add_column(const struct span *span, struct strbuf *out);

/* The line that holds OFF, without its newline; not NUL-terminated. */
const char *source_line(const struct source *src, uint32_t off, size_t *len);

#endif
