/* Whether a database or a file is still what was read, for the price of a
 * stat(); see keyring.h. */

#include <stdio.h>
#include <string.h>

#include "keyring/rings/keyring.h"

int keyring_stamp_dir(const char *dir, struct keyring_stamp *ret,
                      struct error *err)
{
    char path[4096];
    int r = 0;

    memset(ret, 0, sizeof(*ret));
    snprintf(path, sizeof(path), "%s/saf/database.cfg", dir);
    ret->mark[0] = file_mark_now(path);
    if (!file_mark_is_set(&ret->mark[0]))
        r = error_errno(err, "%s: can't stat", path);
    /* a commit whose writer was killed: readers see it, the file does not */
    snprintf(path, sizeof(path), "%s/saf/journal", dir);
    ret->mark[1] = file_mark_now(path);
    return r;
}

void keyring_stamp_file(const char *path, struct keyring_stamp *ret)
{
    memset(ret, 0, sizeof(*ret));
    ret->mark[0] = file_mark_now(path);
}

bool keyring_stamp_same(const struct keyring_stamp *a,
                        const struct keyring_stamp *b)
{
    return file_mark_same(&a->mark[0], &b->mark[0]) &&
           file_mark_same(&a->mark[1], &b->mark[1]);
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
