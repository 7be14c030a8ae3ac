#include "saf/db/private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/database.h"
#include "support/faults.h"
#include "util/fd.h"
#include "util/strbuf.h"

/* The database as a folder: opening, files, changes, locks, damage. */

static int open_fails(enum saf_mode mode)
{
    struct saf *saf = NULL;
    int r = saf_open(testring_dir(ring), mode, &saf, &err);

    ck_assert_ptr_null(saf);
    return r;
}

static void write_text(const char *name, const char *text)
{
    int fd = open(path(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fd_write_all(fd, text, strlen(text), NULL), 0);
    close(fd);
}

/* What NAME holds, "" when it is not there; valid until the next call. */
static const char *holds(struct saf *saf, const char *name)
{
    static char buf[64];
    char *data;
    size_t len;

    if (saf_read_file(saf, name, &data, &len, NULL) != 0)
        return "";
    snprintf(buf, sizeof(buf), "%s", data);
    free(data);
    return buf;
}

/* ---- names ---- */

static const struct {
    const char *name;
    bool valid;
} names[] = {
    {"A", true},
    {"IMSSTC/cert-1.pem", true},
    {"irrcerta/index.cfg", true},
    {"A#@$._-z9/B", true},
    {"", false},
    {"/", false},
    {"/etc", false},
    {"A/", false},
    {"A//B", false},
    {"A/B/C", false},
    {".", false},
    {"..", false},
    {"../A", false},
    {"A/..", false},
    {"A/.hidden", false},
    {".A", false},
    {"A B", false},
    {"A\nB", false},
    {"A\\B", false},
    {"A\xc3\xa4", false},
    {"A*", false},
};

START_TEST(file_names_do_not_lead_out)
{
    struct saf *saf = open_as(SAF_WRITE);
    char *data;
    size_t len;

    ck_assert_msg(saf_file_name_valid(names[_i].name) == names[_i].valid, "%s",
                  names[_i].name);
    if (!names[_i].valid) {
        ck_assert_int_eq(saf_write_file(saf, names[_i].name, "x", 1, &err),
                         ERR_VALUE);
        ck_assert_int_eq(saf_remove_file(saf, names[_i].name, &err), ERR_VALUE);
        ck_assert_int_eq(saf_read_file(saf, names[_i].name, &data, &len, &err),
                         ERR_VALUE);
    }
    saf_close(saf);
}
END_TEST

START_TEST(long_file_names_are_refused)
{
    char name[300];

    memset(name, 'A', sizeof(name));
    name[199] = '\0';
    ck_assert(saf_file_name_valid(name));
    name[199] = 'A';
    name[200] = '\0';
    ck_assert(!saf_file_name_valid(name));
}
END_TEST

/* A folder's name is not cut to some length. */
START_TEST(long_folder_names_are_kept_whole)
{
    struct saf *saf = open_as(SAF_WRITE);
    char name[120];

    memset(name, 'A', sizeof(name));
    strcpy(name + 100, "/x");
    ck_assert_msg(saf_write_file(saf, name, "1", 1, &err) == 0, "%s", err.text);
    ck_assert_str_eq(holds(saf, name), "1");
    saf_close(saf);
}
END_TEST

/* ---- files ---- */

static void check_mode(const char *name, unsigned mode)
{
    struct stat st;

    ck_assert_int_eq(lstat(path(name), &st), 0);
    ck_assert_msg((st.st_mode & 07777) == mode, "%s has mode %04o", name,
                  (unsigned)st.st_mode & 07777);
}

START_TEST(files_are_private_whatever_the_umask_is)
{
    struct saf *saf = open_as(SAF_WRITE);

    umask(0);
    ck_assert_int_eq(saf_write_file(saf, "IMSSTC/cert-1.key", "k", 1, &err), 0);
    umask(0777);
    ck_assert_int_eq(saf_write_file(saf, "IMSSTC/cert-2.key", "k", 1, &err), 0);
    umask(022);
    check_mode("IMSSTC", 0700);
    check_mode("IMSSTC/cert-1.key", 0600);
    check_mode("IMSSTC/cert-2.key", 0600);
    check_mode("saf", 0700);
    check_mode("saf/passwords.cfg", 0600);
    saf_close(saf);
}
END_TEST

START_TEST(files_come_and_go)
{
    static const char zero[] = "a\0b";
    struct saf *saf = open_as(SAF_WRITE);
    char *data;
    size_t len;

    ck_assert_int_eq(saf_read_file(saf, "A/x", &data, &len, &err),
                     ERR_NOT_FOUND);
    ck_assert_int_eq(saf_write_file(saf, "A/x", zero, 3, &err), 0);
    ck_assert_int_eq(saf_read_file(saf, "A/x", &data, &len, &err), 0);
    ck_assert_uint_eq(len, 3);
    ck_assert_mem_eq(data, zero, 4);
    free(data);
    ck_assert_int_eq(saf_write_file(saf, "A/x", NULL, 0, &err), 0);
    ck_assert_int_eq(saf_read_file(saf, "A/x", &data, &len, &err), 0);
    ck_assert_uint_eq(len, 0);
    free(data);
    ck_assert_int_eq(saf_remove_file(saf, "A/x", &err), 0);
    ck_assert_int_eq(saf_read_file(saf, "A/x", &data, &len, &err),
                     ERR_NOT_FOUND);
    ck_assert_int_eq(saf_remove_file(saf, "A/x", &err), 0);
    saf_close(saf);
    saf_close(NULL);
}
END_TEST

START_TEST(a_reader_changes_nothing)
{
    struct saf *saf = open_as(SAF_READ);

    ck_assert(!saf_writable(saf));
    ck_assert_int_eq(saf_write_file(saf, "A", "x", 1, &err), ERR_DENIED);
    ck_assert_int_eq(saf_remove_file(saf, "A", &err), ERR_DENIED);
    saf_close(saf);
}
END_TEST

START_TEST(lists_the_folders_of_others)
{
    struct saf *saf = open_as(SAF_WRITE);
    char **list;

    ck_assert_int_eq(saf_write_file(saf, "ZZ/x", "1", 1, &err), 0);
    ck_assert_int_eq(mkdir(path(".hidden"), 0700), 0);
    ck_assert_int_eq(mkdir(path("lost+found"), 0700), 0);
    write_text("FILE", "x");
    ck_assert_int_eq(saf_begin(saf, &err), 0);
    ck_assert_int_eq(saf_write_file(saf, "AA/x", "1", 1, &err), 0);
    ck_assert_int_eq(saf_list_folders(saf, &list, &err), 0);
    ck_assert_str_eq(list[0], "AA");
    ck_assert_str_eq(list[1], "ZZ");
    ck_assert_ptr_null(list[2]);
    saf_names_free(list);
    saf_names_free(NULL);
    ck_assert_int_eq(chmod(path("ZZ"), 0770), 0);
    ck_assert_int_eq(saf_list_folders(saf, &list, &err), ERR_UNSAFE);
    saf_close(saf);
}
END_TEST

/* ---- changes ---- */

START_TEST(a_change_is_seen_whole_by_others)
{
    struct saf *writer = open_as(SAF_WRITE), *reader;

    ck_assert_int_eq(saf_begin(writer, &err), 0);
    ck_assert_int_eq(saf_begin(writer, &err), ERR_EXISTS);
    saf_write_file(writer, "A/x", "1", 1, &err);
    saf_write_file(writer, "B/y", "1", 1, &err);
    ck_assert_str_eq(holds(writer, "A/x"), "1");
    reader = open_as(SAF_READ);
    ck_assert_str_eq(holds(reader, "A/x"), "");
    ck_assert(saf_unchanged(reader));
    ck_assert_int_eq(saf_commit(writer, &err), 0);
    ck_assert(!saf_unchanged(reader));
    saf_close(reader);
    reader = open_as(SAF_READ);
    ck_assert_str_eq(holds(reader, "A/x"), "1");
    ck_assert_str_eq(holds(reader, "B/y"), "1");
    saf_close(reader);
    saf_close(writer);
}
END_TEST

START_TEST(rollback_forgets)
{
    struct saf *saf = open_as(SAF_WRITE);
    unsigned epoch = saf_epoch(saf);

    saf_write_file(saf, "A/x", "1", 1, &err);
    saf_begin(saf, &err);
    saf_write_file(saf, "A/x", "2", 1, &err);
    saf_add_user(saf, "FRED");
    ck_assert_int_eq(saf_rollback(saf, &err), 0);
    ck_assert_str_eq(holds(saf, "A/x"), "1");
    ck_assert(!saf_user_exists(saf, "FRED"));
    ck_assert_uint_ne(saf_epoch(saf), epoch);
    saf_close(saf);
}
END_TEST

START_TEST(a_dry_run_leaves_the_disk_alone)
{
    struct saf *saf = open_as(SAF_WRITE);
    char **list;

    saf_set_dry_run(saf);
    ck_assert_int_eq(saf_write_file(saf, "A/x", "1", 1, &err), 0);
    ck_assert_str_eq(holds(saf, "A/x"), "1");
    ck_assert_int_eq(saf_list_folders(saf, &list, &err), 0);
    ck_assert_str_eq(list[0], "A");
    saf_names_free(list);
    ck_assert_int_eq(saf_rollback(saf, &err), 0);
    ck_assert_str_eq(holds(saf, "A/x"), "1");
    saf_close(saf);
    ck_assert_int_eq(access(path("A"), F_OK), -1);
    saf = open_as(SAF_READ);
    ck_assert_str_eq(holds(saf, "A/x"), "");
    saf_close(saf);
}
END_TEST

/* ---- killed writers ---- */

/* One change: a file replaced, one removed, one new in a new folder, a user. */
static void change(struct saf *saf)
{
    struct saf_user *u;

    ck_assert_int_eq(saf_begin(saf, &err), 0);
    saf_write_file(saf, "A/replaced", "new", 3, &err);
    saf_remove_file(saf, "A/removed", &err);
    saf_write_file(saf, "B/added", "new", 3, &err);
    u = saf_add_user(saf, "FRED");
    ck_assert_ptr_nonnull(u);
    saf_changed(saf, TABLE_USERS);
    ck_assert_msg(saf_commit(saf, &err) == 0, "%s", err.text);
}

static bool is_old(struct saf *saf)
{
    bool old = !saf_user_exists(saf, "FRED");

    ck_assert_str_eq(holds(saf, "A/replaced"), old ? "old" : "new");
    ck_assert_str_eq(holds(saf, "A/removed"), old ? "old" : "");
    ck_assert_str_eq(holds(saf, "B/added"), old ? "" : "new");
    return old;
}

static bool kill_at(unsigned n)
{
    struct saf *saf;
    int status;
    pid_t pid = fork();

    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        saf = open_as(SAF_WRITE);
        fault_kill(FAULT_FSYNC, (int)n + 1);
        change(saf);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status) == FAULT_KILLED;
}

