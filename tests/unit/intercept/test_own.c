/* Sockets of our own, by inode. */

#include "intercept/own.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/suite.h"

enum { MANY = 3000 }; /* more than there are buckets */

START_TEST(has_those_that_were_added)
{
    struct own_socket *list = NULL, *other = NULL;
    int fd = socket(AF_INET, SOCK_STREAM, 0), i;
    struct own *all;
    struct stat st;

    ck_assert_int_eq(fstat(fd, &st), 0);
    ck_assert_int_eq(own_new(&all, NULL), 0);
    ck_assert(!own_has(all, (uint32_t)st.st_ino));
    for (i = 0; i < MANY; i++) /* one that is added twice is there twice */
        ck_assert_int_eq(own_add(all, fd, &list, NULL), 0);
    ck_assert_int_eq(own_add(all, fd, &other, NULL), 0);
    ck_assert(own_has(all, (uint32_t)st.st_ino));
    ck_assert(!own_has(all, (uint32_t)st.st_ino + 1024));
    own_remove(all, &list);
    ck_assert_ptr_null(list);
    ck_assert(own_has(all, (uint32_t)st.st_ino));
    own_remove(all, &other);
    own_remove(all, &other);
    ck_assert(!own_has(all, (uint32_t)st.st_ino));
    ck_assert_int_eq(own_add(all, -1, &list, NULL), ERR_SYSTEM);
    ck_assert_ptr_null(list);
    ck_assert(!own_has(NULL, 1));
    own_free(all);
    own_free(NULL);
    close(fd);
}
END_TEST

START_TEST(watches_ports)
{
    struct own *all;

    ck_assert_int_eq(own_new(&all, NULL), 0);
    ck_assert(!own_is_watched(NULL, 1));
    own_watch(all, 65535);
    own_watch(all, 8);
    ck_assert(own_is_watched(all, 65535) && own_is_watched(all, 8));
    ck_assert(!own_is_watched(all, 7) && !own_is_watched(all, 16));
    own_watch(all, 0);
    ck_assert(own_is_watched(all, 7));
    own_free(all);
}
END_TEST

TESTS_BEGIN("own")
TEST(has_those_that_were_added)
TEST(watches_ports)
TESTS_END
