/* See directory.h. */

#include "intercept/directory.h"

#include <pthread.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <time.h>

#include "util/array.h"
#include "util/clock.h"

enum {
    ENTRIES_MAX = 4096,       /* remembered answers of one kind */
    CGROUP_LOOKS = 16 * 1024, /* folders that a question may open, */
    PROGRAM_LOOKS =
        64 * 1024 /* processes and descriptors: tenths of a second */
};

struct entry {
    TAILQ_ENTRY(entry) link;
    uint64_t number;
    time_t until;
    struct cgroup is; /* path "": not found; a user id stands there too */
};

TAILQ_HEAD(table, entry);

/* All accounts whose names can be user ids, by name. */
struct listing {
    struct account {
        char userid[ZOS_NAME_SIZE];
        uid_t uid;
    } * item;
    size_t count;
    time_t until;
    bool broken; /* no memory: no name is known to be one account's */
};

struct directory {
    pthread_mutex_t lock; /* of the two tables */
    struct table users, cgroups;
    size_t user_count, cgroup_count;
    pthread_mutex_t list_lock; /* of the listing; getpwent() has one state */
    struct listing list;
    char mount[CGROUP_PATH]; /* of cgroup v2; "": not mounted */
};

int directory_new(struct directory **ret, struct error *err)
{
    struct directory *d = calloc(1, sizeof(*d));

    if (d == NULL)
        return error_nomem(err);
    pthread_mutex_init(&d->lock, NULL);
    pthread_mutex_init(&d->list_lock, NULL);
    TAILQ_INIT(&d->users);
    TAILQ_INIT(&d->cgroups);
    cgroup_mount(d->mount);
    *ret = d;
    return 0;
}

static void empty(struct table *t)
{
    struct entry *e;

    while ((e = TAILQ_FIRST(t)) != NULL) {
        TAILQ_REMOVE(t, e, link);
        free(e);
    }
}

void directory_free(struct directory *d)
{
    if (d == NULL)
        return;
    empty(&d->users);
    empty(&d->cgroups);
    free(d->list.item);
    pthread_mutex_destroy(&d->lock);
    pthread_mutex_destroy(&d->list_lock);
    free(d);
}

/* ---- the tables: the entry used last stands first ---- */

static enum directory_answer find(struct directory *d, struct table *t,
                                  uint64_t number, struct cgroup *ret)
{
    enum directory_answer answer = DIRECTORY_ASK;
    struct entry *e;

    pthread_mutex_lock(&d->lock);
    TAILQ_FOREACH (e, t, link)
        if (e->number == number)
            break;
    if (e != NULL && e->until > clock_s()) {
        answer = e->is.path[0] != '\0' ? DIRECTORY_KNOWN : DIRECTORY_NONE;
        *ret = e->is;
        TAILQ_REMOVE(t, e, link);
        TAILQ_INSERT_HEAD(t, e, link);
    }
    pthread_mutex_unlock(&d->lock);
    return answer;
}

static void remember(struct directory *d, struct table *t, size_t *count,
                     uint64_t number, time_t until, const struct cgroup *is)
{
    struct entry *e;

    pthread_mutex_lock(&d->lock);
    TAILQ_FOREACH (e, t, link)
        if (e->number == number)
            break;
    if (e == NULL && *count >= ENTRIES_MAX)
        e = TAILQ_LAST(t, table); /* the one longest unused is given up */
    if (e != NULL)
        TAILQ_REMOVE(t, e, link);
    else if ((e = malloc(sizeof(*e))) != NULL)
        (*count)++;
    if (e != NULL) {
        e->number = number;
        e->until = until;
        e->is = *is;
        TAILQ_INSERT_HEAD(t, e, link);
    }
    pthread_mutex_unlock(&d->lock);
}

/* ---- accounts ---- */

enum directory_answer directory_userid(struct directory *d, uid_t uid,
                                       char ret[ZOS_NAME_SIZE])
{
    struct cgroup is;
    enum directory_answer answer = find(d, &d->users, uid, &is);

    if (answer != DIRECTORY_ASK)
        memccpy(ret, is.path, '\0', ZOS_NAME_SIZE);
    return answer;
}

