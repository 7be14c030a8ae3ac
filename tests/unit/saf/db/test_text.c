/*
 * The tables' files: those that 0.1 wrote (store-0.1) are read and printed
 * again byte by byte; a value that is wrong is damage, never a missing one.
 */

#include "saf/db/private.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "support/database.h"
#include "util/fd.h"
#include "util/strbuf.h"

static char *read_fixture(enum saf_table table, size_t *ret_len)
{
    char name[128], *text;

    snprintf(name, sizeof(name), "tests/unit/saf/db/store-0.1/%s",
             strrchr(saf_table_file(table), '/') + 1);
    ck_assert_int_eq(
        fd_read_file(AT_FDCWD, name, 1 << 20, &text, ret_len, NULL), 0);
    return text;
}

static void write_file(const char *name, const char *text)
{
    FILE *f = fopen(path(name), "w");

    ck_assert_ptr_nonnull(f);
    ck_assert_int_ge(fputs(text, f), 0);
    ck_assert_int_eq(fclose(f), 0);
}

static void write_all(void)
{
    size_t len;
    char *text;
    int t;

    for (t = 0; t < TABLE_COUNT; t++) {
        text = read_fixture((enum saf_table)t, &len);
        write_file(saf_table_file((enum saf_table)t), text);
        free(text);
    }
}

START_TEST(what_0_1_wrote_is_printed_the_same)
{
    struct strbuf now = STRBUF_INIT;
    enum saf_table table = (enum saf_table)_i;
    struct saf *saf;
    size_t len;
    char *text;

    write_all();
    saf = open_as(SAF_READ);
    text = read_fixture(table, &len);
    ck_assert_int_eq(saf_db_print(saf, table, &now, NULL), 0);
    ck_assert_str_eq(strbuf_str(&now), text);
    strbuf_wipe(&now);
    free(text);
    saf_close(saf);
}
END_TEST

static const struct {
    const char *name, *file, *from, *to;
} damages[] = {
    {"a flag that is a number", "saf/users.cfg", "revoked = true",
     "revoked = 1"},
    {"a flag that is a text", "saf/classes.cfg", "active = true",
     "active = \"no\""},
    {"a day that is none", "saf/users.cfg", "passday = 2026334",
     "passday = 99999999"},
    {"a user id that is none", "saf/users.cfg", "\"1BOB\"", "\"1-BOB\""},
    {"a group that is none", "saf/groups.cfg", "\"ADMINS\"", "\"1ADMINS\""},
    {"an owner too long", "saf/groups.cfg", "owner = \"ROOT\"",
     "owner = \"ABCDEFGHI\""},
    {"a level that is none", "saf/profiles.cfg", "\"CONTROL\"", "\"MUCH\""},
    {"nobody in an access list", "saf/profiles.cfg", "{ id = \"ANN\"; ", "{ "},
    {"an access list that is a text", "saf/profiles.cfg", "access = ( )",
     "access = \"\""},
    {"application data that is a number", "saf/profiles.cfg",
     "\"some \\\"text\\\"\"", "7"},
    {"a masked key without the key", "saf/keys.cfg",
     " key = \"0011223344556677\";", ""},
    {"a key of seven bytes", "saf/keys.cfg", "0011223344556677",
     "00112233445566"},
    {"a key's label that is none", "saf/keys.cfg", "\"K.2\"", "\"../K\""},
    {"keys of no profile", "saf/keys.cfg", "\"IMSAPPL\"", "\"NOAPPL\""},
    {"rounds of 0", "saf/passwords.cfg", "210000", "0"},
    {"another format", "saf/database.cfg", "format = 1", "format = 2"},
};

START_TEST(what_is_wrong_is_damage)
{
    struct strbuf text = STRBUF_INIT;
    struct saf *saf = NULL;
    char *was, *at;
    size_t len;

    write_all();
    ck_assert_int_eq(fd_read_file(AT_FDCWD, path(damages[_i].file), 1 << 20,
                                  &was, &len, NULL),
                     0);
    at = strstr(was, damages[_i].from);
    ck_assert_msg(at != NULL, "%s", damages[_i].name);
    strbuf_add(&text, was, (size_t)(at - was));
    strbuf_adds(&text, damages[_i].to);
    strbuf_adds(&text, at + strlen(damages[_i].from));
    write_file(damages[_i].file, strbuf_str(&text));
    ck_assert_msg(saf_open(testring_dir(ring), SAF_READ, &saf, &err) ==
                      ERR_DAMAGED,
                  "%s", damages[_i].name);
    ck_assert_msg(strstr(err.text, damages[_i].file) != NULL &&
                      strstr(err.text, "not what we wrote") != NULL,
                  "%s: %s", damages[_i].name, err.text);
    strbuf_done(&text);
    free(was);
}
END_TEST

/* A level in any case and shortened, as in commands. */
START_TEST(takes_what_people_write)
{
    struct saf *saf;
    char *was, *at;
    size_t len;

    write_all();
    was = read_fixture(TABLE_PROFILES, &len);
    at = strstr(was, "\"CONTROL\"");
    memcpy(at, "\"contr\"  ", 9);
    write_file("saf/profiles.cfg", was);
    saf = open_as(SAF_READ);
    ck_assert_int_eq(saf_tables(saf)->profiles.p[0].access[0].level,
                     SAF_CONTROL);
    saf_close(saf);
    free(was);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("text");
    TCase *tc = tcase_create("text");
    SRunner *sr = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_unchecked_fixture(tc, set_up, tear_down); /* one for all */
    tcase_add_loop_test(tc, what_0_1_wrote_is_printed_the_same, 0, TABLE_COUNT);
    TEST_ROWS(what_is_wrong_is_damage, damages)
    TEST(takes_what_people_write)
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
