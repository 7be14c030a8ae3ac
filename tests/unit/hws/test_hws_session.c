#include "hws/session.h"

#include <stdio.h>
#include <string.h>

#include "hws/ddm.h"
#include "support/suite.h"

/* Conversations byte for byte: what a client sends, what it gets. */

static int logons;
static bool later; /* the answer comes by hws_session_answer() */
static char last_user[32], last_password[128];

static enum hws_logon_answer logon(void *arg, const char *user,
                                   const char *password)
{
    (void)arg;
    logons++;
    snprintf(last_user, sizeof(last_user), "%s", user);
    snprintf(last_password, sizeof(last_password), "%s", password);
    if (later)
        return HWS_ASKED;
    return strcmp(user, "FRED") == 0 && strcmp(password, "2J4FVS6J") == 0
               ? HWS_GRANTED
               : HWS_REFUSED;
}

static const struct hws_session_params params = {"IMS15HWS", logon};

/* ---- requests ---- */

static void excsat(struct strbuf *out, bool chained)
{
    static const unsigned char managers[] = {
        0x14, 0x03, 0,    7,    0x24, 0x07, 0,    7,    0x24, 0x0F,
        0,    7,    0x14, 0x40, 0,    7,    0x1C, 0x08, 0x04, 0xB8};
    struct ddm_writer w;

    ddm_begin(&w, out, DDM_REQUEST, chained, 1, CP_EXCSAT);
    ddm_put_text(&w, CP_EXTNAM, "derbydncmain");
    ddm_put_text(&w, CP_SRVNAM, "Derby");
    ddm_put_bytes(&w, CP_MGRLVLLS, managers, sizeof(managers));
    ddm_end(&w);
}

static void accsec(struct strbuf *out)
{
    struct ddm_writer w;

    ddm_begin(&w, out, DDM_REQUEST, false, 2, CP_ACCSEC);
    ddm_put_u16(&w, CP_SECMEC, 3);
    ddm_put_text(&w, CP_RDBNAM, "DFSIVPA           ");
    ddm_end(&w);
}

static void secchk(struct strbuf *out, const char *user, const char *password,
                   uint16_t mechanism, bool chained)
{
    struct ddm_writer w;

    ddm_begin(&w, out, DDM_REQUEST, chained, 1, CP_SECCHK);
    ddm_put_u16(&w, CP_SECMEC, mechanism);
    if (user != NULL)
        ddm_put_text(&w, CP_USRID, user);
    if (password != NULL)
        ddm_put_text(&w, CP_PASSWORD, password);
    ddm_end(&w);
}

static void accrdb(struct strbuf *out)
{
    struct ddm_writer w;

    ddm_begin(&w, out, DDM_REQUEST, false, 2, CP_ACCRDB);
    ddm_put_text(&w, CP_RDBNAM, "DFSIVPA           ");
    ddm_put_u16(&w, CP_RDBACCCL, 0x2407);
    ddm_end(&w);
}

static void command(struct strbuf *out, uint16_t code_point, bool chained)
{
    struct ddm_writer w;

    ddm_begin(&w, out, DDM_REQUEST, chained, 1, code_point);
    ddm_end(&w);
}

/* ---- the two ends ---- */

static struct hws_session *session;
static struct strbuf in, out;

static void set_up(void)
{
    session = hws_session_new(&params, NULL);
    logons = 0;
    later = false;
}

static void tear_down(void)
{
    hws_session_free(session);
    hws_session_free(NULL);
    strbuf_done(&in);
    strbuf_done(&out);
}

static enum hws_verdict feed(void)
{
    enum hws_verdict v;

    strbuf_reset(&out);
    v = hws_session_feed(session, strbuf_str(&in), in.len, &out);
    strbuf_reset(&in);
    return v;
}

static void check_out(const char *hex)
{
    struct strbuf got = STRBUF_INIT;
    size_t i;

    for (i = 0; i < out.len; i++)
        strbuf_addf(&got, "%02X", (unsigned char)out.data[i]);
    ck_assert_str_eq(strbuf_str(&got), hex);
    strbuf_done(&got);
}

