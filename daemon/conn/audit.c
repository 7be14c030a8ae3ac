/* A table of what was seen, hashed by what is cheap to compare. */

#include "conn/audit.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "policy/ciphers.h"
#include "tls/certinfo.h"
#include "tls/attributes.h"
#include "util/count.h"
#include "util/table.h"

enum { NAME = 64 };

struct entry {
    enum audit_clear clear;
    enum policy_direction direction;
    uint16_t port, cipher;
    char jobname[9], userid[9], protocol[8], rule[NAME];
    X509 *cert;
    char *nearest; /* the rule that came nearest, and why not; NULL */
    uint64_t count, hellos;
    time_t first, last;
};

struct audit {
    pthread_mutex_t lock;
    struct table entries;
    uint64_t lost; /* connections that found no room */
};

struct audit *audit_new(void)
{
    struct audit *a = calloc(1, sizeof(*a));

    if (a != NULL)
        pthread_mutex_init(&a->lock, NULL);
    return a;
}

void audit_free(struct audit *a)
{
    struct entry *e;
    size_t at = 0;

    if (a == NULL)
        return;
    while ((e = table_next(&a->entries, &at)) != NULL) {
        X509_free(e->cert);
        free(e->nearest);
        free(e);
    }
    table_done(&a->entries);
    pthread_mutex_destroy(&a->lock);
    free(a);
}

static uint64_t hash_text(uint64_t h, const char *s)
{
    return table_hash(h, s, strlen(s) + 1);
}

/* Of what is cheap to compare. */
static uint64_t hash_of(const struct audit_seen *s)
{
    uint64_t h = hash_text(TABLE_HASH, s->rule);

    h = hash_text(h, s->jobname);
    return table_hash_number(h ^ (uint64_t)s->cipher << 32 ^
                             (uint64_t)s->port << 8 ^ (unsigned)s->clear);
}

static bool same(const void *item, const void *key)
{
    const struct entry *e = item;
    const struct audit_seen *s = key;

    return e->clear == s->clear && e->direction == s->direction &&
           e->port == s->port && e->cipher == s->cipher &&
           strcmp(e->rule, s->rule) == 0 &&
           strcmp(e->protocol, s->protocol) == 0 &&
           strcmp(e->jobname, s->jobname) == 0 &&
           strcmp(e->userid, s->userid) == 0 &&
           (e->cert == s->cert || (e->cert != NULL && s->cert != NULL &&
                                   X509_cmp(e->cert, s->cert) == 0));
}

static struct entry *add(struct audit *a, const struct audit_seen *s,
                         uint64_t hash)
{
    struct entry *e =
        a->entries.count < AUDIT_ENTRIES_MAX ? calloc(1, sizeof(*e)) : NULL;

    if (e == NULL || !table_add(&a->entries, hash, e)) {
        free(e);
        a->lost++;
        return NULL;
    }
    e->clear = s->clear;
    e->direction = s->direction;
    e->port = s->port;
    e->cipher = s->cipher;
    snprintf(e->rule, sizeof(e->rule), "%s", s->rule);
    snprintf(e->protocol, sizeof(e->protocol), "%s", s->protocol);
    snprintf(e->jobname, sizeof(e->jobname), "%s", s->jobname);
    snprintf(e->userid, sizeof(e->userid), "%s", s->userid);
    if (s->cert != NULL && X509_up_ref(s->cert) == 1)
        e->cert = s->cert;
    e->first = time(NULL);
    return e;
}

void audit_count(struct audit *a, const struct audit_seen *s)
{
    uint64_t hash = hash_of(s);
    struct entry *e;

    pthread_mutex_lock(&a->lock);
    e = table_find(&a->entries, hash, same, s);
    if (e == NULL)
        e = add(a, s, hash);
    if (e != NULL) {
        e->count++;
        e->last = time(NULL);
    }
    pthread_mutex_unlock(&a->lock);
}

static void set_nearest(struct entry *e, const char *nearest)
{
    char *copy;

    if (e->nearest != NULL && strcmp(e->nearest, nearest) == 0)
        return;
    copy = strdup(nearest);
    if (copy == NULL)
        return;
    free(e->nearest);
    e->nearest = copy;
}

void audit_note(struct audit *a, const struct audit_seen *s, bool hello,
                const char *nearest)
{
    struct entry *e;

    pthread_mutex_lock(&a->lock);
    e = table_find(&a->entries, hash_of(s), same, s);
    if (e != NULL) {
        e->hellos += hello;
        if (nearest != NULL)
            set_nearest(e, nearest);
    }
    pthread_mutex_unlock(&a->lock);
}

/* ---- showing ---- */

static int compare(const void *a, const void *b)
{
    const struct entry *const *x = a, *const *y = b;
    int r = ((*x)->clear > (*y)->clear) - ((*x)->clear < (*y)->clear);

    if (r == 0)
        r = strcmp((*x)->rule, (*y)->rule);
    if (r == 0)
        r = ((*x)->port > (*y)->port) - ((*x)->port < (*y)->port);
    if (r == 0)
        r = strcmp((*x)->jobname, (*y)->jobname);
    return r != 0
               ? r
               : ((*x)->cipher > (*y)->cipher) - ((*x)->cipher < (*y)->cipher);
}

