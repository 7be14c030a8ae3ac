/* hws: a stand-in for the DRDA listener of IMS Connect. */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hws/config.h"
#include "hws/server.h"
#include "program/program.h"
#include "util/harden.h"
#include "util/paths.h"

enum { DEFAULT_REVOKE = 3, REVOKE_MAX = 254 };

enum {
#define OPTION(id, ...) OPT_##id,
#include "hws/options.def"
    OPT_COUNT
};

static const struct option_row rows[] = {
#define OPTION(id, letter, name, argument, help)                               \
    {OPT_##id, letter, name, argument, help, false},
#include "hws/options.def"
};

static const struct program program = {.name = "hws",
                                       .usage = "hws [OPTION...]",
                                       .rows = rows,
                                       .count = OPT_COUNT,
                                       .wrong = 2};

struct arguments {
    const char *config, *racf, *listen, *odbm, *control;
    unsigned revoke;
    bool check;
};

/* As SETROPTS PASSWORD(REVOKE(n)): 1 to 254; and 0, NOREVOKE. */
static bool parse_revoke(const char *text, unsigned *ret)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);

    *ret = (unsigned)n;
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && n <= REVOKE_MAX;
}

static const char *value_or(const struct options *o, int id,
                            const char *standard)
{
    const char *value = options_value(o, id);

    return value != NULL ? value : standard;
}

/* -1: go on; else the exit status. */
static int read_arguments(int argc, char **argv, struct arguments *a)
{
    struct options o;
    const char *revoke;
    int status = program_begin(&program, argc, argv, &o);

    if (status >= 0)
        return status;
    a->config = value_or(&o, OPT_CONFIG, PATH_HWS_CONF);
    a->racf = value_or(&o, OPT_RACF, PATH_RACF);
    a->listen = value_or(&o, OPT_LISTEN, "127.0.0.1");
    a->odbm = options_value(&o, OPT_ODBM);
    a->control = value_or(&o, OPT_CONTROL, PATH_HWS_CONTROL);
    a->revoke = DEFAULT_REVOKE;
    a->check = options_has(&o, OPT_TEST);
    revoke = options_value(&o, OPT_REVOKE);
    if (revoke != NULL && !parse_revoke(revoke, &a->revoke))
        status =
            program_wrong(&program, "--revoke %s is not a number from 0 to %d",
                          revoke, REVOKE_MAX);
    else if (o.operand_count != 0)
        status =
            program_wrong(&program, "\"%s\" is not an option", o.operand[0]);
    options_done(&o);
    return status;
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
    struct arguments a = {0};
    struct hws_server_params params = {0};
    struct hws_config config;
    struct error err = {0};
    int status = read_arguments(argc, argv, &a);

    if (status >= 0)
        return status;
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
