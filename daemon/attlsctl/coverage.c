/*
 * attlsctl check --coverage: what attlsd does with each keyword, as text, as
 * JSON, and as the lists of attls-policy(5).
 */

#include "attlsctl/coverage.h"

#include <string.h>

#include "policy/finding.h"
#include "policy/offers.h"
#include "policy/schema.h"

static const char *const supports[] = {[SUPPORT_HONOURED] = "honoured",
                                       [SUPPORT_NO_EFFECT] = "no effect",
                                       [SUPPORT_MOOT] = "no effect",
                                       [SUPPORT_REFUSED] = "refused"};

/* The statements that hold the keyword, by name. */
static const char *place_name(unsigned bit)
{
    if (bit == STMT_MAIN)
        return "main configuration file";
    if (bit == STMT_IMAGE)
        return "image configuration file";
    return schema_statement((enum policy_stmt)bit)->keyword;
}

typedef void (*place_fn)(void *arg, const char *name);

static void each_place(const struct parm *row, place_fn fn, void *arg)
{
    unsigned bit;

    for (bit = 0; bit <= STMT_IMAGE; bit++)
        if (row->where & (1u << bit))
            fn(arg, place_name(bit));
}

/* What a value may be: choices, a range of numbers, a length, a statement. */
static void add_values(const struct parm *row, struct strbuf *out)
{
    size_t i, n = 0;

    for (i = 0; i < schema_choice_count(); i++)
        if (schema_choice(i)->type == row->type)
            strbuf_addf(out, "%s%s", n++ != 0 ? ", " : "",
                        schema_choice(i)->text);
    if (row->type == TYPE_number || row->type == TYPE_signed)
        strbuf_addf(out, "%ld to %ld", row->low, row->high);
    else if (row->type == TYPE_fraglen)
        strbuf_adds(out, "512, 1024, 2048, 4096");
    else if (row->type == TYPE_ref)
        strbuf_addf(out, "the name of a statement %s",
                    schema_statement((enum policy_stmt)row->low)->keyword);
    else if (row->type == TYPE_word || row->type == TYPE_label ||
             row->type == TYPE_file || row->type == TYPE_ident)
        strbuf_addf(out, "%ld to %ld characters", row->low, row->high);
}

static const char *default_of(const struct parm *row, enum zos_release release,
                              char buf[SCHEMA_DEFAULT])
{
    return (row->flags & SECRET) ? NULL : schema_default(row, release, buf);
}

/* Text */

static void text_place(void *arg, const char *name)
{
    struct strbuf *out = arg;

    strbuf_addf(out, "%s%s", out->len != 0 ? ", " : "", name);
}

static int keyword_width(void)
{
    size_t i, len, width = 0;

    for (i = 0; i < PARM_COUNT; i++) {
        len = strlen(schema_parm((enum policy_parm)i)->keyword);
        if (len > width)
            width = len;
    }
    return (int)width;
}

void coverage_text(enum zos_release release, struct strbuf *out)
{
    size_t count[sizeof(supports) / sizeof(supports[0])] = {0}, i;
    const struct parm *row;
    struct strbuf where = STRBUF_INIT;
    int width = keyword_width();
    char buf[SCHEMA_DEFAULT];
    const char *def;

    for (i = 0; i < PARM_COUNT; i++) {
        row = schema_parm((enum policy_parm)i);
        strbuf_reset(&where);
        each_place(row, text_place, &where);
        def = default_of(row, release, buf);
        count[row->support]++;
        strbuf_addf(out, "%-*s %-9s  %s", width, row->keyword,
                    supports[row->support], strbuf_str(&where));
        if (row->since > ZOS_2_1)
            strbuf_addf(out, "; since %s", zos_release_name(row->since));
        if (def != NULL)
            strbuf_addf(out, "; default %s", def);
        if (row->why != NULL)
            strbuf_addf(out, "; %s", row->why);
        strbuf_addc(out, '\n');
    }
    strbuf_addf(out,
                "\n%d keywords: %zu honoured, %zu without effect here, %zu "
                "refused when a connection maps to them\n",
                (int)PARM_COUNT, count[SUPPORT_HONOURED],
                count[SUPPORT_NO_EFFECT] + count[SUPPORT_MOOT],
                count[SUPPORT_REFUSED]);
    strbuf_done(&where);
}

