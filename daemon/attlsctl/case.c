/*
 * Reads the case files of attlsctl test: which connections, and what is
 * expected of each.
 */

#include "attlsctl/case.h"

#include <libconfig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attlsctl/ctl.h"
#include "policy/ciphers.h"
#include "util/spelling.h"

struct reader {
    const char *file;
    struct ctl_cases *cases;
    bool failed;
};

static const char *const aspects[CTL_ASPECTS] = {
    [CTL_RULE] = "rule",       [CTL_STATUS] = "status",
    [CTL_ROLE] = "role",       [CTL_PROTOCOLS] = "protocols",
    [CTL_CIPHERS] = "ciphers", [CTL_RING] = "ring"};

const char *ctl_aspect_name(enum ctl_aspect a)
{
    return aspects[a];
}

__attribute__((format(printf, 3, 4))) static void
wrong(struct reader *r, const config_setting_t *s, const char *fmt, ...)
{
    struct strbuf text = STRBUF_INIT;
    va_list ap;

    va_start(ap, fmt);
    strbuf_vaddf(&text, fmt, ap);
    va_end(ap);
    fprintf(stderr, "%s:%u: %s\n", r->file, config_setting_source_line(s),
            strbuf_str(&text));
    strbuf_done(&text);
    r->failed = true;
}

static void no_memory(struct reader *r)
{
    if (!r->failed)
        fprintf(stderr, "attlsctl test: no memory\n");
    r->failed = true;
}

/* Settings by name */

typedef void (*read_fn)(struct reader *r, void *into, const config_setting_t *s,
                        const char *text);

struct key {
    const char *name;
    read_fn read;
    bool text; /* the value is a text, given to read */
};

/* Calls the reader of each setting in GROUP; others are errors. */
static void read_group(struct reader *r, const config_setting_t *group,
                       const struct key *keys, void *into)
{
    const config_setting_t *s;
    const struct key *k;
    struct spelling near;
    unsigned i;

    for (i = 0; i < (unsigned)config_setting_length(group); i++) {
        s = config_setting_get_elem(group, i);
        near = spelling_start(config_setting_name(s));
        for (k = keys; k->name != NULL; k++) {
            if (strcmp(k->name, config_setting_name(s)) == 0)
                break;
            spelling_offer(&near, k->name);
        }
        if (k->name == NULL)
            wrong(r, s, "unknown setting \"%s\"%s%s%s", config_setting_name(s),
                  spelling_best(&near) != NULL ? "; did you mean " : "",
                  spelling_best(&near) != NULL ? spelling_best(&near) : "",
                  spelling_best(&near) != NULL ? "?" : "");
        else if (k->text && config_setting_type(s) != CONFIG_TYPE_STRING)
            wrong(r, s, "%s wants a text in quotes", k->name);
        else
            k->read(r, into, s, k->text ? config_setting_get_string(s) : NULL);
    }
}

/* The connection of a case */

static void done(struct reader *r, const config_setting_t *s, int result,
                 const struct error *err)
{
    if (result != 0)
        wrong(r, s, "%s", err->text);
}

static void read_direction(struct reader *r, void *into,
                           const config_setting_t *s, const char *text)
{
    struct error err;

    done(r, s, ctl_conn_set_direction(into, text, &err), &err);
}

static void read_local(struct reader *r, void *into, const config_setting_t *s,
                       const char *text)
{
    struct ctl_conn *c = into;
    struct error err;

    done(r, s, netaddr_parse(text, &c->conn.local, &err), &err);
}

static void read_remote(struct reader *r, void *into, const config_setting_t *s,
                        const char *text)
{
    struct ctl_conn *c = into;
    struct error err;

    done(r, s, netaddr_parse(text, &c->conn.remote, &err), &err);
}

static void read_jobname(struct reader *r, void *into,
                         const config_setting_t *s, const char *text)
{
    struct error err;

    done(r, s, ctl_conn_set_jobname(into, text, &err), &err);
}

static void read_userid(struct reader *r, void *into, const config_setting_t *s,
                        const char *text)
{
    struct error err;

    done(r, s, ctl_conn_set_userid(into, text, &err), &err);
}

