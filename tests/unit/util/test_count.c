#include "util/count.h"

#include "support/suite.h"

static const struct {
    unsigned long long n;
    const char *what, *text;
} rows[] = {
    {0, "rule", "0 rules"},
    {1, "rule", "1 rule"},
    {2, "rule", "2 rules"},
    {1, "entry|entries", "1 entry"},
    {0, "entry|entries", "0 entries"},
    {1, "thing needs|things need", "1 thing needs"},
    {18446744073709551615u, "thing needs|things need",
     "18446744073709551615 things need"},
};

START_TEST(the_noun_fits_the_number)
{
    ck_assert_str_eq(count_of(rows[_i].n, rows[_i].what).text, rows[_i].text);
}
END_TEST

TESTS_BEGIN("count")
TEST_ROWS(the_noun_fits_the_number, rows)
TESTS_END
