#include "saf/db/saf.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "support/suite.h"
#include "support/testring.h"

/* The commands of admin.def: what they say, return and change. */

static struct testring *ring;

static void set_up(void)
{
    ring = testring_empty();
    testring_issuer(ring, "IBMUSER");
    testring_quiet(ring, true);
    ck_assert_int_eq(
        testring_run(ring, "AG G1\nAU (FRED JANE)\n"
                           "AU LIBSERV\nSETR CLASSACT(FACILITY PTKTDATA)\n"
                           "SETR GENERIC(FACILITY)\nRDEF FACILITY OLD\n"),
        0);
}

static void tear_down(void)
{
    testring_free(ring);
}

#define BAD_ID                                                                 \
    "\n  a user id has 1 to 8 characters A-Z 0-9 # $ @, and is not a group's " \
    "name\n"
#define BAD_GROUP                                                              \
    "\n  a group's name has 1 to 8 characters A-Z 0-9 # $ @, no digit first, " \
    "and is not a user id\n"
#define COMPLETE "ICH14063I SETROPTS command complete.\n"

static const struct {
    const char *job;
    int rc;
    const char *out;
} rows[] = {
    /* ADDUSER */
    {"ADDUSER", 12, "IKJ56701I MISSING RACF USERID TO BE ADDED\n"},
    {"ADDUSER A", 0, "ICH01024I User A is defined as PROTECTED.\n"},
    {"ADDUSER a NOPASSWORD", 0, "ICH01024I User A is defined as PROTECTED.\n"},
    {"ADDUSER (A B) PASSWORD(X)", 0, ""},
    {"AU A PASSWORD(X) DFLTGRP(G1) OWNER(FRED) NAME('A')", 0, ""},
    {"AU FRED PASSWORD(X)", 8,
     "IKJ56702I INVALID USERID, FRED\n  the user exists already\n"},
    {"AU (FRED A) PASSWORD(X)", 8,
     "IKJ56702I INVALID USERID, FRED\n  the user exists already\n"},
    {"AU ABCDEFGHI", 8, "IKJ56702I INVALID USERID, ABCDEFGHI" BAD_ID},
    {"AU 1A", 0, "ICH01024I User 1A is defined as PROTECTED.\n"},
    {"AG 1A", 8, "IKJ56702I INVALID GROUP, 1A" BAD_GROUP},
    {"AU 'a'", 8, "IKJ56702I INVALID USERID, a" BAD_ID},
    {"AU irrcerta", 0, "ICH01024I User IRRCERTA is defined as PROTECTED.\n"},
    {"AU '../X'", 8, "IKJ56702I INVALID USERID, ../X" BAD_ID},
    {"AU G1", 8, "IKJ56702I INVALID USERID, G1" BAD_ID},
    {"AU A PASSWORD(X) DFLTGRP(NONE)", 8,
     "IKJ56702I INVALID DFLTGRP, NONE\n  no such group; ADDGROUP makes it\n"},
    {"AU A PASSWORD(X) OWNER(NONE)", 8,
     "IKJ56702I INVALID OWNER, NONE\n  no user and no group has this name\n"},
    {"AU A PASSWORD", 12,
     "IKJ56701I MISSING PASSWORD\n  write PASSWORD(value), or NOPASSWORD\n"},
    {"AU A PASSWORD(TOOLONG99)", 12,
     "IKJ56702I INVALID PASSWORD, ****\n  the value is too long\n  it may have "
     "8 characters and has 9\n"},
    {"AU A PASSWORD(X) OPERATIONS OMVS(UID(7))", 0,
     "NOTE: OPERATIONS has no meaning here and is ignored\n"
     "NOTE: OMVS has no meaning here and is ignored\n"},
    {"AU A PHRASE('x')", 8,
     "PHRASE is not supported here: give the user a PASSWORD\n"},
    {"AU A PASSWORD(X) NAM(Y) DFLT(G1)", 0, ""},
    {"AU A N(Y)", 12,
     "IKJ56712I INVALID KEYWORD, N\n  several operands begin like this; write "
     "more of the keyword\n"},
    {"AU (A B PASSWORD(X)", 12,
     "IKJ56702I INVALID RACF USERID TO BE ADDED, PASSWORD\n  test:1:9: the "
     "parenthesis of the list before PASSWORD is not closed\n"},
    /* ALTUSER */
    {"ALTUSER", 12, "IKJ56701I MISSING RACF USERID\n"},
    {"ALU FRED NAME('X') OWNER(G1) SPECIAL PASSWORD(Y) NOEXPIRED", 0,
     "NOTE: NOEXPIRED has no meaning here and is ignored\n"},
    {"ALU NOBODY SPECIAL", 8,
     "IKJ56702I INVALID USERID, NOBODY\n  no such user; ADDUSER makes it\n"},
    {"ALU FRED DFLTGRP(G1)", 8,
     "IKJ56702I INVALID DFLTGRP, G1\n  the user is not connected to this "
     "group\n"},
    {"CO FRED GROUP(G1)\nALU FRED DFLTGRP(G1)", 0, ""},
    {"ALU FRED REVOKE(1/1/30)", 12,
     "IKJ56702I INVALID REVOKE, 1/1/30\n  the operand takes no value\n"},
    {"ALU FRED PASSWORD SESAME2", 12, "IKJ56712I INVALID KEYWORD, ****\n"},
    /* ADDGROUP, CONNECT */
    {"ADDGROUP", 12, "IKJ56701I MISSING GROUP NAME TO BE ADDED\n"},
    {"ADDGROUP (A B) SUPGROUP(G1) OWNER(G1)", 0, ""},
    {"AG G1", 8, "IKJ56702I INVALID GROUP, G1\n  the group exists already\n"},
    {"AG FRED", 8, "IKJ56702I INVALID GROUP, FRED" BAD_GROUP},
    {"AG A SUPGROUP(NONE)", 8,
     "IKJ56702I INVALID SUPGROUP, NONE\n  no such group; ADDGROUP makes it\n"},
    {"CONNECT (FRED,JANE) GROUP (G1)", 0, ""},
    {"CO FRED GROUP(G1) AUTHORITY(USE)", 0,
     "NOTE: AUTHORITY has no meaning here and is ignored\n"},
    {"CO FRED GROUP(NONE)", 8,
     "IKJ56702I INVALID GROUP, NONE\n  no such group; ADDGROUP makes it\n"
     "ICH02003I USER(S) NOT CONNECTED\n"},
    {"CO (NOBODY FRED) GROUP(G1)", 8,
     "IKJ56702I INVALID USERID, NOBODY\n  no such user; ADDUSER makes it\n"
     "ICH02003I NOBODY NOT CONNECTED\n"},
    {"CO FRED", 12,
     "IKJ56701I MISSING GROUP\n  write GROUP(name): the issuer has no "
     "group\n"},
    {"CO FRED GROUP(G1) REVOKE", 8,
     "REVOKE is not supported here: ALTUSER REVOKE shuts a user out "
     "everywhere\n"},
    {"CONNECT (FRED, JANE GROUP (G1)", 12,
     "IKJ56702I INVALID USERID, GROUP\n  test:1:21: the parenthesis of the "
     "list before GROUP is not closed\n"},
    /* SETROPTS */
    {"SETROPTS", 0, COMPLETE},
    {"setr raclist(digtcert,digtnmap) refresh", 0, COMPLETE},
    {"SETR RACLIST(RDATALIB) REFRESH", 4,
     "ICH14070I SETROPTS RACLIST REFRESH had no effect on class "
     "RDATALIB.\n" COMPLETE},
    {"SETR CLASSACT (PTKTDATA) RACLIST (PTKTDATA)", 0, COMPLETE},
    {"SETR GENERIC(*) CLASSACT(*)", 0, COMPLETE},
    {"SETR CLASSACT($MINE)", 0,
     "NOTE: $MINE is not a class of RACF that is known here; it is taken for "
     "one of the installation's own\n" COMPLETE},
    {"SETR RACLIST(PTKDATA)", 0,
     "NOTE: PTKDATA is not a class of RACF that is known here; it is taken "
     "for one of the installation's own\n  did you mean PTKTDATA?\n" COMPLETE},
    {"SETR CLASSACT('a b')", 8,
     "IKJ56702I INVALID CLASS, a b\n  a class has 1 to 8 characters, like "
     "FACILITY\n" COMPLETE},
    {"SETR RACLIST", 12, "IKJ56701I MISSING RACLIST\n  write RACLIST(value)\n"},
    {"SETR LIST", 8,
     "LIST is not supported here: the options are in the folder's "
     "saf/classes.cfg\n"},
    {"SETR AUDIT(*) GRPLIST", 0,
     "NOTE: AUDIT has no meaning here and is ignored\n"
     "NOTE: GRPLIST has no meaning here and is ignored\n" COMPLETE},
    /* RDEFINE, RALTER */
    {"RDEFINE", 12, "IKJ56701I MISSING CLASS NAME\n"},
    {"RDEFINE (A)", 12, "IKJ56701I MISSING CLASS NAME\n"},
    {"RDEFINE FACILITY", 12, "IKJ56701I MISSING PROFILE NAME\n"},
    {"RDEF FACILITY A.B UACC(READ) APPLDATA('x') OWNER(FRED)", 0, ""},
    {"RDEF FACILITY (A.B C.D)", 0, ""},
    {"RDEF FACILITY(A.B C.D)", 0, ""},
    {"RDEF FACILITY OLD", 8,
     "ICH10102I OLD ALREADY DEFINED TO CLASS FACILITY.\n"},
    {"RDEF FACILTY A", 8,
     "IKJ56702I INVALID CLASS NAME, FACILTY\n  SETROPTS CLASSACT(class) makes "
     "a class of the installation known here\n  did you mean FACILITY?\n"},
    {"SETR CLASSACT($MINE)\nRDEF $MINE A", 0, NULL},
    {"RDEF DIGTCERT A", 8,
     "IKJ56702I INVALID CLASS NAME, DIGTCERT\n  its profiles are rings and "
     "certificates: RACDCERT changes them\n"},
    {"RDEF FACILITY A UACC(SOME)", 12,
     "IKJ56702I INVALID UACC, SOME\n  NONE, EXECUTE, READ, UPDATE, CONTROL or "
     "ALTER\n"},
    {"RDEF FACILITY A. B.*", 12, "IKJ56712I INVALID KEYWORD, B.*\n"},
    {"RDEF FACILITY A.", 8,
     "IKJ56702I INVALID PROFILE NAME, A.\n  1 to 246 characters, qualifiers "
     "between single dots, none of them empty\n"},
    {"RDEF FACILITY A..B", 8,
     "IKJ56702I INVALID PROFILE NAME, A..B\n  1 to 246 characters, qualifiers "
     "between single dots, none of them empty\n"},
    {"RDEF FACILITY A*B", 8,
     "IKJ56702I INVALID PROFILE NAME, A*B\n  * ends a qualifier, ** is a "
     "whole one\n"},
    {"RDEF FACILITY A.B**", 8,
     "IKJ56702I INVALID PROFILE NAME, A.B**\n  * ends a qualifier, ** is a "
     "whole one\n"},
    {"RDEF PTKTDATA IRRPTAUTH.A.*", 0,
     "NOTE: class PTKTDATA is not GENERIC: * and % in this profile stand for "
     "themselves (SETROPTS GENERIC(PTKTDATA))\n"},
    {"RDEF FACILITY A WARNING", 8,
     "WARNING is not supported here: every check here is enforced; give the "
     "access that is wanted\n"},
    {"RALTER FACILITY OLD UACC(UPDATE) APPLDATA('x') OWNER(FRED)", 0, ""},
    {"RALT FACILITY OLD NOAPPLDATA", 0, ""},
    {"RALT FACILITY NEW UACC(READ)", 8,
     "ICH11102I NEW NOT DEFINED TO CLASS FACILITY.\n"},
    /* SSIGNON */
    {"RDEF PTKTDATA A SSIGNON(KEYMASKED(123456789ABCDEF0))", 0,
     "NOTE: the key of KEYMASKED is printed in sample jobs, so everybody knows "
     "it; outside of a test make your own: openssl rand -hex 8\n"},
    {"RDEF PTKTDATA A SSIGNON(KEYMASKED(1A2B3C4D5E6F7081))", 0, ""},
    {"RDEF PTKTDATA A SSIGNON(KEYMASK('123456789abcdef0'))", 0,
     "NOTE: the key of KEYMASKED is printed in sample jobs, so everybody knows "
     "it; outside of a test make your own: openssl rand -hex 8\n"},
    {"RDEF PTKTDATA A SSIGNON(KEYMASKED(123456789ABCDEF))", 12,
     "IKJ56702I INVALID KEYMASKED, ****\n  a key has 16 hexadecimal digits\n"},
    {"RDEF PTKTDATA A SSIGNON(KEYENCRYPTED(123456789ABCDEF01))", 12,
     "IKJ56702I INVALID KEYENCRYPTED, ****\n  a key has 16 hexadecimal "
     "digits\n"},
    {"RDEF PTKTDATA A SSIGNON(KEYMASKED(123456789ABCDEFG))", 12,
     "IKJ56702I INVALID KEYMASKED, ****\n  a key has 16 hexadecimal digits\n"},
    {"RDEF PTKTDATA A SSIGNON(KEYMASKED(123456789ABCDEF0) KEYLABEL(X))", 12,
     "IKJ56702I INVALID SSIGNON\n  one of KEYMASKED, KEYENCRYPTED and "
     "KEYLABEL, not several\n"},
    {"RDEF PTKTDATA A SSIGNON(123456789ABCDEF0)", 12,
     "IKJ56712I INVALID KEYWORD, ****\n"},
    {"RDEF FACILITY A SSIGNON(KEYMASKED(123456789ABCDEF0))", 8,
     "IKJ56702I INVALID SSIGNON, FACILITY\n  only profiles of class PTKTDATA "
     "have keys\n"},
    {"RDEF PTKTDATA A SSIGNON(KEYLABEL(9X))", 12,
     "IKJ56702I INVALID KEYLABEL, 9X\n  a label has letters, digits, # @ $ "
     "and dots, and does not begin with a digit\n"},
    {"RDEF PTKTDATA A SSIGNON(EPTKEYLABEL(X))", 0,
     "NOTE: no key is stored under X yet: attls-passticket key --label X "
     "stores one\n"},
    {"RDEF PTKTDATA A SSIGNON(TYPE(LOWER))", 12,
     "IKJ56702I INVALID TYPE, LOWER\n  UPPER or MIXED\n"},
    {"RDEF PTKTDATA A SSIGNON(TIMEOUT(0))", 12,
     "IKJ56702I INVALID TIMEOUT, 0\n  1 to 600 seconds\n"},
    {"RDEF PTKTDATA A SSIGNON(TIMEOUT(601))", 12,
     "IKJ56702I INVALID TIMEOUT, 601\n  1 to 600 seconds\n"},
    {"RDEF PTKTDATA A SSIGNON(REPLAY(X))", 12,
     "IKJ56702I INVALID REPLAY, X\n  YES or NO\n"},
    {"RDEF PTKTDATA A SSIGNON(KEYM(1A2B3C4D5E6F7081))\n"
     "RL PTKTDATA A NORACF SSIGNON",
     0,
     "SSIGNON INFORMATION\n-------------------\n"
     "KEYMASKED DATA NOT DISPLAYABLE\n\n"},
    {"RDEF PTKTDATA A SSIGNON(KEYE(1A2B3C4D5E6F7081))\n"
     "RALT PTKTDATA A NOSSIGNON\nRL PTKTDATA A NORACF SSIGNON",
     0, "NO SSIGNON INFORMATION\n\n"},
    /* PERMIT */
    {"PERMIT", 12, "IKJ56701I MISSING PROFILE NAME\n"},
    {"PE OLD CLASS(FACILITY) ID(FRED G1 *) ACCESS(UPDATE)", 0, ""},
    {"PE OLD ID(FRED)", 12,
     "IKJ56701I MISSING CLASS\n  data sets are not protected here: write "
     "CLASS(name)\n"},
    {"PE OLD CLASS(FACILITY)", 12,
     "IKJ56701I MISSING ID\n  write ID(user or group, or *)\n"},
    {"PE OLD CLASS(FACILITY) ID(FRED) ACC(SOME)", 12,
     "IKJ56702I INVALID ACCESS, SOME\n  NONE, EXECUTE, READ, UPDATE, CONTROL "
     "or ALTER\n"},
    {"PE NEW CLASS(FACILITY) ID(FRED)", 8,
     "ICH06004I NEW NOT DEFINED TO RACF\n"},
    {"PE OLD CLASS(FACILITY) ID(NOBODY FRED)", 8,
     "ICH06007I NOBODY NOT DEFINED TO RACF\n"},
    {"PE OLD CLASS(FACILITY) ID(FRED) DELETE", 4,
     "ICH06002I FRED NOT AUTHORIZED, DELETE IGNORED\n"},
    {"PE OLD CLASS(FACILITY) RESET(ALL)", 0, ""},
    {"PE OLD CLASS(FACILITY) RESET(SOME)", 8,
     "IKJ56702I INVALID RESET, SOME\n  RESET, RESET(STANDARD) or "
     "RESET(ALL)\n"},
    {"PE OLD CLASS(FACILITY) ID(FRED) WHEN(PROGRAM(X))", 8,
     "WHEN is not supported here: there are no conditional access lists "
     "here\n"},
    /* listings that find nothing */
    {"RLIST FACILITY NONE", 4, "ICH13003I NONE NOT FOUND\n"},
    {"RLIST RDATALIB *", 4, "ICH13004I NOTHING TO LIST\n"},
    {"RL FACILTY *", 8,
     "IKJ56702I INVALID CLASS NAME, FACILTY\n  SETROPTS CLASSACT(class) makes "
     "a class of the installation known here\n  did you mean FACILITY?\n"},
    {"LISTUSER NOBODY", 4, "ICH30001I UNABLE TO LOCATE USER    ENTRY NOBODY\n"},
    {"LU", 4, "ICH30001I UNABLE TO LOCATE USER    ENTRY IBMUSER\n"},
    {"LISTGRP NONE", 4, "ICH51003I NAME NOT FOUND IN RACF DATA SET\n"},
    {"LG NONE NORACF OMVS", 4,
     "NOTE: NORACF has no meaning here and is ignored\n"
     "NOTE: OMVS has no meaning here and is ignored\n"
     "ICH51003I NAME NOT FOUND IN RACF DATA SET\n"},
    {"LG", 12, "IKJ56701I MISSING GROUP NAME\n"},
    /* not done here */
    {"RDELETE FACILITY OLD", 8, "RDELETE is not supported here\n"},
    {"DELUSER FRED", 8, "DELUSER is not supported here\n"},
    {"DELGROUP G1", 8, "DELGROUP is not supported here\n"},
    {"REMOVE FRED GROUP(G1)", 8, "REMOVE is not supported here\n"},
    {"PASSWORD USER(FRED)", 8, "PASSWORD is not supported here\n"},
};