#define EXCSATRD                                                               \
    "0049D042000100431443000C115EC9D4E2F1F5C8E6E20018140414030007240700072"    \
    "40F0007144000071C08000000071147C4C6E2000C116DC9D4E2F1F5C8E6E20008115A"    \
    "F1F54BF1"
#define ACCSECRD   "0010D0020002000A14AC000611A20003"
#define SECCHK_OK  "0015D0420001000F1219000611490000000511A400"
#define SECCHK_BAD "0015D0020001000F1219000611490008000511A40F"
#define ACCRDBRM                                                               \
    "003FD002000200392201000611490000000C112EC3E2E2F1F0F1F4F0000D002FD8E3C4"   \
    "E2D8D3C1E2C3001600350006119C04B80006119E04B80006119D04B8"
#define COMMITTED                                                              \
    "0015D0420001000F220C00061149000400052115"                                 \
    "01000BD0030001000"                                                        \
    "52408FF"

static void log_on(void)
{
    excsat(&in, true);
    accsec(&in);
    ck_assert_int_eq(feed(), HWS_GO_ON);
    secchk(&in, "fred", "2J4FVS6J", 3, true);
    accrdb(&in);
    ck_assert_int_eq(feed(), HWS_GO_ON);
    ck_assert(hws_session_at_work(session));
}

START_TEST(answers_a_client_byte_for_byte)
{
    excsat(&in, true);
    accsec(&in);
    ck_assert_int_eq(feed(), HWS_GO_ON);
    check_out(EXCSATRD ACCSECRD);
    ck_assert_str_eq(hws_session_user(session), "");
    secchk(&in, "fred    ", "2J4FVS6J", 3, true);
    accrdb(&in);
    ck_assert_int_eq(feed(), HWS_GO_ON);
    check_out(SECCHK_OK ACCRDBRM);
    ck_assert_str_eq(last_user, "FRED");
    ck_assert_str_eq(hws_session_user(session), "FRED");
    ck_assert(hws_session_at_work(session));
    command(&in, CP_RDBCMM, false);
    ck_assert_int_eq(feed(), HWS_GO_ON);
    check_out(COMMITTED);
}
END_TEST

/* What comes before the answer waits for it, and is answered in its order. */
START_TEST(a_logon_is_answered_later)
{
    later = true;
    excsat(&in, true);
    accsec(&in);
    secchk(&in, "FRED", "2J4FVS6J", 3, true);
    accrdb(&in);
    command(&in, CP_RDBCMM, false);
    ck_assert_int_eq(feed(), HWS_WAIT);
    check_out(EXCSATRD ACCSECRD);
    ck_assert_str_eq(hws_session_user(session), "");
    strbuf_reset(&out);
    ck_assert_int_eq(hws_session_answer(session, true, &out), HWS_GO_ON);
    check_out(SECCHK_OK ACCRDBRM COMMITTED);
    ck_assert_str_eq(hws_session_user(session), "FRED");
    ck_assert_int_eq(logons, 1);
}
END_TEST

/* Each no is one try, with the rest of its chain passed over; a second logon
 * that came meanwhile is asked for after the first. */
START_TEST(a_logon_is_refused_later)
{
    int i;

    later = true;
    excsat(&in, true);
    accsec(&in);
    for (i = 0; i < HWS_SECCHK_TRIES; i++) {
        secchk(&in, "FRED", "X", 3, true);
        accrdb(&in);
    }
    ck_assert_int_eq(feed(), HWS_WAIT);
    for (i = 1; i <= HWS_SECCHK_TRIES; i++) {
        ck_assert_int_eq(logons, i);
        strbuf_reset(&out);
        ck_assert_int_eq(hws_session_answer(session, false, &out),
                         i < HWS_SECCHK_TRIES ? HWS_WAIT : HWS_END);
        check_out(SECCHK_BAD);
        ck_assert_str_eq(hws_session_user(session), "");
    }
    ck_assert_str_eq(hws_session_why(session), "too many logons that failed");
}
END_TEST

