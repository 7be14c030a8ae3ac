/*
 * The one place that reaches files of the database by name.
 *
 * Whoever owns the database's folder may put anything into it, a link to
 * /etc too, and may change it between two of our calls. So a folder in it is
 * opened without following links, what was opened is looked at, and the file
 * is reached from that descriptor. And root does all this as the owner:
 * whatever lies there, root can do with it only what the owner could.
 */

#include "saf/db/private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/fd.h"
#include "util/path.h"

/* More than any job makes; a reader's defence against a wrong file. */
enum { FILE_LIMIT = 64 * 1024 * 1024, PATH_SHOWN = 4096 };

/* ---- which ---- */

bool saf_file_name_valid(const char *name)
{
    unsigned parts = 0;
    const char *p = name;

    for (;;) {
        size_t n = strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                             "abcdefghijklmnopqrstuvwxyz0123456789#@$._-");

        if (n == 0 || *p == '.' || ++parts > 2)
            return false;
        p += n;
        if (*p == '\0')
            return strlen(name) < SAF_FILE_NAME;
        if (*p++ != '/')
            return false;
    }
}

/* How a file of the database is shown; the folder itself has the name ".". */
static const char *show(const struct saf *saf, const char *name,
                        char buf[PATH_SHOWN])
{
    snprintf(buf, PATH_SHOWN, "%s/%s", saf->dir, name);
    path_tidy(buf);
    return buf;
}

/*
 * Owner and modes of something we read. Whoever may write the store can give
 * any key any trust, so nobody but root, the owner of the folder and ourselves
 * may.
 */
int saf_check_safe(const struct saf *saf, const char *name,
                   const struct stat *st, struct error *err)
{
    uid_t me = geteuid();
    char path[PATH_SHOWN];

    if (st->st_mode & (S_IWGRP | S_IWOTH))
        return error_set(err, ERR_UNSAFE,
                         "%s may be written by others (mode %04o); correct "
                         "it with: chmod go-w %s",
                         show(saf, name, path), (unsigned)(st->st_mode & 07777),
                         path);
    if (st->st_uid != 0 && st->st_uid != me && st->st_uid != saf->uid)
        return error_set(err, ERR_UNSAFE,
                         "%s belongs to uid %ld, not to root or to the "
                         "owner of %s (uid %ld)",
                         show(saf, name, path), (long)st->st_uid, saf->dir,
                         (long)saf->uid);
    return 0;
}

/* ---- as whom ---- */

static bool is_foreign(const struct saf *saf)
{
    return geteuid() == 0 && saf->uid != 0;
}

/*
 * The file system's user id is the thread's own, so that the daemon's other
 * threads go on as they are, and root's rights over files (CAP_DAC_OVERRIDE,
 * CAP_CHOWN, ...) go and come back with it: capabilities(7). Signals and
 * everything else stay root's.
 */
int saf_disk_begin(const struct saf *saf, struct error *err)
{
    if (!is_foreign(saf))
        return 0;
    setfsgid(saf->gid);
    setfsuid(saf->uid);
    /* These two say nothing of success; a second call tells. */
    if ((uid_t)setfsuid((uid_t)-1) == saf->uid &&
        (gid_t)setfsgid((gid_t)-1) == saf->gid)
        return 0;
    saf_disk_end(saf);
    return error_set(err, ERR_DENIED,
                     "%s belongs to uid %ld gid %ld, and root of this "
                     "container may not work as that user; run it as the "
                     "owner",
                     saf->dir, (long)saf->uid, (long)saf->gid);
}

void saf_disk_end(const struct saf *saf)
{
    int saved = errno;

    if (is_foreign(saf)) {
        setfsuid(geteuid());
        setfsgid(getegid());
    }
    errno = saved;
}

/* ---- folders ---- */

static int no_folder(const struct saf *saf, const char *folder,
                     struct error *err)
{
    char path[PATH_SHOWN];

    return error_set(err, ERR_UNSAFE, "%s is not a folder",
                     show(saf, folder, path));
}

static int open_failed(const struct saf *saf, const char *name,
                       struct error *err)
{
    char path[PATH_SHOWN];

    show(saf, name, path);
    if (errno == ENOENT)
        return error_set(err, ERR_NOT_FOUND, "%s: no such file", path);
    if (errno == ELOOP)
        return error_set(err, ERR_UNSAFE, "%s is not a plain file", path);
    if (is_foreign(saf) && errno == EACCES)
        return error_set(err, ERR_UNSAFE,
                         "%s can't be opened as uid %ld, whom the database "
                         "belongs to and as whom root works in it; to give "
                         "it to that account: chown %ld:%ld %s",
                         path, (long)saf->uid, (long)saf->uid, (long)saf->gid,
                         path);
    return error_errno(err, "%s: can't open", path);
}

/* Whoever may write the folder may put other files there. */
static int open_folder(const struct saf *saf, const char *folder, int *ret,
                       struct error *err)
{
    char path[PATH_SHOWN];
    struct stat st;
    int r, fd = openat(saf->dirfd, folder,
                       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0)
        return errno == ENOTDIR || errno == ELOOP
                   ? no_folder(saf, folder, err)
                   : open_failed(saf, folder, err);
    r = fstat(fd, &st) == 0
            ? saf_check_safe(saf, folder, &st, err)
            : error_errno(err, "%s: can't stat", show(saf, folder, path));
    if (r == 0)
        *ret = fd;
    else
        fd_close(&fd);
    return r;
}

int saf_disk_open_folder(const struct saf *saf, const char *folder, int *ret,
                         struct error *err)
{
    int r = saf_disk_begin(saf, err);

