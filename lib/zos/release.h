#ifndef ZOS_RELEASE_H
#define ZOS_RELEASE_H

/* The releases of z/OS: releases.def. A later one is the greater number. */

#include "util/error.h"

enum zos_release {
#define RELEASE(id, name, shown) id,
#include "zos/releases.def"
    ZOS_RELEASES
};

/* "2.3" to ZOS_2_3; ERR_VALUE names the releases that are known. */
int zos_release_parse(const char *text, enum zos_release *ret,
                      struct error *err);
const char *zos_release_name(enum zos_release release);
/* As netstat and pasearch head their reports: "CS V2R3", "CS 3.1". */
const char *zos_release_shown(enum zos_release release);

#endif
