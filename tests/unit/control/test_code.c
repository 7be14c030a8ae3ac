/* The forms of a return code. */

#include "control/code.h"

#include "support/suite.h"

enum { NOT = 99999999 };

/* The text, and what it is in decimal and in hexadecimal; NOT: not that. */
static const struct {
    const char *text;
    int decimal, hex;
} forms[] = {
    {"414", 414, 0x414},
    {"0", 0, 0},
    {"0414", 414, 0x414},
    {"5004", 5004, 0x5004},
    {"19C", NOT, 412},
    {"19c", NOT, 412},
    {"0x19C", NOT, 412},
    {"0X196", NOT, 406},
    {"X'19C'", NOT, 412},
    {"x'19c'", NOT, 412},
    {"0000019C", NOT, 412}, /* PARM1: of TN3270 */
    {"00000196", NOT, 406}, /* no number in decimal has eight digits */
    {"0000138C", NOT, 5004},
    {"134CC19C", NOT, 412}, /* gsk_strerror() */
    {"134cc19e", NOT, 414},
    {"0x134CC0CA", NOT, 202},
    {"-22", -22, NOT},
    {"-111", -111, NOT},
    {"FFFFFFEA", NOT, -22},
    {"0xffffffea", NOT, -22},
    {"80000000", NOT, -2147483647 - 1},
    {"03353084", NOT, 0x03353084},
    {"", NOT, NOT},
    {"-", NOT, NOT},
    {"0x", NOT, NOT},
    {"X''", NOT, NOT},
    {"X'19C", NOT, NOT},
    {"19G", NOT, NOT},
    {"134CC19G", NOT, NOT},
    {"4 14", NOT, NOT},
    {"--22", NOT, NOT},
    {"-0x16", NOT, NOT},
    {"FFFFFFFEA", NOT, NOT},
    {"nonsense", NOT, NOT},
};

START_TEST(reads_a_form)
{
    struct code_text t;
    bool is_code = code_read(forms[_i].text, &t);

    ck_assert_msg(t.decimal == (forms[_i].decimal != NOT), "%s: decimal",
                  forms[_i].text);
    ck_assert_msg(t.hex == (forms[_i].hex != NOT), "%s: hexadecimal",
                  forms[_i].text);
    ck_assert_int_eq(is_code, t.decimal || t.hex);
    if (t.decimal)
        ck_assert_int_eq(t.as_decimal, forms[_i].decimal);
    if (t.hex)
        ck_assert_int_eq(t.as_hex, forms[_i].hex);
}
END_TEST

TESTS_BEGIN("code")
TEST_ROWS(reads_a_form, forms)
TESTS_END
