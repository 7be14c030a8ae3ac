/* attlsctl: which verb a command line names, and the texts about all verbs. */

#include "attlsctl/ctl.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "attlsctl/call.h"
#include "util/spelling.h"

#define RUN_HERE(name)   ctl_##name
#define RUN_DAEMON(name) ctl_pass
#define RUN_BOTH(name)   ctl_##name
#define RUN_INNER(name)  NULL
static ctl_verb_fn *const functions[VERB_COUNT] = {
#define VERB(id, name, where, ...) RUN_##where(name),
#include "control/verbs.def"
};

static enum verb find_program(const char *name)
{
    const char *program;
    int v;

    for (v = 0; v < VERB_COUNT; v++) {
        program = verb_info((enum verb)v)->program;
        if (program != NULL && strcmp(name, program) == 0)
            break;
    }
    return (enum verb)v;
}

/* ---- output ---- */

static int write_out(const struct strbuf *text, int status)
{
    if (strbuf_failed(text)) {
        fprintf(stderr, "attlsctl: no memory\n");
        return CTL_EXIT_ERROR;
    }
    if (fwrite(strbuf_str(text), 1, text->len, stdout) != text->len ||
        fflush(stdout) != 0) {
        perror("attlsctl: standard output");
        return CTL_EXIT_ERROR;
    }
    return status;
}

int ctl_write(const struct strbuf *text, int status)
{
    struct strbuf visible = STRBUF_INIT;

    if (!strbuf_failed(text))
        strbuf_add_visible(&visible, strbuf_str(text), text->len);
    status = write_out(strbuf_failed(text) ? text : &visible, status);
    strbuf_wipe(&visible);
    return status;
}

int ctl_write_exact(const struct strbuf *text, int status)
{
    return isatty(STDOUT_FILENO) ? ctl_write(text, status)
                                 : write_out(text, status);
}

/* ---- texts about verbs ---- */

static void add_list(struct strbuf *out)
{
    int v;

    strbuf_adds(out, "usage: attlsctl VERB [OPTION...] [ARGUMENT...]\n\n");
    for (v = 0; v < VERB_COUNT; v++)
        if (verb_info((enum verb)v)->where != VERB_INNER)
            verb_forms((enum verb)v, out);
    strbuf_adds(out, "\nattlsctl help VERB shows the options of a verb.\n");
}

static int no_such_verb(const char *name)
{
    struct spelling s = spelling_start(name);
    int v;

    for (v = 0; v < VERB_COUNT; v++)
        if (verb_info((enum verb)v)->where != VERB_INNER)
            spelling_offer(&s, verb_info((enum verb)v)->name);
    fprintf(stderr, "attlsctl: there is no verb \"%s\"", name);
    if (spelling_best(&s) != NULL)
        fprintf(stderr, "; did you mean \"%s\"?\n", spelling_best(&s));
    else
        fprintf(stderr, "; attlsctl help lists them\n");
    return CTL_EXIT_ERROR;
}

int ctl_help(const struct verb_call *call)
{
    const char *name = verb_word(call, 0);
    enum verb v = name != NULL ? verb_find(name) : VERB_COUNT;
    struct strbuf out = STRBUF_INIT;
    int status;

    if (name != NULL && v == VERB_COUNT)
        return no_such_verb(name);
    if (verb_has(call, OPT_MDOC))
        verb_synopsis(&out);
    else if (v != VERB_COUNT && v != VERB_HELP)
        verb_help(v, &out);
    else
        add_list(&out);
    status = ctl_write(&out, CTL_EXIT_OK);
    strbuf_done(&out);
    return status;
}

/* ---- running a verb ---- */

static int say_wrong(const char *program, enum verb v, const struct error *err)
{
    struct strbuf usage = STRBUF_INIT;

    if (err->code == ERR_SYNTAX)
        verb_usage(v, &usage);
    fprintf(stderr, "%s: %s\n%s", program, err->text, strbuf_str(&usage));
    strbuf_done(&usage);
    return CTL_EXIT_ERROR;
}

static int run_read(const char *program, const struct verb_call *call)
{
    struct strbuf out = STRBUF_INIT;
    int status;

    if (options_has(&call->options, OPTION_HELP))
        verb_help(call->verb, &out);
    else if (options_has(&call->options, OPTION_VERSION))
        strbuf_addf(&out, "%.*s %s\n", (int)strcspn(program, " "), program,
                    ATTLS_VERSION);
    else
        return functions[call->verb](call);
    status = ctl_write(&out, CTL_EXIT_OK);
    strbuf_done(&out);
    return status;
}

/* PROGRAM: what messages about the command line begin with. */
static int run(const char *program, enum verb v, int argc, char **argv)
{
    struct verb_call call;
    struct error err;
    int status = CTL_EXIT_ERROR;

    if (verb_read(v, argc, argv, &call, &err) == 0)
        status = run_read(program, &call);
    else
        say_wrong(program, v, &err);
    verb_done(&call);
    return status;
}

static int run_verb(int argc, char **argv)
{
    enum verb v = verb_find(argv[0]);
    char program[32];

    if (v == VERB_COUNT)
        return no_such_verb(argv[0]);
    snprintf(program, sizeof(program), "attlsctl %s", verb_info(v)->name);
    return run(program, v, argc - 1, argv + 1);
}

/* As a program of its own netstat without words is about TTLS. */
static int run_program(const char *name, enum verb v, int argc, char **argv)
{
    static char ttls[] = "TTLS";
    static char *word[] = {ttls, NULL};

    if (v == VERB_NETSTAT && argc == 0)
        return run(name, v, 1, word);
    return run(name, v, argc, argv);
}

static int say_list(FILE *to, int status)
{
    struct strbuf out = STRBUF_INIT;

    add_list(&out);
    fputs(strbuf_str(&out), to);
    strbuf_done(&out);
    return status;
}

int ctl_main(int argc, char **argv)
{
    const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
    const char *name = slash != NULL ? slash + 1 : argc > 0 ? argv[0] : "";
    enum verb v = find_program(name);
    struct options o;
    struct error err;
    int status = CTL_EXIT_ERROR;

    if (v != VERB_COUNT)
        return run_program(name, v, argc - 1, argv + 1);
    if (argc < 2)
        return say_list(stderr, CTL_EXIT_ERROR);
    if (argv[1][0] != '-')
        return run_verb(argc - 1, argv + 1);
    if (options_read(NULL, 0, OPTIONS_FIRST, argc - 1, argv + 1, &o, &err) != 0)
        fprintf(stderr,
                "attlsctl: %s (a verb's options stand behind the verb)\n",
                err.text);
    else if (options_has(&o, OPTION_HELP))
        status = say_list(stdout, CTL_EXIT_OK);
    else if (options_has(&o, OPTION_VERSION))
        status = printf("attlsctl %s\n", ATTLS_VERSION) > 0 ? CTL_EXIT_OK
                                                            : CTL_EXIT_ERROR;
    else
        status = no_such_verb(argv[1]);
    options_done(&o);
    return status;
}