START_TEST(says_what_it_did)
{
    int rc = testring_run(ring, rows[_i].job);

    ck_assert_msg(rc == rows[_i].rc, "%s: rc %d, want %d: %s", rows[_i].job, rc,
                  rows[_i].rc, testring_output(ring));
    if (rows[_i].out != NULL)
        ck_assert_msg(strcmp(testring_output(ring), rows[_i].out) == 0,
                      "%s: got \"%s\"", rows[_i].job, testring_output(ring));
}
END_TEST

/* ---- effects ---- */

static struct saf *reader(void)
{
    struct saf *saf = NULL;

    ck_assert_int_eq(saf_open(testring_dir(ring), SAF_READ, &saf, NULL), 0);
    return saf;
}

START_TEST(of_several_users_the_good_ones_are_made)
{
    struct saf *saf;

    ck_assert_int_eq(testring_run(ring, "AU (9X A FRED B) PASSWORD(X)"), 8);
    saf = reader();
    ck_assert(saf_user_exists(saf, "A"));
    ck_assert(saf_user_exists(saf, "B"));
    ck_assert(saf_user_in_group(saf, "A", "SYS1"));
    saf_close(saf);
}
END_TEST

START_TEST(the_default_group_is_the_issuers)
{
    struct saf *saf;

    testring_run(ring, "CO FRED GROUP(G1)\nALU FRED DFLTGRP(G1)\n");
    testring_issuer(ring, "FRED");
    ck_assert_int_eq(testring_run(ring, "AU A PASSWORD(X)\nCO JANE\n"), 0);
    saf = reader();
    ck_assert(saf_user_in_group(saf, "A", "G1"));
    ck_assert(saf_user_in_group(saf, "JANE", "G1"));
    saf_close(saf);
}
END_TEST

