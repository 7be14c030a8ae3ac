#include "saf/job/jcl.h"

#include <errno.h>
#include <string.h>

#include "support/faults.h"
#include "support/suite.h"
#include "util/arena.h"
#include "util/strbuf.h"

/* job/user/step/PGM or proc/PARM and the in-stream data, a step a line. */
static void show(const struct source *src, const struct jcl_step *s,
                 struct strbuf *out)
{
    for (; s != NULL; s = s->next) {
        strbuf_addf(out, "%s/%s/%s/%s", s->job, s->user ? s->user : "-",
                    s->name, s->program != NULL ? s->program : "proc");
        if (s->program == NULL)
            strbuf_addf(out, "=%s", s->proc);
        if (s->parm != NULL)
            strbuf_addf(out, "/%s", s->parm);
        strbuf_adds(out, s->cond ? "/cond" : "");
        strbuf_addf(out, " line %u", s->line);
        if (s->has_input) {
            strbuf_adds(out, " {");
            strbuf_add(out, source_text(src) + s->off, s->end - s->off);
            strbuf_addc(out, '}');
        }
        strbuf_addc(out, '\n');
    }
}

#define JOB  "//J JOB (0),'X',CLASS=A\n"
#define TSO  "//S EXEC PGM=IKJEFT01\n//SYSTSPRT DD SYSOUT=*\n"
#define DATA "//SYSTSIN DD *\n"