static void fill_old(void)
{
    struct saf *saf = open_as(SAF_WRITE);

    saf_write_file(saf, "A/replaced", "old", 3, &err);
    saf_write_file(saf, "A/removed", "old", 3, &err);
    saf_close(saf);
}

/* Each fsync() is a place to be killed at: of what was written, under its
 * temporary name; of its folder, when it has its own. Twice each for the
 * journal, A/replaced, B/added, users and database; once, of the folder, for
 * B itself, A/removed and the journal's end. */
enum { STEPS = 13 };

START_TEST(a_killed_writer_leaves_the_old_or_the_new_state)
{
    struct saf *reader, *writer;
    bool old;

    fill_old();
    ck_assert(kill_at((unsigned)_i));
    reader = open_as(SAF_READ);
    old = is_old(reader);
    ck_assert(old == (_i == 0));
    writer = open_as(SAF_WRITE);
    ck_assert(is_old(writer) == old);
    ck_assert_int_eq(access(path("saf/journal"), F_OK), -1);
    ck_assert(is_old(reader) == old);
    saf_close(writer);
    saf_close(reader);
}
END_TEST

static bool killed_while_making(unsigned n)
{
    struct saf *saf = NULL;
    int status;
    pid_t pid = fork();

    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        fault_kill(FAULT_FSYNC, (int)n + 1);
        saf_open(path("fresh"), SAF_CREATE, &saf, &err);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return WEXITSTATUS(status) == FAULT_KILLED;
}

