#include "passticket/service.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "passticket/attls/passticket.h"
#include "passticket/replay.h"
#include "saf/db/saf.h"
#include "support/faults.h"
#include "support/suite.h"
#include "support/testring.h"
#include "util/source.h"

/* Key profiles, authority, window, replay: with a real database. */

#define NOW INT64_C(1591968572)
#define KEY "123456789ABCDEF0"

static struct testring *ring;
static struct saf *saf;
static struct error why;

static void open_database(void)
{
    saf_close(saf);
    saf = NULL;
    ck_assert_msg(saf_open(testring_dir(ring), SAF_READ, &saf, &why) == 0, "%s",
                  why.text);
}

static void run(const char *job)
{
    int rc = testring_run(ring, job);

    ck_assert_msg(rc <= 4, "%s", testring_output(ring));
    open_database();
}

static void set_up(void)
{
    ring = testring_empty();
    run("AG (ZCEEIMS G1)\nAU (FRED USER1 LIBSERV OTHER) NOPASSWORD\n"
        "ALU FRED OWNER(FRED)\nCO FRED GROUP(G1)\nALU FRED DFLTGRP(G1)\n"
        "CO LIBSERV GROUP(ZCEEIMS)\n"
        "SETR CLASSACT(PTKTDATA) RACLIST(PTKTDATA) GENERIC(PTKTDATA)\n"
        "RDEF PTKTDATA IMSAPPL SSIGNON(KEYMASKED(" KEY "))\n"
        "RDEF PTKTDATA IRRPTAUTH.IMSAPPL.* UACC(NONE)\n"
        "PE IRRPTAUTH.IMSAPPL.* ID(ZCEEIMS) CLASS(PTKTDATA) ACC(UPDATE)\n"
        "SETR RACLIST(PTKTDATA) REFRESH\n");
}

static void tear_down(void)
{
    saf_close(saf);
    saf = NULL;
    testring_free(ring);
}

static enum passticket_outcome gen(const char *caller, const char *user,
                                   const char *application, char *ticket)
{
    return passticket_generate(saf, caller, user, application, NOW, ticket,
                               &why);
}

static enum passticket_outcome eval(const char *user, const char *ticket,
                                    int64_t now)
{
    return passticket_evaluate(saf, NULL, user, "IMSAPPL", ticket, now, &why);
}

/* ---- generating ---- */

