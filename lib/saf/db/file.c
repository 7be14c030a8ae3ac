/* One file of the database, as the changes that are not on the disk yet leave
 * it; and files beside it, which are no part of its changes. */

#include "saf/db/private.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool saf_may_write(const struct saf *saf)
{
    return geteuid() == 0 || geteuid() == saf->uid;
}

/* Only the owner writes, and root in the owner's name. */
int saf_check_writer(const struct saf *saf, struct error *err)
{
    if (saf_may_write(saf))
        return 0;
    return error_set(err, ERR_DENIED,
                     "%s belongs to uid %ld: only that user and root may "
                     "change it",
                     saf->dir, (long)saf->uid);
}

static int copy_change(const struct saf *saf, const struct saf_change *c,
                       char **ret_data, size_t *ret_len, struct error *err)
{
    if (c->data == NULL)
        return error_set(err, ERR_NOT_FOUND, "%s/%s: no such file", saf->dir,
                         c->name);
    *ret_data = malloc(c->len + 1);
    if (*ret_data == NULL)
        return error_nomem(err);
    memcpy(*ret_data, c->data, c->len + 1);
    *ret_len = c->len;
    return 0;
}

static int read_any(struct saf *saf, const char *name, bool secret,
                    char **ret_data, size_t *ret_len, struct error *err)
{
    const struct saf_change *c;

    if (!saf_file_name_valid(name))
        return error_set(err, ERR_VALUE, "%s: not a name in the database",
                         name);
    c = saf_changes_find(&saf->pending, name);
    if (c == NULL)
        c = saf_changes_find(&saf->overlay, name);
    if (c != NULL)
        return copy_change(saf, c, ret_data, ret_len, err);
    return saf_disk_read(saf, name, secret, ret_data, ret_len, err);
}

int saf_read_file(struct saf *saf, const char *name, char **ret_data,
                  size_t *ret_len, struct error *err)
{
    return read_any(saf, name, false, ret_data, ret_len, err);
}

int saf_read_secret(struct saf *saf, const char *name, char **ret_data,
                    size_t *ret_len, struct error *err)
{
    return read_any(saf, name, true, ret_data, ret_len, err);
}

static int may_write_beside(const struct saf *saf, const char *name,
                            struct error *err)
{
    if (!saf_file_name_valid(name))
        return error_set(err, ERR_VALUE, "%s: not a name in the database",
                         name);
    return saf_check_writer(saf, err);
}

int saf_open_beside(struct saf *saf, const char *name, int *ret,
                    struct error *err)
{
    int r = may_write_beside(saf, name, err);

    return r == 0 ? saf_disk_open(saf, name, ret, err) : r;
}

int saf_replace_beside(struct saf *saf, const char *name, const void *data,
                       size_t len, struct error *err)
{
    int r = may_write_beside(saf, name, err);

    return r == 0 ? saf_disk_put(saf, name, data, len, err) : r;
}
