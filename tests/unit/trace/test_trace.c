#include "trace/trace.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support/faults.h"
#include "support/suite.h"
#include "trace/record.h"

/* A sink that can be held shut, and keeps what came through. */
struct gate {
    struct sink sink;
    sem_t *hold; /* NULL: open */
    struct strbuf *out;
    int refuse; /* so many writes fail */
    atomic_int *reopened;
};

static int write_text(struct sink *s, const struct trace_record *r)
{
    struct gate *g = (struct gate *)s;

    if (g->hold != NULL) {
        sem_wait(g->hold);
        sem_post(g->hold);
    }
    if (g->refuse > 0) {
        g->refuse--;
        return -1;
    }
    strbuf_addf(g->out, "%s %s\n", r->stack, r->text);
    return 0;
}

static void reopen(struct sink *s)
{
    atomic_fetch_add(((struct gate *)s)->reopened, 1);
}

static void free_sink(struct sink *s)
{
    free(s);
}

static const struct sink_ops gate_ops = {write_text, reopen, free_sink, NULL};

static struct gate *add_gate(struct trace *t, struct strbuf *out)
{
    struct gate *g = calloc(1, sizeof(*g));

    g->sink.ops = &gate_ops;
    g->out = out;
    ck_assert_int_eq(trace_add_sink(t, &g->sink, NULL), 0);
    return g;
}

static struct trace *new_trace(void)
{
    struct trace *t;

    ck_assert_int_eq(trace_new("TCPIP1", &t, NULL), 0);
    return t;
}

START_TEST(what_is_written_before_the_start_is_kept)
{
    struct strbuf out = STRBUF_INIT;
    struct trace *t = new_trace();

    add_gate(t, &out);
    trace_remark(t, TRACE_NOTICE, "policy=%s rules=%d", "a\nb", 2);
    ck_assert_int_eq(trace_start(t, NULL), 0);
    trace_remark(t, TRACE_NOTICE, "second");
    trace_free(t);
    ck_assert_str_eq(strbuf_str(&out),
                     "TCPIP1 policy=a\\x0Ab rules=2\nTCPIP1 second\n");
    strbuf_done(&out);
}
END_TEST

START_TEST(a_trace_that_never_started_writes_at_the_end)
{
    struct strbuf out = STRBUF_INIT;
    struct trace *t = new_trace();

    add_gate(t, &out);
    trace_remark(t, TRACE_ERR, "no ring");
    trace_free(t);
    ck_assert_str_eq(strbuf_str(&out), "TCPIP1 no ring\n");
    strbuf_done(&out);
    trace_free(NULL);
}
END_TEST

START_TEST(the_job_log_is_for_sinks_that_take_it)
{
    struct strbuf with = STRBUF_INIT, without = STRBUF_INIT;
    struct trace *t = new_trace();
    struct trace_record r = {.text = "EZD1287I", .joblog = true, .ibm = true};

    add_gate(t, &with)->sink.joblog = true;
    add_gate(t, &without);
    trace_put(t, &r);
    trace_free(t);
    ck_assert_str_eq(strbuf_str(&with), "TCPIP1 EZD1287I\n");
    ck_assert_str_eq(strbuf_str(&without), "");
    strbuf_done(&with);
}
END_TEST

/* All that the remarks on lost records add up to: one tells what was lost
 * until then. */
static unsigned long told(const char *text)
{
    static const char remark[] = "TCPIP1 log records lost=";
    unsigned long sum = 0;

    while ((text = strstr(text, remark)) != NULL) {
        text += sizeof(remark) - 1;
        sum += strtoul(text, NULL, 10);
    }
    return sum;
}

/* The callers go on at once; what does not fit is counted and told. */
START_TEST(a_sink_that_blocks_delays_nobody)
{
    struct strbuf out = STRBUF_INIT;
    struct trace *t = new_trace();
    struct gate *g = add_gate(t, &out);
    unsigned long lost;
    sem_t hold;
    int i;

    sem_init(&hold, 0, 0);
    g->hold = &hold;
    ck_assert_int_eq(trace_start(t, NULL), 0);
    for (i = 0; i < 10000; i++)
        trace_remark(t, TRACE_INFO, "%d", i);
    lost = trace_lost(t);
    ck_assert_uint_ge(lost, 10000 - 8192 - 1);
    ck_assert_uint_le(lost, 10000 - 8192);
    sem_post(&hold);
    trace_free(t);
    ck_assert_uint_eq(told(strbuf_str(&out)), lost);
    ck_assert_ptr_nonnull(strstr(strbuf_str(&out), "TCPIP1 0\n"));
    ck_assert_ptr_nonnull(strstr(strbuf_str(&out), "TCPIP1 8190\n"));
    ck_assert_ptr_null(strstr(strbuf_str(&out), "TCPIP1 9999\n"));
    strbuf_done(&out);
    sem_destroy(&hold);
}
END_TEST