static const struct {
    const char *name, *job, *caller, *user, *application;
    enum passticket_outcome want;
} gens[] = {
    {"by a member of the group", "", "LIBSERV", "FRED", "IMSAPPL",
     PASSTICKET_OK},
    {"lower case", "", "LIBSERV", "fred", "imsappl", PASSTICKET_OK},
    {"by another user", "", "OTHER", "FRED", "IMSAPPL",
     PASSTICKET_NOT_AUTHORIZED},
    {"by the user himself", "", "FRED", "FRED", "IMSAPPL",
     PASSTICKET_NOT_AUTHORIZED},
    {"by nobody who is known", "", "NOBODY", "FRED", "IMSAPPL",
     PASSTICKET_NOT_AUTHORIZED},
    {"READ is not enough",
     "PE IRRPTAUTH.IMSAPPL.* ID(OTHER) CLASS(PTKTDATA) ACC(READ)\n"
     "SETR RACLIST(PTKTDATA) REFRESH\n",
     "OTHER", "FRED", "IMSAPPL", PASSTICKET_NOT_AUTHORIZED},
    {"before the REFRESH",
     "PE IRRPTAUTH.IMSAPPL.* ID(OTHER) CLASS(PTKTDATA) ACC(UPDATE)\n", "OTHER",
     "FRED", "IMSAPPL", PASSTICKET_NOT_AUTHORIZED},
    {"after the REFRESH",
     "PE IRRPTAUTH.IMSAPPL.* ID(OTHER) CLASS(PTKTDATA) ACC(UPDATE)\n"
     "SETR RACLIST(PTKTDATA) REFRESH\n",
     "OTHER", "FRED", "IMSAPPL", PASSTICKET_OK},
    {"a more specific profile says no",
     "RDEF PTKTDATA IRRPTAUTH.IMSAPPL.FRED UACC(NONE)\n"
     "SETR RACLIST(PTKTDATA) REFRESH\n",
     "LIBSERV", "FRED", "IMSAPPL", PASSTICKET_NOT_AUTHORIZED},
    {"inactive class", "SETR NOCLASSACT(PTKTDATA)\n", "LIBSERV", "FRED",
     "IMSAPPL", PASSTICKET_NOT_AUTHORIZED},
    {"not RACLISTed", "SETR NORACLIST(PTKTDATA)\n", "LIBSERV", "FRED",
     "IMSAPPL", PASSTICKET_NO_KEY},
    {"no IRRPTAUTH profile", "", "LIBSERV", "FRED", "OTHERAPP",
     PASSTICKET_NOT_AUTHORIZED},
    {"no key profile",
     "RDEF PTKTDATA IRRPTAUTH.** UACC(UPDATE)\n"
     "SETR RACLIST(PTKTDATA) REFRESH\n",
     "LIBSERV", "FRED", "OTHERAPP", PASSTICKET_NO_KEY},
    {"only a generic key profile",
     "RDEF PTKTDATA IRRPTAUTH.** UACC(UPDATE)\n"
     "RDEF PTKTDATA OTHER* SSIGNON(KEYMASKED(" KEY "))\n"
     "SETR RACLIST(PTKTDATA) REFRESH\n",
     "LIBSERV", "FRED", "OTHERAPP", PASSTICKET_NO_KEY},
    {"only a qualified key profile",
     "RDEF PTKTDATA IRRPTAUTH.** UACC(UPDATE)\n"
     "RDEF PTKTDATA OTHERAPP.FRED SSIGNON(KEYMASKED(" KEY "))\n"
     "SETR RACLIST(PTKTDATA) REFRESH\n",
     "LIBSERV", "FRED", "OTHERAPP", PASSTICKET_NO_KEY},
    {"a profile without key",
     "RALT PTKTDATA IMSAPPL NOSSIGNON\n"
     "SETR RACLIST(PTKTDATA) REFRESH\n",
     "LIBSERV", "FRED", "IMSAPPL", PASSTICKET_NO_KEY},
    {"a label without key",
     "RALT PTKTDATA IMSAPPL SSIGNON(KEYLABEL(NOSUCH))\n"
     "SETR RACLIST(PTKTDATA) REFRESH\n",
     "LIBSERV", "FRED", "IMSAPPL", PASSTICKET_NO_KEY},
    {"a revoked user has tickets too", "ALU FRED REVOKE\n", "LIBSERV", "FRED",
     "IMSAPPL", PASSTICKET_OK},
    {"a user id too long", "", "LIBSERV", "ABCDEFGHI", "IMSAPPL",
     PASSTICKET_PARAMETER},
    {"an empty application", "", "LIBSERV", "FRED", "", PASSTICKET_PARAMETER},
    {"characters outside the alphabet", "", "LIBSERV", "FR.D", "IMSAPPL",
     PASSTICKET_PARAMETER},
};

START_TEST(generates_for_whom_it_may)
{
    char ticket[9] = "";
    enum passticket_outcome o;

    run(gens[_i].job);
    o = gen(gens[_i].caller, gens[_i].user, gens[_i].application, ticket);
    ck_assert_msg(o == gens[_i].want, "%s: %s; %s", gens[_i].name,
                  passticket_meaning(o), why.text);
    ck_assert_str_eq(ticket, o == PASSTICKET_OK ? "2J4FVS6J" : "");
    ck_assert_ptr_null(strstr(why.text, KEY));
}
END_TEST

/* ---- evaluating ---- */

