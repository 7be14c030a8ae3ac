/*
 * keyring/racdcert when memory is short: whichever allocation of ours fails,
 * a command either does all of its work or none of it, and says so. What the
 * commands print is in tests/conformance/racdcert.
 */

#include "keyring/racdcert/racdcert.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keyring/rings/store.h"
#include "saf/admin/admin.h"
#include "saf/db/saf.h"
#include "saf/job/job.h"
#include "support/faults.h"
#include "support/scratch.h"
#include "support/suite.h"
#include "support/testring.h"

static struct testring *t;
static struct saf *saf;
static struct racdcert *racdcert;
static struct job_runner *commands_runner;
static char dsn_dir[600];

static const char prepare[] =
    "RACDCERT ID(SERVER) REKEY(LABEL('SERVER')) WITHLABEL('NEW')\n"
    "RACDCERT ID(SERVER) MAP SDNFILTER('O=Map') WITHLABEL('map')\n"
    "RACDCERT ID(CLIENT) EXPORT(LABEL('CLIENT')) DSN('CLIENT.P12') "
    "PASSWORD('pw')\n"
    "RACDCERT ID(CLIENT) DELETE(LABEL('CLIENT'))\n";

static void set_up(void)
{
    t = testring_new(NULL);
    snprintf(dsn_dir, sizeof(dsn_dir), "%s/saf", testring_dir(t));
    testring_dsn_dir(t, dsn_dir);
    ck_assert_msg(testring_run(t, prepare) == 0, "%s", testring_output(t));
}

/* A module belongs to one database: each run has one of its own. */
static void make_runner(void)
{
    ck_assert_int_eq(racdcert_new(&racdcert, NULL), 0);
    commands_runner = job_runner_new();
    ck_assert_int_eq(admin_register(commands_runner, NULL), 0);
    ck_assert_int_eq(racdcert_register(racdcert, commands_runner, NULL), 0);
}

static void free_runner(void)
{
    racdcert_free(racdcert);
    job_runner_free(commands_runner);
}

/* The store as text, to compare: labels, keys, rings, filters. */
static void describe(struct saf *from, struct strbuf *out)
{
    static const char *const owners[] = {OWNER_CERTAUTH, "SERVER", "CLIENT"};
    struct error err = {0};
    char name[64], *text;
    size_t i, len;

    for (i = 0; i < 3; i++) {
        snprintf(name, sizeof(name), "%s/index.cfg", owners[i]);
        ck_assert_msg(saf_read_file(from, name, &text, &len, &err) == 0, "%s",
                      err.text);
        strbuf_add(out, text, len);
        free(text);
    }
}

static void discard(void *arg, const char *text, size_t len)
{
    (void)arg;
    (void)text;
    (void)len;
}

static void copy_database(char copy[600])
{
    snprintf(copy, 600, "%s.copy", testring_dir(t));
    scratch_remove(copy);
    scratch_run((const char *const[]){"cp", "-a", testring_dir(t), copy, NULL});
}

static void remove_copy(void)
{
    char copy[600];

    snprintf(copy, sizeof(copy), "%s.copy", testring_dir(t));
    scratch_remove(copy);
}

static void tear_down(void)
{
    remove_copy();
    testring_free(t);
}

/* Runs the command on a copy of the database with the NTH allocation failing;
 * returns its return code, and 0x100 when one did fail. */
static int run(const char *command, int nth, struct strbuf *after)
{
    struct job_context ctx = {.no_echo = true, .dsn_dir = dsn_dir};
    struct source *src = NULL;
    struct error err = {0};
    char copy[600];
    int rc;

    copy_database(copy);
    ck_assert_int_eq(source_new("t", command, strlen(command), &src, NULL), 0);
    ck_assert_msg(saf_open(copy, SAF_WRITE, &saf, &err) == 0, "%s", err.text);
    ctx.saf = saf;
    make_runner();
    fault_set(FAULT_MEMORY, nth, ENOMEM);
    rc = job_run(commands_runner, &ctx, src, discard, NULL);
    if (nth != 0 && fault_struck(FAULT_MEMORY))
        rc |= 0x100;
    fault_set(FAULT_MEMORY, 0, 0);
    free_runner();
    saf_close(saf);
    source_unref(src);
    ck_assert_msg(saf_open(copy, SAF_READ, &saf, &err) == 0, "%s", err.text);
    describe(saf, after);
    saf_close(saf);
    return rc;
}

static const char *const commands[] = {
    "RACDCERT ID(SERVER) ADDRING(Another)",
    "RACDCERT ID(SERVER) DELRING(Test.Ring)",
    "RACDCERT ID(CLIENT) CONNECT(ID(SERVER) LABEL('NEW') RING(Test.Ring))",
    "RACDCERT ID(SERVER) REMOVE(LABEL('SERVER') RING(Test.Ring))",
    "RACDCERT ID(SERVER) ROLLOVER(LABEL('SERVER')) NEWLABEL('NEW')",
    "RACDCERT ID(SERVER) ALTER(LABEL('SERVER')) NOTRUST NEWLABEL('x')",
    "RACDCERT CERTAUTH DELETE(LABEL('Test CA'))",
    "RACDCERT ID(SERVER) MAP IDNFILTER('O=Test')",
    "RACDCERT ID(SERVER) ALTMAP(LABEL('map')) NEWLABEL('y') NOTRUST",
    "RACDCERT ID(SERVER) DELMAP(LABEL('map'))",
    "RACDCERT ID(CLIENT) ADD('CLIENT.P12') PASSWORD('pw') WITHLABEL('again')",
};

START_TEST(does_all_or_nothing_when_memory_is_short)
{
    struct strbuf before = STRBUF_INIT, done = STRBUF_INIT;
    int nth, rc, failed = 0;
    const char *command = commands[_i];
    bool struck = true;

    saf = NULL;
    ck_assert_int_eq(run("RACDCERT ID(SERVER) LISTRING(*)", 0, &before), 0);
    ck_assert_int_eq(run(command, 0, &done), 0);
    ck_assert_str_ne(strbuf_str(&before), strbuf_str(&done));
    for (nth = 1; struck; nth += nth < 60 ? 1 : 3) {
        struct strbuf after = STRBUF_INIT;

        rc = run(command, nth, &after);
        struck = (rc & 0x100) != 0;
        rc &= 0xFF;
        failed += rc >= JOB_FAILED;
        ck_assert_msg(strcmp(strbuf_str(&after), strbuf_str(&before)) == 0 ||
                          strcmp(strbuf_str(&after), strbuf_str(&done)) == 0,
                      "%s: allocation %d, rc %d, half a change:\n%s", command,
                      nth, rc, strbuf_str(&after));
        if (rc == 0)
            ck_assert_msg(strcmp(strbuf_str(&after), strbuf_str(&done)) == 0,
                          "%s: allocation %d: rc 0 and nothing done", command,
                          nth);
        strbuf_done(&after);
    }
    ck_assert_int_gt(failed, 10);
    strbuf_done(&before);
    strbuf_done(&done);
}
END_TEST

TESTS_BEGIN("racdcert")
tcase_set_timeout(tc, 60);
tcase_add_checked_fixture(tc, set_up, tear_down);
TEST_ROWS(does_all_or_nothing_when_memory_is_short, commands)
TESTS_END
