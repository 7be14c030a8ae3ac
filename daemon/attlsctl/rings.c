/* attlsctl rings: key rings as a tree, what needs attention, and pictures. */

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "attlsctl/ctl.h"
#include "attlsctl/policy.h"
#include "attlsctl/rings_read.h"
#include "keyring/racdcert/certdate.h"
#include "keyring/racdcert/certlist.h"
#include "util/json.h"
#include "util/paths.h"

static const char help[] =
    "Without USER/RING all key rings are shown.\n"
    "\n"
    "  --racf DIR      the security database (" PATH_RACF ")\n"
    "  --at DATE       as if it were the end of that day (yyyy-mm-dd), or of\n"
    "                  the day +30d, +6m or +1y from now\n"
    "  --policy FILE   the rules of this policy must find what they need\n"
    "  --reader USER   the user must be able to read the rings\n"
    "  --json          as JSON\n"
    "  --dot           as a picture in the language of Graphviz\n"
    "  --svg           as a picture in SVG\n" CTL_POLICY_HELP "\n"
    "exit status: 0 nothing needs attention, 1 something does, 2 errors\n";

enum { OPT_RACF = 1, OPT_AT, OPT_POLICY, OPT_READER, OPT_DOT, OPT_SVG };

static const struct option options[] = {
    {"racf", required_argument, NULL, OPT_RACF},
    {"at", required_argument, NULL, OPT_AT},
    {"policy", required_argument, NULL, OPT_POLICY},
    {"reader", required_argument, NULL, OPT_READER},
    {"json", no_argument, NULL, CTL_OPT_JSON},
    {"dot", no_argument, NULL, OPT_DOT},
    {"svg", no_argument, NULL, OPT_SVG},
    CTL_POLICY_OPTIONS,
    {NULL, 0, NULL, 0}};

struct call {
    struct rings_question question;
    struct policy_options policy_options;
    const char *policy_file;
    enum { TREE, AS_JSON, DOT, SVG } form;
};

/* ---- the tree ---- */

static void add_escaped(struct strbuf *out, const char *text)
{
    strbuf_add_escaped(out, text, strlen(text));
}

static void add_date(time_t t, struct strbuf *out)
{
    char buf[CERTDATE_TEXT];

    if (t == 0)
        strbuf_adds(out, "?");
    else
        strbuf_add(out, certdate_format(t, buf), strlen("yyyy/mm/dd"));
}

/* The label of the signer, as it is connected to the same ring. */
static const struct rings_entry *signer_in(const struct rings_ring *r,
                                           const struct rings_entry *e)
{
    size_t i;

    for (i = 0; e->signer != RINGS_NONE && i < r->n; i++)
        if (r->entry[i].cert == e->signer)
            return &r->entry[i];
    return NULL;
}

static void show_entry(const struct rings_ring *r, size_t i, struct strbuf *out)
{
    const struct rings_entry *e = &r->entry[i], *signer = signer_in(r, e);
    const char *below = i + 1 < r->n ? "  |    " : "       ";
    struct strbuf label = STRBUF_INIT;
    int m;

    add_escaped(&label, e->label);
    strbuf_addf(out, "  %s %-32s %-12s %-8s %-7s to ",
                i + 1 < r->n ? "|-" : "`-", strbuf_str(&label), e->owner,
                certlist_usage(e->usage), e->is_default ? "DEFAULT" : "");
    strbuf_done(&label);
    add_date(e->not_after, out);
    strbuf_addf(out, "%s\n", e->has_key ? "  key" : "");
    if (e->self_signed)
        strbuf_addf(out, "%sself-signed\n", below);
    if (signer != NULL) {
        strbuf_addf(out, "%ssigned by ", below);
        add_escaped(out, signer->label);
        strbuf_addc(out, '\n');
    }
    for (m = 0; m < RINGS_MARKS; m++)
        if (e->marks >> m & 1u) {
            strbuf_addf(out, "%s! ", below);
            rings_mark_add(e, (enum rings_mark)m, out);
            strbuf_addc(out, '\n');
        }
}

static void show_complaints(const char *const *list, size_t n,
                            const char *before, struct strbuf *out)
{
    size_t i;

    for (i = 0; i < n; i++) {
        strbuf_addf(out, "%s! ", before);
        add_escaped(out, list[i]);
        strbuf_addc(out, '\n');
    }
}

static void show_tree(const struct rings *r, struct strbuf *out)
{
    size_t i, k, n = rings_attention(r);

    for (i = 0; i < r->n; i++) {
        const struct rings_ring *ring = &r->ring[i];

        strbuf_addf(out, "%s/", ring->owner);
        add_escaped(out, ring->name);
        strbuf_addc(out, '\n');
        show_complaints(ring->complaint, ring->ncomplaints, "  ", out);
        for (k = 0; k < ring->n; k++)
            show_entry(ring, k, out);
        if (ring->n == 0)
            strbuf_adds(out, "  (no certificates connected)\n");
        strbuf_addc(out, '\n');
    }
    show_complaints(r->complaint, r->ncomplaints, "", out);
    if (r->n == 0)
        strbuf_adds(out, "There is no key ring.\n");
    if (n == 0)
        strbuf_adds(out, "Nothing needs attention.\n");
    else
        strbuf_addf(out, "%zu thing%s need%s attention.\n", n,
                    n == 1 ? "" : "s", n == 1 ? "s" : "");
}