static const struct {
    const char *name, *job, *user, *ticket;
    int64_t now;
    enum passticket_outcome want;
} evals[] = {
    {"at its second", "", "FRED", "2J4FVS6J", NOW, PASSTICKET_OK},
    {"lower case", "", "fred", "2j4fvs6j", NOW, PASSTICKET_OK},
    {"the other user's", "", "USER1", "VWLNUILN", NOW, PASSTICKET_OK},
    {"ten minutes later", "", "FRED", "2J4FVS6J", NOW + 600, PASSTICKET_OK},
    {"ten minutes before", "", "FRED", "2J4FVS6J", NOW - 600, PASSTICKET_OK},
    {"too late", "", "FRED", "2J4FVS6J", NOW + 601, PASSTICKET_NOT_VALID},
    {"too early", "", "FRED", "2J4FVS6J", NOW - 601, PASSTICKET_NOT_VALID},
    {"of another user", "", "USER1", "2J4FVS6J", NOW, PASSTICKET_NOT_VALID},
    {"one character wrong", "", "FRED", "2J4FVS6K", NOW, PASSTICKET_NOT_VALID},
    {"too short", "", "FRED", "2J4FVS6", NOW, PASSTICKET_MALFORMED},
    {"outside the alphabet", "", "FRED", "2J4FVS6!", NOW, PASSTICKET_MALFORMED},
    {"empty", "", "FRED", "", NOW, PASSTICKET_MALFORMED},
    {"user id of a wrong form", "", "FR ED", "2J4FVS6J", NOW,
     PASSTICKET_PARAMETER},
    {"wrong key",
     "RALT PTKTDATA IMSAPPL SSIGNON(KEYMASKED(023456789ABCDEF0))\n"
     "SETR RACLIST(PTKTDATA) REFRESH\n",
     "FRED", "2J4FVS6J", NOW, PASSTICKET_NOT_VALID},
    {"a changed key before the REFRESH",
     "RALT PTKTDATA IMSAPPL SSIGNON(KEYMASKED(023456789ABCDEF0))\n", "FRED",
     "2J4FVS6J", NOW, PASSTICKET_OK},
    {"KEYENCRYPTED",
     "RALT PTKTDATA IMSAPPL SSIGNON(KEYENCRYPTED(" KEY "))\n"
     "SETR RACLIST(PTKTDATA) REFRESH\n",
     "FRED", "2J4FVS6J", NOW, PASSTICKET_OK},
    {"no key profile",
     "RALT PTKTDATA IMSAPPL NOSSIGNON\n"
     "SETR RACLIST(PTKTDATA) REFRESH\n",
     "FRED", "2J4FVS6J", NOW, PASSTICKET_NO_KEY_EVAL},
    {"inactive class", "SETR NOCLASSACT(PTKTDATA)\n", "FRED", "2J4FVS6J", NOW,
     PASSTICKET_NO_KEY_EVAL},
    {"a profile for application, group and user",
     "RALT PTKTDATA IMSAPPL SSIGNON(KEYMASKED(023456789ABCDEF0))\n"
     "RDEF PTKTDATA IMSAPPL.G1.FRED SSIGNON(KEYMASKED(" KEY "))\n"
     "SETR RACLIST(PTKTDATA) REFRESH\n",
     "FRED", "2J4FVS6J", NOW, PASSTICKET_OK},
    {"a profile for application and user",
     "RALT PTKTDATA IMSAPPL SSIGNON(KEYMASKED(023456789ABCDEF0))\n"
     "RDEF PTKTDATA IMSAPPL.FRED SSIGNON(KEYMASKED(" KEY "))\n"
     "SETR RACLIST(PTKTDATA) REFRESH\n",
     "FRED", "2J4FVS6J", NOW, PASSTICKET_OK},
    {"a profile for application and group",
     "RALT PTKTDATA IMSAPPL SSIGNON(KEYMASKED(023456789ABCDEF0))\n"
     "RDEF PTKTDATA IMSAPPL.G1 SSIGNON(KEYMASKED(" KEY "))\n"
     "SETR RACLIST(PTKTDATA) REFRESH\n",
     "FRED", "2J4FVS6J", NOW, PASSTICKET_OK},
    {"the group of the profile is another",
     "RALT PTKTDATA IMSAPPL SSIGNON(KEYMASKED(023456789ABCDEF0))\n"
     "RDEF PTKTDATA IMSAPPL.ZCEEIMS SSIGNON(KEYMASKED(" KEY "))\n"
     "SETR RACLIST(PTKTDATA) REFRESH\n",
     "FRED", "2J4FVS6J", NOW, PASSTICKET_NOT_VALID},
    {"only the first qualified profile counts",
     "RALT PTKTDATA IMSAPPL SSIGNON(KEYMASKED(023456789ABCDEF0))\n"
     "RDEF PTKTDATA IMSAPPL.G1.FRED SSIGNON(KEYMASKED(023456789ABCDEF0))\n"
     "RDEF PTKTDATA IMSAPPL.FRED SSIGNON(KEYMASKED(" KEY "))\n"
     "SETR RACLIST(PTKTDATA) REFRESH\n",
     "FRED", "2J4FVS6J", NOW, PASSTICKET_NOT_VALID},
    {"then the application's own profile",
     "RDEF PTKTDATA IMSAPPL.G1.FRED SSIGNON(KEYMASKED(023456789ABCDEF0))\n"
     "SETR RACLIST(PTKTDATA) REFRESH\n",
     "FRED", "2J4FVS6J", NOW, PASSTICKET_OK},
};

