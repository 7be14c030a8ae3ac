/* Stories in words: one line, a page, JSON. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "policy/ciphers.h"
#include "story/cause.h"
#include "story/story.h"
#include "story/table.h"
#include "story/why.h"
#include "tls/attributes.h"
#include "tls/retcode.h"
#include "util/clock.h"

/* ---- facts ---- */

static bool is_server(const struct story *s)
{
    return s->role[0] == 'S';
}

/* What the partner offered or chose; the hello that it sent. */
static const struct hello *partner_hello(const struct story *s)
{
    return is_server(s) ? &s->client : &s->server;
}

/* The authority that this side lacks to follow the partner's chain. */
static const char *missing_authority(const struct story *s)
{
    switch (s->outcome.fault) {
    case FAULT_issuer_absent:
    case FAULT_issuer_unstored:
    case FAULT_issuer_no_file:
    case FAULT_issuer_notrust:
    case FAULT_issuer_usage:
    case FAULT_issuer_other_key:
    case FAULT_intermediate_missing:
        return s->outcome.words.issuer;
    default:
        return "";
    }
}

/* ---- one line ---- */

static void add_word(struct strbuf *out, const char *key, const char *value)
{
    if (value == NULL || value[0] == '\0')
        return;
    strbuf_addc(out, ' ');
    strbuf_add_pair(out, key, value);
}

static void add_alerts(const struct story *s, struct strbuf *out)
{
    char buf[24];

    if (s->outcome.alert_sent >= 0)
        strbuf_addf(out, " alert_sent=%s",
                    tls_alert_name(s->outcome.alert_sent, buf));
    if (s->outcome.alert_received >= 0)
        strbuf_addf(out, " alert_received=%s",
                    tls_alert_name(s->outcome.alert_received, buf));
}

static void add_offers(const struct story *s, struct strbuf *out)
{
    const struct hello *h = partner_hello(s);
    struct strbuf text = STRBUF_INIT;

    add_word(out, "our_versions", s->versions);
    add_word(out, "our_ciphers", s->ciphers);
    if (h->present) {
        hello_add_versions(h, &text);
        add_word(out, "their_versions", strbuf_str(&text));
        strbuf_reset(&text);
        hello_add_ciphers(h, &text);
        if (h->cut)
            strbuf_adds(&text, " ...");
        add_word(out, "their_ciphers", strbuf_str(&text));
        add_word(out, "server_name", h->server_name);
    }
    strbuf_done(&text);
}

static void add_first(const struct story *s, struct strbuf *out)
{
    size_t i;

    if (s->outcome.rc != RC_NO_TLS || s->first_len == 0)
        return;
    strbuf_adds(out, " first_bytes=");
    for (i = 0; i < s->first_len; i++)
        strbuf_addf(out, "%02X", s->first[i]);
}

void story_add_line(const struct story *s, struct strbuf *out)
{
    struct strbuf text = STRBUF_INIT;
    char local[NETADDR_TEXT], remote[NETADDR_TEXT];

    strbuf_addf(out, "conn=%08" PRIX32 " local=%s remote=%s", s->id,
                netaddr_format(&s->local, local),
                netaddr_format(&s->remote, remote));
    strbuf_addf(out, " rule=%s rc=%d ", s->rule, s->outcome.rc);
    if (s->line_rc != 0)
        strbuf_addf(out, "connection_rc=%d ", s->line_rc);
    strbuf_add_pair(out, "reason", s->outcome.reason);
    if (s->role[0] != '\0')
        strbuf_addf(out, " role=%s", s->role);
    add_word(out, "failed", fault_by_text(story_by(s)));
    add_alerts(s, out);
    add_word(out, "subject", s->outcome.words.subject);
    add_word(out, "issuer", s->outcome.words.issuer);
    add_word(out, "missing_ca", missing_authority(s));
    add_word(out, "ring", s->ring);
    add_offers(s, out);
    add_first(s, out);
    story_why_words(s, add_word, out);
    story_add_cause(s, &text);
    add_word(out, "cause", strbuf_str(&text));
    strbuf_reset(&text);
    story_add_remedy(s, &text);
    add_word(out, "remedy", strbuf_str(&text));
    strbuf_done(&text);
}

