#include "hws/server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hws/console.h"
#include "hws/ddm.h"
#include "hws/logon.h"
#include "hws/private.h"
#include "saf/db/saf.h"
#include "support/scratch.h"
#include "support/suite.h"
#include "support/testring.h"
#include "util/fd.h"

/* The listener with real sockets, a real database and a real operator. */

#define NOW INT64_C(1591968572)

static struct testring *ring;
static struct event_base *base;
static struct hws_server *server;
static struct hws_config config;
static struct hws_server_params params;
static struct strbuf log_text;
static char control[1100];

static void add_log(void *arg, const char *line)
{
    (void)arg;
    strbuf_adds(&log_text, line);
    strbuf_addc(&log_text, '\n');
}

static bool logged(const char *text)
{
    return strstr(strbuf_str(&log_text), text) != NULL;
}

/* A port that nobody has: bound and released. */
static uint16_t free_port(void)
{
    struct sockaddr_storage sa;
    struct netaddr a;
    socklen_t len;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    ck_assert_int_eq(netaddr_parse("127.0.0.1:0", &a, NULL), 0);
    len = netaddr_to_sockaddr(&a, &sa);
    ck_assert_int_eq(bind(fd, (void *)&sa, len), 0);
    ck_assert_int_eq(getsockname(fd, (void *)&sa, &len), 0);
    netaddr_from_sockaddr(&sa, &a);
    close(fd);
    return a.port;
}

static void open_server(void)
{
    struct error err = {0};

    ck_assert_msg(hws_server_open(base, &params, &server, &err) == 0, "%s",
                  err.text);
}

/* The database is made once: passwords take their time. */
static struct testring *model;

static void make_model(void)
{
    model = testring_empty();
    if (testring_run(model,
                     "AU USER1 PASSWORD(USER1)\nAU (FRED OLD) NOPASSWORD\n"
                     "ALU OLD REVOKE PASSWORD(OLD)\n"
                     "SETR CLASSACT(PTKTDATA)\n"
                     "RDEF PTKTDATA IMSAPPL SSIGNON(KEYM(123456789ABCDEF0))\n"
                     "SETR RACLIST(PTKTDATA)\n") != 0)
        abort();
}

static void copy_model(void)
{
    char from[SCRATCH + 8], to[SCRATCH + 8];

    snprintf(from, sizeof(from), "%s/saf", testring_dir(model));
    snprintf(to, sizeof(to), "%s/", testring_dir(ring));
    scratch_run((const char *const[]){"cp", "-a", from, to, NULL});
}

static void set_up(void)
{
    ring = testring_empty();
    copy_model();
    base = event_base_new();
    memset(&config, 0, sizeof(config));
    strcpy(config.id, "IMS15HWS");
    strcpy(config.appl, "IMSAPPL");
    config.racf = true;
    config.maxsoc = 50;
    config.port_timeout = 6000;
    config.port = free_port();
    snprintf(control, sizeof(control), "%s/hws.sock", testring_dir(ring));
    ck_assert_int_eq(netaddr_parse_ip("127.0.0.1", &params.listen, NULL), 0);
    params.listen.port = (uint16_t)config.port;
    params.config = &config;
    params.racf = testring_dir(ring);
    params.odbm = "IVP1500D";
    params.control = control;
    params.log = add_log;
}

static void tear_down(void)
{
    hws_server_close(server);
    server = NULL;
    event_base_free(base);
    strbuf_done(&log_text);
    testring_free(ring);
}

/* ---- clients ---- */

/* Turns the loop until FD has something or has ended; its bytes. */
static ssize_t receive(int fd, unsigned char *buf, size_t cap)
{
    ssize_t n;
    int i;

    for (i = 0; i < 500 * ATTLS_PATIENCE; i++) {
        n = recv(fd, buf, cap, MSG_DONTWAIT);
        if (n >= 0)
            return n;
        event_base_loop(base, EVLOOP_NONBLOCK);
        usleep(10000);
    }
    ck_abort_msg("nothing came");
    return -1;
}

/* Turns the loop until the other end is gone, by FIN or by reset. */
static void wait_end(int fd)
{
    unsigned char buf[64];
    ssize_t n = 1;
    int i;

    for (i = 0; i < 500 * ATTLS_PATIENCE; i++) {
        n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno != EAGAIN))
            return;
        event_base_loop(base, EVLOOP_NONBLOCK);
        usleep(10000);
    }
    ck_abort_msg("it does not end");
}