/* The folder saf; the journal and eight tables, twice each; the journal's end.
 * MADE: the first place where the journal has its name. */
enum { MAKING_STEPS = 20, MADE = 2 };

START_TEST(there_is_no_other_step)
{
    fill_old();
    ck_assert(!kill_at(STEPS));
    ck_assert(!killed_while_making(MAKING_STEPS));
}
END_TEST

START_TEST(a_database_is_made_whole_or_not_at_all)
{
    struct saf *saf = NULL;
    char dir[1024];
    int r;

    ck_assert(killed_while_making((unsigned)_i));
    snprintf(dir, sizeof(dir), "%s", path("fresh"));
    r = saf_open(dir, SAF_READ, &saf, &err);
    ck_assert_msg(r == (_i < MADE ? ERR_NOT_FOUND : 0), "%s", err.text);
    ck_assert(r != 0 || saf_group_exists(saf, "SYS1"));
    saf_close(saf);
    saf = NULL;
    if (_i < MADE)
        ck_assert_int_eq(saf_open(dir, SAF_WRITE, &saf, &err), ERR_NOT_FOUND);
    ck_assert_int_eq(saf_open(dir, SAF_CREATE, &saf, &err), 0);
    ck_assert(saf_group_exists(saf, "SYS1"));
    saf_close(saf);
}
END_TEST