/* JSON */

static void json_place(void *arg, const char *name)
{
    json_string(arg, NULL, name);
}

static void json_row(const struct parm *row, enum zos_release release,
                     struct json *j)
{
    struct strbuf values = STRBUF_INIT;
    char buf[SCHEMA_DEFAULT];

    add_values(row, &values);
    json_object(j, NULL);
    json_string(j, "keyword", row->keyword);
    json_array(j, "statements");
    each_place(row, json_place, j);
    json_end(j);
    json_string(j, "values", values.len != 0 ? strbuf_str(&values) : NULL);
    json_string(j, "default", default_of(row, release, buf));
    json_string(j, "since", zos_release_name(row->since));
    json_bool(j, "repeatable", (row->flags & REPEAT) != 0);
    json_bool(j, "required", (row->flags & REQUIRED) != 0);
    json_bool(j, "secret", (row->flags & SECRET) != 0);
    json_string(j, "support", supports[row->support]);
    json_string(j, "reason", row->why);
    json_string(j, "harmless", row->harmless);
    json_string(j, "help", row->help);
    json_end(j);
    strbuf_done(&values);
}

void coverage_json(enum zos_release release, struct json *j)
{
    size_t i;

    json_array(j, NULL);
    for (i = 0; i < PARM_COUNT; i++)
        json_row(schema_parm((enum policy_parm)i), release, j);
    json_end(j);
}

/* mdoc */

/* Text for a macro line or a text line: a sentence's end and a leading dot
 * would mean something. */
static void add_mdoc(const char *text, struct strbuf *out)
{
    const char *p;

    for (p = text; *p != '\0'; p++) {
        if ((*p == '.' || *p == '\'') && p == text)
            strbuf_adds(out, "\\&");
        if (*p == '\\')
            strbuf_adds(out, "\\e");
        else if (*p == '-')
            strbuf_adds(out, "\\-");
        else if (*p == '~')
            strbuf_adds(out, "\\(ti");
        else
            strbuf_addc(out, *p);
        /* A new sentence begins on a new line. */
        if ((*p == '.' || *p == ':') && p[1] == ' ' && *p == '.') {
            strbuf_addc(out, '\n');
            p++;
        }
    }
    strbuf_addc(out, '\n');
}

/* "10", "On (from 3.2 on: Off)", "0023 (TLSv1.3 adds 0029)"; nothing without a
 * default. */
static void add_defaults(const struct parm *row, struct strbuf *out)
{
    char buf[SCHEMA_DEFAULT], before[SCHEMA_DEFAULT] = "";
    const char *def, *more = schema_default_tls13(row);
    int release;

    for (release = 0; release < ZOS_RELEASES; release++) {
        def = default_of(row, (enum zos_release)release, buf);
        if (def == NULL || strcmp(def, before) == 0)
            continue;
        if (before[0] == '\0')
            strbuf_addf(out, "%s", def);
        else
            strbuf_addf(out, " (from %s on: %s)",
                        zos_release_name((enum zos_release)release), def);
        strcpy(before, def);
    }
    if (more != NULL)
        strbuf_addf(out, " (TLSv1.3 adds %s)", more);
}

static void mdoc_row(const struct parm *row, struct strbuf *out)
{
    struct strbuf values = STRBUF_INIT, defaults = STRBUF_INIT;

    add_values(row, &values);
    add_defaults(row, &defaults);
    strbuf_addf(out, ".It Cm %s\n", row->keyword);
    add_mdoc(row->help, out);
    if (row->flags & REQUIRED)
        strbuf_adds(out, "Required.\n");
    if (row->flags & REPEAT)
        strbuf_adds(out, "May be repeated.\n");
    if (row->since > ZOS_2_1)
        strbuf_addf(out, "Since release %s.\n", zos_release_name(row->since));
    if (values.len != 0)
        strbuf_addf(out, ".br\nValues: %s.\n", strbuf_str(&values));
    if (defaults.len != 0)
        strbuf_addf(out, ".br\nDefault: %s.\n", strbuf_str(&defaults));
    if (row->support != SUPPORT_HONOURED)
        strbuf_addf(out, ".br\n%s: %s.\n",
                    row->support == SUPPORT_REFUSED
                        ? "Connections that map to it are refused"
                        : "No effect here",
                    row->why);
    strbuf_done(&values);
    strbuf_done(&defaults);
}

