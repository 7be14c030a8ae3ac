/* keyring: a ring as System SSL sees it. */

#include "keyring/rings/keyring.h"

#include <stdlib.h>
#include <string.h>

#include "saf/db/saf.h"
#include "support/suite.h"
#include "support/testring.h"
#include "util/strbuf.h"

static struct testring *t;
static struct keyring *k;
static struct error err;

static void set_up(void)
{
    k = NULL;
    t = testring_new(&(struct testring_options){.client = TESTRING_NO_KEY |
                                                          TESTRING_NOTRUST});
}

static void tear_down(void)
{
    keyring_unref(k);
    testring_free(t);
}

static int open_ring(const char *user, const char *name)
{
    return keyring_open_dir(testring_dir(t), user, name, &k, &err);
}

static void run(const char *job)
{
    ck_assert_msg(testring_run(t, job) == 0, "%s", testring_output(t));
}

START_TEST(shows_what_is_connected)
{
    const struct ring_entry *e;

    ck_assert_msg(open_ring("SERVER", "Test.Ring") == 0, "%s", err.text);
    ck_assert_str_eq(keyring_name(k), "SERVER/Test.Ring");
    ck_assert_uint_eq(keyring_count(k), 2);
    ck_assert_ptr_null(keyring_get(k, 2));
    e = keyring_default(k);
    ck_assert_str_eq(e->label, "SERVER");
    ck_assert_str_eq(e->owner, "SERVER");
    ck_assert_int_eq(e->owner_kind, RING_OWNER_USER);
    ck_assert_int_eq(e->usage, RING_PERSONAL);
    ck_assert_int_eq(e->trust, RING_TRUST);
    ck_assert(e->key_exists);
    ck_assert_int_eq(X509_check_private_key(e->cert, e->key), 1);
    e = keyring_find(k, "Test CA");
    ck_assert_str_eq(e->owner, "");
    ck_assert_int_eq(e->owner_kind, RING_OWNER_CERTAUTH);
    ck_assert_int_eq(e->usage, RING_CERTAUTH);
    ck_assert(e->key_exists && e->key == NULL && !e->is_default);
    ck_assert_ptr_null(keyring_find(k, "test ca"));
}
END_TEST

START_TEST(shows_faults_as_they_are)
{
    ck_assert_int_eq(open_ring("CLIENT", "CLIENT/Test.Ring"), 0);
    ck_assert_int_eq(keyring_default(k)->trust, RING_NOTRUST);
    ck_assert(!keyring_default(k)->key_exists);
    ck_assert_ptr_null(keyring_default(k)->key);
}
END_TEST

START_TEST(a_label_finds_the_personal_one_first)
{
    run("RACDCERT SITE GENCERT SUBJECTSDN(CN('s')) WITHLABEL('SERVER') "
        "NISTECC\n"
        "RACDCERT ID(SERVER) ADDRING(Both)\n"
        "RACDCERT ID(SERVER) CONNECT(SITE LABEL('SERVER') RING(Both))\n"
        "RACDCERT ID(SERVER) CONNECT(LABEL('SERVER') RING(Both))\n");
    ck_assert_int_eq(open_ring("SERVER", "Both"), 0);
    ck_assert_int_eq(keyring_find(k, "SERVER")->usage, RING_PERSONAL);
    ck_assert_ptr_null(keyring_default(k));
}
END_TEST

static const struct {
    const char *name, *shown;
    size_t count;
    enum ring_usage usage;
} virtual_rings[] = {
    {"*AUTH*/*", "*AUTH*/*", 1, RING_CERTAUTH},
    {"*SITE*/*", "*SITE*/*", 0, RING_SITE},
    {"SERVER/*", "SERVER/*", 1, RING_PERSONAL},
};

START_TEST(virtual_rings_need_no_definition)
{
    ck_assert_msg(open_ring("SERVER", virtual_rings[_i].name) == 0, "%s",
                  err.text);
    ck_assert_str_eq(keyring_name(k), virtual_rings[_i].shown);
    ck_assert_uint_eq(keyring_count(k), virtual_rings[_i].count);
    if (keyring_count(k) != 0) {
        ck_assert_int_eq(keyring_get(k, 0)->usage, virtual_rings[_i].usage);
        ck_assert(!keyring_get(k, 0)->is_default);
        ck_assert((keyring_get(k, 0)->key != NULL) ==
                  (virtual_rings[_i].usage == RING_PERSONAL));
    }
}
END_TEST

