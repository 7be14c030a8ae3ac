#include "keyring/certdate.h"

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

bool certdate_parse(const char *date, const char *clock, time_t *ret)
{
    int y, mo, d, h, mi, s, used = 0;
    struct tm tm;
    char a, b;

    if (sscanf(date, "%4d%c%2d%c%2d%n", &y, &a, &mo, &b, &d, &used) != 5 ||
        date[used] != '\0' || a != b || (a != '-' && a != '/') || y < 1950 ||
        mo < 1 || mo > 12 || d < 1 || d > days_of(y, mo))
        return false;
    used = 0;
    if (sscanf(clock, "%2d:%2d:%2d%n", &h, &mi, &s, &used) != 3 ||
        clock[used] != '\0' || h < 0 || h > 23 || mi < 0 || mi > 59 || s < 0 ||
        s > 59)
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
