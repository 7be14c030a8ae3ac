/* keyring/access: who may read a ring, and whose keys come with it. */

#include "keyring/rings/access.h"

#include <stdlib.h>
#include <string.h>

#include "keyring/rings/keyring.h"
#include "keyring/rings/store.h"
#include "saf/db/tables.h"
#include "support/suite.h"
#include "support/testring.h"
#include "util/strbuf.h"

/* One profile: class, name, UACC, and what CLIENT has. -1: no entry. */
struct rule {
    const char *class_name, *profile;
    bool active;
    int uacc, client;
};

#define LISTRING "IRR.DIGTCERT.LISTRING"
#define LIST     "IRR.DIGTCERT.LIST"
#define GENCERT  "IRR.DIGTCERT.GENCERT"

static const struct {
    const char *name, *owner, *ring;
    struct rule rules[3];
    const char *error; /* NULL: may read */
    bool other_keys, shared_keys;
} cases[] = {
    {"the own ring", "CLIENT", "R", {{0}}, NULL, false, false},
    {"certificate authorities", OWNER_CERTAUTH, "*", {{0}}, NULL, false, false},
    {"sites", OWNER_SITE, "*", {{0}}, NULL, false, false},
    {"another's, no profile",
     "SERVER",
     "Test.Ring",
     {{0}},
     "user CLIENT may not read the key ring SERVER/Test.Ring: reading another "
     "user's ring needs READ to SERVER.TEST.RING.LST in class RDATALIB or "
     "UPDATE to IRR.DIGTCERT.LISTRING in class FACILITY, and no active profile "
     "covers them",
     false,
     false},
    {"another's, virtual",
     "SERVER",
     "*",
     {{0}},
     "SERVER.IRR_VIRTUAL_KEYRING.LST",
     false,
     false},
    {"FACILITY denies the own",
     "CLIENT",
     "R",
     {{"FACILITY", LISTRING, true, SAF_NONE, -1}},
     "profile " LISTRING " of class FACILITY gives CLIENT NONE (by UACC), READ "
     "is needed",
     false,
     false},
    {"an inactive class denies nothing",
     "CLIENT",
     "R",
     {{"FACILITY", LISTRING, false, SAF_NONE, -1}},
     NULL,
     false,
     false},
    {"FACILITY READ is for the own",
     "SERVER",
     "R",
     {{"FACILITY", LISTRING, true, SAF_NONE, SAF_READ_ACCESS}},
     "UPDATE is needed",
     false,
     false},
    {"FACILITY UPDATE is for others'",
     "SERVER",
     "R",
     {{"FACILITY", LISTRING, true, SAF_NONE, SAF_UPDATE}},
     NULL,
     false,
     false},
    {"but not against LIST",
     "SERVER",
     "R",
     {{"FACILITY", LISTRING, true, SAF_NONE, SAF_UPDATE},
      {"FACILITY", LIST, true, SAF_NONE, -1}},
     "profile " LIST " of class FACILITY gives CLIENT NONE",
     false,
     false},
    {"LISTRING and LIST",
     "SERVER",
     "R",
     {{"FACILITY", LISTRING, true, SAF_NONE, SAF_UPDATE},
      {"FACILITY", LIST, true, SAF_NONE, SAF_READ_ACCESS}},
     NULL,
     false,
     false},
    {"RDATALIB READ",
     "SERVER",
     "Test.Ring",
     {{"RDATALIB", "SERVER.TEST.RING.LST", true, SAF_NONE, SAF_READ_ACCESS}},
     NULL,
     false,
     false},
    {"RDATALIB UPDATE gives keys",
     "SERVER",
     "Test.Ring",
     {{"RDATALIB", "SERVER.TEST.RING.LST", true, SAF_NONE, SAF_UPDATE}},
     NULL,
     true,
     false},
    {"RDATALIB goes before FACILITY",
     "SERVER",
     "Test.Ring",
     {{"RDATALIB", "SERVER.TEST.RING.LST", true, SAF_NONE, -1},
      {"FACILITY", LISTRING, true, SAF_ALTER, -1}},
     "profile SERVER.TEST.RING.LST of class RDATALIB",
     false,
     false},
    {"RDATALIB for another ring",
     "SERVER",
     "Other.Ring",
     {{"RDATALIB", "SERVER.TEST.RING.LST", true, SAF_NONE, SAF_UPDATE}},
     "SERVER.OTHER.RING.LST",
     false,
     false},
    {"RDATALIB denies the own",
     "CLIENT",
     "R",
     {{"RDATALIB", "CLIENT.R.LST", true, SAF_NONE, -1}},
     "profile CLIENT.R.LST of class RDATALIB",
     false,
     false},
    {"keys of authorities",
     "CLIENT",
     "R",
     {{"FACILITY", GENCERT, true, SAF_NONE, SAF_CONTROL}},
     NULL,
     false,
     true},
    {"not with less",
     "CLIENT",
     "R",
     {{"FACILITY", GENCERT, true, SAF_NONE, SAF_UPDATE}},
     NULL,
     false,
     false},
};