static void read_when(struct reader *r, void *into, const config_setting_t *s,
                      const char *text)
{
    struct error err;

    done(r, s, ctl_conn_set_when(into, text, &err), &err);
}

static void read_connection(struct reader *r, void *into,
                            const config_setting_t *s, const char *text)
{
    static const struct key keys[] = {{"direction", read_direction, true},
                                      {"local", read_local, true},
                                      {"remote", read_remote, true},
                                      {"jobname", read_jobname, true},
                                      {"userid", read_userid, true},
                                      {"when", read_when, true},
                                      {NULL, NULL, false}};
    struct ctl_case *c = into;

    (void)text;
    if (!config_setting_is_group(s)) {
        wrong(r, s, "connection wants a group: { direction = ...; }");
        return;
    }
    read_group(r, s, keys, &c->conn);
    if (c->conn.conn.direction == 0 || c->conn.conn.local.family == AF_UNSPEC ||
        c->conn.conn.remote.family == AF_UNSPEC)
        wrong(r, s, "a connection has a direction, local and remote");
}

/* What is expected of it */

/* Suites by their names become codes. */
static const char *normal(struct reader *r, enum ctl_aspect a,
                          const config_setting_t *s, const char *text)
{
    const struct cipher *c;
    char *end;
    unsigned long code;

    if (a != CTL_CIPHERS)
        return text;
    c = cipher_by_name(text);
    if (c == NULL) {
        code = strtoul(text, &end, 16);
        if (strlen(text) == 4 && *end == '\0')
            c = cipher_by_code((uint16_t)code);
    }
    if (c == NULL)
        wrong(r, s, "no cipher suite has the code or name \"%s\"", text);
    return c != NULL ? c->code4 : text;
}

static void add_expected(struct reader *r, enum ctl_aspect a,
                         const config_setting_t *s, struct strbuf *out)
{
    if (config_setting_type(s) != CONFIG_TYPE_STRING) {
        wrong(r, s, "%s wants texts in quotes", aspects[a]);
        return;
    }
    if (out->len != 0)
        strbuf_addc(out, ' ');
    strbuf_adds(out, normal(r, a, s, config_setting_get_string(s)));
}

/* A text, or a list of them. */
static void read_aspect(struct reader *r, struct ctl_case *c, enum ctl_aspect a,
                        const config_setting_t *s)
{
    struct strbuf text = STRBUF_INIT;
    unsigned i;

    if (config_setting_is_aggregate(s) && !config_setting_is_group(s))
        for (i = 0; i < (unsigned)config_setting_length(s); i++)
            add_expected(r, a, config_setting_get_elem(s, i), &text);
    else
        add_expected(r, a, s, &text);
    c->expected[a] = strbuf_steal(&text);
    if (c->expected[a] == NULL)
        no_memory(r);
}

static void read_expect(struct reader *r, void *into, const config_setting_t *s,
                        const char *text)
{
    struct ctl_case *c = into;
    const config_setting_t *item;
    enum ctl_aspect a;
    unsigned i;

    (void)text;
    if (!config_setting_is_group(s) || config_setting_length(s) == 0) {
        wrong(r, s, "expect wants a group: { rule = ...; }");
        return;
    }
    for (i = 0; i < (unsigned)config_setting_length(s); i++) {
        item = config_setting_get_elem(s, i);
        for (a = 0; a < CTL_ASPECTS; a++)
            if (strcmp(aspects[a], config_setting_name(item)) == 0)
                break;
        if (a < CTL_ASPECTS)
            read_aspect(r, c, a, item);
        else
            wrong(r, item,
                  "nothing can be expected of \"%s\"; of rule, status, role, "
                  "protocols, ciphers and ring it can",
                  config_setting_name(item));
    }
}

static void read_name(struct reader *r, void *into, const config_setting_t *s,
                      const char *text)
{
    struct ctl_case *c = into;

    (void)r;
    (void)s;
    c->name = text;
}

/* The file */

static void read_case(struct reader *r, const config_setting_t *s,
                      struct ctl_case *c)
{
    static const struct key keys[] = {{"name", read_name, true},
                                      {"connection", read_connection, false},
                                      {"expect", read_expect, false},
                                      {NULL, NULL, false}};

