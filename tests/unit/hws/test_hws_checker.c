/* Whose logon is checked next, and when the answer comes. The check itself is
 * the test's: it takes as long as the test holds it up. */

#include "hws/checker.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "support/suite.h"

static struct event_base *base;
static struct hws_checker *checker;
static struct strbuf log_text;

/* ---- the check ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool held;        /* checks wait */
static unsigned entered; /* checks that have begun */

static unsigned again; /* how often AGAIN asks anew while it is checked */

static struct hws_check *ask(const char *peer, const char *user,
                             const char *password);

/* The password "good" is one. The line for the log has the user's name. */
static bool check(void *arg, const char *user, const char *password,
                  struct strbuf *why)
{
    (void)arg;
    pthread_mutex_lock(&lock);
    entered++;
    pthread_cond_broadcast(&changed);
    while (held)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
    if (strcmp(user, "AGAIN") == 0 && again > 0) {
        again--;
        ask("192.0.2.2:3", "AGAIN", "good");
    }
    strbuf_addf(why, "%s ", user);
    return strcmp(password, "good") == 0;
}

static void hold(bool on)
{
    pthread_mutex_lock(&lock);
    held = on;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static void wait_entered(unsigned number)
{
    pthread_mutex_lock(&lock);
    while (entered < number)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}

/* ---- the other side ---- */

static void add_log(void *arg, const char *line)
{
    (void)arg;
    strbuf_adds(&log_text, line);
}

static unsigned yes, no;

static void on_checked(void *arg, bool good)
{
    (void)arg;
    if (good)
        yes++;
    else
        no++;
}

static struct hws_check *ask(const char *peer, const char *user,
                             const char *password)
{
    struct netaddr a;

    ck_assert_int_eq(netaddr_parse(peer, &a, NULL), 0);
    return hws_checker_ask(checker, &a, user, password, on_checked, NULL);
}

static void set_up(void)
{
    struct hws_checker_params params = {NULL, check, add_log, NULL};

    base = params.base = event_base_new();
    held = false;
    entered = yes = no = again = 0;
    ck_assert_int_eq(hws_checker_new(&params, &checker, NULL), 0);
}

static void tear_down(void)
{
    hold(false);
    hws_checker_free(checker);
    hws_checker_free(NULL);
    event_base_free(base);
    strbuf_done(&log_text);
}

/* Turns the loop until so many are answered. */
static void answered(unsigned number)
{
    while (yes + no < number)
        event_base_loop(base, EVLOOP_ONCE);
}

static void in_order(const char *order)
{
    ck_assert_str_eq(strbuf_str(&log_text), order);
}

/* The first one is being checked while the others come. */
static void begin(void)
{
    hold(true);
    ck_assert_ptr_nonnull(ask("192.0.2.1:1", "FIRST", "good"));
    wait_entered(1);
}

START_TEST(peers_take_turns_and_users_in_them)
{
    begin();
    ask("192.0.2.1:2", "A", "good");
    ask("192.0.2.1:3", "A", "good");
    ask("192.0.2.1:4", "B", "good");
    ask("192.0.2.2:5", "C", "good");
    ask("192.0.2.2:6", "D", "good");
    ask("[2001:db8::1]:7", "E", "good");
    hold(false);
    answered(7);
    in_order("FIRST C E A D B A ");
}
END_TEST

/* The loop is not held up by a check, nor is what it answers lost. */
START_TEST(nobody_waits_for_a_check)
{
    begin();
    ck_assert_int_ge(event_base_loop(base, EVLOOP_NONBLOCK), 0);
    ck_assert_uint_eq(yes, 0);
    hold(false);
    answered(1);
    ck_assert_uint_eq(yes, 1);
}
END_TEST

START_TEST(who_failed_comes_after_who_did_not)
{
    ask("192.0.2.1:1", "BAD", "wrong");
    answered(1);
    begin();
    ask("192.0.2.1:2", "BAD", "wrong");
    ask("192.0.2.1:3", "BAD", "wrong");
    ask("192.0.2.1:4", "GOOD", "good");
    hold(false);
    answered(5);
    in_order("BAD FIRST GOOD BAD BAD ");
}
END_TEST

/* What failed at one address does not hold up another's. */
START_TEST(a_peer_that_failed_comes_after_others)
{
    ask("192.0.2.9:1", "U1", "wrong");
    answered(1);
    begin();
    ask("192.0.2.9:2", "U2", "wrong");
    ask("192.0.2.9:3", "U3", "wrong");
    ask("192.0.2.1:4", "GOOD", "good");
    hold(false);
    answered(5);
    in_order("U1 FIRST GOOD U2 U3 ");
}
END_TEST

/* There is always one that has no failure: who has some comes all the same. */
START_TEST(nobody_waits_for_ever)
{
    ask("192.0.2.1:1", "BAD", "wrong");
    answered(1);
    again = 100;
    begin();
    ask("192.0.2.1:2", "BAD", "good");
    ask("192.0.2.2:3", "AGAIN", "good");
    hold(false);
    answered(104);
    ck_assert_ptr_nonnull(strstr(strbuf_str(&log_text), "AGAIN BAD AGAIN"));
}
END_TEST

static uint64_t now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* The first noes of an address come at once, the next late and later; a yes
 * from there never does, nor a no elsewhere. */
START_TEST(a_no_is_late_and_a_yes_is_not)
{
    uint64_t begun;
    unsigned i;

    for (i = 0; i < HWS_FREE_FAILURES; i++) {
        ask("192.0.2.1:1", "BAD", "wrong");
        answered(i + 1);
    }
    begun = now_ms();
    ask("192.0.2.1:1", "BAD", "wrong");
    answered(HWS_FREE_FAILURES + 1);
    ck_assert_uint_ge(now_ms() - begun, HWS_DELAY_MS);
    begun = now_ms();
    ask("192.0.2.1:1", "WORSE", "wrong");
    ask("192.0.2.1:1", "GOOD", "good");
    ask("192.0.2.2:1", "OTHER", "wrong");
    answered(HWS_FREE_FAILURES + 3);
    ck_assert_uint_eq(yes, 1);
    ck_assert_uint_eq(no, HWS_FREE_FAILURES + 2);
    answered(HWS_FREE_FAILURES + 4);
    ck_assert_uint_ge(now_ms() - begun, 2 * HWS_DELAY_MS);
}
END_TEST

START_TEST(what_waits_is_bounded)
{
    unsigned i;

    begin();
    for (i = 0; i < HWS_CHECKS_MAX; i++)
        ck_assert_ptr_nonnull(ask("192.0.2.1:1", "U", "good"));
    ck_assert_ptr_null(ask("192.0.2.2:1", "U", "good"));
    hold(false);
    answered(1 + HWS_CHECKS_MAX);
    ck_assert_ptr_nonnull(ask("192.0.2.2:1", "U", "good"));
    answered(2 + HWS_CHECKS_MAX);
}
END_TEST

/* A client that has gone: its wrong password counts, and nobody is told. */
START_TEST(an_answer_that_nobody_wants)
{
    struct hws_check *k;

    begin();
    k = ask("192.0.2.1:2", "GONE", "wrong");
    ck_assert_ptr_nonnull(k);
    hws_checker_drop(k);
    ask("192.0.2.1:3", "LAST", "good");
    hold(false);
    answered(2);
    ck_assert_uint_eq(no, 0);
    ck_assert_ptr_nonnull(strstr(strbuf_str(&log_text), "GONE"));
}
END_TEST

/* It ends with some waiting, some answered, some late. */
START_TEST(it_ends_at_any_time)
{
    unsigned i;

    for (i = 0; i < HWS_FREE_FAILURES; i++) {
        ask("192.0.2.1:1", "BAD", "wrong");
        answered(i + 1);
    }
    ask("192.0.2.1:1", "LATE", "wrong");
    wait_entered(HWS_FREE_FAILURES + 1);
    for (i = 0; i < 100 && strstr(strbuf_str(&log_text), "LATE") == NULL; i++) {
        event_base_loop(base, EVLOOP_NONBLOCK);
        usleep(1000);
    }
    ask("192.0.2.2:1", "ANSWERED", "good");
    wait_entered(HWS_FREE_FAILURES + 2);
    begin();
    ask("192.0.2.2:1", "WAITS", "good");
    ck_assert_uint_eq(yes + no, HWS_FREE_FAILURES);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hws_checker");
    TCase *tc = tcase_create("hws_checker");
    SRunner *sr = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    TEST(peers_take_turns_and_users_in_them)
    TEST(nobody_waits_for_a_check)
    TEST(who_failed_comes_after_who_did_not)
    TEST(a_peer_that_failed_comes_after_others)
    TEST(nobody_waits_for_ever)
    TEST(a_no_is_late_and_a_yes_is_not)
    TEST(what_waits_is_bounded)
    TEST(an_answer_that_nobody_wants)
    TEST(it_ends_at_any_time)
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
