#ifndef KEYRING_RACDCERT_CERTDATE_H
#define KEYRING_RACDCERT_CERTDATE_H

/*
 * Dates as RACDCERT writes them: local time, yyyy-mm-dd or yyyy/mm/dd. The
 * clock is a parameter.
 */

#include <stdbool.h>
#include <time.h>

/* DATE and TIME ("hh:mm:ss") to a moment; false: no such date or time. */
bool certdate_parse(const char *date, const char *clock, time_t *ret);

/* 00:00:00 of the day of NOW. */
bool certdate_midnight(time_t now, time_t *ret);

/* 23:59:59 of the day that is YEARS, MONTHS and DAYS after NOW. */
bool certdate_after(time_t now, int years, int months, int days, time_t *ret);

/*
 * What --not-after takes: "+1y", "+6m", "+30d" (at 23:59:59 of that day, as
 * NOTAFTER's default has it) or a date.
 */
bool certdate_option(const char *text, time_t now, time_t *ret);

/* "2026/11/24 00:00:00" */
enum { CERTDATE_TEXT = 24 };
const char *certdate_format(time_t t, char buf[CERTDATE_TEXT]);

#endif
