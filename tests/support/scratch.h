#ifndef SUPPORT_SCRATCH_H
#define SUPPORT_SCRATCH_H

/* Files and folders of a test, below TMPDIR. */

#include <stdio.h>
#include <stdlib.h>

enum { SCRATCH = 100 }; /* leaves room for a name in a socket's address */

/* The template for mkdtemp() and mkstemp(). */
static inline void scratch_template(char path[SCRATCH], const char *name)
{
    const char *tmp = getenv("TMPDIR");

    if (snprintf(path, SCRATCH, "%s/%s.XXXXXX",
                 tmp != NULL && tmp[0] != '\0' ? tmp : "/tmp",
                 name) >= SCRATCH) {
        fprintf(stderr, "TMPDIR is too long: %s\n", tmp);
        abort();
    }
}

static inline void scratch_folder(char path[SCRATCH], const char *name)
{
    scratch_template(path, name);
    if (mkdtemp(path) == NULL) {
        perror(path);
        abort();
    }
}

#endif