#define ADD(id, ring)                                                          \
    "correct the name (case counts), or make the ring: RACDCERT ID(" id        \
    ") ADDRING(" ring ")"

static const struct {
    const char *user, *ring;
    int code;
    const char *want, *remedy;
} refused[] = {
    {"SERVER", "test.ring", ERR_NOT_FOUND,
     "user SERVER has no key ring test.ring; upper and lower case count: there "
     "is Test.Ring",
     "write Keyring SERVER/Test.Ring"},
    {"SERVER", "Other", ERR_NOT_FOUND, "user SERVER has no key ring Other",
     ADD("SERVER", "Other")},
    {"NOBODY", "R", ERR_NOT_FOUND,
     "user NOBODY is not defined in the security database",
     "correct the user id, or ADDUSER NOBODY"},
    {"SERVER", "client/Test.Ring", ERR_NOT_FOUND,
     "(user ids are in upper case)", "write the user id in upper case"},
    {"SERVER", "CLIENT/Test.Ring", ERR_DENIED, "may not read the key ring",
     "SETROPTS CLASSACT(RDATALIB), then RDEFINE RDATALIB CLIENT.TEST.RING.LST "
     "UACC(NONE), then PERMIT CLIENT.TEST.RING.LST CLASS(RDATALIB) ID(SERVER) "
     "ACCESS(READ), then PERMIT CLIENT.TEST.RING.LST CLASS(RDATALIB) "
     "ID(CLIENT) ACCESS(READ)"},
    {"SERVER", "CLIENT/Other", ERR_NOT_FOUND, "CLIENT has no key ring Other",
     ADD("CLIENT", "Other")},
    {"SERVER", "irrsitec/R", ERR_NOT_FOUND, "irrsitec has no key rings",
     "write Keyring *SITE*/*"},
    {"SERVER", "CLIENT/*", ERR_DENIED, "IRR_VIRTUAL_KEYRING",
     "IRR_VIRTUAL_KEYRING"},
    {"SERVER", "*TOKEN*/SSL", ERR_UNSUPPORTED, "PKCS#11", NULL},
    {"SERVER", "SERVER/", ERR_NOT_FOUND, "is not of the form",
     "write Keyring ring, or Keyring userid/ring"},
    {"SERVER", "TOOLONGNAME/R", ERR_NOT_FOUND, "is not of the form",
     "write Keyring ring, or Keyring userid/ring"},
    {"SERVER", "/etc/ssl/key.kdb", ERR_UNSUPPORTED, "is a file, not a key ring",
     NULL},
};

static void check_remedy(const char *user, const char *ring, const char *want)
{
    struct strbuf text = STRBUF_INIT;
    struct saf *saf = NULL;

    ck_assert_int_eq(saf_open(testring_dir(t), SAF_READ, &saf, NULL), 0);
    keyring_remedy(saf, user, ring, &text);
    ck_assert_msg(strstr(strbuf_str(&text), want) != NULL, "%s: %s", ring,
                  strbuf_str(&text));
    saf_close(saf);
    strbuf_done(&text);
}

START_TEST(says_why_a_ring_is_not_opened)
{
    int r = open_ring(refused[_i].user, refused[_i].ring);

    ck_assert_msg(r == refused[_i].code, "%d: %s", r, err.text);
    ck_assert_msg(strstr(err.text, refused[_i].want) != NULL, "%s", err.text);
    ck_assert_ptr_null(k);
    if (refused[_i].remedy != NULL)
        check_remedy(refused[_i].user, refused[_i].ring, refused[_i].remedy);
}
END_TEST

START_TEST(an_opened_ring_does_not_change)
{
    ck_assert_int_eq(open_ring("SERVER", "Test.Ring"), 0);
    run("RACDCERT ID(SERVER) DELETE(LABEL('SERVER'))\n"
        "RACDCERT ID(SERVER) DELRING(Test.Ring)\n");
    ck_assert_uint_eq(keyring_count(k), 2);
    ck_assert_ptr_nonnull(keyring_default(k)->key);
    keyring_unref(k);
    k = NULL;
    ck_assert_int_eq(open_ring("SERVER", "Test.Ring"), ERR_NOT_FOUND);
}
END_TEST

