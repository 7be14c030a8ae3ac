/* VIEWHWS: the displays of IMS Connect. */

#include "hws/view.h"

#include <stdio.h>
#include <sys/socket.h>

static const char *const names[] = {"RECV", "READ", "CONN", "XMIT", "OTHER"};

/* "192.168.017.220"; IPv6 as it is written. */
static void add_ip(const struct netaddr *a, struct strbuf *out)
{
    struct netaddr plain = netaddr_unmap(a);

    if (plain.family == AF_INET)
        strbuf_addf(out, "%03u.%03u.%03u.%03u", plain.ip[0], plain.ip[1],
                    plain.ip[2], plain.ip[3]);
    else
        netaddr_add_ip(&plain, out);
}

static void put_client(const struct hws_client *c, const char *odbm,
                       struct strbuf *out)
{
    strbuf_addf(out, "HWSC0001I   %-8s %-8s %-8s %-9s %-6s %11lu %8u ", c->id,
                c->user, "", odbm, names[c->status], c->seconds, c->peer.port);
    add_ip(&c->peer, out);
    strbuf_addc(out, '\n');
}

static void put_total(const struct hws_client *clients, size_t count,
                      struct strbuf *out)
{
    size_t i, n[HWS_OTHER + 1] = {0};

    for (i = 0; i < count; i++)
        n[clients[i].status]++;
    strbuf_addf(out,
                "HWSC0001I   TOTAL CLIENTS=%zu  RECV=%zu  READ=%zu  CONN=%zu  "
                "XMIT=%zu  OTHER=%zu\n",
                count, n[HWS_RECV], n[HWS_READ], n[HWS_CONN], n[HWS_XMIT],
                n[HWS_OTHER]);
}

void hws_view(const struct hws_config *c, const char *odbm,
              const struct hws_client *clients, size_t count, bool summary,
              struct strbuf *out)
{
    char port[16];
    size_t i;

    strbuf_addf(out, "HWSC0001I   HWS ID=%-8s RACF=%c  PSWDMC=N\n", c->id,
                c->racf ? 'Y' : 'N');
    strbuf_addf(out, "HWSC0001I     MAXSOC=%u  TIMEOUT=%u\n", c->maxsoc,
                c->timeout);
    if (c->datastore[0] != '\0')
        strbuf_addf(out, "HWSC0001I   DATASTORE=%-8s STATUS=NOT ACTIVE\n",
                    c->datastore);
    snprintf(port, sizeof(port), "%uD", c->port);
    strbuf_addf(out,
                "HWSC0001I PORT=%-7s STATUS=ACTIVE   KEEPAV=%u NUMSOC=%zu  "
                "EDIT=         TIMEOUT=%u\n",
                port, c->keepalive, count + 1, c->port_timeout);
    if (!summary && count > 0) {
        strbuf_adds(out, "HWSC0001I   CLIENTID USERID   TRANCODE DATASTORE "
                         "STATUS      SECOND CLNTPORT IP-ADDRESS       "
                         "APSB-TOKEN\n");
        for (i = 0; i < count; i++)
            put_client(&clients[i], odbm, out);
    } else if (count == 0) {
        strbuf_adds(out, "HWSC0001I   NO ACTIVE CLIENTS\n");
    }
    put_total(clients, count, out);
}
