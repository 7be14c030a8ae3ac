#ifndef HWS_VIEW_H
#define HWS_VIEW_H

/*
 * IMS Connect's VIEWHWS, as the workshop prints it. Where the real columns
 * are not known, those of the workshop's copy are used.
 */

#include <stdbool.h>
#include <stddef.h>

#include "hws/config.h"
#include "util/netaddr.h"
#include "util/strbuf.h"

enum hws_status { HWS_RECV, HWS_READ, HWS_CONN, HWS_XMIT, HWS_OTHER };

struct hws_client {
    char id[9];       /* ODB and five hexadecimal digits */
    const char *user; /* "" before the logon */
    enum hws_status status;
    unsigned long seconds; /* in this status */
    struct netaddr peer;
};

/* ODBM: the name in column DATASTORE. SUMMARY: without the clients. */
void hws_view(const struct hws_config *c, const char *odbm,
              const struct hws_client *clients, size_t count, bool summary,
              struct strbuf *out);

#endif
