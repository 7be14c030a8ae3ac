/* attlsctl trace: starts and stops the daemon's packet trace. The file is
 * opened here, with the caller's rights; the daemon gets the descriptor. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "attlsctl/call.h"
#include "attlsctl/ctl.h"
#include "util/fd.h"

int ctl_trace(const struct verb_call *call)
{
    const char *out = verb_value(call, OPT_OUT);
    int fd, status;

    if (out == NULL)
        return ctl_pass(call);
    fd = open(out, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        fprintf(stderr, "attlsctl trace: %s: %s\n", out, strerror(errno));
        return CTL_EXIT_ERROR;
    }
    status = ctl_pass_file(call, fd);
    if (status != CTL_EXIT_OK)
        unlink(out); /* ours, and nothing is in it */
    fd_close(&fd);
    return status;
}
