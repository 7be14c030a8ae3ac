/* What went in clear since the start, for verbs that could otherwise leave an
 * operator in the belief that all is in TLS. */

#include <stdio.h>

#include "console/in_clear.h"
#include "util/clock.h"
#include "util/count.h"
#include "util/json.h"

/* Why a connection is in clear, and its counter. */
static const struct {
    enum counter counter;
    const char *text, *key;
} whys[] = {
    {COUNTER_CLEAR_NO_RULE, "no rule fits", "no_rule"},
    {COUNTER_CLEAR_OFF, "TTLSEnabled Off", "ttlsenabled_off"},
    {COUNTER_CLEAR_NOTTLS, "TTLS was off", "ttls_off"},
};
enum { WHYS = sizeof(whys) / sizeof(whys[0]) };

static uint64_t count(const struct console *c, enum counter k)
{
    return workers_counter(c->workers, k);
}

static uint64_t all(const struct console *c)
{
    uint64_t sum = 0;
    int i;

    for (i = 0; i < WHYS; i++)
        sum += count(c, whys[i].counter);
    return sum;
}

static void add_counts(const struct console *c, uint64_t sum,
                       struct strbuf *out)
{
    char when[CLOCK_TEXT];
    uint64_t n;
    int i, shown = 0;

    strbuf_addf(out, "%s went in clear since ",
                count_of(sum, "connection").text);
    strbuf_adds(out, clock_text(c->services->started, when));
    for (i = 0; i < WHYS; i++) {
        n = count(c, whys[i].counter);
        if (n != 0)
            strbuf_addf(out, "%s%s %llu", shown++ == 0 ? " (" : ", ",
                        whys[i].text, (unsigned long long)n);
    }
    n = count(c, COUNTER_CLEAR_HELLO);
    if (n != 0)
        strbuf_addf(out, "; %llu began with a ClientHello",
                    (unsigned long long)n);
    strbuf_adds(out, "): attlsctl audit\n");
}

void console_add_in_clear(const struct console *c, struct strbuf *out)
{
    struct snapshot *s = snapshots_get(c->services->snapshots);
    uint64_t sum = all(c);

    if (!snapshots_ttls(c->services->snapshots))
        strbuf_addf(out,
                    "TTLS is off: the policy is not looked at, and new "
                    "connections %s; attlsctl vary TTLS switches it on\n",
                    snapshot_config(s)->allow_nottls
                        ? "go in clear (allow_nottls)"
                        : "are reset");
    if (sum != 0)
        add_counts(c, sum, out);
    snapshot_unref(s);
}

void console_in_clear_json(const struct console *c, struct json *j)
{
    int i;

    json_object(j, "in_clear");
    json_bool(j, "ttls", snapshots_ttls(c->services->snapshots));
    json_time(j, "since", c->services->started);
    json_unsigned(j, "connections", all(c));
    for (i = 0; i < WHYS; i++)
        json_unsigned(j, whys[i].key, count(c, whys[i].counter));
    json_unsigned(j, "client_hellos", count(c, COUNTER_CLEAR_HELLO));
    json_end(j);
}