START_TEST(sweeps_what_a_killed_writer_left)
{
    struct saf *saf = open_as(SAF_WRITE);

    saf_write_file(saf, "A/x", "1", 1, &err);
    saf_close(saf);
    write_text("A/cert-1.key.4711.tmp", "part of a key");
    write_text("saf/users.cfg.4711.tmp", "part");
    write_text("A/mine.tmp", "not ours");
    saf = open_as(SAF_READ);
    saf_close(saf);
    ck_assert_int_eq(access(path("A/cert-1.key.4711.tmp"), F_OK), 0);
    saf = open_as(SAF_WRITE);
    saf_close(saf);
    ck_assert_int_eq(access(path("A/cert-1.key.4711.tmp"), F_OK), -1);
    ck_assert_int_eq(access(path("saf/users.cfg.4711.tmp"), F_OK), -1);
    ck_assert_int_eq(access(path("A/mine.tmp"), F_OK), 0);
    ck_assert_int_eq(access(path("A/x"), F_OK), 0);
}
END_TEST

/* ---- faults ---- */

static const struct {
    const char *name;
    enum injected fault;
} faults[] = {
    {"write", FAULT_WRITE},   {"fsync", FAULT_FSYNC},
    {"rename", FAULT_RENAME}, {"fchmod", FAULT_FCHMOD},
    {"memory", FAULT_MEMORY},
};

/* Whichever call fails: afterwards all is old, or all is new. */
START_TEST(a_failing_call_leaves_the_old_or_the_new_state)
{
    struct saf *saf, *reader;
    bool old, struck = true;
    int n, r;

    fill_old();
    for (n = 1; struck && n < 200; n++) {
        saf = open_as(SAF_WRITE);
        if (!is_old(saf)) {
            saf_close(saf);
            break;
        }
        saf_begin(saf, &err);
        saf_write_file(saf, "A/replaced", "new", 3, &err);
        saf_remove_file(saf, "A/removed", &err);
        saf_write_file(saf, "B/added", "new", 3, &err);
        saf_add_user(saf, "FRED");
        saf_changed(saf, TABLE_USERS);
        fault_set(faults[_i].fault, n, ENOSPC);
        r = saf_commit(saf, &err);
        struck = fault_struck(faults[_i].fault);
        fault_set(faults[_i].fault, 0, 0);
        reader = open_as(SAF_READ);
        old = is_old(reader);
        ck_assert_msg(r != 0 || !old, "%s %d: said yes, stored nothing",
                      faults[_i].name, n);
        saf_close(reader);
        saf_close(saf);
    }
    ck_assert_int_gt(n, 1);
    ck_assert_int_lt(n, 200);
}
END_TEST

