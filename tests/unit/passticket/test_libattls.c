#include <attls/passticket.h>

#include <string.h>

#include "support/suite.h"
#include "support/testring.h"

/* The shared library, as a program of others sees it: its header only. */

#define NOW 1591968572

static const unsigned char key[8] = {0x12, 0x34, 0x56, 0x78,
                                     0x9A, 0xBC, 0xDE, 0xF0};
static struct attls_passticket_codes codes;

static void check_codes(int saf_rc, int racf_rc, int reason)
{
    ck_assert_int_eq(codes.saf_rc, saf_rc);
    ck_assert_int_eq(codes.racf_rc, racf_rc);
    ck_assert_int_eq(codes.reason, reason);
    ck_assert(codes.detail[0] != '\0');
}

START_TEST(makes_and_verifies_with_a_key)
{
    char ticket[ATTLS_PASSTICKET_SIZE];
    time_t made = 0;

    ck_assert_int_eq(
        attls_passticket_make("fred", "imsappl", key, NOW, ticket, &codes),
        ATTLS_PASSTICKET_OK);
    ck_assert_str_eq(ticket, "2J4FVS6J");
    check_codes(0, 0, 0);
    ck_assert_int_eq(attls_passticket_verify("FRED", "IMSAPPL", key, ticket,
                                             NOW + 600, &made, NULL),
                     ATTLS_PASSTICKET_OK);
    ck_assert_int_eq(made, NOW);
    ck_assert_int_eq(attls_passticket_verify("FRED", "IMSAPPL", key, ticket,
                                             NOW + 601, NULL, &codes),
                     ATTLS_PASSTICKET_NOT_VALID);
    check_codes(8, 16, 32);
    ck_assert_int_eq(
        attls_passticket_make("FR ED", "IMSAPPL", key, NOW, ticket, &codes),
        ATTLS_PASSTICKET_PARAMETER);
    check_codes(8, 8, 4);
}
END_TEST

START_TEST(generates_and_evaluates_with_a_database)
{
    struct testring *ring = testring_empty();
    const char *dir = testring_dir(ring);
    char ticket[ATTLS_PASSTICKET_SIZE];

    ck_assert_int_eq(
        testring_run(ring,
                     "AU (FRED LIBSERV OTHER) NOPASSWORD\n"
                     "SETR CLASSACT(PTKTDATA) GENERIC(PTKTDATA)\n"
                     "RDEF PTKTDATA IMSAPPL SSIGNON(KEYM(123456789ABCDEF0))\n"
                     "RDEF PTKTDATA IRRPTAUTH.IMSAPPL.*\n"
                     "PE IRRPTAUTH.IMSAPPL.* CLASS(PTKTDATA) ID(LIBSERV) "
                     "ACC(UPDATE)\nSETR RACLIST(PTKTDATA)\n"),
        0);
    ck_assert_int_eq(attls_passticket_generate(dir, "LIBSERV", "FRED",
                                               "IMSAPPL", NOW, ticket, &codes),
                     ATTLS_PASSTICKET_OK);
    ck_assert_str_eq(ticket, "2J4FVS6J");
    ck_assert_int_eq(attls_passticket_generate(dir, "OTHER", "FRED", "IMSAPPL",
                                               NOW, ticket, &codes),
                     ATTLS_PASSTICKET_NOT_AUTHORIZED);
    check_codes(8, 8, 16);
    ck_assert_int_eq(attls_passticket_evaluate(dir, NULL, "FRED", "IMSAPPL",
                                               ticket, NOW, &codes),
                     ATTLS_PASSTICKET_OK);
    ck_assert_int_eq(attls_passticket_evaluate(dir, NULL, "FRED", "IMSAPPL",
                                               ticket, NOW, &codes),
                     ATTLS_PASSTICKET_NOT_VALID);
    check_codes(8, 16, 32);
    ck_assert_int_eq(attls_passticket_evaluate(dir, NULL, "FRED", "NONE",
                                               ticket, NOW, &codes),
                     ATTLS_PASSTICKET_NO_KEY);
    ck_assert_int_eq(attls_passticket_evaluate("/none", NULL, "FRED", "IMSAPPL",
                                               ticket, NOW, &codes),
                     ATTLS_PASSTICKET_INTERNAL);
    check_codes(8, 8, 12);
    testring_free(ring);
}
END_TEST

TESTS_BEGIN("libattls")
TEST(makes_and_verifies_with_a_key)
TEST(generates_and_evaluates_with_a_database)
TESTS_END
