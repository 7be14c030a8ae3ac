/* See marks.h. */

#include "intercept/marks.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/fd.h"

enum { FILE_MAX = 1024, TRIES = 1000 };

/* ---- numbers ---- */

bool marks_are_whole(const struct marks *m)
{
    uint32_t all = m->wire | m->app | m->excluded;

    return __builtin_popcount(m->mask) >= MARKS_BITS_MIN && m->wire != 0 &&
           m->app != 0 && m->excluded != 0 && m->wire != m->app &&
           m->app != m->excluded && m->wire != m->excluded &&
           (all & ~m->mask) == 0;
}

int marks_make(uint32_t mask, uid_t uid, struct marks *ret, struct error *err)
{
    struct marks m = {.mask = mask, .uid = uid};
    uint32_t r[3];
    int i;

    if (__builtin_popcount(mask) < MARKS_BITS_MIN)
        return error_set(err, ERR_VALUE, "0x%x has less than %d bits", mask,
                         MARKS_BITS_MIN);
    for (i = 0; i < TRIES && !marks_are_whole(&m); i++) {
        if (getrandom(r, sizeof(r), 0) != (ssize_t)sizeof(r))
            return error_errno(err, "getrandom");
        m.wire = r[0] & mask;
        m.app = r[1] & mask;
        m.excluded = r[2] & mask;
    }
    if (!marks_are_whole(&m))
        return error_set(err, ERR_SYSTEM, "no random numbers");
    *ret = m;
    return 0;
}

/* ---- the text ---- */

bool marks_parse_line(const char *line, struct marks *into)
{
    const struct {
        const char *key;
        uint32_t *field;
    } keys[] = {{"mask=0x", &into->mask},
                {"wire=0x", &into->wire},
                {"app=0x", &into->app},
                {"excluded=0x", &into->excluded}};
    size_t i, len, digits;

    for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        len = strlen(keys[i].key);
        if (strncmp(line, keys[i].key, len) != 0)
            continue;
        digits = strspn(line + len, "0123456789abcdef");
        if (digits == 0 || digits > 8 || *keys[i].field != 0 ||
            (line[len + digits] != '\0' && line[len + digits] != '\n'))
            return false;
        *keys[i].field = (uint32_t)strtoul(line + len, NULL, 16);
        return true;
    }
    return false;
}

static int parse(const char *path, char *text, uint32_t mask, uid_t uid,
                 struct marks *ret, struct error *err)
{
    struct marks m = {.uid = uid};
    char *rest = text, *line;
    bool ok = true;

    while (ok && (line = strsep(&rest, "\n")) != NULL)
        ok = *line == '\0' || *line == '#' || marks_parse_line(line, &m);
    if (!ok || !marks_are_whole(&m))
        return error_set(err, ERR_DAMAGED,
                         "%s does not hold packet marks; remove it to have "
                         "new ones, and install the rules again",
                         path);
    if (mask != 0 && m.mask != mask)
        return error_set(err, ERR_DAMAGED,
                         "the marks in %s are of mark_mask 0x%x, not 0x%x; "
                         "remove the file to have new ones, and install the "
                         "rules again",
                         path, m.mask, mask);
    *ret = m;
    return 0;
}

void marks_print(const struct marks *m, struct strbuf *out)
{
    strbuf_addf(out, "mask=0x%08x\nwire=0x%08x\napp=0x%08x\nexcluded=0x%08x\n",
                m->mask, m->wire, m->app, m->excluded);
}

/* ---- the file ---- */

struct place {
    const char *path, *name; /* the file, and in its folder */
    int dir;
    struct stat st; /* of the folder */
};