/* All that one read can bring has room, whatever stood there before. */
START_TEST(there_is_room_while_it_waits)
{
    static char much[16384];
    size_t left;

    later = true;
    excsat(&in, true);
    accsec(&in);
    ck_assert_int_eq(feed(), HWS_GO_ON);
    secchk(&in, "FRED", "2J4FVS6J", 3, true);
    left = sizeof(much) - in.len;
    strbuf_add(&in, much, left);
    ck_assert_int_eq(feed(), HWS_WAIT);
    ck_assert_int_eq(hws_session_answer(session, true, &out), HWS_END);
    ck_assert_ptr_nonnull(strstr(hws_session_why(session), "not DRDA"));
}
END_TEST

/* However the bytes are cut, the answer is the same. */
START_TEST(takes_any_pieces)
{
    struct strbuf all = STRBUF_INIT, answers = STRBUF_INIT;
    size_t piece = (size_t)_i + 1, i, n;

    excsat(&all, true);
    accsec(&all);
    secchk(&all, "FRED", "2J4FVS6J", 3, true);
    accrdb(&all);
    command(&all, CP_RDBCMM, false);
    for (i = 0; i < all.len; i += n) {
        n = all.len - i < piece ? all.len - i : piece;
        ck_assert_int_eq(hws_session_feed(session, all.data + i, n, &answers),
                         HWS_GO_ON);
    }
    ck_assert(!hws_session_reading(session));
    strbuf_add(&out, answers.data, answers.len);
    check_out(EXCSATRD ACCSECRD SECCHK_OK ACCRDBRM COMMITTED);
    strbuf_done(&all);
    strbuf_done(&answers);
}
END_TEST

static const struct {
    const char *name, *user, *password;
    uint16_t mechanism;
    const char *code; /* SECCHKCD */
    int logons;       /* calls that it costs */
} bad[] = {
    {"wrong password", "FRED", "SECRET", 3, "0F", 1},
    {"unknown user", "NOBODY", "2J4FVS6J", 3, "0F", 1},
    {"user id too long", "ABCDEFGHIJ", "2J4FVS6J", 3, "0F", 1},
    {"user id that does not print", "FR\001D", "2J4FVS6J", 3, "0F", 1},
    {"password too long", "FRED",
     "0123456789012345678901234567890123456789012345678901234567890123"
     "4567890123456789012345678901234567890",
     3, "0F", 1},
    {"no user id", NULL, "2J4FVS6J", 3, "12", 0},
    {"empty user id", "", "2J4FVS6J", 3, "12", 0},
    {"no password", "FRED", NULL, 3, "10", 0},
    {"empty password", "FRED", "", 3, "10", 0},
    {"user id only", "FRED", NULL, 4, "01", 0},
    {"encrypted", "FRED", "2J4FVS6J", 9, "01", 0},
};

START_TEST(refuses_bad_credentials)
{
    char want[64];

    excsat(&in, true);
    accsec(&in);
    feed();
    secchk(&in, bad[_i].user, bad[_i].password, bad[_i].mechanism, true);
    accrdb(&in); /* the rest of the chain is discarded */
    ck_assert_msg(feed() == HWS_GO_ON, "%s", bad[_i].name);
    snprintf(want, sizeof(want), "0015D0020001000F1219000611490008000511A4%s",
             bad[_i].code);
    check_out(want);
    ck_assert_int_eq(logons, bad[_i].logons);
    ck_assert(!hws_session_at_work(session));
    secchk(&in, "FRED", "2J4FVS6J", 3, true);
    accrdb(&in);
    ck_assert_int_eq(feed(), HWS_GO_ON);
    check_out(SECCHK_OK ACCRDBRM);
}
END_TEST

START_TEST(ends_after_three_logons_that_failed)
{
    int i;

    excsat(&in, true);
    accsec(&in);
    feed();
    for (i = 0; i < 3; i++) {
        secchk(&in, "FRED", "WRONG", 3, false);
        ck_assert_int_eq(feed(), i < 2 ? HWS_GO_ON : HWS_END);
        check_out(SECCHK_BAD);
    }
    ck_assert_str_eq(hws_session_why(session), "too many logons that failed");
}
END_TEST

START_TEST(a_rollback_is_answered)
{
    log_on();
    command(&in, CP_RDBRLLBCK, false);
    ck_assert_int_eq(feed(), HWS_GO_ON);
    check_out("0015D0420001000F220C0006114900040005211502"
              "000BD003000100052408FF");
}
END_TEST

