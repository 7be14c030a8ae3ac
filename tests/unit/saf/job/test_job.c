#include "saf/job/job.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "saf/admin/admin.h"
#include "saf/db/saf.h"
#include "saf/job/tso.h"
#include "support/faults.h"
#include "support/suite.h"
#include "support/testring.h"

/* ---- commands of the test ---- */

enum { W_NONE, PASSWORD };

static const struct tso_word words[] = {
    {0},
    {PASSWORD, "PASSWORD", TSO_VALUE, TSO_SECRET, 8, ""},
};
static const struct tso_place places[] = {{-1, PASSWORD}};
static const struct tso_grammar grammar = {words, ROWS(words), places,
                                           ROWS(places)};

/* RC n: says who runs it and returns n. */
static int run_rc(struct job_context *ctx, const struct tso_command *cmd)
{
    strbuf_addf(ctx->out, "[%s]\n", ctx->issuer != NULL ? ctx->issuer : "-");
    return cmd->list != NULL ? atoi(cmd->list->text) : 0;
}

/* STORE name: writes a file and fails, as a command may in its middle. */
static int run_store(struct job_context *ctx, const struct tso_command *cmd)
{
    struct error err = {0};

    if (saf_write_file(ctx->saf, cmd->list->text, "x", 1, &err) != 0)
        strbuf_addf(ctx->out, "%s\n", err.text);
    return JOB_FAILED;
}

static bool reads(const struct tso_command *cmd)
{
    return cmd->list == NULL;
}

static const struct job_command commands[] = {
    {"RC", "RETURN R", &grammar, -1, run_rc, reads},
    {"STORE", "", &grammar, 0, run_store, NULL},
};

static struct testring *ring;
static struct job_runner *runner;
static struct saf *saf;
static struct strbuf out;
static int pieces;

static void set_up(void)
{
    ring = testring_empty();
    runner = job_runner_new();
    ck_assert_int_eq(job_register(runner, commands, ROWS(commands), NULL, NULL),
                     0);
    ck_assert_int_eq(saf_open(testring_dir(ring), SAF_CREATE, &saf, NULL), 0);
}

static void tear_down(void)
{
    saf_close(saf);
    job_runner_free(runner);
    job_runner_free(NULL);
    testring_free(ring);
    strbuf_done(&out);
    saf = NULL;
}

static void collect(void *arg, const char *text, size_t len)
{
    (void)arg;
    strbuf_add(&out, text, len);
    pieces++;
}

static int run(const char *text, bool echo)
{
    struct job_context ctx = {.saf = saf, .issuer = "ME", .no_echo = !echo};
    struct source *src;
    int rc;

    ck_assert_int_eq(source_new("job", text, strlen(text), &src, NULL), 0);
    rc = job_run(runner, &ctx, src, collect, NULL);
    source_unref(src);
    return rc;
}

#define TSO  "//J JOB 0\n//S EXEC PGM=IKJEFT01\n//SYSTSIN DD *\n"
#define USER "//J JOB 0,USER=FRED\n//S EXEC PGM=IKJEFT01\n//SYSTSIN DD *\n"

