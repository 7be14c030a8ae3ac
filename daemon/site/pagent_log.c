/*
 * What the Policy Agent logs of its start and of a policy: first the lines of
 * the file as they were coded, then the objects by class. Order and texts are
 * those of published logs of z/OS.
 */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "site/pagent_private.h"
#include "util/source.h"

static const char fn_main[] = "main", fn_image[] = "read_image_profile",
                  fn_read[] = "profile_read_ttls",
                  fn_process[] = "process_ttls_policy",
                  fn_install[] = "pzos_install_A_PolicyRule";

/* ---- the start ---- */

static bool is_secret(const char *line, size_t name)
{
    static const char *const words[] = {"PW", "PASS", "SECRET", "STASH"};
    char copy[64];
    size_t i;

    if (name >= sizeof(copy))
        return true;
    memcpy(copy, line, name);
    copy[name] = '\0';
    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcasestr(copy, words[i]) != NULL)
            return true;
    return false;
}

/* NAME=VALUE as in the file of DD STDENV; other lines are left out. */
static void log_variable(struct pagent *p, const char *line, size_t len)
{
    const char *equals = memchr(line, '=', len);
    struct strbuf text = STRBUF_INIT;
    size_t name;

    if (len == 0 || line[0] == '#' || equals == NULL || equals == line)
        return;
    name = (size_t)(equals - line);
    strbuf_add_escaped(&text, line, name + 1);
    if (is_secret(line, name))
        strbuf_adds(&text, "****");
    else
        strbuf_add_escaped(&text, equals + 1, len - name - 1);
    agent_log(p->params.trace, p->level, AGENT_INFO, fn_main, "  EXPORT '%s'",
              strbuf_str(&text));
    strbuf_done(&text);
}

static void log_environment(struct pagent *p, const char *path)
{
    struct source *src;
    struct error err;
    const char *line;
    size_t len;

    if (path[0] == '\0')
        return;
    if (source_read(path, &src, &err) != 0) {
        agent_log(p->params.trace, p->level, AGENT_WARNING, fn_main,
                  "stdenv: %s", err.text);
        return;
    }
    agent_log(p->params.trace, p->level, AGENT_INFO, fn_main,
              "List all environment variables:");
    for (line = source_text(src); *line != '\0';) {
        len = strcspn(line, "\r\n");
        log_variable(p, line, len);
        line += len;
        line += strspn(line, "\r\n");
    }
    source_unref(src);
}

void pagent_log_start(struct pagent *p, struct snapshot *s)
{
    struct policy_agent agent = policy_agent(snapshot_policy(s));
    const struct config *config = snapshot_config(s);
    struct trace *t = p->params.trace;

    agent_log(t, p->level, AGENT_INFO, fn_main, "attlsd %s", ATTLS_VERSION);
    agent_log(t, p->level, AGENT_INFO, fn_main,
              "Use environment PAGENT_CONFIG_FILE = '%s'", config->pagent);
    log_environment(p, config->stdenv);
    agent_log(t, p->level, AGENT_INFO, fn_main, "using code page '%s'",
              agent.codepage);
    agent_log(t, p->level, AGENT_INFO, fn_main, "Using log level %u", p->level);
}

/* ---- a policy ---- */

static void log_line(struct pagent *p, const struct policy_statement *st)
{
    struct strbuf text = STRBUF_INIT;

    strbuf_add_escaped(&text, source_text(st->line.src) + st->line.off,
                       st->line.len);
    agent_log(p->params.trace, p->level, AGENT_INFO, fn_read,
              "Processing: '%s'", strbuf_str(&text));
    strbuf_done(&text);
}

/* The first pass, file by file. */
static void log_files(struct pagent *p, const struct policy *policy)
{
    const struct source *file = NULL;
    size_t i, n = policy_statement_count(policy);

    for (i = 0; i <= n; i++) {
        struct policy_statement st = {0};

        if (i < n)
            st = policy_statement_get(policy, i);
        if (st.line.src != file) {
            if (file != NULL)
                agent_log(p->params.trace, p->level, AGENT_INFO, fn_image,
                          "Finished processing Image TTLS config file");
            if (i < n)
                agent_log(p->params.trace, p->level, AGENT_INFO, fn_image,
                          "Processing Image TTLS config file: '%s'",
                          source_name(st.line.src));
            file = st.line.src;
        }
        if (i < n)
            log_line(p, &st);
    }
}

static int compare_names(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;

    return strcmp(*x, *y);
}

/* The objects of a class, by name. */
static void log_class(struct pagent *p, const struct policy *policy,
                      const char *kind, const char *shown)
{
    size_t i, n = policy_statement_count(policy), found = 0;
    const char **names = calloc(n + 1, sizeof(*names));

    for (i = 0; names != NULL && i < n; i++) {
        struct policy_statement st = policy_statement_get(policy, i);

        if (strcmp(st.kind, kind) == 0 && st.name != NULL)
            names[found++] = st.name;
    }
    if (found > 0)
        qsort(names, found, sizeof(*names), compare_names);
    for (i = 0; i < found; i++)
        agent_log(p->params.trace, p->level, AGENT_INFO, fn_process,
                  "Processing TTLS %s '%s'", shown, names[i]);
    free(names);
}

void pagent_log_policy(struct pagent *p, struct snapshot *s)
{
    const struct policy *policy = snapshot_policy(s);
    size_t i;

    if ((p->level & (AGENT_INFO | AGENT_ACTION)) == 0)
        return;
    log_files(p, policy);
    log_class(p, policy, "TTLSGroupAction", "Group action");
    log_class(p, policy, "TTLSConnectionAction", "Connection action");
    log_class(p, policy, "TTLSEnvironmentAction", "Environment action");
    log_class(p, policy, "TTLSRule", "rule");
    for (i = 0; i < policy_rule_count(policy); i++)
        agent_log(p->params.trace, p->level, AGENT_ACTION, fn_install,
                  "Finished installing policy rule: '%s'",
                  policy_rule_name(policy_rule_get(policy, i)));
}
