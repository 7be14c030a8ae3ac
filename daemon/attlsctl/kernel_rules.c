/*
 * The kernel's rule set for attlsctl intercept: makes it from the
 * configuration and compares it with what nft lists.
 */

#include "attlsctl/kernel_rules.h"

#include <stdio.h>
#include <string.h>

#include "attlsctl/call.h"
#include "attlsctl/ctl.h"
#include "attlsctl/findings.h"
#include "attlsctl/policy.h"
#include "intercept/nft_run.h"
#include "site/ruleset.h"
#include "site/snapshot.h"

/* ---- the rule set ---- */

/* What the command line says comes on top of what the configuration says. */
static int make(struct ctl_rules *r, const struct policy *policy,
                const struct config_capture *from, struct strbuf *out)
{
    struct config_capture c = *from;
    struct ruleset_options opt = {&c, r->marks.own, r->no_guard, r->early_uids,
                                  r->early_count};
    struct error err;

    if (r->uid_count != 0)
        c.exclude_users =
            (struct config_accounts){true, false, r->uids, r->uid_count};
    if (r->port_count != 0)
        c.exclude_ports = (struct config_ports){r->ports, r->port_count};
    if (r->net_count != 0)
        c.exclude_networks = (struct config_networks){r->nets, r->net_count};
    if (r->capture.old_connections != OLD_UNSET)
        c.old_connections = r->capture.old_connections;
    if (r->capture.out_port != 0)
        c.out_port = r->capture.out_port;
    if (r->capture.in_port != 0)
        c.in_port = r->capture.in_port;
    r->keeps_old = c.old_connections == OLD_KEEP;
    if (ruleset_make(policy, &opt, out, &err) == 0)
        return CTL_EXIT_OK;
    fprintf(stderr, "attlsctl intercept: %s\n", err.text);
    return CTL_EXIT_ERROR;
}

/* ---- the packet marks ---- */

/*
 * The file's owner is the daemon's account, whoever runs this. To compare,
 * a file that is not there is no failure: the rules have other marks then.
 */
static int read_marks(struct ctl_rules *r, const char *path, uint32_t mask)
{
    struct error err;
    int e = 0;

    r->marks = (struct ruleset_marks){.own = path[0] != '\0'};
    if (!r->marks.own || r->want == CTL_MARKS_NAMES)
        return CTL_EXIT_OK;
    e = r->want == CTL_MARKS_TAKE
            ? marks_take(path, mask, &r->marks.values, &err)
            : marks_read(path, mask, &r->marks.values, &err);
    r->marks.known = e == 0;
    if (e == 0 || (r->want == CTL_MARKS_READ && e == ERR_NOT_FOUND))
        return CTL_EXIT_OK;
    fprintf(stderr,
            "attlsctl intercept: %s (mark_file = \"\" in attlsd.conf: none)\n",
            err.text);
    return CTL_EXIT_ERROR;
}

/* What goes before the rules when they are loaded, the marks' values. The exit
 * status. */
static int define_marks(struct ctl_rules *r, struct strbuf *out)
{
    struct marks m = r->marks.values;
    struct error err;

    if (r->marks.own && !r->marks.known) {
        fprintf(stderr, "attlsctl intercept: the daemon tells its packet marks "
                        "to root, its own account and its operators only\n");
        return CTL_EXIT_ERROR;
    }
    /* nobody else sets them, and only the rules need to know that one */
    if (!r->marks.own && marks_make(MARKS_MASK, 0, &m, &err) != 0) {
        fprintf(stderr, "attlsctl intercept: %s\n", err.text);
        return CTL_EXIT_ERROR;
    }
    if (!r->marks.own) {
        r->excluded = r->excluded != 0 ? r->excluded : m.excluded;
        m.excluded = r->excluded;
    }
    nft_add_defines(&m, out);
    return CTL_EXIT_OK;
}

int ctl_rules_text(struct ctl_rules *r, struct strbuf *out)
{
    struct strbuf ruleset = STRBUF_INIT;
    int status;

    r->want = CTL_MARKS_TAKE;
    status = ctl_rules_make(r, &ruleset);
    if (status == CTL_EXIT_OK)
        status = define_marks(r, out);
    strbuf_adds(out, strbuf_str(&ruleset));
    strbuf_done(&ruleset);
    return status;
}

/* ---- where the rules come from ---- */

static const struct config_capture standard = {.out_port = NFT_OUT_PORT,
                                               .in_port = NFT_IN_PORT,
                                               .mark_mask = MARKS_MASK,
                                               .mark_file = ""};