static const struct {
    const char *name, *text;
    int rc;
    const char *want;
} jobs[] = {
    {"nothing", "", 0, ""},
    {"one command", "RC", 0, "[ME]\n"},
    {"an alias in lower case", "return", 0, "[ME]\n"},
    {"no prefix of a command", "RETU", 12,
     "IKJ56500I COMMAND RETU NOT FOUND\n"},
    {"warning", "RC 4", 4, "[ME]\n"},
    {"failed", "RC 8", 8, "[ME]\n"},
    {"syntax", "RC 12", 12, "[ME]\n"},
    {"a failed command does not stop the job", "RC 8\nRC\n", 8, "[ME]\n[ME]\n"},
    {"the highest code", "RC 4\nRC 12\nRC 8\n", 12, "[ME]\n[ME]\n[ME]\n"},
    {"a command of z/OS", "DELUSER FRED\nRC\n", 8,
     "DELUSER is not supported here\n[ME]\n"},
    {"a command that never existed", "XYZZY FRED\nRC\n", 12,
     "IKJ56500I COMMAND XYZZY NOT FOUND\n[ME]\n"},
    {"a misspelt command", "racdcrt ID(A) LIST", 12,
     "IKJ56500I COMMAND RACDCRT NOT FOUND\n  did you mean RACDCERT?\n"},
    {"no name of a command", "LONGERTHAN8", 12,
     "IKJ56621I INVALID COMMAND NAME SYNTAX\n"},
    {"a digit first", "1RC", 12, "IKJ56621I INVALID COMMAND NAME SYNTAX\n"},
    {"unknown command in control characters", "A\033B", 12,
     "IKJ56621I INVALID COMMAND NAME SYNTAX\n"},
    {"a line that is not continued", "RC 4\n  PASSWORD(X)\n", 8,
     "[ME]\nPASSWORD is not supported here\n"
     "  PASSWORD is an operand of RC: the line before ends without + or -\n"},
    {"a line that is not continued, shortened", "RC\n  passw(X)\n", 12,
     "[ME]\nIKJ56500I COMMAND PASSW NOT FOUND\n"
     "  PASSW is an operand of RC: the line before ends without + or -\n"},
    {"a list that is not continued", "RC\n  ('X')\n", 12,
     "[ME]\nIKJ56701I MISSING COMMAND NAME\n"
     "  if this belongs to RC: the line before ends without + or -\n"},
    {"an operand of no command before", "PASSW(X)\nRC\n", 12,
     "IKJ56500I COMMAND PASSW NOT FOUND\n[ME]\n"},
    {"typographic quotes", "RC\nRC ‘4’\n", 12,
     "[ME]\njob:2:4: IBM-1047 has no character for bytes E2 80 98; type "
     "'. The command is not run.\n"},
    {"typographic quotes of Windows",
     "RC \x93"
     "4\x94\n",
     12,
     "job:1:4: IBM-1047 has no character for byte 93; type \". The command "
     "is not run.\n"},
    {"in a list, on a continued line", "RC A(B +\n  C—D)", 12,
     "job:2:4: IBM-1047 has no character for bytes E2 80 94; type -. The "
     "command is not run.\n"},
    {"a blank of the web", "RC\u00a04", 12,
     "job:1:3: what looks like a blank parts no words, bytes C2 A0; type a "
     "blank. "
     "The command is not run.\n"},
    {"as wide as an ideograph", "RC （4）", 12,
     "job:1:4: IBM-1047 has no character for bytes EF BC 88; type (. The "
     "command is not run.\n"},
    {"a letter that IBM-1047 lacks", "RC 'Ł'", 12,
     "job:1:5: IBM-1047 has no character for bytes C5 81; take it out. The "
     "command is not run.\n"},
    {"a letter that IBM-1047 has", "RC 4 'é' \xe9", 4, "[ME]\n"},
    {"anything in a comment", "RC 4 /* it’s 4 */", 4, "[ME]\n"},
    {"no command name", "('A')", 12, "IKJ56701I MISSING COMMAND NAME\n"},
    {"one parenthesis too many", "RC 4)", 4,
     "IKJ56716I EXTRANEOUS INFORMATION WAS IGNORED: )\n[ME]\n"},
    {"END ends the commands", "RC\nEND\nRC 12\n", 0, "[ME]\n"},
    {"a step of TSO", TSO "RC\n", 0,
     "[ME]\nIEF142I J S - STEP WAS EXECUTED - COND CODE 0000\n"},
    {"USER= goes before the issuer", USER "RC 4\n", 4,
     "[FRED]\nIEF142I J S - STEP WAS EXECUTED - COND CODE 0004\n"},
    {"END ends the step only",
     TSO "END\nRC 8\n//T EXEC PGM=IKJEFT1B\n//SYSTSIN DD *\nRC 4\n", 4,
     "IEF142I J S - STEP WAS EXECUTED - COND CODE 0000\n"
     "[ME]\nIEF142I J T - STEP WAS EXECUTED - COND CODE 0004\n"},
    {"each step has its own code",
     TSO "RC 8\n//T EXEC PGM=IKJEFT1A\n//SYSTSIN DD *\nRC\n", 8,
     "[ME]\nIEF142I J S - STEP WAS EXECUTED - COND CODE 0008\n"
     "[ME]\nIEF142I J T - STEP WAS EXECUTED - COND CODE 0000\n"},
    {"PARM= is a command", "//J JOB 0\n//S EXEC PGM=IKJEFT01,PARM='RC 4'\n", 4,
     "[ME]\nIEF142I J S - STEP WAS EXECUTED - COND CODE 0004\n"},
    {"PARM= goes before the data",
     "//J JOB 0\n//S EXEC PGM=IKJEFT01,PARM='RC 4'\n//SYSTSIN DD *\nRC 8\n", 8,
     "[ME]\n[ME]\nIEF142I J S - STEP WAS EXECUTED - COND CODE 0008\n"},
    {"another program", "//J JOB 0\n//S EXEC PGM=IEFBR14\n", 12,
     "step not run: PGM=IEFBR14 (line 2); only PGM=IKJEFT01 is known here\n"
     "IEF272I J S - STEP WAS NOT EXECUTED.\n"},
    {"a program in control characters", "//J JOB 0\n//S EXEC PGM=A\033B\n", 12,
     "step not run: PGM=A\\x1BB (line 2); only PGM=IKJEFT01 is known here\n"
     "IEF272I J S - STEP WAS NOT EXECUTED.\n"},
    {"names in control characters",
     "//J\033 JOB 0\n//\377 EXEC PGM=IKJEFT01\n//SYSTSIN DD *\nRC\n", 0,
     "[ME]\nIEF142I J\\x1B \\xFF - STEP WAS EXECUTED - COND CODE 0000\n"},
    {"a user in control characters", "//J JOB 0,USER=A\033B\n", 12,
     "job:1: USER=A\\x1BB on the JOB card is not a user id in JCL: 1 to 8 "
     "characters "
     "A-Z 0-9 # $ @, no digit first\n"},
    {"a procedure", "//J JOB 0\n//S EXEC ASMHCL\n", 12,
     "step not run: PROC=ASMHCL (line 2); only PGM=IKJEFT01 is known here\n"
     "IEF272I J S - STEP WAS NOT EXECUTED.\n"},
    {"another program does not stop the job",
     "//J JOB 0\n//R EXEC PGM=IEFBR14\n//S EXEC PGM=IKJEFT01\n"
     "//SYSTSIN DD *\nRC\n",
     12,
     "step not run: PGM=IEFBR14 (line 2); only PGM=IKJEFT01 is known here\n"
     "IEF272I J R - STEP WAS NOT EXECUTED.\n"
     "[ME]\nIEF142I J S - STEP WAS EXECUTED - COND CODE 0000\n"},
    {"COND= is noted",
     "//J JOB 0\n//S EXEC PGM=IKJEFT01,COND=(0,NE)\n//SYSTSIN DD *\nRC\n", 0,
     "NOTE: COND= has no meaning here: every step is run\n[ME]\n"
     "IEF142I J S - STEP WAS EXECUTED - COND CODE 0000\n"},
    {"commands in a data set",
     "//J JOB 0\n//S EXEC PGM=IKJEFT01\n//SYSTSIN DD DSN=A.B,DISP=SHR\n", 12,
     "step not run: no //SYSTSIN DD * behind line 2; its commands must be in "
     "the job\nIEF272I J S - STEP WAS NOT EXECUTED.\n"},
    {"a job without steps", "//J JOB 0\n", 12,
     "job: the job has no step (EXEC)\n"},
    {"data that a comment ended", TSO "RC\n/* RC 4 */\nRC 4\n", 12,
     "job:6: expected a JCL statement (//) here: /* in column 1 of line 5 "
     "ended "
     "the data; use DD DATA,DLM=$$, and $$ behind the data\n"},
    {"a wrong job", "//J JOB 0\nRC\n", 12,
     "job:2: expected a JCL statement (//) here; commands stand behind "
     "//SYSTSIN DD *\n"},
};