/* ---- the page ---- */

enum { LABEL = TABLE_LABEL };

static void add_row(struct strbuf *out, const char *label, const char *text)
{
    if (text[0] != '\0')
        strbuf_addf(out, "  %-*s %s\n", LABEL, label, text);
}

/* No TLS was wanted of it: no rule fits, or the rule says so. */
static bool is_in_clear(const struct story *s)
{
    return !s->failed && s->at[STORY_MAPPED] != 0 && s->role[0] == '\0';
}

static void print_head(const struct story *s, struct strbuf *out)
{
    char text[CLOCK_TEXT];

    if (s->id == 0)
        strbuf_adds(out, "Probe");
    else
        strbuf_addf(out, "Connection %08" PRIX32, s->id);
    strbuf_addf(out, ", %s, %s %s.%03ld: %s%s\n",
                s->outbound ? "OutBound" : "InBound",
                s->id == 0 ? "begun" : "accepted",
                clock_text(s->when.tv_sec, text), s->when.tv_nsec / 1000000,
                s->open     ? "open"
                : s->failed ? "failed"
                            : "ended",
                is_in_clear(s) ? ", in clear" : "");
}

static void print_code(const struct story *s, struct strbuf *out)
{
    const struct retcode *rc = retcode_find(s->outcome.rc);
    struct strbuf text = STRBUF_INIT;

    strbuf_addf(&text, "RC %d: %s", s->outcome.rc,
                rc != NULL ? rc->meaning : "not in the table");
    if (s->line_rc != 0)
        strbuf_addf(&text,
                    " EZD1286I of the connection itself has RC %d; that of the "
                    "environment (CONNID 00000000) has RC %d.",
                    s->line_rc, s->outcome.rc);
    add_row(out, "return code", strbuf_str(&text));
    add_row(out, "reason", s->outcome.reason);
    strbuf_done(&text);
}

static void print_end(const struct story *s, struct strbuf *out)
{
    struct strbuf text = STRBUF_INIT;

    strbuf_adds(&text, s->end);
    if (s->end_error[0] != '\0')
        strbuf_addf(&text, ": %s", s->end_error);
    add_row(out, "ended", strbuf_str(&text));
    strbuf_done(&text);
}

static void print_failure(const struct story *s, struct strbuf *out)
{
    struct strbuf text = STRBUF_INIT;

    /* one that was served, and was reset when it had ended, did not fail */
    if (s->failed && s->outcome.rc != 0)
        print_code(s, out);
    else
        print_end(s, out);
    if (!s->failed)
        return;
    add_row(out, "who", fault_by_text(story_by(s)));
    story_add_cause(s, &text);
    add_row(out, "cause", strbuf_str(&text));
    strbuf_reset(&text);
    story_add_first(s, &text);
    add_row(out, "first", strbuf_str(&text));
    strbuf_reset(&text);
    story_add_remedy(s, &text);
    add_row(out, "remedy", strbuf_str(&text));
    strbuf_reset(&text);
    if (s->outcome.rc != 0)
        strbuf_addf(&text, "attlsctl rc %d", s->outcome.rc);
    add_row(out, "other causes", strbuf_str(&text));
    strbuf_done(&text);
}

static void print_identity(const struct story *s, struct strbuf *out)
{
    char local[NETADDR_TEXT], remote[NETADDR_TEXT];
    struct strbuf text = STRBUF_INIT;

    strbuf_addf(&text, "job %s, user id %s%s%s",
                s->jobname[0] != '\0' ? s->jobname : "(not known)",
                s->userid[0] != '\0' ? s->userid : "(not known)",
                s->identity[0] != '\0' ? "; " : "", s->identity);
    add_row(out, "program", strbuf_str(&text));
    strbuf_reset(&text);
    if (s->local.family != AF_UNSPEC) {
        strbuf_addf(&text, "%s (local) and %s (remote)",
                    netaddr_format(&s->local, local),
                    netaddr_format(&s->remote, remote));
        add_row(out, "wire", strbuf_str(&text));
    }
    add_row(out, "target", s->target);
    strbuf_done(&text);
}

