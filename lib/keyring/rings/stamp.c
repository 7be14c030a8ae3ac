/* Whether a database or a file is still what was read, for the price of a
 * stat(); see keyring.h. */

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "keyring/rings/keyring.h"

static int look(const char *path, struct keyring_mark *ret)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return -1;
    ret->device = st.st_dev;
    ret->inode = st.st_ino;
    ret->size = st.st_size;
    ret->changed = st.st_mtim;
    return 0;
}

int keyring_stamp_dir(const char *dir, struct keyring_stamp *ret,
                      struct error *err)
{
    char path[4096];
    int r = 0;

    memset(ret, 0, sizeof(*ret));
    snprintf(path, sizeof(path), "%s/saf/database.cfg", dir);
    if (look(path, &ret->mark[0]) != 0)
        r = error_errno(err, "%s: can't stat", path);
    /* a commit whose writer was killed: readers see it, the file does not */
    snprintf(path, sizeof(path), "%s/saf/journal", dir);
    look(path, &ret->mark[1]);
    return r;
}

void keyring_stamp_file(const char *path, struct keyring_stamp *ret)
{
    memset(ret, 0, sizeof(*ret));
    look(path, &ret->mark[0]);
}

static bool same_mark(const struct keyring_mark *a,
                      const struct keyring_mark *b)
{
    return a->device == b->device && a->inode == b->inode &&
           a->size == b->size && a->changed.tv_sec == b->changed.tv_sec &&
           a->changed.tv_nsec == b->changed.tv_nsec;
}

bool keyring_stamp_same(const struct keyring_stamp *a,
                        const struct keyring_stamp *b)
{
    return same_mark(&a->mark[0], &b->mark[0]) &&
           same_mark(&a->mark[1], &b->mark[1]);
}

/* A key is that of its certificate: whether it is shown is what can differ. */
static bool same_entry(const struct ring_entry *a, const struct ring_entry *b)
{
    return strcmp(a->label, b->label) == 0 && a->owner_kind == b->owner_kind &&
           strcmp(a->owner, b->owner) == 0 && a->usage == b->usage &&
           a->trust == b->trust && a->is_default == b->is_default &&
           X509_cmp(a->cert, b->cert) == 0 &&
           (a->key != NULL) == (b->key != NULL);
}

bool keyring_same(const struct keyring *a, const struct keyring *b)
{
    size_t i, n = keyring_count(a);

    if (n != keyring_count(b))
        return false;
    for (i = 0; i < n; i++)
        if (!same_entry(keyring_get(a, i), keyring_get(b, i)))
            return false;
    return true;
}
