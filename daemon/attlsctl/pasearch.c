/* attlsctl pasearch, and the program of that name: the policy as z/OS's
 * pasearch lists it, with its options. */

#include "policy/pasearch.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "attlsctl/ctl.h"
#include "attlsctl/policy.h"

struct request {
    struct pasearch search;
    struct policy_options opt;
    bool rules, actions, everything, object, images;
};

/* A script may ask for policies of other kinds: that is not a mistake, but
 * attlsd has none. */
static bool asks_other_kind(const struct verb_call *c)
{
    static const struct {
        enum verb_option option;
        char letter;
    } others[] = {{OPT_KIND_QOS, 'q'},
                  {OPT_KIND_IDS, 'i'},
                  {OPT_KIND_ROUTING, 'R'},
                  {OPT_KIND_IPSEC, 'v'}};
    size_t i;

    for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (verb_has(c, others[i].option))
            break;
    if (i == sizeof(others) / sizeof(others[0]))
        return false;
    fprintf(stderr,
            "attlsctl pasearch: -%c asks for policies of another kind; there "
            "are only AT-TLS policies (-t) here\n",
            others[i].letter);
    return true;
}

static const char *value_of_either(const struct verb_call *c,
                                   enum verb_option one, enum verb_option other)
{
    const char *value = verb_value(c, one);

    return value != NULL ? value : verb_value(c, other);
}

static void read_request(const struct verb_call *c, struct request *r)
{
    r->everything = verb_has(c, OPT_ENTRIES) || verb_has(c, OPT_ENTRIES_TOO);
    r->rules = verb_has(c, OPT_RULES);
    r->actions = verb_has(c, OPT_ACTIONS);
    r->object = verb_has(c, OPT_OBJECT);
    r->images = verb_has(c, OPT_IMAGES);
    r->search.names = verb_has(c, OPT_NAMES) || verb_has(c, OPT_NAMES_TOO);
    r->search.filter = value_of_either(c, OPT_FILTER, OPT_FILTER_TOO);
    r->search.image = value_of_either(c, OPT_IMAGE, OPT_IMAGE_TOO);
    if (verb_has(c, OPT_ACTIVE))
        r->search.status = PASEARCH_ACTIVE;
    if (verb_has(c, OPT_INACTIVE))
        r->search.status = PASEARCH_INACTIVE;
    if (r->search.image != NULL)
        r->opt.stack = r->search.image;
}

/* When the policy was last changed: its newest file's time. Standard input has
 * no time and counts as new. */
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

static int report(struct request *r, const struct policy *p, const char *file,
                  const struct ctl_running *running)
{
    struct strbuf text = STRBUF_INIT;
    int status;

    r->search.now = time(NULL);
    if (running->is_running) {
        r->search.installed = running->installed;
        if (r->search.image == NULL)
            r->search.image = running->stack;
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
    status = ctl_write(&text, CTL_EXIT_OK);
    strbuf_done(&text);
    return status;
}

/* As on z/OS, where it asks the agent and not the stack. */
static int say_ended(void)
{
    fprintf(stderr,
            "attlsctl pasearch: the Policy Agent was ended (P PAGENT). What "
            "it has installed stays in force, and attlsctl print shows it; "
            "attlsctl start PAGENT starts the agent\n");
    return CTL_EXIT_ERROR;
}

int ctl_pasearch(const struct verb_call *call)
{
    struct policy *policy = NULL;
    struct ctl_running running;
    struct request request;
    int r;

    if (asks_other_kind(call))
        return CTL_EXIT_ERROR;
    memset(&request, 0, sizeof(request));
    policy_options_init(&request.opt);
    r = ctl_policy_read(call, &request.opt);
    read_request(call, &request);
    if (r == 0)
        r = ctl_policy_shown(call, &request.opt, &policy, &running);
    if (r == 0 && running.agent_is_ended)
        r = say_ended();
    else if (r == 0)
        r = report(&request, policy, verb_word(call, 0), &running);
    policy_unref(policy);
    return r;
}
