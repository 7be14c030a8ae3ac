#include "passticket/passticket.h"

#include <stdio.h>
#include <string.h>

#include "support/suite.h"

/* The algorithms, against the vectors of two independent implementations. */

static unsigned char enhanced_key[64];

static void hex(const char *text, unsigned char key[PASSTICKET_KEY])
{
    size_t i;

    for (i = 0; i < PASSTICKET_KEY; i++)
        ck_assert_int_eq(sscanf(text + 2 * i, "%2hhx", &key[i]), 1);
}

static const struct {
    const char *user, *application, *key;
    int64_t when;
    const char *ticket;
} legacy[] = {
    {"FRED", "IMSAPPL", "123456789ABCDEF0", 1591968572, "2J4FVS6J"},
    {"USER1", "IMSAPPL", "123456789ABCDEF0", 1591968572, "VWLNUILN"},
    {"TOM", "TSOR001", "E001193519561977", 704643072, "YCCGEGDR"},
    {"IBMUSER", "TSO1234", "E001193519561977", 1600000000, "N1T0LQPQ"},
    {"USERID", "APPNAME", "A1B2C3D4E5F6A7B8", 1475020800, "X0IEEGFT"},
    {"LIBSERV1", "IMSAPPL", "0123456789ABCDEF", 4102444800, "AGKEFWEO"},
};

START_TEST(makes_the_known_legacy_tickets)
{
    unsigned char key[PASSTICKET_KEY];
    char ticket[PASSTICKET_LEN + 1];
    int64_t made;

    hex(legacy[_i].key, key);
    ck_assert_int_eq(passticket_legacy(legacy[_i].user, legacy[_i].application,
                                       key, legacy[_i].when, ticket, NULL),
                     0);
    ck_assert_str_eq(ticket, legacy[_i].ticket);
    ck_assert_int_eq(passticket_legacy_time(legacy[_i].user,
                                            legacy[_i].application, key, ticket,
                                            legacy[_i].when, &made, NULL),
                     0);
    ck_assert_int_eq(made, legacy[_i].when);
}
END_TEST

static const struct {
    const char *user, *application;
    int64_t when;
    bool mixed;
    const char *ticket;
} enhanced[] = {
    {"FRED", "IMSAPPL", 1591968572, false, "RCY67LQ7"},
    {"FRED", "IMSAPPL", 1591968572, true, "9YHjVjUN"},
    {"USER1", "IMSAPPL", 1700000000, false, "D56WPTVS"},
    {"USER1", "IMSAPPL", 1700000000, true, "E-XHDGbi"},
};

START_TEST(makes_the_known_enhanced_tickets)
{
    char ticket[PASSTICKET_LEN + 1];
    int64_t made;

    ck_assert_int_eq(passticket_enhanced(
                         enhanced[_i].user, enhanced[_i].application,
                         enhanced_key, sizeof(enhanced_key), enhanced[_i].mixed,
                         enhanced[_i].when, ticket, NULL),
                     0);
    ck_assert_str_eq(ticket, enhanced[_i].ticket);
    ck_assert_int_eq(
        passticket_enhanced_time(enhanced[_i].user, enhanced[_i].application,
                                 enhanced_key, sizeof(enhanced_key),
                                 enhanced[_i].mixed, ticket, &made, NULL),
        0);
    ck_assert_int_eq(made, enhanced[_i].when);
}
END_TEST

/* Every second of some minutes, in different years. */
START_TEST(each_ticket_gives_its_time_back)
{
    static const int64_t from[] = {0,          1,          704643072,
                                   1591968572, 2147483600, UINT32_MAX - 130};
    unsigned char key[PASSTICKET_KEY];
    char ticket[PASSTICKET_LEN + 1];
    int64_t made, t;
    size_t i;
    int mixed;

    hex("123456789ABCDEF0", key);
    for (i = 0; i < ROWS(from); i++)
        for (t = from[i]; t < from[i] + 130; t++) {
            ck_assert_int_eq(
                passticket_legacy("A", "B#@$9", key, t, ticket, NULL), 0);
            ck_assert_int_eq(passticket_legacy_time("A", "B#@$9", key, ticket,
                                                    t, &made, NULL),
                             0);
            ck_assert_int_eq(made, t);
            for (mixed = 0; mixed < 2; mixed++) {
                passticket_enhanced("A", "B", enhanced_key, 32, mixed, t,
                                    ticket, NULL);
                ck_assert_int_eq(
                    passticket_enhanced_time("A", "B", enhanced_key, 32, mixed,
                                             ticket, &made, NULL),
                    0);
                ck_assert_int_eq(made, t);
            }
        }
}
END_TEST

static bool near_now(const char *user, const char *application,
                     const char *key_hex, const char *ticket)
{
    unsigned char key[PASSTICKET_KEY];
    int64_t made, now = 1591968572;

    hex(key_hex, key);
    return passticket_legacy_time(user, application, key, ticket, now, &made,
                                  NULL) == 0 &&
           made >= now - PASSTICKET_WINDOW && made <= now + PASSTICKET_WINDOW;
}

START_TEST(another_name_or_key_gives_another_time)
{
    ck_assert(near_now("FRED", "IMSAPPL", "123456789ABCDEF0", "2J4FVS6J"));
    ck_assert(near_now("FRED", "IMSAPPL", "123456789ABCDEF0", "2j4fvs6j"));
    ck_assert(!near_now("FREE", "IMSAPPL", "123456789ABCDEF0", "2J4FVS6J"));
    ck_assert(!near_now("FRED", "IMSAPPM", "123456789ABCDEF0", "2J4FVS6J"));
    ck_assert(!near_now("FRED", "IMSAPPL", "323456789ABCDEF0", "2J4FVS6J"));
    ck_assert(!near_now("FRED", "IMSAPPL", "123456789ABCDEF0", "2J4FVS6K"));
    /* the parity bits of a DES key mean nothing */
    ck_assert(near_now("FRED", "IMSAPPL", "133557799BBDDFF1", "2J4FVS6J"));
}
END_TEST

