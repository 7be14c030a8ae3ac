/* The program that has a socket: this test and children of it. */

#include "intercept/program.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/scratch.h"
#include "support/suite.h"

enum { PLENTY = 1000000 };

static uint32_t inode_of(int fd)
{
    struct stat st;

    ck_assert_int_eq(fstat(fd, &st), 0);
    return (uint32_t)st.st_ino;
}

static void find(uint32_t inode, struct program *ret)
{
    unsigned looks = PLENTY;

    program_find(NULL, geteuid(), inode, &looks, ret);
}

START_TEST(this_program_is_found)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    char link[SCRATCH], exe[512];
    struct program is;
    ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

    scratch_template(link, "test_program");
    ck_assert_int_gt(n, 0);
    exe[n] = '\0';
    find(inode_of(fd), &is);
    ck_assert(is.found && is.ours);
    ck_assert_str_eq(is.comm, "test_program");
    /* the file counts, not what it is called */
    ck_assert(program_runs(&is, exe));
    ck_assert_int_ge(mkstemp(link), 0);
    ck_assert(!program_runs(&is, link));
    ck_assert_int_eq(unlink(link), 0);
    ck_assert_int_eq(symlink(exe, link), 0);
    ck_assert(program_runs(&is, link));
    ck_assert_int_eq(unlink(link), 0);
    ck_assert(!program_runs(&is, link));
    close(fd);
    is.found = true;
    find(inode_of(0) + 1, &is);
    ck_assert(!is.found);
}
END_TEST

/* What the child does before it is looked at; false: it may not. */
static bool new_users(void)
{
    return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0;
}

static bool new_mounts(void)
{
    return unshare(CLONE_NEWNS) == 0;
}

static bool nothing(void)
{
    return true;
}

static bool other_account(void)
{
    return geteuid() == 0 && setgid(5001) == 0 && setuid(5001) == 0 &&
           prctl(PR_SET_DUMPABLE, 1) == 0;
}

static bool hidden(void)
{
    return prctl(PR_SET_DUMPABLE, 0) == 0;
}

/* A child that makes a socket; its inode, 0: what it was to do it may not. */
static pid_t start(bool (*prepare)(void), uint32_t *ret_inode)
{
    uint32_t inode = 0;
    int pipes[2];
    pid_t pid;

    ck_assert_int_eq(pipe(pipes), 0);
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (prepare())
            inode = inode_of(socket(AF_INET, SOCK_STREAM, 0));
        if (write(pipes[1], &inode, sizeof(inode)) != sizeof(inode))
            _exit(1);
        pause();
        _exit(0);
    }
    ck_assert_int_eq(read(pipes[0], ret_inode, sizeof(*ret_inode)),
                     sizeof(*ret_inode));
    close(pipes[0]);
    close(pipes[1]);
    return pid;
}

static void end(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

/* All run this test's own file, and it is theirs for the asking. */
static const struct {
    const char *name;
    bool (*prepare)(void);
    bool root; /* found by root only */
    bool runs;
} worlds[] = {
    {"ours", nothing, false, true},
    {"a user namespace of its own", new_users, false, false},
    {"mounts that root made", new_mounts, true, true},
    {"another account", other_account, true, true},
    {"shows no owner", hidden, true, true},
};

START_TEST(a_program_of_another_world_is_told)
{
    struct program is;
    uint32_t inode;
    pid_t pid = start(worlds[_i].prepare, &inode);

    if (inode != 0 && (geteuid() == 0 || !worlds[_i].root)) {
        find(inode, &is);
        ck_assert_msg(is.found, "%s", worlds[_i].name);
        ck_assert_msg(is.ours == worlds[_i].runs, "%s", worlds[_i].name);
        ck_assert_msg(program_runs(&is, "/proc/self/exe") == worlds[_i].runs,
                      "%s", worlds[_i].name);
    }
    end(pid);
}
END_TEST

/* A list of processes stands for a cgroup's. */
static void write_list(const char *name, pid_t one, pid_t two)
{
    FILE *f = fopen(name, "w");

    ck_assert_ptr_nonnull(f);
    fprintf(f, "%d\n%d\n", (int)one, (int)two);
    ck_assert_int_eq(fclose(f), 0);
}

static bool has_many_descriptors(void)
{
    int i;

    for (i = 0; i < 500; i++)
        if (dup(2) < 0)
            return false;
    return other_account();
}

/* Descriptors of another account cost this one nothing, and its own no more
 * than the limit. */
START_TEST(looks_are_bounded)
{
    char list[SCRATCH];
    struct program is;
    unsigned looks;
    uint32_t inode;
    pid_t other = start(has_many_descriptors, &inode);
    int fd = socket(AF_INET, SOCK_STREAM, 0); /* not the child's */

    scratch_template(list, "test_program");
    ck_assert_int_ge(mkstemp(list), 0);
    write_list(list, other, getpid());
    if (inode != 0) { /* only root can be two accounts */
        looks = 100;
        program_find(list, geteuid(), inode_of(fd), &looks, &is);
        ck_assert(is.found);
        looks = 100;
        program_find(list, 5001, inode_of(fd), &looks, &is);
        ck_assert(!is.found);
        ck_assert_uint_eq(looks, 0);
        looks = 1000;
        program_find(list, 5001, inode, &looks, &is);
        ck_assert(is.found);
    }
    write_list(list, 1, other);
    looks = PLENTY;
    program_find(list, geteuid(), inode_of(fd), &looks, &is);
    ck_assert(!is.found); /* it is not one of these */
    looks = 1;
    program_find(NULL, geteuid(), inode_of(fd), &looks, &is);
    ck_assert(!is.found);
    end(other);
    ck_assert_int_eq(unlink(list), 0);
    close(fd);
}
END_TEST

TESTS_BEGIN("program")
TEST(this_program_is_found)
TEST_ROWS(a_program_of_another_world_is_told, worlds)
TEST(looks_are_bounded)
TESTS_END