START_TEST(a_wrong_operand_changes_nothing)
{
    struct saf *saf;

    ck_assert_int_eq(testring_run(ring, "AU A PASSWORD(X) NOSUCH\n"), 12);
    saf = reader();
    ck_assert(!saf_user_exists(saf, "A"));
    saf_close(saf);
}
END_TEST

START_TEST(no_listing_shows_a_password)
{
    testring_quiet(ring, false);
    testring_run(ring, "AU A PASSWORD(OPENUP)\nALU A PASSWORD('open1')\n"
                       "LU (A FRED)\n");
    ck_assert_ptr_null(strstr(testring_output(ring), "OPENUP"));
    ck_assert_ptr_null(strstr(testring_output(ring), "open1"));
    ck_assert_ptr_nonnull(strstr(testring_output(ring), "PASSWORD(****)"));
}
END_TEST

/* ---- layouts; TODAY is the day of the run ---- */

static const struct {
    const char *job, *want;
} layouts[] = {
    {"ALU FRED NAME('FRED ASTAIRE') SPECIAL PASSWORD(X)\nCO FRED GROUP(G1) "
     "OWNER(G1)\n"
     "LISTUSER FRED",
     "USER=FRED  NAME=FRED ASTAIRE          OWNER=IBMUSER   CREATED=TODAY\n"
     " DEFAULT-GROUP=SYS1     PASSDATE=TODAY PASS-INTERVAL=N/A "
     "PHRASEDATE=N/A\n"
     " ATTRIBUTES=SPECIAL\n"
     " REVOKE DATE=NONE   RESUME DATE=NONE\n"
     " LAST-ACCESS=UNKNOWN\n"
     " CLASS AUTHORIZATIONS=NONE\n"
     " NO-INSTALLATION-DATA\n"
     " NO-MODEL-NAME\n"
     " LOGON ALLOWED   (DAYS)          (TIME)\n"
     " ---------------------------------------------\n"
     " ANYDAY                          ANYTIME\n"
     "  GROUP=SYS1      AUTH=USE      CONNECT-OWNER=IBMUSER   "
     "CONNECT-DATE=TODAY\n"
     "    CONNECTS=    00  UACC=NONE     LAST-CONNECT=UNKNOWN\n"
     "    CONNECT ATTRIBUTES=NONE\n"
     "    REVOKE DATE=NONE   RESUME DATE=NONE\n"
     "  GROUP=G1        AUTH=USE      CONNECT-OWNER=G1        "
     "CONNECT-DATE=TODAY\n"
     "    CONNECTS=    00  UACC=NONE     LAST-CONNECT=UNKNOWN\n"
     "    CONNECT ATTRIBUTES=NONE\n"
     "    REVOKE DATE=NONE   RESUME DATE=NONE\n"
     "SECURITY-LEVEL=NONE SPECIFIED\n"
     "CATEGORY-AUTHORIZATION\n"
     " NONE SPECIFIED\n"
     "SECURITY-LABEL=NONE SPECIFIED\n"},
    {"ALU LIBSERV REVOKE\nLU LIBSERV",
     "USER=LIBSERV  NAME=UNKNOWN  OWNER=IBMUSER   CREATED=TODAY\n"
     " DEFAULT-GROUP=SYS1     PASSDATE=N/A    PASS-INTERVAL=N/A "
     "PHRASEDATE=N/A\n"
     " ATTRIBUTES=PROTECTED REVOKED\n"
     " REVOKE DATE=NONE   RESUME DATE=NONE\n"},
    {"AG (G2 G3) SUPGROUP(G1)\nCO (FRED JANE) GROUP(G1)\nLISTGRP G1",
     "INFORMATION FOR GROUP G1\n"
     "    SUPERIOR GROUP=SYS1         OWNER=IBMUSER   CREATED=TODAY\n"
     "    NO INSTALLATION DATA\n"
     "    NO MODEL DATA SET\n"
     "    TERMUACC\n"
     "    SUBGROUP(S)= G2       G3       \n"
     "    USER(S)=      ACCESS=      ACCESS COUNT=      UNIVERSAL ACCESS=\n"
     "      FRED          USE           000000               NONE\n"
     "         CONNECT ATTRIBUTES=NONE\n"
     "         REVOKE DATE=NONE                 RESUME DATE=NONE\n"
     "      JANE          USE           000000               NONE\n"
     "         CONNECT ATTRIBUTES=NONE\n"
     "         REVOKE DATE=NONE                 RESUME DATE=NONE\n"},
    {"LG G1", "    NO SUBGROUPS\n    NO USERS\n"},
    {"RALT FACILITY OLD UACC(READ) APPLDATA('NO REPLAY PROTECTION')\n"
     "PE OLD CLASS(FACILITY) ID(G1) ACC(ALTER)\n"
     "PE OLD CLASS(FACILITY) ID(FRED) ACC(NONE)\n"
     "RLIST FACILITY OLD AUTHUSER",
     "CLASS      NAME\n"
     "-----      ----\n"
     "FACILITY   OLD\n"
     "\n"
     "LEVEL  OWNER      UNIVERSAL ACCESS  YOUR ACCESS  WARNING\n"
     "-----  --------   ----------------  -----------  -------\n"
     " 00    IBMUSER         READ               READ    NO\n"
     "\n"
     "INSTALLATION DATA\n"
     "-----------------\n"
     "NONE\n"
     "\n"
     "APPLICATION DATA\n"
     "----------------\n"
     "NO REPLAY PROTECTION\n"
     "\n"
     "SECLEVEL\n"
     "--------\n"
     "NO SECLEVEL\n"
     "\n"
     "CATEGORIES\n"
     "----------\n"
     "NO CATEGORIES\n"
     "\n"
     "SECLABEL\n"
     "--------\n"
     "NO SECLABEL\n"
     "\n"
     "AUDITING\n"
     "--------\n"
     "FAILURES(READ)\n"
     "\n"
     "NOTIFY\n"
     "------\n"
     "NO USER TO BE NOTIFIED\n"
     "\n"
     "USER      ACCESS   ACCESS COUNT\n"
     "----      ------   ------ -----\n"
     "G1        ALTER       000000\n"
     "FRED      NONE        000000\n"
     "\n"
     "   ID     ACCESS   ACCESS COUNT  CLASS                 ENTITY NAME\n"
     "-------- ------- ------------ -------- "
     "---------------------------------------\n"
     "NO ENTRIES IN CONDITIONAL ACCESS LIST\n\n"},
    {"RDEF FACILITY IRR.DIGTCERT.*\nRL FACILITY IRR.DIGTCERT.LIST ALL",
     "FACILITY   IRR.DIGTCERT.* (G)\n"},
    {"RDEF FACILITY A.* UACC(NONE)\nRL FACILITY A.* ALL",
     "USER      ACCESS\n----      ------\nNO USERS IN ACCESS LIST\n"},
    {"RDEF FACILITY A.* UACC(NONE)\nRL FACILITY A.B NOGENERIC",
     "ICH13003I A.B NOT FOUND\n"},
    {"RDEF FACILITY ZZ\nRDEF FACILITY AA\nRL FACILITY *", "FACILITY   AA\n"},
};

