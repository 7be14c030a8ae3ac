/* What both ends of a handshake said and did. */

#include "story/table.h"

#include <stdio.h>
#include <string.h>

#include "policy/ciphers.h"
#include "tls/attributes.h"
#include "tls/retcode.h"

/* ---- cells ---- */

/* How much of TEXT stands in a line of the column: whole words, one at least,
 * but all of it where it fits. */
static size_t line_of(const char *text)
{
    size_t len = strlen(text), at = TABLE_COLUMN;

    if (len <= TABLE_COLUMN)
        return len;
    while (at > 0 && text[at] != ' ')
        at--;
    return at > 0 ? at : strcspn(text, " ");
}

static const char *after_line(const char *text, size_t len)
{
    text += len;
    return text + strspn(text, " ");
}

static void add_line(struct strbuf *out, const char *label, const char *left,
                     size_t left_len, const char *right, size_t right_len)
{
    size_t begin = out->len;

    strbuf_addf(out, "  %-*s %-*.*s", TABLE_LABEL, label,
                right_len > 0 ? TABLE_COLUMN : 0, (int)left_len, left);
    if (right_len > 0)
        strbuf_addf(out, "  %.*s", (int)right_len, right);
    while (out->len > begin && out->data[out->len - 1] == ' ')
        out->data[--out->len] = '\0';
    strbuf_addc(out, '\n');
}

void table_cells(struct strbuf *out, const char *label, const char *left,
                 const char *right)
{
    size_t l, r;

    if (left[0] == '\0' && right[0] == '\0')
        return;
    left = left[0] != '\0' ? left : "-";
    right = right[0] != '\0' ? right : "-";
    while (left[0] != '\0' || right[0] != '\0') {
        l = line_of(left);
        r = l <= TABLE_COLUMN ? line_of(right) : 0; /* it has no room */
        add_line(out, label, left, l, right, r);
        left = after_line(left, l);
        right = after_line(right, r);
        label = "";
    }
}

/* ---- what the ends said ---- */

static bool is_server(const struct story *s, bool ours)
{
    return (s->role[0] == 'S') == ours;
}

static const struct hello *hello_of(const struct story *s, bool ours)
{
    return is_server(s, ours) ? &s->server : &s->client;
}

static void get_role(const struct story *s, bool ours, struct fact *ret)
{
    bool clients = s->outcome.fault == FAULT_both_clients ||
                   s->outcome.fault == FAULT_both_clients_here;

    if (ours)
        fact_text(ret, s->role);
    else
        fact_text(ret, is_server(s, false) && !clients ? "Server" : "Client");
}

/* What a hello says, where it is there; before, and of a server, what the
 * policy says. */
static void get_offer(const struct story *s, bool ours,
                      void (*add)(const struct hello *, struct strbuf *),
                      uint8_t left, const char *policy, struct fact *ret)
{
    const struct hello *h = hello_of(s, ours);
    struct strbuf text = STRBUF_INIT;
    bool client = !is_server(s, ours) && h->present;

    if (client || !ours)
        add(h, &text);
    else
        strbuf_adds(&text, policy);
    if (client)
        fact_none(ret, "none named");
    fact_words(ret, strbuf_str(&text));
    if (client || !ours)
        fact_left(ret, left);
    strbuf_done(&text);
}

static void get_versions(const struct story *s, bool ours, struct fact *ret)
{
    get_offer(s, ours, hello_add_versions, hello_of(s, ours)->versions_left,
              s->versions, ret);
}

static void get_ciphers(const struct story *s, bool ours, struct fact *ret)
{
    if (ours) /* those that are coded; the next row says which are not sent */
        fact_words(ret, s->ciphers);
    else
        get_offer(s, ours, hello_add_ciphers, hello_of(s, ours)->ciphers_left,
                  s->ciphers, ret);
}

static void get_unusable(const struct story *s, bool ours, struct fact *ret)
{
    if (ours)
        fact_words(ret, s->ciphers_unusable);
}

