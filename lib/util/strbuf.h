#ifndef UTIL_STRBUF_H
#define UTIL_STRBUF_H

/*
 * A growing string; every formatter writes into one.
 *
 * Failure of memory is sticky: after it nothing more is added, and
 * strbuf_failed() says so. A caller that builds a text asks once, at the end.
 */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct strbuf {
    char *data; /* NUL-terminated when not NULL */
    size_t len;
    size_t cap;
    bool failed;
};

/* clang-format off */
#define STRBUF_INIT {NULL, 0, 0, false}
/* clang-format on */

void strbuf_init(struct strbuf *sb);
/* Frees the text; the buffer may be used again as if new. */
void strbuf_done(struct strbuf *sb);
/* As strbuf_done(), overwriting the text first. */
void strbuf_wipe(struct strbuf *sb);
/* Keeps the memory, forgets the text and a failure. */
void strbuf_reset(struct strbuf *sb);

void strbuf_add(struct strbuf *sb, const void *data, size_t len);
void strbuf_adds(struct strbuf *sb, const char *s);
void strbuf_addc(struct strbuf *sb, char c);
/* COUNT times the character C; nothing when COUNT is not positive. */
void strbuf_fill(struct strbuf *sb, char c, int count);
void strbuf_addf(struct strbuf *sb, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void strbuf_vaddf(struct strbuf *sb, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

/*
 * Adds text from outside: bytes that are not printable ASCII, and the
 * backslash, are written as \xNN, so that one record stays one line (rule 6 of
 * lib/README.md).
 */
void strbuf_add_escaped(struct strbuf *sb, const char *s, size_t len);

/*
 * The same for text of many lines that people read as it is: newline, tab and
 * UTF-8 stay; what a terminal could take for a command (control characters,
 * those of 0x80 to 0x9f too, and bytes that are not UTF-8) does not.
 */
void strbuf_add_visible(struct strbuf *sb, const char *s, size_t len);

/* How many bytes the UTF-8 character at S has; 0: S does not begin with one.
 * LEN > 0. */
size_t strbuf_utf8(const char *s, size_t len);

/*
 * Adds the text in quotes, so that libconfig reads it as it is: " and \ get a
 * \, what is not printable ASCII is \xNN. Nothing in it ends the quotes.
 */
void strbuf_add_quoted(struct strbuf *sb, const char *s);

/* KEY="VALUE" of a line of the log, quoted so: whatever a partner or a program
 * puts into VALUE, no reader takes it for another key. */
void strbuf_add_pair(struct strbuf *sb, const char *key, const char *value);

/* The text, "" when empty; valid until the next change. Never NULL. */
const char *strbuf_str(const struct strbuf *sb);

bool strbuf_failed(const struct strbuf *sb);

/* Hands the text to the caller, who frees it; NULL after a failure. */
char *strbuf_steal(struct strbuf *sb);

#endif
