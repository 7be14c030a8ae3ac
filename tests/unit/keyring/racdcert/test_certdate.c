/* keyring/certdate: RACDCERT's dates, in local time. */

#include "keyring/racdcert/certdate.h"

#include <stdlib.h>
#include <string.h>

#include "support/suite.h"

/* Where summer time begins on 2026-03-29 and ends on 2026-10-25. */
#define ZONE "CET-1CEST,M3.5.0,M10.5.0/3"

static void set_up(void)
{
    setenv("TZ", ZONE, 1);
    tzset();
}

static time_t at(const char *text)
{
    char date[11], clock[9];
    time_t t = 0;

    memcpy(date, text, 10);
    date[10] = '\0';
    memcpy(clock, text + 11, 9);
    ck_assert_msg(certdate_parse(date, clock, &t), "%s", text);
    return t;
}

static const struct {
    const char *date, *clock;
    bool good;
    time_t want;
} dates[] = {
    {"1970-01-01", "01:00:00", true, 0},
    {"2026-11-24", "00:00:00", true, 1795474800},
    {"2026/11/24", "23:59:59", true, 1795561199},
    {"2026-07-01", "12:00:00", true, 1782900000},
    {"2024-02-29", "00:00:00", true, 1709161200},
    {"2023-02-29", "00:00:00", false, 0},
    {"2100-02-29", "00:00:00", false, 0},
    {"2026-11/24", "00:00:00", false, 0},
    {"2026.11.24", "00:00:00", false, 0},
    {"2026-13-01", "00:00:00", false, 0},
    {"2026-00-01", "00:00:00", false, 0},
    {"2026-04-31", "00:00:00", false, 0},
    {"2026-1-01", "00:00:00", false, 0},
    {"2026-01-1", "00:00:00", false, 0},
    {"2026-+1-01", "00:00:00", false, 0},
    {"2026- 1-01", "00:00:00", false, 0},
    {"2026-01-011", "00:00:00", false, 0},
    {"1949-01-01", "00:00:00", false, 0},
    {"", "00:00:00", false, 0},
    {"2026-01-01", "24:00:00", false, 0},
    {"2026-01-01", "00:60:00", false, 0},
    {"2026-01-01", "00:00:60", false, 0},
    {"2026-01-01", "0:00:00", false, 0},
    {"2026-01-01", "00:00", false, 0},
};

START_TEST(parses_dates)
{
    time_t t = 0;

    ck_assert_msg(certdate_parse(dates[_i].date, dates[_i].clock, &t) ==
                      dates[_i].good,
                  "%s %s", dates[_i].date, dates[_i].clock);
    if (dates[_i].good)
        ck_assert_msg(t == dates[_i].want, "%s: %lld", dates[_i].date,
                      (long long)t);
}
END_TEST

static const struct {
    const char *text, *now, *want; /* NULL: refused */
} options[] = {
    {"+1y", "2026-11-24 10:00:00", "2027/11/24 23:59:59"},
    {"+6m", "2026-11-24 10:00:00", "2027/05/24 23:59:59"},
    {"+30d", "2026-11-24 10:00:00", "2026/12/24 23:59:59"},
    {"+1d", "2026-10-24 23:59:59", "2026/10/25 23:59:59"},
    {"+1d", "2026-03-28 00:00:00", "2026/03/29 23:59:59"},
    {"+1y", "2024-02-29 00:00:00", "2025/03/01 23:59:59"},
    {"2030-01-02", "2026-11-24 10:00:00", "2030/01/02 23:59:59"},
    {"2030/01/02", "2026-11-24 10:00:00", "2030/01/02 23:59:59"},
    {"+0y", "2026-11-24 10:00:00", NULL},
    {"+201y", "2026-11-24 10:00:00", NULL},
    {"+y", "2026-11-24 10:00:00", NULL},
    {"+1", "2026-11-24 10:00:00", NULL},
    {"+1yy", "2026-11-24 10:00:00", NULL},
    {"+1w", "2026-11-24 10:00:00", NULL},
    {"1y", "2026-11-24 10:00:00", NULL},
    {"+99999999999999999999d", "2026-11-24 10:00:00", NULL},
    {"", "2026-11-24 10:00:00", NULL},
};

START_TEST(understands_not_after)
{
    char buf[CERTDATE_TEXT];
    time_t t = 0;
    bool good = certdate_option(options[_i].text, at(options[_i].now), &t);

    ck_assert_msg(good == (options[_i].want != NULL), "%s", options[_i].text);
    if (good)
        ck_assert_str_eq(certdate_format(t, buf), options[_i].want);
}
END_TEST

START_TEST(a_day_begins_at_midnight_here)
{
    char buf[CERTDATE_TEXT];
    time_t t = 0;

    ck_assert(certdate_midnight(at("2026-07-01 00:30:00"), &t));
    ck_assert_str_eq(certdate_format(t, buf), "2026/07/01 00:00:00");
    ck_assert(certdate_midnight(at("2026-10-25 23:30:00"), &t));
    ck_assert_str_eq(certdate_format(t, buf), "2026/10/25 00:00:00");
    ck_assert(certdate_after(t, 1, 0, 0, &t));
    ck_assert_str_eq(certdate_format(t, buf), "2027/10/25 23:59:59");
}
END_TEST

TESTS_BEGIN("certdate")
tcase_add_checked_fixture(tc, set_up, NULL);
TEST_ROWS(parses_dates, dates)
TEST_ROWS(understands_not_after, options)
TEST(a_day_begins_at_midnight_here)
TESTS_END
