/* keyring/namefilter: which filter fits a certificate, and which user id a
 * certificate stands for. */

#include "keyring/rings/testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "keyring/racdcert/certmake.h"
#include "keyring/rings/certname.h"
#include "keyring/rings/keyring.h"
#include "keyring/rings/store.h"
#include "support/suite.h"
#include "support/testring.h"

#define SUBJECT "CN=Ann.OU=Sales.O=Shop.C=US"
#define ISSUER  "CN=Shop CA.O=Shop.C=US"

/* "CN=Ann.OU=Sales" to a name; no value here has a dot. */
static X509_NAME *make_name(const char *text)
{
    X509_NAME *name = X509_NAME_new();
    char copy[200], *p, *value;

    snprintf(copy, sizeof(copy), "%s", text);
    for (p = strtok(copy, "."); p != NULL; p = strtok(NULL, ".")) {
        value = strchr(p, '=');
        *value++ = '\0';
        ck_assert_int_eq(certname_add(name, p, value, NULL), 0);
    }
    return name;
}

static X509 *make_cert(const char *subject, const char *issuer)
{
    X509_NAME *s = make_name(subject), *i = make_name(issuer);
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x = X509_new();

    ck_assert_int_eq(X509_set_subject_name(x, s), 1);
    ck_assert_int_eq(X509_set_issuer_name(x, i), 1);
    ck_assert_int_eq(X509_set_pubkey(x, key), 1);
    ck_assert_int_gt(X509_sign(x, key, EVP_sha256()), 0);
    X509_NAME_free(s);
    X509_NAME_free(i);
    EVP_PKEY_free(key);
    return x;
}

/* From the most specific filter to the least: each finds the certificate, and
 * goes before all behind it. */
static const struct {
    const char *subject, *issuer;
} ranked[] = {
    {SUBJECT, ISSUER},
    {"OU=Sales.O=Shop.C=US", ISSUER},
    {"O=Shop.C=US", ISSUER},
    {SUBJECT, "O=Shop.C=US"},
    {"OU=Sales.O=Shop.C=US", "O=Shop.C=US"},
    {"OU=Sales.O=Shop.C=US", "C=US"},
    {"C=US", "O=Shop.C=US"},
    {SUBJECT, ""},
    {"OU=Sales.O=Shop.C=US", ""},
    {"C=US", ""},
    {"", ISSUER},
    {"", "O=Shop.C=US"},
    {"", "C=US"},
};

START_TEST(the_most_specific_filter_wins)
{
    size_t n = (size_t)ROWS(ranked) - (size_t)_i, k;
    struct name_filter filters[ROWS(ranked)];
    X509 *x = make_cert(SUBJECT, ISSUER);
    struct error err;

    /* The others stand before it. */
    for (k = 0; k < n; k++)
        ck_assert_int_eq(
            namefilter_init(&filters[k],
                            ranked[(size_t)ROWS(ranked) - 1 - k].subject,
                            ranked[(size_t)ROWS(ranked) - 1 - k].issuer, &err),
            0);
    ck_assert_int_eq(namefilter_find(filters, n, x, &err), (int)n - 1);
    for (k = 0; k < n; k++)
        namefilter_done(&filters[k]);
    X509_free(x);
}
END_TEST

static bool fits(const char *subject, const char *issuer, X509 *x)
{
    struct name_filter f;
    struct error err;
    int found;

    ck_assert_int_eq(namefilter_init(&f, subject, issuer, &err), 0);
    found = namefilter_find(&f, 1, x, &err);
    ck_assert_int_eq(err.code, 0);
    namefilter_done(&f);
    return found == 0;
}

static const struct {
    const char *name, *subject, *issuer;
} misses[] = {
    {"another case", "OU=sales.O=Shop.C=US", ""},
    {"half an attribute", "U=Sales.O=Shop.C=US", ""},
    {"half a value", "Sales.O=Shop.C=US", ""},
    {"the other end of the name", "CN=Ann.OU=Sales", ""},
    {"longer than the name", "T=Boss." SUBJECT, ""},
    {"another issuer", SUBJECT, "CN=Other CA.O=Shop.C=US"},
    {"no names at all", "", ""},
};

START_TEST(fits_whole_attributes_only)
{
    X509 *x = make_cert(SUBJECT, ISSUER);

    ck_assert_msg(!fits(misses[_i].subject, misses[_i].issuer, x), "%s",
                  misses[_i].name);
    X509_free(x);
}
END_TEST

/* Names that print alike, as "TYPE=value" of each attribute; the filter is the
 * whole subject's text. */