/* With the lock held; NULL: no memory. */
static const struct entry **sorted(const struct audit *a)
{
    const struct entry **list = calloc(a->entries.count + 1, sizeof(*list)), *e;
    size_t n = 0, at = 0;

    if (list == NULL)
        return NULL;
    while ((e = table_next(&a->entries, &at)) != NULL)
        list[n++] = e;
    qsort(list, n, sizeof(const struct entry *), compare);
    return list;
}

static const char *const why_clear[] = {"", "no rule fits", "TTLSEnabled Off",
                                        "TTLS was off (NOTTLS)"};

static void print_entry(const struct entry *e, struct strbuf *out)
{
    const struct cipher *c = cipher_by_code(e->cipher);
    struct certinfo cert;

    certinfo_read(e->cert, &cert);
    if (e->clear == AUDIT_TLS)
        strbuf_addf(out, "%10llu  %-8s %04X %s\n", (unsigned long long)e->count,
                    e->protocol, e->cipher, c != NULL ? c->name : "");
    else
        strbuf_addf(out, "%10llu  %-8s port %-5u  job %-8s user %-8s  %s%s%s\n",
                    (unsigned long long)e->count,
                    policy_direction_name(e->direction), e->port,
                    e->jobname[0] != '\0' ? e->jobname : "-",
                    e->userid[0] != '\0' ? e->userid : "-", why_clear[e->clear],
                    e->rule[0] != '\0' ? ", rule " : "", e->rule);
    if (e->hellos != 0)
        strbuf_addf(out,
                    "            %llu of them began with a ClientHello: "
                    "their partners speak TLS\n",
                    (unsigned long long)e->hellos);
    if (e->nearest != NULL)
        strbuf_addf(out, "            nearest rule %s\n", e->nearest);
    if (e->cert != NULL)
        strbuf_addf(out, "            partner %s, issued by %s, %s, to %s\n",
                    cert.subject, cert.issuer, cert.key, cert.not_after);
}

static void print_list(const struct entry **list, size_t n, struct strbuf *out)
{
    const char *rule = NULL;
    size_t i;

    for (i = 0; i < n; i++) {
        const struct entry *e = list[i];

        if (e->clear == AUDIT_TLS &&
            (rule == NULL || strcmp(rule, e->rule) != 0)) {
            rule = e->rule;
            strbuf_addf(out, "Rule %s\n", rule);
        }
        if (e->clear != AUDIT_TLS &&
            (i == 0 || list[i - 1]->clear == AUDIT_TLS))
            strbuf_adds(out, "In clear\n");
        print_entry(e, out);
    }
    if (n == 0)
        strbuf_adds(out, "No connection yet.\n");
    else if (list[n - 1]->clear == AUDIT_TLS)
        strbuf_adds(out, "In clear: none.\n");
}

void audit_print(struct audit *a, struct strbuf *out)
{
    const struct entry **list;

    pthread_mutex_lock(&a->lock);
    list = sorted(a);
    if (list != NULL)
        print_list(list, a->entries.count, out);
    if (a->lost != 0)
        strbuf_addf(out, "%s found no room in the table.\n",
                    count_of(a->lost, "more connection").text);
    pthread_mutex_unlock(&a->lock);
    free(list);
}

static void entry_json(const struct entry *e, struct json *j)
{
    struct certinfo cert;

    json_object(j, NULL);
    json_bool(j, "clear", e->clear != AUDIT_TLS);
    if (e->clear != AUDIT_TLS)
        json_string(j, "why", why_clear[e->clear]);
    json_string(j, "rule", e->rule[0] != '\0' ? e->rule : NULL);
    json_string(j, "direction", policy_direction_name(e->direction));
    json_unsigned(j, "server.port", e->port);
    json_string(j, "jobname", e->jobname[0] != '\0' ? e->jobname : NULL);
    json_string(j, "user.name", e->userid[0] != '\0' ? e->userid : NULL);
    if (e->clear == AUDIT_NO_RULE) {
        json_unsigned(j, "client_hellos", e->hellos);
        json_string(j, "nearest", e->nearest);
    }
    if (e->clear == AUDIT_TLS)
        tls_attributes_json(j, e->protocol, e->cipher);
    if (e->cert != NULL) {
        certinfo_read(e->cert, &cert);
        certinfo_json(j, "partner_certificate", &cert);
    }
    json_unsigned(j, "connections", e->count);
    json_time(j, "first_seen", (time_t)e->first);
    json_time(j, "last_seen", (time_t)e->last);
    json_end(j);
}

void audit_json(struct audit *a, struct json *j)
{
    const struct entry **list;
    size_t i;

    pthread_mutex_lock(&a->lock);
    list = sorted(a);
    json_object(j, NULL);
    json_array(j, "seen");
    for (i = 0; list != NULL && i < a->entries.count; i++)
        entry_json(list[i], j);
    json_end(j);
    json_unsigned(j, "no_room", a->lost);
    json_end(j);
    pthread_mutex_unlock(&a->lock);
    free(list);
}
