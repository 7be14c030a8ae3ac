/* A worker's surroundings for tests of the connection; see rig.h. */

#include "support/rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "conn/fair.h"
#include "conn/private.h"
#include "site/testing.h"
#include "trace/trace.h"
#include "util/strbuf.h"

uint64_t rig_clock = 3600 * 1000;

static uint64_t now(void)
{
    return rig_clock;
}

static void die(const char *what)
{
    fprintf(stderr, "rig: %s\n", what);
    abort();
}

static void add_rule(struct strbuf *s, const char *name, const char *direction,
                     const char *job, const char *group, const char *role,
                     const char *more)
{
    strbuf_addf(s,
                "TTLSRule %s\n{\nDirection %s\nJobname %s\n"
                "TTLSGroupActionRef %s\nTTLSEnvironmentActionRef e%s\n}\n",
                name, direction, job, group, name);
    strbuf_addf(s,
                "TTLSEnvironmentAction e%s\n{\nHandshakeRole %s\n"
                "TTLSKeyringParms\n{\nKeyring Test.Ring\n}\n"
                "TTLSCipherParms\n{\n"
                "V3CipherSuites TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384\n"
                "V3CipherSuites TLS_AES_256_GCM_SHA384\n}\n"
                "TTLSEnvironmentAdvancedParms\n{\nTLSv1 Off\nTLSv1.1 Off\n"
                "TLSv1.2 On\n%s\n}\n}\n",
                name, role, more);
}

static void write_policy(const char *path, const char *more)
{
    struct strbuf s = STRBUF_INIT;
    FILE *f = fopen(path, "w");

    strbuf_adds(&s, "TTLSGroupAction on\n{\nTTLSEnabled On\n}\n"
                    "TTLSGroupAction off\n{\nTTLSEnabled Off\n}\n");
    add_rule(&s, "In", "Inbound", "RIG", "on", "Server", more);
    add_rule(&s, "Out", "Outbound", "RIG", "on", "Client", more);
    add_rule(&s, "InOff", "Inbound", "OFF", "off", "Server", "");
    if (f == NULL || fputs(strbuf_str(&s), f) < 0 || fclose(f) != 0)
        die("can't write the policy");
    strbuf_done(&s);
}

static struct config *load_config(const char *text)
{
    struct diags *diags = diags_new();
    struct config *config = NULL;
    struct strbuf out = STRBUF_INIT;
    struct source *src = NULL;

    if (source_new("rig.conf", text, strlen(text), &src, NULL) != 0 ||
        config_load_source(src, diags, &config) != 0) {
        if (diags_count(diags) != 0)
            diag_format(diags_get(diags, 0), &out);
        die(strbuf_str(&out));
    }
    source_unref(src);
    diags_free(diags);
    return config;
}

struct snapshot *rig_load(struct rig *r, const char *settings, const char *more)
{
    static const char listener[] =
        "{ mode = \"forward\"; direction = \"%s\"; listen = \"127.0.0.1:0\"; "
        "target = \"127.0.0.1:9\"; jobname = \"RIG\"; userid = \"%s\"; %s\n";
    struct diags *diags = diags_new();
    struct snapshot *snapshot = NULL;
    struct strbuf s = STRBUF_INIT, out = STRBUF_INIT;
    char path[600], may[40];

    snprintf(path, sizeof(path), "%s/policy", testring_dir(r->rings));
    write_policy(path, more);
    strbuf_addf(&s, "pagent = \"%s\"; racf = \"%s\"; %s\nlisteners = (\n", path,
                testring_dir(r->rings), settings);
    strbuf_addf(&s, listener, "Inbound", "SERVER", "},");
    snprintf(may, sizeof(may), "allow = ( \"%u\" ); } );", (unsigned)geteuid());
    strbuf_addf(&s, listener, "Outbound", "CLIENT", may);
    config_unref(r->config);
    r->config = load_config(strbuf_str(&s));
    if (snapshot_load(r->config, diags, &snapshot) != 0) {
        diag_format(diags_get(diags, 0), &out);
        die(strbuf_str(&out));
    }
    strbuf_done(&s);
    diags_free(diags);
    return snapshot;
}

void rig_open(struct rig *r, struct testring *rings, const char *settings,
              const char *more)
{
    static const struct loop_owner nobody = {NULL, NULL, NULL};

    rig_open_for(r, rings, settings, more, &nobody);
}

void rig_open_for(struct rig *r, struct testring *rings, const char *settings,
                  const char *more, const struct loop_owner *owner)
{
    struct snapshot *first;
    struct error err;

    *r = (struct rig){.rings = rings};
    first = rig_load(r, settings, more);
    if (snapshots_new(first, &r->snapshots) != 0 ||
        trace_new("RIG", &r->trace, &err) != 0)
        die("no memory");
    r->services = (struct services){.now = now,
                                    .trace = r->trace,
                                    .snapshots = r->snapshots,
                                    .fair = fair_new()};
    if (r->services.fair == NULL ||
        loop_new(&r->services, owner, &r->loop, &err) != 0)
        die("no loop");
}

void rig_close(struct rig *r)
{
    loop_stop(r->loop);
    rig_turn(r); /* what leaves has left */
    loop_free(r->loop);
    fair_free(r->services.fair);
    snapshots_free(r->snapshots);
    config_unref(r->config);
    trace_free(r->trace);
}

struct config_listener *rig_listener(const struct rig *r, int which)
{
    return &r->config->listeners.item[which];
}

uint64_t rig_counter(const struct rig *r, enum counter c)
{
    return metrics_get(loop_metrics(r->loop), c);
}

void rig_turn(struct rig *r)
{
    event_base_loop(loop_base(r->loop), EVLOOP_NONBLOCK);
}
