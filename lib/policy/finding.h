#ifndef POLICY_FINDING_H
#define POLICY_FINDING_H

/*
 * The findings of this folder: adds to a list of diagnostics under the name
 * and grade of findings.def, counts what stops a load, and keeps secrets out
 * of sight.
 */

#include <stdbool.h>
#include <stddef.h>

#include "util/diag.h"

enum finding {
#define FINDING(id, ...) FIND_##id,
#include "policy/findings.def"
#undef FINDING
    FIND_COUNT
};

enum finding_grade { GRADE_NOTE, GRADE_WARNING, GRADE_LINT_ERROR, GRADE_ERROR };

struct finding_row {
    const char *name;
    enum finding_grade grade;
    const char *meaning;
};

const struct finding_row *finding_row(enum finding id);

struct findings {
    struct diags *diags;
    size_t errors; /* of GRADE_ERROR */
    bool nomem;    /* memory ran out on the way */
};

void finding_add(struct findings *f, enum finding id, const struct span *span,
                 const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* No more findings are kept: what is costly to say need not be said. Errors
 * are counted all the same. */
bool findings_full(const struct findings *f);

/* The way to mend what was added last. */
#define finding_fix(f, ...) diag_fix((f)->diags, __VA_ARGS__)

#endif
