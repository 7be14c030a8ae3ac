/* The one rule for user ids, job names and their like. */

#include "zos/name.h"

#include <string.h>

#include "support/suite.h"

/* RESULT NULL: no name of that kind. */
static const struct {
    const char *name;
    enum zos_name_kind kind;
    const char *text, *result;
} folds[] = {
    {"user id", ZOS_USERID, "libserv", "LIBSERV"},
    {"of eight", ZOS_USERID, "abcdefgh", "ABCDEFGH"},
    {"of nine is not cut", ZOS_USERID, "abcdefghi", NULL},
    {"with a dash", ZOS_USERID, "www-data", NULL},
    {"with an underscore", ZOS_USERID, "_apt", NULL},
    {"with a dot", ZOS_USERID, "a.b", NULL},
    {"with a blank", ZOS_JOBNAME, "a b", NULL},
    {"empty", ZOS_USERID, "", NULL},
    {"with national characters", ZOS_USERID, "a#b$c@", "A#B$C@"},
    {"a national character first", ZOS_JOBNAME, "#a", "#A"},
    {"in UTF-8", ZOS_USERID, "caf\xc3\xa9", NULL},
    {"in Latin-1", ZOS_USERID, "A\xe4", NULL},
    {"a pattern", ZOS_USERID, "*", NULL},
    {"user id, digit first", ZOS_USERID, "1abc", "1ABC"},
    {"user id of digits", ZOS_USERID, "12345678", "12345678"},
    {"application, digit first", ZOS_APPLICATION, "9#@$", "9#@$"},
    {"group, digit first", ZOS_GROUP, "1abc", NULL},
    {"class, digit first", ZOS_CLASS, "1abc", NULL},
    {"job name, digit first", ZOS_JOBNAME, "7z", NULL},
    {"USER= of JCL, digit first", ZOS_JCL_USER, "1abc", NULL},
    {"member, digit first", ZOS_MEMBER, "1abc", NULL},
    {"a digit behind", ZOS_JOBNAME, "ims15hws", "IMS15HWS"},
};

START_TEST(folds_what_has_the_form)
{
    char ret[ZOS_NAME_SIZE] = "left";
    bool ok = zos_name_fold(folds[_i].kind, folds[_i].text, ret);

    ck_assert_msg(ok == (folds[_i].result != NULL), "%s", folds[_i].name);
    ck_assert_str_eq(ret, folds[_i].result != NULL ? folds[_i].result : "left");
}
END_TEST

/* A folded name is valid, and one that folding would change is not. */
START_TEST(valid_is_what_folding_leaves_as_it_is)
{
    const char *text = folds[_i].text, *result = folds[_i].result;

    ck_assert_int_eq(zos_name_valid(folds[_i].kind, text),
                     result != NULL && strcmp(text, result) == 0);
    if (result != NULL)
        ck_assert(zos_name_valid(folds[_i].kind, result));
}
END_TEST

START_TEST(takes_a_part_of_a_text)
{
    char ret[ZOS_NAME_SIZE];

    ck_assert(zos_name_fold_len(ZOS_JOBNAME, "db2.service", 3, ret));
    ck_assert_str_eq(ret, "DB2");
    ck_assert(!zos_name_fold_len(ZOS_JOBNAME, "db2.service", 4, ret));
    ck_assert(!zos_name_fold_len(ZOS_JOBNAME, "A\0B", 3, ret));
}
END_TEST

START_TEST(says_the_form)
{
    ck_assert_str_eq(zos_name_form(ZOS_USERID),
                     "1 to 8 characters A-Z 0-9 # $ @");
    ck_assert_str_eq(zos_name_form(ZOS_GROUP),
                     "1 to 8 characters A-Z 0-9 # $ @, no digit first");
    ck_assert_str_eq(zos_name_what(ZOS_JOBNAME), "job name");
}
END_TEST

START_TEST(folds_a_text_in_place)
{
    char text[] = "az AZ 09 \xe4{|}";

    ck_assert_ptr_eq(zos_fold(text), text);
    ck_assert_str_eq(text, "AZ AZ 09 \xe4{|}");
    ck_assert_ptr_null(zos_fold(NULL));
}
END_TEST

TESTS_BEGIN("name")
TEST_ROWS(folds_what_has_the_form, folds)
TEST_ROWS(valid_is_what_folding_leaves_as_it_is, folds)
TEST(takes_a_part_of_a_text)
TEST(says_the_form)
TEST(folds_a_text_in_place)
TESTS_END
