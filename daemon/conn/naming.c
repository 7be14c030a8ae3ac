/* See naming.h. */

#include "conn/naming.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conn/naming_queue.h"
#include "intercept/directory.h"
#include "util/thread.h"

/* While one waits for a name service, or looks through the descriptors of an
 * account with many, the other serves the other accounts. */
enum { WAITING_MAX = 4096, THREADS = 2 };

struct naming_task {
    struct naming_place place; /* first: it stands for the task */
    atomic_uint refs;          /* the asker's and the thread's */
    atomic_bool answered;
    struct naming_question q;
    struct identity who;
    naming_done_fn done;
    void *arg;
};

struct naming {
    struct directory *directory;
    pthread_t thread[THREADS];
    size_t started;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t wake;
    struct naming_queue waiting;
    bool stop;
};

/* What is known of a program; "": not known. */
struct facts {
    char userid[ZOS_NAME_SIZE];
    struct cgroup cgroup;
    struct program program;
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
    return (j->unit[0] == '\0' || is_unit(f->cgroup.path, j->unit)) &&
           (j->cgroup[0] == '\0' || is_below(f->cgroup.path, j->cgroup)) &&
           (!j->uid.given || j->uid.uid == uid) &&
           (j->port == 0 || j->port == q->port) &&
           (j->exe[0] == '\0' || program_runs(&f->program, j->exe));
}

/* The cgroup is root's word for the program: no account has put it there, nor
 * made a world of its own for it. */
static bool is_in_roots_cgroup(const struct facts *f)
{
    return f->cgroup.roots && (!f->program.found || f->program.ours);
}

static void claim(struct identity *who, bool claimed, enum claimed_by by)
{
    who->claimed = claimed;
    who->claimed_by = by;
}

/* Whose word a line of the configuration is that fits. */
static void judge(const struct config_job *j, const struct facts *f,
                  struct identity *who)
{
    if ((j->unit[0] != '\0' || j->cgroup[0] != '\0') && !is_in_roots_cgroup(f))
        claim(who, true, CLAIMED_BY_CGROUP);
    else
        claim(who, config_job_is_file_alone(j), CLAIMED_BY_FILE);
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
            judge(&jobs->item[i], f, who);
            return;
        }
    if (is_in_roots_cgroup(f) && name_of_unit(f->cgroup.path, who->jobname)) {
        claim(who, false, CLAIMED_BY_PROGRAM);
        return;
    }
    /* what follows is the program's own word; attls-run's comes first */
    if (who->jobname[0] != '\0')
        return;
    if (name_of_unit(f->cgroup.path, who->jobname))
        claim(who, true, CLAIMED_BY_CGROUP);
    else
        claim(who, zos_name_fold(ZOS_JOBNAME, f->program.comm, who->jobname),
              CLAIMED_BY_PROGRAM);
}

static void decide(const struct naming_question *q, const struct facts *f,
                   struct identity *who)
{
    const char *mapped = mapped_userid(q->config, who->owner.uid), *unit;
    int len = 0;

    unit = is_in_roots_cgroup(f) ? name_unit_part(f->cgroup.path, &len) : NULL;
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
        directory_cgroup(n->directory, who->owner.cgroup, &f.cgroup) ==
            DIRECTORY_ASK)
        return false;
    decide(q, &f, who);
    return true;
}

/* ---- the threads ---- */

static void release(struct naming_task *t)
{
    if (atomic_fetch_sub(&t->refs, 1) != 1)
        return;
    config_unref(t->q.config);
    free(t);
}

static void tell(struct naming_task *t)
{
    atomic_store(&t->answered, true);
    t->done(t->arg);
    release(t);
}