START_TEST(accepts_what_it_may)
{
    enum passticket_outcome o;

    run(evals[_i].job);
    o = eval(evals[_i].user, evals[_i].ticket, evals[_i].now);
    ck_assert_msg(o == evals[_i].want, "%s: %s; %s", evals[_i].name,
                  passticket_meaning(o), why.text);
    if (evals[_i].ticket[0] != '\0')
        ck_assert_ptr_null(strstr(why.text, evals[_i].ticket));
}
END_TEST

START_TEST(a_caller_needs_read)
{
    ck_assert_int_eq(passticket_evaluate(saf, "LIBSERV", "FRED", "IMSAPPL",
                                         "2J4FVS6J", NOW, &why),
                     PASSTICKET_OK);
    ck_assert_int_eq(passticket_evaluate(saf, "OTHER", "USER1", "IMSAPPL",
                                         "VWLNUILN", NOW, &why),
                     PASSTICKET_NOT_AUTHORIZED);
    run("PE IRRPTAUTH.IMSAPPL.* ID(OTHER) CLASS(PTKTDATA) ACC(READ)\n"
        "SETR RACLIST(PTKTDATA) REFRESH\n");
    ck_assert_int_eq(passticket_evaluate(saf, "OTHER", "USER1", "IMSAPPL",
                                         "VWLNUILN", NOW, &why),
                     PASSTICKET_OK);
}
END_TEST

/* ---- labels and enhanced tickets ---- */

static void store_label(const char *label, size_t len)
{
    unsigned char key[64];
    struct saf *writer = NULL;
    size_t i;

    for (i = 0; i < sizeof(key); i++)
        key[i] = (unsigned char)i;
    ck_assert_int_eq(saf_open(testring_dir(ring), SAF_WRITE, &writer, &why), 0);
    ck_assert_msg(saf_store_label(writer, label, key, len, &why) == 0, "%s",
                  why.text);
    saf_close(writer);
}

