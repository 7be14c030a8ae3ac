/* OpenSSL's memory: kept, wiped, given back. */

#include "tls/memory.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <openssl/crypto.h>

#include "support/faults.h"
#include "support/suite.h"
#include "support/tlspair.h"
#include "tls/environment.h"
#include "tls/testing.h"

enum { MIB = 1024 * 1024 };

/* What the build and the environment of this test ask for. */
static bool wanted(void)
{
#ifdef ATTLS_KEEP_MEMORY
    const char *how = getenv("ATTLS_MEMORY");

    return how == NULL || strcmp(how, "plain") != 0;
#else
    return false;
#endif
}

static int wakes;
static bool wakes_fail;

static bool on_wake(void *arg)
{
    ck_assert_ptr_eq(arg, &wakes);
    wakes++;
    return !wakes_fail;
}

/* False: it is switched off, and there is nothing to look at. */
static bool begin(void)
{
    memory_init();
    ck_assert_int_eq(memory_on(), wanted());
    memory_begin(on_wake, &wakes);
    return memory_on();
}

START_TEST(is_on_where_it_may_be)
{
    struct error err;

    ck_assert(!memory_on());
    ck_assert_int_eq(tls_init(&err), 0);
    ck_assert_int_eq(memory_on(), wanted());
    ck_assert_int_eq(tls_init(&err), 0);
    ck_assert_int_eq(memory_on(), wanted());
}
END_TEST

START_TEST(is_off_when_told_so)
{
    void *p;

    setenv("ATTLS_MEMORY", "plain", 1);
    ck_assert(!begin());
    p = OPENSSL_malloc(100);
    OPENSSL_free(p);
    ck_assert_uint_eq(memory_kept(), 0);
    memory_end();
}
END_TEST

START_TEST(is_off_when_it_comes_too_late)
{
    void *p = OPENSSL_malloc(100);

    memory_init();
    ck_assert(!memory_on());
    OPENSSL_free(p);
}
END_TEST

/* ---- pieces ---- */

static const size_t sizes[] = {1,    8,     23,    24,    25,    40,    41,
                               104,  105,   1032,  1033,  7608,  8192,  8193,
                               9000, 16384, 17736, 32776, 32777, 100000};

static unsigned char *filled(size_t n, int with)
{
    unsigned char *p = OPENSSL_malloc(n);

    ck_assert_ptr_nonnull(p);
    ck_assert_uint_eq((uintptr_t)p % 16, 0);
    memset(p, with, n);
    return p;
}

static void is_filled(const unsigned char *p, size_t n, int with)
{
    size_t i = 0;

    while (i < n && p[i] == with)
        i++;
    ck_assert_uint_eq(i, n);
}

/* Fresh ones and kept ones, of this size and of those beside it. */
START_TEST(gives_room_for_what_is_asked)
{
    size_t n = sizes[_i], less = n > 20 ? n - 20 : 1;
    unsigned char *a, *b, *c;
    int round;

    begin();
    for (round = 0; round < 3; round++) {
        a = filled(n, 1);
        b = filled(n + 20, 2);
        c = filled(less, 3);
        is_filled(a, n, 1);
        is_filled(b, n + 20, 2);
        is_filled(c, less, 3);
        OPENSSL_free(b);
        OPENSSL_free(a);
        OPENSSL_free(c);
    }
    memory_end();
}
END_TEST

START_TEST(a_new_size_keeps_what_is_in_it)
{
    size_t n = sizes[_i], i;
    unsigned char *p;

    begin();
    p = OPENSSL_realloc(NULL, 1);
    ck_assert_ptr_nonnull(p);
    *p = 7;
    for (i = 1; i < n; i = i * 2 + 1) {
        p = OPENSSL_realloc(p, i * 2 + 1);
        ck_assert_ptr_nonnull(p);
        is_filled(p, i, 7);
        memset(p, 7, i * 2 + 1);
    }
    for (; i > 1; i /= 3) {
        p = OPENSSL_realloc(p, i / 3);
        is_filled(p, i / 3, 7);
        ck_assert(p != NULL || i / 3 == 0);
    }
    OPENSSL_free(p);
    memory_end();
}
END_TEST

START_TEST(nothing_is_nothing)
{
    void *p;

    begin();
    ck_assert_ptr_null(OPENSSL_malloc(0));
    ck_assert_ptr_null(OPENSSL_realloc(NULL, 0));
    OPENSSL_free(NULL);
    p = OPENSSL_malloc(10);
    ck_assert_ptr_null(OPENSSL_realloc(p, 0));
    memory_end();
}
END_TEST

START_TEST(a_piece_is_used_again)
{
    void *p, *q;

    if (!begin())
        return;
    p = OPENSSL_malloc(100);
    OPENSSL_free(p);
    ck_assert_uint_ge(memory_kept(), 100);
    q = OPENSSL_malloc(97); /* of the same class */
    ck_assert_ptr_eq(q, p);
    ck_assert_uint_eq(memory_kept(), 0);
    OPENSSL_free(q);
    memory_end();
}
END_TEST

