/*
 * The rings of a database and what attlsctl rings has to say of each
 * certificate in them.
 */

#include "attlsctl/rings_read.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keyring/racdcert/certdate.h"
#include "keyring/rings/access.h"
#include "keyring/rings/certname.h"
#include "keyring/rings/store.h"
#include "saf/db/saf.h"
#include "tls/lint_rings.h"
#include "util/arena.h"
#include "util/strbuf.h"

/* "Soon" is within this many days. */
enum { SOON_DAYS = 30, DAY = 86400, READ_ATTEMPTS = 20 };

static const struct rings_mark_row marks[RINGS_MARKS] = {
#define MARK(id, name, attention, text) {name, attention, text},
#include "attlsctl/rings_marks.def"
};

struct rings_mark_row rings_mark_row(enum rings_mark mark)
{
    return marks[mark];
}

static void add_value(const struct rings_entry *e, char what,
                      struct strbuf *out)
{
    char date[CERTDATE_TEXT];

    switch (what) {
    case 'd':
        strbuf_addf(out, "%d", e->days);
        break;
    case 'f':
        strbuf_adds(out, certdate_format(e->not_before, date));
        break;
    case 't':
        strbuf_adds(out, certdate_format(e->not_after, date));
        break;
    default:
        strbuf_adds(out, e->barred);
        break;
    }
}

void rings_mark_add(const struct rings_entry *e, enum rings_mark mark,
                    struct strbuf *out)
{
    const char *p;

    for (p = marks[mark].text; *p != '\0'; p++)
        if (*p == '%')
            add_value(e, *++p, out);
        else
            strbuf_addc(out, *p);
}

/* ---- building ---- */

struct build {
    const struct rings_question *q;
    struct rings *r;
    struct ring_store *store;
    struct saf *saf;
    bool nomem;
};

static const char *keep(struct build *b, struct strbuf *sb)
{
    const char *copy = arena_strdup(b->r->arena, strbuf_str(sb));

    if (copy == NULL || strbuf_failed(sb))
        b->nomem = true;
    strbuf_done(sb);
    return copy;
}

static const char *keep_text(struct build *b, const char *text)
{
    struct strbuf sb = STRBUF_INIT;

    strbuf_adds(&sb, text);
    return keep(b, &sb);
}

/* They are few: each takes a new array. */
static void add_text(struct build *b, struct rings_texts *list,
                     const char *text)
{
    size_t n = list->n;
    const char **grown = arena_calloc(b->r->arena, n + 1, sizeof(*grown));

    if (grown == NULL || text == NULL) {
        b->nomem = true;
        return;
    }
    if (n != 0)
        memcpy(grown, list->text, n * sizeof(*grown));
    grown[n] = text;
    *list = (struct rings_texts){grown, n + 1};
}

/* Certificates are numbered through all owners. */
static size_t number_of(const struct build *b, const struct store_cert *c)
{
    size_t i, k, before = 0;

    for (i = 0; i < b->store->nowners; i++) {
        const struct store_owner *o = &b->store->owners[i];

        for (k = 0; k < o->ncerts; k++)
            if (&o->certs[k] == c)
                return before + k;
        before += o->ncerts;
    }
    return RINGS_NONE;
}

static time_t moment(const ASN1_TIME *t)
{
    struct tm tm;

    return ASN1_TIME_to_tm(t, &tm) == 1 ? timegm(&tm) : 0;
}

static const char *print_name(struct build *b, const X509_NAME *name)
{
    struct strbuf sb = STRBUF_INIT;

    certname_print(name, &sb);
    return keep(b, &sb);
}

static void mark(struct rings_entry *e, enum rings_mark m)
{
    e->marks |= 1u << m;
}

static void mark_dates(struct build *b, struct rings_entry *e)
{
    time_t at = b->q->at;

    if (e->not_after < at) {
        mark(e, RINGS_EXPIRED);
    } else if (e->not_after - at < (time_t)SOON_DAYS * DAY) {
        mark(e, RINGS_EXPIRES);
        e->days = (int)((e->not_after - at) / DAY);
    }
    if (e->not_before > at)
        mark(e, RINGS_NOT_YET);
}