static int of_policy(struct ctl_rules *r, struct diags *diags,
                     struct strbuf *out)
{
    struct policy *policy = NULL;
    int status = CTL_EXIT_ERROR;

    if (policy_load(r->policy, &r->policy_options, diags, &policy) == 0)
        status = read_marks(r, r->mark_file != NULL ? r->mark_file : "", 0);
    if (status == CTL_EXIT_OK)
        status = make(r, policy, &standard, out);
    ctl_findings_show(diags, DIAG_ERROR);
    policy_unref(policy);
    return status;
}

static int of_conf(struct ctl_rules *r, struct diags *diags, struct strbuf *out)
{
    const struct config_capture *capture;
    struct config *config = NULL;
    struct snapshot *snap = NULL;
    int status = CTL_EXIT_ERROR;

    if (config_load(r->conf, diags, &config) == 0 &&
        snapshot_load(config, diags, &snap) == 0) {
        capture = config_capture(config);
        if (capture == NULL)
            capture = &standard;
        status = r->mark_file != NULL
                     ? read_marks(r, r->mark_file, 0)
                     : read_marks(r, capture->mark_file, capture->mark_mask);
        if (status == CTL_EXIT_OK)
            status = make(r, snapshot_policy(snap), capture, out);
    }
    ctl_findings_show(diags, DIAG_ERROR);
    snapshot_unref(snap);
    config_unref(config);
    return status;
}

static int fetch_capture(struct ctl_rules *r, struct arena *arena,
                         struct config_capture *ret)
{
    struct ctl_reply reply;
    struct error err;
    int status = ctl_fetch(ctl_control_path(r->control), VERB_CAPTURE, &reply);

    if (status == CTL_EXIT_OK &&
        ruleset_capture_parse(strbuf_str(&reply.out), arena, ret, &r->marks,
                              &err) < 0) {
        fprintf(stderr, "attlsctl intercept: %s\n", err.text);
        status = CTL_EXIT_ERROR;
    }
    ctl_reply_done(&reply);
    return status;
}

/*
 * The daemon gives its policy and its settings, and the rules are made of them
 * here: whoever runs this may change the kernel's rules, which the daemon's
 * account may not.
 */
static int of_daemon(struct ctl_rules *r, struct diags *diags,
                     struct strbuf *out)
{
    struct arena *arena = arena_new();
    struct policy *policy = NULL;
    struct config_capture capture;
    struct ctl_running running;
    int status = CTL_EXIT_ERROR;

    if (arena != NULL)
        status = fetch_capture(r, arena, &capture);
    if (status == CTL_EXIT_OK)
        status = ctl_policy_fetch("intercept", r->control, &r->policy_options,
                                  diags, &policy, &running);
    ctl_findings_show(diags, DIAG_ERROR);
    status = status == 0 ? make(r, policy, &capture, out) : CTL_EXIT_ERROR;
    policy_unref(policy);
    arena_free(arena);
    return status;
}

static int of_running(struct ctl_rules *r, struct diags *diags,
                      struct strbuf *out)
{
    if (r->captured) {
        fprintf(stderr,
                "attlsctl intercept: the running daemon's rules follow its "
                "configuration; say -f CONF or --policy FILE with options of "
                "your own\n");
        return CTL_EXIT_ERROR;
    }
    return of_daemon(r, diags, out);
}

int ctl_rules_make(struct ctl_rules *r, struct strbuf *out)
{
    struct diags *diags;
    int status;

    diags = diags_new();
    if (diags == NULL) {
        fprintf(stderr, "attlsctl: no memory\n");
        return CTL_EXIT_ERROR;
    }
    status = r->conf != NULL     ? of_conf(r, diags, out)
             : r->policy != NULL ? of_policy(r, diags, out)
                                 : of_running(r, diags, out);
    diags_free(diags);
    return status;
}

/* ---- the kernel's table ---- */

static const char *line_end(const char *p)
{
    return p + strcspn(p, "\n");
}

static void add_lines(struct strbuf *out, char sign, const char *from,
                      const char *to)
{
    while (from < to) {
        const char *end = line_end(from);

        strbuf_addf(out, "%c%.*s\n", sign, (int)(end - from), from);
        from = *end == '\n' ? end + 1 : end;
    }
}

