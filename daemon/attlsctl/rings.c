/* attlsctl rings: key rings as a tree, what needs attention, and pictures. */

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "attlsctl/ctl.h"
#include "attlsctl/policy.h"
#include "attlsctl/rings_read.h"
#include "keyring/racdcert/certdate.h"
#include "keyring/racdcert/certlist.h"
#include "util/count.h"
#include "util/json.h"
#include "util/paths.h"

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

static void show_texts(const struct rings_texts *list, const char *before,
                       struct strbuf *out)
{
    size_t i;

    for (i = 0; i < list->n; i++) {
        strbuf_adds(out, before);
        add_escaped(out, list->text[i]);
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
        show_texts(&ring->complaints, "  ! ", out);
        show_texts(&ring->notes, "  note: ", out);
        for (k = 0; k < ring->n; k++)
            show_entry(ring, k, out);
        if (ring->n == 0)
            strbuf_adds(out, "  (no certificates connected)\n");
        strbuf_addc(out, '\n');
    }
    show_texts(&r->complaints, "! ", out);
    show_texts(&r->notes, "note: ", out);
    if (r->n == 0)
        strbuf_adds(out, "There is no key ring.\n");
    if (n == 0)
        strbuf_adds(out, "Nothing needs attention.\n");
    else
        strbuf_addf(out, "%s attention.\n",
                    count_of(n, "thing needs|things need").text);
}

/* ---- JSON ---- */

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
    json_time(j, "not_before", e->not_before);
    json_time(j, "not_after", e->not_after);
    json_bool(j, "self_signed", e->self_signed);
    json_string(j, "signer", signer != NULL ? signer->label : NULL);
    json_string(j, "barred", e->barred[0] != '\0' ? e->barred : NULL);
    json_array(j, "marks");
    for (m = 0; m < RINGS_MARKS; m++)
        if (e->marks >> m & 1u)
            json_string(j, NULL, rings_mark_row((enum rings_mark)m).name);
    json_end(j);
    json_end(j);
}

static void json_texts(struct json *j, const char *key,
                       const struct rings_texts *list)
{
    size_t i;

    json_array(j, key);
    for (i = 0; i < list->n; i++)
        json_string(j, NULL, list->text[i]);
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
        json_texts(&j, "complaints", &r->ring[i].complaints);
        json_texts(&j, "notes", &r->ring[i].notes);
        json_array(&j, "certificates");
        for (k = 0; k < r->ring[i].n; k++)
            json_entry(&j, &r->ring[i], &r->ring[i].entry[k]);
        json_end(&j);
        json_end(&j);
    }
    json_end(&j);
    json_texts(&j, "complaints", &r->complaints);
    json_texts(&j, "notes", &r->notes);
    json_end(&j);
}

/* ---- the verb ---- */

static int read_call(const struct verb_call *c, struct call *call)
{
    const char *at = verb_value(c, OPT_AT), *dir = verb_value(c, OPT_RACF);

    call->question.at = time(NULL);
    if (at != NULL && !certdate_option(at, time(NULL), &call->question.at)) {
        fprintf(stderr,
                "attlsctl rings: --at %s: write yyyy-mm-dd, +30d, +6m or "
                "+1y\n",
                at);
        return CTL_EXIT_ERROR;
    }
    call->question.dir = dir != NULL ? dir : PATH_RACF;
    call->question.reader = verb_value(c, OPT_READER);
    call->question.wanted = (const char *const *)c->options.operand;
    call->question.nwanted = c->options.operand_count;
    call->policy_file = verb_value(c, OPT_POLICY);
    if (verb_has(c, OPT_JSON))
        call->form = AS_JSON;
    else if (verb_has(c, OPT_DOT))
        call->form = DOT;
    else if (verb_has(c, OPT_SVG))
        call->form = SVG;
    policy_options_init(&call->policy_options);
    return ctl_policy_read(c, &call->policy_options);
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
    status = ctl_write(&out, rings_attention(r) != 0 ? CTL_EXIT_WARNING
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

int ctl_rings(const struct verb_call *c)
{
    struct call call = {.form = TREE};
    int r = read_call(c, &call);

    return r == 0 ? run(&call) : r;
}