/* The journal is there, the files can't follow, twice: no change any more. */
START_TEST(a_writer_that_is_stuck_writes_no_second_journal)
{
    struct saf *saf;

    fill_old();
    saf = open_as(SAF_WRITE);
    ck_assert_int_eq(mkdir(path("A/x"), 0700), 0);
    ck_assert_int_eq(saf_write_file(saf, "A/x", "new", 3, &err), ERR_SYSTEM);
    ck_assert_int_eq(saf_write_file(saf, "A/y", "new", 3, &err), ERR_DAMAGED);
    ck_assert_int_eq(saf_begin(saf, &err), ERR_DAMAGED);
    saf_close(saf);
    ck_assert_int_eq(access(path("saf/journal"), F_OK), 0);
    ck_assert_int_eq(rmdir(path("A/x")), 0);
    saf = open_as(SAF_WRITE);
    ck_assert_str_eq(holds(saf, "A/x"), "new");
    saf_close(saf);
}
END_TEST

/* ---- locks, owners, modes ---- */

START_TEST(a_second_writer_is_told_at_once)
{
    struct saf *first = open_as(SAF_WRITE), *reader;

    ck_assert_int_eq(open_fails(SAF_WRITE), ERR_LOCKED);
    ck_assert_ptr_nonnull(strstr(err.text, "another job is changing"));
    ck_assert_int_eq(open_fails(SAF_CREATE), ERR_LOCKED);
    reader = open_as(SAF_READ);
    saf_close(reader);
    saf_close(first);
    saf_close(open_as(SAF_WRITE));
}
END_TEST

static const struct {
    const char *name, *file;
    unsigned mode;
} unsafe[] = {
    {"the folder, group", ".", 0770},
    {"the folder, others", ".", 0707},
    {"our folder", "saf", 0770},
    {"a table", "saf/users.cfg", 0620},
    {"the passwords", "saf/passwords.cfg", 0602},
};

START_TEST(refuses_what_others_may_write)
{
    const char *file = strcmp(unsafe[_i].file, ".") == 0 ? "" : unsafe[_i].file;
    char want[1100];

    snprintf(want, sizeof(want), "chmod go-w %s", path(file));
    if (*file == '\0')
        want[strlen(want) - 1] = '\0'; /* the slash */
    ck_assert_int_eq(chmod(path(unsafe[_i].file), unsafe[_i].mode), 0);
    ck_assert_int_eq(open_fails(SAF_READ), ERR_UNSAFE);
    ck_assert_ptr_nonnull(strstr(err.text, "chmod go-w"));
    ck_assert_str_eq(strstr(err.text, "chmod go-w"), want);
    ck_assert_int_eq(open_fails(SAF_WRITE), ERR_UNSAFE);
}
END_TEST

static const struct {
    const char *name, *file;
    unsigned mode;
} readable[] = {
    {"the PassTicket keys, others", "saf/keys.cfg", 0604},
    {"the passwords, group", "saf/passwords.cfg", 0640},
};

START_TEST(refuses_secrets_that_others_may_read)
{
    ck_assert_int_eq(chmod(path(readable[_i].file), readable[_i].mode), 0);
    ck_assert_int_eq(open_fails(SAF_READ), ERR_UNSAFE);
    ck_assert_ptr_nonnull(strstr(err.text, "with: chmod 600"));
    ck_assert_int_eq(open_fails(SAF_WRITE), ERR_UNSAFE);
}
END_TEST

START_TEST(refuses_files_in_folders_that_others_may_write)
{
    struct saf *saf = open_as(SAF_WRITE);
    char *data;
    size_t len;

    saf_write_file(saf, "A/x", "1", 1, &err);
    ck_assert_int_eq(chmod(path("A"), 0777), 0);
    ck_assert_int_eq(saf_read_file(saf, "A/x", &data, &len, &err), ERR_UNSAFE);
    ck_assert_int_eq(chmod(path("A"), 0700), 0);
    ck_assert_int_eq(chmod(path("A/x"), 0660), 0);
    ck_assert_int_eq(saf_read_file(saf, "A/x", &data, &len, &err), ERR_UNSAFE);
    saf_close(saf);
}
END_TEST

