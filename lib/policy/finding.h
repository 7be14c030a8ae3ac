#ifndef POLICY_FINDING_H
#define POLICY_FINDING_H

/*
 * The findings of this folder: adds to a list of diagnostics under the name
 * and grade of findings.def, counts what stops a load, and keeps secrets out
 * of sight.
 */

#include <stdbool.h>
#include <stddef.h>

#include "policy/parms.h"
#include "util/diag.h"

enum finding {
#define FINDING(id, ...) FIND_##id,
#include "policy/findings.def"
    FIND_COUNT
};

enum finding_grade { GRADE_NOTE, GRADE_WARNING, GRADE_LINT_ERROR, GRADE_ERROR };

struct finding_row {
    const char *name;
    enum finding_grade grade;
    const char *meaning;
    const char *fix; /* unless finding_fix() says a better one; NULL: it does */
};

const struct finding_row *finding_row(enum finding id);

/* By name; FIND_COUNT: there is none. */
enum finding finding_find(const char *name, size_t len);

struct allow;
struct policy;

struct findings {
    struct diags *diags;
    size_t errors;             /* of GRADE_ERROR */
    bool nomem;                /* memory ran out on the way */
    const struct allow *allow; /* what is switched off; NULL: nothing */
    bool silent;               /* the one added last is */
    bool masked;               /* **** may stand for a secret */
    bool noted[PARM_COUNT];    /* no-loss is said of the keyword */
};

/* For findings about a policy that is loaded; its comments and the options of
 * its load hold for them too. */
void findings_init(struct findings *f, const struct policy *p,
                   struct diags *diags);

void finding_add(struct findings *f, enum finding id, const struct span *span,
                 const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* It has been added at this place already, for another rule perhaps. */
bool finding_said(const struct findings *f, enum finding id,
                  const struct span *span);
/* No more findings are kept: what is costly to say need not be said. Errors
 * are counted all the same. */
bool findings_full(const struct findings *f);

/* The way to mend what was added last. */
void finding_fix(struct findings *f, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
