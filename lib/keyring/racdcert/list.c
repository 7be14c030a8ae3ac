/* RACDCERT LIST: certlist.c shows the certificates that are wanted. */

#include <string.h>

#include "keyring/racdcert/certlist.h"
#include "keyring/racdcert/private.h"

int rd_LIST(struct rd *q)
{
    const struct store_owner *o = store_owner_find(q->store, q->owner);
    char buf[RD_OWNER_TEXT];
    struct error err = {0};
    size_t i, shown = 0;

    for (i = 0; o != NULL && i < o->ncerts; i++) {
        if (!rd_wanted(q, &o->certs[i]))
            continue;
        if (shown++ == 0)
            certlist_heading(q->owner, q->out);
        if (certlist_cert(q->store, q->owner, &o->certs[i], q->out, &err) != 0)
            return rd_fail(q, &err);
    }
    if (shown > 0)
        return 0;
    if (q->args != NULL)
        return rd_say(q, JOB_FAILED, MSG_NO_MATCH);
    return rd_say(q, JOB_WARNING, MSG_NO_CERT_INFO,
                  rd_owner_words(q->owner, buf));
}
