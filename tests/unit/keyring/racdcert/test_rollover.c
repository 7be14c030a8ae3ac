/*
 * A ROLLOVER is one change: whenever the writer is killed, a reader, and the
 * next writer, find the rings and keys of before or of after.
 */

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keyring/rings/keyring.h"
#include "keyring/rings/store.h"
#include "saf/db/saf.h"
#include "support/faults.h"
#include "support/suite.h"
#include "support/testring.h"

static const char job[] = "RACDCERT ID(SERVER) ROLLOVER(LABEL('SERVER')) "
                          "NEWLABEL('NEW')";

/* Two users have the certificate in rings: three indexes and a key change. */
static const char prepare[] =
    "RACDCERT ID(SERVER) REKEY(LABEL('SERVER')) WITHLABEL('NEW')\n"
    "RACDCERT ID(SERVER) ADDRING(Second)\n"
    "RACDCERT ID(SERVER) CONNECT(LABEL('SERVER') RING(Second))\n"
    "RACDCERT ID(CLIENT) CONNECT(ID(SERVER) LABEL('SERVER') "
    "RING(Test.Ring))\n";

/* Runs the job in a process that is killed at its STEPth fsync();
 * false: it had no such
 * step and ended well. */
static bool killed_at(struct testring *t, unsigned step)
{
    pid_t pid = fork();
    int status;

    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        fault_kill(FAULT_FSYNC, (int)step + 1);
        _exit(testring_run(t, job));
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFEXITED(status));
    ck_assert(WEXITSTATUS(status) == FAULT_KILLED || WEXITSTATUS(status) == 0);
    return WEXITSTATUS(status) == FAULT_KILLED;
}

/* What of the new state there is, one bit a place. */
enum { SEEN_ALL = 15 };

static unsigned look(struct testring *t, enum saf_mode mode)
{
    struct ring_store *s = NULL;
    struct keyring *k = NULL;
    struct saf *saf = NULL;
    struct error err = {0};
    unsigned seen = 0;

    ck_assert_msg(
        keyring_open_dir(testring_dir(t), "SERVER", "Test.Ring", &k, &err) == 0,
        "%s", err.text);
    seen |= strcmp(keyring_default(k)->label, "NEW") == 0 ? 1 : 0;
    ck_assert_ptr_nonnull(keyring_default(k)->key);
    ck_assert_int_eq(X509_check_private_key(keyring_default(k)->cert,
                                            keyring_default(k)->key),
                     1);
    keyring_unref(k);
    ck_assert_msg(saf_open(testring_dir(t), mode, &saf, &err) == 0, "%s",
                  err.text);
    ck_assert_msg(store_open(saf, &s, &err) == 0, "%s", err.text);
    seen |= store_connect_find(store_ring_find(s, "SERVER", "Second"), "SERVER",
                               "NEW") != NULL
                ? 2
                : 0;
    seen |= store_connect_find(store_ring_find(s, "CLIENT", "Test.Ring"),
                               "SERVER", "NEW") != NULL
                ? 4
                : 0;
    seen |= store_cert_find(s, "SERVER", "SERVER")->has_key ? 0 : 8;
    store_close(s);
    saf_close(saf);
    return seen;
}

START_TEST(is_whole_wherever_the_writer_is_killed)
{
    unsigned step, seen, again, old = 0, fresh = 0;
    bool killed = true;

    for (step = 0; killed; step++) {
        struct testring *t = testring_new(NULL);

        ck_assert_msg(testring_run(t, prepare) == 0, "%s", testring_output(t));
        ck_assert_uint_lt(step, 40);
        killed = killed_at(t, step);
        seen = look(t, SAF_READ);
        ck_assert_msg(seen == 0 || seen == SEEN_ALL,
                      "step %u: a reader sees "
                      "%u",
                      step, seen);
        /* A writer finishes what is there, and changes nothing else. */
        again = look(t, SAF_WRITE);
        ck_assert_msg(again == seen, "step %u: %u, then %u", step, seen, again);
        old += seen == 0;
        fresh += seen == SEEN_ALL;
        testring_free(t);
    }
    ck_assert_uint_ge(old, 1);
    ck_assert_uint_ge(fresh, 4);
}
END_TEST

TESTS_BEGIN("rollover")
tcase_set_timeout(tc, 120);
TEST(is_whole_wherever_the_writer_is_killed)
TESTS_END
