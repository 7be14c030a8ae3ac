/* Looks at policy files and rings as they are stored; see stored.h. */

#include "site/stored.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "site/bounded.h"

enum { LOOK_MS = 2000 };

struct look {
    struct snapshot *snapshot; /* a reference */
    struct stored found;
};

static void take_ring(void *arg, const struct snapshot_newer *n)
{
    struct stored *s = arg;
    struct stored_ring *r = &s->ring[s->ring_count];

    if (s->ring_count == STORED_RINGS)
        return;
    s->ring_count++;
    r->envid = n->envid;
    snprintf(r->action, sizeof(r->action), "%s", n->action);
    snprintf(r->userid, sizeof(r->userid), "%s", n->userid);
    snprintf(r->ring, sizeof(r->ring), "%s", environment_ring(n->env));
    environment_stored_default(n->params, r->until, sizeof(r->until));
}

static void look_at_files(const struct policy *policy, struct stored *s)
{
    size_t i;

    for (i = 0; i < policy_file_count(policy); i++) {
        struct file_mark was = source_mark(policy_source_get(policy, i)), now;

        if (!file_mark_is_set(&was) || s->file_count == STORED_FILES)
            continue;
        now = file_mark_now(policy_file_get(policy, i));
        if (!file_mark_same(&was, &now))
            snprintf(s->file[s->file_count++], sizeof(s->file[0]), "%s",
                     policy_file_get(policy, i));
    }
}

static void work(void *arg)
{
    struct look *l = arg;

    look_at_files(snapshot_policy(l->snapshot), &l->found);
    snapshot_each_newer(l->snapshot, take_ring, &l->found);
}

static void drop(void *arg)
{
    struct look *l = arg;

    snapshot_unref(l->snapshot);
    free(l);
}

void stored_look(struct snapshot *s, struct stored *ret)
{
    struct look *l = calloc(1, sizeof(*l));
    struct error err;

    *ret = (struct stored){.late = true};
    if (l == NULL)
        return;
    l->snapshot = snapshot_ref(s);
    if (bounded_run(work, drop, l, LOOK_MS, &err) != 0)
        return;
    *ret = l->found;
    drop(l);
}

const struct stored_ring *stored_ring_of(const struct stored *s, uint32_t envid)
{
    size_t i;

    for (i = 0; i < s->ring_count; i++)
        if (s->ring[i].envid == envid)
            return &s->ring[i];
    return NULL;
}

bool stored_place_changed(const struct stored *s, const char *place)
{
    size_t i, len;

    for (i = 0; i < s->file_count; i++) {
        len = strlen(s->file[i]);
        if (strncmp(place, s->file[i], len) == 0 && place[len] == ':')
            return true;
    }
    return false;
}

void stored_ring_show(const struct stored_ring *r, struct strbuf *out)
{
    strbuf_adds(out, "newer than the one in use");
    if (r->until[0] != '\0')
        strbuf_addf(out, " (its DEFAULT certificate is valid to %s)", r->until);
    strbuf_addf(out,
                ": raise EnvironmentUserInstance in TTLSEnvironmentAction %s, "
                "then attlsctl modify REFRESH",
                r->action);
}