START_TEST(keeps_a_mib_at_most)
{
    static void *p[4000];
    size_t most = 0;
    int i;

    if (!begin())
        return;
    for (i = 0; i < ROWS(p); i++)
        p[i] = OPENSSL_malloc(1000);
    for (i = 0; i < ROWS(p); i++) {
        OPENSSL_free(p[i]);
        most = memory_kept() > most ? memory_kept() : most;
    }
    ck_assert_uint_ge(most, MIB);
    ck_assert_uint_lt(most, MIB + 1024);
    p[0] = OPENSSL_malloc(200000); /* too large to be kept */
    OPENSSL_free(p[0]);
    ck_assert_uint_eq(memory_kept(), most);
    memory_end();
    ck_assert_uint_eq(memory_kept(), 0);
}
END_TEST

/* ---- rest ---- */

START_TEST(goes_back_when_the_thread_rests)
{
    if (!begin())
        return;
    OPENSSL_free(OPENSSL_malloc(100));
    OPENSSL_free(OPENSSL_malloc(200000 / 10));
    ck_assert_int_eq(wakes, 1);
    memory_rest(); /* it was used in this second */
    ck_assert_uint_ge(memory_kept(), 20100);
    ck_assert_int_eq(wakes, 2);
    OPENSSL_free(OPENSSL_malloc(100));
    ck_assert_int_eq(wakes, 2);
    memory_rest(); /* and in this one */
    ck_assert_uint_ge(memory_kept(), 20100);
    memory_rest();
    ck_assert_uint_eq(memory_kept(), 0);
    ck_assert_int_eq(wakes, 3);
    OPENSSL_free(OPENSSL_malloc(100)); /* begins anew */
    ck_assert_int_eq(wakes, 4);
    memory_end();
    memory_rest();
}
END_TEST

START_TEST(a_wake_that_fails_is_tried_again)
{
    if (!begin())
        return;
    wakes_fail = true;
    OPENSSL_free(OPENSSL_malloc(100));
    OPENSSL_free(OPENSSL_malloc(100));
    ck_assert_int_eq(wakes, 2);
    wakes_fail = false;
    OPENSSL_free(OPENSSL_malloc(100));
    OPENSSL_free(OPENSSL_malloc(100));
    ck_assert_int_eq(wakes, 3);
    wakes_fail = true;
    memory_rest();
    ck_assert_int_eq(wakes, 4);
    OPENSSL_free(OPENSSL_malloc(100));
    ck_assert_int_eq(wakes, 5);
    memory_end();
}
END_TEST

/* ---- threads ---- */

enum { PASSED = 2000 };

static void *give_all_back(void *arg)
{
    unsigned char **p = arg;
    int i;

    memory_begin(on_wake, &wakes);
    for (i = 0; i < PASSED; i++) {
        is_filled(p[i], sizes[i % 10], i % 100);
        OPENSSL_free(p[i]);
        OPENSSL_free(filled(sizes[i % 10], 101));
    }
    memory_end();
    return NULL;
}

/* What one thread has taken another gives back, while the first goes on. */
START_TEST(any_thread_gives_back)
{
    static unsigned char *p[PASSED];
    pthread_t other;
    int i;

    begin();
    for (i = 0; i < PASSED; i++)
        p[i] = filled(sizes[i % 10], i % 100);
    ck_assert_int_eq(pthread_create(&other, NULL, give_all_back, p), 0);
    for (i = 0; i < PASSED; i++)
        OPENSSL_free(filled(sizes[i % 10], 102));
    pthread_join(other, NULL);
    memory_end();
}
END_TEST

/* ---- without memory ---- */

START_TEST(says_so_when_there_is_none)
{
    unsigned char *p;

    if (!begin())
        return;
    fault_set(FAULT_MEMORY, 1, ENOMEM);
    ck_assert_ptr_null(OPENSSL_malloc(100));
    fault_set(FAULT_MEMORY, 1, ENOMEM);
    ck_assert_ptr_null(OPENSSL_malloc(100000));
    p = filled(100, 5);
    fault_set(FAULT_MEMORY, 1, ENOMEM);
    ck_assert_ptr_null(OPENSSL_realloc(p, 5000));
    is_filled(p, 100, 5);
    OPENSSL_free(p);
    fault_set(FAULT_MEMORY, 1, ENOMEM);
    p = OPENSSL_malloc(100); /* kept: nothing is asked for */
    ck_assert_ptr_nonnull(p);
    OPENSSL_free(p);
    memory_end();
}
END_TEST

START_TEST(keeps_nothing_without_lists)
{
    memory_init();
    if (!memory_on())
        return;
    fault_set(FAULT_MEMORY, 1, ENOMEM);
    memory_begin(on_wake, &wakes);
    ck_assert(fault_struck(FAULT_MEMORY));
    OPENSSL_free(filled(100, 1));
    ck_assert_uint_eq(memory_kept(), 0);
    memory_rest();
    memory_end();
    ck_assert_int_eq(wakes, 0);
}
END_TEST

/* ---- secrets ---- */

