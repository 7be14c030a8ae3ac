/* hws: a stand-in for the DRDA listener of IMS Connect. */

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hws/config.h"
#include "hws/server.h"
#include "util/harden.h"

#define DEFAULT_CONFIG  "/etc/attls/hws.cfg"
#define DEFAULT_RACF    "/var/lib/attls/racf"
#define DEFAULT_CONTROL "/run/attls/hws.sock"

enum { DEFAULT_REVOKE = 3, REVOKE_MAX = 254 };

static const char usage_text[] =
    "usage: hws [-t] [-f CONF] [--racf DIR] [--listen ADDRESS] [--odbm NAME]\n"
    "           [--control SOCK] [--revoke N]\n"
    "  -f CONF           IMS Connect's configuration (default %s)\n"
    "  -t                check it and exit\n"
    "  --racf DIR        the security database (default %s)\n"
    "  --listen ADDRESS  where DRDAPORT is served (default 127.0.0.1)\n"
    "  --odbm NAME       the name in column DATASTORE of VIEWHWS\n"
    "  --control SOCK    the operator's socket (default %s)\n"
    "  --revoke N        wrong passwords in a row, then the user is revoked\n"
    "                    (default 3; 0: never)\n"
    "  --help, --version\n";

enum {
    OPT_RACF = 256,
    OPT_LISTEN,
    OPT_ODBM,
    OPT_CONTROL,
    OPT_REVOKE,
    OPT_HELP,
    OPT_VERSION
};

static const struct option options[] = {
    {"racf", required_argument, NULL, OPT_RACF},
    {"listen", required_argument, NULL, OPT_LISTEN},
    {"odbm", required_argument, NULL, OPT_ODBM},
    {"control", required_argument, NULL, OPT_CONTROL},
    {"revoke", required_argument, NULL, OPT_REVOKE},
    {"help", no_argument, NULL, OPT_HELP},
    {"version", no_argument, NULL, OPT_VERSION},
    {NULL, 0, NULL, 0},
};

struct arguments {
    const char *config, *racf, *listen, *odbm, *control;
    unsigned revoke;
    bool check;
};

static void usage(FILE *to)
{
    fprintf(to, usage_text, DEFAULT_CONFIG, DEFAULT_RACF, DEFAULT_CONTROL);
}

/* As SETROPTS PASSWORD(REVOKE(n)): 1 to 254; and 0, NOREVOKE. */
static bool parse_revoke(const char *text, unsigned *ret)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);

    if (text[0] < '0' || text[0] > '9' || *end != '\0' || n > REVOKE_MAX) {
        fprintf(stderr, "hws: --revoke %s is not a number from 0 to %d\n", text,
                REVOKE_MAX);
        return false;
    }
    *ret = (unsigned)n;
    return true;
}

/* False: the program is done, with *RC. */
static bool parse_arguments(int argc, char **argv, struct arguments *a, int *rc)
{
    int c;

    while ((c = getopt_long(argc, argv, "f:t", options, NULL)) != -1) {
        switch (c) {
        case 'f':
            a->config = optarg;
            break;
        case 't':
            a->check = true;
            break;
        case OPT_RACF:
            a->racf = optarg;
            break;
        case OPT_LISTEN:
            a->listen = optarg;
            break;
        case OPT_ODBM:
            a->odbm = optarg;
            break;
        case OPT_CONTROL:
            a->control = optarg;
            break;
        case OPT_REVOKE:
            if (!parse_revoke(optarg, &a->revoke))
                return false;
            break;
        case OPT_HELP:
            usage(stdout);
            *rc = 0;
            return false;
        case OPT_VERSION:
            printf("attlsd %s\n", ATTLS_VERSION);
            *rc = 0;
            return false;
        default:
            usage(stderr);
            return false;
        }
    }
    if (optind == argc)
        return true;
    usage(stderr);
    return false;
}

static int fail(const char *text)
{
    fprintf(stderr, "hws: %s\n", text);
    return 2;
}

static void log_line(void *arg, const char *line)
{
    char stamp[32];
    time_t now = time(NULL);
    struct tm tm;

    (void)arg;
    localtime_r(&now, &tm);
    strftime(stamp, sizeof(stamp), "%Y-%m-%d %H:%M:%S", &tm);
    printf("%s %s\n", stamp, line);
    fflush(stdout);
}

static void on_signal(evutil_socket_t signal, short what, void *arg)
{
    (void)signal;
    (void)what;
    event_base_loopexit(arg, NULL);
}

static int serve(const struct hws_server_params *params)
{
    struct event_base *base = event_base_new();
    struct event *term, *interrupt;
    struct hws_server *server = NULL;
    struct error err = {0};
    char line[64];

    if (base == NULL || hws_server_open(base, params, &server, &err) != 0)
        return fail(base == NULL ? "no memory" : err.text);
    term = evsignal_new(base, SIGTERM, on_signal, base);
    interrupt = evsignal_new(base, SIGINT, on_signal, base);
    if (term == NULL || interrupt == NULL || event_add(term, NULL) != 0 ||
        event_add(interrupt, NULL) != 0)
        return fail("no memory");
    snprintf(line, sizeof(line), "HWSC0000I *IMS CONNECT READY*  %s",
             params->config->id);
    log_line(NULL, line);
    event_base_dispatch(base);
    hws_server_close(server);
    event_free(term);
    event_free(interrupt);
    event_base_free(base);
    log_line(NULL, "HWSC0020I IMS CONNECT IN TERMINATION");
    return 0;
}

static int load(const struct arguments *a, struct hws_config *config)
{
    struct strbuf notes = STRBUF_INIT;
    struct source *src = NULL;
    struct error err = {0};
    int r;

    r = source_read(a->config, &src, &err);
    if (r == 0)
        r = hws_config_parse(src, config, &notes, &err);
    if (a->check || r != 0)
        fputs(strbuf_str(&notes), stderr);
    else if (notes.len > 0)
        fprintf(stderr,
                "hws: %s has keywords without effect here: hws -t -f %s lists "
                "them\n",
                a->config, a->config);
    strbuf_done(&notes);
    source_unref(src);
    return r == 0 ? 0 : fail(err.text);
}

int main(int argc, char **argv)
{
    struct arguments a = {.config = DEFAULT_CONFIG,
                          .racf = DEFAULT_RACF,
                          .listen = "127.0.0.1",
                          .control = DEFAULT_CONTROL,
                          .revoke = DEFAULT_REVOKE};
    struct hws_server_params params = {0};
    struct hws_config config;
    struct error err = {0};
    int rc = 2;

    if (!parse_arguments(argc, argv, &a, &rc))
        return rc;
    if (harden_server(&err) != 0)
        return fail(err.text);
    if (load(&a, &config) != 0)
        return 2;
    if (netaddr_parse_ip(a.listen, &params.listen, &err) != 0)
        return fail(err.text);
    if (a.check)
        return 0;
    params.listen.port = (uint16_t)config.port;
    params.config = &config;
    params.racf = a.racf;
    params.odbm = a.odbm != NULL ? a.odbm : config.datastore;
    params.control = a.control;
    params.revoke = a.revoke;
    params.log = log_line;
    return serve(&params);
}
