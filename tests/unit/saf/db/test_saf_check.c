#include "saf/db/saf.h"

#include <stdio.h>
#include <string.h>

#include "saf/db/private.h"
#include "support/suite.h"
#include "support/testring.h"

/* Who may use what: classes, profiles, access lists. */

static struct testring *ring;

static void set_up(void)
{
    ring = testring_empty();
    testring_issuer(ring, "IBMUSER");
    ck_assert_int_eq(
        testring_run(ring, "AG (G1 G2)\nAU (FRED JANE) NOPASSWORD\n"
                           "CO FRED GROUP(G1)\nCO FRED GROUP(G2)\n"
                           "CO JANE GROUP(G1)\n"
                           "SETR CLASSACT(FACILITY) GENERIC(FACILITY)\n"),
        0);
}

static void tear_down(void)
{
    testring_free(ring);
}

static enum saf_answer check(const char *user, const char *class_name,
                             const char *resource, enum saf_level level,
                             struct error *why)
{
    struct saf *saf = NULL;
    enum saf_answer a;

    ck_assert_int_eq(saf_open(testring_dir(ring), SAF_READ, &saf, NULL), 0);
    a = saf_check(saf, user, class_name, resource, level, why);
    saf_close(saf);
    return a;
}

/* The profile that decides about a resource: APPLDATA is no use here, so
 * each gives another level. */
static const struct {
    const char *name, *profiles, *resource, *decides;
} covers[] = {
    {"discrete", "A.B", "A.B", "A.B"},
    {"discrete is not a beginning", "A.B", "A.B.C", NULL},
    {"another name", "A.B", "A.C", NULL},
    {"discrete goes before generic", "A.* A.B **", "A.B", "A.B"},
    {"% is one character", "A.%B", "A.XB", "A.%B"},
    {"% is not none", "A.%B", "A.B", NULL},
    {"% is no dot", "A%B", "A.B", NULL},
    {"* at the end covers all that follows", "A.*", "A.B.C.D", "A.*"},
    {"* at the end needs its dot", "A.*", "A", NULL},
    {"* in the last qualifier", "A.B*", "A.BX.C", "A.B*"},
    {"* in the last qualifier covers nothing more", "A.B*", "A.B", "A.B*"},
    {"* as a qualifier is one", "A.*.C", "A.B.C", "A.*.C"},
    {"* as a qualifier is not none", "A.*.C", "A.C", NULL},
    {"* as a qualifier is not two", "A.*.C", "A.B.B.C", NULL},
    {"* ends at the dot", "A.B*.C", "A.BXY.C", "A.B*.C"},
    {"* does not pass the dot", "A.B*.C", "A.BX.Y.C", NULL},
    {"** covers none", "A.**", "A", "A.**"},
    {"** covers one", "A.**", "A.B", "A.**"},
    {"** covers many", "A.**", "A.B.C.D", "A.**"},
    {"** in the middle covers none", "A.**.Z", "A.Z", "A.**.Z"},
    {"** in the middle covers many", "A.**.Z", "A.B.C.Z", "A.**.Z"},
    {"** in the middle finds a later end", "A.**.Z.Y", "A.Z.B.Z.Y", "A.**.Z.Y"},
    {"** in front", "**.Z", "A.B.Z", "**.Z"},
    {"two of **", "A.**.M.**.Z", "A.B.M.C.M.D.Z", "A.**.M.**.Z"},
    {"two of ** without their middle", "A.**.M.**.Z", "A.B.C.Z", NULL},
    {"** alone covers everything", "**", "A.B.C", "**"},
    {"* alone covers everything", "*", "A.B.C", "*"},
    {"many ** take no time", "**.A.**.A.**.A.**.A.**.A.**.B",
     "A.A.A.A.A.A.A.A.A.A.A.A.A.A.A.A.A.A.A.A.A.A.A.A.A.A.A.A.A.A", NULL},
    {"the longer beginning decides", "A.* A.B.*", "A.B.C", "A.B.*"},
    {"a character goes before %", "A.%* A.B*", "A.BC", "A.B*"},
    {"% goes before *", "A.* A.%", "A.B", "A.%"},
    {"* goes before **", "A.** A.*", "A.B", "A.*"},
    {"more behind * goes before *", "A.* A.*.C", "A.B.C", "A.*.C"},
    {"the name goes before its **", "A.%.** A.%", "A.B", "A.%"},
    {"order of definition does not matter", "A.B.* A.*", "A.B.C", "A.B.*"},
};

START_TEST(the_most_specific_profile_decides)
{
    struct error why = {0};
    char job[512], want[128];
    enum saf_answer a;

    snprintf(job, sizeof(job), "RDEF FACILITY (%s) UACC(READ)\n",
             covers[_i].profiles);
    ck_assert_int_eq(testring_run(ring, job), 0);
    a = check("FRED", "FACILITY", covers[_i].resource, SAF_READ_ACCESS, &why);
    if (covers[_i].decides == NULL) {
        ck_assert_msg(a == SAF_NO_PROFILE, "%s: %s", covers[_i].name, why.text);
        return;
    }
    snprintf(want, sizeof(want), "profile %s of class", covers[_i].decides);
    ck_assert_msg(a == SAF_ALLOWED, "%s: %s", covers[_i].name, why.text);
    ck_assert_msg(strncmp(why.text, want, strlen(want)) == 0, "%s: %s",
                  covers[_i].name, why.text);
}
END_TEST

