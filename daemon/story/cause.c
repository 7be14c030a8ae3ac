/* The words of a row, from what the story knows. */
#include "story/cause.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tls/retcode.h"

enum fault_by story_by(const struct story *s)
{
    return s->outcome.fault != FAULT_none ? fault_row(s->outcome.fault)->by
                                          : s->by;
}

/* What the words are made of. */
struct known {
    const struct story *s;
    char id[9], peer[NETADDR_TEXT];
    char user[16], ring[128]; /* the two parts of "USER/RING" */
    struct strbuf versions, groups, pairs;
};

static const char *partner_of(const struct story *s, char buf[NETADDR_TEXT])
{
    if (s->remote.family == AF_UNSPEC)
        return "";
    return netaddr_format(&s->remote, buf);
}

static void split_ring(const struct story *s, struct known *k)
{
    struct ring_name n = ring_name_parse(s->ring, false);
    bool own = n.owner == NULL;

    snprintf(k->user, sizeof(k->user), "%.*s",
             (int)(own ? strlen(s->userid) : n.owner_len),
             own ? s->userid : n.owner);
    snprintf(k->ring, sizeof(k->ring), "%s", n.name);
}

/* The hello that the partner sent. */
static const struct hello *partner_hello(const struct story *s)
{
    return s->role[0] == 'S' ? &s->client : &s->server;
}

static void known_init(struct known *k, const struct story *s)
{
    const struct hello *h = partner_hello(s);

    *k = (struct known){.s = s,
                        .versions = STRBUF_INIT,
                        .groups = STRBUF_INIT,
                        .pairs = STRBUF_INIT};
    if (s->id != 0) /* a probe has none */
        snprintf(k->id, sizeof(k->id), "%08" PRIX32, s->id);
    partner_of(s, k->peer);
    split_ring(s, k);
    if (!h->present)
        return;
    hello_add_versions(h, &k->versions);
    hello_add_groups(h, &k->groups);
    hello_add_sigalgs(h, &k->pairs);
}

static void known_done(struct known *k)
{
    strbuf_done(&k->versions);
    strbuf_done(&k->groups);
    strbuf_done(&k->pairs);
}

static const char *word_of(const void *arg, enum fault_word word)
{
    const struct known *k = arg;
    const struct story *s = k->s;
    const char *kept = tls_outcome_word(&s->outcome, word);

    if (kept != NULL && kept[0] != '\0')
        return kept;
    switch (word) {
    case WORD_ring:
        return s->ring;
    case WORD_user:
        return s->userid;
    case WORD_error:
        return s->end_error;
    case WORD_place:
        return s->place;
    case WORD_rule:
        return s->rule;
    case WORD_target:
        return s->target;
    case WORD_our_unusable:
        return s->ciphers_unusable;
    case WORD_our_versions:
        return s->versions;
    case WORD_their_versions:
        return strbuf_str(&k->versions);
    case WORD_their_groups:
        return strbuf_str(&k->groups);
    case WORD_their_pairs:
        return strbuf_str(&k->pairs);
    case WORD_connid:
        return k->id;
    case WORD_peer:
        return k->peer;
    case WORD_ring_owner:
        return k->user;
    case WORD_ring_name:
        return k->ring;
    default:
        return NULL;
    }
}

static void add_text(const struct story *s, const char *text,
                     struct strbuf *out)
{
    struct known k;

    known_init(&k, s);
    fault_expand(text, word_of, &k, out);
    known_done(&k);
}

void story_add_cause(const struct story *s, struct strbuf *out)
{
    const char *cause = s->outcome.fault != FAULT_none
                            ? fault_row(s->outcome.fault)->cause
                            : s->cause;

    if (cause != NULL)
        add_text(s, cause, out);
}

/* RACDCERT knows neither files nor tokens, and whoever has just probed needs no
 * probe. */
static bool is_of_use(const struct story *s, const char *remedy)
{
    if (strstr(remedy, "racdcert ") != NULL)
        return s->ring_kind == RING_RACF;
    return s->id != 0 || strncmp(remedy, "attlsctl probe", 14) != 0;
}

void story_add_remedy(const struct story *s, struct strbuf *out)
{
    const char *remedy = s->outcome.fault != FAULT_none
                             ? fault_row(s->outcome.fault)->remedy
                             : s->remedy;

    if (remedy == NULL || !is_of_use(s, remedy))
        return;
    add_text(s, remedy, out);
}

/* What this side has on its ring is the matter. */
static bool is_about_ring(const struct story *s)
{
    return story_by(s) == BY_SELF || s->outcome.rc == RC_UNKNOWN_CA;
}

void story_add_first(const struct story *s, struct strbuf *out)
{
    if (s->newer_ring[0] != '\0' && is_about_ring(s))
        strbuf_addf(out,
                    "the stored ring is %s; the remedy is for what fails "
                    "after that",
                    s->newer_ring);
}