/* ---- JSON ---- */

static void json_date(struct json *j, const char *key, time_t t)
{
    char buf[32];
    struct tm tm;

    if (t != 0 && gmtime_r(&t, &tm) != NULL &&
        strftime(buf, sizeof(buf), "%Y-%m-%dT%H:%M:%SZ", &tm) != 0)
        json_string(j, key, buf);
    else
        json_null(j, key);
}

static void json_entry(struct json *j, const struct rings_ring *r,
                       const struct rings_entry *e)
{
    const struct rings_entry *signer = signer_in(r, e);
    int m;

    json_object(j, NULL);
    json_string(j, "label", e->label);
    json_string(j, "owner", e->owner);
    json_string(j, "usage", certlist_usage(e->usage));
    json_bool(j, "default", e->is_default);
    json_bool(j, "key", e->has_key);
    json_string(j, "subject", e->subject);
    json_string(j, "issuer", e->issuer);
    json_date(j, "notBefore", e->not_before);
    json_date(j, "notAfter", e->not_after);
    json_bool(j, "selfSigned", e->self_signed);
    json_string(j, "signer", signer != NULL ? signer->label : NULL);
    json_array(j, "marks");
    for (m = 0; m < RINGS_MARKS; m++)
        if (e->marks >> m & 1u)
            json_string(j, NULL, rings_mark_row((enum rings_mark)m).name);
    json_end(j);
    json_end(j);
}

static void json_complaints(struct json *j, const char *const *list, size_t n)
{
    size_t i;

    json_array(j, "complaints");
    for (i = 0; i < n; i++)
        json_string(j, NULL, list[i]);
    json_end(j);
}

static void show_json(const struct rings *r, struct strbuf *out)
{
    struct json j = JSON_INIT(out, JSON_LINES);
    size_t i, k;

    json_object(&j, NULL);
    json_unsigned(&j, "attention", rings_attention(r));
    json_array(&j, "rings");
    for (i = 0; i < r->n; i++) {
        json_object(&j, NULL);
        json_string(&j, "owner", r->ring[i].owner);
        json_string(&j, "ring", r->ring[i].name);
        json_complaints(&j, r->ring[i].complaint, r->ring[i].ncomplaints);
        json_array(&j, "certificates");
        for (k = 0; k < r->ring[i].n; k++)
            json_entry(&j, &r->ring[i], &r->ring[i].entry[k]);
        json_end(&j);
        json_end(&j);
    }
    json_end(&j);
    json_complaints(&j, r->complaint, r->ncomplaints);
    json_end(&j);
}

/* ---- the verb ---- */

static int take_option(int c, struct call *call)
{
    switch (c) {
    case OPT_RACF:
        call->question.dir = optarg;
        return -1;
    case OPT_AT:
        if (certdate_option(optarg, time(NULL), &call->question.at))
            return -1;
        fprintf(stderr,
                "attlsctl rings: --at %s: write yyyy-mm-dd, +30d, +6m or "
                "+1y\n",
                optarg);
        return CTL_EXIT_ERROR;
    case OPT_POLICY:
        call->policy_file = optarg;
        return -1;
    case OPT_READER:
        call->question.reader = optarg;
        return -1;
    case CTL_OPT_JSON:
        call->form = AS_JSON;
        return -1;
    case OPT_DOT:
        call->form = DOT;
        return -1;
    case OPT_SVG:
        call->form = SVG;
        return -1;
    default:
        return ctl_policy_option(c, "rings", help, &call->policy_options);
    }
}

static int show(const struct call *call, const struct rings *r)
{
    struct strbuf out = STRBUF_INIT;
    int status;

    switch (call->form) {
    case TREE:
        show_tree(r, &out);
        break;
    case AS_JSON:
        show_json(r, &out);
        break;
    case DOT:
        rings_dot(r, &out);
        break;
    case SVG:
        rings_svg(r, &out);
        break;
    }
    status = ctl_print(&out, rings_attention(r) != 0 ? CTL_EXIT_WARNING
                                                     : CTL_EXIT_OK);
    strbuf_done(&out);
    return status;
}

static int run(struct call *call)
{
    struct policy *policy = NULL;
    struct rings *r = NULL;
    struct error err;
    int status = 0;

    if (call->policy_file != NULL)
        status = ctl_policy_load("rings", call->policy_file,
                                 &call->policy_options, &policy);
    if (status != 0)
        return status;
    call->question.policy = policy;
    call->question.root = call->policy_options.root;
    if (rings_read(&call->question, &r, &err) == 0) {
        status = show(call, r);
    } else {
        fprintf(stderr, "attlsctl rings: %s\n", err.text);
        status = CTL_EXIT_ERROR;
    }
    rings_free(r);
    policy_unref(policy);
    return status;
}

int ctl_rings(int argc, char **argv)
{
    struct call call = {.question = {.dir = PATH_RACF, .at = time(NULL)}};
    int c, r;

    policy_options_init(&call.policy_options);
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        r = take_option(c, &call);
        if (r >= 0)
            return r;
    }
    call.question.wanted = (const char *const *)argv + optind;
    call.question.nwanted = (size_t)(argc - optind);
    return run(&call);
}
