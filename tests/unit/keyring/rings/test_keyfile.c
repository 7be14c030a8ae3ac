/* Files in the place of key rings, down to a handshake. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include "keyring/rings/keyring.h"
#include "support/faults.h"
#include "support/scratch.h"
#include "support/suite.h"
#include "support/tlspair.h"

enum { ROOM = 64 * 1024 };

static struct testring *t;
static char dir[SCRATCH];
static X509 *cert, *ca;
static EVP_PKEY *key;

static const char *path(const char *name)
{
    static char buf[4][128];
    static int turn;

    turn = (turn + 1) % 4;
    snprintf(buf[turn], sizeof(buf[turn]), "%s/%s", dir, name);
    return buf[turn];
}

static void put(const char *name, const void *data, size_t len, mode_t mode)
{
    FILE *f = fopen(path(name), "w");

    ck_assert_uint_eq(fwrite(data, 1, len, f), len);
    fclose(f);
    ck_assert_int_eq(chmod(path(name), mode), 0);
}

static void put_p12(const char *name, const char *password, const char *label)
{
    STACK_OF(X509) *others = sk_X509_new_null();
    FILE *f = fopen(path(name), "w");
    PKCS12 *p12;

    sk_X509_push(others, ca);
    p12 = PKCS12_create(password, label, key, cert, others, 0, 0, 1, 1, 0);
    ck_assert_ptr_nonnull(p12);
    ck_assert_int_eq(i2d_PKCS12_fp(f, p12), 1);
    fclose(f);
    PKCS12_free(p12);
    sk_X509_free(others);
    X509_alias_set1(cert, NULL, 0);
}

/* SEALED: under the password "sesame". */
static void put_pem(const char *name, bool sealed, bool with_key, mode_t mode)
{
    FILE *f = fopen(path(name), "w");
    char word[] = "sesame";

    PEM_write_X509(f, ca);
    if (with_key)
        PEM_write_PKCS8PrivateKey(f, key, sealed ? EVP_aes_256_cbc() : NULL,
                                  NULL, 0, NULL, sealed ? word : NULL);
    PEM_write_X509(f, cert);
    fclose(f);
    ck_assert_int_eq(chmod(path(name), mode), 0);
}

static void setup(void)
{
    struct keyring *ring;
    struct error err;
    unsigned char stash[129], big[1];
    const char *word = "sesame";
    size_t i;

    t = testring_new(NULL);
    scratch_folder_for_policy(dir, "keyfile");
    ck_assert_int_eq(
        keyring_open_dir(testring_dir(t), "SERVER", "Test.Ring", &ring, &err),
        0);
    for (i = 0; i < keyring_count(ring); i++) {
        const struct ring_entry *e = keyring_get(ring, i);

        if (e->key != NULL) {
            cert = X509_dup(e->cert);
            key = e->key;
            EVP_PKEY_up_ref(key);
        } else {
            ca = X509_dup(e->cert);
        }
    }
    keyring_unref(ring);
    put_p12("good.p12", word, "my key");
    put_p12("nameless.p12", word, NULL);
    put_pem("good.pem", false, true, 0600);
    put_pem("sealed.pem", true, true, 0644);
    put_pem("open.pem", false, true, 0604);
    put_pem("trust.pem", false, false, 0644);
    put("stash.txt", "sesame\n", 7, 0600);
    put("known.txt", "sesame\n", 7, 0604);
    put("shared.txt", "sesame\n", 7, 0640);
    put_pem("group.pem", false, true, 0660);
    put_pem("readers.pem", false, true, 0640);
    ck_assert_int_eq(mkfifo(path("fifo.p12"), 0600), 0);
    put("empty.txt", "", 0, 0600);
    put("garbage.p12", "\x30\x82\x01\x00garbage", 11, 0600);
    put("wide.pem", "x", 1, 0602);
    put("key.kdb", "x", 1, 0600);
    for (i = 0; i < sizeof(stash); i++)
        stash[i] = (unsigned char)((i < 6 ? word[i] : 0) ^ 0xf5);
    put("stash.sth", stash, sizeof(stash), 0600);
    big[0] = 'x';
    put("big.p12", big, 1, 0600);
    ck_assert_int_eq(truncate(path("big.p12"), 10 * 1024 * 1024), 0);
}

