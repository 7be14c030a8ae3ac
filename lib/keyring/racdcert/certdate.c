/*
 * Dates of certificates as RACF jobs write them, and how long a certificate is
 * valid.
 */

#include "keyring/racdcert/certdate.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool to_time(struct tm *tm, time_t *ret)
{
    tm->tm_isdst = -1; /* the zone's rules say whether it is summer */
    *ret = mktime(tm);
    return *ret != (time_t)-1;
}

static int days_of(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

/* Whether TEXT has the shape of PATTERN, where 9 is a digit. */
static bool has_shape(const char *text, const char *pattern)
{
    for (; *pattern != '\0'; pattern++, text++)
        if (*pattern == '9' ? !isdigit((unsigned char)*text)
                            : *text != *pattern)
            return false;
    return *text == '\0';
}

bool certdate_parse(const char *date, const char *clock, time_t *ret)
{
    int y, mo, d, h, mi, s;
    struct tm tm;

    if ((!has_shape(date, "9999-99-99") && !has_shape(date, "9999/99/99")) ||
        !has_shape(clock, "99:99:99"))
        return false;
    y = atoi(date);
    mo = atoi(date + 5);
    d = atoi(date + 8);
    h = atoi(clock);
    mi = atoi(clock + 3);
    s = atoi(clock + 6);
    if (y < 1950 || mo < 1 || mo > 12 || d < 1 || d > days_of(y, mo) ||
        h > 23 || mi > 59 || s > 59)
        return false;
    memset(&tm, 0, sizeof(tm));
    tm.tm_year = y - 1900;
    tm.tm_mon = mo - 1;
    tm.tm_mday = d;
    tm.tm_hour = h;
    tm.tm_min = mi;
    tm.tm_sec = s;
    return to_time(&tm, ret);
}

bool certdate_midnight(time_t now, time_t *ret)
{
    struct tm tm;

    if (localtime_r(&now, &tm) == NULL)
        return false;
    tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
    return to_time(&tm, ret);
}

bool certdate_after(time_t now, int years, int months, int days, time_t *ret)
{
    struct tm tm;

    if (localtime_r(&now, &tm) == NULL)
        return false;
    tm.tm_year += years;
    tm.tm_mon += months;
    tm.tm_mday += days;
    tm.tm_hour = 23;
    tm.tm_min = tm.tm_sec = 59;
    return to_time(&tm, ret);
}

bool certdate_option(const char *text, time_t now, time_t *ret)
{
    long n;
    char *end;

    if (*text != '+')
        return certdate_parse(text, "23:59:59", ret);
    n = strtol(text + 1, &end, 10);
    if (end == text + 1 || n < 1 || n > 36500 || *end == '\0' || end[1] != '\0')
        return false;
    switch (*end) {
    case 'y':
        return n <= 200 && certdate_after(now, (int)n, 0, 0, ret);
    case 'm':
        return n <= 2400 && certdate_after(now, 0, (int)n, 0, ret);
    case 'd':
        return certdate_after(now, 0, 0, (int)n, ret);
    default:
        return false;
    }
}

const char *certdate_format(time_t t, char buf[CERTDATE_TEXT])
{
    struct tm tm;

    if (localtime_r(&t, &tm) == NULL ||
        strftime(buf, CERTDATE_TEXT, "%Y/%m/%d %H:%M:%S", &tm) == 0)
        snprintf(buf, CERTDATE_TEXT, "?");
    return buf;
}
