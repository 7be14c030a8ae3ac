#include "attls-passticket/run.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/scratch.h"
#include "support/suite.h"
#include "support/testring.h"

/* What attls-passticket prints and returns. */

#define KEY "123456789ABCDEF0"
#define NOW 1591968572
#define BIG                                                                    \
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"         \
    "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"

#define NOT_VALID                                                              \
    "attls-passticket: 8/16/32: the PassTicket is of another key, user id or " \
    "application, too old, or from the future\n"

static const struct {
    const char *name;
    struct passticket_options o;
    int rc;
    const char *out, *errors;
} keyed[] = {
    {"gen",
     {VERB_GEN, NULL, "FRED", "IMSAPPL", NULL, KEY, NULL, NULL, false, NOW},
     0,
     "2J4FVS6J\n",
     ""},
    {"gen in lower case",
     {VERB_GEN, NULL, "fred", "imsappl", NULL, KEY, NULL, NULL, false, NOW},
     0,
     "2J4FVS6J\n",
     ""},
    {"gen enhanced",
     {VERB_GEN, NULL, "FRED", "IMSAPPL", NULL, BIG, NULL, NULL, false, NOW},
     0,
     "RCY67LQ7\n",
     ""},
    {"gen enhanced mixed",
     {VERB_GEN, NULL, "FRED", "IMSAPPL", NULL, BIG, NULL, NULL, true, NOW},
     0,
     "9YHjVjUN\n",
     ""},
    {"eval",
     {VERB_EVAL, NULL, "FRED", "IMSAPPL", NULL, KEY, NULL, "2J4FVS6J", false,
      NOW + 600},
     0,
     "valid\n",
     ""},
    {"eval enhanced",
     {VERB_EVAL, NULL, "FRED", "IMSAPPL", NULL, BIG, NULL, "RCY67LQ7", false,
      NOW - 600},
     0,
     "valid\n",
     ""},
    {"eval too late",
     {VERB_EVAL, NULL, "FRED", "IMSAPPL", NULL, KEY, NULL, "2J4FVS6J", false,
      NOW + 601},
     8,
     "",
     NOT_VALID "  too old: made 601 seconds ago, and accepted for 600\n"},
    {"eval too early",
     {VERB_EVAL, NULL, "FRED", "IMSAPPL", NULL, BIG, NULL, "RCY67LQ7", false,
      NOW - 601},
     8,
     "",
     NOT_VALID "  made 601 seconds in the future, and accepted for 600: "
               "compare the clocks of both systems\n"},
    {"eval, another user's ticket",
     {VERB_EVAL, NULL, "USER1", "IMSAPPL", NULL, KEY, NULL, "2J4FVS6J", false,
      NOW},
     8,
     "",
     NOT_VALID "  made with another key, or for another user id or "
               "application\n"},
    {"eval enhanced, another user's ticket",
     {VERB_EVAL, NULL, "USER1", "IMSAPPL", NULL, BIG, NULL, "RCY67LQ7", false,
      NOW},
     8,
     "",
     NOT_VALID "  made with another key, or for another user id or "
               "application\n"},
    {"eval no ticket",
     {VERB_EVAL, NULL, "FRED", "IMSAPPL", NULL, KEY, NULL, "2J4F", false, NOW},
     8,
     "",
     "attls-passticket: 8/16/32: not of the form of a PassTicket\n"},
    {"user id too long",
     {VERB_GEN, NULL, "ABCDEFGHI", "IMSAPPL", NULL, KEY, NULL, NULL, false,
      NOW},
     8,
     "",
     "attls-passticket: 8/8/4: a user id, application or time is of a "
     "wrong form\n  a user id and an application have 1 to 8 characters A-Z "
     "0-9 # $ @\n"},
    {"key too short",
     {VERB_GEN, NULL, "FRED", "IMSAPPL", NULL, "1234", NULL, NULL, false, NOW},
     12,
     "",
     "attls-passticket: a key has 16 hexadecimal digits (legacy) or 64 to 512 "
     "(enhanced)\n"},
    {"key not hexadecimal",
     {VERB_GEN, NULL, "FRED", "IMSAPPL", NULL, "123456789ABCDEFG", NULL, NULL,
      false, NOW},
     12,
     "",
     "attls-passticket: a key has 16 hexadecimal digits (legacy) or 64 to 512 "
     "(enhanced)\n"},
};

static int run(const struct passticket_options *o, char **out, char **errors)
{
    size_t n, m;
    FILE *a = open_memstream(out, &n), *b = open_memstream(errors, &m);
    int rc = passticket_cmd(o, a, b);

    fclose(a);
    fclose(b);
    return rc;
}