static void print_policy(const struct story *s, struct strbuf *out)
{
    struct strbuf text = STRBUF_INIT;

    if (s->rule[0] == '\0') {
        add_row(out, "rule", s->searched ? "none" : "not looked for");
        add_row(out, "why", s->why_rule);
        return;
    }
    strbuf_addf(&text, "%s (%s)", s->rule, s->rule_place);
    add_row(out, "rule", strbuf_str(&text));
    add_row(out, "why", s->why_rule);
    strbuf_reset(&text);
    strbuf_addf(&text, "%s %s %s", s->group,
                s->environment[0] != '\0' ? s->environment : "**N/A**",
                s->connection[0] != '\0' ? s->connection : "**N/A**");
    add_row(out, "actions", strbuf_str(&text));
    add_row(out, "in clear", s->off_place);
    if (s->ring[0] != '\0') {
        strbuf_reset(&text);
        strbuf_adds(&text, s->ring);
        if (s->grpid != 0) /* a probe's actions have no numbers */
            strbuf_addf(&text, " (GRPID %08" PRIX32 " ENVID %08" PRIX32 ")",
                        s->grpid, s->envid);
        add_row(out, "key ring", strbuf_str(&text));
    }
    strbuf_done(&text);
}

static void print_result(const struct story *s, struct strbuf *out)
{
    const struct cipher *c = cipher_by_code(s->cipher);
    const struct curve *group = curve_by_id(s->facts.group);
    struct strbuf text = STRBUF_INIT;
    char buf[24];
    size_t i;

    if (s->protocol[0] != '\0') {
        strbuf_addf(&text, "%s %04X %s%s%s%s", s->protocol, s->cipher,
                    c != NULL ? c->name : "", group != NULL ? ", group " : "",
                    group != NULL ? group->name : "",
                    s->resumed ? ", resumed" : "");
        add_row(out, "negotiated", strbuf_str(&text));
        strbuf_reset(&text);
    }
    if (s->outcome.alert_sent >= 0)
        strbuf_addf(&text, "sent %s",
                    tls_alert_name(s->outcome.alert_sent, buf));
    if (s->outcome.alert_received >= 0)
        strbuf_addf(&text, "%sreceived %s", text.len != 0 ? ", " : "",
                    tls_alert_name(s->outcome.alert_received, buf));
    add_row(out, "alerts", strbuf_str(&text));
    for (i = 1; i < s->peer_count; i++) {
        strbuf_reset(&text);
        strbuf_addf(&text, "%s, issued by %s", s->peer[i].subject,
                    s->peer[i].issuer);
        add_row(out, "partner's chain", strbuf_str(&text));
    }
    if (s->outcome.verify_error != X509_V_OK) {
        strbuf_reset(&text);
        strbuf_addf(&text, "%s: %s, issued by %s",
                    X509_verify_cert_error_string(s->outcome.verify_error),
                    s->outcome.words.subject, s->outcome.words.issuer);
        add_row(out, "verification", strbuf_str(&text));
    }
    strbuf_done(&text);
}

static const struct {
    const char *text, *key;
} points[STORY_POINTS] = {
#define POINT(id, text, key) {text, key},
#include "story/points.def"
};

static void print_times(const struct story *s, struct strbuf *out)
{
    int i;

    strbuf_addf(out, "\n  %-*s", LABEL, "times");
    for (i = 0; i < STORY_POINTS; i++)
        if (s->at[i] != 0)
            strbuf_addf(out, " %s %" PRIu32 ".%03" PRIu32 " ms%s",
                        points[i].text, (s->at[i] - 1) / 1000,
                        (s->at[i] - 1) % 1000, i + 1 < STORY_POINTS ? ";" : "");
    strbuf_addf(out, "\n  %-*s %" PRIu64 " in, %" PRIu64 " out, in clear\n",
                LABEL, "bytes", s->bytes_in, s->bytes_out);
}