static void teardown(void)
{
    static const char *const names[] = {
        "good.p12",    "nameless.p12", "good.pem",  "sealed.pem", "open.pem",
        "trust.pem",   "stash.txt",    "empty.txt", "wide.pem",   "key.kdb",
        "garbage.p12", "stash.sth",    "big.p12",   "known.txt",  "shared.txt",
        "group.pem",   "readers.pem",  "fifo.p12"};
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        unlink(path(names[i]));
    rmdir(dir);
    X509_free(cert);
    X509_free(ca);
    EVP_PKEY_free(key);
    testring_free(t);
}

static const struct {
    const char *name, *file, *pw, *stash, *label;
    int rc; /* of the environment */
    const char *reason;
} rows[] = {
    {"PKCS#12", "good.p12", "sesame", NULL, NULL, 0, ""},
    {"by its friendly name", "good.p12", "sesame", NULL, "my key", 0, ""},
    {"by its subject", "nameless.p12", "sesame", NULL, "CN=SERVER.O=Test", 0,
     ""},
    {"by another name", "good.p12", "sesame", NULL, "SERVER", 6, "'SERVER'"},
    {"password in a text", "good.p12", NULL, "stash.txt", NULL, 0, ""},
    {"password in a stash file", "good.p12", NULL, "stash.sth", NULL, 0, ""},
    {"the password goes before the stash file", "good.p12", "sesame",
     "nothing.sth", NULL, 0, ""},
    {"wrong password", "good.p12", "wrong", NULL, NULL, 106,
     "good.p12: the password is wrong"},
    {"no password", "good.p12", NULL, NULL, NULL, 201, "a password is needed"},
    {"no stash file", "good.p12", NULL, "nothing.sth", NULL, 202,
     "nothing.sth: no such file"},
    {"an empty stash file", "good.p12", NULL, "empty.txt", NULL, 103,
     "KeyringPw"},
    {"F20: a stash file that others may read", "good.p12", NULL, "known.txt",
     NULL, 202, "others may read"},
    {"a stash file that a group may read", "good.p12", NULL, "shared.txt", NULL,
     0, ""},
    {"F20: a key that a group may write", "group.pem", NULL, NULL, NULL, 202,
     "others may change"},
    {"a key that a group may read", "readers.pem", NULL, NULL, NULL, 0, ""},
    {"F20: a fifo", "fifo.p12", "sesame", NULL, NULL, 103, "not a file"},
    {"PEM", "good.pem", NULL, NULL, NULL, 0, ""},
    {"PEM with a sealed key", "sealed.pem", "sesame", NULL, NULL, 0, ""},
    {"PEM with a sealed key, wrong password", "sealed.pem", "wrong", NULL, NULL,
     106, "wrong"},
    {"PEM with a sealed key, no password", "sealed.pem", NULL, NULL, NULL, 201,
     "needs a password"},
    {"PEM that others may read", "open.pem", NULL, NULL, NULL, 202,
     "others may read"},
    {"a file that others may write", "wide.pem", NULL, NULL, NULL, 202,
     "others may change"},
    {"no such file", "nothing.p12", NULL, NULL, NULL, 202, "no such file"},
    {"a folder", ".", NULL, NULL, NULL, 103, "not a file"},
    {"garbage", "garbage.p12", "sesame", NULL, NULL, 103, "garbage.p12"},
    {"10 MB", "big.p12", "sesame", NULL, NULL, 202, "larger than"},
    {"a key database", "key.kdb", "sesame", NULL, NULL, 202, "gskkyman"},
    {"certificates only", "trust.pem", NULL, NULL, NULL, 0, ""},
};

static void write_ring(char *ring, size_t size, size_t row)
{
    size_t n = (size_t)snprintf(ring, size, "Keyring %s", path(rows[row].file));

    if (rows[row].pw != NULL)
        n += (size_t)snprintf(ring + n, size - n, "\nKeyringPw %s",
                              rows[row].pw);
    if (rows[row].stash != NULL)
        snprintf(ring + n, size - n, "\nKeyringStashFile %s",
                 path(rows[row].stash));
}

