/* The reports of netstat as JSON: the same facts, names in lower case. */

#include <stdlib.h>
#include <string.h>

#include "console/netstat.h"
#include "tls/attributes.h"

static void add_id(struct json *j, const char *key, uint32_t id)
{
    char text[9];

    snprintf(text, sizeof(text), "%08X", (unsigned)id);
    json_string(j, key, text);
}

static void add_name(struct json *j, const char *key, const char *name)
{
    json_string(j, key, name[0] != '\0' ? name : NULL);
}

static void add_rule(struct json *j, struct snapshot *current,
                     const struct conn_view *v)
{
    const struct policy_action *env = policy_rule_environment(v->rule);
    const struct policy_action *con = policy_rule_connection(v->rule);

    json_string(j, "rule", policy_rule_name(v->rule));
    json_string(j, "group_action",
                policy_action_name(policy_rule_group(v->rule)));
    json_string(j, "environment_action",
                env != NULL ? policy_action_name(env) : NULL);
    json_string(j, "connection_action",
                con != NULL ? policy_action_name(con) : NULL);
    add_id(j, "grpid", v->grpid);
    add_id(j, "envid", v->envid);
    json_bool(j, "stale", netstat_is_stale(current, v));
}

static void add_connection(struct json *j, struct snapshot *current,
                           const struct conn_view *v)
{
    json_object(j, NULL);
    add_id(j, "connid", v->id);
    json_string(j, "direction", policy_direction_name(v->direction));
    add_name(j, "jobname", v->jobname);
    add_name(j, "user.name", v->userid);
    json_address(j, "network.local", &v->local);
    json_address(j, "network.peer", &v->remote);
    json_string(j, "state", report_state(v));
    json_bool(j, "ttls_policy", v->rule != NULL);
    json_bool(j, "tls.established", v->secured);
    if (v->rule != NULL)
        add_rule(j, current, v);
    tls_attributes_json(j, v->protocol, v->cipher);
    add_name(j, "cert_userid", v->cert_userid);
    json_bool(j, "tls.resumed", v->resumed);
    json_unsigned(j, "bytes_in", v->bytes_in);
    json_unsigned(j, "bytes_out", v->bytes_out);
    if (v->segments) {
        json_unsigned(j, "segments_in", v->segments_in);
        json_unsigned(j, "segments_out", v->segments_out);
    } else {
        json_null(j, "segments_in");
        json_null(j, "segments_out");
    }
    json_unsigned(j, "age_ms", v->age);
    json_end(j);
}

static bool wanted(const struct netstat *n, const struct conn_view *v)
{
    return n->report != REPORT_TTLS_CONN || v->id == n->connid;
}

static void add_groups(struct json *j, const struct netstat *n,
                       struct snapshot *current, const struct views *v)
{
    size_t count = 0, i;
    struct group_row *rows = report_groups(current, v, &count);

    json_unsigned(j, "records", count);
    json_array(j, "groups");
    for (i = 0; i < count && (n->filters.max == 0 || i < n->filters.max); i++) {
        json_object(j, NULL);
        json_string(j, "group_action", rows[i].name);
        add_id(j, "grpid", rows[i].id);
        json_unsigned(j, "connections", rows[i].connections);
        json_bool(j, "stale", rows[i].stale);
        json_end(j);
    }
    json_end(j);
    free(rows);
}

void report_json(struct question *q, const struct netstat *n,
                 struct snapshot *current, const struct views *v,
                 struct strbuf *out)
{
    struct json j = JSON_INIT(out, JSON_LINES);
    size_t i;

    json_object(&j, NULL);
    json_string(&j, "stack", snapshot_stack(current));
    json_bool(&j, "ttls", snapshots_ttls(q->console->services->snapshots));
    if (n->report == REPORT_TTLS_GROUP) {
        add_groups(&j, n, current, v);
    } else if (n->report != REPORT_CONFIG) {
        if (n->report != REPORT_TTLS_CONN)
            json_unsigned(&j, "records", v->total);
        json_array(&j, "connections");
        for (i = 0; i < v->count; i++)
            if (wanted(n, &v->item[i]))
                add_connection(&j, current, &v->item[i]);
        json_end(&j);
    }
    json_end(&j);
}
