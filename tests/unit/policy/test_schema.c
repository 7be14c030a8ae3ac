/* policy/schema: the tables hold together. A row that is wrong fails here
 * and not at a customer's. */

#include "policy/schema.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "policy/finding.h"
#include "policy/model.h"
#include "policy/value.h"
#include "support/policies.h"
#include "support/suite.h"

static void good_text(const char *what, const char *text)
{
    size_t len = strlen(text);

    ck_assert_msg(len != 0, "%s: empty text", what);
    ck_assert_msg(!isspace((unsigned char)text[0]) &&
                      !isspace((unsigned char)text[len - 1]),
                  "%s: a blank at an end of \"%s\"", what, text);
}

static void keyword_is_found(int row_no)
{
    const struct parm *row = schema_parm((enum policy_parm)row_no), *other;
    char upper[80];
    size_t i;

    for (i = 0; row->keyword[i] != '\0'; i++)
        upper[i] = (char)toupper((unsigned char)row->keyword[i]);
    upper[i] = '\0';
    ck_assert_int_eq(schema_find_parm(row->keyword, i), row_no);
    ck_assert_int_eq(schema_find_parm(upper, i), row_no);
    ck_assert_int_eq(schema_find_parm(row->keyword, i - 1) == (unsigned)row_no,
                     0);
    for (i = 0; i < PARM_COUNT; i++) {
        other = schema_parm((enum policy_parm)i);
        ck_assert_msg((int)i == row_no ||
                          strcasecmp(row->keyword, other->keyword) != 0,
                      "%s stands twice", row->keyword);
    }
}

START_TEST(keywords_are_found_and_single)
{
    int i;

    for (i = 0; i < PARM_COUNT; i++)
        keyword_is_found(i);
}
END_TEST

static void row_is_whole(int row_no)
{
    const struct parm *row = schema_parm((enum policy_parm)row_no);

    good_text(row->keyword, row->keyword);
    good_text(row->keyword, row->help);
    ck_assert_msg(row->help[strlen(row->help) - 1] == '.', "%s: %s",
                  row->keyword, row->help);
    ck_assert_msg(row->where != 0, "%s stands nowhere", row->keyword);
    ck_assert_int_lt(row->type, TYPE_COUNT);
    ck_assert_msg((row->fix != NULL) == (row->support == SUPPORT_REFUSED), "%s",
                  row->keyword);
    ck_assert_msg((row->why != NULL) == (row->support != SUPPORT_HONOURED),
                  "%s: support without reason", row->keyword);
    ck_assert_msg(row->harmless == NULL || row->why != NULL, "%s",
                  row->keyword);
    if (row->type == TYPE_ref)
        ck_assert_msg(row->low < STMT_COUNT, "%s refers to nothing",
                      row->keyword);
    ck_assert_msg((row->flags & SECRET) == 0 || row->defaults == NULL,
                  "%s: a secret has no default", row->keyword);
}

START_TEST(rows_are_whole)
{
    int i;

    for (i = 0; i < PARM_COUNT; i++)
        row_is_whole(i);
}
END_TEST

/* A default and the harmless values are values of the keyword. */
static void must_parse(const struct parm *row, const char *text)
{
    struct diags *diags = diags_new();
    struct findings f = {.diags = diags};
    struct arena *arena = arena_new();
    struct ast_word word = {0, (uint32_t)strlen(text)};
    struct ast_node node;
    struct source *src;
    struct ast ast;
    struct value_in in = {&ast, &node, row, arena, &f, 0, 0};
    union value v;

    memset(&node, 0, sizeof(node));
    node.words = &word;
    node.count = 1;
    ck_assert_int_eq(source_new("d", text, strlen(text), &src, NULL), 0);
    ast.src = src;
    ck_assert_msg(value_parse(&in, &v) && diags_count(diags) == 0,
                  "%s: the value \"%s\" of its row is none", row->keyword,
                  text);
    source_unref(src);
    arena_free(arena);
    diags_free(diags);
}

static void default_parses(int row_no)
{
    const struct parm *row = schema_parm((enum policy_parm)row_no);
    char text[SCHEMA_DEFAULT], word[40];
    const char *p;
    int release;

    for (release = 0; release < ZOS_RELEASES; release++)
        if (schema_default(row, (enum zos_release)release, text) != NULL)
            must_parse(row, text);
    for (p = row->harmless; p != NULL && *p != '\0'; p += strspn(p, " ")) {
        snprintf(word, sizeof(word), "%.*s", (int)strcspn(p, " "), p);
        must_parse(row, word);
        ck_assert(schema_harmless(row, word));
        p += strcspn(p, " ");
    }
    ck_assert(!schema_harmless(row, "no such value"));
}

START_TEST(defaults_parse_in_every_release)
{
    int i;

    for (i = 0; i < PARM_COUNT; i++)
        default_parses(i);
}
END_TEST

static void statement_is_found(int row_no)
{
    const struct statement *row = schema_statement((enum policy_stmt)row_no);
    size_t parent, len = strlen(row->keyword);
    enum policy_parm ref;

    good_text(row->keyword, row->help);
    ck_assert_int_eq(schema_find_statement(row->keyword, len), row_no);
    for (parent = 0; parent < STMT_COUNT; parent++) {
        ref = schema_inline_parm((enum policy_stmt)parent,
                                 (enum policy_stmt)row_no);
        if ((row->inline_in & (1u << parent)) == 0) {
            ck_assert_int_eq(ref, PARM_COUNT);
            continue;
        }
        /* A block in place needs the Ref keyword that it stands for. */
        ck_assert_msg(ref != PARM_COUNT, "no %sRef", row->keyword);
        ck_assert(schema_parm(ref)->where & (1u << parent));
        ck_assert_int_eq(schema_parm(ref)->low, row_no);
    }
}

