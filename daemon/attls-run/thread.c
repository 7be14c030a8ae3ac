/* The thread that made a call, and the time; see private.h. */

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "attls-run/private.h"
#include "util/clock.h"

void run_status(pid_t thread, const char *key, char ret[RUN_STATUS])
{
    char path[40], line[128];
    size_t len = strlen(key);
    FILE *f;

    ret[0] = '\0';
    snprintf(path, sizeof(path), "/proc/%d/status", (int)thread);
    f = fopen(path, "re");
    while (f != NULL && fgets(line, sizeof(line), f) != NULL)
        if (strncmp(line, key, len) == 0 && sscanf(line + len, "%63s", ret) > 0)
            break;
    if (f != NULL)
        fclose(f);
}

bool run_is_valid(const struct run *r, const struct seccomp_notif *call)
{
    return ioctl(r->notify, SECCOMP_IOCTL_NOTIF_ID_VALID, &call->id) == 0;
}

uint64_t run_now(void)
{
    return clock_ms();
}

uint64_t run_after(uint64_t ms)
{
    return run_now() + ms + 1;
}
