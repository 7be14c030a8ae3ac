/* The table of System SSL's older return codes. */

#include "tls/older_codes.h"

static const struct older_code codes[] = {
#define OLDER(code, today, meaning) {code, today, meaning},
#include "tls/older_codes.def"
};

enum { CODES = sizeof(codes) / sizeof(codes[0]) };

const struct older_code *older_code_get(size_t i)
{
    return i < CODES ? &codes[i] : NULL;
}

const struct older_code *older_code_find(int code)
{
    size_t i;

    for (i = 0; i < CODES; i++)
        if (codes[i].code == code)
            return &codes[i];
    return NULL;
}
