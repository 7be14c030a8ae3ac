#ifndef SAF_JOB_JOB_H
#define SAF_JOB_JOB_H

/*
 * The job runner: JCL or bare TSO commands in, listings and a return code
 * out. Other modules register their commands by table; lib/saf registers its
 * own (saf/admin/admin.h). The runner prints nothing: output goes to a
 * callback.
 *
 * Each command is on the disk before its output is given out and the next one
 * begins, as RACF does: a job that is killed, or a machine that loses power,
 * leaves the commands that were answered, whole, and nothing of the others. So
 * a command waits for the disk several times (the journal, each table, the
 * folder), and that is what a long job takes: 1,000 ADDUSER need 4 s of
 * processor time, and took 20 to 54 s on disks more or less busy. One commit
 * for a step would be quicker, and its answers would promise what may be lost.
 *
 * Syntax: TSO/E User's Guide, "Entering TSO/E commands"; what jobs in the
 * field really contain, see the comments in tso.h.
 */

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"
#include "util/source.h"
#include "util/strbuf.h"
#include "zos/dataset.h"

struct saf;
struct tso_command; /* saf/job/tso.h: one parsed command */
struct tso_grammar; /* saf/job/tso.h: a command's table of operands */

/* Return codes of commands and jobs. */
enum { JOB_OK = 0, JOB_WARNING = 4, JOB_FAILED = 8, JOB_SYNTAX = 12 };

/* Asks for the password of PASSWORD(*); NULL: none was given. The text
 * belongs to the caller of the job and is valid to its end. */
typedef const char *(*job_password_fn)(void *arg);

/* What a command works with. */
struct job_context {
    struct saf *saf;
    const char *issuer;    /* user id of the issuer, upper case, or NULL */
    const char *not_after; /* --not-after, "+1y" or yyyy-mm-dd, or NULL */
    const char *dsn_dir;   /* --dsn-dir, or NULL */
    const char *password;  /* from --password-file, or NULL; secret */
    job_password_fn ask_password; /* when PASSWORD is NULL; may be NULL */
    void *ask_arg;
    struct dataset_map datasets; /* borrowed */
    bool dry_run;                /* say what would be done */
    bool no_echo;                /* a single command: show only what it says */
    struct strbuf *out;          /* the command's messages and listing */
    void *module; /* the module's own object (struct ring_store) */
};

/* Runs one command; returns its return code (0, 4, 8, 12). */
typedef int (*job_command_fn)(struct job_context *ctx,
                              const struct tso_command *cmd);

/* Whether the command changes nothing, so that no lock is needed for it. */
typedef bool (*job_reads_fn)(const struct tso_command *cmd);

struct job_command {
    const char *name;                  /* "RACDCERT" */
    const char *aliases;               /* blank-separated, or "" */
    const struct tso_grammar *grammar; /* its operands; says what is secret */
    int scope; /* of its operands in there; 0: all of the grammar's */
    job_command_fn run;
    job_reads_fn reads; /* NULL: it always changes something */
};

struct job_runner;

struct job_runner *job_runner_new(void);
void job_runner_free(struct job_runner *r);
/* COMMANDS is a table that outlives the runner; MODULE is handed to its
 * commands in ctx->module. ERR_NOMEM. */
int job_register(struct job_runner *r, const struct job_command *commands,
                 size_t count, void *module, struct error *err);

/* All commands of the job only read: it can be run beside a writer, and by
 * somebody who may not write. */
bool job_only_reads(const struct job_runner *r, const struct source *src);

/* The job has a command that is registered, or has one in a PARM. Without one
 * it needs no database: to run it says what is wrong with it. */
bool job_has_commands(const struct job_runner *r, const struct source *src);

/* Called with each piece of output as soon as a command has ended. */
typedef void (*job_output_fn)(void *arg, const char *text, size_t len);

/*
 * Runs a whole job, or the commands of a SRC that holds no JCL. Each command
 * is echoed (secrets as ****) and followed by its messages. Returns the
 * highest return code; a failed command does not stop the job. USER= of the
 * JOB card goes before ctx->issuer. What one command changes is committed
 * when it has ended, whatever its return code.
 */
int job_run(struct job_runner *r, const struct job_context *ctx,
            const struct source *src, job_output_fn output, void *arg);

#endif
