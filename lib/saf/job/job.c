/* The runner: finds the commands, looks them up, runs and commits each. */

#include "saf/job/job.h"

#include <stdlib.h>
#include <string.h>

#include "saf/db/saf.h"
#include "saf/job/jcl.h"
#include "saf/job/private.h"
#include "saf/job/tso.h"
#include "util/arena.h"
#include "util/array.h"

struct registration {
    const struct job_command *commands;
    size_t count;
    void *module;
};

struct job_runner {
    struct registration *regs;
    size_t nregs;
    const struct tso_grammar **grammars; /* of all commands, for the echo */
    size_t ngrammars;
};

/* One run. */
struct run {
    struct job_runner *runner;
    struct job_context ctx;
    const struct source *src;
    struct strbuf out;
    job_output_fn output;
    void *arg;
    int highest;
    const struct job_command *before; /* the command before this one */
    bool ended;                       /* the END command was met */
};

struct job_runner *job_runner_new(void)
{
    return calloc(1, sizeof(struct job_runner));
}

void job_runner_free(struct job_runner *r)
{
    if (r == NULL)
        return;
    free(r->regs);
    free(r->grammars);
    free(r);
}

int job_register(struct job_runner *r, const struct job_command *commands,
                 size_t count, void *module, struct error *err)
{
    struct registration *reg = array_add(&r->regs, &r->nregs, sizeof(*reg));
    const struct tso_grammar **g;
    size_t i;

    if (reg == NULL)
        return error_nomem(err);
    *reg = (struct registration){commands, count, module};
    for (i = 0; i < count; i++) {
        if (i != 0 && commands[i].grammar == commands[i - 1].grammar)
            continue;
        g = array_add(&r->grammars, &r->ngrammars, sizeof(*g));
        if (g == NULL)
            return error_nomem(err);
        *g = commands[i].grammar;
    }
    return 0;
}

/* NAME is one of the words of LIST. */
static bool in_words(const char *list, const char *name)
{
    size_t n, len = strlen(name);

    while (*list != '\0') {
        n = strcspn(list, " ");
        if (n == len && memcmp(list, name, n) == 0)
            return true;
        list += n + (list[n] == ' ');
    }
    return false;
}

static const struct job_command *find(const struct job_runner *r,
                                      const char *name, void **ret_module)
{
    size_t i, k;

    for (i = 0; i < r->nregs; i++)
        for (k = 0; k < r->regs[i].count; k++) {
            const struct job_command *c = &r->regs[i].commands[k];

            if (strcmp(c->name, name) == 0 || in_words(c->aliases, name)) {
                *ret_module = r->regs[i].module;
                return c;
            }
        }
    return NULL;
}

/* ---- one command ---- */

static void flush(struct run *run)
{
    if (strbuf_failed(&run->out)) {
        static const char lost[] = "(no memory for the output)\n";

        run->output(run->arg, lost, sizeof(lost) - 1);
        run->highest = JOB_SYNTAX;
    } else if (run->out.len > 0) {
        run->output(run->arg, strbuf_str(&run->out), run->out.len);
    }
    strbuf_reset(&run->out);
}

/* What came from the job is escaped: one record, one line. */
static void add_text(struct run *run, const char *text)
{
    strbuf_add_escaped(&run->out, text, strlen(text));
}

static void note_rc(struct run *run, int rc)
{
    if (rc > run->highest)
        run->highest = rc;
}

static int call(struct run *run, const struct job_command *c, void *module,
                const struct tso_command *cmd)
{
    struct error err = {0};
    bool change = saf_writable(run->ctx.saf);
    int rc, r = 0;

    run->ctx.module = module;
    if (change)
        r = saf_begin(run->ctx.saf, &err);
    if (r == 0) {
        rc = c->run(&run->ctx, cmd);
        if (change)
            r = saf_commit(run->ctx.saf, &err);
    }
    if (r == 0)
        return rc;
    strbuf_addf(&run->out, "the change could not be stored: %s\n", err.text);
    return JOB_FAILED;
}

