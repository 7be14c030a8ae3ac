/* attls-run: arguments, then one call; see run.h. */

#include "attls-run/run.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "intercept/names.h"
#include "program/program.h"
#include "util/fd.h"
#include "util/paths.h"

enum {
#define OPTION(id, ...) OPT_##id,
#include "attls-run/options.def"
    OPT_COUNT
};

static const struct option_row rows[] = {
#define OPTION(id, letter, name, argument, help)                               \
    {OPT_##id, letter, name, argument, help, false},
#include "attls-run/options.def"
};

static const struct program program = {
    .name = "attls-run",
    .usage = "attls-run [OPTION...] -- COMMAND [ARGUMENT...]",
    .about = "Runs COMMAND with its TCP connections under the AT-TLS policy: "
             "that of the running daemon, or with --policy that of FILE.",
    .after = "exit status: that of COMMAND; 125 when attls-run itself fails",
    .rows = rows,
    .count = OPT_COUNT,
    .order = OPTIONS_FIRST, /* those of COMMAND are its own */
    .wrong = RUN_FAILED};

static int complain(const char *text)
{
    fprintf(stderr, "attls-run: %s\n", text);
    return RUN_FAILED;
}

/* -1: well; else the exit status. */
static int check(const struct run_arguments *a)
{
    if (a->command[0] == NULL)
        return complain(
            "COMMAND is missing; attls-run --help shows the options");
    if (a->policy != NULL && a->socket != NULL)
        return complain("--policy starts a daemon, --socket names one that "
                        "runs: which?");
    if (a->policy != NULL)
        return -1;
    if (a->userid != NULL)
        return complain("--userid is for a daemon of one's own (--policy): a "
                        "daemon that others use takes the account's user id");
    if (a->racf != NULL || a->release != NULL || a->stack != NULL ||
        a->log != NULL || a->allow_legacy)
        return complain("--racf, --release, --stack, --allow-legacy and --log "
                        "are for a daemon of one's own: say --policy FILE too");
    return -1;
}

/* Names are upper case; nobody must type them so. */
static int fold_name(enum zos_name_kind kind, const char *option,
                     const char **name, char folded[ZOS_NAME_SIZE])
{
    char text[128];

    if (*name == NULL)
        return -1;
    if (!zos_name_fold(kind, *name, folded)) {
        snprintf(text, sizeof(text), "%s: a %s has %s", option,
                 zos_name_what(kind), zos_name_form(kind));
        return complain(text);
    }
    *name = folded;
    return -1;
}

static int fold_names(struct run_arguments *a)
{
    static char jobname[ZOS_NAME_SIZE], userid[ZOS_NAME_SIZE];
    int c = fold_name(ZOS_JOBNAME, "--jobname", &a->jobname, jobname);

    return c >= 0 ? c : fold_name(ZOS_USERID, "--userid", &a->userid, userid);
}

static void take_options(const struct options *o, struct run_arguments *a)
{
    a->jobname = options_value(o, OPT_JOBNAME);
    a->socket = options_value(o, OPT_SOCKET);
    a->policy = options_value(o, OPT_POLICY);
    a->racf = options_value(o, OPT_RACF);
    a->userid = options_value(o, OPT_USERID);
    a->release = options_value(o, OPT_RELEASE);
    a->stack = options_value(o, OPT_STACK);
    a->log = options_value(o, OPT_LOG);
    a->allow_legacy = options_has(o, OPT_LEGACY);
    a->strict = options_has(o, OPT_STRICT);
    a->keep_dumpable = options_has(o, OPT_DUMPABLE);
    a->command = o->operand;
}

static int supervise(const struct run_arguments *a, struct run_daemon *d,
                     int daemon)
{
    struct run_setting setting = {
        .jobname = a->jobname != NULL ? a->jobname : "",
        .socket = a->policy != NULL ? d->socket : a->socket,
        .strict = a->strict};
    struct error err;
    int notify;
    pid_t pid;

    if (run_program(a->command, a->keep_dumpable, &pid, &notify, &err) == 0)
        return run_supervise(&setting, d, pid, notify, daemon);
    fd_close(&daemon);
    return complain(err.text);
}

static int run(struct run_arguments *a)
{
    struct run_daemon d = {0, "", ""};
    struct error err;
    int daemon = -1, status, r;

    if (a->socket == NULL)
        a->socket = PATH_RUN_SOCKET;
    r = a->policy != NULL ? run_daemon_start(a, &d, &daemon, &err)
                          : run_daemon_connect(a->socket, true, &daemon, &err);
    status = r == 0 ? supervise(a, &d, daemon) : complain(err.text);
    run_daemon_stop(&d);
    return status;
}

int main(int argc, char **argv)
{
    struct run_arguments a = {0};
    struct options o;
    int status = program_begin(&program, argc, argv, &o);

    if (status >= 0)
        return status;
    take_options(&o, &a);
    status = fold_names(&a);
    if (status < 0)
        status = check(&a);
    if (status < 0)
        status = run(&a);
    options_done(&o);
    return status;
}
