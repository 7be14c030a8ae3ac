/* Closing what others made so that it waits: nobody else waits with it. */

#include "relay/closer.h"

#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "relay/testing.h"
#include "support/descriptors.h"
#include "support/peer.h"
#include "support/suite.h"

enum { STUCK = 4, HE = 4711, SHE = 4712, SECONDS = 10 };

/* The threads have no timers: what waits does so until it is let go. */
static void without_timers(void)
{
    static const struct rlimit none = {0, 0};

    ck_assert_int_eq(setrlimit(RLIMIT_SIGPENDING, &none), 0);
}

static void finish(void)
{
    int i;

    for (i = 0; i < SECONDS && closer_waiting() != 0; i++)
        closer_finish();
    ck_assert_uint_eq(closer_waiting(), 0);
}

/* All threads for what may be anything wait; a socket is closed at once. */
START_TEST(sockets_do_not_wait_behind_junk)
{
    int partner[STUCK], pair[2], fd, i;
    struct pollfd end;
    char byte;

    without_timers();
    for (i = 0; i < STUCK; i++) {
        fd = peer_stuck_socket(&partner[i]);
        closer_junk(&fd, HE);
        ck_assert_int_eq(fd, -1);
    }
    poll(NULL, 0, 200); /* each thread has one, most likely */
    fd = dup(STDERR_FILENO);
    closer_junk(&fd, SHE);
    peer_tcp_pair(pair, false);
    closer_put(&pair[0]);
    end = (struct pollfd){.fd = pair[1], .events = POLLIN};
    ck_assert_int_eq(poll(&end, 1, SECONDS * 1000), 1);
    ck_assert_int_eq(recv(pair[1], &byte, 1, 0), 0);
    ck_assert_uint_eq(closer_owes(HE), STUCK);
    ck_assert_uint_le(closer_owes(SHE), 1);
    for (i = 0; i < STUCK; i++)
        close(partner[i]);
    finish();
    ck_assert_uint_eq(closer_owes(HE) + closer_owes(SHE), 0);
    close(pair[1]);
}
END_TEST

/* With them what waits for a partner is let go, who is still there. */
START_TEST(lets_go_of_partners)
{
    int partner[STUCK], fd, i, before = descriptors_open();

    for (i = 0; i < STUCK; i++) {
        fd = peer_stuck_socket(&partner[i]);
        closer_junk(&fd, HE);
    }
    finish();
    ck_assert_int_eq(descriptors_open(), before + STUCK);
    for (i = 0; i < STUCK; i++)
        close(partner[i]);
}
END_TEST

enum { MANY = 500 };

START_TEST(closes_all_of_them)
{
    int pair[2], fd, i, before = descriptors_open();

    for (i = 0; i < MANY; i++) {
        fd = dup(STDERR_FILENO);
        closer_junk(&fd, HE);
        peer_tcp_pair(pair, true);
        closer_put(&pair[0]);
        closer_reset(&pair[1]);
        closer_put(&pair[0]); /* it is none any more */
    }
    finish();
    ck_assert_int_eq(descriptors_open(), before);
    closer_finish();
}
END_TEST

TESTS_BEGIN("closer")
tcase_set_timeout(tc, 60);
TEST(sockets_do_not_wait_behind_junk)
TEST(lets_go_of_partners)
TEST(closes_all_of_them)
TESTS_END
