/* RACDCERT MAP, ALTMAP, DELMAP, LISTMAP: certificate name filters. */

#include <stdio.h>
#include <string.h>

#include "keyring/racdcert/certlist.h"
#include "keyring/racdcert/new.h"
#include "keyring/rings/certname.h"
#include "keyring/rings/certread.h"

/* ---- MAP ---- */

struct mapping {
    struct strbuf subject, issuer;
    char label[LABEL_MAX + 1];
};

/* A filter is its text. A name whose text reads as another one would be a
 * filter for that one. */
static int check_readable(struct rd *q, const X509_NAME *name, int skip,
                          const char *what, const struct strbuf *text)
{
    struct certname is = {NULL, 0}, reads = {NULL, 0};
    struct error err = {0};
    int r = certname_take(name, (size_t)skip, &is, &err);

    if (r == 0)
        r = certname_parse(strbuf_str(text), &reads, &err);
    if (r != 0)
        r = rd_fail(q, &err);
    else if (!certname_ends(&is, 0, &reads))
        r = rd_invalid(q, what, strbuf_str(text),
                       "a value in this name reads like more attributes; the "
                       "filter would fit other names and not this one");
    certname_done(&is);
    certname_done(&reads);
    return r;
}

/*
 * From a data set's certificate: the name from the starting point on, which
 * must begin an attribute; the whole name when there is no starting point.
 */
static int from_point(struct rd *q, const X509_NAME *name, const char *point,
                      const char *what, struct strbuf *out)
{
    int i, n = X509_NAME_entry_count(name);

    for (i = 0; i < n; i++) {
        strbuf_reset(out);
        certname_print_rest(name, i, out);
        if (point == NULL ||
            strncmp(strbuf_str(out), point, strlen(point)) == 0)
            return check_readable(q, name, i, what, out);
    }
    return rd_say(q, JOB_FAILED, MSG_STARTING_POINT, what);
}

/* Filters from the certificate of a data set. A name without a filter is not
 * looked at, but when neither has one both are, whole. */
static int filters_from_dataset(struct rd *q, struct mapping *m)
{
    const char *sdn = tso_value(q->operands, RD_SDNFILTER),
               *idn = tso_value(q->operands, RD_IDNFILTER);
    struct cert_package p;
    bool both = sdn == NULL && idn == NULL;
    int r;

    r = rd_read_package(q, q->args, &p);
    if (r != 0)
        return r;
    if (sdn != NULL || both)
        r = from_point(q, X509_get_subject_name(p.cert[0]), sdn, "SDNFILTER",
                       &m->subject);
    if (r == 0 && (idn != NULL || both))
        r = from_point(q, X509_get_issuer_name(p.cert[0]), idn, "IDNFILTER",
                       &m->issuer);
    certread_done(&p);
    return r;
}

/* "CN=", "OU=" ... in front, and no blank around the filter. */
static int check_filter(struct rd *q, const char *what, const char *text)
{
    return text == NULL || certname_begins(text)
               ? 0
               : rd_invalid(q, what, text,
                            "a filter is the end of a name as LIST shows it, "
                            "like OU=ATS.O=IBM");
}

static int get_filters(struct rd *q, struct mapping *m)
{
    const char *sdn = tso_value(q->operands, RD_SDNFILTER),
               *idn = tso_value(q->operands, RD_IDNFILTER);
    int r;

    if (q->args != NULL)
        return filters_from_dataset(q, m);
    if (sdn == NULL && idn == NULL)
        return rd_missing(q, "SDNFILTER or IDNFILTER");
    r = check_filter(q, "SDNFILTER", sdn);
    if (r == 0)
        r = check_filter(q, "IDNFILTER", idn);
    strbuf_adds(&m->subject, sdn != NULL ? sdn : "");
    strbuf_adds(&m->issuer, idn != NULL ? idn : "");
    return r;
}

