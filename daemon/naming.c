/* See naming.h. */

#include "daemon/naming.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "intercept/directory.h"

enum { WAITING_MAX = 4096 };

struct naming_task {
    STAILQ_ENTRY(naming_task) next;
    atomic_uint refs; /* the asker's and the thread's */
    atomic_bool answered;
    struct naming_question q;
    struct identity who;
    naming_done_fn done;
    void *arg;
};

struct naming {
    struct directory *directory;
    pthread_t thread;
    bool started;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t wake;
    STAILQ_HEAD(, naming_task) waiting;
    size_t count;
    bool stop;
};

/* What is known of a program; "": not known. */
struct facts {
    char userid[NAME_SIZE];
    char cgroup[256];
    char comm[DIRECTORY_COMM], exe[DIRECTORY_EXE];
};

/* ---- the decision ---- */

static const char *mapped_userid(const struct config *c, uid_t uid)
{
    size_t i;

    for (i = 0; i < c->users.count; i++)
        if (c->users.item[i].uid.uid == uid)
            return c->users.item[i].userid;
    return NULL;
}

/* PATH is FOLDER or lies below it. */
static bool is_below(const char *path, const char *folder)
{
    size_t len = strlen(folder);

    return strncmp(path, folder, len) == 0 &&
           (path[len] == '\0' || path[len] == '/' || folder[len - 1] == '/');
}

static bool is_unit(const char *cgroup, const char *unit)
{
    int len = 0;
    const char *part = name_unit_part(cgroup, &len);

    return part != NULL && (size_t)len == strlen(unit) &&
           strncmp(part, unit, (size_t)len) == 0;
}

static bool job_fits(const struct config_job *j,
                     const struct naming_question *q, const struct facts *f,
                     uid_t uid)
{
    return (j->unit[0] == '\0' || is_unit(f->cgroup, j->unit)) &&
           (j->cgroup[0] == '\0' || is_below(f->cgroup, j->cgroup)) &&
           (!j->uid.given || j->uid.uid == uid) &&
           (j->port == 0 || j->port == q->port) &&
           (j->exe[0] == '\0' || strcmp(j->exe, f->exe) == 0);
}

static void decide_job(const struct naming_question *q, const struct facts *f,
                       struct identity *who)
{
    const struct config_jobs *jobs = &q->config->jobs;
    size_t i;

    for (i = 0; i < jobs->count; i++)
        if (job_fits(&jobs->item[i], q, f, who->owner.uid)) {
            snprintf(who->jobname, sizeof(who->jobname), "%s",
                     jobs->item[i].jobname);
            who->claimed = false;
            return;
        }
    if (name_of_unit(f->cgroup, who->jobname)) {
        who->claimed = false;
        return;
    }
    /* what follows is the program's own word; attls-run's comes first */
    if (who->jobname[0] == '\0')
        who->claimed = name_of_comm(f->comm, who->jobname);
}

static void decide(const struct naming_question *q, const struct facts *f,
                   struct identity *who)
{
    const char *mapped = mapped_userid(q->config, who->owner.uid), *unit;
    int len = 0;

    unit = name_unit_part(f->cgroup, &len);
    snprintf(who->unit, sizeof(who->unit), "%.*s", len, unit ? unit : "");
    if (who->userid[0] == '\0')
        snprintf(who->userid, sizeof(who->userid), "%s",
                 mapped != NULL ? mapped : f->userid);
    if (who->jobname[0] == '\0' || who->claimed)
        decide_job(q, f, who);
}

/* The program itself must be found: for its file, or for its own word. */
static bool needs_program(const struct naming_question *q,
                          const struct identity *who)
{
    const struct config_jobs *jobs = &q->config->jobs;
    size_t i;

    if (who->jobname[0] != '\0' && !who->claimed)
        return false;
    for (i = 0; i < jobs->count; i++)
        if (jobs->item[i].exe[0] != '\0')
            return true;
    return !q->listener->trusted_jobname;
}

/* ---- what is remembered ---- */

bool naming_known(struct naming *n, const struct naming_question *q,
                  struct identity *who)
{
    struct facts f = {0};

    if (who->owner_error != 0 ||
        (who->jobname[0] != '\0' && !who->claimed && who->userid[0] != '\0'))
        return true;
    if (needs_program(q, who))
        return false;
    if (who->userid[0] == '\0' &&
        mapped_userid(q->config, who->owner.uid) == NULL &&
        directory_userid(n->directory, who->owner.uid, f.userid) ==
            DIRECTORY_ASK)
        return false;
    if (who->owner.cgroup != 0 &&
        directory_cgroup(n->directory, who->owner.cgroup, f.cgroup,
                         sizeof(f.cgroup)) == DIRECTORY_ASK)
        return false;
    decide(q, &f, who);
    return true;
}