static const struct {
    const char *ticket;
    int legacy, upper, mixed; /* the errors */
} forms[] = {
    {"", ERR_SYNTAX, ERR_SYNTAX, ERR_SYNTAX},
    {"2J4FVS6", ERR_SYNTAX, ERR_SYNTAX, ERR_SYNTAX},
    {"2J4FVS6JX", ERR_SYNTAX, ERR_SYNTAX, ERR_SYNTAX},
    {"2J4FVS6 ", ERR_SYNTAX, ERR_SYNTAX, ERR_SYNTAX},
    {"2J4FVS6#", ERR_SYNTAX, ERR_SYNTAX, ERR_SYNTAX},
    {"2J4FVS6\xe4", ERR_SYNTAX, ERR_SYNTAX, ERR_SYNTAX},
    {"2J4F-S6J", ERR_SYNTAX, ERR_SYNTAX, ERR_DENIED},
    {"AAAAAAAB", ERR_DENIED, 0, ERR_DENIED},
    {"ZZZZZZZZ", 0, ERR_SYNTAX, ERR_DENIED},
};

START_TEST(knows_what_is_no_ticket)
{
    unsigned char key[PASSTICKET_KEY];
    int64_t made;

    hex("123456789ABCDEF0", key);
    ck_assert_int_eq(passticket_legacy_time("FRED", "IMSAPPL", key,
                                            forms[_i].ticket, 0, &made, NULL),
                     forms[_i].legacy);
    ck_assert_int_eq(passticket_enhanced_time("FRED", "IMSAPPL", enhanced_key,
                                              64, false, forms[_i].ticket,
                                              &made, NULL),
                     forms[_i].upper);
    ck_assert_int_eq(passticket_enhanced_time("FRED", "IMSAPPL", enhanced_key,
                                              64, true, forms[_i].ticket, &made,
                                              NULL),
                     forms[_i].mixed);
}
END_TEST

static const struct {
    const char *name;
    bool valid;
} names[] = {
    {"A", true},    {"ABCDEFGH", true},   {"9#@$", true},
    {"", false},    {"ABCDEFGHI", false}, {"fred", false},
    {"A B", false}, {"A.B", false},       {"A\xe4", false},
};

START_TEST(knows_names)
{
    unsigned char key[PASSTICKET_KEY] = {0};
    char ticket[PASSTICKET_LEN + 1];
    int want = names[_i].valid ? 0 : ERR_VALUE;
    int64_t made;

    ck_assert_int_eq(
        passticket_legacy(names[_i].name, "A", key, 1, ticket, NULL), want);
    ck_assert_int_eq(
        passticket_legacy("A", names[_i].name, key, 1, ticket, NULL), want);
    ck_assert_int_eq(passticket_enhanced(names[_i].name, "A", enhanced_key, 64,
                                         false, 1, ticket, NULL),
                     want);
    ck_assert_int_eq(passticket_enhanced("A", names[_i].name, enhanced_key, 64,
                                         false, 1, ticket, NULL),
                     want);
    if (!names[_i].valid)
        ck_assert_int_eq(passticket_legacy_time(names[_i].name, "A", key,
                                                "2J4FVS6J", 0, &made, NULL),
                         ERR_VALUE);
}
END_TEST

START_TEST(refuses_impossible_times_and_keys)
{
    unsigned char key[PASSTICKET_KEY] = {0}, big[300] = {0};
    char ticket[PASSTICKET_LEN + 1];

    ck_assert_int_eq(passticket_legacy("A", "B", key, -1, ticket, NULL),
                     ERR_VALUE);
    ck_assert_int_eq(
        passticket_legacy("A", "B", key, (int64_t)UINT32_MAX + 1, ticket, NULL),
        ERR_VALUE);
    ck_assert_int_eq(
        passticket_enhanced("A", "B", big, 64, true, -1, ticket, NULL),
        ERR_VALUE);
    ck_assert_int_eq(
        passticket_enhanced("A", "B", big, 31, true, 1, ticket, NULL),
        ERR_VALUE);
    ck_assert_int_eq(
        passticket_enhanced("A", "B", big, 257, true, 1, ticket, NULL),
        ERR_VALUE);
    ck_assert_int_eq(
        passticket_enhanced("A", "B", big, 256, true, 1, ticket, NULL), 0);
}
END_TEST

static void set_up(void)
{
    size_t i;

    for (i = 0; i < sizeof(enhanced_key); i++)
        enhanced_key[i] = (unsigned char)i;
}

int main(void)
{
    Suite *suite = suite_create("passticket");
    TCase *tc = tcase_create("passticket");
    SRunner *sr = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_checked_fixture(tc, set_up, NULL);
    TEST_ROWS(makes_the_known_legacy_tickets, legacy)
    TEST_ROWS(makes_the_known_enhanced_tickets, enhanced)
    TEST(each_ticket_gives_its_time_back)
    TEST(another_name_or_key_gives_another_time)
    TEST_ROWS(knows_what_is_no_ticket, forms)
    TEST_ROWS(knows_names, names)
    TEST(refuses_impossible_times_and_keys)
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
