/*
 * fidelity = "zos": every setting of the table that has z/OS's value gets it,
 * one that the file has keeps what the file says.
 */

#include <string.h>

#include "site/config.h"
#include "site/differences.h"
#include "site/testing.h"
#include "site/value.h"
#include "support/suite.h"

static struct config *load(const char *text)
{
    struct diags *diags = diags_new();
    struct config *c = NULL;
    struct strbuf said = STRBUF_INIT;
    struct source *src;
    size_t i;

    ck_assert_int_eq(source_new("attlsd.conf", text, strlen(text), &src, NULL),
                     0);
    config_load_source(src, diags, &c);
    for (i = 0; i < diags_count(diags); i++)
        diag_format(diags_get(diags, i), &said);
    ck_assert_str_eq(strbuf_str(&said), "");
    strbuf_done(&said);
    source_unref(src);
    diags_free(diags);
    return c;
}

/* One listener of each mode; those with a setting that says otherwise. */
#define INBOUND(more)                                                          \
    "{ mode = \"forward\"; direction = \"Inbound\"; listen = "                 \
    "\"127.0.0.1:1\"; target = \"127.0.0.1:2\"; " more " }"
#define OUTBOUND                                                               \
    "{ mode = \"forward\"; direction = \"Outbound\"; listen = "                \
    "\"127.0.0.1:3\"; target = \"127.0.0.1:4\"; allow = ( \"root\" ); }"
#define LISTENERS(inbound, transparent, run)                                   \
    "listeners = ( " INBOUND(                                                  \
        inbound) ", " OUTBOUND ", { mode = \"transparent\"; " transparent " }" \
                 ", { mode = \"run\"; " run " } );"

enum { INBOUND_AT = 0, TRANSPARENT_AT = 2, RUN_AT = 6 };

/* The structure that has the field of a row. */
static const void *holder(const struct config *c,
                          const struct config_setting *row)
{
    switch (row->scope) {
    case SCOPE_top:
        return c;
    case SCOPE_transparent:
        return &c->listeners.item[TRANSPARENT_AT];
    case SCOPE_run:
        return &c->listeners.item[RUN_AT];
    default:
        return &c->listeners.item[INBOUND_AT];
    }
}

static const char *value_now(const struct config *c,
                             const struct config_setting *row,
                             struct strbuf *out)
{
    strbuf_reset(out);
    row->type->show(row, (const char *)holder(c, row) + row->offset, out);
    return strbuf_str(out);
}

START_TEST(takes_every_value_of_zos)
{
    struct config *c = load("fidelity = \"zos\"; " LISTENERS("", "", ""));
    struct strbuf text = STRBUF_INIT;
    size_t i, n = 0;

    for (i = 0; i < config_setting_count(); i++) {
        const struct config_setting *row = config_setting_get(i);

        if (row->zos == NULL)
            continue;
        n++;
        ck_assert_msg(strcmp(value_now(c, row, &text), row->zos) == 0,
                      "%s is %s, z/OS has %s", row->key, strbuf_str(&text),
                      row->zos);
    }
    ck_assert_uint_gt(n, 10);
    ck_assert_int_eq(c->x25519_first, 0); /* decided, not left open */
    ck_assert_int_eq(c->listeners.item[1].dial, DIAL_UNSET);
    strbuf_done(&text);
    config_unref(c);
}
END_TEST

/* Each setting with a z/OS value, said otherwise in the file. */
static const struct {
    const char *key, *conf, *now;
} said[] = {
    {"watch_rings", "watch_rings = true;" LISTENERS("", "", ""), "true"},
    {"stale_environments",
     "stale_environments = \"keep\";" LISTENERS("", "", ""), "keep"},
    {"allow_nottls", "allow_nottls = false;" LISTENERS("", "", ""), "false"},
    {"strict", "strict = true;" LISTENERS("", "", ""), "true"},
    {"on_no_rule", "strict = true;" LISTENERS("", "", ""), "refuse"},
    {"allow_legacy", "allow_legacy = false;" LISTENERS("", "", ""), "false"},
    {"x25519_first", "x25519_first = true;" LISTENERS("", "", ""), "true"},
    {"tls12_tickets", "tls12_tickets = true;" LISTENERS("", "", ""), "true"},
    {"min_rsa", "min_rsa = 2048;" LISTENERS("", "", ""), "2048"},
    {"refresh_guard", "refresh_guard = \"warn\";" LISTENERS("", "", ""),
     "warn"},
    {"on_no_rule", LISTENERS("on_no_rule = \"refuse\";", "", ""), "refuse"},
    {"dial", LISTENERS("dial = \"after_handshake\";", "", ""),
     "after_handshake"},
    {"source", LISTENERS("", "source = \"own\";", ""), "own"},
    {"old_connections", LISTENERS("", "old_connections = \"reset\";", ""),
     "reset"},
};

static const struct config_setting *row_of(const char *key)
{
    size_t i = 0;

    while (strcmp(config_setting_get(i)->key, key) != 0)
        i++;
    return config_setting_get(i);
}

START_TEST(what_the_file_says_counts)
{
    struct strbuf text = STRBUF_INIT;
    struct config *c;

    strbuf_addf(&text, "fidelity = \"zos\"; %s", said[_i].conf);
    c = load(strbuf_str(&text));
    ck_assert_str_eq(value_now(c, row_of(said[_i].key), &text), said[_i].now);
    config_unref(c);
    strbuf_done(&text);
}
END_TEST