static void mark_key(struct build *b, const struct store_cert *c,
                     const char *owner, struct rings_entry *e)
{
    EVP_PKEY *key = NULL;

    if (!c->has_key)
        mark(e, RINGS_NO_KEY);
    else if (store_key(b->store, owner, c, &key, NULL) != 0)
        mark(e, RINGS_KEY_UNUSABLE);
    EVP_PKEY_free(key);
}

static void fill_entry(struct build *b, struct store_cert *c, const char *owner,
                       struct rings_entry *e)
{
    const char *signer_owner;
    struct store_cert *signer;
    X509 *x;

    e->cert = number_of(b, c);
    e->has_key = c->has_key;
    if (c->trust == RING_NOTRUST)
        mark(e, RINGS_NOTRUST);
    if (e->usage == RING_PERSONAL)
        mark_key(b, c, owner, e);
    if (store_x509(b->store, owner, c, &x, NULL) != 0) {
        mark(e, RINGS_UNREADABLE);
        return;
    }
    e->subject = print_name(b, X509_get_subject_name(x));
    e->issuer = print_name(b, X509_get_issuer_name(x));
    e->not_before = moment(X509_get0_notBefore(x));
    e->not_after = moment(X509_get0_notAfter(x));
    mark_dates(b, e);
    signer = store_issuer(b->store, owner, x, &signer_owner);
    e->self_signed = signer == c;
    if (signer != NULL && signer != c)
        e->signer = number_of(b, signer);
}

static void add_entry(struct build *b, const struct store_connect *conn,
                      struct rings_entry *e)
{
    char owner[SAF_NAME_MAX + 5];
    struct store_cert *c = store_connected(b->store, conn);

    e->label = keep_text(b, conn->label);
    e->owner = keep_text(b, owner_text(conn->owner, owner));
    e->usage = conn->usage;
    e->is_default = conn->is_default;
    e->subject = e->issuer = e->barred = "";
    e->cert = e->signer = RINGS_NONE;
    if (c == NULL)
        mark(e, RINGS_MISSING);
    else
        fill_entry(b, c, conn->owner, e);
}

static bool has_cert(const struct rings_ring *r, size_t cert)
{
    size_t i;

    for (i = 0; i < r->n; i++)
        if (r->entry[i].cert == cert)
            return true;
    return false;
}

/* A trusted end of a chain (SITE) needs no issuer. */
static void mark_issuers(struct rings_ring *r)
{
    const unsigned unknown =
        1u << RINGS_MISSING | 1u << RINGS_UNREADABLE | 1u << RINGS_MALFORMED;
    size_t i;

    for (i = 0; i < r->n; i++) {
        struct rings_entry *e = &r->entry[i];

        if (e->self_signed || e->usage == RING_SITE || (e->marks & unknown))
            continue;
        if (e->signer == RINGS_NONE || !has_cert(r, e->signer))
            mark(e, RINGS_NO_ISSUER);
    }
}

static void check_reader(struct build *b, struct rings_ring *r)
{
    struct ring_access access;
    struct error err = {0};

    if (b->q->reader != NULL && access_check(b->saf, b->q->reader, r->owner,
                                             r->name, &access, &err) != 0)
        add_text(b, &r->complaints, keep_text(b, err.text));
}

static bool signed_another(const struct rings_ring *r,
                           const struct rings_entry *e)
{
    size_t i;

    for (i = 0; i < r->n; i++)
        if (r->entry[i].signer == e->cert && r->entry[i].cert != e->cert)
            return true;
    return false;
}

/* Sent are own certificates, and those that signed one of the ring's. */
static void mark_barred(struct build *b, const struct store_ring *from,
                        struct rings_ring *r)
{
    struct strbuf text = STRBUF_INIT;
    enum ring_barred barred;
    struct store_cert *c;
    size_t i;
    X509 *x;

    for (i = 0; i < r->n; i++) {
        struct rings_entry *e = &r->entry[i];

        c = store_connected(b->store, &from->conn[i]);
        if (c == NULL ||
            store_x509(b->store, from->conn[i].owner, c, &x, NULL) != 0)
            continue;
        barred = lint_ring_barred(
            x, e->usage != RING_PERSONAL && !signed_another(r, e), &text);
        if (barred == BARRED_NOT)
            continue;
        mark(e, barred == BARRED_WEAK ? RINGS_WEAK : RINGS_MALFORMED);
        e->barred = keep(b, &text);
    }
    strbuf_done(&text);
}

