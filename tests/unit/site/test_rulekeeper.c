/* daemon/rulekeeper: how often rules are put back, and what is said of it. */

#include "site/rulekeeper.h"

#include <string.h>

#include "site/rulekeeper_private.h"
#include "support/suite.h"

/* Somebody takes them away all the time: when are they put back? */
static uint64_t put_back(struct rule_rate *r, unsigned times)
{
    uint64_t now = 1000;

    while (times-- > 0) {
        now = r->count == 0 ? now : rule_rate_next(r);
        rule_rate_note(r, now);
    }
    return now;
}

START_TEST(at_once_and_then_once_a_second)
{
    struct rule_rate r = {.count = 0};

    ck_assert_uint_eq(rule_rate_next(&r), 0);
    ck_assert_uint_eq(put_back(&r, 9), 1000 + 8 * 1000);
    ck_assert(!rule_rate_is_slow(&r));
    ck_assert_uint_eq(rule_rate_next(&r), 1000 + 9 * 1000);
}
END_TEST

START_TEST(ten_times_in_a_minute_make_it_slow)
{
    struct rule_rate r = {.count = 0};

    ck_assert_uint_eq(put_back(&r, 10), 1000 + 9 * 1000);
    ck_assert(rule_rate_is_slow(&r));
    ck_assert_uint_eq(rule_rate_next(&r), 1000 + 9 * 1000 + 10 * 1000);
}
END_TEST

START_TEST(less_often_makes_it_fast_again)
{
    struct rule_rate r = {.count = 0};
    unsigned i;

    put_back(&r, 10);
    for (i = 1; i <= RULES_MANY; i++)
        rule_rate_note(&r, 10000 + i * 20000);
    ck_assert(!rule_rate_is_slow(&r));
    ck_assert_uint_eq(rule_rate_next(&r), 10000 + 10 * 20000 + 1000);
}
END_TEST

static const struct {
    struct rule_loss loss;
    bool kept;
    const char *expect[4];
} lines[] = {
    {{.gone = true, .by = {"nft", 4711}, .times = 1},
     false,
     {"rules=restored was=removed by=\"nft\" pid=4711 times=1 ", "are reset"}},
    {{.by = {"x\"\n", 1}, .times = 3},
     true,
     {"was=changed by=\"x", "go on, as old_connections says"}},
    {{.gone = true, .slow = true, .times = 10},
     false,
     {"by=\"unknown\"", "each 10 s only"}},
    {{.gone = true, .error = "no nft", .times = 1},
     false,
     {"rules=lost was=removed", "error=\"no nft\"", "again in 1 s"}},
};

START_TEST(one_line_says_it)
{
    struct strbuf out = STRBUF_INIT;
    size_t i;

    rule_loss_print(&lines[_i].loss, lines[_i].kept, &out);
    for (i = 0; i < 4 && lines[_i].expect[i] != NULL; i++)
        ck_assert_msg(strstr(strbuf_str(&out), lines[_i].expect[i]) != NULL,
                      "no '%s' in: %s", lines[_i].expect[i], strbuf_str(&out));
    ck_assert_ptr_null(strchr(strbuf_str(&out), '\n'));
    strbuf_done(&out);
}
END_TEST

TESTS_BEGIN("rulekeeper")
TEST(at_once_and_then_once_a_second)
TEST(ten_times_in_a_minute_make_it_slow)
TEST(less_often_makes_it_fast_again)
TEST_ROWS(one_line_says_it, lines)
TESTS_END