START_TEST(other_commands_are_not_supported)
{
    struct ddm_writer w;

    log_on();
    command(&in, 0x200D, true); /* PRPSQLSTT and its statement */
    ddm_begin(&w, &in, DDM_OBJECT, false, 1, 0x2414);
    ddm_put_text(&w, 0x2414, "SELECT");
    ddm_end(&w);
    ck_assert_int_eq(feed(), HWS_GO_ON);
    check_out("0016D002000100101250000611490008000"
              "6000C200D");
    ck_assert(hws_session_at_work(session));
}
END_TEST

START_TEST(a_secmec_that_is_not_known_gets_the_one_that_is)
{
    struct ddm_writer w;

    excsat(&in, false);
    feed();
    ddm_begin(&w, &in, DDM_REQUEST, false, 2, CP_ACCSEC);
    ddm_put_u16(&w, CP_SECMEC, 9);
    ddm_end(&w);
    ck_assert_int_eq(feed(), HWS_GO_ON);
    check_out(ACCSECRD);
}
END_TEST

/* ---- out of order, malformed ---- */

#define OUT_OF_ORDER "0015D0020001000F12450006114900080005113F06"

static const uint16_t first[] = {CP_ACCSEC, CP_SECCHK, CP_ACCRDB,
                                 CP_RDBCMM, 0x200D,    0xFFFF};

START_TEST(the_first_command_is_excsat)
{
    command(&in, first[_i], false);
    ck_assert_int_eq(feed(), HWS_END);
    check_out(OUT_OF_ORDER);
    ck_assert_ptr_nonnull(strstr(hws_session_why(session), "out of its order"));
}
END_TEST

START_TEST(nothing_is_asked_twice)
{
    log_on();
    excsat(&in, false);
    ck_assert_int_eq(feed(), HWS_END);
    check_out(OUT_OF_ORDER);
}
END_TEST

static const struct {
    const char *name;
    unsigned char data[16];
    size_t len;
    const char *syntax; /* SYNERRCD; NULL: more is waited for */
} malformed[] = {
    {"a TLS hello", {0x16, 0x03, 0x01, 0x02, 0x00, 0x01}, 6, "03"},
    {"text", {'G', 'E', 'T', ' ', '/'}, 5, "03"},
    {"length too small", {0, 9, 0xD0, 1, 0, 1}, 6, "01"},
    {"length 0", {0, 0}, 2, "01"},
    {"a continued segment", {0x80, 10, 0xD0}, 3, "02"},
    {"no D0", {0, 10, 0xD1}, 3, "03"},
    {"kind 0", {0, 10, 0xD0, 0}, 4, "04"},
    {"kind 4", {0, 10, 0xD0, 4}, 4, "04"},
    {"format with bit 0", {0, 10, 0xD0, 0x81}, 4, "04"},
    {"object too small", {0, 10, 0xD0, 1, 0, 1, 0, 3, 0x10, 0x41}, 10, "07"},
    {"object longer than its DSS",
     {0, 10, 0xD0, 1, 0, 1, 0, 5, 0x10, 0x41},
     10,
     "08"},
    {"a reply", {0, 10, 0xD0, 2, 0, 1, 0, 4, 0x10, 0x41}, 10, "04"},
    {"parameter too small",
     {0, 14, 0xD0, 1, 0, 1, 0, 8, 0x10, 0x41, 0, 3, 0x11, 0x5E},
     14,
     "07"},
    {"parameter too long",
     {0, 14, 0xD0, 1, 0, 1, 0, 8, 0x10, 0x41, 0, 5, 0x11, 0x5E},
     14,
     "07"},
    {"half a parameter",
     {0, 13, 0xD0, 1, 0, 1, 0, 7, 0x10, 0x41, 0, 4, 0x11},
     13,
     "07"},
    {"half of a header", {0, 10, 0xD0, 1}, 4, NULL},
    {"one byte", {0}, 1, NULL},
};