static int dispatch(struct run *run, const struct tso_command *cmd)
{
    const struct job_command *before = run->before, *c;
    void *module = NULL;
    int rc;

    c = find(run->runner, cmd->name, &module);
    if (c == NULL)
        return job_unknown(before, cmd, &run->out);
    run->before = c;
    rc = call(run, c, module, cmd);
    if (rc == JOB_SYNTAX && job_lost_line(before, cmd, &run->out))
        run->before = before; /* to which what follows may belong too */
    return rc;
}

static void run_command(struct run *run, const struct tso_command *cmd)
{
    if (!run->ctx.no_echo) {
        strbuf_adds(&run->out, "READY\n");
        tso_echo(cmd, run->runner->grammars, run->runner->ngrammars, &run->out);
    }
    if (strcmp(cmd->name, "END") == 0 && cmd->list == NULL) {
        run->ended = true;
        return;
    }
    if (cmd->extra_paren)
        strbuf_adds(&run->out,
                    "IKJ56716I EXTRANEOUS INFORMATION WAS IGNORED: )\n");
    note_rc(run,
            tso_portable(cmd, &run->out) ? dispatch(run, cmd) : JOB_SYNTAX);
    flush(run);
}

static void run_commands(struct run *run, const struct source *src,
                         uint32_t off, uint32_t end)
{
    struct tso_reader reader;
    struct tso_command *cmd;
    struct error err = {0};

    tso_reader_init(&reader, src, off, end);
    run->ended = false;
    run->before = NULL;
    while (!run->ended) {
        if (tso_next(&reader, &cmd, &err) != 0) {
            strbuf_addf(&run->out, "%s\n", err.text);
            note_rc(run, JOB_SYNTAX);
            break;
        }
        if (cmd == NULL)
            break;
        run_command(run, cmd);
        tso_command_free(cmd);
    }
    if (!run->ctx.no_echo && !run->ended)
        strbuf_adds(&run->out, "READY\nEND\n");
    flush(run);
}

/* ---- steps ---- */

static bool runs_commands(const struct jcl_step *s)
{
    return s->program != NULL &&
           in_words("IKJEFT01 IKJEFT1A IKJEFT1B", s->program);
}

/* PARM= of the terminal monitor program is its first command. */
static void run_parm(struct run *run, const struct jcl_step *s)
{
    struct source *src = NULL;
    struct error err = {0};

    if (source_new("PARM", s->parm, strlen(s->parm), &src, &err) == 0)
        run_commands(run, src, 0, (uint32_t)source_len(src));
    else
        note_rc(run, JOB_SYNTAX);
    source_unref(src);
}

static void say_step(struct run *run, const char *message,
                     const struct jcl_step *s, const char *what)
{
    strbuf_addf(&run->out, "%s ", message);
    add_text(run, s->job);
    strbuf_addc(&run->out, ' ');
    add_text(run, s->name);
    strbuf_addf(&run->out, " - STEP WAS %s", what);
}

/* After the reason. */
static void not_run(struct run *run, const struct jcl_step *s)
{
    say_step(run, "IEF272I", s, "NOT EXECUTED.\n");
    note_rc(run, JOB_SYNTAX);
    flush(run);
}

static void other_program(struct run *run, const struct jcl_step *s)
{
    strbuf_adds(&run->out, s->program != NULL ? "step not run: PGM="
                                              : "step not run: PROC=");
    add_text(run, s->program != NULL ? s->program : s->proc);
    strbuf_addf(&run->out, " (line %u); only PGM=IKJEFT01 is known here\n",
                s->line);
    not_run(run, s);
}

static void no_input(struct run *run, const struct jcl_step *s)
{
    strbuf_addf(&run->out,
                "step not run: no //SYSTSIN DD * behind line %u; its commands "
                "must be in the job\n",
                s->line);
    not_run(run, s);
}