START_TEST(statements_are_found)
{
    int i;

    for (i = 0; i < STMT_COUNT; i++)
        statement_is_found(i);
}
END_TEST

static void choice_is_reached(int row_no)
{
    const struct choice *c = schema_choice((size_t)row_no), *other;
    struct parm row = {.keyword = "x",
                       .where = 1,
                       .type = c->type,
                       .since = ZOS_2_1,
                       .support = SUPPORT_HONOURED,
                       .help = "x."};
    size_t i, users = 0;

    must_parse(&row, c->text);
    ck_assert_str_eq(value_choice_name(c->type, c->value), c->text);
    for (i = 0; i < PARM_COUNT; i++)
        users += schema_parm((enum policy_parm)i)->type == c->type;
    ck_assert_msg(users != 0, "no keyword has the value %s", c->text);
    for (i = 0; i < schema_choice_count(); i++) {
        other = schema_choice(i);
        ck_assert_msg((int)i == row_no || other->type != c->type ||
                          (other->value != c->value &&
                           strcasecmp(other->text, c->text) != 0),
                      "%s stands twice", c->text);
    }
}

START_TEST(choices_are_reached)
{
    int i;

    for (i = 0; i < (int)schema_choice_count(); i++)
        choice_is_reached(i);
}
END_TEST

static void finding_is_whole(int row_no)
{
    const struct finding_row *row = finding_row((enum finding)row_no);
    size_t i;

    good_text(row->name, row->meaning);
    ck_assert_uint_eq(
        strspn(row->name, "abcdefghijklmnopqrstuvwxyz0123456789-"),
        strlen(row->name));
    for (i = 0; i < FIND_COUNT; i++)
        ck_assert_msg(
            (int)i == row_no ||
                strcmp(finding_row((enum finding)i)->name, row->name) != 0,
            "%s stands twice", row->name);
}

START_TEST(findings_are_whole)
{
    int i;

    for (i = 0; i < FIND_COUNT; i++)
        finding_is_whole(i);
}
END_TEST

static const struct {
    const char *word, *near;
    uint32_t where;
} spellings[] = {
    {"TTLSKeyringParams", "TTLSKeyringParms", 0},
    {"TTLSCipherParams", "TTLSCipherParms", IN_ENV},
    {"HandshakeTimeot", "HandshakeTimeout", IN_EADV},
    {"HandshakeRoel", "HandshakeRole", IN_ENV},
    {"TLSV12", "TLSv1.2", IN_CADV},
    {"TTLSEnvironmentActionReff", "TTLSEnvironmentActionRef", IN_RULE},
    {"Colour", NULL, IN_RULE},
    {"TcpImge", "TcpImage", IN_MAIN},
};

START_TEST(a_misspelt_keyword_gets_the_nearest)
{
    const char *near = schema_nearest(
        spellings[_i].word, strlen(spellings[_i].word), spellings[_i].where);

    if (spellings[_i].near == NULL)
        ck_assert_msg(near == NULL, "%s: %s", spellings[_i].word, near);
    else
        ck_assert_msg(near != NULL && strcmp(near, spellings[_i].near) == 0,
                      "%s: %s", spellings[_i].word, near ? near : "none");
}
END_TEST

static const struct {
    const char *keyword;
    enum zos_release release;
    const char *value;
} defaults[] = {
    {"TLSv1", ZOS_3_1, "On"},
    {"TLSv1", ZOS_3_2, "Off"},
    {"TLSv1.2", ZOS_2_1, "Off"},
    {"TLSv1.2", ZOS_3_2, "On"},
    {"V3CipherSuites4Char", ZOS_2_2, "003500380039002F00320033"},
    {"V3CipherSuites4Char", ZOS_3_1, "003500380039002F00320033"},
    {"V3CipherSuites4Char", ZOS_3_2, "C030C02CC02FC02B"},
    {"HandshakeTimeout", ZOS_2_5, "10"},
    {"ClientAuthType", ZOS_3_1, "Required"},
    {"PeerMinECCKeySize", ZOS_3_1, "192"},
    {"GSK_V3_SIDCACHE_SIZE", ZOS_3_1, "512"},
    {"HandshakeRole", ZOS_3_1, NULL},
    {"Direction", ZOS_3_1, NULL},
};

START_TEST(knows_defaults)
{
    char text[SCHEMA_DEFAULT];
    enum policy_parm parm =
        schema_find_parm(defaults[_i].keyword, strlen(defaults[_i].keyword));
    const char *got =
        schema_default(schema_parm(parm), defaults[_i].release, text);

    ck_assert_pstr_eq(got, defaults[_i].value);
}
END_TEST

TESTS_BEGIN("schema")
TEST(keywords_are_found_and_single)
TEST(rows_are_whole)
TEST(defaults_parse_in_every_release)
TEST(statements_are_found)
TEST(choices_are_reached)
TEST(findings_are_whole)
TEST_ROWS(a_misspelt_keyword_gets_the_nearest, spellings)
TEST_ROWS(knows_defaults, defaults)
TESTS_END
