/* Bytes that are read in order, and never past their end. */

#include "util/bytes.h"

void bytes_add(uint32_t n, int count, struct strbuf *out)
{
    while (count-- > 0)
        strbuf_addc(out, (char)(n >> (8 * count) & 0xff));
}

const unsigned char *bytes_take(struct bytes *in, size_t count)
{
    const unsigned char *p = in->at;

    if (in->bad || count > in->left) {
        in->bad = true;
        return NULL;
    }
    in->at += count;
    in->left -= count;
    return p;
}

uint32_t bytes_take_number(struct bytes *in, size_t count)
{
    const unsigned char *p = bytes_take(in, count);
    uint32_t n = 0;
    size_t i;

    for (i = 0; p != NULL && i < count; i++)
        n = n << 8 | p[i];
    return n;
}

struct bytes bytes_take_vector(struct bytes *in, size_t length_bytes)
{
    size_t n = bytes_take_number(in, length_bytes);
    const unsigned char *p = bytes_take(in, n);

    return (struct bytes){p, p != NULL ? n : 0, in->bad};
}