START_TEST(follows_no_links)
{
    struct saf *saf = open_as(SAF_WRITE);
    char *data, other[1024];
    size_t len;

    saf_write_file(saf, "A/x", "1", 1, &err);
    ck_assert_int_eq(symlink("x", path("A/link")), 0);
    ck_assert_int_eq(symlink("A", path("B")), 0);
    ck_assert_int_eq(saf_read_file(saf, "A/link", &data, &len, &err),
                     ERR_UNSAFE);
    ck_assert_int_eq(saf_read_file(saf, "B/x", &data, &len, &err), ERR_UNSAFE);
    saf_close(saf);
    snprintf(other, sizeof(other), "%s", path("C"));
    ck_assert_int_eq(rename(path("saf"), other), 0);
    ck_assert_int_eq(symlink("C", path("saf")), 0);
    ck_assert_int_eq(open_fails(SAF_READ), ERR_UNSAFE);
}
END_TEST

/* As another user than the owner; the test must run as root for that. */
static int open_as_nobody(enum saf_mode mode)
{
    int status, r;
    pid_t pid = fork();
    struct saf *saf = NULL;

    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        /* the way there may be closed to nobody */
        if (chdir(testring_dir(ring)) != 0 || setgid(65534) != 0 ||
            setuid(65534) != 0)
            _exit(99);
        r = saf_open(".", mode, &saf, NULL);
        _exit(-r);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return -WEXITSTATUS(status);
}

START_TEST(only_owner_and_root_write)
{
    if (geteuid() != 0)
        return;
    ck_assert_int_eq(chmod(testring_dir(ring), 0755), 0);
    ck_assert_int_eq(open_as_nobody(SAF_WRITE), ERR_DENIED);
    ck_assert_int_eq(chown(testring_dir(ring), 65534, 65534), 0);
    ck_assert_int_eq(chown(path("saf"), 1234, 1234), 0);
    ck_assert_int_eq(open_fails(SAF_READ), ERR_UNSAFE);
}
END_TEST

/* ---- damage ---- */

static const struct {
    const char *name, *file, *text, *error;
} damages[] = {
    {"cut off", "saf/users.cfg", "users = (\n { id = \"FR",
     "/saf/users.cfg:2: "},
    {"empty", "saf/users.cfg", "", "/saf/users.cfg: it has no list \"users\""},
    {"another list", "saf/groups.cfg", "users = ();",
     "/saf/groups.cfg: it has no list \"groups\""},
    {"not a list of groups", "saf/users.cfg", "users = ( 1 );",
     "/saf/users.cfg:1: not what we wrote"},
    {"a value is missing", "saf/users.cfg", "users = (\n{ name = \"x\"; } );",
     "/saf/users.cfg:2: not what we wrote"},
    {"a user id that is none", "saf/users.cfg",
     "users = ( { id = \"../x\"; } );", "/saf/users.cfg:1: not what we wrote"},
    {"a user id too long", "saf/users.cfg",
     "users = ( { id = \"ABCDEFGHI\"; } );",
     "/saf/users.cfg:1: not what we wrote"},
    {"a connection without group", "saf/users.cfg",
     "users = ( { id = \"A\"; groups = ( { owner = \"B\"; } ); } );",
     "/saf/users.cfg:1: not what we wrote"},
    {"a day that is none", "saf/users.cfg",
     "users = ( { id = \"A\"; created = \"soon\"; } );",
     "/saf/users.cfg:1: not what we wrote"},
    {"an unknown level", "saf/profiles.cfg",
     "profiles = ( { class = \"FACILITY\"; name = \"A\"; owner = \"\"; uacc = "
     "\"SOME\"; } );",
     "/saf/profiles.cfg:1: not what we wrote"},
    {"a profile without name", "saf/profiles.cfg",
     "profiles = ( { class = \"FACILITY\"; name = \"\"; uacc = \"NONE\"; } );",
     "/saf/profiles.cfg:1: not what we wrote"},
    {"a hash that is too short", "saf/passwords.cfg",
     "passwords = ( { id = \"A\"; rounds = 1; salt = \"00\"; hash = \"00\"; } "
     ");",
     "/saf/passwords.cfg:1: not what we wrote"},
    {"a key of no profile", "saf/keys.cfg",
     "keys = ( { class = \"PTKTDATA\"; name = \"A\"; masked = true; key = "
     "\"123456789ABCDEF0\"; } );",
     "/saf/keys.cfg:1: not what we wrote"},
    {"another format", "saf/database.cfg",
     "database = ( { format = 2; generation = 1L; } );",
     "/saf/database.cfg:1: not what we wrote"},
    {"no journal", "saf/journal", "x", "saf/journal is not what we wrote"},
    {"a journal that is cut off", "saf/journal",
     "attls-journal 1 2\nwrite 1 A/x\n1\n", "saf/journal is not what we wrote"},
    {"a journal that leads out", "saf/journal",
     "attls-journal 1 1\nwrite 1 ../x\n1\nend\n",
     "saf/journal is not what we wrote"},
    {"a journal that removes outside", "saf/journal",
     "attls-journal 1 1\nremove /etc/x\nend\n",
     "saf/journal is not what we wrote"},
    {"a journal with a length too long", "saf/journal",
     "attls-journal 1 1\nwrite 99999999999 A/x\n1\nend\n",
     "saf/journal is not what we wrote"},
    {"a journal with more behind it", "saf/journal",
     "attls-journal 1 1\nremove A/x\nend\nmore\n",
     "saf/journal is not what we wrote"},
};