START_TEST(runs_jobs)
{
    int rc = run(jobs[_i].text, false);

    ck_assert_msg(rc == jobs[_i].rc, "%s: rc %d, want %d", jobs[_i].name, rc,
                  jobs[_i].rc);
    ck_assert_msg(strcmp(strbuf_str(&out), jobs[_i].want) == 0,
                  "%s: got \"%s\"", jobs[_i].name, strbuf_str(&out));
}
END_TEST

START_TEST(echoes_each_command)
{
    ck_assert_int_eq(run("RC 4 +\n  PASSWORD(SESAME)\nRC\n", true), 4);
    ck_assert_str_eq(strbuf_str(&out), "READY\nRC 4 +\n  PASSWORD(****)\n[ME]\n"
                                       "READY\nRC\n[ME]\nREADY\nEND\n");
}
END_TEST

START_TEST(echoes_end_once)
{
    ck_assert_int_eq(run("END\n", true), 0);
    ck_assert_str_eq(strbuf_str(&out), "READY\nEND\n");
}
END_TEST

START_TEST(masks_secrets_of_unknown_commands)
{
    ck_assert_int_eq(run("NOSUCH PASSWORD(SESAME)\n", true), 12);
    ck_assert_ptr_null(strstr(strbuf_str(&out), "SESAME"));
}
END_TEST