static void add_account(struct listing *l, const struct passwd *pw)
{
    char userid[ZOS_NAME_SIZE];
    struct account *a;

    if (!zos_name_fold(ZOS_USERID, pw->pw_name, userid))
        return;
    a = array_add(&l->item, &l->count, sizeof(*a));
    if (a == NULL) {
        l->broken = true;
        return;
    }
    memcpy(a->userid, userid, ZOS_NAME_SIZE);
    a->uid = pw->pw_uid;
}

static int by_userid(const void *a, const void *b)
{
    return strcmp(((const struct account *)a)->userid,
                  ((const struct account *)b)->userid);
}

static void read_listing(struct listing *l)
{
    struct passwd *pw;

    l->count = 0;
    l->broken = false;
    l->until = clock_s() + DIRECTORY_SECONDS;
    setpwent();
    while ((pw = getpwent()) != NULL)
        add_account(l, pw);
    endpwent();
    if (l->count > 0)
        qsort(l->item, l->count, sizeof(*l->item), by_userid);
}

/* Neighbours of the one that is found have the name too. */
static bool is_listed_twice(const struct listing *l, const char *userid,
                            uid_t uid)
{
    struct account key = {.uid = uid};
    const struct account *end = l->item + l->count, *a = NULL;

    memccpy(key.userid, userid, '\0', ZOS_NAME_SIZE);
    if (l->count > 0)
        a = bsearch(&key, l->item, l->count, sizeof(key), by_userid);
    if (a == NULL)
        return l->broken;
    while (a > l->item && by_userid(a - 1, &key) == 0)
        a--;
    for (; a < end && by_userid(a, &key) == 0; a++)
        if (a->uid != uid)
            return true;
    return l->broken;
}

/* Another account whose name differs only in case, or by getpwnam() one that
 * name services don't list. The answer counts until *RET_UNTIL. */
static bool is_ambiguous(struct directory *d, const char *userid, uid_t uid,
                         time_t *ret_until)
{
    struct passwd one, *found = NULL;
    char lower[ZOS_NAME_SIZE], buf[16384];
    bool twice;
    size_t i;

    pthread_mutex_lock(&d->list_lock);
    if (d->list.until <= clock_s())
        read_listing(&d->list);
    twice = is_listed_twice(&d->list, userid, uid);
    *ret_until = d->list.until;
    pthread_mutex_unlock(&d->list_lock);
    for (i = 0; i < sizeof(lower); i++)
        lower[i] = userid[i] >= 'A' && userid[i] <= 'Z'
                       ? (char)(userid[i] - 'A' + 'a')
                       : userid[i];
    if (!twice && getpwnam_r(lower, &one, buf, sizeof(buf), &found) == 0 &&
        found != NULL)
        twice = found->pw_uid != uid;
    return twice;
}

void directory_resolve_userid(struct directory *d, uid_t uid)
{
    char buf[16384], userid[ZOS_NAME_SIZE] = "";
    time_t until = clock_s() + DIRECTORY_SECONDS;
    struct passwd pw, *found = NULL;
    struct cgroup is = {0};

    if (getpwuid_r(uid, &pw, buf, sizeof(buf), &found) == 0 && found != NULL &&
        zos_name_fold(ZOS_USERID, found->pw_name, userid) &&
        !is_ambiguous(d, userid, uid, &until))
        memcpy(is.path, userid, ZOS_NAME_SIZE);
    remember(d, &d->users, &d->user_count, uid, until, &is);
}

/* ---- cgroups ---- */

enum directory_answer directory_cgroup(struct directory *d, uint64_t id,
                                       struct cgroup *ret)
{
    return find(d, &d->cgroups, id, ret);
}

void directory_resolve_cgroup(struct directory *d, uint64_t id)
{
    unsigned looks = CGROUP_LOOKS;
    struct cgroup is = {0};

    if (d->mount[0] != '\0')
        cgroup_find(d->mount, id, &looks, &is);
    remember(d, &d->cgroups, &d->cgroup_count, id,
             clock_s() + DIRECTORY_SECONDS, &is);
}

/* ---- programs ---- */

void directory_program(struct directory *d, const char *path, uid_t uid,
                       uint32_t inode, struct program *ret)
{
    char list[2 * CGROUP_PATH + 16];
    unsigned looks = PROGRAM_LOOKS;
    bool known = path[0] != '\0' && d->mount[0] != '\0';

    snprintf(list, sizeof(list), "%s%s/cgroup.procs", d->mount, path);
    program_find(known ? list : NULL, uid, inode, &looks, ret);
}
