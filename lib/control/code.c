/* The forms of a return code (System SSL Programming, gsk_strerror(); IP
 * Messages Volume 4, EZZ6035I). */

#include "control/code.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char digits[] = "0123456789";
static const char hex_digits[] = "0123456789abcdefABCDEF";

enum { DECIMAL_DIGITS = 4, HEX_DIGITS = 8 };

/* System SSL shows code N inside of z/OS as X'134CC' and three digits of N. */
#define LONG_FORM      UINT32_C(0x134CC000)
#define LONG_FORM_MASK UINT32_C(0xFFFFF000)

static bool is_all(const char *text, size_t len, const char *of)
{
    return len > 0 && strspn(text, of) >= len;
}

static bool read_decimal(const char *text, int *ret)
{
    bool negative = text[0] == '-';
    const char *from = text + negative;

    if (strlen(from) > DECIMAL_DIGITS || !is_all(from, strlen(from), digits))
        return false;
    *ret = (int)strtol(text, NULL, 10);
    return true;
}

/* The digits of "0x19C", "X'19C'" and "19C". */
static const char *find_hex(const char *text, size_t *len)
{
    *len = strlen(text);
    if (strncasecmp(text, "0x", 2) == 0) {
        *len -= 2;
        return text + 2;
    }
    if (strncasecmp(text, "X'", 2) == 0 && text[*len - 1] == '\'' && *len > 3) {
        *len -= 3;
        return text + 2;
    }
    return text;
}

static bool read_hex(const char *text, int *ret)
{
    size_t len;
    const char *from = find_hex(text, &len);
    uint32_t n;

    if (len > HEX_DIGITS || !is_all(from, len, hex_digits))
        return false;
    n = (uint32_t)strtoul(from, NULL, 16);
    if ((n & LONG_FORM_MASK) == LONG_FORM)
        n &= ~LONG_FORM_MASK;
    *ret = n <= INT32_MAX ? (int)n : -(int)(UINT32_MAX - n) - 1;
    return true;
}

bool code_read(const char *text, struct code_text *ret)
{
    ret->decimal = read_decimal(text, &ret->as_decimal);
    ret->hex = read_hex(text, &ret->as_hex);
    return ret->decimal || ret->hex;
}
