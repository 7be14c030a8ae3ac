/*
 * deny CALL COMMAND [ARGUMENT...]: runs COMMAND with that system call denied
 * (EPERM), to it and to its children: as Yama and containers do.
 */

#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
    int call = argc > 2 ? seccomp_syscall_resolve_name(argv[1]) : -1;

    if (call < 0 || ctx == NULL ||
        seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), call, 0) < 0 ||
        seccomp_load(ctx) < 0) {
        fprintf(stderr, "deny: see the head of deny.c\n");
        return 2;
    }
    seccomp_release(ctx);
    execvp(argv[2], argv + 2);
    fprintf(stderr, "deny: %s: %s\n", argv[2], strerror(errno));
    return 2;
}