static void define(struct saf *saf, const struct rule *rule)
{
    struct saf_class *c = saf_need_class(saf, rule->class_name);
    struct saf_profile *p = saf_add_profile(&saf_tables(saf)->profiles,
                                            rule->class_name, rule->profile);

    c->active = rule->active;
    p->uacc = (enum saf_level)rule->uacc;
    if (rule->client >= 0)
        ck_assert_int_eq(
            saf_profile_permit(p, "CLIENT", (enum saf_level)rule->client), 0);
}

START_TEST(decides_who_may_read)
{
    struct testring *t = testring_new(NULL);
    struct ring_access access = {0};
    struct saf *saf = NULL;
    struct error err = {0};
    int i, r;

    ck_assert_int_eq(saf_open(testring_dir(t), SAF_WRITE, &saf, &err), 0);
    for (i = 0; i < 3 && cases[_i].rules[i].class_name != NULL; i++)
        define(saf, &cases[_i].rules[i]);
    r = access_check(saf, "CLIENT", cases[_i].owner, cases[_i].ring, &access,
                     &err);
    ck_assert_msg(r == (cases[_i].error != NULL ? ERR_DENIED : 0), "%s: %s",
                  cases[_i].name, err.text);
    if (r != 0)
        ck_assert_msg(strstr(err.text, cases[_i].error) != NULL, "%s: %s",
                      cases[_i].name, err.text);
    else
        ck_assert_msg(access.other_keys == cases[_i].other_keys &&
                          access.shared_keys == cases[_i].shared_keys,
                      "%s", cases[_i].name);
    saf_close(saf);
    testring_free(t);
}
END_TEST

/* F25 */
START_TEST(f25_a_revoked_user_opens_no_ring)
{
    struct testring *t = testring_new(NULL);
    struct keyring *ring = NULL;
    struct error err;

    ck_assert_int_eq(testring_run(t, "ALTUSER CLIENT REVOKE"), 0);
    ck_assert_int_eq(
        keyring_open_dir(testring_dir(t), "CLIENT", "Test.Ring", &ring, &err),
        ERR_DENIED);
    ck_assert_msg(strstr(err.text, "user CLIENT is revoked") != NULL, "%s",
                  err.text);
    ck_assert_int_eq(testring_run(t, "ALTUSER CLIENT RESUME"), 0);
    ck_assert_int_eq(
        keyring_open_dir(testring_dir(t), "CLIENT", "Test.Ring", &ring, &err),
        0);
    keyring_unref(ring);
    testring_free(t);
}
END_TEST

