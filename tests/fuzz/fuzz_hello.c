/*
 * Any bytes as a ClientHello or ServerHello. What is read comes back from its
 * packed form as it was, and is shown in printable text.
 */

#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "tls/hello.h"

static void show(const struct hello *h, struct strbuf *out)
{
    const char *c;

    hello_add_versions(h, out);
    strbuf_addc(out, '|');
    hello_add_ciphers(h, out);
    strbuf_addc(out, '|');
    hello_add_groups(h, out);
    strbuf_addc(out, '|');
    hello_add_sigalgs(h, out);
    strbuf_addf(out, "|%s|%d%d", h->server_name, h->present, h->cut);
    for (c = strbuf_str(out); *c != '\0'; c++)
        if (*c < ' ' || *c > '~')
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hello h, again;
    struct strbuf before = STRBUF_INIT, after = STRBUF_INIT;
    struct hello_packed *p;
    uint8_t *exact = malloc(size != 0 ? size : 1);

    if (exact == NULL)
        return 0;
    memcpy(exact, data, size);
    memset(&h, 0, sizeof(h));
    memset(&again, 0, sizeof(again));
    if (hello_read(exact, size, &h) != h.present)
        abort();
    show(&h, &before);
    p = hello_pack(&h);
    hello_unpack(p, &again);
    free(p);
    show(&again, &after);
    if (h.present && strcmp(strbuf_str(&before), strbuf_str(&after)) != 0)
        abort();
    strbuf_done(&before);
    strbuf_done(&after);
    free(exact);
    return 0;
}
