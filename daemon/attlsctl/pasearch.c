/* attlsctl pasearch, and the program of that name: the policy as z/OS's
 * pasearch lists it, with its options. */

#include "policy/pasearch.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "attlsctl/ctl.h"
#include "attlsctl/policy.h"

static const char help[] =
    "Lists the AT-TLS policy in FILE in the layout of pasearch of z/OS.\n"
    "\n"
    "  -t              AT-TLS policies; there are no others\n"
    "  -e              all entries (default)\n"
    "  -r              rules\n"
    "  -a              actions, each once\n"
    "  -n              names only\n"
    "  -c              the policy object: where it is, when it changed\n"
    "  -f NAME         entries of this name; a rule comes with its actions\n"
    "  -p IMAGE        the policy of this TcpImage\n"
    "  -A, -I          active rules, inactive rules (by time conditions)\n"
    "  -C              the names of the images\n" CTL_POLICY_HELP "\n"
    "exit status: 0, 2 errors\n";

static const struct option options[] = {CTL_POLICY_OPTIONS, {NULL, 0, NULL, 0}};

struct request {
    struct pasearch search;
    struct policy_options opt;
    bool rules, actions, everything, object, images;
};

/* Policies of other kinds are no mistake in a script, but there are none. */
static int other_kind(int c)
{
    fprintf(stderr,
            "attlsctl pasearch: -%c asks for policies of another kind; there "
            "are only AT-TLS policies (-t) here\n",
            c);
    return CTL_EXIT_ERROR;
}

static int take_option(struct request *r, int c)
{
    switch (c) {
    case 't':
    case 'T':
        return -1;
    case 'e':
    case 'E':
        r->everything = true;
        return -1;
    case 'r':
        r->rules = true;
        return -1;
    case 'a':
        r->actions = true;
        return -1;
    case 'n':
    case 'N':
        r->search.names = true;
        return -1;
    case 'c':
        r->object = true;
        return -1;
    case 'C':
        r->images = true;
        return -1;
    case 'f':
    case 'F':
        r->search.filter = optarg;
        return -1;
    case 'p':
    case 'P':
        r->search.image = optarg;
        return -1;
    case 'A':
        r->search.status = PASEARCH_ACTIVE;
        return -1;
    case 'I':
        r->search.status = PASEARCH_INACTIVE;
        return -1;
    case 'q':
    case 'i':
    case 'R':
    case 'v':
        return other_kind(c);
    default:
        return ctl_policy_option(c, "pasearch", help, &r->opt);
    }
}

/* When the policy was last changed: its newest file's time. Standard input
 * has none; it is new. */
static time_t installed(const struct policy *p, const char *file, time_t now)
{
    const char *last = NULL, *name;
    struct stat st;
    time_t newest = 0;
    size_t i;

    if (file == NULL || strcmp(file, "-") == 0)
        return now;
    if (stat(file, &st) == 0)
        newest = st.st_mtime;
    for (i = 0; i < policy_rule_count(p); i++) {
        name = source_name(policy_rule_span(policy_rule_get(p, i)).src);
        if (name != last && stat(name, &st) == 0 && st.st_mtime > newest)
            newest = st.st_mtime;
        last = name;
    }
    return newest;
}

static int report(struct request *r, const struct policy *p, const char *file)
{
    struct strbuf text = STRBUF_INIT;
    char stack[16];
    int status;

    r->search.now = time(NULL);
    if (file == NULL && ctl_policy_running(p, stack, &r->search.installed)) {
        if (r->search.image == NULL)
            r->search.image = stack;
    } else {
        r->search.installed = installed(p, file, r->search.now);
    }
    if (file == NULL)
        file = "attlsd";
    r->search.rules = r->everything || r->rules || !r->actions;
    r->search.actions = r->everything || r->actions || !r->rules;
    if (r->images)
        strbuf_addf(&text, "%s\n",
                    policy_stack(p) != NULL ? policy_stack(p) : "TCPIP");
    else if (r->object)
        pasearch_object(p, &r->search, file, &text);
    else if (pasearch_list(p, &r->search, &text) == 0)
        strbuf_adds(&text, PASEARCH_NOTHING);
    status = ctl_print(&text, CTL_EXIT_OK);
    strbuf_done(&text);
    return status;
}

int ctl_pasearch(int argc, char **argv)
{
    struct policy *policy = NULL;
    struct request request;
    int c, r;

    memset(&request, 0, sizeof(request));
    policy_options_init(&request.opt);
    while ((c = getopt_long(argc, argv, "tTeEranNcCf:F:p:P:AIqiRv", options,
                            NULL)) != -1) {
        r = take_option(&request, c);
        if (r >= 0)
            return r;
    }
    r = ctl_one_file("pasearch", argc - optind);
    if (r != 0)
        return r;
    if (request.search.image != NULL)
        request.opt.stack = request.search.image;
    r = ctl_policy_load("pasearch", argv[optind], &request.opt, &policy);
    if (r != 0)
        return r;
    r = report(&request, policy, argv[optind]);
    policy_unref(policy);
    return r;
}
