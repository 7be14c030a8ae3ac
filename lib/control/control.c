/* Messages to bytes and back. */
#include "control/control.h"

#include <stdint.h>
#include <string.h>

#include "util/bytes.h"

static const char magic[] = "ATTLS";

enum {
    MAGIC_LEN = sizeof(magic) - 1,
    HEADER = MAGIC_LEN + 2 + 4, /* version, kind, length */
    REQUEST = 'Q',
    REPLY = 'R',
    TEXTS = 3 /* of a reply */
};

/* ---- writing ---- */

static void add_header(char kind, size_t body, struct strbuf *out)
{
    strbuf_add(out, magic, MAGIC_LEN);
    bytes_add(CONTROL_VERSION, 1, out);
    strbuf_addc(out, kind);
    bytes_add((uint32_t)body, 4, out);
}

static void add_text(const char *text, size_t len, int length_bytes,
                     struct strbuf *out)
{
    bytes_add((uint32_t)len, length_bytes, out);
    if (len > 0)
        strbuf_add(out, text, len);
    strbuf_addc(out, '\0');
}

static size_t request_size(const struct control_request *r)
{
    size_t size = HEADER + 1 + 2 + strlen(verb_info(r->verb)->name) + 1, i;

    for (i = 0; i < r->argc; i++)
        size += 2 + strlen(r->argv[i]) + 1;
    return size;
}

int control_encode_request(const struct control_request *r, struct strbuf *out,
                           struct error *err)
{
    const char *name = verb_info(r->verb)->name;
    size_t i, size;

    if (r->argc >= CONTROL_ARGS_MAX)
        return error_set(err, ERR_LIMIT, "more than %d arguments",
                         CONTROL_ARGS_MAX - 1);
    size = request_size(r);
    if (size > CONTROL_REQUEST_MAX)
        return error_set(err, ERR_LIMIT, "the arguments are over %d bytes",
                         CONTROL_REQUEST_MAX);
    add_header(REQUEST, size - HEADER, out);
    bytes_add((uint32_t)r->argc + 1, 1, out);
    add_text(name, strlen(name), 2, out);
    for (i = 0; i < r->argc; i++)
        add_text(r->argv[i], strlen(r->argv[i]), 2, out);
    return strbuf_failed(out) ? error_nomem(err) : 0;
}

int control_encode_reply(const struct control_reply *r, struct strbuf *out,
                         struct error *err)
{
    static const char cut[] = "attlsd: the answer was too long and is cut\n";
    struct control_reply whole = *r;
    size_t room = CONTROL_REPLY_MAX - HEADER - 1 - TEXTS * (4 + 1);

    if (whole.out_len + whole.err_len + whole.fields_len > room) {
        whole.fields_len = 0;
        whole.err = cut;
        whole.err_len = sizeof(cut) - 1;
        if (whole.out_len > room - whole.err_len)
            whole.out_len = room - whole.err_len;
    }
    add_header(REPLY,
               1 + TEXTS * (4 + 1) + whole.out_len + whole.err_len +
                   whole.fields_len,
               out);
    bytes_add((uint32_t)whole.status, 1, out);
    add_text(whole.out, whole.out_len, 4, out);
    add_text(whole.err, whole.err_len, 4, out);
    add_text(whole.fields, whole.fields_len, 4, out);
    return strbuf_failed(out) ? error_nomem(err) : 0;
}

/* ---- reading ---- */

/* A text of the message; its NUL is checked. */
static const char *take_text(struct bytes *in, size_t length_bytes,
                             size_t *ret_len)
{
    size_t len = bytes_take_number(in, length_bytes);
    const char *text = (const char *)bytes_take(in, len + 1);

    *ret_len = len;
    in->bad = in->bad || text[len] != '\0';
    return in->bad ? "" : text;
}

static int broken(struct error *err)
{
    return error_set(err, ERR_VALUE, "the message is broken");
}

/* 1: the header is there and BODY is whole; 0: more must come. */
static int take_header(const void *data, size_t len, char kind, size_t max,
                       struct bytes *body, struct error *err)
{
    struct bytes in = {data, len, false};
    size_t known = len < MAGIC_LEN ? len : MAGIC_LEN, size;
    unsigned version;

    if (memcmp(data, magic, known) != 0)
        return error_set(err, ERR_VALUE,
                         "this is not the control protocol of attlsd");
    if (len < HEADER)
        return 0;
    bytes_take(&in, MAGIC_LEN);
    version = bytes_take_number(&in, 1);
    if (version != CONTROL_VERSION)
        return error_set(err, ERR_VALUE,
                         "the other side speaks version %u of the control "
                         "protocol and this one version %d: use attlsd and "
                         "attlsctl of one release",
                         version, CONTROL_VERSION);
    if (bytes_take_number(&in, 1) != (unsigned char)kind)
        return broken(err);
    size = bytes_take_number(&in, 4);
    if (size > max - HEADER)
        return error_set(err, ERR_VALUE, "the message is over %zu bytes", max);
    if (in.left < size)
        return 0;
    if (in.left > size)
        return broken(err);
    *body = in;
    return 1;
}

static int find_verb(const char *name, enum verb *ret, struct error *err)
{
    *ret = verb_find_asked(name);
    if (*ret != VERB_COUNT)
        return 1;
    return error_set(err, ERR_VALUE, "this attlsd does not know the verb");
}

int control_decode_request(const void *data, size_t len,
                           struct control_request *ret, struct error *err)
{
    struct bytes in;
    const char *name;
    size_t count, i, n;
    int r = take_header(data, len, REQUEST, CONTROL_REQUEST_MAX, &in, err);

    if (r <= 0)
        return r;
    count = bytes_take_number(&in, 1);
    if (count < 1 || count > CONTROL_ARGS_MAX)
        return broken(err);
    name = take_text(&in, 2, &n);
    ret->argc = count - 1;
    for (i = 0; i < ret->argc; i++) {
        ret->argv[i] = take_text(&in, 2, &n);
        if (strlen(ret->argv[i]) != n)
            in.bad = true;
    }
    if (in.bad || in.left != 0)
        return broken(err);
    return find_verb(name, &ret->verb, err);
}

int control_decode_reply(const void *data, size_t len,
                         struct control_reply *ret, struct error *err)
{
    struct bytes in;
    int r = take_header(data, len, REPLY, CONTROL_REPLY_MAX, &in, err);

    if (r <= 0)
        return r;
    ret->status = (int)bytes_take_number(&in, 1);
    ret->out = take_text(&in, 4, &ret->out_len);
    ret->err = take_text(&in, 4, &ret->err_len);
    ret->fields = take_text(&in, 4, &ret->fields_len);
    if (in.bad || in.left != 0)
        return broken(err);
    return 1;
}

/* ---- fields ---- */

void control_add_field(const char *name, const char *value,
                       struct strbuf *fields)
{
    strbuf_add(fields, name, strlen(name) + 1);
    strbuf_add(fields, value, strlen(value) + 1);
}

/* The text at *POS that ends before LEN, or NULL. */
static const char *next_text(const char *fields, size_t len, size_t *pos)
{
    const char *text = fields + *pos, *end;

    end = *pos < len ? memchr(text, '\0', len - *pos) : NULL;
    if (end == NULL)
        return NULL;
    *pos += (size_t)(end - text) + 1;
    return text;
}

bool control_next_field(const char *fields, size_t len, size_t *pos,
                        const char **name, const char **value)
{
    *name = next_text(fields, len, pos);
    *value = *name != NULL ? next_text(fields, len, pos) : NULL;
    return *value != NULL;
}