/* Kept pieces can be looked into: all but the link is zero. */
START_TEST(what_is_given_back_is_wiped)
{
    unsigned char *p;

    if (!begin())
        return;
    p = filled(4000, 0xa5);
    OPENSSL_free(p);
    is_filled(p + sizeof(void *), 4000 - sizeof(void *), 0);
    p = filled(4000, 0xa5); /* a new size is a new piece */
    ck_assert_ptr_ne(OPENSSL_realloc(p, 8000), p);
    is_filled(p + sizeof(void *), 4000 - sizeof(void *), 0);
    memory_end();
}
END_TEST

/* Secrets of a handshake, each byte turned over: this copy is not found. */
static struct {
    unsigned char byte[48];
    size_t len;
} secrets[8];
static int secret_count;

static void on_secret(const SSL *ssl, const char *line)
{
    const char *hex = strrchr(line, ' ') + 1;
    unsigned value;
    size_t i;

    (void)ssl;
    ck_assert_int_lt(secret_count, ROWS(secrets));
    for (i = 0; sscanf(hex + 2 * i, "%2x", &value) == 1; i++) {
        ck_assert_uint_lt(i, sizeof(secrets[0].byte));
        secrets[secret_count].byte[i] = (unsigned char)~value;
    }
    secrets[secret_count++].len = i;
}

static bool is_at(const unsigned char *p, int k)
{
    size_t i;

    for (i = 0; i < secrets[k].len; i++)
        if (p[i] != (unsigned char)~secrets[k].byte[i])
            return false;
    return true;
}

static int found_between(const unsigned char *from, const unsigned char *to)
{
    int k, found = 0;

    for (; from + sizeof(secrets[0].byte) <= to; from++)
        for (k = 0; k < secret_count; k++)
            found += is_at(from, k);
    return found;
}

/* How often a secret is to be read in what malloc() has had: mappings that
 * have no file, and the heap. */
static int found_in_heap(void)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    unsigned long from, to;
    char line[512], may[8];
    int found = 0, at;

    ck_assert_ptr_nonnull(maps);
    while (fgets(line, sizeof(line), maps) != NULL) {
        at = 0;
        ck_assert_int_ge(
            sscanf(line, "%lx-%lx %7s %*s %*s %*s %n", &from, &to, may, &at),
            3);
        if (strcmp(may, "rw-p") == 0 &&
            (line[at] == '\0' || strncmp(line + at, "[heap]", 6) == 0))
            found += found_between((const unsigned char *)from,
                                   (const unsigned char *)to);
    }
    fclose(maps);
    return found;
}

static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

static SSL_CTX *context(const struct testring *rings, bool server, int version)
{
    SSL_CTX *ctx = tls_plain_ctx(rings, server ? "SERVER" : NULL, server);

    SSL_CTX_set_min_proto_version(ctx, version);
    SSL_CTX_set_max_proto_version(ctx, version);
    if (server)
        SSL_CTX_set_keylog_callback(ctx, on_secret);
    return ctx;
}

/* By a thread that keeps pieces, and by one that does not. */
static void shake_and_look(bool keeps, int version)
{
    SSL_CTX *server, *client;
    struct testring *rings;
    struct tls_end a, b;

    memory_init();
    if (!memory_on())
        return;
    if (keeps)
        memory_begin(on_wake, &wakes);
    rings = testring_new(NULL);
    server = context(rings, true, version);
    client = context(rings, false, version);
    tls_end_plain(&a, server, true);
    tls_end_plain(&b, client, false);
    ck_assert(tls_shake(&a, &b));
    ck_assert(tls_say(&a, &b, "and the tickets"));
    ck_assert_int_gt(secret_count, 0);
    ck_assert_int_gt(found_in_heap(), 0); /* the search finds them */
    tls_end_done(&a);
    tls_end_done(&b);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
    ck_assert_int_eq(found_in_heap(), 0);
    memory_end();
    ck_assert_int_eq(found_in_heap(), 0);
    testring_free(rings);
}

START_TEST(secrets_of_a_handshake_are_wiped)
{
    shake_and_look(true, versions[_i]);
}
END_TEST

START_TEST(secrets_are_wiped_where_nothing_is_kept)
{
    shake_and_look(false, versions[_i]);
}
END_TEST

TESTS_BEGIN("memory")
TEST(is_on_where_it_may_be)
TEST(is_off_when_told_so)
TEST(is_off_when_it_comes_too_late)
TEST_ROWS(gives_room_for_what_is_asked, sizes)
TEST_ROWS(a_new_size_keeps_what_is_in_it, sizes)
TEST(nothing_is_nothing)
TEST(a_piece_is_used_again)
TEST(keeps_a_mib_at_most)
TEST(goes_back_when_the_thread_rests)
TEST(a_wake_that_fails_is_tried_again)
TEST(any_thread_gives_back)
TEST(says_so_when_there_is_none)
TEST(keeps_nothing_without_lists)
TEST(what_is_given_back_is_wiped)
TEST_ROWS(secrets_of_a_handshake_are_wiped, versions)
TEST_ROWS(secrets_are_wiped_where_nothing_is_kept, versions)
TESTS_END
