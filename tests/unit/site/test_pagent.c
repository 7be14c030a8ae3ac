/* The Policy Agent: what a reload installs, and what it leaves running. */

#include "site/pagent.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "support/scratch.h"
#include "support/suite.h"
#include "util/clock.h"
#include "util/thread.h"

enum { PATH = SCRATCH + 32, WAIT_MS = 20 * 1000 };

static char folder[SCRATCH], conf[PATH], policy[PATH];

static struct {
    struct config *config;
    struct snapshots *snapshots;
    struct trace *trace;
    struct pagent *agent;
    bool refuses; /* what is prepared fails */
    unsigned prepared;
} shop;

/* What the last reload said. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t more;
    unsigned count;
    int status;
    char text[2000];
} said = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "we");

    ck_assert_ptr_nonnull(f);
    ck_assert_int_ge(fputs(text, f), 0);
    ck_assert_int_eq(fclose(f), 0);
}

static void write_policy(const char *rule)
{
    char text[500];

    snprintf(text, sizeof(text),
             "TTLSRule %s\n{\nDirection Inbound\nLocalPortRange 443\n"
             "TTLSGroupActionRef off\n}\n"
             "TTLSGroupAction off\n{\nTTLSEnabled Off\n}\n",
             rule);
    write_file(policy, text);
}

static void write_conf(const char *settings)
{
    char text[1000];

    snprintf(text, sizeof(text),
             "pagent = \"%s\"; racf = \"%s\"; %s\nlisteners = (\n"
             "{ mode = \"forward\"; direction = \"Inbound\"; listen = "
             "\"127.0.0.1:0\"; target = \"127.0.0.1:9\"; jobname = \"JOB\"; "
             "userid = \"USER\"; } );\n",
             policy, folder, settings);
    write_file(conf, text);
}

static int prepare(void *arg, const struct snapshot *next, struct error *err)
{
    (void)arg;
    (void)next;
    shop.prepared++;
    return shop.refuses ? error_set(err, ERR_SYSTEM, "not today") : 0;
}

static void load_first(void)
{
    struct diags *diags = diags_new();
    struct snapshot *first;

    ck_assert_int_eq(config_load(conf, diags, &shop.config), 0);
    ck_assert_int_eq(snapshot_load(shop.config, diags, &first), 0);
    ck_assert_int_eq(snapshots_new(first, &shop.snapshots), 0);
    diags_free(diags);
}

static void setup(void)
{
    struct pagent_params params = {.file = conf, .prepare = prepare};

    memset(&shop, 0, sizeof(shop));
    thread_cond_init(&said.more);
    said.count = 0;
    scratch_folder_for_policy(folder, "test_pagent");
    snprintf(conf, sizeof(conf), "%s/attlsd.conf", folder);
    snprintf(policy, sizeof(policy), "%s/policy", folder);
    write_policy("First");
    write_conf("");
    load_first();
    ck_assert_int_eq(trace_new("TEST", &shop.trace, NULL), 0);
    params.snapshots = shop.snapshots;
    params.trace = shop.trace;
    ck_assert_int_eq(pagent_new(&params, &shop.agent, NULL), 0);
    ck_assert_int_eq(pagent_start(shop.agent, NULL), 0);
    pagent_started(shop.agent);
}

static void teardown(void)
{
    pagent_stop(shop.agent);
    ck_assert(pagent_free(shop.agent));
    snapshots_free(shop.snapshots);
    config_unref(shop.config);
    trace_free(shop.trace);
    pthread_cond_destroy(&said.more);
    scratch_remove(folder);
}

static void on_done(void *arg, int status, const struct strbuf *text)
{
    (void)arg;
    pthread_mutex_lock(&said.lock);
    said.count++;
    said.status = status;
    snprintf(said.text, sizeof(said.text), "%s", strbuf_str(text));
    pthread_cond_signal(&said.more);
    pthread_mutex_unlock(&said.lock);
}

static void wait_for(unsigned count)
{
    struct timespec until = clock_in_ms(WAIT_MS);
    int r = 0;

    pthread_mutex_lock(&said.lock);
    while (said.count < count && r == 0)
        r = pthread_cond_timedwait(&said.more, &said.lock, &until);
    pthread_mutex_unlock(&said.lock);
    ck_assert_uint_eq(said.count, count);
}

static void reload(enum pagent_how how)
{
    unsigned before = said.count;

    pagent_reload(shop.agent, how, false, on_done, NULL);
    wait_for(before + 1);
}

/* The name of the only rule that runs. */
static const char *running(void)
{
    static char name[64];
    struct snapshot *s = snapshots_get(shop.snapshots);
    const struct policy *p = snapshot_policy(s);

    ck_assert_uint_eq(policy_rule_count(p), 1);
    snprintf(name, sizeof(name), "%s", policy_rule_name(policy_rule_get(p, 0)));
    snapshot_unref(s);
    return name;
}

static const struct {
    const char *name, *rule; /* NULL: no rule at all, which is an error */
    const char *settings;
    bool refuses;
    enum pagent_how how;
    int status;
    const char *runs, *says;
} reloads[] = {
    {"another policy", "Second", "", false, PAGENT_REFRESH, 0, "Second",
     "EZZ8771I"},
    {"an update", "Second", "", false, PAGENT_UPDATE, 0, "Second", "EZZ8771I"},
    {"a broken policy", "{ {", "", false, PAGENT_REFRESH, 2, "First", "error"},
    {"a broken configuration", "Second", "colour = 1;", false, PAGENT_REFRESH,
     2, "First", "colour"},
    {"what is prepared fails", "Second", "", true, PAGENT_REFRESH, 2, "First",
     "not today"},
};