/* The way through the states: attlsd(8), STATES OF A CONNECTION. */
static void print_states(const struct story *s, struct strbuf *out)
{
    enum { WIDTH = 96 };
    size_t i, begin;

    if (s->open)
        add_row(out, "now", s->now);
    if (s->state_count == 0)
        return;
    begin = out->len;
    strbuf_addf(out, "  %-*s", LABEL, "states");
    for (i = 0; i < s->state_count; i++) {
        const struct story_state *at = &s->states[i];

        if (out->len - begin + strlen(at->by) + strlen(at->name) > WIDTH) {
            begin = out->len + 1;
            strbuf_addf(out, "\n  %-*s", LABEL, "");
        }
        strbuf_addf(out, " %s>%s", at->by, at->name);
    }
    strbuf_addc(out, '\n');
}

static void print_pair(const struct story *s, const struct story *other,
                       struct strbuf *out)
{
    char left[TABLE_COLUMN + 1], right[TABLE_COLUMN + 1];
    const struct story *client = s->outbound ? s : other;
    const struct story *server = s->outbound ? other : s;

    strbuf_adds(out, "\nBoth ends are here:\n");
    snprintf(left, sizeof(left), "%s/%s", client->jobname, client->userid);
    snprintf(right, sizeof(right), "%s/%s", server->jobname, server->userid);
    table_cells(out, "program", left, right);
    snprintf(left, sizeof(left), "%08" PRIX32 " OutBound", client->id);
    snprintf(right, sizeof(right), "%08" PRIX32 " InBound", server->id);
    table_cells(out, "connection", left, right);
    table_cells(out, "rule", client->rule, server->rule);
    table_cells(out, "role", client->role, server->role);
    table_cells(out, "key ring", client->ring, server->ring);
    table_cells(out, "certificate", client->own.subject, server->own.subject);
    snprintf(left, sizeof(left), "%d", client->outcome.rc);
    snprintf(right, sizeof(right), "%d", server->outcome.rc);
    table_cells(out, "RC", left, right);
    table_cells(out, "reason", client->outcome.reason, server->outcome.reason);
}

void story_print(const struct story *s, const struct story *other,
                 struct strbuf *out)
{
    print_head(s, out);
    print_failure(s, out);
    strbuf_addc(out, '\n');
    print_identity(s, out);
    print_policy(s, out);
    story_why_rows(s, add_row, out);
    table_print(s, out);
    print_result(s, out);
    print_times(s, out);
    print_states(s, out);
    if (other != NULL)
        print_pair(s, other, out);
}

/* ---- JSON ---- */

static void text_json(struct json *j, const char *key, const char *text)
{
    if (text[0] != '\0')
        json_string(j, key, text);
}

typedef void (*hello_add_fn)(const struct hello *h, struct strbuf *out);

static void hello_json(struct json *j, const char *key, const struct hello *h)
{
    static const struct {
        const char *key;
        hello_add_fn add;
    } parts[] = {{"versions", hello_add_versions},
                 {"ciphers", hello_add_ciphers},
                 {"groups", hello_add_groups},
                 {"signature_pairs", hello_add_sigalgs}};
    struct strbuf text = STRBUF_INIT;
    size_t i;

    if (!h->present)
        return;
    json_object(j, key);
    for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        strbuf_reset(&text);
        parts[i].add(h, &text);
        json_string(j, parts[i].key, strbuf_str(&text));
    }
    text_json(j, "server_name", h->server_name);
    json_end(j);
    strbuf_done(&text);
}

static void added_json(const struct story *s, struct json *j, const char *key,
                       void (*add)(const struct story *s, struct strbuf *out))
{
    struct strbuf text = STRBUF_INIT;

    add(s, &text);
    text_json(j, key, strbuf_str(&text));
    strbuf_done(&text);
}

static void tls_outcome_json(const struct story *s, struct json *j)
{
    char buf[24];

    json_string(j, "fault", fault_row(s->outcome.fault)->id);
    json_number(j, "connection_rc",
                s->line_rc != 0 ? s->line_rc : s->outcome.rc);
    json_string(j, "reason", s->outcome.reason);
    if (s->outcome.alert_sent >= 0)
        json_string(j, "alert_sent",
                    tls_alert_name(s->outcome.alert_sent, buf));
    if (s->outcome.alert_received >= 0)
        json_string(j, "alert_received",
                    tls_alert_name(s->outcome.alert_received, buf));
    text_json(j, "subject", s->outcome.words.subject);
    text_json(j, "issuer", s->outcome.words.issuer);
    text_json(j, "missing_ca", missing_authority(s));
}

