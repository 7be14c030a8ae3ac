/*
 * Reading, and looking at, the files of configuration and policy: on a thread
 * of its own, for a FIFO, a dead network file system or a name server may make
 * it wait for ever.
 */

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>

#include "site/bounded.h"
#include "site/pagent_private.h"

enum {
    YOUNG_S = 2,   /* a file that was changed so lately is looked at twice */
    LOOK_MS = 100, /* between the two looks */
};

/* Both threads hold it; all but AT is the reader's until that is done. */
struct reading {
    atomic_uint refs;
    char *file;             /* the configuration */
    struct policy *running; /* a reference */
    struct file_marks old;  /* of a look, else nothing */
    bool unchanged;
    struct diags *diags;
    struct snapshot *next;
    struct file_marks marks;
    char changing[256];
    int result;
    pthread_mutex_t lock;
    char at[256]; /* the file that is being read; under the lock */
};

/* ---- marks ---- */

void file_marks_take(struct file_marks *m, const struct policy *policy)
{
    size_t i, n = policy_file_count(policy);

    m->list = calloc(n + 1, sizeof(*m->list));
    m->count = m->list != NULL ? n : 0; /* else nothing is watched */
    for (i = 0; i < m->count; i++)
        m->list[i] = source_mark(policy_source_get(policy, i));
}

/* As the files are now. */
static void file_marks_look(struct file_marks *m, const struct policy *policy)
{
    size_t i, n = policy_file_count(policy);

    m->list = calloc(n + 1, sizeof(*m->list));
    m->count = m->list != NULL ? n : 0;
    for (i = 0; i < m->count; i++)
        m->list[i] = file_mark_now(policy_file_get(policy, i));
}

static bool file_marks_same(const struct file_marks *a,
                            const struct file_marks *b)
{
    size_t i;

    for (i = 0; i < a->count && i < b->count; i++)
        if (!file_mark_same(&a->list[i], &b->list[i]))
            return false;
    return a->count == b->count;
}

/* ---- on the thread ---- */

static void note_file(void *arg, const char *path)
{
    struct reading *r = arg;

    pthread_mutex_lock(&r->lock);
    snprintf(r->at, sizeof(r->at), "%s", path);
    pthread_mutex_unlock(&r->lock);
}

static bool is_young(const struct file_mark *m)
{
    time_t age = time(NULL) - m->changed.tv_sec;

    return m->changed.tv_sec != 0 && age >= -YOUNG_S && age <= YOUNG_S;
}

/* Is somebody writing it still? */
static void look_again(struct reading *r, const struct source *src)
{
    struct file_mark was = source_mark(src), now;

    if (was.changed.tv_sec == 0 || r->changing[0] != '\0')
        return; /* no plain file */
    note_file(r, source_name(src));
    now = file_mark_now(source_name(src));
    if (!file_mark_same(&was, &now))
        snprintf(r->changing, sizeof(r->changing), "%s", source_name(src));
}

static void look_twice(struct reading *r)
{
    static const struct timespec pause = {0, LOOK_MS * 1000000};
    const struct policy *policy = snapshot_policy(r->next);
    const struct source *conf = snapshot_config(r->next)->src;
    struct file_mark m = source_mark(conf);
    bool young = is_young(&m);
    size_t i, n = policy_file_count(policy);

    for (i = 0; i < n && !young; i++) {
        m = source_mark(policy_source_get(policy, i));
        young = is_young(&m);
    }
    if (young)
        nanosleep(&pause, NULL);
    look_again(r, conf);
    for (i = 0; i < n; i++)
        look_again(r, policy_source_get(policy, i));
}

static void load(struct reading *r)
{
    struct snapshot_loading how = {r->running, note_file, r};
    struct config *config = NULL;

    note_file(r, r->file);
    r->result = config_load(r->file, r->diags, &config);
    if (r->result == 0)
        r->result = snapshot_load_next(config, &how, r->diags, &r->next);
    config_unref(config);
    if (r->result == 0) {
        look_twice(r);
        file_marks_take(&r->marks, snapshot_policy(r->next));
    } else {
        file_marks_look(&r->marks, r->running);
    }
}

static void work(void *arg)
{
    struct reading *r = arg;

    if (r->old.list != NULL) {
        note_file(r, r->file);
        file_marks_look(&r->marks, r->running);
        r->unchanged = file_marks_same(&r->old, &r->marks);
        free(r->marks.list);
        r->marks.list = NULL;
    }
    if (!r->unchanged)
        load(r);
}

static void drop(void *arg)
{
    struct reading *r = arg;

    if (atomic_fetch_sub(&r->refs, 1) != 1)
        return;
    snapshot_unref(r->next);
    policy_unref(r->running);
    diags_free(r->diags);
    free(r->old.list);
    free(r->marks.list);
    free(r->file);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

/* ---- on the agent's ---- */

static bool copy_marks(const struct file_marks *from, struct file_marks *to)
{
    to->list = calloc(from->count + 1, sizeof(*to->list));
    if (to->list == NULL)
        return false;
    if (from->count != 0)
        memcpy(to->list, from->list, from->count * sizeof(*to->list));
    to->count = from->count;
    return true;
}

static struct reading *reading_new(struct refresh *f)
{
    const struct policy *running = snapshot_policy(f->running);
    struct reading *r = calloc(1, sizeof(*r));

    if (r == NULL)
        return NULL;
    atomic_init(&r->refs, 1);
    pthread_mutex_init(&r->lock, NULL);
    r->running = policy_ref((struct policy *)(uintptr_t)running);
    r->file = strdup(f->p->params.file);
    r->diags = diags_new();
    if (r->file != NULL && r->diags != NULL &&
        (!f->order->look || copy_marks(&f->p->marks, &r->old)))
        return r;
    drop(r);
    return NULL;
}

static void say_hanging(struct reading *r, const struct error *err,
                        struct refresh *f)
{
    char at[sizeof(r->at)];

    pthread_mutex_lock(&r->lock);
    memcpy(at, r->at, sizeof(at));
    pthread_mutex_unlock(&r->lock);
    strbuf_addf(&f->reason,
                "%s is not read: %s (read_limit); does its file system answer?",
                at, err->text);
}

static void take_result(struct refresh *f, struct reading *r)
{
    f->next = r->next;
    f->marks = r->marks;
    f->unchanged = r->unchanged;
    memcpy(f->changing, r->changing, sizeof(f->changing));
    diags_free(f->diags);
    f->diags = r->diags;
    r->next = NULL;
    r->marks.list = NULL;
    r->diags = NULL;
}

bool refresh_load(struct refresh *f)
{
    unsigned long limit = snapshot_config(f->running)->read_limit * 1000;
    struct reading *r;
    struct error err;
    bool loaded;

    if (f->order->look && bounded_running() != 0) {
        f->unchanged = true; /* nobody asks: none that hangs more */
        return false;
    }
    r = reading_new(f);
    if (r == NULL) {
        strbuf_adds(&f->reason, "no memory");
        return false;
    }
    atomic_fetch_add(&r->refs, 1);
    if (bounded_run(work, drop, r, limit, &err) != 0) {
        say_hanging(r, &err, f);
        drop(r);
        return false;
    }
    drop(r);
    loaded = r->result == 0 && !r->unchanged;
    if (r->result == ERR_NOMEM)
        strbuf_adds(&f->reason, "no memory");
    take_result(f, r);
    drop(r);
    pagent_say_findings(f->p->params.trace, f->p->level, f->diags, &f->text);
    return loaded;
}
