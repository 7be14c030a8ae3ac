/*
 * The database as a folder: opening and locking it, and changes that reach the
 * disk whole. One file is file.c, its place on the disk disk.c; what the files
 * mean is db.c and text.c.
 */

#include "saf/db/private.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/fd.h"
#include "util/path.h"
#include "util/strbuf.h"

#define FOLDER    SAF_FOLDER
#define LOCK_FILE "saf/lock"
#define JOURNAL   "saf/journal"

enum { OPEN_ATTEMPTS = 20 };

/* ---- who may touch it ---- */

static int open_folder(struct saf *saf, struct error *err)
{
    struct stat st;

    saf->dirfd = open(saf->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (saf->dirfd < 0 && errno == ENOENT)
        return error_set(err, ERR_NOT_FOUND,
                         "%s: no such folder; a job run with racdcert --racf "
                         "makes a new security database there",
                         saf->dir);
    if (saf->dirfd < 0)
        return error_errno(err, "%s: can't open the security database",
                           saf->dir);
    if (fstat(saf->dirfd, &st) < 0)
        return error_errno(err, "%s: can't stat", saf->dir);
    saf->uid = st.st_uid;
    saf->gid = st.st_gid;
    if (st.st_uid != 0 && st.st_uid != geteuid() && geteuid() != 0)
        return error_set(err, ERR_UNSAFE,
                         "%s belongs to uid %ld, neither to root nor to you "
                         "(uid %ld): its owner could change what you read",
                         saf->dir, (long)st.st_uid, (long)geteuid());
    return saf_check_safe(saf, ".", &st, err);
}

/* True when DIR holds nothing at all. */
static bool folder_empty(const struct saf *saf)
{
    int fd = fcntl(saf->dirfd, F_DUPFD_CLOEXEC, 0);
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *e;
    bool empty = true;

    if (d == NULL) {
        fd_close(&fd);
        return false;
    }
    rewinddir(d);
    while (empty && (e = readdir(d)) != NULL)
        empty = strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0;
    closedir(d);
    return empty;
}

static int take_lock(struct saf *saf, struct error *err)
{
    int r = saf_disk_open(saf, LOCK_FILE, &saf->lockfd, err);

    if (r != 0)
        return r;
    if (flock(saf->lockfd, LOCK_EX | LOCK_NB) == 0)
        return 0;
    if (errno == EWOULDBLOCK)
        return error_set(err, ERR_LOCKED,
                         "%s: another job is changing the security database; "
                         "try again when it has ended",
                         saf->dir);
    return error_errno(err, "%s/" LOCK_FILE ": can't lock", saf->dir);
}

/* ---- files ---- */

static void forget_changes(struct saf *saf)
{
    saf->in_change = false;
    memset(saf->dirty, 0, sizeof(saf->dirty));
    saf_changes_clear(&saf->pending);
}

static int change_file(struct saf *saf, const char *name, const void *data,
                       size_t len, struct error *err)
{
    int r;

    if (!saf->writable)
        return error_set(err, ERR_DENIED, "%s is open for reading only",
                         saf->dir);
    if (!saf_file_name_valid(name))
        return error_set(err, ERR_VALUE, "%s: not a name in the database",
                         name);
    if (saf->in_change)
        return saf_changes_add(&saf->pending, name, data, len, err);
    r = saf_begin(saf, err);
    if (r == 0)
        r = saf_changes_add(&saf->pending, name, data, len, err);
    if (r == 0)
        return saf_commit(saf, err);
    forget_changes(saf);
    return r;
}

int saf_write_file(struct saf *saf, const char *name, const void *data,
                   size_t len, struct error *err)
{
    return change_file(saf, name, data != NULL ? data : "", len, err);
}

int saf_remove_file(struct saf *saf, const char *name, struct error *err)
{
    return change_file(saf, name, NULL, 0, err);
}

/* ---- commit ---- */

/* Plays a list of changes onto the disk and removes the journal. */
static int play(struct saf *saf, const struct saf_changes *list,
                struct error *err)
{
    size_t i;
    int r = 0;

    for (i = 0; r == 0 && i < list->n; i++) {
        const struct saf_change *c = &list->c[i];

        if (c->data != NULL)
            r = saf_disk_put(saf, c->name, c->data, c->len, err);
        else
            r = saf_disk_remove(saf, c->name, err);
    }
    if (r == 0)
        r = saf_disk_remove(saf, JOURNAL, err);
    return r;
}

/* Our own tables that were changed join the files of the change. */
static int print_tables(struct saf *saf, struct error *err)
{
    int t, r = 0;

    saf->dirty[TABLE_DATABASE] = true;
    if (saf->dirty[TABLE_PROFILES] || saf->dirty[TABLE_RACLIST])
        saf->dirty[TABLE_KEYS] = true;
    for (t = 0; r == 0 && t < TABLE_COUNT; t++) {
        struct strbuf sb = STRBUF_INIT;

        /* The state file last: its number tells readers that all is there. */
        int table = (t + 1) % TABLE_COUNT;

        if (!saf->dirty[table])
            continue;
        r = saf_db_print(saf, (enum saf_table)table, &sb, err);
        if (r == 0)
            r = saf_changes_add(&saf->pending,
                                saf_table_file((enum saf_table)table),
                                strbuf_str(&sb), sb.len, err);
        strbuf_wipe(&sb);
    }
    return r;
}

/* *RET_DECIDED: the journal is in place, so that the change will last. */
static int write_changes(struct saf *saf, bool *ret_decided, struct error *err)
{
    struct strbuf journal = STRBUF_INIT;
    int r;

    r = saf_journal_print(&saf->pending, &journal, err);
    if (r == 0)
        r = saf_disk_put(saf, JOURNAL, strbuf_str(&journal), journal.len, err);
    strbuf_wipe(&journal);
    if (r != 0)
        return r;
    *ret_decided = true;
    return play(saf, &saf->pending, err);
}

/* A dry run's commit: the changes only become what we read from now on. */
static int keep_changes(struct saf *saf, struct error *err)
{
    size_t i;
    int r = 0;

    for (i = 0; r == 0 && i < saf->pending.n; i++)
        r = saf_changes_add(&saf->overlay, saf->pending.c[i].name,
                            saf->pending.c[i].data, saf->pending.c[i].len, err);
    return r;
}

static bool anything_changed(const struct saf *saf)
{
    int t;

    for (t = 0; t < TABLE_COUNT; t++)
        if (saf->dirty[t])
            return true;
    return saf->pending.n != 0;
}

int saf_begin(struct saf *saf, struct error *err)
{
    if (saf->broken)
        return error_set(err, ERR_DAMAGED,
                         "%s can't be changed any more after the error before; "
                         "the next job reads it again",
                         saf->dir);
    if (saf->in_change)
        return error_set(err, ERR_EXISTS, "a change has already begun");
    saf->in_change = true;
    return 0;
}

/*
 * Once the journal is in place the change can't be taken back. When the files
 * can't follow it (a full disk), reading it again tries once more; then it is
 * the next writer who finishes it, and this one must write no second journal.
 */
int saf_commit(struct saf *saf, struct error *err)
{
    bool decided = false;
    int r = 0;

    if (anything_changed(saf)) {
        saf->generation++;
        r = print_tables(saf, err);
        if (r == 0)
            r = saf->dry_run ? keep_changes(saf, err)
                             : write_changes(saf, &decided, err);
    }
    if (r == 0) {
        forget_changes(saf);
        return 0;
    }
    if (saf_rollback(saf, NULL) == 0 && decided)
        return 0;
    return r;
}

/* The journal that a reader or a new writer finds. */
static int read_journal(struct saf *saf, struct saf_changes *ret,
                        struct error *err)
{
    char *text;
    size_t len;
    int r;

    r = saf_disk_read(saf, JOURNAL, true, &text, &len, err);
    if (r == ERR_NOT_FOUND)
        return 0;
    if (r != 0)
        return r;
    r = saf_journal_parse(text, len, ret, err);
    explicit_bzero(text, len);
    free(text);
    return r;
}

static int reload(struct saf *saf, struct error *err)
{
    int r = 0;

    saf_db_clear(saf);
    if (!saf->dry_run) {
        saf_changes_clear(&saf->overlay);
        r = read_journal(saf, &saf->overlay, err);
    }
    /* A writer finishes what a killed one has left. */
    if (r == 0 && saf->writable && !saf->dry_run && saf->overlay.n != 0) {
        r = play(saf, &saf->overlay, err);
        saf_changes_clear(&saf->overlay);
    }
    return r == 0 ? saf_db_load(saf, err) : r;
}

int saf_rollback(struct saf *saf, struct error *err)
{
    int r;

    forget_changes(saf);
    saf->epoch++;
    r = reload(saf, err);
    saf->broken = r != 0;
    return r;
}

unsigned saf_epoch(const struct saf *saf)
{
    return saf->epoch;
}

void saf_set_dry_run(struct saf *saf)
{
    saf->dry_run = true;
}

/* ---- opening ---- */

bool saf_unchanged(struct saf *saf)
{
    struct saf now;
    bool same;

    memset(&now, 0, sizeof(now));
    now.dir = saf->dir;
    now.dirfd = saf->dirfd;
    now.uid = saf->uid;
    now.gid = saf->gid;
    same = reload(&now, NULL) == 0 && now.generation == saf->generation;
    saf_db_clear(&now);
    saf_changes_clear(&now.overlay);
    return same;
}

/* DIR has no file of ours but the lock: whoever was making the database was
 * killed. */
static bool never_filled(const struct saf *saf)
{
    int t;

    for (t = 0; t < TABLE_COUNT; t++)
        if (saf_disk_exists(saf, saf_table_file((enum saf_table)t)))
            return false;
    return !saf_disk_exists(saf, JOURNAL);
}

static int no_database(const struct saf *saf, struct error *err)
{
    return error_set(err, ERR_NOT_FOUND,
                     "%s holds no security database (it was begun and never "
                     "filled); a job run with racdcert --racf makes it",
                     saf->dir);
}

static int open_reader(struct saf *saf, struct error *err)
{
    int i, r;

    for (i = 0; i < OPEN_ATTEMPTS; i++) {
        if (never_filled(saf))
            return no_database(saf, err);
        r = reload(saf, err);
        if (r == 0 && saf_unchanged(saf))
            return 0;
        if (r != 0 && r != ERR_DAMAGED && r != ERR_NOT_FOUND)
            return r;
    }
    if (r == 0)
        r = error_set(err, ERR_LOCKED,
                      "%s is being changed all the time; try again", saf->dir);
    return r;
}

static int make_database(struct saf *saf, struct error *err)
{
    int r = saf_db_init(saf, err);

    return r == 0 ? saf_commit(saf, err) : r;
}

static int open_writer(struct saf *saf, bool create, struct error *err)
{
    int r = 0;

    if (create && folder_empty(saf))
        r = saf_disk_make_folder(saf, FOLDER, err);
    if (r == 0)
        r = take_lock(saf, err);
    if (r != 0)
        return r;
    saf->writable = true;
    saf_sweep_folders(saf);
    if (never_filled(saf)) {
        if (create)
            return make_database(saf, err);
        return no_database(saf, err);
    }
    return reload(saf, err);
}

static int check_database(struct saf *saf, enum saf_mode mode,
                          struct error *err)
{
    int fd, r = saf_disk_open_folder(saf, FOLDER, &fd, err);

    if (r == 0)
        fd_close(&fd);
    if (r != ERR_NOT_FOUND)
        return r;
    if (mode == SAF_CREATE && folder_empty(saf))
        return 0;
    return error_set(err, ERR_NOT_FOUND,
                     "%s holds no security database (no folder " FOLDER
                     " in it)%s",
                     saf->dir, mode == SAF_CREATE ? " and is not empty" : "");
}

int saf_open(const char *dir, enum saf_mode mode, struct saf **ret,
             struct error *err)
{
    struct saf *saf = calloc(1, sizeof(*saf));
    int r;

    if (saf == NULL)
        return error_nomem(err);
    saf->dirfd = saf->lockfd = -1;
    saf->dir = strdup(dir);
    if (saf->dir == NULL) {
        r = error_nomem(err);
        goto out;
    }
    path_tidy(saf->dir);
    if (mode == SAF_CREATE && mkdir(dir, 0700) < 0 && errno != EEXIST) {
        r = error_errno(err, "%s: can't make the folder", dir);
        goto out;
    }
    r = open_folder(saf, err);
    if (r == 0 && mode != SAF_READ)
        r = saf_check_writer(saf, err);
    if (r == 0)
        r = check_database(saf, mode, err);
    if (r == 0)
        r = mode == SAF_READ ? open_reader(saf, err)
                             : open_writer(saf, mode == SAF_CREATE, err);
    if (r == 0) {
        *ret = saf;
        saf = NULL;
    }
out:
    saf_close(saf);
    return r;
}

void saf_close(struct saf *saf)
{
    if (saf == NULL)
        return;
    saf_db_clear(saf);
    saf_changes_clear(&saf->pending);
    saf_changes_clear(&saf->overlay);
    fd_close(&saf->lockfd); /* ends the lock */
    fd_close(&saf->dirfd);
    free(saf->dir);
    free(saf);
}

const char *saf_dir(const struct saf *saf)
{
    return saf->dir;
}

bool saf_writable(const struct saf *saf)
{
    return saf->writable;
}