START_TEST(a_file_is_a_ring)
{
    char ring[512], label[64] = "";
    struct tls_side s = {.role = "Server", .ring = ring, .adv = label};
    struct tls_side c = {.role = "Client"};
    struct tls_setup ss, cs;
    struct tls_end se, ce;
    int rc;

    write_ring(ring, sizeof(ring), (size_t)_i);
    if (rows[_i].label != NULL)
        snprintf(label, sizeof(label), "CertificateLabel %s", rows[_i].label);
    rc = tls_setup_open(&ss, t, &s);
    ck_assert_msg(rc == rows[_i].rc, "%s: %d %s", rows[_i].name, rc,
                  ss.why.reason);
    ck_assert_msg(strstr(ss.why.reason, rows[_i].reason) != NULL, "%s: %s",
                  rows[_i].name, ss.why.reason);
    ck_assert_ptr_null(strstr(ss.why.reason, "sesame"));
    if (rc == 0) {
        ck_assert_str_eq(environment_ring(ss.env), path(rows[_i].file));
        rc = tls_end_open(&se, &ss, ROOM);
        ck_assert_int_eq(rc, strcmp(rows[_i].file, "trust.pem") == 0 ? 7 : 0);
        if (rc == 0) {
            ck_assert_int_eq(tls_setup_open(&cs, t, &c), 0);
            ck_assert_int_eq(tls_end_open(&ce, &cs, ROOM), 0);
            ck_assert_msg(tls_shake(&se, &ce), "%s: %s", rows[_i].name,
                          tls_reason(&ce));
            tls_end_done(&ce);
            tls_setup_done(&cs);
        }
        tls_end_done(&se);
    }
    tls_setup_done(&ss);
}
END_TEST

/* And as the ring of a client. */
START_TEST(a_client_trusts_what_the_file_has)
{
    static const char *const files[] = {"good.p12", "trust.pem"};
    char ring[256];
    struct tls_side s = {.role = "Server"};
    struct tls_side c = {.role = "Client", .ring = ring};
    struct tls_setup ss, cs;
    struct tls_end se, ce;

    snprintf(ring, sizeof(ring), "Keyring %s\nKeyringPw sesame",
             path(files[_i]));
    ck_assert_int_eq(tls_setup_open(&ss, t, &s), 0);
    ck_assert_int_eq(tls_setup_open(&cs, t, &c), 0);
    ck_assert_int_eq(tls_end_open(&se, &ss, ROOM), 0);
    ck_assert_int_eq(tls_end_open(&ce, &cs, ROOM), 0);
    ck_assert(tls_shake(&se, &ce));
    tls_end_done(&se);
    tls_end_done(&ce);
    tls_setup_done(&ss);
    tls_setup_done(&cs);
}
END_TEST

/* Every call of ours that can fail: an error, no crash, no leak. */
START_TEST(calls_may_fail)
{
    static const enum injected kinds[] = {FAULT_MEMORY, FAULT_READ,
                                          FAULT_FSTAT};
    char word[KEYRING_PASSWORD];
    size_t k;
    int nth;

    for (k = 0; k < 3; k++) {
        for (nth = 1; nth < 100; nth++) {
            struct keyring *ring = NULL;
            struct error err;
            int r;

            fault_set(kinds[k], nth, EIO);
            r = keyring_stash(path("stash.sth"), word, &err);
            if (r == 0)
                r = keyring_open_file(path("good.p12"), "sesame", &ring, &err);
            if (!fault_struck(kinds[k])) {
                keyring_unref(ring);
                break;
            }
            /* without memory it is not tried as EBCDIC, and good */
            ck_assert_msg(r == ERR_NOMEM || r == ERR_SYSTEM || r == ERR_VALUE ||
                              (r == 0 && kinds[k] == FAULT_MEMORY),
                          "%zu, %d: %d", k, nth, r);
            ck_assert_int_eq(ring != NULL, r == 0);
            keyring_unref(ring);
        }
        fault_set(kinds[k], 0, 0);
        ck_assert_int_gt(nth, 1);
        ck_assert_int_lt(nth, 100);
    }
}
END_TEST

TESTS_BEGIN("keyfile")
tcase_add_unchecked_fixture(tc, setup, teardown);
tcase_set_timeout(tc, 30);
TEST_ROWS(a_file_is_a_ring, rows)
tcase_add_loop_test(tc, a_client_trusts_what_the_file_has, 0, 2);
TEST(calls_may_fail)
TESTS_END
