/*
 * Who a program is, by name: the order of attlsd.conf's lists, the system's
 * word and the program's own. The program is this test, by a real socket.
 */

#include "conn/naming.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "site/testing.h"
#include "support/suite.h"
#include "util/fd.h"
#include "util/strbuf.h"

static struct config *config_of(const char *lists)
{
    struct strbuf text = STRBUF_INIT;
    struct diags *diags = diags_new();
    struct config *c;
    struct source *src;

    strbuf_addf(&text,
                "stack = \"T\"; pagent = \"/p\"; racf = \"/r\"; "
                "listeners = ( { mode = \"run\"; socket = \"/s\"; } );\n%s\n",
                lists);
    ck_assert_int_eq(
        source_new("attlsd.conf", strbuf_str(&text), text.len, &src, NULL), 0);
    ck_assert_msg(config_load_source(src, diags, &c) == 0, "%s", lists);
    source_unref(src);
    diags_free(diags);
    strbuf_done(&text);
    return c;
}

static struct identity mine(int fd)
{
    struct identity who = {0};
    struct stat st;

    ck_assert_int_eq(fstat(fd, &st), 0);
    who.owner.uid = geteuid();
    who.owner.inode = (uint32_t)st.st_ino;
    return who;
}

static void on_done(void *arg)
{
    int fd = *(int *)arg;

    ck_assert_int_eq(write(fd, "", 1), 1);
}

/* Asks as a connection does: at once, or by the thread. */
static void ask(struct naming *n, const struct naming_question *q,
                struct identity *who)
{
    struct naming_task *task;
    int pipes[2];
    char c;

    if (naming_known(n, q, who))
        return;
    ck_assert_int_eq(pipe(pipes), 0);
    ck_assert_int_eq(naming_ask(n, q, who, on_done, &pipes[1], &task), 0);
    ck_assert_int_eq(read(pipes[0], &c, 1), 1);
    ck_assert(naming_answer(task, who));
    close(pipes[0]);
    close(pipes[1]);
}

/* UID and EXE in the lists are this test's. */
static const struct {
    const char *name, *lists;
    bool trusted; /* trusted_jobname of the listener */
    uint16_t port;
    const char *claimed_before; /* attls-run --jobname */
    const char *jobname;
    bool claimed;
} jobs[] = {
    {"by uid", "jobs = ( { jobname = \"BYUID\"; uid = UID; } );", true, 0, "",
     "BYUID", false},
    {"another uid", "jobs = ( { jobname = \"BYUID\"; uid = 4242; } );", false,
     0, "", "MYPROG", true},
    {"by port", "jobs = ( { jobname = \"BYPORT\"; port = 5555; } );", true,
     5555, "", "BYPORT", false},
    {"a client has no port",
     "jobs = ( { jobname = \"BYPORT\"; port = 5555; } );", false, 0, "",
     "MYPROG", true},
    {"by executable",
     "jobs = ( { jobname = \"BYEXE\"; exe = \"EXE\"; uid = UID; } );", true, 0,
     "", "BYEXE", false},
    {"by executable alone: any account's",
     "jobs = ( { jobname = \"BYEXE\"; exe = \"EXE\"; } );", true, 0, "",
     "BYEXE", true},
    {"all of a line must fit",
     "jobs = ( { jobname = \"BOTH\"; uid = UID; exe = \"/bin/false\"; } );",
     true, 0, "", "MYPROG", true},
    {"the first line that fits",
     "jobs = ( { jobname = \"NO\"; uid = 4242; }, { jobname = \"FIRST\"; "
     "uid = UID; }, { jobname = \"SECOND\"; uid = UID; } );",
     true, 0, "", "FIRST", false},
    {"no unit, no line",
     "jobs = ( { jobname = \"U\"; unit = \"x.service\"; } "
     ");",
     false, 0, "", "MYPROG", true},
    {"a line stands above what attls-run says",
     "jobs = ( { jobname = \"LINE\"; uid = UID; } );", true, 0, "SAID", "LINE",
     false},
    {"attls-run's word stands above the program's", "", false, 0, "SAID",
     "SAID", true},
    {"the program's own, where it counts", "", false, 0, "", "MYPROG", true},
    {"not searched where it would not count", "", true, 0, "", "", false},
};

static void fill_in(struct strbuf *out, const char *text)
{
    char exe[256];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
    const char *p;

    ck_assert_int_gt(n, 0);
    exe[n] = '\0';
    for (p = text; *p != '\0'; p++)
        if (strncmp(p, "UID", 3) == 0 && p[-1] == ' ') {
            strbuf_addf(out, "%u", (unsigned)geteuid());
            p += 2;
        } else if (strncmp(p, "EXE\"", 4) == 0 && p[-1] == '"') {
            strbuf_adds(out, exe);
            p += 2;
        } else {
            strbuf_addf(out, "%c", *p);
        }
}