static void turn(int times)
{
    for (; times > 0; times--)
        event_base_loop(base, EVLOOP_NONBLOCK);
}

static int dial(void)
{
    struct sockaddr_storage sa;
    socklen_t len = netaddr_to_sockaddr(&params.listen, &sa);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    ck_assert_int_eq(connect(fd, (void *)&sa, len), 0);
    return fd;
}

static void put_first(struct strbuf *out)
{
    struct ddm_writer w;

    ddm_begin(&w, out, DDM_REQUEST, true, 1, CP_EXCSAT);
    ddm_end(&w);
    ddm_begin(&w, out, DDM_REQUEST, false, 2, CP_ACCSEC);
    ddm_put_u16(&w, CP_SECMEC, 3);
    ddm_end(&w);
}

static void put_logon(struct strbuf *out, const char *user,
                      const char *password)
{
    struct ddm_writer w;

    ddm_begin(&w, out, DDM_REQUEST, true, 1, CP_SECCHK);
    ddm_put_u16(&w, CP_SECMEC, 3);
    ddm_put_text(&w, CP_USRID, user);
    ddm_put_text(&w, CP_PASSWORD, password);
    ddm_end(&w);
    ddm_begin(&w, out, DDM_REQUEST, false, 2, CP_ACCRDB);
    ddm_put_text(&w, CP_RDBNAM, "DFSIVPA");
    ddm_end(&w);
}

static void send_all(int fd, struct strbuf *out)
{
    ck_assert_int_eq(fd_write_all(fd, out->data, out->len, NULL), 0);
    strbuf_done(out);
}

/* The SECCHKCD of a logon, or -1: the connection ended. */
static int try_logon(int fd, const char *user, const char *password)
{
    unsigned char buf[4096];
    struct strbuf out = STRBUF_INIT;
    ssize_t n;

    put_first(&out);
    send_all(fd, &out);
    ck_assert_int_gt(receive(fd, buf, sizeof(buf)), 0);
    put_logon(&out, user, password);
    send_all(fd, &out);
    n = receive(fd, buf, sizeof(buf));
    return n < 21 ? -1 : buf[20];
}

static const char *view(const char *command)
{
    static struct strbuf out;

    strbuf_reset(&out);
    hws_server_command(server, command, &out);
    return strbuf_str(&out);
}

/* ---- tests ---- */

START_TEST(shows_two_users_with_their_own_names)
{
    int one, two;

    open_server();
    one = dial();
    two = dial();
    ck_assert_int_eq(try_logon(one, "user1", "user1"), 0);
    ck_assert_ptr_nonnull(strstr(view("VIEWHWS"), " USER1 "));
    ck_assert_ptr_nonnull(strstr(view("15VIEWHWS"), "NUMSOC=3"));
    ck_assert_ptr_nonnull(strstr(view("VIEWHWS SUMMARY"), "TOTAL CLIENTS=2"));
    ck_assert_ptr_null(strstr(view("VIEWHWS SUMMARY"), "USER1"));
    ck_assert_ptr_nonnull(strstr(view("STOPCLNT"), "NOT SUPPORTED HERE"));
    ck_assert(logged("USER1 logged on with a password"));
    close(one);
    close(two);
    turn(20);
    ck_assert_ptr_nonnull(strstr(view("VIEWHWS"), "NO ACTIVE CLIENTS"));
    ck_assert(logged("ended: by the client"));
}
END_TEST

static const struct {
    const char *user, *password, *log;
} refusals[] = {
    {"USER1", "WRONG",
     "ICH408I USER(USER1   ) LOGON/JOB INITIATION - INVALID "
     "PASSWORD (PassTicket: "},
    {"NOBODY", "WRONG",
     "ICH408I USER(NOBODY  ) LOGON/JOB INITIATION - USER "
     "NOT DEFINED"},
    {"OLD", "OLD",
     "ICH408I USER(OLD     ) LOGON/JOB INITIATION - REVOKED "
     "USER ACCESS ATTEMPT"},
    {"FRED", "2J4FVS6J", "(PassTicket: made "},
};

START_TEST(one_answer_for_every_no)
{
    int fd;

    open_server();
    fd = dial();
    ck_assert_int_eq(try_logon(fd, refusals[_i].user, refusals[_i].password),
                     0x0F);
    ck_assert_msg(logged(refusals[_i].log), "%s", strbuf_str(&log_text));
    ck_assert(!logged("WRONG"));
    ck_assert(!logged("2J4FVS6J"));
    close(fd);
}
END_TEST

