/* Limits of the process; see privilege.h. */

#include "daemon/privilege.h"

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

int privilege_harden(struct error *err)
{
    struct rlimit none = {0, 0}, files;
    struct sigaction ignore = {0};

    ignore.sa_handler = SIG_IGN;
    if (sigaction(SIGPIPE, &ignore, NULL) < 0)
        return error_errno(err, "SIGPIPE");
    if (setrlimit(RLIMIT_CORE, &none) < 0)
        return error_errno(err, "can't switch core dumps off");
    if (prctl(PR_SET_DUMPABLE, DUMPABLE, 0, 0, 0) < 0)
        return error_errno(err, "PR_SET_DUMPABLE");
    if (getrlimit(RLIMIT_NOFILE, &files) < 0)
        return error_errno(err, "RLIMIT_NOFILE");
    files.rlim_cur = files.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &files) < 0)
        return error_errno(err, "RLIMIT_NOFILE");
    return 0;
}