START_TEST(a_failed_write_is_counted_and_told)
{
    struct strbuf out = STRBUF_INIT;
    struct trace *t = new_trace();

    add_gate(t, &out)->refuse = 1;
    ck_assert_int_eq(trace_start(t, NULL), 0);
    trace_remark(t, TRACE_INFO, "first");
    trace_remark(t, TRACE_INFO, "second");
    trace_free(t);
    ck_assert_str_eq(strbuf_str(&out),
                     "TCPIP1 log records lost=1\nTCPIP1 second\n");
    strbuf_done(&out);
}
END_TEST

START_TEST(large_records_are_bounded_too)
{
    struct strbuf out = STRBUF_INIT, text = STRBUF_INIT;
    struct trace *t = new_trace();
    int i;

    add_gate(t, &out);
    strbuf_fill(&text, 'x', 1000000);
    for (i = 0; i < 9; i++)
        trace_remark(t, TRACE_INFO, "%s", strbuf_str(&text));
    ck_assert_uint_eq(trace_lost(t), 1);
    trace_free(t);
    strbuf_done(&text);
    strbuf_done(&out);
}
END_TEST

START_TEST(sinks_are_reopened_by_the_writer)
{
    struct strbuf out = STRBUF_INIT;
    struct trace *t = new_trace();
    struct timespec nap = {.tv_nsec = 1000000};
    atomic_int reopened = 0;
    int i;

    add_gate(t, &out)->reopened = &reopened;
    ck_assert_int_eq(trace_start(t, NULL), 0);
    trace_reopen(t);
    for (i = 0; i < 5000 * ATTLS_PATIENCE && atomic_load(&reopened) == 0; i++)
        nanosleep(&nap, NULL);
    ck_assert_int_eq(atomic_load(&reopened), 1);
    trace_free(t);
}
END_TEST

static void *write_many(void *arg)
{
    int i;

    for (i = 0; i < 1000; i++)
        trace_remark(arg, TRACE_INFO, "line");
    return NULL;
}

START_TEST(any_thread_may_write)
{
    struct strbuf out = STRBUF_INIT;
    struct trace *t = new_trace();
    pthread_t threads[4];
    int i;

    add_gate(t, &out);
    ck_assert_int_eq(trace_start(t, NULL), 0);
    for (i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, write_many, t), 0);
    for (i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    trace_free(t);
    ck_assert_uint_eq(out.len, 4000 * strlen("TCPIP1 line\n"));
    strbuf_done(&out);
}
END_TEST

START_TEST(too_many_sinks_are_refused)
{
    struct strbuf out = STRBUF_INIT;
    struct trace *t = new_trace();
    struct gate *g = calloc(1, sizeof(*g));
    struct error err;
    int i;

    for (i = 0; i < 16; i++)
        add_gate(t, &out);
    g->sink.ops = &gate_ops;
    ck_assert_int_eq(trace_add_sink(t, &g->sink, &err), ERR_LIMIT);
    ck_assert_str_eq(err.text, "more than 16 log sinks; take one out of "
                               "log = ( ... )");
    trace_free(t);
}
END_TEST

START_TEST(memory_fails_at_birth)
{
    struct trace *t = NULL;
    int n;

    for (n = 1; n <= 2; n++) {
        fault_set(FAULT_MEMORY, n, ENOMEM);
        ck_assert_int_eq(trace_new("TCPIP1", &t, NULL), ERR_NOMEM);
        ck_assert(fault_struck(FAULT_MEMORY));
        ck_assert_ptr_null(t);
    }
}
END_TEST

TESTS_BEGIN("trace")
TEST(what_is_written_before_the_start_is_kept)
TEST(a_trace_that_never_started_writes_at_the_end)
TEST(the_job_log_is_for_sinks_that_take_it)
TEST(a_sink_that_blocks_delays_nobody)
TEST(a_failed_write_is_counted_and_told)
TEST(large_records_are_bounded_too)
TEST(sinks_are_reopened_by_the_writer)
TEST(any_thread_may_write)
TEST(too_many_sinks_are_refused)
TEST(memory_fails_at_birth)
TESTS_END