START_TEST(hands_out_each_commands_output_at_once)
{
    pieces = 0;
    ck_assert_int_eq(run("RC\nRC\nRC\n", false), 0);
    ck_assert_int_eq(pieces, 3);
}
END_TEST

START_TEST(keeps_what_a_failed_command_has_changed)
{
    struct saf *again;
    char *data;
    size_t len;

    ck_assert_int_eq(run("STORE ABC\nSTORE ../ABC\n", false), 8);
    ck_assert_str_eq(strbuf_str(&out), "../ABC: not a name in the database\n");
    ck_assert_int_eq(saf_open(testring_dir(ring), SAF_READ, &again, NULL), 0);
    ck_assert_int_eq(saf_read_file(again, "ABC", &data, &len, NULL), 0);
    free(data);
    saf_close(again);
}
END_TEST

START_TEST(says_when_a_change_can_not_be_stored)
{
    fault_set(FAULT_WRITE, 1, ENOSPC);
    ck_assert_int_eq(run("STORE ABC\nRC\n", false), 8);
    ck_assert_str_eq(strbuf_str(&out),
                     "the change could not be stored: saf/journal: can't "
                     "write: No space left on device\n[ME]\n");
}
END_TEST

static const struct {
    const char *name, *text;
    bool reads;
} readers[] = {
    {"nothing", "", true},
    {"a command that reads", "RC", true},
    {"a command that may change", "RC 4", false},
    {"a command without a say", "STORE x", false},
    {"an unknown command", "DELUSER x", true},
    {"the second changes", "RC\nSTORE x", false},
    {"a job that reads", TSO "RC\n", true},
    {"a job that changes", TSO "STORE x\n", false},
    {"a job with PARM=", "//J JOB 0\n//S EXEC PGM=IKJEFT01,PARM='RC'\n", false},
};

START_TEST(knows_jobs_that_only_read)
{
    struct source *src;

    ck_assert_int_eq(source_new("job", readers[_i].text,
                                strlen(readers[_i].text), &src, NULL),
                     0);
    ck_assert_msg(job_only_reads(runner, src) == readers[_i].reads, "%s",
                  readers[_i].name);
    source_unref(src);
}
END_TEST

START_TEST(a_reading_job_needs_no_lock)
{
    struct saf *reader, *writer = saf;

    ck_assert_int_eq(saf_open(testring_dir(ring), SAF_READ, &reader, NULL), 0);
    saf = reader;
    ck_assert_int_eq(run("RC\n", false), 0);
    saf = writer;
    saf_close(reader);
}
END_TEST

START_TEST(registering_needs_memory)
{
    struct job_runner *r;
    int n, rc = ERR_NOMEM;
    bool struck = true;

    for (n = 0; struck && n < 9; n++) {
        r = job_runner_new();
        fault_set(FAULT_MEMORY, n + 1, ENOMEM);
        rc = admin_register(r, NULL);
        struck = fault_struck(FAULT_MEMORY);
        fault_set(FAULT_MEMORY, 0, 0);
        ck_assert_int_eq(rc, struck ? ERR_NOMEM : 0);
        job_runner_free(r);
    }
    ck_assert_int_eq(rc, 0);
    ck_assert_int_ge(n, 3); /* two arrays, then all is there */
    fault_set(FAULT_MEMORY, 1, ENOMEM);
    ck_assert_ptr_null(job_runner_new());
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("job");
    TCase *tc = tcase_create("job");
    SRunner *sr = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    TEST_ROWS(runs_jobs, jobs)
    TEST(echoes_each_command)
    TEST(echoes_end_once)
    TEST(masks_secrets_of_unknown_commands)
    TEST(hands_out_each_commands_output_at_once)
    TEST(keeps_what_a_failed_command_has_changed)
    TEST(says_when_a_change_can_not_be_stored)
    TEST_ROWS(knows_jobs_that_only_read, readers)
    TEST(a_reading_job_needs_no_lock)
    TEST(registering_needs_memory)
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