START_TEST(a_reload_installs_all_or_nothing)
{
    struct pagent_outcome last;

    write_policy(reloads[_i].rule);
    write_conf(reloads[_i].settings);
    shop.refuses = reloads[_i].refuses;
    reload(reloads[_i].how);
    ck_assert_msg(said.status == reloads[_i].status, "%s: %d, %s",
                  reloads[_i].name, said.status, said.text);
    ck_assert_msg(strcmp(running(), reloads[_i].runs) == 0, "%s: %s runs",
                  reloads[_i].name, running());
    ck_assert_msg(strstr(said.text, reloads[_i].says) != NULL, "%s: %s",
                  reloads[_i].name, said.text);
    pagent_last(shop.agent, &last);
    ck_assert_int_eq(last.status, reloads[_i].status);
    ck_assert_int_eq(last.text[0] == '\0', reloads[_i].status == 0);
}
END_TEST

/* A look loads what another has written, and nothing else. */
START_TEST(a_look_loads_what_has_changed)
{
    pagent_look(shop.agent);
    reload(PAGENT_UPDATE); /* the look before it is done now */
    ck_assert_uint_eq(shop.prepared, 1);
    write_policy("Second");
    pagent_look(shop.agent);
    reload(PAGENT_UPDATE);
    ck_assert_uint_eq(shop.prepared, 3);
    ck_assert_str_eq(running(), "Second");
}
END_TEST

START_TEST(the_log_level_holds_until_another_is_loaded)
{
    unsigned level = pagent_log_level(shop.agent);

    pagent_set_log_level(shop.agent, level + 1);
    reload(PAGENT_REFRESH);
    ck_assert_uint_eq(pagent_log_level(shop.agent), level + 1);
}
END_TEST

/* P PAGENT: what is installed stays, whoever asks; S PAGENT: all is read. */
START_TEST(an_agent_that_has_ended_reads_nothing)
{
    struct strbuf console = STRBUF_INIT;
    struct pagent_outcome last;

    pagent_end(shop.agent, &console);
    ck_assert_msg(strstr(strbuf_str(&console), "EZZ8433I") != NULL, "%s",
                  strbuf_str(&console));
    ck_assert(!pagent_is_active(shop.agent));
    write_policy("Second");
    pagent_look(shop.agent);
    reload(PAGENT_REFRESH);
    ck_assert_int_eq(said.status, 2);
    ck_assert_str_eq(said.text, "IEE341I PAGENT NOT ACTIVE\n");
    ck_assert_str_eq(running(), "First");
    ck_assert_uint_eq(shop.prepared, 0);
    pagent_last(shop.agent, &last);
    ck_assert_int_eq(last.when, 0); /* no refresh has failed */
    reload(PAGENT_START);
    ck_assert_int_eq(said.status, 0);
    ck_assert_msg(strncmp(said.text, "EZZ8431I", 8) == 0, "%s", said.text);
    ck_assert_str_eq(running(), "Second");
    ck_assert(pagent_is_active(shop.agent));
    strbuf_done(&console);
}
END_TEST

/* z/OS's agent is active without a policy too. */
START_TEST(an_agent_starts_that_finds_no_policy)
{
    struct strbuf console = STRBUF_INIT;

    pagent_end(shop.agent, &console);
    write_policy("{ {");
    reload(PAGENT_START);
    ck_assert_int_eq(said.status, 2);
    ck_assert_str_eq(running(), "First");
    ck_assert(pagent_is_active(shop.agent));
    write_policy("Second");
    reload(PAGENT_UPDATE);
    ck_assert_int_eq(said.status, 0);
    strbuf_done(&console);
}
END_TEST

/* PURGE is coded: the messages say what is done here, and what z/OS does. */
START_TEST(nothing_is_purged)
{
    struct strbuf console = STRBUF_INIT;
    char image[PATH + 16], text[2 * PATH];

    snprintf(image, sizeof(image), "%s/image", folder);
    snprintf(text, sizeof(text), "TTLSConfig %s FLUSH PURGE\n", policy);
    write_file(image, text);
    snprintf(policy, sizeof(policy), "%s/pagent.conf", folder);
    snprintf(text, sizeof(text), "TcpImage TCPIP %s\n", image);
    write_file(policy, text);
    write_conf("");
    reload(PAGENT_REFRESH);
    ck_assert_msg(said.status == 0, "%s", said.text);
    pagent_end(shop.agent, &console);
    ck_assert_ptr_null(strstr(strbuf_str(&console), "EZZ8773I"));
    ck_assert_ptr_nonnull(strstr(strbuf_str(&console), "EZZ8774I"));
    ck_assert_ptr_nonnull(strstr(strbuf_str(&console), "PURGE is coded"));
    ck_assert_str_eq(running(), "First");
    strbuf_done(&console);
}
END_TEST

TESTS_BEGIN("pagent")
tcase_set_timeout(tc, 60);
tcase_add_checked_fixture(tc, setup, teardown);
TEST_ROWS(a_reload_installs_all_or_nothing, reloads)
TEST(a_look_loads_what_has_changed)
TEST(the_log_level_holds_until_another_is_loaded)
TEST(an_agent_that_has_ended_reads_nothing)
TEST(an_agent_starts_that_finds_no_policy)
TEST(nothing_is_purged)
TESTS_END
