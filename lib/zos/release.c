/* The releases by their names. */

#include "zos/release.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *shown;
} releases[ZOS_RELEASES] = {
#define RELEASE(id, name, shown) [id] = {name, shown},
#include "zos/releases.def"
};

/* "2.1, 2.2 and 2.3" */
static void list_names(char *ret, size_t size)
{
    size_t i, len = 0;

    for (i = 0; i < ZOS_RELEASES && len < size; i++)
        len += (size_t)snprintf(ret + len, size - len, "%s%s",
                                i == 0                  ? ""
                                : i + 1 == ZOS_RELEASES ? " and "
                                                        : ", ",
                                releases[i].name);
}

int zos_release_parse(const char *text, enum zos_release *ret,
                      struct error *err)
{
    char known[128];
    size_t i;

    for (i = 0; i < ZOS_RELEASES; i++)
        if (strcmp(text, releases[i].name) == 0) {
            *ret = (enum zos_release)i;
            return 0;
        }
    list_names(known, sizeof(known));
    return error_set(err, ERR_VALUE, "release \"%s\" is not known; %s are",
                     text, known);
}

const char *zos_release_name(enum zos_release release)
{
    return releases[release].name;
}

const char *zos_release_shown(enum zos_release release)
{
    return releases[release].shown;
}