/* A new row with a z/OS value comes with a row above. */
START_TEST(each_is_said_otherwise_here)
{
    size_t i, k;

    for (i = 0; i < config_setting_count(); i++) {
        const struct config_setting *row = config_setting_get(i);
        bool found = row->zos == NULL;

        for (k = 0; !found && k < sizeof(said) / sizeof(said[0]); k++)
            found = strcmp(said[k].key, row->key) == 0;
        ck_assert_msg(found, "nothing here says %s otherwise", row->key);
    }
}
END_TEST

/* The defaults without it are those of the table. */
START_TEST(safe_is_the_default)
{
    struct config *c =
        load("listeners = ( " INBOUND("dial = \"after_handshake\";") " );");
    struct config *same = load("fidelity = \"safe\";");

    ck_assert_int_eq(c->fidelity, FIDELITY_SAFE);
    ck_assert_int_eq(same->fidelity, FIDELITY_SAFE);
    ck_assert(!c->allow_nottls && !same->allow_nottls);
    ck_assert_int_eq(c->x25519_first, -1);
    config_unref(c);
    config_unref(same);
}
END_TEST

/* ---- what differs ---- */

static void add_line(void *arg, const struct compared *c)
{
    if (c->differs)
        strbuf_addf(arg, "%s=%s/%s ", c->key, c->now, c->zos);
}

static const struct {
    const char *name, *conf, *top, *inbound, *transparent;
} differing[] = {
    {"safe", LISTENERS("dial = \"after_handshake\";", "", ""),
     "stale_environments=keep/fail allow_nottls=false/true "
     "allow_legacy=false/true refresh_guard=warn/off ",
     "dial=after_handshake/at_once ", "old_connections=reset/keep "},
    {"z/OS", "fidelity = \"zos\"; " LISTENERS("", "", ""), "", "", ""},
    {"z/OS, but",
     "fidelity = \"zos\"; min_rsa = 2048; strict = true; " LISTENERS(
         "on_no_rule = \"clear\";", "source = \"own\";", ""),
     "strict=true/false min_rsa=2048/0 ", "",
     "on_no_rule=refuse/clear source=own/client "},
    {"as on z/OS by the file",
     "stale_environments = \"fail\"; allow_nottls = true; allow_legacy = true; "
     "refresh_guard = \"off\"; " LISTENERS("dial = \"at_once\";",
                                           "old_connections = \"keep\";", ""),
     "", "", ""},
};

START_TEST(says_what_differs)
{
    struct config *c = load(differing[_i].conf);
    struct strbuf text = STRBUF_INIT;

    differences_of_config(c, add_line, &text);
    ck_assert_str_eq(strbuf_str(&text), differing[_i].top);
    strbuf_reset(&text);
    differences_of_listener(&c->listeners.item[INBOUND_AT], add_line, &text);
    ck_assert_str_eq(strbuf_str(&text), differing[_i].inbound);
    strbuf_reset(&text);
    differences_of_listener(&c->listeners.item[TRANSPARENT_AT], add_line,
                            &text);
    ck_assert_str_eq(strbuf_str(&text), differing[_i].transparent);
    strbuf_done(&text);
    config_unref(c);
}
END_TEST

static const struct {
    const char *conf, *note; /* NULL: none */
} notes[] = {
    {"", NULL},
    {"fidelity = \"zos\";",
     "note: fidelity = \"zos\", so as on z/OS: stale_environments = fail, "
     "allow_nottls = true, allow_legacy = true, refresh_guard = off; otherwise "
     "than z/OS, as the file says: nothing [fidelity]\n"},
    {"fidelity = \"zos\"; strict = true; allow_legacy = false; "
     "allow_nottls = false; refresh_guard = \"warn\";"
     "stale_environments = \"keep\";\n" LISTENERS(
         "", "old_connections = \"reset\";", ""),
     "note: fidelity = \"zos\", so as on z/OS: dial = at_once (listeners); "
     "otherwise than z/OS, as the file says: stale_environments = keep, "
     "allow_nottls = false, strict = true, allow_legacy = false, refresh_guard "
     "= warn, on_no_rule = refuse (listeners), old_connections = reset "
     "(listeners) [fidelity]\n"},
};

START_TEST(notes_its_effect)
{
    struct diags *diags = diags_new();
    struct strbuf text = STRBUF_INIT;
    struct config *c = load(notes[_i].conf);

    differences_add_note(c, diags);
    ck_assert_uint_eq(diags_count(diags), notes[_i].note != NULL);
    if (notes[_i].note != NULL) {
        diag_format(diags_get(diags, 0), &text);
        ck_assert_str_eq(strbuf_str(&text), notes[_i].note);
    }
    strbuf_done(&text);
    config_unref(c);
    diags_free(diags);
}
END_TEST

TESTS_BEGIN("fidelity")
TEST(takes_every_value_of_zos)
TEST_ROWS(what_the_file_says_counts, said)
TEST(each_is_said_otherwise_here)
TEST(safe_is_the_default)
TEST_ROWS(says_what_differs, differing)
TEST_ROWS(notes_its_effect, notes)
TESTS_END