/* CRITERIA stands with MULTIID, and MULTIID with CRITERIA. */
static int check_criteria(struct rd *q)
{
    const char *criteria = tso_value(q->operands, RD_CRITERIA);
    bool multi = strcmp(q->owner, OWNER_MULTI) == 0;

    if (owner_kind(q->owner) != RING_OWNER_USER)
        return rd_invalid(q, "OWNER", owner_text(q->owner, (char[16]){0}),
                          "a mapping belongs to ID(user) or MULTIID");
    if (multi && criteria == NULL)
        return rd_missing(q, "CRITERIA");
    if (!multi && criteria != NULL)
        return rd_invalid(q, "CRITERIA", criteria,
                          "criteria stand with MULTIID only");
    return 0;
}

/* Two mappings with the same filters would be one profile. */
static int check_unique(struct rd *q, const struct mapping *m)
{
    size_t i, k;

    for (i = 0; i < q->store->nowners; i++)
        for (k = 0; k < q->store->owners[i].nfilters; k++) {
            const struct store_filter *f = &q->store->owners[i].filters[k];

            if (strcmp(f->subject, strbuf_str(&m->subject)) != 0 ||
                strcmp(f->issuer, strbuf_str(&m->issuer)) != 0)
                continue;
            rd_say(q, 0,
                   "The mapping cannot be added.  These filters are already "
                   "defined.");
            rd_hint(q, "user %s has them as '%s'", q->store->owners[i].id,
                    f->label);
            return JOB_FAILED;
        }
    return 0;
}

static int get_label(struct rd *q, struct mapping *m)
{
    const char *label = tso_value(q->operands, RD_WITHLABEL);

    if (label == NULL)
        return rd_free_label(q, q->owner, m->label);
    if (*label == '\0')
        return rd_invalid(q, "WITHLABEL", "", "a label has 1 to 32 characters");
    if (store_filter_find(q->store, q->owner, label) != NULL)
        return rd_label_used(q, q->owner, label, "The mapping is not added.");
    snprintf(m->label, sizeof(m->label), "%s", label);
    return 0;
}

int rd_MAP(struct rd *q)
{
    struct mapping m = {.subject = STRBUF_INIT, .issuer = STRBUF_INIT};
    const char *status;
    struct error err = {0};
    int r;

    status = rd_status(q, &r);
    if (r == 0)
        r = check_criteria(q);
    if (r == 0)
        r = get_filters(q, &m);
    if (r == 0 && (strbuf_failed(&m.subject) || strbuf_failed(&m.issuer)))
        r = rd_say(q, JOB_FAILED, "no memory");
    if (r == 0)
        r = check_unique(q, &m);
    if (r == 0)
        r = get_label(q, &m);
    if (r == 0) {
        r = store_add_filter(q->store, q->owner, m.label,
                             rd_trust(status != NULL ? status : "TRUST"),
                             strbuf_str(&m.subject), strbuf_str(&m.issuer),
                             tso_value(q->operands, RD_CRITERIA), &err);
        if (r != 0)
            r = rd_fail(q, &err);
        else
            rd_refresh_note(q, "DIGTNMAP");
    }
    if (r == 0)
        rd_would(q, "add mapping '%s'", m.label);
    if (r == 0 && tso_value(q->operands, RD_CRITERIA) != NULL)
        rd_hint(q, "kept and listed; for SAFCheck it gives no user, since "
                   "criteria are not decided here");
    strbuf_done(&m.subject);
    strbuf_done(&m.issuer);
    return r;
}

/* ---- ALTMAP, DELMAP, LISTMAP ---- */

/* "user IMSSTC", "MULTIID" */
static const char *map_owner(struct rd *q, char buf[RD_OWNER_TEXT])
{
    return strcmp(q->owner, OWNER_MULTI) == 0 ? "MULTIID"
                                              : rd_owner_words(q->owner, buf);
}

static int no_mapping(struct rd *q, int rc)
{
    char buf[RD_OWNER_TEXT];

    return rd_say(q, rc, MSG_NO_MAP, map_owner(q, buf));
}