static bool has_tls13(const struct story *s)
{
    size_t i;

    if (strstr(s->versions, "TLSv1.3") == NULL)
        return false;
    for (i = 0; i < s->client.version_count; i++)
        if (s->client.versions[i] == 0x0304)
            return true;
    return !s->client.present;
}

/* A server may take others in TLSv1.3 than before it. */
static void get_groups(const struct story *s, bool ours, struct fact *ret)
{
    get_offer(s, ours, hello_add_groups, hello_of(s, ours)->groups_left,
              has_tls13(s) ? s->groups_13 : s->groups, ret);
}

/* A server as the partner names them in its request only. */
static void get_signature_pairs(const struct story *s, bool ours,
                                struct fact *ret)
{
    if (!ours && is_server(s, ours))
        fact_words(ret, s->facts.signature_pairs);
    else
        get_offer(s, ours, hello_add_sigalgs, hello_of(s, ours)->sigalgs_left,
                  s->signature_pairs, ret);
}

static void get_server_name(const struct story *s, bool ours, struct fact *ret)
{
    if (is_server(s, ours) || !s->client.present)
        return;
    if (s->client.server_name[0] == '\0')
        fact_none(ret, "none asked for");
    fact_text(ret, s->client.server_name);
}

static void get_server_names(const struct story *s, bool ours, struct fact *ret)
{
    if (ours && is_server(s, ours) && s->server_names.count != 0)
        fact_shortlist(ret, &s->server_names);
}

/* ---- certificates ---- */

static void get_requested(const struct story *s, bool ours, struct fact *ret)
{
    bool yes = s->facts.requested == IT_IS_SO;

    if (is_server(s, ours) || s->facts.requested == NOT_KNOWN)
        return;
    fact_yes_no(ret, yes,
                !yes   ? NULL
                : ours ? "yes, by the partner"
                       : "yes, by this side");
}

static void get_authorities(const struct story *s, bool ours, struct fact *ret)
{
    if (is_server(s, ours) && s->facts.requested == IT_IS_SO)
        fact_shortlist(ret, &s->facts.authorities);
}

static void get_sent(const struct story *s, bool ours, struct fact *ret)
{
    enum fact_known sent = ours ? s->facts.own_sent : s->facts.peer_sent;

    if (sent != NOT_KNOWN)
        fact_yes_no(ret, sent == IT_IS_SO, NULL);
}

static void get_unsent(const struct story *s, bool ours, struct fact *ret)
{
    if (ours)
        fact_text(ret, s->facts.own_unsent);
}

static void get_choice(const struct story *s, bool ours, struct fact *ret)
{
    if (ours)
        fact_text(ret, s->facts.own_choice);
}

static const char *end_of_chain(unsigned long n, bool ours, bool lacks)
{
    if (!lacks)
        return "up to the root";
    if (ours)
        return n == 1 ? "its issuer is not on the ring"
                      : "the next issuer is not on the ring";
    return n == 1 ? "none of its issuers" : "not up to the root";
}

static void get_chain(const struct story *s, bool ours, struct fact *ret)
{
    const struct handshake_facts *f = &s->facts;
    unsigned long n = ours ? f->own_count : f->peer_count;
    bool lacks = (ours ? f->own_lacks : f->peer_lacks)[0] != '\0';
    char text[96];

    if (n == 0 || (ours && f->own_sent != IT_IS_SO))
        return;
    snprintf(text, sizeof(text), "%lu certificate%s, %s", n, n == 1 ? "" : "s",
             end_of_chain(n, ours, lacks));
    fact_number(ret, n, text);
}

static void get_lacks(const struct story *s, bool ours, struct fact *ret)
{
    if (!ours && s->outcome.rc == RC_UNKNOWN_CA) /* else our ring has it */
        fact_text(ret, s->facts.peer_lacks);
    else if (ours && s->facts.own_sent == IT_IS_SO)
        fact_text(ret, s->facts.own_lacks);
}

static void get_names(const struct story *s, bool ours, struct fact *ret)
{
    const struct shortlist *l =
        ours ? &s->facts.own_names : &s->facts.peer_names;

    if (ours ? s->own.present : s->peer_count > 0)
        fact_shortlist(ret, l);
}

