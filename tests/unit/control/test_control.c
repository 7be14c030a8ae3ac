/* Requests and replies: there and back, cut anywhere, and broken. */
#include "control/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "support/faults.h"
#include "support/suite.h"

static void encode(const struct control_request *r, struct strbuf *out)
{
    ck_assert_int_eq(control_encode_request(r, out, NULL), 0);
}

START_TEST(a_request_comes_back)
{
    struct control_request r = {VERB_STATUS, 3, {"", "a b", "\xff"}}, back;
    struct strbuf out = STRBUF_INIT;
    struct error err;
    size_t i;

    encode(&r, &out);
    for (i = 0; i < out.len; i++)
        ck_assert_int_eq(control_decode_request(out.data, i, &back, &err), 0);
    ck_assert_int_eq(control_decode_request(out.data, out.len, &back, &err), 1);
    ck_assert_int_eq(back.verb, VERB_STATUS);
    ck_assert_uint_eq(back.argc, 3);
    for (i = 0; i < 3; i++)
        ck_assert_str_eq(back.argv[i], r.argv[i]);
    strbuf_done(&out);
}
END_TEST

START_TEST(a_reply_comes_back)
{
    struct control_reply r = {2, "out\n", "err", "a\0b\0", 4, 3, 4}, back;
    struct strbuf out = STRBUF_INIT;
    struct error err;
    size_t i;

    ck_assert_int_eq(control_encode_reply(&r, &out, NULL), 0);
    for (i = 0; i < out.len; i++)
        ck_assert_int_eq(control_decode_reply(out.data, i, &back, &err), 0);
    ck_assert_int_eq(control_decode_reply(out.data, out.len, &back, &err), 1);
    ck_assert_int_eq(back.status, 2);
    ck_assert_str_eq(back.out, "out\n");
    ck_assert_str_eq(back.err, "err");
    ck_assert_uint_eq(back.fields_len, 4);
    ck_assert_mem_eq(back.fields, "a\0b\0", 5);
    strbuf_done(&out);
}
END_TEST

static const struct {
    const char *name;
    const char *bytes;
    size_t len;
    const char *error;
} broken[] = {
#define BYTES(text) text, sizeof(text) - 1
    {"something else", BYTES("GET / HTTP/1.0\r\n\r\n"),
     "this is not the control protocol of attlsd"},
    {"a version to come", BYTES("ATTLS\x03Q\0\0\0\0"),
     "the other side speaks version 3 of the control protocol and this one "
     "version 2: use attlsd and attlsctl of one release"},
    {"a reply", BYTES("ATTLS\x02R\0\0\0\0"), "the message is broken"},
    {"too long", BYTES("ATTLS\x02Q\x7f\0\0\0"),
     "the message is over 65536 bytes"},
    {"no words", BYTES("ATTLS\x02Q\0\0\0\x01\0"), "the message is broken"},
    {"too many words", BYTES("ATTLS\x02Q\0\0\0\x01\xff"),
     "the message is broken"},
    {"a word past the end", BYTES("ATTLS\x02Q\0\0\0\x05\x01\0\x09xx"),
     "the message is broken"},
    {"a word without its end", BYTES("ATTLS\x02Q\0\0\0\x05\x01\0\x01xx"),
     "the message is broken"},
    {"a word with a NUL",
     BYTES("ATTLS\x02Q\0\0\0\x0f\x02\0\x06status\0\0\x02"
           "a\0\0"),
     "the message is broken"},
    {"bytes behind it", BYTES("ATTLS\x02Q\0\0\0\x05\x01\0\x01x\0yy"),
     "the message is broken"},
    {"an unknown verb", BYTES("ATTLS\x02Q\0\0\0\x05\x01\0\x01x\0"),
     "this attlsd does not know the verb"},
};

START_TEST(refuses_what_is_broken)
{
    struct control_request r;
    struct error err;
    char *exact = malloc(broken[_i].len);

    memcpy(exact, broken[_i].bytes, broken[_i].len);
    ck_assert_msg(control_decode_request(exact, broken[_i].len, &r, &err) ==
                      ERR_VALUE,
                  "%s", broken[_i].name);
    ck_assert_str_eq(err.text, broken[_i].error);
    free(exact);
}
END_TEST

START_TEST(limits_hold_when_sending)
{
    struct control_request r = {.verb = VERB_STATUS};
    struct control_reply reply = {0}, back;
    struct strbuf out = STRBUF_INIT;
    struct error err;
    size_t i, big = CONTROL_REPLY_MAX;
    char *text = malloc(big);

    memset(text, 'x', big);
    text[CONTROL_REQUEST_MAX] = '\0';
    r.argc = 1;
    r.argv[0] = text;
    ck_assert_int_eq(control_encode_request(&r, &out, &err), ERR_LIMIT);
    r.argc = CONTROL_ARGS_MAX;
    for (i = 0; i < r.argc; i++)
        r.argv[i] = "x";
    ck_assert_int_eq(control_encode_request(&r, &out, &err), ERR_LIMIT);
    ck_assert_uint_eq(out.len, 0);

    reply.out = text;
    reply.out_len = big;
    reply.err = "";
    ck_assert_int_eq(control_encode_reply(&reply, &out, &err), 0);
    ck_assert_uint_eq(out.len, CONTROL_REPLY_MAX);
    ck_assert_int_eq(control_decode_reply(out.data, out.len, &back, &err), 1);
    ck_assert_str_eq(back.err, "attlsd: the answer was too long and is cut\n");
    free(text);
    strbuf_done(&out);
}
END_TEST

START_TEST(memory_may_fail)
{
    struct control_request r = {.verb = VERB_STATUS};
    struct control_reply reply = {0, "", "", "", 0, 0, 0};
    struct strbuf out = STRBUF_INIT;
    struct error err;

    fault_set(FAULT_MEMORY, 1, ENOMEM);
    ck_assert_int_eq(control_encode_request(&r, &out, &err), ERR_NOMEM);
    strbuf_done(&out);
    fault_set(FAULT_MEMORY, 1, ENOMEM);
    ck_assert_int_eq(control_encode_reply(&reply, &out, &err), ERR_NOMEM);
    strbuf_done(&out);
}
END_TEST

/* A name may come twice, a value may be empty, and half a field is none. */
START_TEST(fields_come_one_by_one)
{
    struct strbuf f = STRBUF_INIT;
    const char *name, *value;
    size_t pos = 0;

    control_add_field("kept_rule", "a", &f);
    control_add_field("kept_rule", "", &f);
    strbuf_add(&f, "half", 5);
    ck_assert(control_next_field(f.data, f.len, &pos, &name, &value));
    ck_assert_str_eq(name, "kept_rule");
    ck_assert_str_eq(value, "a");
    ck_assert(control_next_field(f.data, f.len, &pos, &name, &value));
    ck_assert_str_eq(value, "");
    ck_assert(!control_next_field(f.data, f.len, &pos, &name, &value));
    pos = 0;
    ck_assert(!control_next_field(NULL, 0, &pos, &name, &value));
    strbuf_done(&f);
}
END_TEST

TESTS_BEGIN("control")
TEST(a_request_comes_back)
TEST(a_reply_comes_back)
TEST_ROWS(refuses_what_is_broken, broken)
TEST(limits_hold_when_sending)
TEST(memory_may_fail)
TEST(fields_come_one_by_one)
TESTS_END