    if (r != 0)
        return r;
    r = open_folder(saf, folder, ret, err);
    saf_disk_end(saf);
    return r;
}

static int make_folder(const struct saf *saf, const char *folder,
                       struct error *err)
{
    if (mkdirat(saf->dirfd, folder, 0700) < 0)
        return errno == EEXIST
                   ? 0
                   : error_errno(err, "%s/%s: can't make the folder", saf->dir,
                                 folder);
    if (fsync(saf->dirfd) < 0)
        return error_errno(err, "%s: can't sync", saf->dir);
    return 0;
}

int saf_disk_make_folder(const struct saf *saf, const char *folder,
                         struct error *err)
{
    int r = saf_disk_begin(saf, err);

    if (r != 0)
        return r;
    r = make_folder(saf, folder, err);
    saf_disk_end(saf);
    return r;
}

/* Begins to work on file NAME: as the owner, in the file's folder, opened.
 * *RET_BASE is the name in there. */
static int enter(const struct saf *saf, const char *name, bool make, int *ret,
                 const char **ret_base, struct error *err)
{
    const char *slash = strchr(name, '/');
    char folder[SAF_FILE_NAME] = ".";
    int r = saf_disk_begin(saf, err);

    if (r != 0)
        return r;
    if (slash != NULL)
        snprintf(folder, sizeof(folder), "%.*s", (int)(slash - name), name);
    *ret_base = slash != NULL ? slash + 1 : name;
    if (make && slash != NULL)
        r = make_folder(saf, folder, err);
    if (r == 0)
        r = open_folder(saf, folder, ret, err);
    if (r != 0)
        saf_disk_end(saf);
    return r;
}

static void leave(const struct saf *saf, int *folder)
{
    fd_close(folder);
    saf_disk_end(saf);
}

/* ---- files ---- */

static int check_file(const struct saf *saf, const char *name, int fd,
                      bool secret, struct error *err)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return error_errno(err, "%s/%s: can't stat", saf->dir, name);
    if (!S_ISREG(st.st_mode))
        return error_set(err, ERR_UNSAFE, "%s/%s is not a plain file", saf->dir,
                         name);
    if (secret && (st.st_mode & (S_IRGRP | S_IROTH)) != 0)
        return error_set(err, ERR_UNSAFE,
                         "%s/%s may be read by others (mode %04o); correct it "
                         "with: chmod 600 %s/%s, and replace what is in it "
                         "if they have",
                         saf->dir, name, (unsigned)(st.st_mode & 07777),
                         saf->dir, name);
    return saf_check_safe(saf, name, &st, err);
}

/* FLAGS of open(2); a fifo does not hold us up. */
static int open_file(const struct saf *saf, const char *name, int flags,
                     bool secret, int *ret, struct error *err)
{
    const char *base;
    int folder, fd, r;

    r = enter(saf, name, false, &folder, &base, err);
    if (r == ERR_NOT_FOUND)
        return error_set(err, ERR_NOT_FOUND, "%s/%s: no such file", saf->dir,
                         name);
    if (r != 0)
        return r;
    fd = openat(folder, base,
                flags | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK, 0600);
    r = fd >= 0 ? check_file(saf, name, fd, secret, err)
                : open_failed(saf, name, err);
    leave(saf, &folder);
    if (r == 0)
        *ret = fd;
    else
        fd_close(&fd);
    return r;
}

int saf_disk_open(const struct saf *saf, const char *name, int *ret,
                  struct error *err)
{
    return open_file(saf, name, O_RDWR | O_CREAT, false, ret, err);
}

int saf_disk_read(const struct saf *saf, const char *name, bool secret,
                  char **ret_data, size_t *ret_len, struct error *err)
{
    int fd, r = open_file(saf, name, O_RDONLY, secret, &fd, err);

    if (r != 0)
        return r;
    r = fd_read_open(fd, name, FILE_LIMIT, ret_data, ret_len, err);
    fd_close(&fd);
    return r;
}

bool saf_disk_exists(const struct saf *saf, const char *name)
{
    struct stat st;
    const char *base;
    bool found;
    int folder, r = enter(saf, name, false, &folder, &base, NULL);

    if (r != 0)
        return r != ERR_NOT_FOUND;
    found =
        fstatat(folder, base, &st, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
    leave(saf, &folder);
    return found;
}

/* The text of util/fd does not know the folder. */
static int name_folder(const char *name, const char *base, int r,
                       struct error *err)
{
    struct error inner;

    if (r == 0 || err == NULL)
        return r;
    inner = *err;
    return error_set(err, r, "%.*s%s", (int)(base - name), name, inner.text);
}

int saf_disk_put(const struct saf *saf, const char *name, const void *data,
                 size_t len, struct error *err)
{
    const char *base;
    int folder, r;

    r = enter(saf, name, true, &folder, &base, err);
    if (r != 0)
        return r;
    r = fd_replace_file(folder, base, 0600, (uid_t)-1, (gid_t)-1, data, len,
                        err);
    leave(saf, &folder);
    return name_folder(name, base, r, err);
}

/* The folder is synced, so that the journal does not go before the file. */
int saf_disk_remove(const struct saf *saf, const char *name, struct error *err)
{
    const char *base;
    int folder, r;

    r = enter(saf, name, false, &folder, &base, err);
    if (r != 0)
        return r == ERR_NOT_FOUND ? 0 : r;
    if (unlinkat(folder, base, 0) < 0) {
        if (errno != ENOENT)
            r = error_errno(err, "%s/%s: can't remove", saf->dir, name);
    } else if (fsync(folder) < 0) {
        r = error_errno(err, "%s/%s: can't sync the removal", saf->dir, name);
    }
    leave(saf, &folder);
    return r;
}
