/*
 * The folders in the database: which there are, and what a killed writer left
 * in them.
 */

#include "saf/db/private.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/fd.h"

void saf_names_free(char **names)
{
    char **p;

    for (p = names; p != NULL && *p != NULL; p++)
        free(*p);
    free(names);
}

static int add_name(char ***names, size_t *n, const char *name, size_t len,
                    struct error *err)
{
    char **p;
    size_t i;

    for (i = 0; i < *n; i++)
        if (strlen((*names)[i]) == len && strncmp((*names)[i], name, len) == 0)
            return 0;
    p = realloc(*names, (*n + 2) * sizeof(*p));
    if (p == NULL)
        return error_nomem(err);
    *names = p;
    p[*n + 1] = NULL;
    p[*n] = strndup(name, len);
    if (p[*n] == NULL)
        return error_nomem(err);
    ++*n;
    return 0;
}

/* Folders that exist only in changes not yet on the disk. */
static int add_changes(const struct saf_changes *list, char ***names, size_t *n,
                       struct error *err)
{
    size_t i;
    int r = 0;

    for (i = 0; r == 0 && i < list->n; i++) {
        const char *slash = strchr(list->c[i].name, '/');

        if (slash != NULL && strncmp(list->c[i].name, SAF_FOLDER "/", 4) != 0)
            r = add_name(names, n, list->c[i].name,
                         (size_t)(slash - list->c[i].name), err);
    }
    return r;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int saf_list_folders(struct saf *saf, char ***ret, struct error *err)
{
    int fd = openat(saf->dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    char **names = calloc(1, sizeof(*names));
    struct dirent *e;
    struct stat st;
    size_t n = 0;
    int r = 0;

    if (d == NULL) {
        fd_close(&fd);
        saf_names_free(names);
        return error_errno(err, "%s: can't list the folder", saf->dir);
    }
    if (names == NULL)
        r = error_nomem(err);
    while (r == 0 && (e = readdir(d)) != NULL) {
        if (!saf_file_name_valid(e->d_name) ||
            strcmp(e->d_name, SAF_FOLDER) == 0 ||
            fstatat(saf->dirfd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
            !S_ISDIR(st.st_mode))
            continue;
        r = saf_check_safe(saf, e->d_name, &st, err);
        if (r == 0)
            r = add_name(&names, &n, e->d_name, strlen(e->d_name), err);
    }
    closedir(d);
    if (r == 0)
        r = add_changes(&saf->overlay, &names, &n, err);
    if (r == 0)
        r = add_changes(&saf->pending, &names, &n, err);
    if (r != 0) {
        saf_names_free(names);
        return r;
    }
    qsort(names, n, sizeof(*names), compare_names);
    *ret = names;
    return 0;
}

/* NAME.PID.tmp, as fd_replace_file() calls its temporary files. */
static bool is_temporary(const char *name)
{
    size_t len = strlen(name), digits = 0;

    if (len < 6 || strcmp(name + len - 4, ".tmp") != 0)
        return false;
    for (len -= 4; len > 0 && isdigit((unsigned char)name[len - 1]); len--)
        digits++;
    return digits > 0 && len > 1 && name[len - 1] == '.';
}

static void sweep(struct saf *saf, const char *folder)
{
    struct dirent *e;
    DIR *d;
    int fd;

    if (saf_disk_open_folder(saf, folder, &fd, NULL) != 0)
        return;
    d = fdopendir(fd);
    if (d == NULL) {
        fd_close(&fd);
        return;
    }
    if (saf_disk_begin(saf, NULL) == 0) {
        while ((e = readdir(d)) != NULL)
            if (is_temporary(e->d_name))
                unlinkat(dirfd(d), e->d_name, 0);
        saf_disk_end(saf);
    }
    closedir(d);
}

void saf_sweep_folders(struct saf *saf)
{
    char **names = NULL, **n;

    sweep(saf, SAF_FOLDER);
    if (saf_list_folders(saf, &names, NULL) != 0)
        return; /* reading the database will say what is wrong */
    for (n = names; *n != NULL; n++)
        sweep(saf, *n);
    saf_names_free(names);
}
