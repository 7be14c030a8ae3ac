/* status --differences: what the running daemon does otherwise than z/OS. */

#include "console/private.h"
#include "site/differences.h"
#include "util/json.h"
#include "worker/listener.h"

/* Where the differences go: to TEXT, or to JSON where it is there. */
struct output {
    struct strbuf *text;
    struct json *json;
    const char *place; /* the listener; NULL: the daemon itself */
};

static void add_setting(void *arg, const struct compared *c)
{
    const struct output *o = arg;

    if (!c->differs)
        return;
    if (o->json == NULL) {
        strbuf_addf(o->text, "%s%s%s: %s; z/OS: %s\n    %s\n", c->key,
                    o->place != NULL ? " of the listener " : "",
                    o->place != NULL ? o->place : "", c->now, c->zos, c->does);
        return;
    }
    json_object(o->json, NULL);
    json_string(o->json, "setting", c->key);
    if (o->place != NULL)
        json_string(o->json, "listener", o->place);
    else
        json_null(o->json, "listener");
    json_string(o->json, "now", c->now);
    json_string(o->json, "zos", c->zos);
    json_string(o->json, "zos_does", c->does);
    json_end(o->json);
}

/* A listener keeps what it was opened with; of a transparent one SIGHUP takes
 * over what is done with old connections. */
static struct config_listener as_it_is(const struct config_listener *l,
                                       const struct config *config)
{
    const struct config_capture *now = config_capture(config);
    struct config_listener ret = *l;

    if (l->mode == MODE_TRANSPARENT && now != NULL)
        ret.capture.old_connections = now->old_connections;
    return ret;
}

static void add_settings(const struct console *c, const struct config *config,
                         struct output *o)
{
    const struct config_listener *l = NULL, *before;
    struct config_listener now;
    char text[NETADDR_TEXT];
    struct netaddr a;
    size_t i;

    differences_of_config(config, add_setting, o);
    for (i = 0; i < workers_listener_count(c->workers); i++) {
        before = l;
        l = listener_config(workers_listener(c->workers, i));
        if (before != NULL && before->mode == MODE_TRANSPARENT &&
            l->mode == MODE_TRANSPARENT)
            continue; /* another socket of the same one */
        a = listener_address(workers_listener(c->workers, i));
        o->place = l->mode == MODE_RUN           ? l->socket
                   : l->mode == MODE_TRANSPARENT ? "transparent"
                                                 : netaddr_format(&a, text);
        now = as_it_is(l, config);
        differences_of_listener(&now, add_setting, o);
    }
}

static void print_json(const struct console *c, const struct config *config,
                       struct strbuf *out)
{
    struct json j = JSON_INIT(out, JSON_LINES);
    struct output o = {out, &j, NULL};
    size_t i;

    json_object(&j, NULL);
    json_array(&j, "settings");
    add_settings(c, config, &o);
    json_end(&j);
    json_array(&j, "always");
    for (i = 0; i < difference_row_count(); i++) {
        struct difference_row row = difference_row_get(i);

        json_object(&j, NULL);
        json_string(&j, "subject", row.subject);
        json_string(&j, "zos", row.zos);
        json_string(&j, "attlsd", row.here);
        json_string(&j, "why", row.why);
        json_end(&j);
    }
    json_end(&j);
    json_end(&j);
}

static void print_text(const struct console *c, const struct config *config,
                       struct strbuf *out)
{
    struct output o = {out, NULL, NULL};
    size_t i, before = out->len;

    add_settings(c, config, &o);
    if (out->len == before)
        strbuf_adds(out, "No setting differs from z/OS.\n");
    strbuf_adds(out, "\nWhat no setting changes:\n");
    for (i = 0; i < difference_row_count(); i++) {
        struct difference_row row = difference_row_get(i);

        strbuf_addf(out, "%s\n    z/OS: %s\n    attlsd: %s\n    %s\n",
                    row.subject, row.zos, row.here, row.why);
    }
}

void console_differences(struct question *q, bool as_json)
{
    struct snapshot *s = snapshots_get(q->console->services->snapshots);

    if (as_json)
        print_json(q->console, snapshot_config(s), &q->answer->out);
    else
        print_text(q->console, snapshot_config(s), &q->answer->out);
    snapshot_unref(s);
}