static void add_ring(struct build *b, const char *owner,
                     const struct store_ring *from, struct rings_ring *r)
{
    size_t i;

    r->owner = keep_text(b, owner);
    r->name = keep_text(b, from->name);
    r->entry = arena_calloc(b->r->arena, from->nconn + 1, sizeof(*r->entry));
    if (r->entry == NULL) {
        b->nomem = true;
        return;
    }
    for (i = 0; i < from->nconn; i++)
        add_entry(b, &from->conn[i], &r->entry[r->n++]);
    mark_barred(b, from, r);
    mark_issuers(r);
    check_reader(b, r);
}

/* ---- which rings ---- */

static bool is_ring(const char *wanted, const char *owner, const char *name)
{
    size_t n = strlen(owner);

    return strncmp(wanted, owner, n) == 0 && wanted[n] == '/' &&
           strcmp(wanted + n + 1, name) == 0;
}

static bool wants(const struct rings_question *q, const char *owner,
                  const char *name)
{
    size_t i;

    for (i = 0; i < q->nwanted; i++)
        if (is_ring(q->wanted[i], owner, name))
            return true;
    return q->nwanted == 0;
}

static int check_wanted(const struct build *b, struct error *err)
{
    size_t i, k;

    for (i = 0; i < b->q->nwanted; i++) {
        for (k = 0; k < b->r->n; k++)
            if (is_ring(b->q->wanted[i], b->r->ring[k].owner,
                        b->r->ring[k].name))
                break;
        if (k == b->r->n)
            return error_set(err, ERR_NOT_FOUND,
                             "%s: no such key ring; a ring is named "
                             "USER/RING, upper and lower case count",
                             b->q->wanted[i]);
    }
    return 0;
}

/* ---- what the rules of a policy want ---- */

/* The mark that says at the certificate what FINDING says of the ring. */
static const struct {
    enum finding finding;
    enum rings_mark mark;
} said[] = {
    {FIND_cert_expired, RINGS_EXPIRED},      {FIND_cert_expired, RINGS_NOT_YET},
    {FIND_cert_notrust, RINGS_NOTRUST},      {FIND_cert_weak, RINGS_WEAK},
    {FIND_cert_malformed, RINGS_MALFORMED},  {FIND_no_key, RINGS_NO_KEY},
    {FIND_ca_not_connected, RINGS_NO_ISSUER}};

static bool is_marked(const struct rings_entry *e, enum finding id)
{
    size_t i;

    for (i = 0; i < sizeof(said) / sizeof(said[0]); i++)
        if (said[i].finding == id && (e->marks >> said[i].mark & 1u))
            return true;
    return false;
}

static bool is_said(const struct rings_ring *ring, const struct ring_finding *f)
{
    size_t i;

    for (i = 0; f->label != NULL && i < ring->n; i++)
        if (strcmp(ring->entry[i].label, f->label) == 0 &&
            is_marked(&ring->entry[i], f->id))
            return true;
    return false;
}

static const char *complaint_text(struct build *b, const struct ring_finding *f)
{
    struct strbuf sb = STRBUF_INIT;

    strbuf_addf(&sb, "rule %s: %s", policy_rule_name(f->rule), f->text);
    return keep(b, &sb);
}

static struct rings_ring *ring_of(struct rings *r, const struct ring_finding *f)
{
    size_t i;

    for (i = 0; f->ring != NULL && i < r->n; i++)
        if (is_ring(f->ring, r->ring[i].owner, r->ring[i].name))
            return &r->ring[i];
    return NULL;
}

/* The reader's right to a ring was told where the ring is shown. */
static bool is_told(const struct rings *r, const struct ring_finding *f)
{
    size_t i, k;

    for (i = 0; f->id == FIND_ring_unreadable && i < r->n; i++)
        for (k = 0; k < r->ring[i].complaints.n; k++)
            if (strcmp(r->ring[i].complaints.text[k], f->text) == 0)
                return true;
    return false;
}