/* The lines between the common beginning and the common end. */
static void add_difference(struct strbuf *out, const char *want,
                           const char *have)
{
    const char *w = want, *h = have, *w_end = want + strlen(want),
               *h_end = have + strlen(have);
    size_t same = 0;

    while (w[same] != '\0' && w[same] == h[same])
        same++;
    while (same > 0 && w[same - 1] != '\n')
        same--;
    w += same;
    h += same;
    while (w_end > w && h_end > h && w_end[-1] == h_end[-1]) {
        w_end--;
        h_end--;
    }
    w_end += *w_end != '\0' && w_end > w ? strcspn(w_end, "\n") + 1 : 0;
    h_end += *h_end != '\0' && h_end > h ? strcspn(h_end, "\n") + 1 : 0;
    add_lines(out, '-', w, w_end);
    add_lines(out, '+', h, h_end);
}

/* The rule set with its values as nft would list it. ERR_UNSUPPORTED: that
 * can't be found out. */
static int normalise(struct ctl_rules *rules, const char *ruleset,
                     const struct ctl_table *t, struct strbuf *out,
                     struct error *err)
{
    struct strbuf text = STRBUF_INIT;
    int r = ERR_UNSUPPORTED;

    if (!rules->marks.own || rules->marks.known) {
        rules->excluded = nft_find_excluded(strbuf_str(&t->counted));
        r = define_marks(rules, &text) == CTL_EXIT_OK ? 0 : error_nomem(err);
        strbuf_adds(&text, ruleset);
    }
    if (r == 0)
        r = nft_normalise(strbuf_str(&text), out, err);
    strbuf_done(&text);
    return r;
}

static int compare(struct ctl_rules *rules, const char *ruleset,
                   struct ctl_table *t)
{
    struct strbuf want = STRBUF_INIT, have = STRBUF_INIT;
    char generation[NFT_GENERATION] = "";
    struct error err;
    int r = normalise(rules, ruleset, t, &want, &err);

    t->compared = r == 0;
    if (r == 0)
        r = nft_list(false, &have, &err);
    if (r == 0) {
        t->equal = strcmp(strbuf_str(&want), strbuf_str(&have)) == 0;
        if (!t->equal)
            add_difference(&t->difference, strbuf_str(&want),
                           strbuf_str(&have));
    } else if (r == ERR_UNSUPPORTED) {
        nft_find_generation(ruleset, generation);
        t->equal = strcmp(generation, t->generation) == 0;
        r = 0;
    }
    if (r < 0)
        fprintf(stderr, "attlsctl intercept: %s\n", err.text);
    strbuf_done(&want);
    strbuf_done(&have);
    return r < 0 ? CTL_EXIT_ERROR : CTL_EXIT_OK;
}

int ctl_table_read(struct ctl_rules *rules, const char *ruleset,
                   struct ctl_table *ret)
{
    struct error err;
    int r;

    *ret =
        (struct ctl_table){.counted = STRBUF_INIT, .difference = STRBUF_INIT};
    r = nft_list(true, &ret->counted, &err);
    if (r == ERR_NOT_FOUND && strstr(err.text, "install") == NULL)
        return CTL_EXIT_OK;
    if (r < 0) {
        fprintf(stderr, "attlsctl intercept: %s\n", err.text);
        return CTL_EXIT_ERROR;
    }
    ret->there = true;
    if (!nft_find_generation(strbuf_str(&ret->counted), ret->generation))
        ret->generation[0] = '\0';
    return ruleset[0] != '\0' ? compare(rules, ruleset, ret) : CTL_EXIT_OK;
}

void ctl_table_done(struct ctl_table *t)
{
    strbuf_done(&t->counted);
    strbuf_done(&t->difference);
}

/* ---- sockets ---- */

static void count_in(const char *file, unsigned long port,
                     struct ctl_sockets *ret)
{
    enum { ESTABLISHED = 1, LISTEN = 10 };
    FILE *f = fopen(file, "re");
    unsigned local, state;
    char line[256];

    while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
        if (sscanf(line, " %*d: %*[0-9A-F]:%x %*[0-9A-F]:%*x %x", &local,
                   &state) != 2 ||
            local != port)
            continue;
        ret->listening += state == LISTEN;
        ret->connected += state == ESTABLISHED;
    }
    if (f != NULL)
        fclose(f);
}

struct ctl_sockets ctl_count_sockets(unsigned long port)
{
    struct ctl_sockets s = {0, 0};

    count_in("/proc/net/tcp", port, &s);
    count_in("/proc/net/tcp6", port, &s);
    return s;
}
