/* What a file was when it was read; see filemark.h. */

#include "util/filemark.h"

#include <errno.h>
#include <sys/stat.h>

struct file_mark file_mark_of(const struct stat *st)
{
    struct file_mark none = {0};

    return S_ISREG(st->st_mode) ? (struct file_mark){st->st_dev, st->st_ino,
                                                     st->st_size, st->st_mtim}
                                : none;
}

struct file_mark file_mark_now(const char *path)
{
    struct file_mark mark = {0};
    struct stat st;

    if (stat(path, &st) != 0)
        return mark;
    mark = file_mark_of(&st);
    if (!file_mark_is_set(&mark))
        errno = EINVAL;
    return mark;
}

bool file_mark_is_set(const struct file_mark *m)
{
    return m->inode != 0 || m->device != 0;
}

bool file_mark_same(const struct file_mark *a, const struct file_mark *b)
{
    return a->device == b->device && a->inode == b->inode &&
           a->size == b->size && a->changed.tv_sec == b->changed.tv_sec &&
           a->changed.tv_nsec == b->changed.tv_nsec;
}