/* One about a ring that is not stored as such (it is missing, or virtual) is
 * shown where all rings are. */
static void take_finding(void *arg, const struct ring_finding *f)
{
    struct build *b = arg;
    struct rings_ring *ring = ring_of(b->r, f);
    bool note = finding_row(f->id)->grade == GRADE_NOTE;

    if (ring != NULL && !is_said(ring, f))
        add_text(b, note ? &ring->notes : &ring->complaints,
                 complaint_text(b, f));
    else if (ring == NULL && b->q->nwanted == 0 && !is_told(b->r, f))
        add_text(b, note ? &b->r->notes : &b->r->complaints,
                 complaint_text(b, f));
}

static int check_policy(struct build *b, struct error *err)
{
    struct ring_question q = {.where = {b->q->dir, b->q->root, {NULL, NULL}},
                              .reader = b->q->reader,
                              .at = b->q->at};

    return b->q->policy != NULL
               ? lint_rings_each(b->q->policy, &q, take_finding, b, err)
               : 0;
}

static int build(struct build *b, struct error *err)
{
    const struct ring_store *s = b->store;
    size_t i, k, total = 0;
    int r;

    for (i = 0; i < s->nowners; i++)
        total += s->owners[i].nrings;
    b->r->ring = arena_calloc(b->r->arena, total + 1, sizeof(*b->r->ring));
    if (b->r->ring == NULL)
        return error_nomem(err);
    for (i = 0; i < s->nowners; i++)
        for (k = 0; k < s->owners[i].nrings; k++)
            if (wants(b->q, s->owners[i].id, s->owners[i].rings[k].name))
                add_ring(b, s->owners[i].id, &s->owners[i].rings[k],
                         &b->r->ring[b->r->n++]);
    r = check_policy(b, err);
    if (r == 0 && b->nomem)
        r = error_nomem(err);
    return r == 0 ? check_wanted(b, err) : r;
}

/* ---- reading ---- */

void rings_free(struct rings *r)
{
    if (r == NULL)
        return;
    arena_free(r->arena);
    free(r);
}

static struct rings *rings_new(void)
{
    struct rings *r = calloc(1, sizeof(*r));

    if (r == NULL)
        return NULL;
    r->arena = arena_new();
    if (r->arena == NULL) {
        free(r);
        return NULL;
    }
    return r;
}

static int read_once(const struct rings_question *q, struct rings *r,
                     bool *ret_same, struct error *err)
{
    struct build b = {.q = q, .r = r};
    int rc;

    *ret_same = true;
    rc = saf_open(q->dir, SAF_READ, &b.saf, err);
    if (rc == 0)
        rc = store_open(b.saf, &b.store, err);
    if (rc == 0)
        rc = build(&b, err);
    if (b.saf != NULL)
        *ret_same = saf_unchanged(b.saf);
    store_close(b.store);
    saf_close(b.saf);
    return rc;
}

int rings_read(const struct rings_question *q, struct rings **ret,
               struct error *err)
{
    bool same = false;
    struct rings *r;
    int i, rc = 0;

    for (i = 0; !same && i < READ_ATTEMPTS; i++) {
        r = rings_new();
        if (r == NULL)
            return error_nomem(err);
        rc = read_once(q, r, &same, err);
        if (same && rc == 0) {
            *ret = r;
            return 0;
        }
        rings_free(r);
    }
    return rc != 0 ? rc
                   : error_set(err, ERR_LOCKED,
                               "%s is being changed all the time", q->dir);
}

/* ---- questions ---- */

size_t rings_attention(const struct rings *r)
{
    size_t i, k, n = r->complaints.n;
    int m;

    for (i = 0; i < r->n; i++) {
        n += r->ring[i].complaints.n;
        for (k = 0; k < r->ring[i].n; k++)
            for (m = 0; m < RINGS_MARKS; m++)
                if ((r->ring[i].entry[k].marks >> m & 1u) && marks[m].attention)
                    n++;
    }
    return n;
}

bool rings_verifies(const struct rings_entry *a, const struct rings_entry *b)
{
    return a->usage != RING_PERSONAL && b->signer != RINGS_NONE &&
           b->signer == a->cert;
}