START_TEST(job_name)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct config_listener l = {.trusted_jobname = jobs[_i].trusted};
    struct naming_question q = {NULL, &l, jobs[_i].port};
    struct identity who = mine(fd);
    struct strbuf lists = STRBUF_INIT;
    struct naming *n;

    fill_in(&lists, jobs[_i].lists);
    q.config = config_of(strbuf_str(&lists));
    strbuf_done(&lists);
    snprintf(who.jobname, sizeof(who.jobname), "%s", jobs[_i].claimed_before);
    who.claimed = who.jobname[0] != '\0';
    ck_assert_int_eq(prctl(PR_SET_NAME, "myprog"), 0);
    ck_assert_int_eq(naming_new(&n, NULL), 0);
    ask(n, &q, &who);
    ck_assert_msg(strcmp(who.jobname, jobs[_i].jobname) == 0, "%s: %s, not %s",
                  jobs[_i].name, who.jobname, jobs[_i].jobname);
    ck_assert_msg(who.claimed == jobs[_i].claimed, "%s", jobs[_i].name);
    naming_free(n);
    config_unref(q.config);
    fd_close(&fd);
}
END_TEST

static const struct {
    const char *name, *lists;
    uid_t uid;
    const char *given, *userid;
} users[] = {
    {"the account's name, folded", "", 0, "", "ROOT"},
    {"a line comes first", "users = ( { uid = 0; userid = \"IMSSTC\"; } );", 0,
     "", "IMSSTC"},
    {"a line for an account that is none",
     "users = ( { uid = 40000; userid = \"POD\"; } );", 40000, "", "POD"},
    {"no account, no line", "", 40000, "", ""},
    {"the listener's own stays", "", 0, "LIBSERV", "LIBSERV"},
};

START_TEST(user_id)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct config_listener l = {.trusted_jobname = true};
    struct naming_question q = {config_of(users[_i].lists), &l, 0};
    struct identity who = mine(fd);
    struct naming *n;

    who.owner.uid = users[_i].uid;
    snprintf(who.userid, sizeof(who.userid), "%s", users[_i].given);
    ck_assert_int_eq(naming_new(&n, NULL), 0);
    ask(n, &q, &who);
    ck_assert_msg(strcmp(who.userid, users[_i].userid) == 0, "%s: %s",
                  users[_i].name, who.userid);
    naming_free(n);
    config_unref(q.config);
    fd_close(&fd);
}
END_TEST

START_TEST(the_second_question_is_answered_at_once)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct config_listener l = {.trusted_jobname = true};
    struct naming_question q = {config_of(""), &l, 0};
    struct identity first = mine(fd), second = first;
    struct naming *n;

    ck_assert_int_eq(naming_new(&n, NULL), 0);
    ck_assert(!naming_known(n, &q, &first));
    ask(n, &q, &first);
    ck_assert(naming_known(n, &q, &second));
    ck_assert_str_eq(first.userid, second.userid);
    naming_free(n);
    config_unref(q.config);
    fd_close(&fd);
}
END_TEST

/* Without an owner there is nothing to ask about. */
START_TEST(an_unknown_owner_stays_unknown)
{
    struct config_listener l = {0};
    struct naming_question q = {config_of(""), &l, 0};
    struct identity who = {.owner_error = ERR_NOT_FOUND};
    struct naming *n;

    ck_assert_int_eq(naming_new(&n, NULL), 0);
    ck_assert(naming_known(n, &q, &who));
    ck_assert_str_eq(who.jobname, "");
    ck_assert_str_eq(who.userid, "");
    naming_free(n);
    config_unref(q.config);
}
END_TEST

/* A connection that ends first drops its question; the thread ends first. */
START_TEST(nobody_waits_for_the_answer)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0), pipes[2];
    struct config_listener l = {0};
    struct naming_question q = {config_of(""), &l, 0};
    struct identity who = mine(fd);
    struct naming_task *task;
    struct naming *n;

    ck_assert_int_eq(pipe(pipes), 0);
    ck_assert_int_eq(naming_new(&n, NULL), 0);
    ck_assert_int_eq(naming_ask(n, &q, &who, on_done, &pipes[1], &task), 0);
    naming_drop(task);
    naming_drop(NULL);
    naming_stop(n);
    naming_stop(n);
    ck_assert_int_eq(naming_ask(n, &q, &who, on_done, &pipes[1], &task), 0);
    ck_assert(!naming_answer(task, &who));
    naming_drop(task);
    naming_free(n);
    naming_free(NULL);
    config_unref(q.config);
    close(pipes[0]);
    close(pipes[1]);
    fd_close(&fd);
}
END_TEST

