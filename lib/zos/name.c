/* The one rule for short names: see name.h. */

#include "zos/name.h"

#include <string.h>

#define FORM "1 to 8 characters A-Z 0-9 # $ @"

static const struct {
    bool digit_first;
    const char *what;
} kinds[ZOS_NAME_KINDS] = {
#define NAME(id, digit_first, what) [id] = {digit_first, what},
#include "zos/names.def"
};

char zos_upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

char *zos_fold(char *text)
{
    char *p;

    for (p = text; p != NULL && *p != '\0'; p++)
        *p = zos_upper(*p);
    return text;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool zos_name_char(char c)
{
    return (c >= 'A' && c <= 'Z') || is_digit(c) || c == '#' || c == '$' ||
           c == '@';
}

bool zos_name_fold_len(enum zos_name_kind kind, const char *text, size_t len,
                       char ret[ZOS_NAME_SIZE])
{
    char folded[ZOS_NAME_SIZE] = "";
    size_t i;

    if (len == 0 || len > ZOS_NAME_MAX ||
        (is_digit(text[0]) && !kinds[kind].digit_first))
        return false;
    for (i = 0; i < len; i++) {
        folded[i] = zos_upper(text[i]);
        if (!zos_name_char(folded[i]))
            return false;
    }
    memcpy(ret, folded, sizeof(folded));
    return true;
}

bool zos_name_fold(enum zos_name_kind kind, const char *text,
                   char ret[ZOS_NAME_SIZE])
{
    return zos_name_fold_len(kind, text, strlen(text), ret);
}

bool zos_name_valid(enum zos_name_kind kind, const char *name)
{
    char folded[ZOS_NAME_SIZE];

    return zos_name_fold(kind, name, folded) && strcmp(folded, name) == 0;
}

const char *zos_name_what(enum zos_name_kind kind)
{
    return kinds[kind].what;
}

const char *zos_name_form(enum zos_name_kind kind)
{
    return kinds[kind].digit_first ? FORM : FORM ", no digit first";
}
