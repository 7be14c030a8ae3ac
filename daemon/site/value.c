/* Values of attlsd.conf: read, checked, and the defaults set. */

#include "site/value.h"

#include <errno.h>
#include <netdb.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "site/testing.h"
#include "util/arena.h"
#include "util/count.h"
#include "util/paths.h"
#include "util/spelling.h"
#include "zos/dataset.h"
#include "zos/name.h"

/* ---- places and errors ---- */

struct span config_line_span(const struct source *src, int line)
{
    struct span span = {src, 0, 0};
    const char *text = source_text(src), *p = text, *end;

    while (line-- > 1 && (end = strchr(p, '\n')) != NULL)
        p = end + 1;
    p += strspn(p, " \t");
    span.off = (uint32_t)(p - text);
    span.len = (uint32_t)strcspn(p, "\r\n");
    return span;
}

/* An element of a list has no name: that of the list. */
static const char *shown_name(const config_setting_t *s)
{
    while (s != NULL && config_setting_name(s) == NULL)
        s = config_setting_parent(s);
    return s != NULL ? config_setting_name(s) : "value";
}

/* libconfig knows lines only: the key is searched for in its line. */
struct span config_span(const struct config_reader *r,
                        const config_setting_t *s)
{
    const char *key = shown_name(s), *line, *at;
    struct span span = {NULL, 0, 0};
    char copy[512];

    if (config_setting_source_file(s) != NULL)
        return span; /* an @include: that text is not in R->src */
    span = config_line_span(r->src, (int)config_setting_source_line(s));
    line = source_text(r->src) + span.off;
    snprintf(copy, sizeof(copy), "%.*s", (int)span.len, line);
    at = strstr(copy, key);
    if (at != NULL) {
        span.off += (uint32_t)(at - copy);
        span.len = (uint32_t)strlen(key);
    }
    return span;
}

int config_wrong_type(struct config_reader *r, config_setting_t *s,
                      const char *wanted)
{
    struct span span = config_span(r, s);

    diag_add(r->diags, DIAG_ERROR, "wrong-type", &span, "%s must be %s",
             shown_name(s), wanted);
    return 0;
}

int config_wrong_value(struct config_reader *r, config_setting_t *s,
                       const char *fmt, ...)
{
    struct span span = {NULL, 0, 0};
    char text[400];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (s != NULL)
        span = config_span(r, s);
    diag_add(r->diags, DIAG_ERROR, "bad-value", &span, "%s: %s",
             s != NULL ? shown_name(s) : "attlsd.conf", text);
    return 0;
}

int config_no_preset(struct config_reader *r, const struct config_setting *row,
                     const char *text, void *field)
{
    (void)r;
    (void)row;
    (void)text;
    (void)field;
    return 0;
}

/* ---- texts ---- */

static int store(struct config_reader *r, const char *text, const char **field)
{
    *field = arena_strdup(r->config->arena, text);
    return *field == NULL ? ERR_NOMEM : 0;
}

static int preset_text(struct config_reader *r,
                       const struct config_setting *row, const char *text,
                       void *field)
{
    (void)row;
    return store(r, text, field);
}

/* The text of S, or NULL after adding an error. */
static const char *text_of(struct config_reader *r, config_setting_t *s,
                           const struct config_setting *row)
{
    const char *text = config_setting_get_string(s);
    size_t len;

    if (text == NULL) {
        config_wrong_type(r, s, "a text in quotes");
        return NULL;
    }
    len = strlen(text);
    if (row->high > 0 && (len < (size_t)row->low || len > (size_t)row->high)) {
        config_wrong_value(r, s, "has %s, %ld to %ld are allowed",
                           count_of(len, "character").text, row->low,
                           row->high);
        return NULL;
    }
    return text;
}

static int read_text(struct config_reader *r, config_setting_t *s,
                     const struct config_setting *row, void *field)
{
    const char *text = text_of(r, s, row);

    return text == NULL ? 0 : store(r, text, field);
}

const struct config_type config_type_text = {read_text, preset_text, NULL};

/* ---- names of z/OS ---- */

/* "" where the row allows a text that short: no name. */
static int read_name(struct config_reader *r, config_setting_t *s,
                     const struct config_setting *row, enum zos_name_kind kind,
                     void *field)
{
    const char *text = text_of(r, s, row);
    char name[ZOS_NAME_SIZE] = "";

    if (text == NULL)
        return 0;
    if (text[0] != '\0' && !zos_name_fold(kind, text, name))
        return config_wrong_value(r, s, "'%s' is not a %s: %s", text,
                                  zos_name_what(kind), zos_name_form(kind));
    return store(r, name, field);
}

