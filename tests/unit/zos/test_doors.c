/*
 * A name that one program takes is refused by no other: each name goes through
 * every door by which user ids, job names and groups' names come in.
 */

#include "attls-passticket/run.h"
#include "attlsctl/conn_args.h"
#include "intercept/directory.h"
#include "intercept/names.h"
#include "passticket/service.h"
#include "racdcert/run.h"
#include "saf/db/saf.h"
#include "site/config.h"
#include "site/testing.h"
#include "support/suite.h"
#include "support/testring.h"
#include "util/strbuf.h"
#include "zos/name.h"
#include <pwd.h>
#include <stdio.h>
#include <string.h>

static struct testring *ring;
static const char *account; /* what the account TESTED is called */
enum { TESTED = 3999999999u };

int __real_getpwuid_r(uid_t uid, struct passwd *pw, char *buf, size_t size,
                      struct passwd **ret);
int __wrap_getpwuid_r(uid_t uid, struct passwd *pw, char *buf, size_t size,
                      struct passwd **ret);

int __wrap_getpwuid_r(uid_t uid, struct passwd *pw, char *buf, size_t size,
                      struct passwd **ret)
{
    if (uid != TESTED)
        return __real_getpwuid_r(uid, pw, buf, size, ret);
    memset(pw, 0, sizeof(*pw));
    snprintf(buf, size, "%s", account);
    pw->pw_name = buf;
    pw->pw_uid = uid;
    *ret = pw;
    return 0;
}

/* ---- the doors ---- */

static bool job(const char *before, const char *name, const char *after)
{
    char text[256];

    snprintf(text, sizeof(text), "%s%s%s\n", before, name, after);
    return testring_run(ring, text) == 0;
}

static bool adduser(const char *name)
{
    return job("ADDUSER ", name, "");
}

static bool racdcert_id(const char *name)
{
    char user[64];

    snprintf(user, sizeof(user), "ADDUSER %s\nRACDCERT ID(", name);
    return job(user, name, ") ADDRING(R)");
}

static bool permit(const char *name)
{
    char user[128];

    snprintf(user, sizeof(user),
             "ADDUSER %s\nRDEFINE FACILITY RES\n"
             "PERMIT RES CLASS(FACILITY) ID(",
             name);
    return job(user, name, ")");
}

static bool issuer(const char *name)
{
    char command[] = "LISTUSER IBMUSER", *args[] = {command};
    struct racdcert_options o = {.racf = testring_dir(ring),
                                 .issuer = name,
                                 .whole_command = true,
                                 .args = args,
                                 .nargs = 1};
    char text[512] = "";
    FILE *out = fmemopen(text, sizeof(text), "w");

    racdcert_main(&o, out, out);
    fclose(out);
    return strstr(text, "--issuer") == NULL;
}

static bool caller(const char *name)
{
    struct passticket_options o = {.verb = VERB_GEN,
                                   .racf = testring_dir(ring),
                                   .user = "A",
                                   .application = "A",
                                   .caller = name,
                                   .now = 1};
    FILE *out = fopen("/dev/null", "w");
    int r = passticket_cmd(&o, out, out);

    fclose(out);
    return r == 8; /* refused, but not for the name: 12 */
}

static bool ticket(const char *user, const char *application)
{
    static const unsigned char key[PASSTICKET_KEY] = {1};
    char ret[PASSTICKET_LEN + 1];

    return passticket_make(user, application, key, 1, ret, NULL) == 0;
}

static bool passticket_user(const char *name)
{
    return ticket(name, "A");
}

static bool passticket_application(const char *name)
{
    return ticket("A", name);
}

static bool explain_userid(const char *name)
{
    struct ctl_conn c;

    ctl_conn_init(&c);
    return ctl_conn_set_userid(&c, name, NULL) == 0;
}

static bool explain_jobname(const char *name)
{
    struct ctl_conn c;

    ctl_conn_init(&c);
    return ctl_conn_set_jobname(&c, name, NULL) == 0;
}

static bool conf(const char *before, const char *name, const char *after)
{
    struct diags *diags = diags_new();
    struct config *c = NULL;
    struct source *src;
    char text[512];
    int r;

    snprintf(text, sizeof(text), "%s\"%s\"%s", before, name, after);
    ck_assert_int_eq(source_new("conf", text, strlen(text), &src, NULL), 0);
    r = config_load_source(src, diags, &c);
    source_unref(src);
    config_unref(c);
    diags_free(diags);
    return r == 0;
}

#define LISTENER                                                               \
    "listeners = ( { mode = \"forward\"; direction = \"Outbound\";"            \
    " listen = \"127.0.0.1:1\"; target = \"127.0.0.1:2\";"                     \
    " allow = ( \"root\" ); "

static bool conf_userid(const char *name)
{
    return conf(LISTENER "userid = ", name, "; } );");
}

static bool conf_users(const char *name)
{
    return conf("users = ( { uid = 5; userid = ", name, "; } );");
}

static bool conf_jobname(const char *name)
{
    return conf(LISTENER "jobname = ", name, "; } );");
}

static bool conf_jobs(const char *name)
{
    return conf("jobs = ( { jobname = ", name, "; port = 5; uid = 0; } );");
}