/* What RDEFINE and PERMIT decide, and when it takes effect. */
static const struct {
    const char *name, *job;
    int code;
    bool key;
} permits[] = {
    {"READ to the ring's RDATALIB profile",
     "SETROPTS CLASSACT(RDATALIB)\n"
     "RDEFINE RDATALIB CLIENT.TEST.RING.LST UACC(NONE)\n"
     "PERMIT CLIENT.TEST.RING.LST CLASS(RDATALIB) ID(SERVER) ACCESS(READ)\n",
     0, false},
    {"UPDATE shows the key",
     "SETROPTS CLASSACT(RDATALIB)\n"
     "RDEFINE RDATALIB CLIENT.TEST.RING.LST UACC(NONE)\n"
     "PERMIT CLIENT.TEST.RING.LST CLASS(RDATALIB) ID(SERVER) ACCESS(UPDATE)\n",
     0, true},
    {"a group's authority",
     "SETROPTS CLASSACT(RDATALIB)\n"
     "RDEFINE RDATALIB CLIENT.TEST.RING.LST UACC(NONE)\n"
     "PERMIT CLIENT.TEST.RING.LST CLASS(RDATALIB) ID(TESTGRP) ACCESS(READ)\n",
     0, false},
    {"a RACLISTed class without REFRESH keeps the old answer",
     "SETROPTS CLASSACT(RDATALIB) RACLIST(RDATALIB)\n"
     "RDEFINE RDATALIB CLIENT.TEST.RING.LST UACC(READ)\n",
     ERR_DENIED, false},
    {"and with it gives the new one",
     "SETROPTS CLASSACT(RDATALIB) RACLIST(RDATALIB)\n"
     "RDEFINE RDATALIB CLIENT.TEST.RING.LST UACC(READ)\n"
     "SETROPTS RACLIST(RDATALIB) REFRESH\n",
     0, false},
    {"an inactive class gives nothing",
     "RDEFINE RDATALIB CLIENT.TEST.RING.LST UACC(READ)\n", ERR_DENIED, false},
    {"UPDATE to LISTRING",
     "SETROPTS CLASSACT(FACILITY)\n"
     "RDEFINE FACILITY IRR.DIGTCERT.LISTRING UACC(NONE)\n"
     "PERMIT IRR.DIGTCERT.LISTRING CLASS(FACILITY) ID(SERVER) "
     "ACCESS(UPDATE)\n",
     0, false},
};

START_TEST(another_users_ring_needs_authority)
{
    testring_run(t, permits[_i].job); /* messages may be warnings */
    ck_assert_msg(open_ring("SERVER", "CLIENT/Test.Ring") == permits[_i].code,
                  "%s: %s\n%s", permits[_i].name, err.text, testring_output(t));
    if (k == NULL)
        return;
    /* The fixture has taken the key away: another certificate of CLIENT. */
    keyring_unref(k);
    k = NULL;
    run("RACDCERT ID(CLIENT) GENCERT SUBJECTSDN(CN('c')) WITHLABEL('c') "
        "NISTECC\n"
        "RACDCERT ID(CLIENT) CONNECT(LABEL('c') RING(Test.Ring))\n");
    ck_assert_int_eq(open_ring("SERVER", "CLIENT/Test.Ring"), 0);
    ck_assert(keyring_find(k, "c")->key_exists);
    ck_assert_msg((keyring_find(k, "c")->key != NULL) == permits[_i].key, "%s",
                  permits[_i].name);
    ck_assert((keyring_find(k, "c")->key_remedy == NULL) == permits[_i].key);
}
END_TEST

START_TEST(a_folder_that_is_none)
{
    ck_assert_int_eq(keyring_open_dir("/nonexistent", "SERVER", "R", &k, &err),
                     ERR_NOT_FOUND);
    keyring_unref(NULL);
}
END_TEST

TESTS_BEGIN("keyring")
tcase_add_checked_fixture(tc, set_up, tear_down);
TEST(shows_what_is_connected)
TEST(shows_faults_as_they_are)
TEST(a_label_finds_the_personal_one_first)
TEST_ROWS(virtual_rings_need_no_definition, virtual_rings)
TEST_ROWS(says_why_a_ring_is_not_opened, refused)
TEST(an_opened_ring_does_not_change)
TEST_ROWS(another_users_ring_needs_authority, permits)
TEST(a_folder_that_is_none)
TESTS_END
