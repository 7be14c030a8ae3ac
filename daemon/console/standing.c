/* How policy and rings in force stand; see standing.h. */

#include "console/standing.h"

#include <time.h>

/* Rules that are named. */
enum { RULES_MAX = 16 };

/* ---- rules that are over ---- */

typedef void (*over_fn)(void *arg, const struct policy_rule *r, const char *how,
                        const char *place);

/* How many there are; FN is called for the first RULES_MAX. */
static size_t each_over(const struct policy *p, over_fn fn, void *arg)
{
    struct strbuf how = STRBUF_INIT, place = STRBUF_INIT;
    time_t now = time(NULL);
    size_t i, n = 0;
    struct span span;

    for (i = 0; i < policy_rule_count(p); i++) {
        const struct policy_rule *r = policy_rule_get(p, i);

        strbuf_reset(&how);
        strbuf_reset(&place);
        if (!policy_rule_over_show(r, now, &how) || n++ >= RULES_MAX)
            continue;
        span = policy_rule_span(r);
        span_add(&span, &place);
        fn(arg, r, strbuf_str(&how), strbuf_str(&place));
    }
    strbuf_done(&how);
    strbuf_done(&place);
    return n;
}

static void add_over(void *arg, const struct policy_rule *r, const char *how,
                     const char *place)
{
    strbuf_addf(arg,
                "rule %s (%s) fits no connection any more: its time condition "
                "%s\n",
                policy_rule_name(r), place, how);
}

static void over_json(void *arg, const struct policy_rule *r, const char *how,
                      const char *place)
{
    struct json *j = arg;

    json_object(j, NULL);
    json_string(j, "rule", policy_rule_name(r));
    json_string(j, "place", place);
    json_string(j, "over", how);
    json_end(j);
}

/* ---- status ---- */

static void add_ring(const struct stored_ring *r, struct strbuf *out)
{
    strbuf_addf(out, "key ring %s, user %s: the stored ring is ", r->ring,
                r->userid[0] != '\0' ? r->userid : "(none)");
    stored_ring_show(r, out);
    strbuf_addc(out, '\n');
}

void standing_add(const struct stored *stored, struct snapshot *s,
                  struct strbuf *out)
{
    size_t i, n;

    if (stored->late)
        strbuf_adds(out, "policy files and key rings are not looked at: their "
                         "file system does not answer\n");
    for (i = 0; i < stored->file_count; i++)
        strbuf_addf(out,
                    "policy file %s has changed since it was loaded: attlsctl "
                    "modify REFRESH loads it\n",
                    stored->file[i]);
    for (i = 0; i < stored->ring_count; i++)
        add_ring(&stored->ring[i], out);
    n = each_over(snapshot_policy(s), add_over, out);
    if (n > RULES_MAX)
        strbuf_addf(out, "%zu more rules fit no connection any more\n",
                    n - RULES_MAX);
}

static void ring_json(const struct stored_ring *r, struct json *j)
{
    char id[9];

    snprintf(id, sizeof(id), "%08X", (unsigned)r->envid);
    json_object(j, NULL);
    json_string(j, "environment_action", r->action);
    json_string(j, "user.name", r->userid);
    json_string(j, "envid", id);
    json_string(j, "ring", r->ring);
    json_string(j, "default_valid_to", r->until[0] != '\0' ? r->until : NULL);
    json_end(j);
}

void standing_json(const struct stored *stored, struct snapshot *s,
                   struct json *j)
{
    size_t i;

    json_bool(j, "store_answers", !stored->late);
    json_array(j, "policy_files_changed");
    for (i = 0; i < stored->file_count; i++)
        json_string(j, NULL, stored->file[i]);
    json_end(j);
    json_array(j, "newer_rings");
    for (i = 0; i < stored->ring_count; i++)
        ring_json(&stored->ring[i], j);
    json_end(j);
    json_array(j, "rules_over");
    each_over(snapshot_policy(s), over_json, j);
    json_end(j);
}

/* ---- a story ---- */

/* The lines that its places name may say something else by now. */
static void tell_place(const struct stored *stored, struct snapshot *s,
                       struct story *story)
{
    if (story->rule_place[0] == '\0')
        return;
    if (snapshot_installed(s) > story->when.tv_sec)
        snprintf(story->place_changed, sizeof(story->place_changed),
                 "the policy was loaded again after this connection: its "
                 "files may say something else there");
    else if (stored_place_changed(stored, story->rule_place))
        snprintf(story->place_changed, sizeof(story->place_changed),
                 "the file has changed since it was loaded, and may say "
                 "something else there: attlsctl modify REFRESH loads it");
}

void standing_of_story(struct snapshot *s, struct story *story)
{
    const struct stored_ring *r;
    struct strbuf text = STRBUF_INIT;
    struct stored stored;

    if (story->rule[0] == '\0')
        return;
    stored_look(s, &stored);
    tell_place(&stored, s, story);
    r = story->envid != 0 ? stored_ring_of(&stored, story->envid) : NULL;
    if (r != NULL) {
        stored_ring_show(r, &text);
        snprintf(story->newer_ring, sizeof(story->newer_ring), "%s",
                 strbuf_str(&text));
    }
    strbuf_done(&text);
}
