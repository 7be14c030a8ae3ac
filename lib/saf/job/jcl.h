#ifndef SAF_JOB_JCL_H
#define SAF_JOB_JCL_H

/*
 * A job's text to its steps. Of JCL only what decides which TSO commands run
 * and for whom: JOB with USER=, EXEC with PGM= and PARM=, and the in-stream
 * data of SYSTSIN. All else on the cards is left alone (MVS JCL Reference).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/error.h"
#include "util/source.h"

struct arena;

struct jcl_step {
    const char *job;     /* "" when there is no JOB card */
    const char *user;    /* USER= of the JOB card, upper case, or NULL */
    const char *name;    /* "" when the step has none */
    const char *program; /* PGM=, or NULL: a procedure */
    const char *proc;    /* the procedure's name, or NULL */
    const char *parm;    /* PARM=, quotes removed, or NULL */
    bool cond;           /* COND= was given */
    bool has_input;      /* SYSTSIN with in-stream data: */
    uint32_t off, end;   /* its place in the source */
    unsigned line;       /* of the EXEC card */
    struct jcl_step *next;
};

/* Whether the first line that is not blank is a JCL statement. */
bool jcl_is_job(const struct source *src);

/* The steps in order, in ARENA; NULL when the job has none. ERR_SYNTAX (the
 * text names the line), ERR_NOMEM. */
int jcl_parse(const struct source *src, struct arena *arena,
              struct jcl_step **ret, struct error *err);

#endif