/* ---- the thread ---- */

static void release(struct naming_task *t)
{
    if (atomic_fetch_sub(&t->refs, 1) != 1)
        return;
    config_unref(t->q.config);
    free(t);
}

static void answer(struct naming *n, struct naming_task *t)
{
    const struct owner *owner = &t->who.owner;
    struct facts f = {0};

    if (directory_userid(n->directory, owner->uid, f.userid) == DIRECTORY_ASK) {
        directory_resolve_userid(n->directory, owner->uid);
        directory_userid(n->directory, owner->uid, f.userid);
    }
    if (owner->cgroup != 0 &&
        directory_cgroup(n->directory, owner->cgroup, f.cgroup,
                         sizeof(f.cgroup)) == DIRECTORY_ASK) {
        directory_resolve_cgroup(n->directory, owner->cgroup);
        directory_cgroup(n->directory, owner->cgroup, f.cgroup,
                         sizeof(f.cgroup));
    }
    if (needs_program(&t->q, &t->who))
        directory_program(n->directory, f.cgroup, owner->inode, f.comm, f.exe);
    decide(&t->q, &f, &t->who);
    atomic_store(&t->answered, true);
    t->done(t->arg);
    release(t);
}

static void *run(void *arg)
{
    struct naming *n = arg;
    struct naming_task *t;
    sigset_t all;

    sigfillset(&all); /* signals go to the main thread */
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    pthread_mutex_lock(&n->lock);
    while (!n->stop) {
        t = STAILQ_FIRST(&n->waiting);
        if (t == NULL) {
            pthread_cond_wait(&n->wake, &n->lock);
            continue;
        }
        STAILQ_REMOVE_HEAD(&n->waiting, next);
        n->count--;
        pthread_mutex_unlock(&n->lock);
        answer(n, t);
        pthread_mutex_lock(&n->lock);
    }
    pthread_mutex_unlock(&n->lock);
    return NULL;
}

int naming_new(struct naming **ret, struct error *err)
{
    struct naming *n = calloc(1, sizeof(*n));
    int r;

    if (n == NULL)
        return error_nomem(err);
    pthread_mutex_init(&n->lock, NULL);
    pthread_cond_init(&n->wake, NULL);
    STAILQ_INIT(&n->waiting);
    r = directory_new(&n->directory, err);
    if (r == 0) {
        errno = pthread_create(&n->thread, NULL, run, n);
        n->started = errno == 0;
        if (!n->started)
            r = error_errno(err, "can't start a thread");
    }
    if (r < 0) {
        naming_free(n);
        return r;
    }
    *ret = n;
    return 0;
}

void naming_stop(struct naming *n)
{
    if (n == NULL)
        return;
    pthread_mutex_lock(&n->lock);
    n->stop = true;
    pthread_cond_signal(&n->wake);
    pthread_mutex_unlock(&n->lock);
    if (n->started)
        pthread_join(n->thread, NULL);
    n->started = false;
}

void naming_free(struct naming *n)
{
    struct naming_task *t;

    if (n == NULL)
        return;
    naming_stop(n);
    while ((t = STAILQ_FIRST(&n->waiting)) != NULL) {
        STAILQ_REMOVE_HEAD(&n->waiting, next);
        release(t);
    }
    directory_free(n->directory);
    pthread_cond_destroy(&n->wake);
    pthread_mutex_destroy(&n->lock);
    free(n);
}

/* ---- a question ---- */

int naming_ask(struct naming *n, const struct naming_question *q,
               const struct identity *who, naming_done_fn done, void *arg,
               struct naming_task **ret)
{
    struct naming_task *t = calloc(1, sizeof(*t));
    bool full;

    if (t == NULL)
        return ERR_NOMEM;
    atomic_init(&t->refs, 2);
    atomic_init(&t->answered, false);
    t->q = *q;
    config_ref(t->q.config);
    t->who = *who;
    t->done = done;
    t->arg = arg;
    pthread_mutex_lock(&n->lock);
    full = n->count >= WAITING_MAX;
    if (!full) {
        *ret = t; /* before the thread can have it */
        STAILQ_INSERT_TAIL(&n->waiting, t, next);
        n->count++;
        pthread_cond_signal(&n->wake);
    }
    pthread_mutex_unlock(&n->lock);
    if (!full)
        return 0;
    release(t);
    release(t);
    return ERR_LIMIT;
}

bool naming_answer(struct naming_task *t, struct identity *who)
{
    if (!atomic_load(&t->answered))
        return false;
    *who = t->who;
    release(t);
    return true;
}

void naming_drop(struct naming_task *t)
{
    if (t != NULL)
        release(t);
}
