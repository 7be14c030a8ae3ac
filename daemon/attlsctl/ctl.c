/*
 * The table of verbs: which one a command line names, and the texts about
 * them. Each verb is a row of verbs.def and a function in a file of its own.
 */

#include "attlsctl/ctl.h"

#include <string.h>
#include <unistd.h>

#include "util/spelling.h"

struct verb {
    const char *name;
    ctl_verb_fn run;
    const char *synopsis;
    const char *program;
    const char *help;
};

#define VERB(name, function, synopsis, program, help)                          \
    {name, function, synopsis, program, help},
static const struct verb verbs[] = {
#include "attlsctl/verbs.def"
};
#undef VERB

enum { VERB_COUNT = sizeof(verbs) / sizeof(verbs[0]) };

static const struct verb *find_verb(const char *name)
{
    size_t i;

    for (i = 0; i < VERB_COUNT; i++)
        if (strcmp(name, verbs[i].name) == 0)
            return &verbs[i];
    return NULL;
}

static const struct verb *find_program(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    size_t i;

    for (i = 0; i < VERB_COUNT; i++)
        if (verbs[i].program != NULL && strcmp(name, verbs[i].program) == 0)
            return &verbs[i];
    return NULL;
}

void ctl_usage(FILE *out, const char *verb, const char *options)
{
    const struct verb *v = find_verb(verb);

    fprintf(out, "usage: attlsctl %s %s\n\n%s", v->name, v->synopsis, options);
}

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

int ctl_print(const struct strbuf *text, int status)
{
    struct strbuf visible = STRBUF_INIT;

    if (!strbuf_failed(text))
        strbuf_add_visible(&visible, strbuf_str(text), text->len);
    status = write_out(strbuf_failed(text) ? text : &visible, status);
    strbuf_wipe(&visible);
    return status;
}

int ctl_print_exact(const struct strbuf *text, int status)
{
    return isatty(STDOUT_FILENO) ? ctl_print(text, status)
                                 : write_out(text, status);
}

static void list_verbs(FILE *out)
{
    size_t i;

    fprintf(out, "usage: attlsctl VERB [OPTION...] [ARGUMENT...]\n\n");
    for (i = 0; i < VERB_COUNT; i++)
        fprintf(out, "  %s %s\n        %s\n", verbs[i].name, verbs[i].synopsis,
                verbs[i].help);
    fprintf(out, "\nattlsctl help VERB shows the options of a verb.\n");
}

static int no_such_verb(const char *name)
{
    struct spelling s = spelling_start(name);
    size_t i;

    for (i = 0; i < VERB_COUNT; i++)
        spelling_offer(&s, verbs[i].name);
    fprintf(stderr, "attlsctl: there is no verb \"%s\"", name);
    if (spelling_best(&s) != NULL)
        fprintf(stderr, "; did you mean \"%s\"?\n", spelling_best(&s));
    else
        fprintf(stderr, "; attlsctl help lists them\n");
    return CTL_EXIT_ERROR;
}

int ctl_help(int argc, char **argv)
{
    char option[] = "--help";
    char *args[] = {NULL, option, NULL};
    const struct verb *v = argc > 1 ? find_verb(argv[1]) : NULL;

    if (argc > 1 && v == NULL && argv[1][0] != '-')
        return no_such_verb(argv[1]);
    if (v != NULL && v->run != ctl_help) {
        args[0] = argv[1];
        return v->run(2, args);
    }
    list_verbs(stdout);
    return CTL_EXIT_OK;
}

int ctl_main(int argc, char **argv)
{
    const struct verb *v = argc > 0 ? find_program(argv[0]) : NULL;

    if (v != NULL)
        return v->run(argc, argv);
    if (argc < 2) {
        list_verbs(stderr);
        return CTL_EXIT_ERROR;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        list_verbs(stdout);
        return CTL_EXIT_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("attlsctl %s\n", ATTLS_VERSION);
        return CTL_EXIT_OK;
    }
    v = find_verb(argv[1]);
    if (v == NULL)
        return no_such_verb(argv[1]);
    return v->run(argc - 1, argv + 1);
}
