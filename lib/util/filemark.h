#ifndef UTIL_FILEMARK_H
#define UTIL_FILEMARK_H

/*
 * What a file was when it was read: for the price of a stat(), whether it is
 * still the same one.
 */

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

/* All zero: it was not there, or no plain file. */
struct file_mark {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec changed;
};

struct stat;
struct file_mark file_mark_of(const struct stat *st);
/* The file as it is now; when there is none, errno says why. */
struct file_mark file_mark_now(const char *path);
bool file_mark_is_set(const struct file_mark *m);
bool file_mark_same(const struct file_mark *a, const struct file_mark *b);

#endif