START_TEST(names_the_damaged_file)
{
    write_text(damages[_i].file, damages[_i].text);
    ck_assert_int_eq(open_fails(SAF_READ), ERR_DAMAGED);
    ck_assert_msg(strstr(err.text, damages[_i].error) != NULL, "%s: %s",
                  damages[_i].name, err.text);
    ck_assert_int_eq(open_fails(SAF_CREATE), ERR_DAMAGED);
}
END_TEST

static const char *const tables[] = {
    "saf/database.cfg", "saf/users.cfg",     "saf/groups.cfg",
    "saf/classes.cfg",  "saf/profiles.cfg",  "saf/raclist.cfg",
    "saf/keys.cfg",     "saf/passwords.cfg",
};

/* A lost file is no reason to begin a new database over the others. */
static const char *const bad_keys[] = {
    "masked = true; key = \"123456789ABCDEF\";",
    "masked = true; key = \"123456789ABCDEFG\";",
    "encrypted = true;",
    "label = \"../../etc/shadow\";",
    "enhanced_label = \"a b\";",
};

/* What is wrong with it is said; the key is not. */
START_TEST(a_damaged_key_is_not_shown)
{
    struct strbuf text = STRBUF_INIT;

    ck_assert_int_eq(testring_run(ring, "RDEF PTKTDATA A\n"), 0);
    strbuf_addf(&text, "keys = ( { class = \"PTKTDATA\"; name = \"A\"; %s } );",
                bad_keys[_i]);
    write_text("saf/keys.cfg", strbuf_str(&text));
    strbuf_done(&text);
    ck_assert_int_eq(open_fails(SAF_READ), ERR_DAMAGED);
    ck_assert_ptr_nonnull(strstr(err.text, "/saf/keys.cfg:1: not what"));
    ck_assert_ptr_null(strstr(err.text, "123456789"));
}
END_TEST

START_TEST(a_missing_file_is_damage)
{
    ck_assert_int_eq(unlink(path(tables[_i])), 0);
    ck_assert_int_eq(open_fails(SAF_READ), ERR_DAMAGED);
    ck_assert_ptr_nonnull(strstr(err.text, "is missing"));
    ck_assert_int_eq(open_fails(SAF_CREATE), ERR_DAMAGED);
}
END_TEST

START_TEST(knows_what_is_no_database)
{
    struct saf *saf = NULL;

    ck_assert_int_eq(saf_open(path("none"), SAF_READ, &saf, &err),
                     ERR_NOT_FOUND);
    ck_assert_int_eq(saf_open(path("none"), SAF_WRITE, &saf, &err),
                     ERR_NOT_FOUND);
    ck_assert_int_eq(mkdir(path("other"), 0700), 0);
    ck_assert_int_eq(saf_open(path("other"), SAF_READ, &saf, &err),
                     ERR_NOT_FOUND);
    write_text("other/file", "x");
    ck_assert_int_eq(saf_open(path("other"), SAF_CREATE, &saf, &err),
                     ERR_NOT_FOUND);
    ck_assert_int_eq(saf_open(path("saf/users.cfg"), SAF_READ, &saf, &err),
                     ERR_SYSTEM);
}
END_TEST

/* ---- all that is stored comes back ---- */

