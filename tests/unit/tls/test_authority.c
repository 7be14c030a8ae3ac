/* own: what a ring has of an authority, and of a certificate of its own. */
#include "tls/own.h"

#include <stdlib.h>
#include <string.h>

#include "support/suite.h"
#include "support/testring.h"
#include "util/strbuf.h"

/* SIGNED comes from 'Test CA', whose name 'Twin' has too; 'Old' ends in 2021,
 * 'New' begins in 2090, 'Self' is SERVER's and may not sign. */
#define CA(label, cn, rest)                                                    \
    "RACDCERT CERTAUTH GENCERT SUBJECTSDN(CN('" cn "') O('Test')) +\n"         \
    " WITHLABEL('" label "') NISTECC " rest "\n"
#define SIGNED(label, ca)                                                      \
    "RACDCERT ID(SERVER) GENCERT SUBJECTSDN(CN('" label "')) +\n"              \
    " WITHLABEL('" label "') NISTECC SIGNWITH(CERTAUTH LABEL('" ca "'))\n"
#define RING(name) "RACDCERT ID(SERVER) ADDRING(" name ")\n"
#define CONNECT(what, ring)                                                    \
    "RACDCERT ID(SERVER) CONNECT(" what " RING(" ring "))\n"
#define AUTHORITY(label, ring, rest)                                           \
    CONNECT("CERTAUTH LABEL('" label "') " rest, ring)

static const char *const job[] = {
    CA("Root", "Root", ""),
    CA("Twin", "Test CA", "SIGNWITH(CERTAUTH LABEL('Root'))"),
    CA("Old", "Old", "NOTBEFORE(DATE(2020-01-01)) NOTAFTER(DATE(2021-01-01))"),
    CA("New", "New", "NOTBEFORE(DATE(2090-01-01)) NOTAFTER(DATE(2090-12-31))"),
    CA("Bad", "Bad", "NOTRUST"),
    SIGNED("O", "Old"),
    SIGNED("N", "New"),
    SIGNED("B", "Bad"),
    "RACDCERT ID(SERVER) GENCERT SUBJECTSDN(CN('Self')) WITHLABEL('Self') +\n",
    " NISTECC KEYUSAGE(HANDSHAKE)\n",
    RING("Good"),
    AUTHORITY("Test CA", "Good", ""),
    RING("Both"),
    AUTHORITY("Twin", "Both", ""),
    AUTHORITY("Test CA", "Both", ""),
    RING("Twin"),
    AUTHORITY("Twin", "Twin", ""),
    RING("None"),
    RING("Personal"),
    AUTHORITY("Test CA", "Personal", "USAGE(PERSONAL)"),
    RING("Site"),
    AUTHORITY("Test CA", "Site", "USAGE(SITE)"),
    RING("Dates"),
    AUTHORITY("Old", "Dates", ""),
    AUTHORITY("New", "Dates", ""),
    RING("Bad"),
    AUTHORITY("Bad", "Bad", ""),
    RING("Self"),
    CONNECT("LABEL('Self') USAGE(CERTAUTH)", "Self"),
    RING("All"),
    CONNECT("LABEL('O')", "All"),
    CONNECT("LABEL('N')", "All"),
    CONNECT("LABEL('B')", "All"),
    CONNECT("LABEL('SERVER')", "All"),
    CONNECT("LABEL('Self')", "All"),
};

static struct testring *t;
static struct error err;

static void set_up(void)
{
    struct strbuf all = STRBUF_INIT;
    size_t i;

    t = testring_new(NULL);
    for (i = 0; i < (size_t)ROWS(job); i++)
        strbuf_adds(&all, job[i]);
    /* 4: a certificate outlives its signer */
    ck_assert_msg(testring_run(t, strbuf_str(&all)) <= 4, "%s",
                  testring_output(t));
    strbuf_done(&all);
}

static void tear_down(void)
{
    testring_free(t);
}

static struct keyring *open_ring(const char *name)
{
    struct keyring *k = NULL;

    ck_assert_msg(keyring_open_dir(testring_dir(t), "SERVER", name, &k, &err) ==
                      0,
                  "%s", err.text);
    return k;
}

static const struct {
    const char *name, *label, *ring;
    enum authority_fault fault, named; /* by its certificate, by its name */
    const char *entry;                 /* NULL: none */
} authorities[] = {
    {"there", "SERVER", "Good", AUTHORITY_GOOD, AUTHORITY_GOOD, "Test CA"},
    {"not there", "SERVER", "None", AUTHORITY_ABSENT, AUTHORITY_ABSENT, NULL},
    {"beside one of the same name", "SERVER", "Both", AUTHORITY_GOOD,
     AUTHORITY_GOOD, "Test CA"},
    {"another key", "SERVER", "Twin", AUTHORITY_OTHER_KEY, AUTHORITY_GOOD,
     "Twin"},
    {"PERSONAL", "SERVER", "Personal", AUTHORITY_USAGE, AUTHORITY_USAGE,
     "Test CA"},
    {"SITE", "SERVER", "Site", AUTHORITY_GOOD, AUTHORITY_GOOD, "Test CA"},
    {"expired", "O", "Dates", AUTHORITY_LATE, AUTHORITY_LATE, "Old"},
    {"not valid yet", "N", "Dates", AUTHORITY_EARLY, AUTHORITY_EARLY, "New"},
    {"NOTRUST", "B", "Bad", AUTHORITY_NOTRUST, AUTHORITY_NOTRUST, "Bad"},
    {"may not sign", "Self", "Self", AUTHORITY_NO_SIGNING, AUTHORITY_NO_SIGNING,
     "Self"},
};

START_TEST(a_ring_says_what_it_has_of_an_authority)
{
    struct keyring *all = open_ring("All");
    struct keyring *ring = open_ring(authorities[_i].ring);
    X509 *x = keyring_find(all, authorities[_i].label)->cert;
    time_t now = time(NULL);
    struct own_authority by_cert = own_authority(ring, x, now);
    struct own_authority by_name =
        own_authority_named(ring, X509_get_issuer_name(x), now);
    const char *name = authorities[_i].name, *entry = authorities[_i].entry;

    ck_assert_msg(by_cert.fault == authorities[_i].fault, "%s: %d", name,
                  by_cert.fault);
    ck_assert_msg(by_name.fault == authorities[_i].named, "%s: %d", name,
                  by_name.fault);
    ck_assert_int_eq(by_cert.entry == NULL, entry == NULL);
    if (entry != NULL)
        ck_assert_str_eq(by_cert.entry->label, entry);
    keyring_unref(ring);
    keyring_unref(all);
}
END_TEST

/* Own chains are built by it: a name alone signs nothing. */
START_TEST(an_issuer_has_the_key_that_signed)
{
    struct keyring *all = open_ring("All"), *both = open_ring("Both"),
                   *twin = open_ring("Twin");
    X509 *x = keyring_find(all, "SERVER")->cert;

    ck_assert_str_eq(own_issuer(both, x)->label, "Test CA");
    ck_assert_ptr_null(own_issuer(twin, x));
    keyring_unref(all);
    keyring_unref(both);
    keyring_unref(twin);
}
END_TEST

TESTS_BEGIN("authority")
tcase_add_unchecked_fixture(tc, set_up, tear_down);
TEST_ROWS(a_ring_says_what_it_has_of_an_authority, authorities)
TEST(an_issuer_has_the_key_that_signed)
TESTS_END
