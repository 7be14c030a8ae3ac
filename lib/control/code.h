#ifndef CONTROL_CODE_H
#define CONTROL_CODE_H

/*
 * The forms in which z/OS shows a return code: "RC:  414" in decimal,
 * "PARM1: 0000019C" (or 19C, 0x19C, X'19C') in hexadecimal, 134CC19C inside of
 * System SSL, and negative, -22 or FFFFFFEA, from System SSL's older functions.
 * "402" may be decimal or hexadecimal: both readings are given.
 */

#include <stdbool.h>

struct code_text {
    bool decimal, hex; /* it can be read so; it may be both */
    int as_decimal, as_hex;
};

/* False: TEXT is no return code in any of these forms. */
bool code_read(const char *text, struct code_text *ret);

#endif