static bool conf_stack(const char *name)
{
    return conf("stack = ", name, ";");
}

static bool account_map(const char *name)
{
    enum directory_answer answer;
    char ret[ZOS_NAME_SIZE];
    struct directory *d;

    account = name;
    ck_assert_int_eq(directory_new(&d, NULL), 0);
    directory_resolve_userid(d, TESTED);
    answer = directory_userid(d, TESTED, ret);
    directory_free(d);
    return answer == DIRECTORY_KNOWN;
}

static bool unit(const char *name)
{
    char cgroup[64], ret[ZOS_NAME_SIZE];

    snprintf(cgroup, sizeof(cgroup), "/%s.service", name);
    return name_of_unit(cgroup, ret);
}

static bool addgroup(const char *name)
{
    return job("ADDGROUP ", name, "");
}

static bool class_name(const char *name)
{
    return job("SETROPTS CLASSACT(", name, ")");
}

static bool job_card(const char *name)
{
    return job("//J JOB USER=", name,
               "\n//S EXEC PGM=IKJEFT01\n//SYSTSIN DD *\nLISTUSER") ||
           strstr(testring_output(ring), "on the JOB card") == NULL;
}

static const struct {
    const char *name;
    enum zos_name_kind kind;
    bool (*takes)(const char *name);
} doors[] = {
    {"ADDUSER", ZOS_USERID, adduser},
    {"RACDCERT ID()", ZOS_USERID, racdcert_id},
    {"PERMIT", ZOS_USERID, permit},
    {"racdcert --issuer", ZOS_USERID, issuer},
    {"attls-passticket --caller", ZOS_USERID, caller},
    {"a PassTicket's user", ZOS_USERID, passticket_user},
    {"attlsctl --userid", ZOS_USERID, explain_userid},
    {"attlsd.conf userid", ZOS_USERID, conf_userid},
    {"attlsd.conf users", ZOS_USERID, conf_users},
    {"the account's name", ZOS_USERID, account_map},
    {"a PassTicket's application", ZOS_APPLICATION, passticket_application},
    {"USER= of a JOB card", ZOS_JCL_USER, job_card},
    {"attlsctl --jobname", ZOS_JOBNAME, explain_jobname},
    {"attlsd.conf jobname", ZOS_JOBNAME, conf_jobname},
    {"attlsd.conf jobs", ZOS_JOBNAME, conf_jobs},
    {"attlsd.conf stack", ZOS_JOBNAME, conf_stack},
    {"the unit's name", ZOS_JOBNAME, unit},
    {"ADDGROUP", ZOS_GROUP, addgroup},
    {"SETROPTS CLASSACT", ZOS_CLASS, class_name},
};

/* As IBM's manuals have it (zos/names.def): of the user's kinds, and of those
 * that may not begin with a digit. */
static const struct {
    const char *name;
    bool user, other;
} names[] = {
    {"ABC", true, true},         {"abc", true, true},
    {"ABCDEFGH", true, true},    {"ABCDEFGHI", false, false},
    {"1ABC", true, false},       {"12345678", true, false},
    {"123456789", false, false}, {"#A$B1", true, true},
    {"$", true, true},           {"A.B", false, false},
    {"A-B", false, false},       {"A_B", false, false},
    {"A*", false, false},        {"\xc3\x84", false, false},
};

static bool wanted(int row, enum zos_name_kind kind)
{
    return kind == ZOS_USERID || kind == ZOS_APPLICATION ? names[row].user
                                                         : names[row].other;
}

/* One database for all: nothing is stored in it. */
static void set_up(void)
{
    ring = testring_empty();
    testring_run(ring, "SETROPTS LIST\n");
    testring_dry_run(ring, true);
}

static void tear_down(void)
{
    testring_free(ring);
}

START_TEST(every_door_has_the_same_rule)
{
    size_t d;

    for (d = 0; d < sizeof(doors) / sizeof(doors[0]); d++)
        ck_assert_msg(doors[d].takes(names[_i].name) ==
                          wanted(_i, doors[d].kind),
                      "%s: %s", doors[d].name, names[_i].name);
}
END_TEST

/* The tables on the disk take what the commands took. */
START_TEST(what_was_stored_is_read_again)
{
    struct testring *own = testring_empty();
    struct saf *saf = NULL;

    ck_assert_int_eq(testring_run(own, "ADDUSER 1ABC\nADDGROUP G\n"
                                       "CONNECT 1ABC GROUP(G)\n"
                                       "RDEFINE FACILITY RES\n"
                                       "PERMIT RES CLASS(FACILITY) ID(1ABC)\n"
                                       "RACDCERT ID(1ABC) ADDRING(R)\n"),
                     0);
    ck_assert_int_eq(saf_open(testring_dir(own), SAF_READ, &saf, NULL), 0);
    ck_assert(saf_user_in_group(saf, "1ABC", "G"));
    saf_close(saf);
    ck_assert_int_eq(testring_run(own, "RACDCERT ID(1ABC) LISTRING(R)\n"), 0);
    testring_free(own);
}
END_TEST

TESTS_BEGIN("doors")
tcase_add_unchecked_fixture(tc, set_up, tear_down);
TEST_ROWS(every_door_has_the_same_rule, names)
TEST(what_was_stored_is_read_again)
TESTS_END