static const struct {
    struct ring_access access;
    const char *owner;
    enum ring_usage usage;
    bool allowed;
} keys[] = {
    {{false, false}, "CLIENT", RING_PERSONAL, true},
    {{false, false}, "CLIENT", RING_SITE, false},
    {{true, true}, "CLIENT", RING_CERTAUTH, false},
    {{false, false}, "SERVER", RING_PERSONAL, false},
    {{true, false}, "SERVER", RING_PERSONAL, true},
    {{false, true}, "SERVER", RING_PERSONAL, false},
    {{false, false}, OWNER_CERTAUTH, RING_PERSONAL, false},
    {{false, true}, OWNER_CERTAUTH, RING_PERSONAL, true},
    {{false, true}, OWNER_SITE, RING_PERSONAL, true},
};

START_TEST(decides_whose_keys_are_shown)
{
    ck_assert(access_key_allowed(&keys[_i].access, "CLIENT", keys[_i].owner,
                                 keys[_i].usage) == keys[_i].allowed);
}
END_TEST

/* ---- what would let it ---- */

/* Each step is what the one before left to be said. */
static const struct {
    const char *name, *job;
    const char *owner, *ring, *cert_owner; /* CERT_OWNER: its key too */
    const char *steps[3];
} mended[] = {
    {"no profile",
     "",
     "SERVER",
     "Test.Ring",
     NULL,
     {"SETROPTS CLASSACT(RDATALIB), then RDEFINE RDATALIB "
      "SERVER.TEST.RING.LST UACC(NONE), then PERMIT SERVER.TEST.RING.LST "
      "CLASS(RDATALIB) ID(CLIENT) ACCESS(READ), then PERMIT "
      "SERVER.TEST.RING.LST CLASS(RDATALIB) ID(SERVER) ACCESS(READ)"}},
    {"no profile, the key too",
     "SETROPTS CLASSACT(RDATALIB) RACLIST(RDATALIB)\n",
     "SERVER",
     "Test.Ring",
     "SERVER",
     {"RDEFINE RDATALIB SERVER.TEST.RING.LST UACC(NONE), then PERMIT "
      "SERVER.TEST.RING.LST CLASS(RDATALIB) ID(CLIENT) ACCESS(READ), then "
      "PERMIT SERVER.TEST.RING.LST CLASS(RDATALIB) ID(SERVER) ACCESS(READ), "
      "then SETROPTS RACLIST(RDATALIB) REFRESH",
      "PERMIT SERVER.TEST.RING.LST CLASS(RDATALIB) ID(CLIENT) "
      "ACCESS(UPDATE), then SETROPTS RACLIST(RDATALIB) REFRESH"}},
    {"a generic profile",
     "SETROPTS CLASSACT(RDATALIB) GENERIC(RDATALIB)\n"
     "RDEFINE RDATALIB SERVER.** UACC(READ)\n",
     "SERVER",
     "Test.Ring",
     "SERVER",
     {"PERMIT SERVER.** CLASS(RDATALIB) ID(CLIENT) ACCESS(UPDATE)"}},
    {"a profile that is not refreshed",
     "SETROPTS CLASSACT(RDATALIB) RACLIST(RDATALIB)\n"
     "RDEFINE RDATALIB SERVER.TEST.RING.LST UACC(UPDATE)\n",
     "SERVER",
     "Test.Ring",
     "SERVER",
     {"SETROPTS RACLIST(RDATALIB) REFRESH"}},
    {"FACILITY",
     "SETROPTS CLASSACT(FACILITY)\n"
     "RDEFINE FACILITY " LISTRING " UACC(READ)\n"
     "RDEFINE FACILITY " LIST " UACC(NONE)\n",
     "SERVER",
     "Test.Ring",
     NULL,
     {"PERMIT " LISTRING " CLASS(FACILITY) ID(CLIENT) ACCESS(UPDATE)",
      "PERMIT " LIST " CLASS(FACILITY) ID(CLIENT) ACCESS(READ)"}},
    {"the own ring",
     "SETROPTS CLASSACT(FACILITY)\n"
     "RDEFINE FACILITY " LISTRING " UACC(NONE)\n",
     "CLIENT",
     "Test.Ring",
     NULL,
     {"PERMIT " LISTRING " CLASS(FACILITY) ID(CLIENT) ACCESS(READ)"}},
    {"the own ring, by its profile",
     "SETROPTS CLASSACT(RDATALIB)\n"
     "RDEFINE RDATALIB CLIENT.TEST.RING.LST UACC(NONE)\n",
     "CLIENT",
     "Test.Ring",
     NULL,
     {"PERMIT CLIENT.TEST.RING.LST CLASS(RDATALIB) ID(CLIENT) ACCESS(READ)"}},
    {"revoked",
     "ALTUSER CLIENT REVOKE\n",
     "CLIENT",
     "Test.Ring",
     NULL,
     {"ALTUSER CLIENT RESUME"}},
    {"the key of a site",
     "SETROPTS CLASSACT(FACILITY)\n",
     "CLIENT",
     "Test.Ring",
     OWNER_SITE,
     {"RDEFINE FACILITY " GENCERT " UACC(NONE), then PERMIT " GENCERT
      " CLASS(FACILITY) ID(CLIENT) ACCESS(CONTROL)"}},
};