START_TEST(malformed_streams_end)
{
    enum hws_verdict v =
        hws_session_feed(session, malformed[_i].data, malformed[_i].len, &out);
    char code[64];

    if (malformed[_i].syntax == NULL) {
        ck_assert_msg(v == HWS_GO_ON, "%s", malformed[_i].name);
        ck_assert(hws_session_reading(session));
        return;
    }
    ck_assert_msg(v == HWS_END, "%s", malformed[_i].name);
    snprintf(code, sizeof(code), "not DRDA: syntax error X'%s'",
             malformed[_i].syntax);
    ck_assert_msg(strcmp(hws_session_why(session), code) == 0, "%s: %s",
                  malformed[_i].name, hws_session_why(session));
    ck_assert_uint_eq(out.len, 21); /* SYNTAXRM */
}
END_TEST

START_TEST(too_many_managers_are_refused)
{
    unsigned char managers[33 * 4] = {0};
    struct ddm_writer w;

    ddm_begin(&w, &in, DDM_REQUEST, false, 1, CP_EXCSAT);
    ddm_put_bytes(&w, CP_MGRLVLLS, managers, sizeof(managers));
    ddm_end(&w);
    ck_assert_int_eq(feed(), HWS_END);
}
END_TEST

static const struct {
    const char *name;
    uint16_t command, parameter, value;
    const char *text; /* NULL: VALUE */
} parameters[] = {
    {"a name too long", CP_ACCSEC, CP_RDBNAM, 0, "ABCDEFGHIJKLMNOPQRS"},
    {"a name that does not print", CP_ACCSEC, CP_RDBNAM, 0, "A\001"},
    {"a name too long", CP_ACCRDB, CP_RDBNAM, 0, "ABCDEFGHIJKLMNOPQRS"},
    {"another access manager", CP_ACCRDB, CP_RDBACCCL, 0x2408, NULL},
};

START_TEST(wrong_parameters_end)
{
    struct ddm_writer w;

    excsat(&in, true);
    if (parameters[_i].command != CP_ACCSEC) {
        accsec(&in);
        secchk(&in, "FRED", "2J4FVS6J", 3, true);
    }
    ck_assert_int_eq(feed(), HWS_GO_ON);
    ddm_begin(&w, &in, DDM_REQUEST, false, 2, parameters[_i].command);
    if (parameters[_i].text != NULL)
        ddm_put_text(&w, parameters[_i].parameter, parameters[_i].text);
    else
        ddm_put_u16(&w, parameters[_i].parameter, parameters[_i].value);
    /* what follows does not make it good */
    ddm_put_u16(&w, CP_SECMEC, 3);
    ddm_end(&w);
    ck_assert_msg(feed() == HWS_END, "%s", parameters[_i].name);
}
END_TEST

START_TEST(the_longest_message_fits)
{
    struct ddm_writer w;
    static char name[32000];

    ddm_begin(&w, &in, DDM_REQUEST, false, 1, CP_EXCSAT);
    ddm_put_bytes(&w, CP_EXTNAM, name, sizeof(name));
    ddm_put_bytes(&w, CP_SRVNAM, name,
                  DDM_DSS_MAX - DDM_DSS_HEADER - 3 * DDM_OBJECT_HEADER -
                      sizeof(name));
    ddm_end(&w);
    ck_assert_uint_eq(in.len, DDM_DSS_MAX);
    command(&in, CP_ACCSEC, false);
    ck_assert_int_eq(feed(), HWS_GO_ON);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hws_session");
    TCase *tc = tcase_create("hws_session");
    SRunner *sr = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    TEST(answers_a_client_byte_for_byte)
    TEST(a_logon_is_answered_later)
    TEST(a_logon_is_refused_later)
    TEST(there_is_room_while_it_waits)
    tcase_add_loop_test(tc, takes_any_pieces, 0, 70);
    TEST_ROWS(refuses_bad_credentials, bad)
    TEST(ends_after_three_logons_that_failed)
    TEST(a_rollback_is_answered)
    TEST(other_commands_are_not_supported)
    TEST(a_secmec_that_is_not_known_gets_the_one_that_is)
    TEST_ROWS(the_first_command_is_excsat, first)
    TEST(nothing_is_asked_twice)
    TEST_ROWS(malformed_streams_end, malformed)
    TEST(too_many_managers_are_refused)
    TEST_ROWS(wrong_parameters_end, parameters)
    TEST(the_longest_message_fits)
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
