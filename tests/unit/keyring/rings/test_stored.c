/* stored: which certificates a database has, for what a remedy names. */

#include "keyring/rings/stored.h"

#include <stdlib.h>
#include <string.h>

#include "support/suite.h"
#include "support/testring.h"

/* OWNED is signed by 'Sub', which SERVER owns; 'Twin' has the name of 'Test CA'
 * and another key. */
static const char job[] =
    "RACDCERT CERTAUTH GENCERT SUBJECTSDN(CN('Root')) WITHLABEL('Root') +\n"
    " NISTECC\n"
    "RACDCERT CERTAUTH GENCERT SUBJECTSDN(CN('Test CA') O('Test')) +\n"
    " WITHLABEL('Twin') NISTECC SIGNWITH(CERTAUTH LABEL('Root'))\n"
    "RACDCERT ID(SERVER) GENCERT SUBJECTSDN(CN('Sub')) WITHLABEL('Sub') +\n"
    " NISTECC KEYUSAGE(CERTSIGN HANDSHAKE) +\n"
    " SIGNWITH(CERTAUTH LABEL('Twin'))\n"
    "RACDCERT ID(SERVER) GENCERT SUBJECTSDN(CN('Owned')) WITHLABEL('OWNED') +\n"
    " NISTECC SIGNWITH(LABEL('Sub'))\n"
    "RACDCERT CERTAUTH ALTER(LABEL('Twin')) NOTRUST\n"
    "RACDCERT SITE GENCERT SUBJECTSDN(CN('Site')) WITHLABEL('Site') NISTECC\n"
    "RACDCERT SITE GENCERT SUBJECTSDN(CN('Site 2')) WITHLABEL('Test CA') +\n"
    " NISTECC\n";

static struct testring *t;
static struct saf *saf;
static struct ring_store *store;
static struct error err;

static void run(const char *text)
{
    ck_assert_msg(testring_run(t, text) == 0, "%s", testring_output(t));
}

static void set_up(void)
{
    t = testring_new(NULL);
    run(job);
    ck_assert_int_eq(saf_open(testring_dir(t), SAF_READ, &saf, &err), 0);
    ck_assert_int_eq(store_open(saf, &store, &err), 0);
}

static void tear_down(void)
{
    store_close(store);
    saf_close(saf);
    testring_free(t);
}

static X509 *certificate(const char *owner, const char *label)
{
    struct store_cert *c = store_cert_find(store, owner, label);
    X509 *x = NULL;

    ck_assert_ptr_nonnull(c);
    ck_assert_int_eq(store_x509(store, owner, c, &x, &err), 0);
    return x;
}

static const struct {
    const char *owner, *label; /* whose issuer is looked for */
    const char *userid;
    const char *by, *by_owner; /* NULL: nobody's */
    enum ring_trust trust;
} issuers[] = {
    {"SERVER", "SERVER", "SERVER", "Test CA", "CERTAUTH", RING_TRUST},
    {"SERVER", "SERVER", NULL, "Test CA", "CERTAUTH", RING_TRUST},
    {"SERVER", "Sub", "CLIENT", "Twin", "CERTAUTH", RING_NOTRUST},
    {"SERVER", "OWNED", "SERVER", "Sub", "ID(SERVER)", RING_TRUST},
    {"SERVER", "OWNED", "CLIENT", NULL, NULL, RING_TRUST},
    {OWNER_SITE, "Site", "SERVER", "Site", "SITE", RING_TRUST},
};

static void check_issuer(const struct stored_cert *c, bool found, int i)
{
    ck_assert_msg(found == (issuers[i].by != NULL), "row %d", i);
    if (!found)
        return;
    ck_assert_str_eq(c->label, issuers[i].by);
    ck_assert_str_eq(c->owner, issuers[i].by_owner);
    ck_assert_int_eq(c->trust, issuers[i].trust);
    ck_assert(c->root ==
              (strcmp(c->label, "Twin") != 0 && strcmp(c->label, "Sub") != 0));
}

START_TEST(an_issuer_is_found_with_its_owner)
{
    X509 *x = certificate(issuers[_i].owner, issuers[_i].label);
    struct stored_certs *closed =
        stored_certs_new(testring_dir(t), issuers[_i].userid);
    struct stored_cert c;

    check_issuer(&c, store_find_issuer(store, issuers[_i].userid, x, &c), _i);
    check_issuer(&c, stored_issuer(closed, x, &c), _i);
    stored_certs_free(closed);
}
END_TEST

static const struct {
    const char *userid, *label, *owner; /* NULL: nobody's */
} labels[] = {
    {"SERVER", "SERVER", "ID(SERVER)"},
    {"CLIENT", "SERVER", NULL},
    {NULL, "SERVER", NULL},
    {NULL, "Test CA", "CERTAUTH"},
    {"SERVER", "Site", "SITE"},
    {"SERVER", "site", NULL},
};

START_TEST(a_label_is_found_with_its_owner)
{
    struct stored_certs *closed =
        stored_certs_new(testring_dir(t), labels[_i].userid);
    bool wanted = labels[_i].owner != NULL;
    struct stored_cert c;

    ck_assert(store_find_label(store, labels[_i].userid, labels[_i].label,
                               &c) == wanted);
    if (wanted)
        ck_assert_str_eq(c.owner, labels[_i].owner);
    ck_assert(stored_label(closed, labels[_i].label, &c) == wanted);
    if (wanted)
        ck_assert_str_eq(c.owner, labels[_i].owner);
    stored_certs_free(closed);
}
END_TEST

START_TEST(a_change_of_the_database_is_seen)
{
    struct stored_certs *s = stored_certs_new(testring_dir(t), "SERVER");
    struct stored_cert c;

    ck_assert(!stored_label(s, "NEW", &c));
    run("RACDCERT ID(SERVER) GENCERT SUBJECTSDN(CN('n')) WITHLABEL('NEW') "
        "NISTECC\n");
    ck_assert(stored_label(s, "NEW", &c));
    run("RACDCERT ID(SERVER) DELETE(LABEL('NEW'))\n");
    ck_assert(!stored_label(s, "NEW", &c));
    stored_certs_free(s);
}
END_TEST

START_TEST(a_database_that_is_not_there_has_nothing)
{
    struct stored_certs *s = stored_certs_new("/nowhere/at/all", "SERVER");
    X509 *x = certificate("SERVER", "SERVER");
    struct stored_cert c;

    ck_assert(!stored_label(s, "SERVER", &c) && !stored_issuer(s, x, &c));
    ck_assert(!stored_label(NULL, "SERVER", &c) && !stored_issuer(NULL, x, &c));
    stored_certs_free(s);
    stored_certs_free(NULL);
}
END_TEST

TESTS_BEGIN("stored")
tcase_add_unchecked_fixture(tc, set_up, tear_down);
TEST_ROWS(an_issuer_is_found_with_its_owner, issuers)
TEST_ROWS(a_label_is_found_with_its_owner, labels)
TEST(a_change_of_the_database_is_seen)
TEST(a_database_that_is_not_there_has_nothing)
TESTS_END