START_TEST(a_legacy_key_may_stand_under_a_label)
{
    char ticket[9];
    unsigned char key[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    char want[9];

    store_label("DES.KEY1", 8);
    run("RALT PTKTDATA IMSAPPL SSIGNON(KEYLABEL(DES.KEY1))\n"
        "SETR RACLIST(PTKTDATA) REFRESH\n");
    ck_assert_int_eq(gen("LIBSERV", "FRED", "IMSAPPL", ticket), PASSTICKET_OK);
    ck_assert_int_eq(passticket_make("FRED", "IMSAPPL", key, NOW, want, NULL),
                     0);
    ck_assert_str_eq(ticket, want);
}
END_TEST

START_TEST(enhanced_goes_before_legacy_and_both_are_accepted)
{
    char ticket[9];

    store_label("HMAC.KEY1", 64);
    run("RALT PTKTDATA IMSAPPL SSIGNON(EPTKEYLABEL(HMAC.KEY1) TYPE(MIXED))\n"
        "SETR RACLIST(PTKTDATA) REFRESH\n");
    ck_assert_int_eq(gen("LIBSERV", "FRED", "IMSAPPL", ticket), PASSTICKET_OK);
    ck_assert_str_eq(ticket, "9YHjVjUN");
    ck_assert_int_eq(eval("FRED", "9YHjVjUN", NOW), PASSTICKET_OK);
    ck_assert_int_eq(eval("FRED", "9YHjVjUN", NOW), PASSTICKET_REPLAYED);
    ck_assert_int_eq(eval("FRED", "9yhjvjun", NOW), PASSTICKET_NOT_VALID);
    ck_assert_int_eq(eval("USER1", "VWLNUILN", NOW), PASSTICKET_OK);
}
END_TEST

/* F20: a key that others know makes no ticket and opens no door. */
START_TEST(f20_a_key_that_others_read_is_no_key)
{
    char path[1024], ticket[9];

    store_label("HMAC.KEY1", 64);
    run("RALT PTKTDATA IMSAPPL SSIGNON(EPTKEYLABEL(HMAC.KEY1) TYPE(MIXED))\n"
        "SETR RACLIST(PTKTDATA) REFRESH\n");
    snprintf(path, sizeof(path), "%s/saf/icsf.HMAC.KEY1", testring_dir(ring));
    ck_assert_int_eq(chmod(path, 0644), 0);
    ck_assert_int_eq(gen("LIBSERV", "FRED", "IMSAPPL", ticket),
                     PASSTICKET_INTERNAL);
    ck_assert_msg(strstr(why.text, "icsf.HMAC.KEY1 may be read by others") !=
                      NULL,
                  "%s", why.text);
    ck_assert_int_ne(eval("FRED", "9YHjVjUN", NOW), PASSTICKET_OK);
    ck_assert_int_eq(chmod(path, 0600), 0);
    ck_assert_int_eq(eval("FRED", "9YHjVjUN", NOW), PASSTICKET_OK);
}
END_TEST

START_TEST(enhanced_tickets_have_their_own_life)
{
    store_label("HMAC.KEY1", 64);
    run("RALT PTKTDATA IMSAPPL SSIGNON(NOLEGACYKEY EPTKEYLABEL(HMAC.KEY1) +\n"
        "  TYPE(UPPER) TIMEOUT(30) REPLAY(YES))\n"
        "SETR RACLIST(PTKTDATA) REFRESH\n");
    ck_assert_int_eq(eval("FRED", "RCY67LQ7", NOW + 30), PASSTICKET_OK);
    ck_assert_int_eq(eval("FRED", "rcy67lq7", NOW + 30), PASSTICKET_OK);
    ck_assert_int_eq(eval("FRED", "RCY67LQ7", NOW + 31), PASSTICKET_NOT_VALID);
    ck_assert_int_eq(eval("FRED", "2J4FVS6J", NOW), PASSTICKET_NOT_VALID);
}
END_TEST

static const struct {
    const char *label;
    size_t len;
    int want;
} labels[] = {
    {"A", 8, 0},
    {"A.B#@$9", 32, 0},
    {"A", 64, 0},
    {"", 8, ERR_VALUE},
    {"9A", 8, ERR_VALUE},
    {".A", 8, ERR_VALUE},
    {"a", 8, ERR_VALUE},
    {"../X", 8, ERR_VALUE},
    {"A/B", 8, ERR_VALUE},
    {"A", 7, ERR_VALUE},
    {"A", 16, ERR_VALUE},
    {"A", 31, ERR_VALUE},
    {"A23456789A23456789A23456789A23456789A23456789A23456789A23456789AB", 8,
     ERR_VALUE},
};

START_TEST(labels_have_a_form_and_keys_a_length)
{
    unsigned char key[64] = {1};
    struct saf *writer = NULL;
    struct stat st;
    char path[1024];

    ck_assert_int_eq(saf_open(testring_dir(ring), SAF_WRITE, &writer, &why), 0);
    ck_assert_int_eq(
        saf_store_label(writer, labels[_i].label, key, labels[_i].len, &why),
        labels[_i].want);
    saf_close(writer);
    if (labels[_i].want != 0)
        return;
    snprintf(path, sizeof(path), "%s/saf/icsf.%s", testring_dir(ring),
             labels[_i].label);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0600);
}
END_TEST