START_TEST(works_with_a_key)
{
    char *out, *errors;
    int rc = run(&keyed[_i].o, &out, &errors);

    ck_assert_msg(rc == keyed[_i].rc && strcmp(out, keyed[_i].out) == 0 &&
                      strcmp(errors, keyed[_i].errors) == 0,
                  "%s: rc %d, \"%s\", \"%s\"", keyed[_i].name, rc, out, errors);
    free(out);
    free(errors);
}
END_TEST

static void check(const struct passticket_options *o, int rc, const char *out,
                  const char *errors)
{
    char *got_out, *got_errors;
    int got = run(o, &got_out, &got_errors);

    ck_assert_msg(got == rc && strcmp(got_out, out) == 0 &&
                      strstr(got_errors, errors) != NULL,
                  "rc %d, \"%s\", \"%s\"", got, got_out, got_errors);
    free(got_out);
    free(got_errors);
}

START_TEST(works_with_a_database)
{
    struct testring *ring = testring_empty();
    struct passticket_options o = {.racf = testring_dir(ring),
                                   .user = "FRED",
                                   .application = "IMSAPPL",
                                   .caller = "libserv",
                                   .now = NOW};
    char file[1024];
    FILE *f;

    ck_assert_int_eq(
        testring_run(ring, "AU (FRED LIBSERV) NOPASSWORD\n"
                           "SETR CLASSACT(PTKTDATA) GENERIC(PTKTDATA)\n"
                           "RDEF PTKTDATA IMSAPPL SSIGNON(KEYM(" KEY "))\n"
                           "RDEF PTKTDATA IRRPTAUTH.IMSAPPL.*\n"
                           "PE IRRPTAUTH.IMSAPPL.* CLASS(PTKTDATA) ID(LIBSERV) "
                           "ACC(UPDATE)\nSETR RACLIST(PTKTDATA)\n"),
        0);
    check(&o, 0, "2J4FVS6J\n", "");
    o.verb = VERB_EVAL;
    o.argument = "2J4FVS6J";
    check(&o, 0, "valid\n", "");
    check(&o, 8, "", "8/16/32: the PassTicket was used before\n");
    o.caller = "FRED";
    check(&o, 8, "", "8/8/16: the caller has no authority");
    o.caller = NULL;
    check(&o, 8, "", "--caller USER names another\n");
    o.caller = "no user";
    check(&o, 12, "", "--caller: a user id has");
    o.verb = VERB_KEY;
    o.label = "HMAC.KEY";
    snprintf(file, sizeof(file), "%s.key", testring_dir(ring));
    o.argument = file;
    check(&o, 12, "", "no such file");
    f = fopen(file, "w");
    fputs(BIG "\n", f);
    fclose(f);
    ck_assert_int_eq(chmod(file, 0644), 0);
    check(&o, 12, "", "others may read"); /* F20 */
    ck_assert_int_eq(chmod(file, 0600), 0);
    check(&o, 0, "", "");
    f = fopen(file, "w");
    fputs("12345\n", f);
    fclose(f);
    check(&o, 12, "", "a key has 16 hexadecimal digits");
    unlink(file);
    o.racf = "/nonexistent";
    check(&o, 12, "", "/nonexistent: no such folder");
    testring_free(ring);
}
END_TEST

/* F21: a key that no command line shows; whose file, the one reader asks. */
START_TEST(works_with_a_key_file)
{
    char file[SCRATCH], text[PASSTICKET_KEY_TEXT], *errors;
    size_t n;
    FILE *f, *e = open_memstream(&errors, &n);

    ck_assert_int_eq(passticket_cmd_key("/nonexistent", text, e), 12);
    scratch_template(file, "key");
    f = fdopen(mkstemp(file), "w");
    fputs(KEY "\n", f);
    fclose(f);
    ck_assert_int_eq(passticket_cmd_key(file, text, e), 0);
    ck_assert_str_eq(text, KEY);
    ck_assert_int_eq(chmod(file, 0640), 0);
    ck_assert_int_eq(passticket_cmd_key(file, text, e), 12);
    fclose(e);
    ck_assert_ptr_nonnull(strstr(errors, "/nonexistent: no such file"));
    ck_assert_ptr_nonnull(strstr(errors, "others may read"));
    free(errors);
    unlink(file);
}
END_TEST

TESTS_BEGIN("passticket_cmd")
TEST(works_with_a_key_file)
TEST_ROWS(works_with_a_key, keyed)
TEST(works_with_a_database)
TESTS_END