static void outcome_json(const struct story *s, struct json *j)
{
    json_number(j, "rc", s->outcome.rc);
    if (s->outcome.rc != 0)
        tls_outcome_json(s, j);
    if (!s->failed)
        return;
    text_json(j, "error", s->end_error);
    json_string(j, "who", fault_by_text(story_by(s)));
    json_string(j, "blame", fault_by_name(story_by(s)));
    added_json(s, j, "cause", story_add_cause);
    added_json(s, j, "first", story_add_first);
    added_json(s, j, "remedy", story_add_remedy);
}

static void identity_json(const struct story *s, struct json *j)
{
    char text[9];

    snprintf(text, sizeof(text), "%08" PRIX32, s->id);
    json_string(j, "connid", text);
    json_string(j, "direction", s->outbound ? "Outbound" : "Inbound");
    json_time(j, "time", s->when.tv_sec);
    json_bool(j, "open", s->open);
    json_bool(j, "failed", s->failed);
    text_json(j, "end", s->end);
    text_json(j, "jobname", s->jobname);
    text_json(j, "user.name", s->userid);
    text_json(j, "identity", s->identity);
    if (s->local.family != AF_UNSPEC) {
        json_address(j, "network.local", &s->local);
        json_address(j, "network.peer", &s->remote);
    }
    text_json(j, "target", s->target);
    json_bool(j, "policy_looked_at", s->searched);
    text_json(j, "rule", s->rule);
    text_json(j, "off", s->off_place);
    text_json(j, "rule_place", s->rule_place);
    story_why_json(s, j);
    text_json(j, "group_action", s->group);
    text_json(j, "environment_action", s->environment);
    text_json(j, "connection_action", s->connection);
    text_json(j, "role", s->role);
    text_json(j, "ring", s->ring);
}

static void first_json(const struct story *s, struct json *j)
{
    struct strbuf text = STRBUF_INIT;
    size_t i;

    for (i = 0; i < s->first_len; i++)
        strbuf_addf(&text, "%02X", s->first[i]);
    text_json(j, "first_bytes", strbuf_str(&text));
    strbuf_done(&text);
}

static void numbers_json(const struct story *s, struct json *j)
{
    char text[9];

    if (s->grpid == 0)
        return;
    snprintf(text, sizeof(text), "%08" PRIX32, s->grpid);
    json_string(j, "grpid", text);
    snprintf(text, sizeof(text), "%08" PRIX32, s->envid);
    json_string(j, "envid", text);
}

void story_json(const struct story *s, struct json *j, const char *key)
{
    const struct curve *group = curve_by_id(s->facts.group);
    size_t i;

    json_object(j, key);
    identity_json(s, j);
    numbers_json(s, j);
    outcome_json(s, j);
    if (s->outcome.verify_error != X509_V_OK)
        json_string(j, "verification",
                    X509_verify_cert_error_string(s->outcome.verify_error));
    first_json(s, j);
    text_json(j, "our_versions", s->versions);
    text_json(j, "our_ciphers", s->ciphers);
    hello_json(j, "client_hello", &s->client);
    hello_json(j, "server_hello", &s->server);
    json_bool(j, "tls.established", s->at[STORY_SECURED] != 0);
    tls_attributes_json(j, s->protocol, s->cipher);
    if (s->protocol[0] != '\0')
        json_bool(j, "tls.resumed", s->resumed);
    if (group != NULL)
        json_string(j, "group", group->name);
    table_json(s, j);
    json_object(j, "times_us");
    for (i = 0; i < STORY_POINTS; i++)
        if (s->at[i] != 0)
            json_unsigned(j, points[i].key, s->at[i] - 1);
    json_end(j);
    if (s->open)
        text_json(j, "now", s->now);
    json_array(j, "states");
    for (i = 0; i < s->state_count; i++) {
        json_object(j, NULL);
        json_string(j, "by", s->states[i].by);
        json_string(j, "state", s->states[i].name);
        json_end(j);
    }
    json_end(j);
    json_unsigned(j, "bytes_in", s->bytes_in);
    json_unsigned(j, "bytes_out", s->bytes_out);
    json_end(j);
}