static const struct {
    const char *name, *text, *want;
} jobs[] = {
    {"the workshop's form", JOB TSO DATA "A x\n B y\n",
     "J/-/S/IKJEFT01 line 2 {A x\n B y\n}\n"},
    {"data ends at the delimiter", JOB TSO DATA "A\n/*\n//T EXEC PGM=X\n",
     "J/-/S/IKJEFT01 line 2 {A\n}\nJ/-/T/X line 7\n"},
    {"data ends at the next card", JOB TSO DATA "A\n//T EXEC PGM=X\n",
     "J/-/S/IKJEFT01 line 2 {A\n}\nJ/-/T/X line 6\n"},
    {"a comment in column 2 is data", JOB TSO DATA " /* c */\nA\n",
     "J/-/S/IKJEFT01 line 2 { /* c */\nA\n}\n"},
    {"DD DATA keeps cards", JOB TSO "//SYSTSIN DD DATA\n//A\n/*\n",
     "J/-/S/IKJEFT01 line 2 {//A\n}\n"},
    {"DLM=", JOB TSO "//SYSTSIN DD *,DLM='$$'\nA\n/*\nB\n$$\n",
     "J/-/S/IKJEFT01 line 2 {A\n/*\nB\n}\n"},
    {"DATACLAS is no DATA", JOB TSO "//X DD DATACLAS=C\n" DATA "A\n",
     "J/-/S/IKJEFT01 line 2 {A\n}\n"},
    {"empty data", JOB TSO DATA, "J/-/S/IKJEFT01 line 2 {}\n"},
    {"no SYSTSIN", JOB TSO, "J/-/S/IKJEFT01 line 2\n"},
    {"SYSTSIN in a data set", JOB TSO "//SYSTSIN DD DSN=A.B,DISP=SHR\n",
     "J/-/S/IKJEFT01 line 2\n"},
    {"data of another DD", JOB TSO "//SYSIN DD *\nA\n/*\n" DATA "B\n",
     "J/-/S/IKJEFT01 line 2 {B\n}\n"},
    {"USER= on a continued card",
     "//J JOB (0),'A, B',\n//* c\n//     USER=FRED,PASSWORD=SESAME\n" TSO,
     "J/FRED/S/IKJEFT01 line 4\n"},
    {"USER= in lower case", "//j job (0),user=fred\n" TSO,
     "J/FRED/S/IKJEFT01 line 2\n"},
    {"USER=&SYSUID is the issuer", "//J JOB (0),USER=&SYSUID\n" TSO,
     "J/-/S/IKJEFT01 line 2\n"},
    {"quoted text with a keyword", "//J JOB (0),'USER=FRED'\n" TSO,
     "J/-/S/IKJEFT01 line 2\n"},
    {"quoted text over two cards",
     "//J JOB (0),'A\n//             B',USER=FRED\n" TSO,
     "J/FRED/S/IKJEFT01 line 3\n"},
    {"keyword in parentheses", "//J JOB (0,USER=FRED)\n" TSO,
     "J/-/S/IKJEFT01 line 2\n"},
    {"columns 72 to 80 are no operands",
     "//J JOB (0),CLASS=A                                                    "
     "    1\n" TSO,
     "J/-/S/IKJEFT01 line 2\n"},
    {"PARM=", JOB "//S EXEC PGM=IKJEFT01,PARM='LU FRED'\n",
     "J/-/S/IKJEFT01/LU FRED line 2\n"},
    {"PARM= with a quote", JOB "//S EXEC PGM=IKJEFT01,PARM='L(''x'')'\n",
     "J/-/S/IKJEFT01/L('x') line 2\n"},
    {"COND=", JOB "//S EXEC PGM=IKJEFT01,COND=(0,NE)\n",
     "J/-/S/IKJEFT01/cond line 2\n"},
    {"a procedure", JOB "//S EXEC ASMHCL,PARM.C='X'\n",
     "J/-/S/proc=ASMHCL line 2\n"},
    {"PROC=", JOB "//S EXEC PROC=ASMHCL\n", "J/-/S/proc=ASMHCL line 2\n"},
    {"a step without a name", JOB "// EXEC PGM=IEFBR14\n",
     "J/-//IEFBR14 line 2\n"},
    {"no JOB card", TSO DATA "A\n", "/-/S/IKJEFT01 line 1 {A\n}\n"},
    {"two jobs", "//J JOB 0,USER=A\n" TSO "//K JOB 0\n" TSO,
     "J/A/S/IKJEFT01 line 2\nK/-/S/IKJEFT01 line 5\n"},
    {"carriage returns",
     "//J JOB 0\r\n//S EXEC PGM=IKJEFT01\r\n"
     "//SYSTSIN DD *\r\nA\r\n/*\r\n",
     "J/-/S/IKJEFT01 line 2 {A\r\n}\n"},
    {"statements we have no use for",
     JOB "//L JCLLIB ORDER=A.B\n// SET A=B\n//\n" TSO,
     "J/-/S/IKJEFT01 line 5\n"},
    {"JES2 statements", "/*JOBPARM S=*\n" JOB TSO, "J/-/S/IKJEFT01 line 3\n"},
};

START_TEST(finds_the_steps)
{
    struct arena *arena = arena_new();
    struct strbuf out = STRBUF_INIT;
    struct jcl_step *steps = NULL;
    struct error err = {0};
    struct source *src;

    ck_assert_int_eq(
        source_new("job", jobs[_i].text, strlen(jobs[_i].text), &src, NULL), 0);
    ck_assert_msg(jcl_is_job(src), "%s: no job", jobs[_i].name);
    ck_assert_msg(jcl_parse(src, arena, &steps, &err) == 0, "%s: %s",
                  jobs[_i].name, err.text);
    show(src, steps, &out);
    ck_assert_msg(strcmp(strbuf_str(&out), jobs[_i].want) == 0,
                  "%s: got \"%s\"", jobs[_i].name, strbuf_str(&out));
    strbuf_done(&out);
    source_unref(src);
    arena_free(arena);
}
END_TEST