static int open_place(const char *path, struct place *ret, struct error *err)
{
    const char *slash = strrchr(path, '/');
    char *dir = slash != NULL ? strndup(path, (size_t)(slash - path) + 1)
                              : strdup("./");
    int r = 0;

    if (dir == NULL)
        return error_nomem(err);
    ret->path = path;
    ret->name = slash != NULL ? slash + 1 : path;
    ret->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (ret->dir < 0 || fstat(ret->dir, &ret->st) < 0)
        r = error_errno(err, "the packet marks %s: folder %s", path, dir);
    else if ((ret->st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        r = error_set(err, ERR_UNSAFE,
                      "others may write the folder %s of the packet marks",
                      dir);
    if (r != 0)
        fd_close(&ret->dir);
    free(dir);
    return r;
}

static int check(const struct place *p, const struct stat *st,
                 struct error *err)
{
    if (!S_ISREG(st->st_mode) || st->st_nlink != 1)
        return error_set(err, ERR_UNSAFE,
                         "%s is not a plain file with one name", p->path);
    if ((st->st_mode & 07777) != 0600)
        return error_set(err, ERR_UNSAFE,
                         "%s has mode %03o; whoever reads the packet marks can "
                         "pass the rules: remove it to have new ones, and "
                         "install the rules again",
                         p->path, (unsigned)st->st_mode & 07777);
    if (p->st.st_uid != 0 && st->st_uid != p->st.st_uid)
        return error_set(
            err, ERR_UNSAFE, "%s belongs to account %lu, and its folder to %lu",
            p->path, (unsigned long)st->st_uid, (unsigned long)p->st.st_uid);
    if (geteuid() != 0 && st->st_uid != geteuid())
        return error_set(err, ERR_UNSAFE,
                         "%s belongs to account %lu, not to this one", p->path,
                         (unsigned long)st->st_uid);
    return 0;
}

static int no_file(const struct place *p, struct error *err)
{
    if (errno == ENOENT)
        return error_set(err, ERR_NOT_FOUND, "there is no %s", p->path);
    if (errno == ELOOP)
        return error_set(err, ERR_UNSAFE, "%s is a link", p->path);
    return error_errno(err, "can't read the packet marks %s", p->path);
}

static int read_in(const struct place *p, uint32_t mask, struct marks *ret,
                   struct error *err)
{
    int fd = openat(p->dir, p->name,
                    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    char *text = NULL;
    struct stat st;
    size_t len;
    int r;

    if (fd < 0)
        return no_file(p, err);
    r = fstat(fd, &st) < 0 ? error_errno(err, "%s", p->path)
                           : check(p, &st, err);
    if (r == 0)
        r = fd_read_open(fd, p->path, FILE_MAX, &text, &len, err);
    if (r == 0)
        r = parse(p->path, text, mask, st.st_uid, ret, err);
    free(text);
    fd_close(&fd);
    return r;
}

/* Two may make it at once: whoever gives it its name first has made it. */
static int write_new(const struct place *p, const struct strbuf *text,
                     struct error *err)
{
    char tmp[NAME_MAX + 1];
    int fd, r = 0;

    snprintf(tmp, sizeof(tmp), "%.200s.%ld.tmp", p->name, (long)getpid());
    unlinkat(p->dir, tmp, 0);
    fd = openat(p->dir, tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_errno(err, "can't make the packet marks %s", p->path);
    if (fchmod(fd, 0600) < 0 || fd_write_all(fd, text->data, text->len, err) ||
        fsync(fd) < 0 ||
        (renameat2(p->dir, tmp, p->dir, p->name, RENAME_NOREPLACE) < 0 &&
         errno != EEXIST))
        r = error_errno(err, "can't make the packet marks %s", p->path);
    unlinkat(p->dir, tmp, 0);
    fd_close(&fd);
    return r;
}

/* As the folder's owner: root's rights have no place in it. */
static int make_in(const struct place *p, uint32_t mask, struct error *err)
{
    bool foreign = geteuid() == 0 && p->st.st_uid != 0;
    struct strbuf text = STRBUF_INIT;
    struct marks m;
    int r = marks_make(mask, p->st.st_uid, &m, err);

    if (r != 0)
        return r;
    strbuf_adds(&text, "# Packet marks of attlsd's transparent mode; keep "
                       "them secret.\n");
    marks_print(&m, &text);
    if (foreign) {
        setfsgid(p->st.st_gid);
        setfsuid(p->st.st_uid);
    }
    r = strbuf_failed(&text) ? error_nomem(err) : write_new(p, &text, err);
    if (foreign) {
        setfsuid(geteuid());
        setfsgid(getegid());
    }
    strbuf_done(&text);
    return r;
}

/* MAKES: a file that is not there is made. */
static int look(const char *path, uint32_t mask, bool makes, struct marks *ret,
                struct error *err)
{
    struct place p;
    int r = open_place(path, &p, err);

    if (r != 0)
        return r;
    r = read_in(&p, mask, ret, err);
    if (makes && r == ERR_NOT_FOUND) {
        r = make_in(&p, mask != 0 ? mask : MARKS_MASK, err);
        if (r == 0)
            r = read_in(&p, mask, ret, err);
    }
    fd_close(&p.dir);
    return r;
}

int marks_read(const char *path, uint32_t mask, struct marks *ret,
               struct error *err)
{
    return look(path, mask, false, ret, err);
}

int marks_take(const char *path, uint32_t mask, struct marks *ret,
               struct error *err)
{
    return look(path, mask, true, ret, err);
}
