/* The table of return codes. */
#include "tls/retcode.h"

static const struct retcode codes[] = {
#define RETCODE(code, constant, meaning) {code, constant, meaning},
#include "tls/retcode.def"
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

const struct retcode *retcode_find(int code)
{
    size_t i;

    for (i = 0; i < COUNT(codes); i++) {
        if (codes[i].code == code)
            return &codes[i];
    }
    return NULL;
}

size_t retcode_count(void)
{
    return COUNT(codes);
}

const struct retcode *retcode_get(size_t i)
{
    return &codes[i];
}
