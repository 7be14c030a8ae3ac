/* hwsctl: the operator's reply to hws. */

#include <stdio.h>
#include <string.h>

#include "hws/console.h"
#include "program/program.h"
#include "util/paths.h"

enum { PATIENCE = 10 };

enum {
#define OPTION(id, ...) OPT_##id,
#include "hws/hwsctl_options.def"
    OPT_COUNT
};

static const struct option_row rows[] = {
#define OPTION(id, letter, name, argument, help)                               \
    {OPT_##id, letter, name, argument, help, false},
#include "hws/hwsctl_options.def"
};

static const struct program program = {
    .name = "hwsctl",
    .usage = "hwsctl [--control SOCK] COMMAND",
    .about =
        "VIEWHWS, VIEWHWS SUMMARY: the port and its clients; the number of "
        "the outstanding reply may stand before it: 15VIEWHWS",
    .rows = rows,
    .count = OPT_COUNT,
    .order = OPTIONS_FIRST,
    .wrong = 2};

static int ask(const char *control, char **words, size_t count)
{
    struct strbuf command = STRBUF_INIT, out = STRBUF_INIT, shown = STRBUF_INIT;
    struct error err = {0};
    size_t i;
    int r;

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
    const char *control;
    struct options o;
    int status = program_begin(&program, argc, argv, &o);

    if (status >= 0)
        return status;
    control = options_value(&o, OPT_CONTROL);
    if (o.operand_count == 0)
        status = program_wrong(&program, "COMMAND is missing; VIEWHWS is one");
    else
        status = ask(control != NULL ? control : PATH_HWS_CONTROL, o.operand,
                     o.operand_count);
    options_done(&o);
    return status;
}
