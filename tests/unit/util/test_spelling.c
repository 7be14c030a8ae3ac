/* util/spelling: near words are found, far ones are not suggested. */

#include "util/spelling.h"

#include <string.h>

#include "support/suite.h"
#include "util/testing.h"

static const char *const known[] = {"listen", "target",  "jobname",
                                    "userid", "TLSv1.2", "TLSv1.3"};

static const struct {
    const char *name, *word, *best;
} cases[] = {
    {"a letter left out", "targt", "target"},
    {"a letter too many", "listenn", "listen"},
    {"another case", "JobName", "jobname"},
    {"the word itself", "userid", "userid"},
    {"another number", "TLSv1.4", NULL},
    {"a digit too many", "TLSv1.22", "TLSv1.2"},
    {"nothing near", "colour", NULL},
    {"empty", "", NULL},
};

START_TEST(a_misspelt_word_gets_the_nearest)
{
    struct spelling s = spelling_start(cases[_i].word);
    const char *best;
    size_t i;

    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        spelling_offer(&s, known[i]);
    best = spelling_best(&s);
    ck_assert_msg(best == cases[_i].best || (best != NULL && cases[_i].best &&
                                             !strcmp(best, cases[_i].best)),
                  "%s: got %s", cases[_i].name, best == NULL ? "none" : best);
}
END_TEST

START_TEST(distance_of_words)
{
    char longest[80];

    memset(longest, 'a', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    ck_assert_uint_eq(spelling_distance("kitten", "sitting"), 3);
    ck_assert_uint_eq(spelling_distance("", "abc"), 3);
    ck_assert_uint_gt(spelling_distance(longest, "a"), 100);
}
END_TEST

START_TEST(numbers_of_a_series)
{
    ck_assert(spelling_other_number("portR1", "portR2"));
    ck_assert(spelling_other_number("portR1", "PORTR12"));
    ck_assert(spelling_other_number("c1Act2", "c2Act2"));
    ck_assert(!spelling_other_number("portR1", "portR1"));
    ck_assert(!spelling_other_number("portR1", "portL1"));
}
END_TEST

TESTS_BEGIN("spelling")
TEST_ROWS(a_misspelt_word_gets_the_nearest, cases)
TEST(distance_of_words)
TEST(numbers_of_a_series)
TESTS_END
