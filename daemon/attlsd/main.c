/* attlsd: AT-TLS in user space. Arguments, then one call. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attlsd/server.h"
#include "program/program.h"
#include "relay/descriptors.h"
#include "site/config.h"
#include "site/differences.h"
#include "site/rings.h"
#include "site/snapshot.h"
#include "tls/environment.h"
#include "util/harden.h"

struct arguments {
    const char *file;
    bool test, foreground;
};

enum {
#define OPTION(id, ...) OPT_##id,
#include "attlsd/options.def"
    OPT_COUNT
};

static const struct option_row rows[] = {
#define OPTION(id, letter, name, argument, help)                               \
    {OPT_##id, letter, name, argument, help, false},
#include "attlsd/options.def"
};

static const struct program program = {
    .name = "attlsd",
    .usage = "attlsd -f CONF [-F]\n"
             "attlsd -t -f CONF",
    .about = "Serves by the configuration CONF, or checks it and its policy.",
    .rows = rows,
    .count = OPT_COUNT,
    .wrong = 2};

/* -1: go on; else the exit status. */
static int read_arguments(int argc, char **argv, struct arguments *ret)
{
    struct options o;
    int status = program_begin(&program, argc, argv, &o);

    if (status >= 0)
        return status;
    *ret = (struct arguments){options_value(&o, OPT_CONFIG),
                              options_has(&o, OPT_TEST),
                              options_has(&o, OPT_FOREGROUND)};
    if (o.operand_count != 0)
        status =
            program_wrong(&program, "\"%s\" is not an option", o.operand[0]);
    else if (ret->file == NULL)
        status = program_wrong(&program, "which configuration? Say -f CONF");
    options_done(&o);
    return status;
}

static void print_findings(const struct diags *diags)
{
    struct strbuf out = STRBUF_INIT;

    diags_print(diags, DIAG_NOTE, &out);
    fputs(strbuf_str(&out), stderr);
    strbuf_done(&out);
}

/* The log's readers learn too why the daemon is not there. */
static void refuse(const struct config *config, const struct diags *diags)
{
    struct error err;

    if (server_refuse(config, diags, &err) == 0)
        return;
    if (server_logs_to_stderr(config)) /* and has not said it */
        print_findings(diags);
    fprintf(stderr, "attlsd: %s\n", err.text);
}

/* Configuration and policy, findings printed: by the log where it goes to
 * stderr itself, so that nothing is said twice. */
static int load(const struct arguments *args, struct snapshot **ret,
                int *ret_status)
{
    struct diags *diags = diags_new();
    struct config *config = NULL;
    int r = diags == NULL ? ERR_NOMEM : config_load(args->file, diags, &config);

    if (r == 0)
        r = snapshot_load(config, diags, ret);
    if (r == 0 && args->test) {
        snapshot_changes(*ret, diags);
        differences_add_note(config, diags);
        site_check_rings(config, snapshot_policy(*ret), diags);
    }
    if (r == ERR_NOMEM)
        fputs("attlsd: no memory\n", stderr);
    *ret_status = 2;
    if (diags != NULL) {
        bool logged = r != 0 && config != NULL && !args->test;

        if (!logged || !server_logs_to_stderr(config))
            print_findings(diags);
        if (logged)
            refuse(config, diags);
        if (r == 0)
            *ret_status = diags_level(diags, DIAG_ERROR) != 0     ? 2
                          : diags_level(diags, DIAG_WARNING) != 0 ? 1
                                                                  : 0;
    }
    config_unref(config);
    diags_free(diags);
    return r;
}

static int serve(const struct arguments *args, struct snapshot *snapshot)
{
    struct server_params params = {args->file, snapshot, args->foreground};
    struct server *server = NULL;
    struct error err;
    int status;

    descriptors_begin(config_has_mode(snapshot_config(snapshot), MODE_RUN));
    if (server_new(&params, &server, &err) < 0) {
        fprintf(stderr, "attlsd: %s\n", err.text);
        return 1;
    }
    status = server_run(server);
    server_free(server);
    return status;
}

int main(int argc, char **argv)
{
    struct arguments args = {NULL, false, false};
    struct snapshot *snapshot = NULL;
    struct error err;
    int status = read_arguments(argc, argv, &args);

    if (status >= 0)
        return status;
    if (harden_server(&err) < 0 || tls_init(&err) < 0) {
        fprintf(stderr, "attlsd: %s\n", err.text);
        return 1;
    }
    if (load(&args, &snapshot, &status) < 0)
        return args.test ? status : 1;
    if (args.test) {
        snapshot_unref(snapshot);
        return status;
    }
    return serve(&args, snapshot);
}
