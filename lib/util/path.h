#ifndef UTIL_PATH_H
#define UTIL_PATH_H

/*
 * Paths as people are to read them: "a//b/./c/." is "a/b/c". What it names
 * stays the same; ".." and a "./" that begins the path stay too.
 */

#include <stddef.h>

struct strbuf;

void path_tidy(char *path);
/* The path that begins at FROM in OUT and goes to its end. */
void path_tidy_buf(struct strbuf *out, size_t from);

#endif
