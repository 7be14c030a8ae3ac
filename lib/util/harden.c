/* What a process gives up before it touches a key; see harden.h. */

#include "util/harden.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* The leak detector of a sanitizer build attaches to its own process as a
 * debugger would. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { DUMPABLE = 1 };
#else
enum { DUMPABLE = 0 };
#endif

int harden_memory(struct error *err)
{
    struct rlimit none = {0, 0};

    if (setrlimit(RLIMIT_CORE, &none) < 0)
        return error_errno(err, "can't switch core dumps off");
    if (prctl(PR_SET_DUMPABLE, DUMPABLE, 0, 0, 0) < 0)
        return error_errno(err, "PR_SET_DUMPABLE");
    return 0;
}

int harden_server(struct error *err)
{
    struct sigaction ignore = {0};
    struct rlimit files;
    int r = harden_memory(err);

    ignore.sa_handler = SIG_IGN;
    if (r == 0 && sigaction(SIGPIPE, &ignore, NULL) < 0)
        r = error_errno(err, "SIGPIPE");
    if (r == 0 && getrlimit(RLIMIT_NOFILE, &files) < 0)
        r = error_errno(err, "RLIMIT_NOFILE");
    if (r != 0)
        return r;
    files.rlim_cur = files.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &files) < 0)
        return error_errno(err, "RLIMIT_NOFILE");
    return 0;
}