static const struct {
    const char *name, *filter;
    struct {
        const char *type, *value;
    } subject[4];
    bool fits;
} alike[] = {
    {"F15: one for three",
     "CN=ADMIN.OU=OPS.O=LAB",
     {{"CN", "ADMIN.OU=OPS.O=LAB"}},
     false},
    {"the three themselves",
     "CN=ADMIN.OU=OPS.O=LAB",
     {{"CN", "ADMIN"}, {"OU", "OPS"}, {"O", "LAB"}},
     true},
    {"F15: one for the end", "OU=OPS.O=LAB", {{"CN", "X.OU=OPS.O=LAB"}}, false},
    {"F15: one for two, and the real end",
     "CN=ADMIN.OU=OPS.O=LAB",
     {{"CN", "ADMIN.OU=OPS"}, {"O", "LAB"}},
     false},
    {"a number for an attribute",
     "CN=ADMIN.2.5.4.10=LAB",
     {{"CN", "ADMIN.2.5.4.10=LAB"}},
     false},
    {"dots of a value",
     "CN=www.example.com.O=Example Inc..C=US",
     {{"CN", "www.example.com"}, {"O", "Example Inc."}, {"C", "US"}},
     true},
    {"an equals sign of a value",
     "CN=a.b=c.O=LAB",
     {{"CN", "a.b=c"}, {"O", "LAB"}},
     true},
    {"what only looks like an escape",
     "CN=M\\xC3\\xBCller",
     {{"CN", "M\\xC3\\xBCller"}},
     false},
    {"what is one", "CN=M\\xC3\\xBCller", {{"CN", "M\xC3\xBCller"}}, true},
};

START_TEST(fits_the_attributes_and_not_their_text)
{
    X509_NAME *n = X509_NAME_new();
    X509 *x = make_cert(SUBJECT, ISSUER);
    int i;

    for (i = 0; i < 4 && alike[_i].subject[i].type != NULL; i++)
        ck_assert_int_eq(certname_add(n, alike[_i].subject[i].type,
                                      alike[_i].subject[i].value, NULL),
                         0);
    ck_assert_int_eq(X509_set_subject_name(x, n), 1);
    ck_assert_msg(fits(alike[_i].filter, "", x) == alike[_i].fits, "%s",
                  alike[_i].name);
    ck_assert_int_eq(X509_set_issuer_name(x, n), 1);
    ck_assert_msg(fits("", alike[_i].filter, x) == alike[_i].fits, "%s",
                  alike[_i].name);
    X509_NAME_free(n);
    X509_free(x);
}
END_TEST

/* ---- users ---- */

static struct testring *t;
static struct saf *saf;
static struct ring_store *store;

static void open_store(enum saf_mode mode)
{
    struct error err = {0};

    ck_assert_msg(saf_open(testring_dir(t), mode, &saf, &err) == 0, "%s",
                  err.text);
    ck_assert_msg(store_open(saf, &store, &err) == 0, "%s", err.text);
}

static void close_store(void)
{
    store_close(store);
    saf_close(saf);
}

static X509 *stored(const char *owner, const char *label)
{
    X509 *x;

    open_store(SAF_READ);
    ck_assert_int_eq(store_x509(store, owner,
                                store_cert_find(store, owner, label), &x, NULL),
                     0);
    X509_up_ref(x);
    close_store();
    return x;
}

static void add_filter(const char *owner, const char *label,
                       enum ring_trust trust, const char *issuer)
{
    open_store(SAF_WRITE);
    ck_assert_int_eq(
        store_add_filter(store, owner, label, trust, "", issuer, NULL, NULL),
        0);
    close_store();
}

static void set_trust(const char *owner, enum ring_trust trust)
{
    open_store(SAF_WRITE);
    store_cert_find(store, owner, owner)->trust = trust;
    ck_assert_int_eq(store_save(store, owner, NULL), 0);
    close_store();
}

static void check(struct cert_users *u, X509 *x, int code, const char *want)
{
    char userid[CERT_USERID] = "before";
    struct error err = {0};
    int r = cert_users_find(u, x, userid, &err);

    ck_assert_msg(r == code, "got %d: %s", r, err.text);
    if (r == 0)
        ck_assert_str_eq(userid, want);
    else
        ck_assert_msg(strstr(err.text, want) != NULL, "%s", err.text);
    ck_assert(r == 0 || strcmp(userid, "before") == 0);
}

START_TEST(finds_users_and_sees_changes)
{
    X509 *client, *ca, *stranger = make_cert(SUBJECT, ISSUER);
    struct cert_users *u;

    t = testring_new(NULL);
    client = stored("CLIENT", "CLIENT");
    ca = stored(OWNER_CERTAUTH, "Test CA");
    ck_assert_int_eq(cert_users_new(testring_dir(t), &u, NULL), 0);
    check(u, client, 0, "CLIENT");
    check(u, ca, ERR_NOT_FOUND, "no user id is defined");
    check(u, stranger, ERR_NOT_FOUND, "no user id is defined");
    set_trust("CLIENT", RING_NOTRUST);
    check(u, client, ERR_DENIED, "user CLIENT with status NOTRUST");
    set_trust("CLIENT", RING_HIGHTRUST);
    check(u, client, 0, "CLIENT");
    add_filter("SERVER", "All of them", RING_TRUST, "O=Shop.C=US");
    check(u, stranger, 0, "SERVER");
    add_filter("CLIENT", "This issuer", RING_NOTRUST, ISSUER);
    check(u, stranger, ERR_DENIED, "'This issuer' that fits");
    add_filter("GONE", "Test", RING_TRUST, "CN=Test CA.O=Test");
    check(u, ca, ERR_DENIED, "user GONE, who is not defined");
    ck_assert_int_eq(testring_run(t, "ALTUSER CLIENT REVOKE"), 0);
    check(u, client, ERR_DENIED, "user CLIENT, who is revoked");
    ck_assert_int_eq(testring_run(t, "ALTUSER CLIENT RESUME"), 0);
    check(u, client, 0, "CLIENT");
    cert_users_free(u);
    X509_free(client);
    X509_free(ca);
    X509_free(stranger);
    testring_free(t);
}
END_TEST