/* ---- replay ---- */

START_TEST(a_ticket_is_good_once)
{
    ck_assert_int_eq(eval("FRED", "2J4FVS6J", NOW), PASSTICKET_OK);
    ck_assert_int_eq(eval("FRED", "2J4FVS6J", NOW + 1), PASSTICKET_REPLAYED);
    ck_assert_int_eq(eval("fred", "2j4fvs6j", NOW), PASSTICKET_REPLAYED);
    ck_assert_int_eq(eval("USER1", "VWLNUILN", NOW), PASSTICKET_OK);
}
END_TEST

START_TEST(a_restart_forgets_no_ticket)
{
    ck_assert_int_eq(eval("FRED", "2J4FVS6J", NOW), PASSTICKET_OK);
    open_database();
    ck_assert_int_eq(eval("FRED", "2J4FVS6J", NOW + 600), PASSTICKET_REPLAYED);
}
END_TEST

START_TEST(replay_protection_may_be_off)
{
    run("RALT PTKTDATA IMSAPPL APPLDATA('NO REPLAY PROTECTION')\n"
        "SETR RACLIST(PTKTDATA) REFRESH\n");
    ck_assert_int_eq(eval("FRED", "2J4FVS6J", NOW), PASSTICKET_OK);
    ck_assert_int_eq(eval("FRED", "2J4FVS6J", NOW), PASSTICKET_OK);
}
END_TEST

static const char *list_path(void)
{
    static char path[1024];

    snprintf(path, sizeof(path), "%s/saf/passtickets", testring_dir(ring));
    return path;
}

/* Long past tickets go; the live ones stay. */
START_TEST(the_list_does_not_grow_for_ever)
{
    struct stat st;
    char user[16];
    int i;

    for (i = 0; i < 400; i++) {
        snprintf(user, sizeof(user), "U%d", i);
        ck_assert_int_eq(replay_add(saf, user, "A", i, i + 600, i, &why), 0);
    }
    ck_assert_int_eq(replay_add(saf, "U1", "A", 1, 601, 500, &why), ERR_EXISTS);
    ck_assert_int_eq(replay_add(saf, "U1", "A", 1, 601, 602, &why), 0);
    ck_assert_int_eq(replay_add(saf, "NEW", "A", 5000, 5600, 5000, &why), 0);
    ck_assert_int_eq(stat(list_path(), &st), 0);
    ck_assert_int_lt(st.st_size, 100);
    ck_assert_uint_eq(st.st_mode & 07777, 0600);
    ck_assert_int_eq(replay_add(saf, "NEW", "A", 5000, 5600, 5000, &why),
                     ERR_EXISTS);
}
END_TEST

/* A crash cut the last line: what is before it counts, what follows too. */
START_TEST(a_cut_list_is_mended)
{
    FILE *f;

    ck_assert_int_eq(eval("FRED", "2J4FVS6J", NOW), PASSTICKET_OK);
    f = fopen(list_path(), "a");
    fputs("159196857", f);
    fclose(f);
    ck_assert_int_eq(eval("FRED", "2J4FVS6J", NOW), PASSTICKET_REPLAYED);
    ck_assert_int_eq(eval("USER1", "VWLNUILN", NOW), PASSTICKET_OK);
    ck_assert_int_eq(eval("USER1", "VWLNUILN", NOW), PASSTICKET_REPLAYED);
    ck_assert_int_eq(eval("FRED", "2J4FVS6J", NOW), PASSTICKET_REPLAYED);
}
END_TEST

static const struct {
    const char *name;
    enum injected fault;
} faults[] = {
    {"write", FAULT_WRITE},
    {"fsync", FAULT_FSYNC},
    {"fstat", FAULT_FSTAT},
};