static int read_userid(struct config_reader *r, config_setting_t *s,
                       const struct config_setting *row, void *field)
{
    return read_name(r, s, row, ZOS_USERID, field);
}

const struct config_type config_type_userid = {read_userid, preset_text, NULL};

static int read_jobname(struct config_reader *r, config_setting_t *s,
                        const struct config_setting *row, void *field)
{
    return read_name(r, s, row, ZOS_JOBNAME, field);
}

const struct config_type config_type_jobname = {read_jobname, preset_text,
                                                NULL};

static int read_dataset(struct config_reader *r, config_setting_t *s,
                        const struct config_setting *row, void *field)
{
    const char *text = text_of(r, s, row);
    struct dataset d;

    if (text == NULL)
        return 0;
    if (!dataset_set(text, NULL, &d))
        return config_wrong_value(r, s, "'%s' is no data set name", text);
    return store(r, d.name, field);
}

const struct config_type config_type_dataset = {read_dataset, preset_text,
                                                NULL};

/* ---- numbers and flags ---- */

static int read_number(struct config_reader *r, config_setting_t *s,
                       const struct config_setting *row, void *field)
{
    long long n;

    if (config_setting_type(s) != CONFIG_TYPE_INT &&
        config_setting_type(s) != CONFIG_TYPE_INT64)
        return config_wrong_type(r, s, "a whole number");
    n = config_setting_get_int64(s);
    if (n < row->low || n > row->high)
        return config_wrong_value(r, s, "%lld is not in %ld to %ld %s", n,
                                  row->low, row->high, row->unit);
    *(unsigned long *)field = (unsigned long)n;
    return 0;
}

static int preset_number(struct config_reader *r,
                         const struct config_setting *row, const char *text,
                         void *field)
{
    (void)r;
    (void)row;
    *(unsigned long *)field = strtoul(text, NULL, 10);
    return 0;
}

static void show_number(const struct config_setting *row, const void *field,
                        struct strbuf *out)
{
    (void)row;
    strbuf_addf(out, "%lu", *(const unsigned long *)field);
}

const struct config_type config_type_number = {read_number, preset_number,
                                               show_number};

static int read_flag(struct config_reader *r, config_setting_t *s,
                     const struct config_setting *row, void *field)
{
    (void)row;
    if (config_setting_type(s) != CONFIG_TYPE_BOOL)
        return config_wrong_type(r, s, "true or false");
    *(bool *)field = config_setting_get_bool(s) != 0;
    return 0;
}

static int preset_flag(struct config_reader *r,
                       const struct config_setting *row, const char *text,
                       void *field)
{
    (void)r;
    (void)row;
    *(bool *)field = strcmp(text, "true") == 0;
    return 0;
}

static void show_flag(const struct config_setting *row, const void *field,
                      struct strbuf *out)
{
    (void)row;
    strbuf_adds(out, *(const bool *)field ? "true" : "false");
}

const struct config_type config_type_flag = {read_flag, preset_flag, show_flag};

/* A flag that may be left open: 1, 0, and -1 when it is not given. */
static int read_maybe(struct config_reader *r, config_setting_t *s,
                      const struct config_setting *row, void *field)
{
    bool value = false;
    int err = read_flag(r, s, row, &value);

    *(int *)field = value ? 1 : 0;
    return err;
}

/* The row's own default only says what is done where nobody has decided. */
static int preset_maybe(struct config_reader *r,
                        const struct config_setting *row, const char *text,
                        void *field)
{
    bool decided = r->as_zos && row->zos != NULL;

    *(int *)field = !decided ? -1 : strcmp(text, "true") == 0;
    return 0;
}

static void show_maybe(const struct config_setting *row, const void *field,
                       struct strbuf *out)
{
    int value = *(const int *)field;

    strbuf_adds(out, value < 0 ? row->standard : value != 0 ? "true" : "false");
}

const struct config_type config_type_maybe = {read_maybe, preset_maybe,
                                              show_maybe};

/* ---- one of several words ---- */

static const struct word {
    const char *set, *text;
    int value;
} words[] = {
#define WORD(set, value, text) {#set, text, value},
#include "site/types.def"
};

enum { WORD_COUNT = sizeof(words) / sizeof(words[0]) };

/* Enumerations have the size of an int and no negative values. */
#define WORDS(set)                                                             \
    _Static_assert(sizeof(enum set) == sizeof(int), "a word is an int");
#include "site/types.def"

/* The next word of the row from FROM on; WORD_COUNT: there is none. */
static size_t next_word(const struct config_setting *row, size_t from)
{
    while (from < WORD_COUNT && strcmp(words[from].set, row->words) != 0)
        from++;
    return from;
}