    c->line = config_setting_source_line(s);
    ctl_conn_init(&c->conn);
    if (!config_setting_is_group(s)) {
        wrong(r, s, "a case is a group: { name = ...; }");
        return;
    }
    read_group(r, s, keys, c);
    if (config_setting_get_member(s, "connection") == NULL)
        wrong(r, s, "the case has no connection");
    if (config_setting_get_member(s, "expect") == NULL)
        wrong(r, s, "the case expects nothing");
}

static void read_cases(struct reader *r, void *into, const config_setting_t *s,
                       const char *text)
{
    struct ctl_cases *cases = into;
    unsigned i;

    (void)text;
    if (!config_setting_is_list(s) || config_setting_length(s) == 0) {
        wrong(r, s, "cases wants a list: ( { name = ...; }, ... )");
        return;
    }
    cases->count = (size_t)config_setting_length(s);
    cases->list = calloc(cases->count, sizeof(*cases->list));
    if (cases->list == NULL) {
        cases->count = 0;
        no_memory(r);
        return;
    }
    for (i = 0; i < cases->count; i++)
        read_case(r, config_setting_get_elem(s, i), &cases->list[i]);
}

/* A relative path begins at the folder of the case file. */
static void read_policy(struct reader *r, void *into, const config_setting_t *s,
                        const char *text)
{
    struct ctl_cases *cases = into;
    const char *slash = strrchr(r->file, '/');
    struct strbuf path = STRBUF_INIT;

    (void)s;
    if (text[0] != '/' && slash != NULL)
        strbuf_add(&path, r->file, (size_t)(slash - r->file) + 1);
    strbuf_adds(&path, text);
    cases->policy = strbuf_steal(&path);
    if (cases->policy == NULL)
        no_memory(r);
}

static void read_release(struct reader *r, void *into,
                         const config_setting_t *s, const char *text)
{
    struct ctl_cases *cases = into;
    enum zos_release release;
    struct error err;

    cases->release = text;
    done(r, s, zos_release_parse(text, &release, &err), &err);
}

static void read_stack(struct reader *r, void *into, const config_setting_t *s,
                       const char *text)
{
    struct ctl_cases *cases = into;

    (void)r;
    (void)s;
    cases->stack = text;
}

static void read_legacy(struct reader *r, void *into, const config_setting_t *s,
                        const char *text)
{
    struct ctl_cases *cases = into;

    (void)text;
    if (config_setting_type(s) != CONFIG_TYPE_BOOL)
        wrong(r, s, "allow_legacy is true or false");
    else
        cases->allow_legacy = config_setting_get_bool(s);
}

int ctl_cases_read(const char *file, struct ctl_cases *ret)
{
    static const struct key keys[] = {
        {"policy", read_policy, true}, {"release", read_release, true},
        {"stack", read_stack, true},   {"allow_legacy", read_legacy, false},
        {"cases", read_cases, false},  {NULL, NULL, false}};
    struct reader r = {file, ret, false};
    config_t *config = malloc(sizeof(*config));

    memset(ret, 0, sizeof(*ret));
    ret->allow_legacy = -1;
    if (config == NULL) {
        no_memory(&r);
        return CTL_EXIT_ERROR;
    }
    config_init(config);
    ret->config = config;
    if (config_read_file(config, file) != CONFIG_TRUE) {
        if (config_error_type(config) == CONFIG_ERR_FILE_IO)
            fprintf(stderr, "attlsctl test: %s: can't be read\n", file);
        else
            fprintf(stderr, "%s:%d: %s\n", file, config_error_line(config),
                    config_error_text(config));
        r.failed = true;
    } else {
        read_group(&r, config_root_setting(config), keys, ret);
        if (ret->count == 0 && !r.failed) {
            fprintf(stderr, "%s: there are no cases\n", file);
            r.failed = true;
        }
    }
    if (r.failed)
        ctl_cases_free(ret);
    return r.failed ? CTL_EXIT_ERROR : 0;
}

void ctl_cases_free(struct ctl_cases *c)
{
    size_t i, k;

    for (i = 0; i < c->count; i++)
        for (k = 0; k < CTL_ASPECTS; k++)
            free(c->list[i].expected[k]);
    free(c->list);
    free(c->policy);
    config_destroy(c->config);
    free(c->config);
    memset(c, 0, sizeof(*c));
}
