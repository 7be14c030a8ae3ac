/* See names.h. */

#include "intercept/names.h"

#include <string.h>

const char *name_unit_part(const char *cgroup, int *ret_len)
{
    static const char suffix[] = ".service";
    const char *part;
    size_t len;

    for (part = cgroup; *part != '\0'; part += len + (part[len] == '/')) {
        len = strcspn(part, "/");
        if (len > sizeof(suffix) - 1 &&
            strncmp(part + len - (sizeof(suffix) - 1), suffix,
                    sizeof(suffix) - 1) == 0) {
            *ret_len = (int)len;
            return part;
        }
    }
    return NULL;
}

bool name_of_unit(const char *cgroup, char ret[ZOS_NAME_SIZE])
{
    int len = 0;
    const char *unit = name_unit_part(cgroup, &len), *at;

    if (unit == NULL)
        return false;
    len -= (int)strlen(".service");
    at = memchr(unit, '@', (size_t)len);
    if (at != NULL) {
        len -= (int)(at + 1 - unit);
        unit = at + 1;
    }
    return zos_name_fold_len(ZOS_JOBNAME, unit, (size_t)len, ret);
}