START_TEST(a_passticket_is_a_password_once)
{
    struct hws_logon l = {testring_dir(ring), "IMSAPPL", 0, NULL, 0};
    struct strbuf why = STRBUF_INIT;

    ck_assert(hws_logon(&l, "FRED", "2J4FVS6J", NOW, &why));
    ck_assert_str_eq(strbuf_str(&why),
                     "FRED logged on with a PassTicket for IMSAPPL");
    strbuf_reset(&why);
    ck_assert(!hws_logon(&l, "FRED", "2J4FVS6J", NOW, &why));
    ck_assert_ptr_nonnull(strstr(strbuf_str(&why), "was used before"));
    strbuf_reset(&why);
    l.application = "OTHERAPP";
    ck_assert(!hws_logon(&l, "USER1", "VWLNUILN", NOW, &why));
    strbuf_reset(&why);
    l.racf = "/nonexistent";
    ck_assert(!hws_logon(&l, "USER1", "USER1", NOW, &why));
    ck_assert_ptr_nonnull(strstr(strbuf_str(&why), "NOT AVAILABLE"));
    strbuf_done(&why);
}
END_TEST

/* The loop goes on while a password is checked: the answer is no sooner there
 * than the turn after. */
START_TEST(others_are_served_meanwhile)
{
    struct strbuf out = STRBUF_INIT;
    unsigned char buf[256];
    int one, two;

    open_server();
    one = dial();
    two = dial();
    put_first(&out);
    send_all(one, &out);
    ck_assert_int_gt(receive(one, buf, sizeof(buf)), 0);
    put_logon(&out, "USER1", "USER1");
    /* commands that come before the answer wait for it */
    put_logon(&out, "USER1", "USER1");
    send_all(one, &out);
    event_base_loop(base, EVLOOP_ONCE);
    ck_assert(!logged("logged on"));
    put_first(&out);
    send_all(two, &out);
    ck_assert_int_gt(receive(two, buf, sizeof(buf)), 0);
    ck_assert_int_gt(receive(one, buf, sizeof(buf)), 0);
    ck_assert_uint_eq(buf[20], 0);
    close(one);
    close(two);
}
END_TEST

/* What a client has asked for that is gone is answered to nobody. */
START_TEST(the_server_ends_while_a_logon_is_checked)
{
    struct strbuf out = STRBUF_INIT;
    unsigned char buf[256];
    int fd;

    open_server();
    fd = dial();
    put_first(&out);
    send_all(fd, &out);
    ck_assert_int_gt(receive(fd, buf, sizeof(buf)), 0);
    put_logon(&out, "USER1", "USER1");
    send_all(fd, &out);
    event_base_loop(base, EVLOOP_ONCE);
    hws_server_close(server);
    server = NULL;
    wait_end(fd);
    close(fd);
}
END_TEST

/* ---- who is revoked ---- */

/* What USER types, in this order, and whether he gets in at last. All in one
 * database: a hash takes its time. */
static const struct {
    const char *name, *user, *words[4];
    unsigned revoke;
    bool in, revoked;
} rows[] = {
    {"nobody is revoked", "USER1", {"A", "B", "USER1"}, 0, true, false},
    {"a right one between",
     "USER1",
     {"A", "USER1", "B", "USER1"},
     2,
     true,
     false},
    {"a user without password", "FRED", {"A", "2J4FVS6J"}, 1, true, false},
    {"an unknown user", "NOBODY", {"A"}, 1, false, false},
    {"two in a row", "USER1", {"A", "B", "USER1"}, 2, false, true},
};

static bool is_revoked(const char *user)
{
    struct saf *saf;
    bool revoked;

    ck_assert_int_eq(saf_open(testring_dir(ring), SAF_READ, &saf, NULL), 0);
    revoked = saf_user_revoked(saf, user);
    saf_close(saf);
    return revoked;
}

static void try_row(size_t row)
{
    struct hws_logon l = {testring_dir(ring), "IMSAPPL", rows[row].revoke, NULL,
                          0};
    struct strbuf why = STRBUF_INIT;
    bool in = false;
    size_t i;

    for (i = 0; i < 4 && rows[row].words[i] != NULL; i++) {
        strbuf_reset(&why);
        in = hws_logon(&l, rows[row].user, rows[row].words[i], NOW, &why);
    }
    ck_assert_msg(in == rows[row].in, "%s: %s", rows[row].name,
                  strbuf_str(&why));
    ck_assert_msg(is_revoked(rows[row].user) == rows[row].revoked, "%s",
                  rows[row].name);
    strbuf_done(&why);
    hws_logon_done(&l);
}

