#include <string.h>

#include "keyring/certlist.h"
#include "keyring/racdcert_private.h"

/* RACDCERT's functions about rings, and the listings. */

/* Certificate authorities and sites have no rings. */
static int check_ring_owner(struct rd *q)
{
    switch (owner_kind(q->owner)) {
    case RING_OWNER_CERTAUTH:
        return rd_say(q, JOB_FAILED,
                      "IRRD120I Incorrect use of CERTAUTH. A Certificate "
                      "Authority cannot own a key ring.");
    case RING_OWNER_SITE:
        return rd_say(q, JOB_FAILED,
                      "IRRD120I Incorrect use of SITE. A Site Certificate "
                      "cannot own a key ring.");
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
        rd_say(q, 0, "IKJ56702I INVALID RING NAME, %s", name);
        rd_hint(q, "a ring's name has 1 to 237 characters, no blanks, and is "
                   "not *");
        return JOB_FAILED;
    }
    if (store_ring_find(q->store, q->owner, name) != NULL)
        return rd_say(q, JOB_FAILED, "IRRD122I Ring %s already exists.", name);
    if (store_add_ring(q->store, q->owner, name, &err) != 0)
        return rd_fail(q, &err);
    return 0;
}

static int no_ring(struct rd *q, const char *ring)
{
    rd_say(q, 0, "IRRD114I Ring %s does not exist.", ring);
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
    rd_say(q, 0, "IKJ56702I INVALID USAGE, %s", text);
    rd_hint(q, "USAGE is PERSONAL, CERTAUTH or SITE");
    return JOB_SYNTAX;
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
        return rd_say(q, JOB_FAILED,
                      "IRRD121I A ring name and label name must be "
                      "specified.");
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
    return r == 0 ? 0 : rd_fail(q, &err);
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
            return rd_say(q, JOB_WARNING, "IRRD115I User %s has no rings.",
                          q->owner);
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
