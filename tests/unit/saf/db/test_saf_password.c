#include "saf/db/tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "support/suite.h"
#include "support/testring.h"

/* Passwords: only their hashes are kept, and who may log on with one. */

static struct testring *ring;
static struct error err;

static void set_up(void)
{
    ring = testring_empty();
}

static void tear_down(void)
{
    testring_free(ring);
}

static struct saf *open_as(enum saf_mode mode)
{
    struct saf *saf = NULL;

    ck_assert_msg(saf_open(testring_dir(ring), mode, &saf, &err) == 0, "%s",
                  err.text);
    return saf;
}

static void check_mode(const char *name, unsigned mode)
{
    char path[1024];
    struct stat st;

    snprintf(path, sizeof(path), "%s/%s", testring_dir(ring), name);
    ck_assert_int_eq(lstat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, mode);
}

START_TEST(passwords_are_kept_as_hashes_only)
{
    struct saf *saf;
    char *text;
    size_t len;

    testring_run(ring, "ADDUSER FRED PASSWORD(SESAME1)\n"
                       "ADDUSER USER1 PASSWORD(SESAME1)\n");
    saf = open_as(SAF_READ);
    ck_assert_int_eq(saf_read_file(saf, "saf/passwords.cfg", &text, &len, &err),
                     0);
    ck_assert_ptr_null(strstr(text, "SESAME1"));
    free(text);
    ck_assert_uint_ge(saf_tables(saf)->passwords[0].rounds, 200000);
    ck_assert_mem_ne(saf_tables(saf)->passwords[0].salt,
                     saf_tables(saf)->passwords[1].salt, SAF_SALT);
    ck_assert_mem_ne(saf_tables(saf)->passwords[0].hash,
                     saf_tables(saf)->passwords[1].hash, SAF_HASH);
    ck_assert_int_eq(saf_password_check(saf, "FRED", "SESAME1", &err), 0);
    ck_assert_int_eq(saf_password_check(saf, "FRED", "SESAME2", &err),
                     ERR_DENIED);
    ck_assert_int_eq(saf_password_check(saf, "FRED", "", &err), ERR_DENIED);
    /* as RACF without SETROPTS PASSWORD(MIXEDCASE) */
    ck_assert_int_eq(saf_password_check(saf, "FRED", "sesame1", &err), 0);
    ck_assert_int_eq(saf_password_check(saf, "NOBODY", "SESAME1", &err),
                     ERR_DENIED);
    check_mode("saf/passwords.cfg", 0600);
    saf_close(saf);
}
END_TEST

START_TEST(a_revoked_user_has_no_password)
{
    struct saf *saf;

    testring_run(ring, "ADDUSER FRED PASSWORD(SESAME1)\nALU FRED REVOKE\n");
    saf = open_as(SAF_READ);
    ck_assert_int_eq(saf_password_check(saf, "FRED", "SESAME1", &err),
                     ERR_DENIED);
    saf_close(saf);
    testring_run(ring, "ALU FRED RESUME PASSWORD(SESAME2)\n");
    saf = open_as(SAF_READ);
    ck_assert_int_eq(saf_password_check(saf, "FRED", "SESAME1", &err),
                     ERR_DENIED);
    ck_assert_int_eq(saf_password_check(saf, "FRED", "SESAME2", &err), 0);
    saf_close(saf);
    testring_run(ring, "ALU FRED NOPASSWORD\n");
    saf = open_as(SAF_READ);
    ck_assert_int_eq(saf_password_check(saf, "FRED", "SESAME2", &err),
                     ERR_DENIED);
    saf_close(saf);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("saf_password");
    TCase *tc = tcase_create("saf_password");
    SRunner *sr = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_set_timeout(tc, 30);
    TEST(passwords_are_kept_as_hashes_only)
    TEST(a_revoked_user_has_no_password)
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
