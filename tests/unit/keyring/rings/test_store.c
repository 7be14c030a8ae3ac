/* keyring/store: what is stored comes back, nothing leads out of the folder,
 * and a folder that somebody else has changed is refused. */

#include "keyring/rings/store.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/suite.h"
#include "support/testring.h"
#include "util/fd.h"
#include "util/strbuf.h"

static struct testring *t;
static struct saf *saf;
static struct ring_store *s;
static struct error err;

static void open_store(enum saf_mode mode)
{
    ck_assert_msg(saf_open(testring_dir(t), mode, &saf, &err) == 0, "%s",
                  err.text);
    ck_assert_msg(store_open(saf, &s, &err) == 0, "%s", err.text);
}

static void close_store(void)
{
    store_close(s);
    saf_close(saf);
}

static void reopen(void)
{
    close_store();
    open_store(SAF_WRITE);
}

static void set_up(void)
{
    t = testring_new(NULL);
    open_store(SAF_WRITE);
}

static void tear_down(void)
{
    close_store();
    testring_free(t);
}

/* What the function returned, with the error's text when it is not that. */
#define IS(want, call)                                                         \
    do {                                                                       \
        int is_ = (call);                                                      \
        ck_assert_msg(is_ == (want), #call ": %d, %s", is_, err.text);         \
    } while (0)

static struct store_cert *cert(const char *owner, const char *label)
{
    return store_cert_find(s, owner, label);
}

static X509 *x509(const char *owner, const char *label)
{
    X509 *x = NULL;

    IS(0, store_x509(s, owner, cert(owner, label), &x, &err));
    return x;
}

static int file_exists(const char *name)
{
    char path[700];

    snprintf(path, sizeof(path), "%s/%s", testring_dir(t), name);
    return access(path, F_OK) == 0;
}

/* ---- names with any character ---- */

static const char *const names[] = {
    "../out",         "/etc/passwd",   "a\"b\\c;d}",    "line\nbreak",
    "@include \"x\"", "\xC3\xBC.\x01", "${HOME} $(id)",
};

START_TEST(any_name_comes_back_and_stays_inside)
{
    X509 *x = x509("CLIENT", "CLIENT");
    struct store_ring *r;

    X509_up_ref(x);
    IS(0,
       store_add_cert(s, "SERVER", names[_i], RING_HIGHTRUST, x, NULL, &err));
    X509_free(x);
    IS(0, store_add_ring(s, "SERVER", names[_i], &err));
    IS(0, store_connect(s, "SERVER", names[_i], "SERVER", names[_i], RING_SITE,
                        true, &err));
    IS(0, store_add_filter(s, "SERVER", names[_i], RING_NOTRUST, names[_i], "",
                           names[_i], &err));
    reopen();
    ck_assert_int_eq(cert("SERVER", names[_i])->trust, RING_HIGHTRUST);
    ck_assert(!cert("SERVER", names[_i])->has_key);
    r = store_ring_find(s, "SERVER", names[_i]);
    ck_assert_uint_eq(r->nconn, 1);
    ck_assert_int_eq(r->conn[0].usage, RING_SITE);
    ck_assert(r->conn[0].is_default);
    ck_assert_ptr_eq(store_connected(s, &r->conn[0]),
                     cert("SERVER", names[_i]));
    ck_assert_str_eq(store_filter_find(s, "SERVER", names[_i])->criteria,
                     names[_i]);
    ck_assert(file_exists("SERVER/cert-2.pem"));
    ck_assert(!file_exists("out"));
}
END_TEST

/* ---- changes ---- */

START_TEST(adding_twice_is_refused)
{
    X509 *x = x509("CLIENT", "CLIENT");

    IS(ERR_EXISTS,
       store_add_cert(s, "CLIENT", "CLIENT", RING_TRUST, x, NULL, &err));
    ck_assert_str_eq(err.text, "label CLIENT is in use");
    IS(ERR_EXISTS, store_add_ring(s, "CLIENT", "Test.Ring", &err));
    IS(0,
       store_add_filter(s, "CLIENT", "f", RING_TRUST, "C=US", "", NULL, &err));
    IS(ERR_EXISTS,
       store_add_filter(s, "CLIENT", "f", RING_TRUST, "C=US", "", NULL, &err));
    IS(ERR_EXISTS, store_rename_cert(s, "CLIENT", cert("CLIENT", "CLIENT"),
                                     "CLIENT", &err));
}
END_TEST

START_TEST(a_new_default_displaces_the_old_one)
{
    struct store_ring *r = store_ring_find(s, "CLIENT", "Test.Ring");

    IS(0, store_connect(s, "CLIENT", "Test.Ring", OWNER_CERTAUTH, "Test CA",
                        RING_CERTAUTH, true, &err));
    ck_assert_uint_eq(r->nconn, 2);
    ck_assert(store_connect_find(r, OWNER_CERTAUTH, "Test CA")->is_default);
    ck_assert(!store_connect_find(r, "CLIENT", "CLIENT")->is_default);
    IS(ERR_NOT_FOUND, store_connect(s, "CLIENT", "Test.ring", "CLIENT",
                                    "CLIENT", RING_PERSONAL, false, &err));
    IS(ERR_NOT_FOUND, store_connect(s, "CLIENT", "Test.Ring", "SERVER",
                                    "CLIENT", RING_PERSONAL, false, &err));
}
END_TEST

START_TEST(a_new_label_is_new_in_all_rings)
{
    EVP_PKEY *key = NULL;

    IS(0, store_rename_cert(s, OWNER_CERTAUTH, cert(OWNER_CERTAUTH, "Test CA"),
                            "New CA", &err));
    IS(0,
       store_rename_cert(s, "SERVER", cert("SERVER", "SERVER"), "mine", &err));
    reopen();
    ck_assert_ptr_null(cert(OWNER_CERTAUTH, "Test CA"));
    ck_assert_ptr_nonnull(store_connect_find(
        store_ring_find(s, "CLIENT", "Test.Ring"), OWNER_CERTAUTH, "New CA"));
    ck_assert_ptr_nonnull(store_connect_find(
        store_ring_find(s, "SERVER", "Test.Ring"), "SERVER", "mine"));
    IS(0, store_key(s, "SERVER", cert("SERVER", "mine"), &key, &err));
    ck_assert_int_eq(X509_check_private_key(x509("SERVER", "mine"), key), 1);
    EVP_PKEY_free(key);
}
END_TEST

START_TEST(removing_leaves_nothing_behind)
{
    struct store_ring *r;

    IS(0, store_remove_cert(s, OWNER_CERTAUTH, cert(OWNER_CERTAUTH, "Test CA"),
                            &err));
    IS(0, store_disconnect(s, "CLIENT", "Test.Ring", "CLIENT", "CLIENT", &err));
    IS(ERR_NOT_FOUND,
       store_disconnect(s, "CLIENT", "Test.Ring", "CLIENT", "CLIENT", &err));
    IS(0, store_remove_ring(s, "CLIENT", "Test.Ring", &err));
    IS(ERR_NOT_FOUND, store_remove_ring(s, "CLIENT", "Test.Ring", &err));
    reopen();
    ck_assert(!file_exists("irrcerta/cert-1.pem"));
    ck_assert(!file_exists("irrcerta/cert-1.key"));
    r = store_ring_find(s, "SERVER", "Test.Ring");
    ck_assert_uint_eq(r->nconn, 1);
    ck_assert_str_eq(r->conn[0].owner, "SERVER");
    ck_assert_uint_eq(store_owner_find(s, "CLIENT")->nrings, 0);
    ck_assert_ptr_nonnull(cert("CLIENT", "CLIENT"));
}
END_TEST

START_TEST(a_dropped_key_is_gone)
{
    EVP_PKEY *key = NULL;

    IS(0, store_drop_key(s, "SERVER", cert("SERVER", "SERVER"), &err));
    IS(0, store_drop_key(s, "SERVER", cert("SERVER", "SERVER"), &err));
    reopen();
    ck_assert(!file_exists("SERVER/cert-1.key"));
    ck_assert(file_exists("SERVER/cert-1.pem"));
    IS(ERR_NOT_FOUND,
       store_key(s, "SERVER", cert("SERVER", "SERVER"), &key, &err));
    ck_assert_str_eq(err.text, "certificate SERVER has no key");
}
END_TEST

START_TEST(a_replaced_certificate_keeps_label_and_key)
{
    struct store_cert *c = cert("SERVER", "SERVER");
    X509 *other = x509("CLIENT", "CLIENT");

    c->requested = true;
    IS(0, store_replace_cert(s, "SERVER", c, other, RING_NOTRUST, NULL, &err));
    reopen();
    ck_assert(!cert("SERVER", "SERVER")->requested);
    ck_assert(cert("SERVER", "SERVER")->has_key);
    ck_assert_int_eq(cert("SERVER", "SERVER")->trust, RING_NOTRUST);
    ck_assert_int_eq(
        X509_cmp(x509("SERVER", "SERVER"), x509("CLIENT", "CLIENT")), 0);
}
END_TEST

START_TEST(what_is_taken_back_is_read_again)
{
    IS(0, saf_begin(saf, &err));
    IS(0, store_add_ring(s, "CLIENT", "Other.Ring", &err));
    IS(0, saf_rollback(saf, &err));
    IS(0, store_sync(s, &err));
    ck_assert_ptr_null(store_ring_find(s, "CLIENT", "Other.Ring"));
    ck_assert_ptr_nonnull(store_ring_find(s, "CLIENT", "Test.Ring"));
}
END_TEST

/* ---- searches ---- */

START_TEST(finds_by_serial_key_and_issuer)
{
    X509 *x = x509("CLIENT", "CLIENT"), *ca = x509(OWNER_CERTAUTH, "Test CA");
    const char *owner;

    ck_assert_ptr_eq(store_find_serial(s, X509_get_issuer_name(x),
                                       X509_get0_serialNumber(x), &owner),
                     cert("CLIENT", "CLIENT"));
    ck_assert_str_eq(owner, "CLIENT");
    ck_assert_ptr_null(store_find_serial(s, X509_get_subject_name(x),
                                         X509_get0_serialNumber(x), &owner));
    ck_assert_ptr_eq(store_find_key(s, "CLIENT", X509_get0_pubkey(x)),
                     cert("CLIENT", "CLIENT"));
    ck_assert_ptr_null(store_find_key(s, "SERVER", X509_get0_pubkey(x)));
    ck_assert_ptr_eq(store_issuer(s, "CLIENT", x, &owner),
                     cert(OWNER_CERTAUTH, "Test CA"));
    ck_assert_str_eq(owner, OWNER_CERTAUTH);
    ck_assert_ptr_eq(store_issuer(s, OWNER_CERTAUTH, ca, &owner),
                     cert(OWNER_CERTAUTH, "Test CA"));
}
END_TEST

START_TEST(follows_a_chain_to_its_root)
{
    struct store_chain chain;

    IS(0, store_chain(s, "CLIENT", cert("CLIENT", "CLIENT"), &chain, &err));
    ck_assert(chain.complete);
    ck_assert_uint_eq(chain.n, 2);
    ck_assert_str_eq(chain.link[1].owner, OWNER_CERTAUTH);
    IS(0, store_chain(s, OWNER_CERTAUTH, cert(OWNER_CERTAUTH, "Test CA"),
                      &chain, &err));
    ck_assert(chain.complete);
    ck_assert_uint_eq(chain.n, 1);
    IS(0, store_remove_cert(s, OWNER_CERTAUTH, cert(OWNER_CERTAUTH, "Test CA"),
                            &err));
    IS(0, store_chain(s, "CLIENT", cert("CLIENT", "CLIENT"), &chain, &err));
    ck_assert(!chain.complete);
    ck_assert_uint_eq(chain.n, 1);
}
END_TEST

/* ---- a store that is not as we left it ---- */

static void write_file(const char *name, const char *text)
{
    char path[700];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", testring_dir(t), name);
    f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
}

static const struct {
    const char *name, *text, *want;
} damages[] = {
    {"no libconfig file", "certificates = (\n{ label ", "index.cfg:2: "},
    {"nothing in it", "", "index.cfg: next_file is missing"},
    {"a label missing", "next_file = 2;\ncertificates = (\n{ file = 1; } );",
     "index.cfg:3: not what we wrote"},
    {"a status that is none",
     "next_file = 2; certificates = (\n"
     "{ label = \"a\"; file = 1; status = \"MAYBE\"; } );",
     "index.cfg:2: not what we wrote"},
    {"a file number that is none",
     "next_file = 2; certificates = (\n"
     "{ label = \"a\"; file = 0; status = \"TRUST\"; } );",
     "index.cfg:2: not what we wrote"},
    {"a certificate that is no group", "next_file = 2; certificates = ( 1 );",
     "index.cfg:1: not what we wrote"},
    {"a usage that is none",
     "next_file = 2; rings = ( { name = \"r\";\nconnected = ( { owner = "
     "\"A\"; label = \"a\"; usage = \"ANY\"; } ); } );",
     "not what we wrote"},
    {"an owner too long",
     "next_file = 2; rings = ( { name = \"r\";\nconnected = ( { owner = "
     "\"AAAAAAAAA\"; label = \"a\"; usage = \"SITE\"; } ); } );",
     "not what we wrote"},
    {"a filter without status",
     "next_file = 2; filters = ( { label = \"a\"; } );", "not what we wrote"},
    {"a key that is a number",
     "next_file = 2; certificates = (\n"
     "{ label = \"a\"; file = 1; status = \"TRUST\"; key = 1; } );",
     "index.cfg:2: not what we wrote"},
    {"a label too long",
     "next_file = 2; certificates = (\n{ label = "
     "\"123456789012345678901234567890123\"; file = 1; status = \"TRUST\"; } "
     ");",
     "index.cfg:2: not what we wrote"},
    {"certificates that are no list", "next_file = 2; certificates = 1;",
     "index.cfg: it has no list \"certificates\""},
};

START_TEST(a_damaged_index_is_named)
{
    struct ring_store *other = NULL;

    write_file("CLIENT/index.cfg", damages[_i].text);
    IS(ERR_DAMAGED, store_open(saf, &other, &err));
    ck_assert_ptr_null(other);
    ck_assert_msg(strstr(err.text, damages[_i].want) != NULL, "%s: %s",
                  damages[_i].name, err.text);
}
END_TEST

/* What was read can be added to: the rows of a list come from array_add(). */
START_TEST(a_list_that_was_read_grows)
{
    struct strbuf index = STRBUF_INIT;
    int k;

    strbuf_adds(&index,
                "next_file = 1; rings = ( { name = \"R\"; connected = (");
    for (k = 0; k <= _i; k++)
        strbuf_addf(&index,
                    "%s { owner = \"ANN\"; label = \"L%d\"; usage = "
                    "\"SITE\"; }",
                    k > 0 ? "," : "", k);
    strbuf_adds(&index, " ); } );");
    IS(0, saf_write_file(saf, "ANN/index.cfg", index.data, index.len, &err));
    strbuf_done(&index);
    reopen();
    IS(0, store_connect(s, "ANN", "R", "SERVER", "SERVER", RING_PERSONAL, false,
                        &err));
    IS(0, store_connect(s, "ANN", "R", "CLIENT", "CLIENT", RING_PERSONAL, false,
                        &err));
    ck_assert_uint_eq(store_ring_find(s, "ANN", "R")->nconn, (size_t)_i + 3);
    ck_assert_ptr_nonnull(
        store_connect_find(store_ring_find(s, "ANN", "R"), "ANN", "L0"));
}
END_TEST

/* Indexes that 0.1 wrote (store-0.1): printed again byte by byte. */
static const char *const owners[] = {"ANN", "irrcerta", "irrmulti"};

START_TEST(what_0_1_wrote_is_printed_the_same)
{
    const char *owner = owners[_i];
    char fixture[128], name[64], *was, *now;
    size_t len;

    snprintf(fixture, sizeof(fixture),
             "tests/unit/keyring/rings/store-0.1/%s.cfg", owner);
    snprintf(name, sizeof(name), "%s/index.cfg", owner);
    IS(0, fd_read_file(AT_FDCWD, fixture, 1 << 20, &was, &len, &err));
    IS(0, saf_write_file(saf, name, was, len, &err));
    reopen();
    IS(0, saf_write_file(saf, name, "", 0, &err));
    IS(0, store_save(s, owner, &err));
    IS(0, saf_read_file(saf, name, &now, &len, &err));
    ck_assert_str_eq(now, was);
    free(was);
    free(now);
}
END_TEST

START_TEST(a_key_that_others_may_read_is_not_used)
{
    char path[256];
    EVP_PKEY *key = NULL;

    snprintf(path, sizeof(path), "%s/CLIENT/cert-1.key", saf_dir(saf));
    ck_assert_int_eq(chmod(path, 0640), 0);
    IS(ERR_UNSAFE,
       store_key(s, "CLIENT", cert("CLIENT", "CLIENT"), &key, &err));
    ck_assert_ptr_nonnull(
        strstr(err.text, "CLIENT/cert-1.key may be read by others (mode 0640); "
                         "correct it with: chmod 600 "));
    ck_assert_ptr_null(key);
    ck_assert_int_eq(chmod(path, 0600), 0);
    IS(0, store_key(s, "CLIENT", cert("CLIENT", "CLIENT"), &key, &err));
    EVP_PKEY_free(key);
}
END_TEST

START_TEST(damaged_files_are_named)
{
    EVP_PKEY *key = NULL;
    X509 *x = NULL;

    write_file("CLIENT/cert-1.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n");
    write_file("CLIENT/cert-1.key", "");
    reopen();
    IS(ERR_DAMAGED,
       store_x509(s, "CLIENT", cert("CLIENT", "CLIENT"), &x, &err));
    ck_assert_ptr_nonnull(
        strstr(err.text, "CLIENT/cert-1.pem: not a certificate in PEM form"));
    IS(ERR_DAMAGED,
       store_key(s, "CLIENT", cert("CLIENT", "CLIENT"), &key, &err));
    ck_assert_ptr_nonnull(
        strstr(err.text, "CLIENT/cert-1.key: not a private key"));
    /* A search goes past it. */
    ck_assert_ptr_null(store_find_key(
        s, "CLIENT", X509_get0_pubkey(x509("SERVER", "SERVER"))));
}
END_TEST

static const struct {
    const char *path;
    mode_t mode;
    int code;
} modes[] = {
    {"", 0720, ERR_UNSAFE},
    {"saf", 0702, ERR_UNSAFE},
    {"CLIENT", 0770, ERR_UNSAFE},
    {"CLIENT/index.cfg", 0620, ERR_UNSAFE},
    {"CLIENT/index.cfg", 0602, ERR_UNSAFE},
};

START_TEST(a_store_that_others_may_write_is_refused)
{
    struct ring_store *other = NULL;
    struct saf *reader = NULL;
    char path[700];
    int r;

    snprintf(path, sizeof(path), "%s/%s", testring_dir(t), modes[_i].path);
    ck_assert_int_eq(chmod(path, modes[_i].mode), 0);
    r = saf_open(testring_dir(t), SAF_READ, &reader, &err);
    if (r == 0)
        r = store_open(reader, &other, &err);
    ck_assert_int_eq(r, modes[_i].code);
    ck_assert_ptr_nonnull(strstr(err.text, "may be written by others"));
    ck_assert_ptr_nonnull(strstr(err.text, "chmod go-w"));
    saf_close(reader);
}
END_TEST

START_TEST(keys_are_for_the_owner_only)
{
    static const struct {
        const char *name;
        mode_t mode;
    } files[] = {
        {"", 0700},
        {"CLIENT", 0700},
        {"CLIENT/cert-1.key", 0600},
        {"CLIENT/cert-1.pem", 0600},
        {"CLIENT/index.cfg", 0600},
    };
    char path[700];
    struct stat st;
    size_t i;

    for (i = 0; i < (size_t)ROWS(files); i++) {
        snprintf(path, sizeof(path), "%s/%s", testring_dir(t), files[i].name);
        ck_assert_int_eq(stat(path, &st), 0);
        ck_assert_msg((st.st_mode & 07777) == files[i].mode, "%s: %o",
                      files[i].name, st.st_mode & 07777);
    }
}
END_TEST

START_TEST(a_second_writer_is_refused)
{
    struct saf *second = NULL;

    IS(ERR_LOCKED, saf_open(testring_dir(t), SAF_WRITE, &second, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "another job is changing"));
    IS(0, saf_open(testring_dir(t), SAF_READ, &second, &err));
    IS(ERR_DENIED, saf_write_file(second, "CLIENT/index.cfg", "", 0, &err));
    saf_close(second);
}
END_TEST

TESTS_BEGIN("store")
tcase_add_checked_fixture(tc, set_up, tear_down);
TEST_ROWS(any_name_comes_back_and_stays_inside, names)
TEST(adding_twice_is_refused)
TEST(a_new_default_displaces_the_old_one)
TEST(a_new_label_is_new_in_all_rings)
TEST(removing_leaves_nothing_behind)
TEST(a_dropped_key_is_gone)
TEST(a_replaced_certificate_keeps_label_and_key)
TEST(what_is_taken_back_is_read_again)
TEST(finds_by_serial_key_and_issuer)
TEST(follows_a_chain_to_its_root)
TEST_ROWS(a_damaged_index_is_named, damages)
TEST_ROWS(what_0_1_wrote_is_printed_the_same, owners)
TEST_TIMES(a_list_that_was_read_grows, 9)
TEST(a_key_that_others_may_read_is_not_used)
TEST(damaged_files_are_named)
TEST_ROWS(a_store_that_others_may_write_is_refused, modes)
TEST(keys_are_for_the_owner_only)
TEST(a_second_writer_is_refused)
TESTS_END
