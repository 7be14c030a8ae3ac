#ifndef SUPPORT_SCRATCH_H
#define SUPPORT_SCRATCH_H

/* Files and folders of a test, below TMPDIR. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SCRATCH = 100 }; /* leaves room for a name in a socket's address */

/* The template for mkdtemp() and mkstemp(). */
static inline void scratch_template(char path[SCRATCH], const char *name)
{
    const char *tmp = getenv("TMPDIR");

    if (snprintf(path, SCRATCH, "%s/%s.XXXXXX",
                 tmp != NULL && tmp[0] != '\0' ? tmp : "/tmp",
                 name) >= SCRATCH) {
        fprintf(stderr, "TMPDIR is too long: %s\n", tmp);
        abort();
    }
}

static inline void scratch_folder(char path[SCRATCH], const char *name)
{
    scratch_template(path, name);
    if (mkdtemp(path) == NULL) {
        perror(path);
        abort();
    }
}

/* For files that a policy names: nothing quotes a blank in it. */
static inline void scratch_folder_for_policy(char path[SCRATCH],
                                             const char *name)
{
    scratch_template(path, name);
    if (strpbrk(path, " \t") != NULL)
        snprintf(path, SCRATCH, "/var/tmp/%s.XXXXXX", name);
    if (mkdtemp(path) == NULL) {
        perror(path);
        abort();
    }
}

/* A command by its words, which no shell reads; aborts when it fails. */
static inline void scratch_run(const char *const argv[])
{
    pid_t pid = fork();
    int status = -1;

    if (pid == 0) {
        execvp(argv[0], (char *const *)argv);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) {
        fprintf(stderr, "%s %s: status %d\n", argv[0], argv[1], status);
        abort();
    }
}

static inline void scratch_remove(const char *path)
{
    scratch_run((const char *const[]){"rm", "-rf", path, NULL});
}

#endif