static const struct {
    const char *name, *permits, *user;
    enum saf_level level;
    enum saf_answer want;
    const char *by;
} lists[] = {
    {"UACC", "", "FRED", SAF_READ_ACCESS, SAF_ALLOWED, "UACC"},
    {"UACC is for unknown users too", "", "NOBODY", SAF_READ_ACCESS,
     SAF_ALLOWED, "UACC"},
    {"UACC is not more", "", "FRED", SAF_UPDATE, SAF_REFUSED, "UACC"},
    {"a higher level has the lower ones", "PE R CL(FACILITY) ID(FRED) ACC(A)",
     "FRED", SAF_EXECUTE, SAF_ALLOWED, "FRED"},
    {"the user's entry goes before his groups'",
     "PE R CL(FACILITY) ID(G1) ACC(A)\nPE R CL(FACILITY) ID(FRED) ACC(NONE)",
     "FRED", SAF_READ_ACCESS, SAF_REFUSED, "FRED"},
    {"a group's entry", "PE R CL(FACILITY) ID(G1) ACC(UPDATE)", "JANE",
     SAF_UPDATE, SAF_ALLOWED, "G1"},
    {"not of another group", "PE R CL(FACILITY) ID(G2) ACC(UPDATE)", "JANE",
     SAF_UPDATE, SAF_REFUSED, "UACC"},
    {"the highest of several groups",
     "PE R CL(FACILITY) ID(G1) ACC(NONE)\nPE R CL(FACILITY) ID(G2) ACC(CON)",
     "FRED", SAF_CONTROL, SAF_ALLOWED, "G2"},
    {"a group's entry goes before UACC", "PE R CL(FACILITY) ID(G1) ACC(NONE)",
     "FRED", SAF_READ_ACCESS, SAF_REFUSED, "G1"},
    {"ID(*) goes before UACC", "PE R CL(FACILITY) ID(*) ACC(NONE)", "FRED",
     SAF_READ_ACCESS, SAF_REFUSED, "*"},
    {"ID(*) means defined users", "PE R CL(FACILITY) ID(*) ACC(NONE)", "NOBODY",
     SAF_READ_ACCESS, SAF_ALLOWED, "UACC"},
    {"a group goes before ID(*)",
     "PE R CL(FACILITY) ID(*) ACC(NONE)\nPE R CL(FACILITY) ID(G1) ACC(READ)",
     "JANE", SAF_READ_ACCESS, SAF_ALLOWED, "G1"},
    {"READ is the default", "PE R CL(FACILITY) ID(FRED)", "FRED", SAF_UPDATE,
     SAF_REFUSED, "FRED"},
    {"DELETE takes an entry out",
     "PE R CL(FACILITY) ID(FRED) ACC(A)\nPE R CL(FACILITY) ID(FRED) DELETE",
     "FRED", SAF_UPDATE, SAF_REFUSED, "UACC"},
    {"RESET takes all out",
     "PE R CL(FACILITY) ID(FRED G1) ACC(A)\nPE R CL(FACILITY) RESET", "FRED",
     SAF_UPDATE, SAF_REFUSED, "UACC"},
    {"RESET with a new list",
     "PE R CL(FACILITY) ID(FRED) ACC(A)\n"
     "PE R CL(FACILITY) RESET ID(JANE) ACC(CONTROL)",
     "JANE", SAF_CONTROL, SAF_ALLOWED, "JANE"},
};

START_TEST(the_access_list_decides)
{
    struct error why = {0};
    char by[32];
    enum saf_answer a;

    ck_assert_int_eq(testring_run(ring, "RDEF FACILITY R UACC(READ)\n"), 0);
    ck_assert_int_eq(testring_run(ring, lists[_i].permits), 0);
    a = check(lists[_i].user, "FACILITY", "R", lists[_i].level, &why);
    snprintf(by, sizeof(by), "(by %s)", lists[_i].by);
    ck_assert_msg(a == lists[_i].want, "%s: %s", lists[_i].name, why.text);
    ck_assert_msg(strstr(why.text, by) != NULL, "%s: %s", lists[_i].name,
                  why.text);
}
END_TEST

START_TEST(an_inactive_class_gives_no_authority)
{
    struct error why = {0};

    testring_run(ring,
                 "RDEF FACILITY R UACC(ALTER)\nSETR NOCLASSACT(FACILITY)");
    ck_assert_int_eq(check("FRED", "FACILITY", "R", SAF_READ_ACCESS, &why),
                     SAF_NO_PROFILE);
    ck_assert_str_eq(why.text, "class FACILITY is not active");
    ck_assert_int_eq(check("FRED", "NOSUCH", "R", SAF_READ_ACCESS, NULL),
                     SAF_NO_PROFILE);
}
END_TEST