/* The mapping with LABEL, or the only one; NULL after a message. */
static struct store_filter *choose(struct rd *q)
{
    const struct store_owner *o = store_owner_find(q->store, q->owner);
    const char *label = tso_value(q->args, RD_LABEL);
    struct store_filter *f = NULL;

    if (label != NULL)
        f = store_filter_find(q->store, q->owner, label);
    else if (o != NULL && o->nfilters == 1)
        f = &o->filters[0];
    if (f != NULL)
        return f;
    no_mapping(q, 0);
    if (label == NULL && o != NULL && o->nfilters > 1)
        rd_hint(q, "several mappings fit: name one with LABEL('...')");
    return NULL;
}

int rd_ALTMAP(struct rd *q)
{
    const char *label = tso_value(q->operands, RD_NEWLABEL),
               *criteria = tso_value(q->operands, RD_NEWCRITERIA), *status;
    struct store_filter *f;
    struct error err = {0};
    int r;

    status = rd_status(q, &r);
    if (r != 0)
        return r;
    if (status == NULL && label == NULL && criteria == NULL)
        return rd_missing(q, "TRUST, NOTRUST, NEWLABEL or NEWCRITERIA");
    f = choose(q);
    if (f == NULL)
        return JOB_FAILED;
    if (criteria != NULL && f->criteria == NULL)
        return rd_invalid(q, "NEWCRITERIA", criteria,
                          "criteria stand with MULTIID only");
    if (label != NULL && strcmp(label, f->label) != 0 &&
        (*label == '\0' ||
         store_filter_find(q->store, q->owner, label) != NULL))
        return rd_label_used(q, q->owner, label, "The mapping is not changed.");
    r = store_change_filter(q->store, q->owner, f, label,
                            status != NULL ? rd_trust(status) : f->trust,
                            criteria, &err);
    if (r != 0)
        return rd_fail(q, &err);
    rd_would(q, "change mapping '%s'", f->label);
    return 0;
}

int rd_DELMAP(struct rd *q)
{
    struct store_filter *f = choose(q);
    struct error err = {0};

    if (f == NULL)
        return JOB_FAILED;
    rd_would(q, "delete mapping '%s'", f->label);
    if (store_remove_filter(q->store, q->owner, f, &err) != 0)
        return rd_fail(q, &err);
    return 0;
}

static void show(struct rd *q, const struct store_filter *f)
{
    strbuf_adds(q->out, "  Label: ");
    strbuf_add_escaped(q->out, f->label, strlen(f->label));
    strbuf_addf(q->out, "\n  Status: %s\n  Issuer's Name Filter:\n",
                certlist_trust(f->trust));
    certlist_value(f->issuer, q->out);
    strbuf_adds(q->out, "  Subject's Name Filter:\n");
    certlist_value(f->subject, q->out);
    if (f->criteria != NULL) {
        strbuf_adds(q->out, "  Criteria: ");
        strbuf_add_escaped(q->out, f->criteria, strlen(f->criteria));
        strbuf_addc(q->out, '\n');
    }
    strbuf_addc(q->out, '\n');
}

int rd_LISTMAP(struct rd *q)
{
    const struct store_owner *o = store_owner_find(q->store, q->owner);
    const char *label = tso_value(q->args, RD_LABEL);
    char buf[RD_OWNER_TEXT];
    size_t i, shown = 0;

    for (i = 0; o != NULL && i < o->nfilters; i++) {
        if (label != NULL && strcmp(o->filters[i].label, label) != 0)
            continue;
        if (shown++ == 0)
            strbuf_addf(q->out, "Mapping information for %s:\n\n",
                        map_owner(q, buf));
        show(q, &o->filters[i]);
    }
    if (shown > 0)
        return 0;
    return no_mapping(q, label != NULL ? JOB_FAILED : JOB_WARNING);
}