START_TEST(what_can_not_be_remembered_is_not_accepted)
{
    fault_set(faults[_i].fault, 1, EIO);
    ck_assert_int_eq(eval("FRED", "2J4FVS6J", NOW), PASSTICKET_INTERNAL);
    ck_assert(fault_struck(faults[_i].fault));
}
END_TEST

START_TEST(a_list_that_others_may_write_is_not_used)
{
    ck_assert_int_eq(eval("FRED", "2J4FVS6J", NOW), PASSTICKET_OK);
    ck_assert_int_eq(chmod(list_path(), 0666), 0);
    ck_assert_int_eq(eval("USER1", "VWLNUILN", NOW), PASSTICKET_INTERNAL);
}
END_TEST

START_TEST(a_lock_that_stays_is_not_waited_for_for_ever)
{
    char path[1100];
    int fd;

    snprintf(path, sizeof(path), "%s.lock", list_path());
    fd = open(path, O_RDWR | O_CREAT, 0600);
    ck_assert_int_eq(flock(fd, LOCK_EX), 0);
    ck_assert_int_eq(eval("FRED", "2J4FVS6J", NOW), PASSTICKET_INTERNAL);
    ck_assert_ptr_nonnull(strstr(why.text, "is locked by another program"));
    close(fd);
    ck_assert_int_eq(eval("FRED", "2J4FVS6J", NOW), PASSTICKET_OK);
}
END_TEST

/* ---- codes ---- */

static const struct {
    enum passticket_outcome o;
    int codes[3];
} codes[] = {
    {PASSTICKET_OK, {0, 0, 0}},
    {PASSTICKET_NOT_AUTHORIZED, {8, 8, 16}},
    {PASSTICKET_NO_KEY, {8, 16, 28}},
    {PASSTICKET_NO_KEY_EVAL, {8, 16, 32}},
    {PASSTICKET_MALFORMED, {8, 16, 32}},
    {PASSTICKET_NOT_VALID, {8, 16, 32}},
    {PASSTICKET_REPLAYED, {8, 16, 32}},
};

START_TEST(gives_racfs_codes)
{
    struct passticket_codes c = passticket_codes(codes[_i].o);

    ck_assert_int_eq(c.saf_rc, codes[_i].codes[0]);
    ck_assert_int_eq(c.racf_rc, codes[_i].codes[1]);
    ck_assert_int_eq(c.reason, codes[_i].codes[2]);
    ck_assert(passticket_meaning(codes[_i].o)[0] != '\0');
}
END_TEST

/* A time that no clock is wrong by is that of another key. */
static const struct {
    int64_t age;
    unsigned life;
    const char *why; /* how it begins; NULL: accepted */
} ages[] = {
    {0, 600, NULL},
    {600, 600, NULL},
    {-600, 600, NULL},
    {601, 600, "too old: made 601 seconds ago, and accepted for 600"},
    {86400, 600, "too old: "},
    {86401, 600,
     "made with another key, or for another user id or application; or else a "
     "clock is wrong by 1 day"},
    {283212543, 600,
     "made with another key, or for another user id or application"},
    {-601, 600,
     "made 601 seconds in the future, and accepted for 600: compare the clocks "
     "of both systems"},
    {-86400, 600, "made 86400 seconds in the future"},
    {-283212543, 600,
     "made with another key, or for another user id or application"},
    {86401, 100000, NULL},
    {0x7fffffff, 600, "made with another key, "},
};

START_TEST(says_why_the_time_does_not_fit)
{
    int r = passticket_in_window(NOW - ages[_i].age, NOW, ages[_i].life, &why);

    ck_assert_int_eq(r, ages[_i].why == NULL ? 0 : ERR_DENIED);
    if (r != 0)
        ck_assert_msg(strncmp(why.text, ages[_i].why, strlen(ages[_i].why)) ==
                          0,
                      "%s", why.text);
}
END_TEST

/* ---- the workshop's job, as repaired and as printed ---- */