START_TEST(tables_survive_a_restart)
{
    struct saf *saf;
    struct strbuf before = STRBUF_INIT, after = STRBUF_INIT;
    int t;

    testring_issuer(ring, "IBMUSER");
    ck_assert_int_eq(
        testring_run(ring,
                     "ADDGROUP G SUPGROUP(SYS1)\n"
                     "ADDUSER U NAME('\"\\ \xc3\xa4') SPECIAL PASSWORD(X)\n"
                     "CONNECT U GROUP(G)\n"
                     "SETR CLASSACT(FACILITY) GENERIC(FACILITY)\n"
                     "RDEF FACILITY A.* APPLDATA('a \"quoted\" word')\n"
                     "PE A.* CLASS(FACILITY) ID(U G *) ACC(CONTROL)\n"
                     "SETR RACLIST(FACILITY)\n"
                     "RDEF PTKTDATA P SSIGNON(KEYENC(123456789ABCDEF0))\n"
                     "SETR RACLIST(PTKTDATA)\n"
                     "RALT PTKTDATA P SSIGNON(EPTKEYLABEL(K.1) TYPE(M) "
                     "TIMEOUT(60) REPLAY(YES))\n"),
        0);
    check_mode("saf/keys.cfg", 0600);
    saf = open_as(SAF_WRITE);
    for (t = 0; t < TABLE_COUNT; t++)
        saf_db_print(saf, (enum saf_table)t, &before, &err);
    saf_rollback(saf, &err);
    for (t = 0; t < TABLE_COUNT; t++)
        saf_db_print(saf, (enum saf_table)t, &after, &err);
    ck_assert_str_eq(strbuf_str(&before), strbuf_str(&after));
    ck_assert_str_eq(saf_tables(saf)->users[0].name, "\"\\ \xc3\xa4");
    ck_assert_str_eq(saf_tables(saf)->profiles.p[0].appldata,
                     "a \"quoted\" word");
    ck_assert_uint_eq(saf_tables(saf)->raclist.n, 2);
    ck_assert_str_eq(saf_tables(saf)->profiles.p[1].keys->enhanced_label,
                     "K.1");
    ck_assert_str_eq(saf_tables(saf)->raclist.p[1].keys->enhanced_label, "");
    ck_assert(saf_tables(saf)->raclist.p[1].keys->encrypted);
    strbuf_wipe(&before);
    strbuf_wipe(&after);
    saf_close(saf);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("saf");
    TCase *tc = tcase_create("saf");
    SRunner *sr = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_set_timeout(tc, 30);
    TEST_ROWS(file_names_do_not_lead_out, names)
    TEST(long_file_names_are_refused)
    TEST(long_folder_names_are_kept_whole)
    TEST(files_are_private_whatever_the_umask_is)
    TEST(files_come_and_go)
    TEST(a_reader_changes_nothing)
    TEST(lists_the_folders_of_others)
    TEST(a_change_is_seen_whole_by_others)
    TEST(rollback_forgets)
    TEST(a_dry_run_leaves_the_disk_alone)
    tcase_add_loop_test(tc, a_killed_writer_leaves_the_old_or_the_new_state, 0,
                        STEPS);
    TEST(there_is_no_other_step)
    tcase_add_loop_test(tc, a_database_is_made_whole_or_not_at_all, 0,
                        MAKING_STEPS);
    TEST(sweeps_what_a_killed_writer_left)
    TEST_ROWS(a_failing_call_leaves_the_old_or_the_new_state, faults)
    TEST(a_writer_that_is_stuck_writes_no_second_journal)
    TEST(a_second_writer_is_told_at_once)
    TEST_ROWS(refuses_what_others_may_write, unsafe)
    TEST_ROWS(refuses_secrets_that_others_may_read, readable)
    TEST(refuses_files_in_folders_that_others_may_write)
    TEST(follows_no_links)
    TEST(only_owner_and_root_write)
    TEST_ROWS(names_the_damaged_file, damages)
    TEST_ROWS(a_damaged_key_is_not_shown, bad_keys)
    TEST_ROWS(a_missing_file_is_damage, tables)
    TEST(knows_what_is_no_database)
    TEST(tables_survive_a_restart)
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