/* One that can't be read is not read again for each question. */
START_TEST(remembers_that_it_is_damaged)
{
    X509 *stranger = make_cert(SUBJECT, ISSUER);
    struct cert_users *u;
    char index[600], away[610];
    FILE *f;

    t = testring_new(NULL);
    snprintf(index, sizeof(index), "%s/SERVER/index.cfg", testring_dir(t));
    snprintf(away, sizeof(away), "%s/kept", testring_dir(t));
    ck_assert_int_eq(cert_users_new(testring_dir(t), &u, NULL), 0);
    ck_assert(cert_users_changed(u));
    ck_assert_int_eq(rename(index, away), 0);
    f = fopen(index, "w");
    ck_assert(f != NULL && fputs("no index", f) >= 0 && fclose(f) == 0);
    ck_assert_int_eq(chmod(index, 0600), 0);
    ck_assert_int_eq(cert_users_load(u, NULL), ERR_DAMAGED);
    ck_assert(!cert_users_changed(u));
    check(u, stranger, ERR_DAMAGED, "index.cfg");
    ck_assert_int_eq(rename(away, index), 0);
    check(u, stranger, ERR_DAMAGED, "index.cfg");
    add_filter("SERVER", "All of them", RING_TRUST, "O=Shop.C=US");
    ck_assert(cert_users_changed(u));
    check(u, stranger, 0, "SERVER");
    ck_assert(!cert_users_changed(u));
    cert_users_free(u);
    X509_free(stranger);
    testring_free(t);
}
END_TEST

START_TEST(criteria_are_not_decided_here)
{
    X509 *stranger = make_cert(SUBJECT, ISSUER);
    struct cert_users *u;

    t = testring_new(NULL);
    add_filter(OWNER_MULTI, "Many", RING_TRUST, "C=US");
    ck_assert_int_eq(cert_users_new(testring_dir(t), &u, NULL), 0);
    check(u, stranger, ERR_NOT_FOUND, "'Many' that fits the certificate asks");
    cert_users_free(u);
    X509_free(stranger);
    testring_free(t);
}
END_TEST

/* Refused with its name, so that nobody waits for it to work. */
START_TEST(host_mappings_are_not_used)
{
    X509 *stranger = make_cert(SUBJECT, ISSUER);
    ASN1_OBJECT *oid = OBJ_txt2obj("1.3.18.0.2.18.1", 1);
    ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
    X509_EXTENSION *ext;
    struct cert_users *u;

    t = testring_new(NULL);
    ck_assert_int_eq(cert_users_new(testring_dir(t), &u, NULL), 0);
    check(u, stranger, ERR_NOT_FOUND, "(RACDCERT MAP) fits it");
    ck_assert_int_eq(
        ASN1_OCTET_STRING_set(value, (const unsigned char *)"1\0", 2), 1);
    ext = X509_EXTENSION_create_by_OBJ(NULL, oid, 0, value);
    ck_assert_int_eq(X509_add_ext(stranger, ext, -1), 1);
    check(u, stranger, ERR_NOT_FOUND, "hostIdMappings is not used here");
    cert_users_free(u);
    X509_EXTENSION_free(ext);
    ASN1_OCTET_STRING_free(value);
    ASN1_OBJECT_free(oid);
    X509_free(stranger);
    testring_free(t);
}
END_TEST

START_TEST(a_database_that_is_not_there_is_an_error)
{
    X509 *stranger = make_cert(SUBJECT, ISSUER);
    struct cert_users *u;

    cert_users_free(NULL);
    ck_assert_int_eq(cert_users_new("/nonexistent", &u, NULL), 0);
    check(u, stranger, ERR_SYSTEM, "/nonexistent/saf/database.cfg");
    cert_users_free(u);
    X509_free(stranger);
}
END_TEST

TESTS_BEGIN("namefilter")
TEST_ROWS(the_most_specific_filter_wins, ranked)
TEST_ROWS(fits_whole_attributes_only, misses)
TEST_ROWS(fits_the_attributes_and_not_their_text, alike)
TEST(finds_users_and_sees_changes)
TEST(remembers_that_it_is_damaged)
TEST(criteria_are_not_decided_here)
TEST(host_mappings_are_not_used)
TEST(a_database_that_is_not_there_is_an_error)
TESTS_END