/* TEXT with TODAY as RACF writes the day. */
static void put_today(const char *text, char *buf, size_t cap)
{
    time_t now = time(NULL);
    struct tm tm;
    size_t n = 0;

    localtime_r(&now, &tm);
    while (*text != '\0' && n + 8 < cap) {
        if (strncmp(text, "TODAY", 5) == 0) {
            n += (size_t)snprintf(buf + n, cap - n, "%02d.%03d",
                                  tm.tm_year % 100, tm.tm_yday + 1);
            text += 5;
        } else {
            buf[n++] = *text++;
        }
    }
    buf[n] = '\0';
}

START_TEST(lists_as_racf_does)
{
    char want[4096];

    testring_run(ring, layouts[_i].job);
    put_today(layouts[_i].want, want, sizeof(want));
    ck_assert_msg(strstr(testring_output(ring), want) != NULL,
                  "%s: got\n%s\nwant\n%s", layouts[_i].job,
                  testring_output(ring), want);
}
END_TEST

START_TEST(all_of_a_class_in_order)
{
    const char *a, *o, *z;

    testring_run(ring, "RDEF FACILITY (ZZ AA)\nRL FACILITY *");
    a = strstr(testring_output(ring), "FACILITY   AA\n");
    o = strstr(testring_output(ring), "FACILITY   OLD\n");
    z = strstr(testring_output(ring), "FACILITY   ZZ\n");
    ck_assert(a != NULL && o != NULL && z != NULL && a < o && o < z);
}
END_TEST

START_TEST(lists_all_users_and_groups)
{
    ck_assert_int_eq(testring_run(ring, "LU *\nLG *\n"), 0);
    ck_assert_ptr_nonnull(strstr(testring_output(ring), "USER=FRED"));
    ck_assert_ptr_nonnull(strstr(testring_output(ring), "USER=LIBSERV"));
    ck_assert_ptr_nonnull(strstr(testring_output(ring), "FOR GROUP SYS1"));
    ck_assert_ptr_nonnull(strstr(testring_output(ring), "FOR GROUP G1"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("saf_admin");
    TCase *tc = tcase_create("saf_admin");
    SRunner *sr = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_set_timeout(tc, 30);
    TEST_ROWS(says_what_it_did, rows)
    TEST(of_several_users_the_good_ones_are_made)
    TEST(the_default_group_is_the_issuers)
    TEST(a_wrong_operand_changes_nothing)
    TEST(no_listing_shows_a_password)
    TEST_ROWS(lists_as_racf_does, layouts)
    TEST(all_of_a_class_in_order)
    TEST(lists_all_users_and_groups)
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
