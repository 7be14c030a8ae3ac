/* RACDCERT's functions about rings, and the listings. */

#include <string.h>

#include "keyring/racdcert/certlist.h"
#include "keyring/racdcert/private.h"

/* Certificate authorities and sites have no rings. */
static int check_ring_owner(struct rd *q)
{
    switch (owner_kind(q->owner)) {
    case RING_OWNER_CERTAUTH:
        return rd_say(q, JOB_FAILED, MSG_RING_OF_CERTAUTH);
    case RING_OWNER_SITE:
        return rd_say(q, JOB_FAILED, MSG_RING_OF_SITE);
    case RING_OWNER_USER:
        break;
    }
    return 0;
}

int rd_ADDRING(struct rd *q)
{
    const char *name = q->args->text;
    struct error err = {0};
    int r = check_ring_owner(q);

    if (r != 0)
        return r;
    if (*name == '\0' || strcspn(name, " ") != strlen(name) ||
        strcmp(name, "*") == 0) {
        rd_say(q, 0, MSG_INVALID, "RING NAME", name);
        rd_hint(q, "a ring's name has 1 to 237 characters, no blanks, and is "
                   "not *");
        return JOB_FAILED;
    }
    if (store_ring_find(q->store, q->owner, name) != NULL)
        return rd_say(q, JOB_FAILED, MSG_RING_EXISTS, name);
    if (store_add_ring(q->store, q->owner, name, &err) != 0)
        return rd_fail(q, &err);
    rd_would(q, "make ring %s/%s", q->owner, name);
    return 0;
}

static int no_ring(struct rd *q, const char *ring)
{
    rd_say(q, 0, MSG_NO_RING, ring);
    rd_hint(q,
            "RACDCERT ID(%s) LISTRING(*) shows the rings of %s; upper and "
            "lower case count",
            q->owner, q->owner);
    return JOB_FAILED;
}

/* USAGE, or the kind of the certificate's owner. */
static int get_usage(struct rd *q, const char *owner, enum ring_usage *ret)
{
    static const enum ring_usage own[] = {RING_PERSONAL, RING_CERTAUTH,
                                          RING_SITE};
    const char *text = tso_value(q->args, RD_USAGE);
    size_t i, len;

    *ret = own[owner_kind(owner)];
    if (text == NULL)
        return 0;
    len = strlen(text);
    for (i = 0; len > 0 && i < 3; i++)
        if (strncmp(certlist_usage((enum ring_usage)i), text, len) == 0) {
            *ret = (enum ring_usage)i;
            return 0;
        }
    return rd_invalid(q, "USAGE", text, "USAGE is PERSONAL, CERTAUTH or SITE");
}

int rd_CONNECT(struct rd *q)
{
    const char *label = tso_value(q->args, RD_LABEL),
               *ring = tso_value(q->args, RD_RING), *cert_owner;
    struct error err = {0};
    enum ring_usage usage;
    int r = check_ring_owner(q);

    if (r != 0)
        return r;
    if (label == NULL || ring == NULL)
        return rd_say(q, JOB_FAILED, MSG_RING_AND_LABEL);
    cert_owner = rd_owner(q, q->args, q->owner);
    if (cert_owner == NULL)
        return JOB_FAILED;
    r = get_usage(q, cert_owner, &usage);
    if (r != 0)
        return r;
    if (store_ring_find(q->store, q->owner, ring) == NULL)
        return no_ring(q, ring);
    if (rd_cert(q, cert_owner, label) == NULL)
        return JOB_FAILED;
    r = store_connect(q->store, q->owner, ring, cert_owner, label, usage,
                      tso_get(q->args, RD_DEFAULT) != NULL, &err);
    if (r != 0)
        return rd_fail(q, &err);
    rd_would(q, "connect certificate '%s' to ring %s/%s", label, q->owner,
             ring);
    return 0;
}

int rd_DELRING(struct rd *q)
{
    const char *name = q->args->text;
    struct error err = {0};
    int r = check_ring_owner(q);

    if (r != 0)
        return r;
    if (store_ring_find(q->store, q->owner, name) == NULL)
        return no_ring(q, name);
    if (store_remove_ring(q->store, q->owner, name, &err) != 0)
        return rd_fail(q, &err);
    rd_would(q, "delete ring %s/%s", q->owner, name);
    return 0;
}

int rd_REMOVE(struct rd *q)
{
    const char *label = tso_value(q->args, RD_LABEL),
               *ring = tso_value(q->args, RD_RING), *cert_owner;
    const struct store_ring *r;
    struct error err = {0};
    int rc = check_ring_owner(q);

    if (rc != 0)
        return rc;
    if (label == NULL || ring == NULL)
        return rd_say(q, JOB_FAILED, MSG_RING_AND_LABEL);
    cert_owner = rd_owner(q, q->args, q->owner);
    if (cert_owner == NULL)
        return JOB_FAILED;
    r = store_ring_find(q->store, q->owner, ring);
    if (r == NULL)
        return no_ring(q, ring);
    if (store_connect_find(r, cert_owner, label) == NULL)
        return rd_say(q, JOB_FAILED, MSG_NOT_IN_RING, label, ring, q->owner);
    if (store_disconnect(q->store, q->owner, ring, cert_owner, label, &err) !=
        0)
        return rd_fail(q, &err);
    rd_would(q, "take certificate '%s' out of ring %s/%s", label, q->owner,
             ring);
    return 0;
}

int rd_LISTRING(struct rd *q)
{
    const char *name = q->args->text;
    const struct store_owner *o = store_owner_find(q->store, q->owner);
    const struct store_ring *ring;
    int r = check_ring_owner(q);
    size_t i;

    if (r != 0)
        return r;
    if (strcmp(name, "*") == 0) {
        if (o == NULL || o->nrings == 0)
            return rd_say(q, JOB_WARNING, MSG_NO_RINGS, q->owner);
        strbuf_addf(q->out, "Digital ring information for user %s:\n\n",
                    q->owner);
        for (i = 0; i < o->nrings; i++)
            certlist_ring(&o->rings[i], q->out);
        return 0;
    }
    ring = store_ring_find(q->store, q->owner, name);
    if (ring == NULL)
        return no_ring(q, name);
    strbuf_addf(q->out, "Digital ring information for user %s:\n\n", q->owner);
    certlist_ring(ring, q->out);
    return 0;
}
