/* Hello messages, whole, cut and broken; and one made by OpenSSL itself. */
#include "tls/hello.h"

#include <stdlib.h>
#include <string.h>

#include "support/suite.h"

#define RANDOM "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr"

static const struct {
    const char *name;
    const char *msg;
    size_t len;
    const char *versions, *ciphers, *groups, *sigalgs, *server_name;
} cases[] = {
#define MSG(text) text, sizeof(text) - 1
    {"TLS 1.2 without extensions",
     MSG("\x01\x00\x00\x2b\x03\x03" RANDOM "\x00\x00\x04\x00\x35\x00\x2f"
         "\x01\x00"),
     "TLSv1.2", "0035 002F", "", "", ""},
    {"TLS 1.3 with name, groups and signature pairs, GREASE left out",
     MSG("\x01\x00\x00\x5b\x03\x03" RANDOM "\x00\x00\x04\x0a\x0a\x13\x01"
         "\x01\x00\x00\x2e"
         "\x00\x00\x00\x08\x00\x06\x00\x00\x03\x61\x22\x62"
         "\x00\x0a\x00\x06\x00\x04\x00\x17\x11\xec"
         "\x00\x0d\x00\x04\x00\x02\x04\x03"
         "\x00\x2b\x00\x07\x06\x0a\x0a\x03\x04\x03\x03"
         "\x00\x17\x00\x01\x00"),
     "TLSv1.3 TLSv1.2", "1301", "secp256r1 11EC", "0403", "a?b"},
    {"a ServerHello of TLS 1.3",
     MSG("\x02\x00\x00\x36\x03\x03" RANDOM "\x00\x13\x02\x00\x00\x0e"
         "\x00\x2b\x00\x02\x03\x04"
         "\x00\x33\x00\x04\x00\x1d\x00\x00"),
     "TLSv1.3", "1302", "X25519", "", ""},
};

START_TEST(reads_a_hello)
{
    struct strbuf out = STRBUF_INIT;
    struct hello h;

    ck_assert_msg(hello_read(cases[_i].msg, cases[_i].len, &h), "%s",
                  cases[_i].name);
    hello_add_versions(&h, &out);
    ck_assert_str_eq(strbuf_str(&out), cases[_i].versions);
    strbuf_reset(&out);
    hello_add_ciphers(&h, &out);
    ck_assert_str_eq(strbuf_str(&out), cases[_i].ciphers);
    strbuf_reset(&out);
    hello_add_groups(&h, &out);
    ck_assert_str_eq(strbuf_str(&out), cases[_i].groups);
    strbuf_reset(&out);
    hello_add_sigalgs(&h, &out);
    ck_assert_str_eq(strbuf_str(&out), cases[_i].sigalgs);
    ck_assert_str_eq(h.server_name, cases[_i].server_name);
    ck_assert(!h.cut);
    strbuf_done(&out);
}
END_TEST

START_TEST(packed_it_is_the_same)
{
    struct hello h, again;
    struct hello_packed *p;

    ck_assert(hello_read(cases[_i].msg, cases[_i].len, &h));
    p = hello_pack(&h);
    hello_unpack(p, &again);
    ck_assert_mem_eq(&h, &again, sizeof(h));
    free(p);
    hello_unpack(NULL, &again);
    ck_assert(!again.present);
}
END_TEST

/* A shorter message is broken, or says less; it never reads past its end. */
START_TEST(survives_every_cut)
{
    struct hello h;
    char copy[256];
    size_t len;

    for (len = 0; len < cases[_i].len; len++) {
        memcpy(copy, cases[_i].msg, len);
        ck_assert_msg(!hello_read(copy, len, &h), "%s cut at %zu",
                      cases[_i].name, len);
        ck_assert(!h.present);
    }
}
END_TEST

START_TEST(says_that_a_list_was_cut)
{
    unsigned char msg[512] = {1, 0, 0, 0, 3, 3};
    size_t n = 6 + 32, i;
    struct hello h, again;
    struct hello_packed *p;

    msg[n++] = 0;
    msg[n++] = 0;
    msg[n++] = 2 * (HELLO_CIPHERS + 2);
    for (i = 0; i < HELLO_CIPHERS + 2; i++) {
        msg[n++] = 0xc0;
        msg[n++] = (unsigned char)i;
    }
    msg[n++] = 1;
    msg[n++] = 0;
    msg[3] = (unsigned char)(n - 4);
    ck_assert(hello_read(msg, n, &h));
    ck_assert(h.cut);
    ck_assert_uint_eq(h.cipher_count, HELLO_CIPHERS);
    ck_assert_uint_eq(h.ciphers[1], 0xc001);
    ck_assert_uint_eq(h.ciphers_left, 2);
    ck_assert_uint_eq(h.groups_left, 0);
    p = hello_pack(&h);
    hello_unpack(p, &again);
    ck_assert_mem_eq(&h, &again, sizeof(h));
    free(p);
}
END_TEST

START_TEST(other_messages_are_no_hello)
{
    struct hello h;

    ck_assert(!hello_read("\x0b\x00\x00\x00", 4, &h));
    ck_assert(!hello_read("", 0, &h));
}
END_TEST

TESTS_BEGIN("hello")
TEST_ROWS(reads_a_hello, cases)
TEST_ROWS(packed_it_is_the_same, cases)
TEST_ROWS(survives_every_cut, cases)
TEST(says_that_a_list_was_cut)
TEST(other_messages_are_no_hello)
TESTS_END