/* The keywords of one place, each under the first place that holds it. */
static void mdoc_place(unsigned bit, struct strbuf *out)
{
    const struct parm *row;
    size_t i, n = 0;

    for (i = 0; i < PARM_COUNT; i++) {
        row = schema_parm((enum policy_parm)i);
        if ((row->where & (1u << bit)) == 0)
            continue;
        if (n++ == 0) {
            strbuf_addf(out, ".Ss %s\n", place_name(bit));
            if (bit < STMT_COUNT)
                add_mdoc(schema_statement((enum policy_stmt)bit)->help, out);
            strbuf_adds(out, ".Bl -tag -width Ds\n");
        }
        if ((row->where & ((1u << bit) - 1)) == 0)
            mdoc_row(row, out);
        else
            strbuf_addf(out, ".It Cm %s\nAs above.\n", row->keyword);
    }
    if (n != 0)
        strbuf_adds(out, ".El\n");
}

/* Suites and pairs that are not offered, or not always. */

static void mdoc_code(const char *code, const char *name, struct strbuf *out)
{
    strbuf_addf(out, ".It Li %s\n%s\n", code, name);
}

static void mdoc_left(bool barred, struct strbuf *out)
{
    const struct sigpair *pair;
    const struct cipher *suite;
    size_t i;

    strbuf_adds(out, ".Bl -tag -width 00000 -compact\n");
    for (i = 0; i < cipher_count(); i++) {
        suite = cipher_get(i);
        if (barred ? offers_bars_suite(suite) : suite->openssl == NULL)
            mdoc_code(suite->code4, suite->name, out);
    }
    for (i = 0; i < sigpair_count(); i++) {
        pair = sigpair_get(i);
        if (barred ? offers_bars_pair(pair) : pair->openssl == NULL)
            mdoc_code(pair->id4, pair->name, out);
    }
    strbuf_adds(out, ".El\n");
}

static void mdoc_openssl(struct strbuf *out)
{
    strbuf_adds(out,
                ".Ss Suites and signature pairs that are left out\n"
                "A list may name them; what is offered is without them, and\n"
                ".Ic attlsctl explain\n"
                "shows both.\n"
                "OpenSSL 3 does not have:\n");
    mdoc_left(false, out);
    strbuf_adds(out,
                ".Pp\n"
                "OpenSSL has the following, and its security level bars them.\n"
                "They are offered where\n"
                ".Cm allow_legacy\n"
                "is true in\n"
                ".Xr attlsd.conf 5\n"
                "and TLSv1 or TLSv1.1 is on in the policy, which can't be "
                "spoken at that level either:\n");
    mdoc_left(true, out);
}

void coverage_mdoc(struct strbuf *out)
{
    static const char *const grades[] = {
        [GRADE_NOTE] = "note",
        [GRADE_WARNING] = "warning",
        [GRADE_LINT_ERROR] = "error; the policy loads all the same",
        [GRADE_ERROR] = "error; the policy does not load"};
    const struct finding_row *row;
    unsigned bit;
    size_t i;

    strbuf_adds(out, ".Sh KEYWORDS\n");
    for (bit = 0; bit <= STMT_IMAGE; bit++)
        mdoc_place(bit, out);
    mdoc_openssl(out);
    strbuf_adds(out, ".Sh FINDINGS\n.Bl -tag -width Ds\n");
    for (i = 0; i < FIND_COUNT; i++) {
        row = finding_row((enum finding)i);
        strbuf_addf(out, ".It Li %s Pq %s\n", row->name, grades[row->grade]);
        add_mdoc(row->meaning, out);
    }
    strbuf_adds(out, ".El\n");
}