static const struct {
    const char *name, *text, *error;
} bad[] = {
    {"commands without a DD", JOB TSO "A x\n",
     "job:4: expected a JCL statement (//) here; commands stand behind "
     "//SYSTSIN DD *"},
    {"data that a comment ended", JOB TSO DATA "A\n/* B */\nC\n",
     "job:7: expected a JCL statement (//) here: /* in column 1 of line 6 "
     "ended the data; use DD DATA,DLM=$$, and $$ behind the data"},
    {"data that its own delimiter ended",
     JOB TSO "//SYSTSIN DD DATA,DLM=$$\n/* A */\n$$\nC\n",
     "job:7: expected a JCL statement (//) here; commands stand behind "
     "//SYSTSIN DD *"},
    {"USER= too long", "//J JOB 0,USER=ABCDEFGHI\n",
     "job:1: USER=ABCDEFGHI on the JOB card is not a user id in JCL: 1 to 8 "
     "characters A-Z 0-9 # $ @, no digit first"},
    {"USER= empty", "//J JOB 0,USER=\n",
     "job:1: USER= on the JOB card is not a user id in JCL: 1 to 8 characters "
     "A-Z "
     "0-9 # $ @, no digit first"},
    {"USER= with another symbol", "//J JOB 0,USER=&ME\n",
     "job:1: USER=&ME on the JOB card is not a user id in JCL: 1 to 8 "
     "characters "
     "A-Z 0-9 # $ @, no digit first"},
    {"a concatenation", JOB TSO DATA "A\n/*\n//  DD *\nB\n",
     "job:7: a second DD behind SYSTSIN (a concatenation) is not supported "
     "here; put the commands into one"},
};

START_TEST(says_what_is_wrong)
{
    struct arena *arena = arena_new();
    struct jcl_step *steps = NULL;
    struct error err = {0};
    struct source *src;

    ck_assert_int_eq(
        source_new("job", bad[_i].text, strlen(bad[_i].text), &src, NULL), 0);
    ck_assert_int_eq(jcl_parse(src, arena, &steps, &err), ERR_SYNTAX);
    ck_assert_msg(strcmp(err.text, bad[_i].error) == 0, "%s: %s", bad[_i].name,
                  err.text);
    source_unref(src);
    arena_free(arena);
}
END_TEST

static const struct {
    const char *text;
    bool job;
} forms[] = {
    {"", false},
    {"\n\n", false},
    {"RACDCERT LIST", false},
    {" //J JOB 0", false},
    {"/* comment */\nRACDCERT LIST", false},
    {"\n//* comment\n", true},
    {"/*ROUTE PRINT X\n//J JOB 0\n", true},
};

START_TEST(tells_jobs_from_commands)
{
    struct source *src;

    ck_assert_int_eq(
        source_new("job", forms[_i].text, strlen(forms[_i].text), &src, NULL),
        0);
    ck_assert_int_eq(jcl_is_job(src), forms[_i].job);
    source_unref(src);
}
END_TEST

START_TEST(says_when_there_is_no_memory)
{
    static const char text[] =
        "//J JOB 0,USER=A\n//S EXEC PGM=IKJEFT01,PARM='X'\n" DATA "A\n";
    int n, r = ERR_NOMEM;

    for (n = 1; r == ERR_NOMEM && n < 50; n++) {
        struct arena *arena = arena_new();
        struct jcl_step *steps = NULL;
        struct source *src;

        ck_assert_int_eq(source_new("job", text, strlen(text), &src, NULL), 0);
        fault_set(FAULT_MEMORY, n, ENOMEM);
        r = jcl_parse(src, arena, &steps, NULL);
        ck_assert_int_eq(r, fault_struck(FAULT_MEMORY) ? ERR_NOMEM : 0);
        fault_set(FAULT_MEMORY, 0, 0);
        source_unref(src);
        arena_free(arena);
    }
    ck_assert_int_eq(r, 0);
}
END_TEST

TESTS_BEGIN("jcl")
TEST_ROWS(finds_the_steps, jobs)
TEST_ROWS(says_what_is_wrong, bad)
TEST_ROWS(tells_jobs_from_commands, forms)
TEST(says_when_there_is_no_memory)
TESTS_END
