#ifndef ATTLSCTL_CASE_H
#define ATTLSCTL_CASE_H

/*
 * Files of cases for attlsctl test: libconfig, with connections and what is
 * expected of each (attlsctl(8), "test").
 */

#include <stdbool.h>
#include <stddef.h>

#include "attlsctl/conn_args.h"

/* What can be expected, in the order of reporting. */
enum ctl_aspect {
    CTL_RULE,
    CTL_STATUS,
    CTL_ROLE,
    CTL_PROTOCOLS,
    CTL_CIPHERS,
    CTL_RING,
    CTL_ASPECTS
};
const char *ctl_aspect_name(enum ctl_aspect a);

struct ctl_case {
    const char *name;
    unsigned line;
    struct ctl_conn conn;
    char *expected[CTL_ASPECTS]; /* items with one blank between; NULL: any */
};

struct ctl_cases {
    char *policy;                /* as a path from here; NULL: none named */
    const char *release, *stack; /* NULL: not said */
    int allow_legacy;            /* 0, 1; -1: not said */
    struct ctl_case *list;
    size_t count;
    void *config; /* owns the texts */
};

/*
 * Reads FILE. 0; or CTL_EXIT_ERROR after messages, one for each thing that is
 * wrong, and then there is nothing to free.
 */
int ctl_cases_read(const char *file, struct ctl_cases *ret);
void ctl_cases_free(struct ctl_cases *c);

#endif
