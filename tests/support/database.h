#ifndef SUPPORT_DATABASE_H
#define SUPPORT_DATABASE_H

/* A security database without anything in it, for the tests of its files: a
 * fixture, and short ways to its folder. */

#include <stdio.h>

#include "saf/db/saf.h"
#include "support/suite.h"
#include "support/testring.h"

static struct testring *ring;
static struct error err;

static void set_up(void)
{
    struct saf *saf = NULL;

    ring = testring_empty();
    ck_assert_int_eq(saf_open(testring_dir(ring), SAF_CREATE, &saf, &err), 0);
    saf_close(saf);
}

static void tear_down(void)
{
    testring_free(ring);
}

static const char *path(const char *name)
{
    static char buf[1024];

    snprintf(buf, sizeof(buf), "%s/%s", testring_dir(ring), name);
    return buf;
}

static struct saf *open_as(enum saf_mode mode)
{
    struct saf *saf = NULL;

    ck_assert_msg(saf_open(testring_dir(ring), mode, &saf, &err) == 0, "%s",
                  err.text);
    return saf;
}

#endif