/* The demands of this side stand under the partner, whose certificate must
 * meet them. */
static void get_names_wanted(const struct story *s, bool ours, struct fact *ret)
{
    if (ours || !is_server(s, ours))
        return;
    fact_none(ret, "any: no HostReferenceId... is in effect");
    fact_text(ret, s->facts.names_wanted);
}

static void get_key_wanted(const struct story *s, bool ours, struct fact *ret)
{
    if (!ours)
        fact_text(ret, s->facts.key_wanted);
}

/* ---- the rows ---- */

struct side_row {
    const char *label, *key;
    void (*get)(const struct story *s, bool ours, struct fact *ret);
};

static const struct side_row side_rows[] = {
#define SIDE_FACT(label, key, name) {label, key, get_##name},
#include "story/facts.def"
};

static const struct side_row demands[] = {
#define DEMAND(label, key, name) {label, key, get_##name},
#include "story/facts.def"
};

enum {
    SIDE_ROWS = sizeof(side_rows) / sizeof(side_rows[0]),
    DEMANDS = sizeof(demands) / sizeof(demands[0])
};

static void print_two(const char *label, struct fact facts[2],
                      struct strbuf *out)
{
    struct strbuf left = STRBUF_INIT, right = STRBUF_INIT;

    fact_show(&facts[0], &left);
    fact_show(&facts[1], &right);
    table_cells(out, label, strbuf_str(&left), strbuf_str(&right));
    strbuf_done(&left);
    strbuf_done(&right);
    fact_done(&facts[0]);
    fact_done(&facts[1]);
}

static void print_side_row(const struct story *s, const struct side_row *row,
                           struct strbuf *out)
{
    struct fact facts[2] = {FACT_INIT, FACT_INIT};

    row->get(s, true, &facts[0]);
    row->get(s, false, &facts[1]);
    print_two(row->label, facts, out);
}

static void print_certificates(const struct story *s, struct strbuf *out)
{
    const struct certinfo_row *row;
    size_t i;

    for (i = 0; (row = certinfo_row(i)) != NULL; i++) {
        struct fact facts[2] = {FACT_INIT, FACT_INIT};

        row->get(&s->own, &facts[0]);
        if (s->peer_count > 0)
            row->get(&s->peer[0], &facts[1]);
        print_two(row->label, facts, out);
    }
}

void table_print(const struct story *s, struct strbuf *out)
{
    size_t i;

    if (s->role[0] == '\0')
        return;
    strbuf_addc(out, '\n');
    table_cells(out, "", "this side", "partner");
    for (i = 0; i < SIDE_ROWS; i++)
        print_side_row(s, &side_rows[i], out);
    print_certificates(s, out);
    for (i = 0; i < DEMANDS; i++)
        print_side_row(s, &demands[i], out);
}

/* ---- JSON ---- */

static void rows_json(const struct story *s, bool ours,
                      const struct side_row *rows, size_t n, struct json *j)
{
    size_t i;

    for (i = 0; i < n; i++) {
        struct fact f = FACT_INIT;

        rows[i].get(s, ours, &f);
        fact_json(&f, j, rows[i].key);
        fact_done(&f);
    }
}

static void side_json(const struct story *s, bool ours, struct json *j,
                      const char *key)
{
    json_object(j, key);
    rows_json(s, ours, side_rows, SIDE_ROWS, j);
    rows_json(s, ours, demands, DEMANDS, j);
    json_end(j);
}

void table_json(const struct story *s, struct json *j)
{
    size_t i;

    if (s->role[0] != '\0') {
        side_json(s, true, j, "this_side");
        side_json(s, false, j, "partner");
    }
    if (s->own.present)
        certinfo_json(j, "own_certificate", &s->own);
    json_array(j, "partner_chain");
    for (i = 0; i < s->peer_count; i++)
        certinfo_json(j, NULL, &s->peer[i]);
    json_end(j);
}
