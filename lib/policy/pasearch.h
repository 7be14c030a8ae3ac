#ifndef POLICY_PASEARCH_H
#define POLICY_PASEARCH_H

/*
 * A policy in the layout of z/OS's pasearch -t (IP System Administrator's
 * Commands, "The z/OS UNIX pasearch command"), measured on a listing of z/OS
 * 3.1. Statements and keywords come from the tables in their order there.
 * Blanks that the real listing has at the end of a line are left out.
 */

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "util/strbuf.h"

struct policy;
struct policy_action;

enum pasearch_status { PASEARCH_ANY, PASEARCH_ACTIVE, PASEARCH_INACTIVE };

struct pasearch {
    bool rules, actions; /* -r, -a; both: each rule with its actions below */
    bool names;          /* -n: only the names */
    enum pasearch_status status; /* -A, -I: by time conditions, at NOW */
    const char *filter; /* -f: only entries of this name; NULL: all. A rule of
                           the name comes with its actions. */
    const char *image;  /* stack; NULL: that of the policy, else TCPIP */
    time_t now;
    time_t installed; /* when the policy was: instance id, created, updated */
};

/*
 * Adds the report. The number of entries (rules, and actions that are listed
 * by themselves); with 0 nothing was added: pasearch then prints
 * PASEARCH_NOTHING.
 */
size_t pasearch_list(const struct policy *p, const struct pasearch *s,
                     struct strbuf *out);

#define PASEARCH_NOTHING "No policies retrieved\n"

/* Adds the policy object of -c (layout unconfirmed). FILE: where it is. */
void pasearch_object(const struct policy *p, const struct pasearch *s,
                     const char *file, struct strbuf *out);

#endif