static const struct config_listener untrusted = {.trusted_jobname = false};

/* Answers: those of the account that asks much stay on their thread until the
 * test lets them go, so that no clock and no load decides who is next. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int let_go; /* so many of them may still end */
    int ended;
    bool other; /* the other account has its answer */
} gate = {.lock = PTHREAD_MUTEX_INITIALIZER,
          .changed = PTHREAD_COND_INITIALIZER};

static void on_much(void *arg)
{
    (void)arg;
    pthread_mutex_lock(&gate.lock);
    while (gate.let_go == 0)
        pthread_cond_wait(&gate.changed, &gate.lock);
    gate.let_go--;
    gate.ended++;
    pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.lock);
}

static void on_other(void *arg)
{
    (void)arg;
    pthread_mutex_lock(&gate.lock);
    gate.other = true;
    pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.lock);
}

/* Lets N more go, and waits at most a minute until the other account has its
 * answer and ENDED of those that ask much have theirs. */
static bool let_go(int n, int ended)
{
    struct timespec until;
    int r = 0;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 60;
    pthread_mutex_lock(&gate.lock);
    gate.let_go += n;
    pthread_cond_broadcast(&gate.changed);
    while (r == 0 && !(gate.other && gate.ended >= ended))
        r = pthread_cond_timedwait(&gate.changed, &gate.lock, &until);
    pthread_mutex_unlock(&gate.lock);
    return r == 0;
}

/* An account that asks without end, each question a search through all there
 * is, does not stand before another's: both threads may have begun one of
 * its questions, and one more may be next. */
START_TEST(who_asks_much_waits_for_himself)
{
    enum { MUCH = 40, BEFORE = 3 };
    struct naming_question q = {config_of(""), &untrusted, 0};
    struct identity much = {.owner = {.uid = 5002, .inode = 1}}, one = much;
    struct naming_task *task[MUCH + 1];
    struct naming *n;
    int i;

    one.owner.uid = 5001;
    ck_assert_int_eq(naming_new(&n, NULL), 0);
    for (i = 0; i < MUCH; i++)
        ck_assert_int_eq(naming_ask(n, &q, &much, on_much, NULL, &task[i]), 0);
    ck_assert_int_eq(naming_ask(n, &q, &one, on_other, NULL, &task[i]), 0);
    ck_assert(let_go(BEFORE, 0));
    ck_assert(let_go(MUCH, MUCH));
    for (i = 0; i <= MUCH; i++)
        ck_assert(naming_answer(task[i], i < MUCH ? &much : &one));
    naming_free(n);
    config_unref(q.config);
}
END_TEST

/* More than may wait: those of the account with the most are given up. */
START_TEST(a_full_queue_gives_up_the_longest_line)
{
    enum { ALL = 4096 };
    struct naming_question q = {config_of(""), &untrusted, 0};
    struct identity much = {.owner = {.uid = 5002}}, one = much, who;
    struct naming_task **task = calloc(ALL + 2, sizeof(*task));
    struct naming *n;
    int i;

    one.owner.uid = 5001;
    ck_assert_int_eq(naming_new(&n, NULL), 0);
    naming_stop(n); /* nobody answers */
    for (i = 0; i < ALL; i++)
        ck_assert_int_eq(naming_ask(n, &q, &much, on_other, NULL, &task[i]), 0);
    ck_assert_int_eq(naming_ask(n, &q, &much, on_other, NULL, &task[i]),
                     ERR_LIMIT);
    ck_assert_int_eq(naming_ask(n, &q, &one, on_other, NULL, &task[i]), 0);
    ck_assert(!naming_answer(task[0], &who));
    ck_assert(naming_answer(task[ALL - 1], &who));
    ck_assert(who.crowded);
    ck_assert_str_eq(who.userid, "");
    ck_assert_str_eq(who.jobname, "");
    for (i = 0; i <= ALL; i++)
        if (i != ALL - 1)
            naming_drop(task[i]);
    naming_free(n);
    config_unref(q.config);
    free(task);
}
END_TEST

TESTS_BEGIN("naming")
TEST_ROWS(job_name, jobs)
TEST_ROWS(user_id, users)
TEST(the_second_question_is_answered_at_once)
TEST(an_unknown_owner_stays_unknown)
TEST(nobody_waits_for_the_answer)
TEST(who_asks_much_waits_for_himself)
TEST(a_full_queue_gives_up_the_longest_line)
TESTS_END