static bool take_word(const struct config_setting *row, const char *text,
                      void *field)
{
    size_t i = next_word(row, 0);

    while (i < WORD_COUNT && strcmp(words[i].text, text) != 0)
        i = next_word(row, i + 1);
    if (i == WORD_COUNT)
        return false;
    memcpy(field, &words[i].value, sizeof(words[i].value));
    return true;
}

static int read_word(struct config_reader *r, config_setting_t *s,
                     const struct config_setting *row, void *field)
{
    const char *text = config_setting_get_string(s);
    char known[128] = "";
    size_t i;

    if (text == NULL)
        return config_wrong_type(r, s, "a text in quotes");
    if (take_word(row, text, field))
        return 0;
    for (i = next_word(row, 0); i < WORD_COUNT; i = next_word(row, i + 1))
        snprintf(known + strlen(known), sizeof(known) - strlen(known),
                 "%s\"%s\"", known[0] == '\0' ? "" : ", ", words[i].text);
    return config_wrong_value(r, s, "\"%s\" is not one of %s", text, known);
}

static int preset_word(struct config_reader *r,
                       const struct config_setting *row, const char *text,
                       void *field)
{
    (void)r;
    take_word(row, text, field);
    return 0;
}

static void show_word(const struct config_setting *row, const void *field,
                      struct strbuf *out)
{
    size_t i = next_word(row, 0);
    int value;

    memcpy(&value, field, sizeof(value));
    while (i < WORD_COUNT && words[i].value != value)
        i = next_word(row, i + 1);
    if (i < WORD_COUNT)
        strbuf_adds(out, words[i].text);
}

const struct config_type config_type_word = {read_word, preset_word, show_word};
const struct config_type config_type_later = {read_word, config_no_preset,
                                              show_word};

/* ---- addresses ---- */

static int read_address(struct config_reader *r, config_setting_t *s,
                        const struct config_setting *row, void *field)
{
    const char *text = text_of(r, s, row);
    struct error err;

    if (text == NULL)
        return 0;
    if (netaddr_parse(text, field, &err) < 0)
        return config_wrong_value(r, s, "%s", err.text);
    return 0;
}

const struct config_type config_type_address = {read_address, config_no_preset,
                                                NULL};

enum { RESOLVED_MAX = 64 }; /* addresses of a name that are looked at */

/* Splits "host:port"; the host may be a name. */
static bool split_host(const char *text, char *host, size_t size,
                       const char **ret_port)
{
    const char *colon = strrchr(text, ':');

    if (colon == NULL || colon == text || (size_t)(colon - text) >= size ||
        colon[1] == '\0' ||
        strspn(colon + 1, "0123456789") != strlen(colon + 1))
        return false;
    memcpy(host, text, (size_t)(colon - text));
    host[colon - text] = '\0';
    *ret_port = colon + 1;
    return strchr(host, ':') == NULL;
}

/* The first of FAMILY, or of another one, from I on; COUNT: no address is
 * left. */
static size_t next_of(const struct netaddr *list, size_t count, size_t i,
                      int family, bool same)
{
    while (i < count && (list[i].family == family) != same)
        i++;
    return i;
}

void config_interleave(const struct netaddr *list, size_t count,
                       struct config_target *ret)
{
    int first = count > 0 ? list[0].family : AF_UNSPEC;
    size_t at[2] = {next_of(list, count, 0, first, true),
                    next_of(list, count, 0, first, false)};
    size_t most = count < CONFIG_TARGET_MAX ? count : CONFIG_TARGET_MAX;
    int i;

    for (i = 0; ret->count < most; i = !i) {
        if (at[i] == count)
            continue;
        ret->address[ret->count++] = list[at[i]];
        at[i] = next_of(list, count, at[i] + 1, first, i == 0);
    }
}

static int resolve(const char *text, struct config_target *ret,
                   struct error *err)
{
    struct addrinfo hints = {0}, *list = NULL, *ai;
    struct netaddr found[RESOLVED_MAX];
    const char *port;
    size_t n = 0;
    char host[256];
    int r;

    if (!split_host(text, host, sizeof(host), &port))
        return error_set(err, ERR_VALUE,
                         "'%s' is not host:port, as in \"127.0.0.1:5555\" or "
                         "\"db.example.com:5555\"",
                         text);
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    r = getaddrinfo(host, port, &hints, &list);
    if (r != 0)
        return error_set(err, ERR_NOT_FOUND, "can't resolve '%s': %s", host,
                         r == EAI_SYSTEM ? strerror(errno) : gai_strerror(r));
    for (ai = list; ai != NULL && n < RESOLVED_MAX; ai = ai->ai_next)
        if (netaddr_from_sockaddr(ai->ai_addr, &found[n]))
            n++;
    freeaddrinfo(list);
    config_interleave(found, n, ret);
    if (ret->count == 0)
        return error_set(err, ERR_NOT_FOUND, "'%s' has no IP address", host);
    return 0;
}

