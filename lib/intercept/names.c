/* See names.h. */

#include "intercept/names.h"

#include <ctype.h>
#include <string.h>

static bool fold(const char *name, size_t len, bool digit_first,
                 char ret[NAME_SIZE])
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@#$";
    char out[NAME_SIZE] = "";
    size_t i;

    if (len == 0 || len >= NAME_SIZE ||
        (!digit_first && isdigit((unsigned char)name[0])))
        return false;
    for (i = 0; i < len; i++) {
        out[i] = (char)toupper((unsigned char)name[i]);
        if (strchr(allowed, out[i]) == NULL || out[i] == '\0')
            return false;
    }
    memcpy(ret, out, NAME_SIZE);
    return true;
}

bool name_of_account(const char *account, char ret[NAME_SIZE])
{
    return fold(account, strlen(account), true, ret);
}

bool name_of_comm(const char *comm, char ret[NAME_SIZE])
{
    return fold(comm, strlen(comm), false, ret);
}

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

bool name_of_unit(const char *cgroup, char ret[NAME_SIZE])
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
    return fold(unit, (size_t)len, false, ret);
}
