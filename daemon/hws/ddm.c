/* DRDA on the wire: DDM objects are read from a buffer and written to one. */

#include "hws/ddm.h"

#include <string.h>

#include "util/bytes.h"
#include "util/ebcdic.h"

/* ---- reading ---- */

enum { MAGIC = 0xD0, CHAINED = 0x40, KIND = 0x0F, KNOWN_FORMAT = 0x7F };

uint16_t ddm_u16(struct ddm_bytes b)
{
    return b.len >= 2 ? bytes_get16(b.data) : 0;
}

static int wrong(int why, int *ret)
{
    *ret = why;
    return -1;
}

/* The header, as far as it is there: a wrong one need not be waited for. */
static int check_header(const unsigned char *data, size_t len, int *ret_error)
{
    if (len >= 2 && (bytes_get16(data) & 0x8000) != 0)
        return wrong(DDM_DSS_LENGTH, ret_error); /* continued segments */
    if (len >= 2 && bytes_get16(data) < DDM_DSS_HEADER + DDM_OBJECT_HEADER)
        return wrong(DDM_DSS_HEADER_WRONG, ret_error);
    if (len >= 3 && data[2] != MAGIC)
        return wrong(DDM_NOT_D0, ret_error);
    if (len >= 4 &&
        ((data[3] & KIND) < DDM_REQUEST || (data[3] & KIND) > DDM_OBJECT ||
         (data[3] & ~KNOWN_FORMAT) != 0))
        return wrong(DDM_FORMAT, ret_error);
    return 0;
}

int ddm_read(const unsigned char *data, size_t len, struct ddm_dss *ret,
             size_t *ret_used, int *ret_error)
{
    size_t dss, object;

    if (check_header(data, len, ret_error) < 0)
        return -1;
    if (len < DDM_DSS_HEADER || len < bytes_get16(data))
        return 0;
    dss = bytes_get16(data);
    object = bytes_get16(data + DDM_DSS_HEADER);
    if (object < DDM_OBJECT_HEADER)
        return wrong(DDM_OBJECT_LENGTH, ret_error);
    if (object > dss - DDM_DSS_HEADER)
        return wrong(DDM_OBJECT_OVER, ret_error);
    ret->kind = (enum ddm_kind)(data[3] & KIND);
    ret->chained = (data[3] & CHAINED) != 0;
    ret->correlation = bytes_get16(data + 4);
    ret->code_point = bytes_get16(data + DDM_DSS_HEADER + 2);
    ret->body.data = data + DDM_DSS_HEADER + DDM_OBJECT_HEADER;
    ret->body.len = object - DDM_OBJECT_HEADER;
    *ret_used = dss;
    return 1;
}

int ddm_next(struct ddm_bytes *body, uint16_t *ret_code_point,
             struct ddm_bytes *ret)
{
    size_t len;

    if (body->len == 0)
        return 0;
    if (body->len < DDM_OBJECT_HEADER)
        return -1;
    len = bytes_get16(body->data);
    if (len < DDM_OBJECT_HEADER || len > body->len)
        return -1;
    *ret_code_point = bytes_get16(body->data + 2);
    ret->data = body->data + DDM_OBJECT_HEADER;
    ret->len = len - DDM_OBJECT_HEADER;
    body->data += len;
    body->len -= len;
    return 1;
}

bool ddm_text(struct ddm_bytes b, char *ret, size_t cap)
{
    size_t i, len = b.len;

    while (len > 0 && ebcdic_to_latin1(b.data[len - 1]) == ' ')
        len--;
    if (len >= cap)
        return false;
    for (i = 0; i < len; i++) {
        unsigned char c = ebcdic_to_latin1(b.data[i]);

        if (c < ' ' || c > '~')
            return false;
        ret[i] = (char)c;
    }
    ret[len] = '\0';
    return true;
}

/* ---- writing ---- */

void ddm_begin(struct ddm_writer *w, struct strbuf *out, enum ddm_kind kind,
               bool chained, uint16_t correlation, uint16_t code_point)
{
    w->out = out;
    w->dss = out->len;
    bytes_add(0, 2, out);
    strbuf_addc(out, (char)MAGIC);
    strbuf_addc(out, (char)((int)kind | (chained ? CHAINED : 0)));
    bytes_add(correlation, 2, out);
    w->object = out->len;
    bytes_add(0, 2, out);
    bytes_add(code_point, 2, out);
}

void ddm_put_bytes(struct ddm_writer *w, uint16_t code_point, const void *data,
                   size_t len)
{
    bytes_add((unsigned)(DDM_OBJECT_HEADER + len), 2, w->out);
    bytes_add(code_point, 2, w->out);
    strbuf_add(w->out, data, len);
}

void ddm_put_u16(struct ddm_writer *w, uint16_t code_point, uint16_t value)
{
    unsigned char data[2];

    bytes_put16(data, value);
    ddm_put_bytes(w, code_point, data, 2);
}

void ddm_put_u8(struct ddm_writer *w, uint16_t code_point, unsigned value)
{
    const unsigned char data = (unsigned char)value;

    ddm_put_bytes(w, code_point, &data, 1);
}

void ddm_put_text(struct ddm_writer *w, uint16_t code_point, const char *text)
{
    size_t len = strlen(text);

    bytes_add((unsigned)(DDM_OBJECT_HEADER + len), 2, w->out);
    bytes_add(code_point, 2, w->out);
    for (; *text != '\0'; text++)
        strbuf_addc(w->out, (char)ebcdic_from_latin1((unsigned char)*text));
}

static void patch(struct strbuf *out, size_t at)
{
    if (!strbuf_failed(out))
        bytes_put16((unsigned char *)out->data + at, (unsigned)(out->len - at));
}

void ddm_end(struct ddm_writer *w)
{
    patch(w->out, w->dss);
    patch(w->out, w->object);
}
