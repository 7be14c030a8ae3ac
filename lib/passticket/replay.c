/*
 * One line a ticket: MADE UNTIL USER APPLICATION. A line is added at the end
 * and synced before the ticket is accepted; when more of the file is past
 * than live, it is replaced by its live part. The lock is a file of its own,
 * because the list may be replaced.
 */

#include "passticket/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "saf/db/saf.h"
#include "util/fd.h"
#include "util/strbuf.h"

#define LIST_FILE "saf/passtickets"
#define LOCK_FILE "saf/passtickets.lock"

enum {
    LOCK_TRIES = 100,
    PAST_MAX = 4096 /* bytes of past lines that are not worth the work */
};

struct list {
    struct strbuf live;
    size_t past;
    bool torn; /* a crash has cut the last line */
    bool found;
};

struct ticket {
    int64_t made, until;
    char user[9], application[9];
};

static int take_lock(int fd, struct error *err)
{
    const struct timespec pause = {0, 10 * 1000 * 1000};
    int i;

    for (i = 0; i < LOCK_TRIES; i++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return 0;
        if (errno != EWOULDBLOCK && errno != EINTR)
            return error_errno(err, LOCK_FILE ": can't lock");
        nanosleep(&pause, NULL);
    }
    return error_set(err, ERR_LOCKED,
                     LOCK_FILE " is locked by another program");
}

static void read_line(struct list *l, const char *line, size_t len,
                      const struct ticket *t, int64_t now)
{
    struct ticket old;
    char text[80];

    if (len >= sizeof(text)) {
        l->past += len + 1;
        return;
    }
    memcpy(text, line, len);
    text[len] = '\0';
    if (sscanf(text, "%" SCNd64 " %" SCNd64 " %8s %8s", &old.made, &old.until,
               old.user, old.application) != 4 ||
        old.until < now) {
        l->past += len + 1;
        return;
    }
    strbuf_add(&l->live, line, len);
    strbuf_addc(&l->live, '\n');
    if (old.made == t->made && strcmp(old.user, t->user) == 0 &&
        strcmp(old.application, t->application) == 0)
        l->found = true;
}

static int read_list(struct saf *saf, struct list *l, const struct ticket *t,
                     int64_t now, struct error *err)
{
    const char *p, *nl;
    char *data;
    size_t len;
    int r = saf_read_file(saf, LIST_FILE, &data, &len, err);

    if (r == ERR_NOT_FOUND)
        return 0;
    if (r != 0)
        return r;
    for (p = data; (nl = strchr(p, '\n')) != NULL; p = nl + 1)
        read_line(l, p, (size_t)(nl - p), t, now);
    l->torn = p != data + len;
    free(data);
    return 0;
}

static int append(struct saf *saf, const char *line, struct error *err)
{
    int fd, r;

    r = saf_open_beside(saf, LIST_FILE, &fd, err);
    if (r != 0)
        return r;
    if (lseek(fd, 0, SEEK_END) < 0)
        r = error_errno(err, LIST_FILE ": can't seek");
    if (r == 0)
        r = fd_write_all(fd, line, strlen(line), err);
    if (r == 0 && fsync(fd) < 0)
        r = error_errno(err, LIST_FILE ": can't sync");
    fd_close(&fd);
    return r;
}

static int replace(struct saf *saf, struct list *l, const char *line,
                   struct error *err)
{
    strbuf_adds(&l->live, line);
    if (strbuf_failed(&l->live))
        return error_nomem(err);
    return saf_replace_beside(saf, LIST_FILE, l->live.data, l->live.len, err);
}

static int add(struct saf *saf, const struct ticket *t, int64_t now,
               struct error *err)
{
    struct list l = {.live = STRBUF_INIT};
    char line[80];
    int r;

    snprintf(line, sizeof(line), "%" PRId64 " %" PRId64 " %s %s\n", t->made,
             t->until, t->user, t->application);
    r = read_list(saf, &l, t, now, err);
    if (r == 0 && strbuf_failed(&l.live))
        r = error_nomem(err);
    if (r == 0 && l.found)
        r = error_set(err, ERR_EXISTS, "the PassTicket was used before");
    else if (r == 0 && (l.torn || (l.past > PAST_MAX && l.past > l.live.len)))
        r = replace(saf, &l, line, err);
    else if (r == 0)
        r = append(saf, line, err);
    strbuf_done(&l.live);
    return r;
}

int replay_add(struct saf *saf, const char *user, const char *application,
               int64_t made, int64_t until, int64_t now, struct error *err)
{
    struct ticket t = {.made = made, .until = until};
    int lock, r;

    snprintf(t.user, sizeof(t.user), "%s", user);
    snprintf(t.application, sizeof(t.application), "%s", application);
    r = saf_open_beside(saf, LOCK_FILE, &lock, err);
    if (r != 0)
        return r;
    r = take_lock(lock, err);
    if (r == 0)
        r = add(saf, &t, now, err);
    fd_close(&lock); /* ends the lock */
    return r;
}