static void answer(struct naming *n, struct naming_task *t)
{
    const struct owner *owner = &t->who.owner;
    struct facts f = {0};

    if (directory_userid(n->directory, owner->uid, f.userid) == DIRECTORY_ASK) {
        directory_resolve_userid(n->directory, owner->uid);
        directory_userid(n->directory, owner->uid, f.userid);
    }
    if (owner->cgroup != 0 && directory_cgroup(n->directory, owner->cgroup,
                                               &f.cgroup) == DIRECTORY_ASK) {
        directory_resolve_cgroup(n->directory, owner->cgroup);
        directory_cgroup(n->directory, owner->cgroup, &f.cgroup);
    }
    if (needs_program(&t->q, &t->who))
        directory_program(n->directory, f.cgroup.path, owner->uid, owner->inode,
                          &f.program);
    decide(&t->q, &f, &t->who);
}

static struct naming_task *task_of(struct naming_place *p)
{
    return (struct naming_task *)p;
}

static void *run(void *arg)
{
    struct naming *n = arg;
    struct naming_place *p;

    pthread_mutex_lock(&n->lock);
    while (!n->stop) {
        p = naming_queue_take(&n->waiting);
        if (p == NULL) {
            pthread_cond_wait(&n->wake, &n->lock);
            continue;
        }
        pthread_mutex_unlock(&n->lock);
        answer(n, task_of(p));
        pthread_mutex_lock(&n->lock);
        naming_queue_done(&n->waiting, p);
        pthread_mutex_unlock(&n->lock);
        tell(task_of(p));
        pthread_mutex_lock(&n->lock);
    }
    pthread_mutex_unlock(&n->lock);
    return NULL;
}

static int start_threads(struct naming *n, struct error *err)
{
    for (; n->started < THREADS; n->started++) {
        errno = thread_start(&n->thread[n->started], run, n);
        if (errno != 0)
            return error_errno(err, "can't start a thread");
    }
    return 0;
}

int naming_new(struct naming **ret, struct error *err)
{
    struct naming *n = calloc(1, sizeof(*n));
    int r;

    if (n == NULL)
        return error_nomem(err);
    pthread_mutex_init(&n->lock, NULL);
    pthread_cond_init(&n->wake, NULL);
    naming_queue_init(&n->waiting, WAITING_MAX);
    r = directory_new(&n->directory, err);
    if (r == 0)
        r = start_threads(n, err);
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
    pthread_cond_broadcast(&n->wake);
    pthread_mutex_unlock(&n->lock);
    for (; n->started > 0; n->started--)
        pthread_join(n->thread[n->started - 1], NULL);
}

void naming_free(struct naming *n)
{
    struct naming_place *p;

    if (n == NULL)
        return;
    naming_stop(n);
    while ((p = naming_queue_empty(&n->waiting)) != NULL)
        release(task_of(p));
    directory_free(n->directory);
    pthread_cond_destroy(&n->wake);
    pthread_mutex_destroy(&n->lock);
    free(n);
}

/* ---- a question ---- */

static struct naming_task *new_task(const struct naming_question *q,
                                    const struct identity *who,
                                    naming_done_fn done, void *arg)
{
    struct naming_task *t = calloc(1, sizeof(*t));

    if (t == NULL)
        return NULL;
    atomic_init(&t->refs, 2);
    atomic_init(&t->answered, false);
    t->q = *q;
    config_ref(t->q.config);
    t->who = *who;
    t->done = done;
    t->arg = arg;
    return t;
}

/* Its account has more questions waiting than all others. */
static void give_up(struct naming_task *t)
{
    t->who.crowded = true;
    tell(t);
}

int naming_ask(struct naming *n, const struct naming_question *q,
               const struct identity *who, naming_done_fn done, void *arg,
               struct naming_task **ret)
{
    struct naming_task *t = new_task(q, who, done, arg);
    struct naming_place *out = NULL;
    int r;

    if (t == NULL)
        return ERR_NOMEM;
    pthread_mutex_lock(&n->lock);
    r = naming_queue_put(&n->waiting, who->owner.uid, &t->place, &out);
    if (out == &t->place)
        r = ERR_LIMIT;
    if (r == 0) {
        *ret = t; /* before a thread can have it */
        pthread_cond_signal(&n->wake);
    }
    pthread_mutex_unlock(&n->lock);
    if (r == 0 && out != NULL)
        give_up(task_of(out));
    if (r == 0)
        return 0;
    release(t);
    release(t);
    return r;
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