static int read_target(struct config_reader *r, config_setting_t *s,
                       const struct config_setting *row, void *field)
{
    const char *text = text_of(r, s, row);
    struct config_target *t = field;
    struct error err;

    if (text == NULL)
        return 0;
    if (netaddr_parse(text, &t->address[0], NULL) == 0)
        t->count = 1;
    else if (resolve(text, t, &err) < 0)
        return config_wrong_value(r, s, "%s", err.text);
    if (t->address[0].port == 0)
        return config_wrong_value(r, s, "'%s' needs a port over 0", text);
    return store(r, text, &t->text);
}

const struct config_type config_type_target = {read_target, config_no_preset,
                                               NULL};

/* ---- accounts ---- */

static int find_account(const char *name, uid_t *ret)
{
    struct passwd pw, *found = NULL;
    char buf[16384], *end;
    unsigned long uid;

    /* a container may have no account for the number */
    if (name[0] >= '0' && name[0] <= '9') {
        uid = strtoul(name, &end, 10);
        *ret = (uid_t)uid;
        return *end == '\0' && uid < UINT32_MAX ? 0 : ERR_NOT_FOUND;
    }
    if (getpwnam_r(name, &pw, buf, sizeof(buf), &found) != 0 || found == NULL)
        return ERR_NOT_FOUND;
    *ret = pw.pw_uid;
    return 0;
}

bool config_parse_account(const char *text, uid_t *ret)
{
    return find_account(text, ret) == 0;
}

bool config_account_name(uid_t uid, char *ret, size_t size)
{
    struct passwd pw, *found = NULL;
    char buf[16384];

    return getpwuid_r(uid, &pw, buf, sizeof(buf), &found) == 0 &&
           found != NULL &&
           (size_t)snprintf(ret, size, "%s", pw.pw_name) < size;
}

static int read_uid(struct config_reader *r, config_setting_t *s,
                    const struct config_setting *row, void *field)
{
    struct config_uid *f = field;
    const char *name = config_setting_get_string(s);
    long long n;

    (void)row;
    if (name == NULL && config_setting_type(s) != CONFIG_TYPE_INT &&
        config_setting_type(s) != CONFIG_TYPE_INT64)
        return config_wrong_type(r, s, "a number, or an account in quotes");
    n = config_setting_get_int64(s);
    if (name == NULL && (n < 0 || n >= UINT32_MAX))
        return config_wrong_value(r, s, "%lld is no user number", n);
    f->uid = (uid_t)n;
    f->given = name == NULL || find_account(name, &f->uid) == 0;
    if (!f->given)
        return config_wrong_value(
            r, s, "'%s' is no account of this machine; see getent passwd",
            name);
    return 0;
}

const struct config_type config_type_uid = {read_uid, config_no_preset, NULL};

static int add_account(struct config_reader *r, config_setting_t *s,
                       struct config_accounts *a, uid_t *uids)
{
    const char *name = config_setting_get_string(s);

    if (name == NULL)
        return config_wrong_type(r, s, "a list of names in quotes");
    if (strcmp(name, "*") == 0) {
        a->all = true;
        return 0;
    }
    if (find_account(name, &uids[a->count]) < 0)
        return config_wrong_value(
            r, s, "'%s' is no account of this machine; see getent passwd",
            name);
    a->count++;
    return 0;
}

static int read_accounts(struct config_reader *r, config_setting_t *s,
                         const struct config_setting *row, void *field)
{
    struct config_accounts *a = field;
    uid_t *uids;
    int i, n;

    if (!config_setting_is_aggregate(s) || config_setting_is_group(s))
        return config_wrong_type(r, s,
                                 "a list of names in quotes: ( \"libserv\" )");
    n = config_setting_length(s);
    if (n > row->high)
        return config_wrong_value(r, s, "has more than %ld names", row->high);
    uids = arena_calloc(r->config->arena, (size_t)n + 1, sizeof(*uids));
    if (uids == NULL)
        return ERR_NOMEM;
    a->given = true;
    a->uid = uids;
    for (i = 0; i < n; i++)
        add_account(r, config_setting_get_elem(s, (unsigned)i), a, uids);
    return 0;
}

const struct config_type config_type_accounts = {read_accounts,
                                                 config_no_preset, NULL};
