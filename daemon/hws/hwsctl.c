/* hwsctl: the operator's reply to hws. */

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "hws/console.h"

#define DEFAULT_CONTROL "/run/attls/hws.sock"

enum { PATIENCE = 10 };

static const char usage_text[] =
    "usage: hwsctl [--control SOCK] COMMAND\n"
    "  VIEWHWS, VIEWHWS SUMMARY: the port and its clients; the number of the\n"
    "  outstanding reply may stand before it: 15VIEWHWS\n"
    "  --control SOCK  the operator's socket of hws (default %s)\n";

static const struct option options[] = {
    {"control", required_argument, NULL, 'c'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'v'},
    {NULL, 0, NULL, 0},
};

static int ask(const char *control, char **words, int count)
{
    struct strbuf command = STRBUF_INIT, out = STRBUF_INIT, shown = STRBUF_INIT;
    struct error err = {0};
    int i, r;

    for (i = 0; i < count; i++) {
        strbuf_adds(&command, i > 0 ? " " : "");
        strbuf_adds(&command, words[i]);
    }
    r = strbuf_failed(&command) ? error_nomem(&err)
                                : hws_console_ask(control, strbuf_str(&command),
                                                  PATIENCE, &out, &err);
    strbuf_add_visible(&shown, strbuf_str(&out), out.len);
    if (r == 0)
        fputs(strbuf_str(&shown), stdout);
    else
        fprintf(stderr, "hwsctl: %s\n", err.text);
    /* Messages that end their number with E are errors. */
    if (r == 0 && strncmp(strbuf_str(&out), "HWSP1500E", 9) == 0)
        r = -1;
    strbuf_done(&command);
    strbuf_done(&out);
    strbuf_done(&shown);
    return r == 0 ? 0 : 2;
}

int main(int argc, char **argv)
{
    const char *control = DEFAULT_CONTROL;
    int c;

    while ((c = getopt_long(argc, argv, "+", options, NULL)) != -1) {
        switch (c) {
        case 'c':
            control = optarg;
            break;
        case 'h':
            printf(usage_text, DEFAULT_CONTROL);
            return 0;
        case 'v':
            printf("attlsd %s\n", ATTLS_VERSION);
            return 0;
        default:
            fprintf(stderr, usage_text, DEFAULT_CONTROL);
            return 2;
        }
    }
    if (optind == argc) {
        fprintf(stderr, usage_text, DEFAULT_CONTROL);
        return 2;
    }
    return ask(control, argv + optind, argc - optind);
}
