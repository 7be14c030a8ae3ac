/* attlsctl trace: starts and stops the daemon's packet trace. The file is
 * opened here, with the caller's rights; the daemon gets the descriptor. */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "attlsctl/call.h"
#include "attlsctl/ctl.h"
#include "util/fd.h"

static const char options_text[] =
    "  start          writes the wire side of TLS connections that begin from\n"
    "                 now on; the clear side where CtraceClearText is On, TLS\n"
    "                 secrets where attlsd.conf has allow_secrets = true\n"
    "  stop           ends it before its time\n"
    "\n"
    "  --out FILE     the pcapng file; it must not exist yet\n"
    "  --rule R       only connections of this rule\n"
    "  --size MB      its greatest size (64; 1 to 4096)\n"
    "  --time S       its longest time in seconds (300; 1 to 86400)\n"
    "  --control SOCK the daemon's socket ($ATTLS_CONTROL)\n";

enum { OPT_OUT = 1, OPT_RULE, OPT_SIZE, OPT_TIME, OPT_CONTROL, OPT_HELP };

static const struct option options[] = {
    {"out", required_argument, NULL, OPT_OUT},
    {"rule", required_argument, NULL, OPT_RULE},
    {"size", required_argument, NULL, OPT_SIZE},
    {"time", required_argument, NULL, OPT_TIME},
    {"control", required_argument, NULL, OPT_CONTROL},
    {"help", no_argument, NULL, OPT_HELP},
    {NULL, 0, NULL, 0}};

struct asked {
    const char *out, *control;
    bool help;
    struct strbuf words[3]; /* "rule=R" and so on; empty: not given */
};

static int fail(const char *what, const char *why)
{
    fprintf(stderr, "attlsctl trace: %s%s\n", what, why);
    return CTL_EXIT_ERROR;
}

static int start(const char *path, struct asked *a)
{
    struct control_request r = {.command = CONTROL_TRACE_START};
    size_t i;
    int fd, status;

    if (a->out == NULL)
        return fail("start needs --out FILE", "");
    fd = open(a->out, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
              0600);
    if (fd < 0) {
        fprintf(stderr, "attlsctl trace: %s: %s\n", a->out, strerror(errno));
        return CTL_EXIT_ERROR;
    }
    for (i = 0; i < sizeof(a->words) / sizeof(a->words[0]); i++)
        if (a->words[i].len > 0)
            r.argv[r.argc++] = strbuf_str(&a->words[i]);
    status = ctl_call(path, &r, fd);
    if (status != CTL_EXIT_OK)
        unlink(a->out); /* ours, and nothing is in it */
    fd_close(&fd);
    return status;
}

static bool read_options(int argc, char **argv, struct asked *a)
{
    static const char *const names[] = {"rule=", "size=", "time="};
    int c;

    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (c == OPT_OUT)
            a->out = optarg;
        else if (c >= OPT_RULE && c <= OPT_TIME)
            strbuf_addf(&a->words[c - OPT_RULE], "%s%s", names[c - OPT_RULE],
                        optarg);
        else if (c == OPT_CONTROL)
            a->control = optarg;
        else if (c == OPT_HELP)
            a->help = true;
        else
            return false;
    }
    return a->help || argc - optind == 1;
}

static int act(char **argv, struct asked *a)
{
    static const struct control_request stop = {.command = CONTROL_TRACE_STOP};
    const char *path = ctl_control_path(a->control);

    if (strcmp(argv[optind], "start") == 0)
        return start(path, a);
    if (strcmp(argv[optind], "stop") == 0)
        return ctl_call(path, &stop, -1);
    return fail("start or stop, not ", argv[optind]);
}

int ctl_trace(int argc, char **argv)
{
    struct asked a = {.words = {STRBUF_INIT, STRBUF_INIT, STRBUF_INIT}};
    int status = CTL_EXIT_ERROR;
    size_t i;

    if (!read_options(argc, argv, &a)) {
        ctl_usage(stderr, "trace", options_text);
    } else if (a.help) {
        ctl_usage(stdout, "trace", options_text);
        status = CTL_EXIT_OK;
    } else {
        status = act(argv, &a);
    }
    for (i = 0; i < sizeof(a.words) / sizeof(a.words[0]); i++)
        strbuf_done(&a.words[i]);
    return status;
}