static void run_step(struct run *run, const struct jcl_step *s,
                     const char *issuer)
{
    int before = run->highest;

    if (!runs_commands(s)) {
        other_program(run, s);
        return;
    }
    if (s->cond)
        strbuf_adds(&run->out, "NOTE: COND= has no meaning here: every step "
                               "is run\n");
    if (!s->has_input && s->parm == NULL) {
        no_input(run, s);
        return;
    }
    run->highest = 0;
    run->ctx.issuer = s->user != NULL ? s->user : issuer;
    if (s->parm != NULL && *s->parm != '\0')
        run_parm(run, s);
    if (s->has_input)
        run_commands(run, run->src, s->off, s->end);
    say_step(run, "IEF142I", s, "EXECUTED");
    strbuf_addf(&run->out, " - COND CODE %04d\n", run->highest);
    flush(run);
    note_rc(run, before);
}

static void run_steps(struct run *run, const char *issuer)
{
    struct arena *arena = arena_new();
    struct jcl_step *steps = NULL, *s;
    struct error err = {0};
    int r;

    r = arena != NULL ? jcl_parse(run->src, arena, &steps, &err)
                      : error_nomem(&err);
    if (r == 0 && steps == NULL)
        r = error_set(&err, ERR_SYNTAX, "%s: the job has no step (EXEC)",
                      source_name(run->src));
    if (r != 0) {
        add_text(run, err.text);
        strbuf_addc(&run->out, '\n');
        note_rc(run, JOB_SYNTAX);
        flush(run);
    }
    for (s = steps; r == 0 && s != NULL; s = s->next)
        run_step(run, s, issuer);
    if (arena != NULL)
        arena_wipe_free(arena);
}

int job_run(struct job_runner *r, const struct job_context *ctx,
            const struct source *src, job_output_fn output, void *arg)
{
    struct run run = {
        .runner = r, .ctx = *ctx, .src = src, .output = output, .arg = arg};

    run.ctx.out = &run.out;
    if (jcl_is_job(src))
        run_steps(&run, ctx->issuer);
    else
        run_commands(&run, src, 0, (uint32_t)source_len(src));
    strbuf_wipe(&run.out);
    return run.highest;
}

/* ---- reading jobs ---- */

/* False ends the reading. */
typedef bool (*each_fn)(const struct job_runner *r,
                        const struct tso_command *cmd);

static bool each_command(const struct job_runner *r, const struct source *src,
                         uint32_t off, uint32_t end, each_fn each)
{
    struct tso_reader reader;
    struct tso_command *cmd;
    bool more = true;

    tso_reader_init(&reader, src, off, end);
    while (more && tso_next(&reader, &cmd, NULL) == 0 && cmd != NULL) {
        more = each(r, cmd);
        tso_command_free(cmd);
    }
    return more;
}

/* True: EACH was of all commands. Of those in a PARM it is not. */
static bool each_of_job(const struct job_runner *r, const struct source *src,
                        each_fn each)
{
    struct arena *arena;
    struct jcl_step *s = NULL;
    bool more = true;

    if (!jcl_is_job(src))
        return each_command(r, src, 0, (uint32_t)source_len(src), each);
    arena = arena_new();
    if (arena == NULL || jcl_parse(src, arena, &s, NULL) != 0)
        s = NULL;
    for (; more && s != NULL; s = s->next)
        more = s->parm == NULL &&
               (!s->has_input || each_command(r, src, s->off, s->end, each));
    if (arena != NULL)
        arena_wipe_free(arena);
    return more;
}

static bool only_reads(const struct job_runner *r,
                       const struct tso_command *cmd)
{
    void *module;
    const struct job_command *c = find(r, cmd->name, &module);

    return c == NULL || (c->reads != NULL && c->reads(cmd));
}

bool job_only_reads(const struct job_runner *r, const struct source *src)
{
    return each_of_job(r, src, only_reads);
}

static bool is_unknown(const struct job_runner *r,
                       const struct tso_command *cmd)
{
    void *module;

    return find(r, cmd->name, &module) == NULL;
}

bool job_has_commands(const struct job_runner *r, const struct source *src)
{
    return !each_of_job(r, src, is_unknown);
}