START_TEST(a_user_who_fails_too_often_is_revoked)
{
    struct hws_logon l = {testring_dir(ring), "IMSAPPL", 2, NULL, 0};
    struct strbuf why = STRBUF_INIT;
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        try_row(i);
    ck_assert_int_eq(testring_run(ring, "ALU USER1 RESUME"), 0);
    ck_assert(hws_logon(&l, "USER1", "USER1", NOW, &why));
    strbuf_done(&why);
    hws_logon_done(&l);
}
END_TEST

/* While a job has the database the user is shut out, and revoked after it. */
START_TEST(revokes_when_it_can)
{
    struct hws_logon l = {testring_dir(ring), "IMSAPPL", 1, NULL, 0};
    struct strbuf why = STRBUF_INIT;
    struct saf *job;

    ck_assert_int_eq(saf_open(testring_dir(ring), SAF_WRITE, &job, NULL), 0);
    ck_assert(!hws_logon(&l, "USER1", "A", NOW, &why));
    ck_assert_ptr_nonnull(strstr(strbuf_str(&why), "which is not stored yet"));
    ck_assert(!is_revoked("USER1"));
    saf_close(job);
    strbuf_reset(&why);
    ck_assert(!hws_logon(&l, "USER1", "USER1", NOW, &why));
    ck_assert_ptr_nonnull(strstr(strbuf_str(&why), "ALTUSER USER1 RESUME"));
    ck_assert(is_revoked("USER1"));
    strbuf_done(&why);
    hws_logon_done(&l);
}
END_TEST

START_TEST(silence_before_the_logon_ends)
{
    int silent, half, good;

    config.port_timeout = 30;
    open_server();
    good = dial();
    ck_assert_int_eq(try_logon(good, "USER1", "USER1"), 0);
    silent = dial();
    half = dial();
    ck_assert_int_eq(write(half, "\0\x7f\xD0", 3), 3);
    wait_end(silent);
    wait_end(half);
    ck_assert(logged("nothing came in the time of PORTTMOT"));
    /* who has logged on may be silent for longer */
    ck_assert_ptr_nonnull(strstr(view("VIEWHWS"), " USER1 "));
    close(silent);
    close(half);
    close(good);
}
END_TEST

START_TEST(no_more_clients_than_maxsoc)
{
    int one, two, three;

    config.maxsoc = 3;
    open_server();
    one = dial();
    two = dial();
    turn(5);
    three = dial();
    turn(5);
    wait_end(three);
    ck_assert(logged("MAXSOC=3 is reached"));
    ck_assert_ptr_nonnull(strstr(view("VIEWHWS"), "NUMSOC=3"));
    close(one);
    close(two);
    close(three);
}
END_TEST

/* Without descriptors nobody is accepted and nothing spins; then all is as
 * before. */
START_TEST(it_waits_while_there_are_no_descriptors)
{
    struct rlimit was, none;
    int fd, turns = 0;

    open_server();
    fd = dial();
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &was), 0);
    none = was;
    none.rlim_cur = (rlim_t)fd + 1;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    for (; turns < 50; turns++)
        event_base_loop(base, EVLOOP_NONBLOCK);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &was), 0);
    ck_assert(logged("can't accept a client: Too many open files"));
    ck_assert_ptr_eq(strstr(strstr(strbuf_str(&log_text), "can't accept") + 1,
                            "can't accept"),
                     NULL);
    ck_assert_int_eq(try_logon(fd, "USER1", "USER1"), 0);
    close(fd);
}
END_TEST

START_TEST(a_tls_hello_is_told_and_ended)
{
    static const char hello[] = "\x16\x03\x01\x02\x00\x01";
    unsigned char buf[64];
    int fd;

    open_server();
    fd = dial();
    ck_assert_int_eq(write(fd, hello, 6), 6);
    ck_assert_int_eq(receive(fd, buf, sizeof(buf)), 21);
    ck_assert_int_eq(receive(fd, buf, sizeof(buf)), 0);
    ck_assert(logged("not DRDA: syntax error X'03'"));
    close(fd);
}
END_TEST

