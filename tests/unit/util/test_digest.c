/* util/digest: SHA-256 as others make it. */

#include "util/digest.h"

#include <stdio.h>
#include <string.h>
#include <openssl/evp.h>

#include "support/suite.h"
#include "util/testing.h"

static const struct {
    const char *text, *digest;
} vectors[] = {
    /* FIPS 180-4's examples */
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

START_TEST(knows_the_examples)
{
    struct digest_state d;
    struct digest got;
    char hex[2 * DIGEST_SIZE + 1];
    size_t i;

    digest_begin(&d);
    digest_add(&d, vectors[_i].text, strlen(vectors[_i].text));
    got = digest_end(&d);
    for (i = 0; i < DIGEST_SIZE; i++)
        snprintf(hex + 2 * i, 3, "%02x", got.byte[i]);
    ck_assert_str_eq(hex, vectors[_i].digest);
}
END_TEST

/* Each length up to three blocks, in two pieces cut anywhere. */
START_TEST(agrees_with_openssl)
{
    unsigned char data[200], want[EVP_MAX_MD_SIZE];
    size_t len = (size_t)_i, cut, i;
    struct digest_state d;
    struct digest got;

    for (i = 0; i < sizeof(data); i++)
        data[i] = (unsigned char)(i * 37 + len);
    ck_assert_int_eq(EVP_Digest(data, len, want, NULL, EVP_sha256(), NULL), 1);
    for (cut = 0; cut <= len; cut++) {
        digest_begin(&d);
        digest_add(&d, data, cut);
        digest_add(&d, data + cut, len - cut);
        got = digest_end(&d);
        ck_assert_mem_eq(got.byte, want, DIGEST_SIZE);
    }
}
END_TEST

static struct digest of_texts(const char *a, const char *b)
{
    struct digest_state d;

    digest_begin(&d);
    digest_add_text(&d, a);
    digest_add_text(&d, b);
    return digest_end(&d);
}

static struct digest of_numbers(const uint64_t n[2])
{
    struct digest_state d;

    digest_begin(&d);
    digest_add_number(&d, n[0]);
    digest_add_number(&d, n[1]);
    return digest_end(&d);
}

START_TEST(numbers_do_not_run_together)
{
    static const uint64_t pairs[][2] = {
        {0, 1},          {1, 0},          {1, 1},      {0x80, 1},
        {1, 0x80},       {0x81, 0},       {0x101, 0},  {0x80, 0x80},
        {UINT64_MAX, 0}, {0, UINT64_MAX}, {0x3fff, 0}, {0x7f, 0x7f}};
    enum { N = sizeof(pairs) / sizeof(pairs[0]) };
    struct digest x, y;
    size_t i, j;

    for (i = 0; i < N; i++)
        for (j = 0; j < N; j++) {
            x = of_numbers(pairs[i]);
            y = of_numbers(pairs[j]);
            ck_assert(digest_same(&x, &y) == (i == j));
        }
}
END_TEST

/* Where one text ends and the next begins counts. */
START_TEST(lists_do_not_run_together)
{
    static const char *const pairs[][2] = {
        {"ab", "c"}, {"a", "bc"}, {"abc", ""}, {"", "abc"}, {"abc", NULL}};
    struct digest x, y;
    size_t i, j;

    for (i = 0; i < 5; i++)
        for (j = 0; j < 5; j++) {
            x = of_texts(pairs[i][0], pairs[i][1]);
            y = of_texts(pairs[j][0], pairs[j][1]);
            ck_assert(digest_same(&x, &y) == (i == j));
        }
}
END_TEST

TESTS_BEGIN("digest")
TEST_ROWS(knows_the_examples, vectors)
TEST_TIMES(agrees_with_openssl, 200)
TEST(numbers_do_not_run_together)
TEST(lists_do_not_run_together)
TESTS_END