START_TEST(a_raclisted_class_is_seen_as_of_its_refresh)
{
    static const struct {
        const char *job;
        int rc;
        const char *says;
        enum saf_answer after;
    } steps[] = {
        {"RDEF FACILITY R UACC(NONE)", 0, "", SAF_REFUSED},
        {"SETR RACLIST(FACILITY)", 0, "ICH14063I", SAF_REFUSED},
        {"PE R CLASS(FACILITY) ID(FRED) ACC(UPDATE)", 0,
         "ICH06011I RACLISTED PROFILES FOR FACILITY WILL NOT REFLECT THE "
         "UPDATE(S) UNTIL A SETROPTS REFRESH IS ISSUED",
         SAF_REFUSED},
        {"SETR RACLIST(FACILITY)", 0, "ICH14063I", SAF_REFUSED},
        {"SETR GENERIC(FACILITY) REFRESH", 0, "ICH14063I", SAF_REFUSED},
        {"SETR RACLIST(FACILITY) REFRESH", 0, "ICH14063I", SAF_ALLOWED},
        {"RALT FACILITY R UACC(ALTER)", 0,
         "ICH11009I RACLISTED PROFILES FOR "
         "FACILITY WILL NOT REFLECT THE UPDATE(S)",
         SAF_ALLOWED},
        {"PE R CLASS(FACILITY) ID(FRED) DELETE", 0, "ICH06011I", SAF_ALLOWED},
        {"PE R CLASS(FACILITY) ID(FRED) ACC(NONE)", 0, "ICH06011I",
         SAF_ALLOWED},
        {"SETR RACLIST(FACILITY) REFRESH", 0, "", SAF_REFUSED},
        {"PE R CLASS(FACILITY) RESET", 0, "ICH06011I", SAF_REFUSED},
        {"SETR NORACLIST(FACILITY)", 0, "", SAF_ALLOWED},
        {"SETR RACLIST(FACILITY) REFRESH", 4,
         "ICH14070I SETROPTS RACLIST REFRESH had no effect on class "
         "FACILITY.",
         SAF_ALLOWED},
        {"RALT FACILITY R UACC(NONE)", 0, "", SAF_REFUSED},
    };
    size_t i;

    for (i = 0; i < ROWS(steps); i++) {
        ck_assert_int_eq(testring_run(ring, steps[i].job), steps[i].rc);
        ck_assert_msg(strstr(testring_output(ring), steps[i].says) != NULL,
                      "%s: %s", steps[i].job, testring_output(ring));
        ck_assert_msg(check("FRED", "FACILITY", "R", SAF_UPDATE, NULL) ==
                          steps[i].after,
                      "%zu: %s", i, steps[i].job);
    }
}
END_TEST

/* Connecting a user to a group is no change of a profile. */
START_TEST(groups_are_seen_at_once)
{
    testring_run(ring, "RDEF FACILITY R UACC(NONE)\n"
                       "PE R CLASS(FACILITY) ID(G2) ACC(READ)\n"
                       "SETR RACLIST(FACILITY)\n");
    ck_assert_int_eq(check("JANE", "FACILITY", "R", SAF_READ_ACCESS, NULL),
                     SAF_REFUSED);
    testring_run(ring, "CONNECT JANE GROUP(G2)\n");
    ck_assert_int_eq(check("JANE", "FACILITY", "R", SAF_READ_ACCESS, NULL),
                     SAF_ALLOWED);
}
END_TEST

START_TEST(answers_about_users_groups_and_classes)
{
    struct saf *saf = NULL;

    testring_run(ring, "SETR RACLIST(FACILITY)\n");
    ck_assert_int_eq(saf_open(testring_dir(ring), SAF_READ, &saf, NULL), 0);
    ck_assert_str_eq(saf_dir(saf), testring_dir(ring));
    ck_assert(saf_user_exists(saf, "FRED"));
    ck_assert(!saf_user_exists(saf, "G1"));
    ck_assert(!saf_user_exists(saf, "fred"));
    ck_assert(saf_group_exists(saf, "SYS1"));
    ck_assert(!saf_group_exists(saf, "FRED"));
    ck_assert(saf_user_in_group(saf, "FRED", "G2"));
    ck_assert(!saf_user_in_group(saf, "JANE", "G2"));
    ck_assert(!saf_user_in_group(saf, "NOBODY", "G2"));
    ck_assert(saf_class_active(saf, "FACILITY"));
    ck_assert(saf_class_raclisted(saf, "FACILITY"));
    ck_assert(!saf_class_active(saf, "RDATALIB"));
    ck_assert(!saf_class_raclisted(saf, "RDATALIB"));
    saf_close(saf);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("saf_check");
    TCase *tc = tcase_create("saf_check");
    SRunner *sr = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    TEST_ROWS(the_most_specific_profile_decides, covers)
    TEST_ROWS(the_access_list_decides, lists)
    TEST(an_inactive_class_gives_no_authority)
    TEST(a_raclisted_class_is_seen_as_of_its_refresh)
    TEST(groups_are_seen_at_once)
    TEST(answers_about_users_groups_and_classes)
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