static int run_file(const char *path)
{
    struct source *src;
    int rc;

    ck_assert_msg(source_read(path, &src, &why) == 0, "%s", why.text);
    rc = testring_run(ring, source_text(src));
    source_unref(src);
    return rc;
}

START_TEST(the_workshops_job_takes_effect)
{
    char ticket[9];

    testring_free(ring);
    ring = testring_empty();
    run("AU (FRED USER1 LIBSERV) NOPASSWORD\n");
    ck_assert_int_eq(run_file("certs/jobs/IMSPTKT.jcl"), 0);
    ck_assert_ptr_nonnull(
        strstr(testring_output(ring), "SSIGNON(KEYMASK(****)) +\n"));
    ck_assert_ptr_null(strstr(testring_output(ring), KEY));
    open_database();
    ck_assert_int_eq(gen("LIBSERV", "FRED", "IMSAPPL", ticket), PASSTICKET_OK);
    ck_assert_str_eq(ticket, "2J4FVS6J");
    ck_assert_int_eq(gen("OTHER", "FRED", "IMSAPPL", ticket),
                     PASSTICKET_NOT_AUTHORIZED);
    ck_assert_int_eq(eval("FRED", "2J4FVS6J", NOW), PASSTICKET_OK);
    ck_assert_int_eq(eval("FRED", "2J4FVS6J", NOW), PASSTICKET_OK);
}
END_TEST

START_TEST(the_printed_job_fails_where_it_is_wrong)
{
    static const char *const says[] = {
        "CONNECT (FRED, USER1, LIBSERV GROUP (ZCEEIMS)\n"
        "IKJ56702I INVALID USERID, GROUP\n"
        "  test:8:31: the parenthesis of the list before GROUP is not closed",
        "RDEFINE PTKTDATA IRRPTAUTH. IMSAPPL.* UACC (NONE)\n"
        "IKJ56712I INVALID KEYWORD, IMSAPPL.*\n",
        "PERMIT IRRPTAUTH. IMSAPPL.* ID (ZCEEIMS) CLASS (PTKTDATA) ACC "
        "(UPDATE)\nIKJ56712I INVALID KEYWORD, IMSAPPL.*\n",
    };
    size_t i;

    testring_free(ring);
    ring = testring_empty();
    run("AU (FRED USER1 LIBSERV) NOPASSWORD\n");
    ck_assert_int_eq(run_file("tests/conformance/IMSPTKT-printed.jcl"), 12);
    for (i = 0; i < ROWS(says); i++)
        ck_assert_msg(strstr(testring_output(ring), says[i]) != NULL, "%s",
                      testring_output(ring));
    ck_assert_ptr_null(strstr(testring_output(ring), KEY));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("passticket_service");
    TCase *tc = tcase_create("passticket_service");
    SRunner *sr = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_set_timeout(tc, 30);
    TEST_ROWS(generates_for_whom_it_may, gens)
    TEST_ROWS(accepts_what_it_may, evals)
    TEST(a_caller_needs_read)
    TEST(a_legacy_key_may_stand_under_a_label)
    TEST(enhanced_goes_before_legacy_and_both_are_accepted)
    TEST(f20_a_key_that_others_read_is_no_key)
    TEST(enhanced_tickets_have_their_own_life)
    TEST_ROWS(labels_have_a_form_and_keys_a_length, labels)
    TEST(a_ticket_is_good_once)
    TEST(a_restart_forgets_no_ticket)
    TEST(replay_protection_may_be_off)
    TEST(the_list_does_not_grow_for_ever)
    TEST(a_cut_list_is_mended)
    TEST_ROWS(what_can_not_be_remembered_is_not_accepted, faults)
    TEST(a_list_that_others_may_write_is_not_used)
    TEST(a_lock_that_stays_is_not_waited_for_for_ever)
    TEST_ROWS(gives_racfs_codes, codes)
    TEST_ROWS(says_why_the_time_does_not_fit, ages)
    TEST(the_workshops_job_takes_effect)
    TEST(the_printed_job_fails_where_it_is_wrong)
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
