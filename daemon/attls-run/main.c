/* attls-run: arguments, then one call; see run.h. */

#include "attls-run/run.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "intercept/names.h"
#include "util/fd.h"

static const char usage_text[] =
    "usage: attls-run [OPTION...] -- COMMAND [ARGUMENT...]\n"
    "\n"
    "Runs COMMAND with its TCP connections under the AT-TLS policy.\n"
    "\n"
    "  --jobname J     the job name that rules may ask for\n"
    "  --socket SOCK   where the daemon listens in mode run\n"
    "                  (/run/attls/run.sock)\n"
    "  --strict        refuse connections that no rule could match\n"
    "  --keep-dumpable programs that make themselves not dumpable stay so,\n"
    "                  and can be looked into\n"
    "\n"
    "With a daemon of its own, for this command only:\n"
    "\n"
    "  --policy FILE   a policy file, image file or main configuration file\n"
    "  --racf DIR      the security database with the key rings\n"
    "  --userid U      the user id; it needs no account\n"
    "  --release R     defaults of this z/OS release (3.1)\n"
    "  --stack NAME    which TcpImage (the first)\n"
    "  --allow-legacy  TLSv1 and TLSv1.1 may be spoken\n"
    "  --log FILE      the daemon's log (standard error)\n"
    "\n"
    "exit status: that of COMMAND; 125 when attls-run itself fails\n";

enum {
    OPT_JOBNAME = 1,
    OPT_SOCKET,
    OPT_POLICY,
    OPT_RACF,
    OPT_USERID,
    OPT_RELEASE,
    OPT_STACK,
    OPT_LEGACY,
    OPT_LOG,
    OPT_STRICT,
    OPT_DUMPABLE,
    OPT_HELP,
    OPT_VERSION
};

static const struct option options[] = {
    {"jobname", required_argument, NULL, OPT_JOBNAME},
    {"socket", required_argument, NULL, OPT_SOCKET},
    {"policy", required_argument, NULL, OPT_POLICY},
    {"racf", required_argument, NULL, OPT_RACF},
    {"userid", required_argument, NULL, OPT_USERID},
    {"release", required_argument, NULL, OPT_RELEASE},
    {"stack", required_argument, NULL, OPT_STACK},
    {"allow-legacy", no_argument, NULL, OPT_LEGACY},
    {"log", required_argument, NULL, OPT_LOG},
    {"strict", no_argument, NULL, OPT_STRICT},
    {"keep-dumpable", no_argument, NULL, OPT_DUMPABLE},
    {"help", no_argument, NULL, OPT_HELP},
    {"version", no_argument, NULL, OPT_VERSION},
    {NULL, 0, NULL, 0}};

static const char **place_of(struct run_arguments *a, int c)
{
    switch (c) {
    case OPT_JOBNAME:
        return &a->jobname;
    case OPT_SOCKET:
        return &a->socket;
    case OPT_POLICY:
        return &a->policy;
    case OPT_RACF:
        return &a->racf;
    case OPT_USERID:
        return &a->userid;
    case OPT_RELEASE:
        return &a->release;
    case OPT_STACK:
        return &a->stack;
    case OPT_LOG:
        return &a->log;
    default:
        return NULL;
    }
}

static bool *flag_of(struct run_arguments *a, int c)
{
    switch (c) {
    case OPT_LEGACY:
        return &a->allow_legacy;
    case OPT_STRICT:
        return &a->strict;
    case OPT_DUMPABLE:
        return &a->keep_dumpable;
    default:
        return NULL;
    }
}

static int complain(const char *text)
{
    fprintf(stderr, "attls-run: %s\n", text);
    return RUN_FAILED;
}

/* -1: well; else the exit status. */
static int check(const struct run_arguments *a)
{
    if (a->command[0] == NULL)
        return complain("which command? attls-run --help shows the options");
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
static int fold_names(struct run_arguments *a)
{
    static char jobname[NAME_SIZE], userid[NAME_SIZE];

    if (a->jobname != NULL && !name_of_comm(a->jobname, jobname))
        return complain("--jobname: 1 to 8 characters A-Z 0-9 @ # $, the first "
                        "no digit");
    if (a->userid != NULL && !name_of_account(a->userid, userid))
        return complain("--userid: 1 to 8 characters A-Z 0-9 @ # $");
    if (a->jobname != NULL)
        a->jobname = jobname;
    if (a->userid != NULL)
        a->userid = userid;
    return -1;
}

static int read_arguments(int argc, char **argv, struct run_arguments *a)
{
    const char **place;
    bool *flag;
    int c;

    while ((c = getopt_long(argc, argv, "+h", options, NULL)) != -1) {
        place = place_of(a, c);
        flag = flag_of(a, c);
        if (place != NULL) {
            *place = optarg;
        } else if (flag != NULL) {
            *flag = true;
        } else if (c == OPT_VERSION) {
            puts("attls-run " ATTLS_VERSION);
            return 0;
        } else {
            fputs(usage_text, c == OPT_HELP || c == 'h' ? stdout : stderr);
            return c == OPT_HELP || c == 'h' ? 0 : RUN_FAILED;
        }
    }
    a->command = argv + optind;
    c = fold_names(a);
    return c >= 0 ? c : check(a);
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

int main(int argc, char **argv)
{
    struct run_arguments a = {0};
    struct run_daemon d = {0, "", ""};
    struct error err;
    int daemon = -1, status = read_arguments(argc, argv, &a), r;

    if (status >= 0)
        return status;
    if (a.socket == NULL)
        a.socket = "/run/attls/run.sock";
    r = a.policy != NULL ? run_daemon_start(&a, &d, &daemon, &err)
                         : run_daemon_connect(a.socket, true, &daemon, &err);
    status = r == 0 ? supervise(&a, &d, daemon) : complain(err.text);
    run_daemon_stop(&d);
    return status;
}