/* A client that asks without end and takes no answer is not read for ever. */
START_TEST(what_is_not_taken_is_bounded)
{
    struct strbuf commits = STRBUF_INIT;
    struct ddm_writer w;
    size_t sent = 0;
    ssize_t n;
    int fd, i;

    config.port_timeout = 100;
    open_server();
    fd = dial();
    ck_assert_int_eq(try_logon(fd, "USER1", "USER1"), 0);
    for (i = 0; i < 400; i++) {
        ddm_begin(&w, &commits, DDM_REQUEST, false, 1, CP_RDBCMM);
        ddm_end(&w);
    }
    for (i = 0; i < 5000 && sent < 64 * 1024 * 1024; i++) {
        n = send(fd, commits.data, commits.len, MSG_DONTWAIT);
        sent += n > 0 ? (size_t)n : 0;
        turn(1);
        if (n < 0 && logged("PORTTMOT"))
            break;
    }
    ck_assert_uint_lt(sent, 64 * 1024 * 1024);
    strbuf_done(&commits);
    close(fd);
}
END_TEST

START_TEST(the_operator_asks_by_socket)
{
    struct strbuf out = STRBUF_INIT;
    struct error err = {0};
    struct stat st;
    int status;
    pid_t pid;

    open_server();
    ck_assert_int_eq(stat(control, &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0600);
    pid = fork();
    if (pid == 0)
        _exit(hws_console_ask(control, "15viewhws", 5, &out, &err) == 0 &&
                      strstr(strbuf_str(&out), "NO ACTIVE CLIENTS") != NULL
                  ? 0
                  : 1);
    while (waitpid(pid, &status, WNOHANG) == 0) {
        event_base_loop(base, EVLOOP_NONBLOCK);
        usleep(1000);
    }
    ck_assert_int_eq(status, 0);
    hws_server_close(server);
    server = NULL;
    ck_assert_int_lt(stat(control, &st), 0);
    ck_assert_int_eq(hws_console_ask(control, "VIEWHWS", 5, &out, &err),
                     ERR_NOT_FOUND);
    strbuf_done(&out);
}
END_TEST

START_TEST(two_servers_do_not_share)
{
    struct hws_server *other = NULL;
    struct hws_server_params p;
    struct error err = {0};

    open_server();
    ck_assert_int_eq(hws_server_open(base, &params, &other, &err), ERR_SYSTEM);
    ck_assert_ptr_nonnull(strstr(err.text, "can't listen on 127.0.0.1:"));
    p = params;
    p.listen.port = free_port();
    ck_assert_int_eq(hws_server_open(base, &p, &other, &err), ERR_EXISTS);
    ck_assert_int_eq(access(control, F_OK), 0);
}
END_TEST

START_TEST(no_database_no_server)
{
    struct hws_server *other = NULL;
    struct error err = {0};

    params.racf = "/nonexistent";
    ck_assert_int_eq(hws_server_open(base, &params, &other, &err),
                     ERR_NOT_FOUND);
    ck_assert_ptr_nonnull(strstr(err.text, "/nonexistent: no such folder"));
    ck_assert_int_lt(access(control, F_OK), 0);
}
END_TEST

START_TEST(a_socket_that_a_crash_left_is_replaced)
{
    int fd;

    open_server();
    fd = open(control, O_RDONLY | O_PATH);
    ck_assert_int_ge(fd, 0);
    close(fd);
    hws_server_close(server);
    fd = open(control, O_WRONLY | O_CREAT, 0600);
    close(fd);
    ck_assert_int_eq(hws_server_open(base, &params, &server, NULL), ERR_EXISTS);
    server = NULL;
    ck_assert_int_eq(unlink(control), 0);
    open_server();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hws_server");
    TCase *tc = tcase_create("hws_server");
    SRunner *sr = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_set_timeout(tc, 60);
    TEST(shows_two_users_with_their_own_names)
    TEST_ROWS(one_answer_for_every_no, refusals)
    TEST(a_passticket_is_a_password_once)
    TEST(others_are_served_meanwhile)
    TEST(the_server_ends_while_a_logon_is_checked)
    TEST(a_user_who_fails_too_often_is_revoked)
    TEST(revokes_when_it_can)
    TEST(silence_before_the_logon_ends)
    TEST(no_more_clients_than_maxsoc)
    TEST(it_waits_while_there_are_no_descriptors)
    TEST(a_tls_hello_is_told_and_ended)
    TEST(what_is_not_taken_is_bounded)
    TEST(the_operator_asks_by_socket)
    TEST(two_servers_do_not_share)
    TEST(no_database_no_server)
    TEST(a_socket_that_a_crash_left_is_replaced)
    make_model();
    srunner_run_all(sr, CK_NORMAL);
    testring_free(model);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
