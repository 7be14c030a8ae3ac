/* RACDCERT ALTER and DELETE. */

#include <string.h>

#include "keyring/racdcert/certlist.h"
#include "keyring/racdcert/private.h"

int rd_ALTER(struct rd *q)
{
    const char *label = tso_value(q->operands, RD_NEWLABEL), *status;
    struct error err = {0};
    struct store_cert *c;
    int r;

    status = rd_status(q, &r);
    if (r != 0)
        return r;
    if (status == NULL && label == NULL)
        return rd_missing(q, "TRUST, NOTRUST, HIGHTRUST or NEWLABEL");
    if (label != NULL && *label == '\0')
        return rd_invalid(q, "NEWLABEL", "", "a label has 1 to 32 characters");
    c = rd_choose(q);
    if (c == NULL)
        return JOB_FAILED;
    if (label != NULL && strcmp(label, c->label) != 0 &&
        store_cert_find(q->store, q->owner, label) != NULL)
        return rd_label_used(q, q->owner, label,
                             "The certificate is not changed.");
    rd_would(q, "change certificate '%s': %s%s%s", c->label,
             status != NULL ? status : "", label != NULL ? " label " : "",
             label != NULL ? label : "");
    if (status != NULL)
        c->trust = rd_trust(status);
    if (label != NULL && strcmp(label, c->label) != 0)
        r = store_rename_cert(q->store, q->owner, c, label, &err);
    else
        r = store_save(q->store, q->owner, &err);
    return r == 0 ? 0 : rd_fail(q, &err);
}

int rd_DELETE(struct rd *q)
{
    bool force = tso_get(q->operands, RD_FORCE) != NULL;
    struct store_cert *c = rd_choose(q);
    struct error err = {0};

    if (c == NULL)
        return JOB_FAILED;
    if (c->requested && !force) {
        rd_say(q, 0,
               "Certificate '%s' is waiting for the answer to a request "
               "(GENREQ). It is not deleted.",
               c->label);
        rd_hint(q,
                "to delete it loses the private key, without which the answer "
                "is useless; FORCE deletes the certificate all the same");
        return JOB_FAILED;
    }
    if (c->next_serial > 1 && c->has_key && !force)
        rd_say(q, 0,
               "NOTE: certificate '%s' has signed others; they can't be "
               "renewed without its key",
               c->label);
    rd_would(q, "delete certificate '%s' and its connections", c->label);
    if (store_remove_cert(q->store, q->owner, c, &err) != 0)
        return rd_fail(q, &err);
    return 0;
}