/* What is to be done next, or "": CLIENT has all that the row asks for. */
static void next_step(struct testring *t, int i, struct strbuf *out)
{
    struct ring_access access = {0};
    struct saf *saf = NULL;

    ck_assert_int_eq(saf_open(testring_dir(t), SAF_READ, &saf, NULL), 0);
    strbuf_reset(out);
    if (access_check(saf, "CLIENT", mended[i].owner, mended[i].ring, &access,
                     NULL) != 0)
        access_mend_ring(saf, "CLIENT", mended[i].owner, mended[i].ring, out);
    else if (mended[i].cert_owner != NULL &&
             !access_key_allowed(&access, "CLIENT", mended[i].cert_owner,
                                 RING_PERSONAL))
        access_mend_key(saf, "CLIENT", mended[i].owner, mended[i].ring,
                        mended[i].cert_owner, out);
    saf_close(saf);
}

static void run_commands(struct testring *t, const char *commands)
{
    struct strbuf job = STRBUF_INIT;
    const char *then;

    while ((then = strstr(commands, ", then ")) != NULL) {
        strbuf_add(&job, commands, (size_t)(then - commands));
        strbuf_addc(&job, '\n');
        commands = then + strlen(", then ");
    }
    strbuf_addf(&job, "%s\n", commands);
    testring_run(t, strbuf_str(&job)); /* messages may be warnings */
    strbuf_done(&job);
}

/* Whose ring it is has lost nothing. */
static void check_owner(struct testring *t, const char *owner)
{
    struct ring_access access;
    struct saf *saf = NULL;
    struct error err = {0};

    ck_assert_int_eq(saf_open(testring_dir(t), SAF_READ, &saf, NULL), 0);
    ck_assert_msg(access_check(saf, owner, owner, "Test.Ring", &access, &err) ==
                      0,
                  "%s", err.text);
    saf_close(saf);
}

START_TEST(what_would_let_it_does)
{
    struct testring *t = testring_new(NULL);
    struct strbuf step = STRBUF_INIT;
    size_t i;

    testring_run(t, mended[_i].job);
    for (i = 0; i < 3 && mended[_i].steps[i] != NULL; i++) {
        next_step(t, _i, &step);
        ck_assert_str_eq(strbuf_str(&step), mended[_i].steps[i]);
        run_commands(t, strbuf_str(&step));
    }
    next_step(t, _i, &step);
    ck_assert_msg(step.len == 0, "%s: still %s", mended[_i].name,
                  strbuf_str(&step));
    check_owner(t, mended[_i].owner);
    strbuf_done(&step);
    testring_free(t);
}
END_TEST

TESTS_BEGIN("access")
TEST_ROWS(what_would_let_it_does, mended)
TEST_ROWS(decides_who_may_read, cases)
TEST_ROWS(decides_whose_keys_are_shown, keys)
TEST(f25_a_revoked_user_opens_no_ring)
TESTS_END
