/* The ring of failed connections, and what a story says in one line. */
#include "story/story.h"

#include <stdlib.h>
#include <string.h>

#include "story/table.h"
#include "support/suite.h"

static struct story *new_story(uint32_t id)
{
    struct story *s = calloc(1, sizeof(*s));

    tls_outcome_init(&s->outcome);
    s->id = id;
    s->failed = true;
    s->end = "the handshake failed";
    netaddr_parse("192.0.2.1:5555", &s->local, NULL);
    netaddr_parse("192.0.2.2:40000", &s->remote, NULL);
    strcpy(s->rule, "R~1");
    strcpy(s->role, "Server");
    strcpy(s->userid, "IMSSTC");
    strcpy(s->ring, "IMSSTC/IMS.KeyRing");
    return s;
}

static bool by_id(const void *arg, const struct story *s)
{
    return s->id == *(const uint32_t *)arg;
}

START_TEST(keeps_the_newest)
{
    struct stories *all = stories_new();
    struct story *s = new_story(0), *got = new_story(0);
    uint32_t i;

    for (i = 1; i <= STORIES_KEPT + 5; i++) {
        s->id = i;
        stories_add(all, s);
    }
    ck_assert_uint_eq(stories_count(all), STORIES_KEPT);
    ck_assert(stories_get(all, 0, got));
    ck_assert_uint_eq(got->id, STORIES_KEPT + 5);
    ck_assert(stories_get(all, STORIES_KEPT - 1, got));
    ck_assert_uint_eq(got->id, 6);
    ck_assert(!stories_get(all, STORIES_KEPT, got));
    i = 5;
    ck_assert(!stories_find(all, true, by_id, &i, got));
    i = 6;
    ck_assert(stories_find(all, true, by_id, &i, got));
    free(s);
    free(got);
    stories_free(all);
    stories_free(NULL);
}
END_TEST

/* Those that ended well stand apart: they push no failure out, and no list of
 * failures has them. */
START_TEST(keeps_the_last_that_ended_well)
{
    struct stories *all = stories_new();
    struct story *s = new_story(1), *got = new_story(0);
    uint32_t i, first = 1, gone = 2, kept = STORIES_WELL + 2;

    stories_add(all, s);
    s->failed = false;
    for (i = 2; i <= STORIES_WELL + 2; i++) {
        s->id = i;
        stories_add(all, s);
    }
    ck_assert_uint_eq(stories_count(all), 1);
    ck_assert(stories_find(all, true, by_id, &first, got));
    ck_assert(!stories_find(all, false, by_id, &first, got));
    ck_assert(!stories_find(all, false, by_id, &gone, got));
    ck_assert(!stories_find(all, true, by_id, &kept, got));
    ck_assert(stories_find(all, false, by_id, &kept, got));
    free(s);
    free(got);
    stories_free(all);
}
END_TEST

/* Many good connections cost no more stories than that. */
START_TEST(good_stories_are_limited)
{
    struct stories *all = stories_new();
    unsigned i, made = 0;

    for (i = 0; i < 1000; i++)
        made += stories_admit_well(all);
    ck_assert_uint_ge(made, STORIES_WELL_RATE);
    ck_assert_uint_le(made, 2 * STORIES_WELL_RATE); /* a second may pass */
    stories_free(all);
}
END_TEST

/* What is held back is counted and told with the next line that may. */
START_TEST(lines_are_limited)
{
    struct stories *all = stories_new();
    unsigned long held, i;

    for (i = 0; i < 1000; i++)
        ck_assert(stories_admit(all, STORY_FAILURE, 0, &held));
    stories_free(all);
    all = stories_new();
    for (i = 0; i < 1000; i++)
        if (!stories_admit(all, STORY_FAILURE, 2, &held))
            break;
    ck_assert_uint_ge(i, 2);
    ck_assert_uint_le(i, 4); /* a second may have passed */
    while (!stories_admit(all, STORY_FAILURE, 2, &held))
        i++;
    ck_assert_uint_gt(held, 0);
    stories_free(all);
}
END_TEST

static void missing_authority(struct story *s)
{
    s->outcome.verify_error = X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
    s->outcome.alert_sent = 48;
    tls_fail(&s->outcome, FAULT_issuer_absent,
             &(struct fault_words){.ring = "IMSSTC/IMS.KeyRing",
                                   .subject = "CN=c",
                                   .issuer = "CN=Other",
                                   .label = "Other CA",
                                   .owner = "CERTAUTH"});
}

static void refused_by_partner(struct story *s)
{
    s->outcome.alert_received = 48;
    tls_fail(&s->outcome, FAULT_said_unknown_ca,
             &(struct fault_words){.what = "the handshake failed",
                                   .issuer = "CN=Mine"});
}

static void clear_text(struct story *s)
{
    memcpy(s->first, "SSH-", 4);
    s->first_len = 4;
    tls_fail(&s->outcome, FAULT_clear_text,
             &(struct fault_words){.what = "SSH", .found = "53 53 48 2D"});
}

static void other_suites(struct story *s)
{
    s->client.present = true;
    s->client.ciphers[s->client.cipher_count++] = 0x35;
    s->client.versions[s->client.version_count++] = 0x303;
    strcpy(s->ciphers, "C02C");
    s->outcome.alert_sent = 40;
    tls_fail(&s->outcome, FAULT_no_shared_suite,
             &(struct fault_words){.what = "the handshake failed"});
}

static void hung_up(struct story *s)
{
    s->outcome.alert_sent = 50;
    tls_fail(&s->outcome, FAULT_client_left_at_once, NULL);
}

/* The connection's own line has another code. */
static void environment(struct story *s)
{
    tls_fail(&s->outcome, FAULT_ring_absent,
             &(struct fault_words){.error = "no ring",
                                   .command = "RACDCERT ADDRING"});
    s->line_rc = 5006;
}

/* KeyringPw made a file of a name without a slash in front. */
static void file(struct story *s)
{
    strcpy(s->ring, "keys/ims.p12");
    s->ring_kind = RING_FILE;
    tls_fail(&s->outcome, FAULT_own_unusable,
             &(struct fault_words){.label = "x", .error = "no file"});
}

static void chosen_name(struct story *s)
{
    tls_fail(&s->outcome, FAULT_name_unlisted,
             &(struct fault_words){.found = "x'\" ended=\"TLS ok\" rc=0 \""});
}

static const struct {
    const char *name;
    void (*make)(struct story *s);
    const char *words[5]; /* with ! in front: is not in it */
} lines[] = {
    {"the authority that is missing",
     missing_authority,
     {" rc=435 ", " failed=\"this side refused the partner\"",
      " missing_ca=\"CN=Other\"", " alert_sent=unknown_ca",
      "remedy=\"racdcert \\\"ID(IMSSTC) CONNECT(CERTAUTH LABEL('Other CA') "
      "RING(IMS.KeyRing) USAGE(CERTAUTH))\\\"\""}},
    {"the partner lacks ours",
     refused_by_partner,
     {" failed=\"the partner refused this side\"", " alert_received=unknown_ca",
      "authority 'CN=Mine'", "The partner does not have the authority", NULL}},
    {"clear text is shown",
     clear_text,
     {" rc=5003 ", " first_bytes=5353482D", " failed=\"the partner\"",
      "remedy=\"switch on TLS at the partner", NULL}},
    {"both offers",
     other_suites,
     {" our_ciphers=\"C02C\"", " their_ciphers=\"0035\"",
      " their_versions=\"TLSv1.2\"", " alert_sent=handshake_failure", NULL}},
    {"a partner that hangs up, though an alert went out",
     hung_up,
     {" rc=420 ", " failed=\"the partner\"", "port scanner", NULL}},
    {"a ring that is not there",
     environment,
     {" rc=202 connection_rc=5006 ", " failed=\"this side, by its own set-up\"",
      " ring=\"IMSSTC/IMS.KeyRing\"", "remedy=\"RACDCERT ADDRING\"", NULL}},
    {"a file that is not there is nothing for RACDCERT",
     file,
     {" rc=414 ", " ring=\"keys/ims.p12\"", "!racdcert", NULL}},
    {"F18: a name with quotes in it",
     chosen_name,
     {" reason=\"the client wants the server 'x'\\\" ended=\\\"TLS ok\\\" rc=0 "
      "\\\"', which",
      NULL}},
};

static void check_word(const char *word, const char *name, const char *line)
{
    bool absent = word[0] == '!';

    ck_assert_msg((strstr(line, word + absent) == NULL) == absent,
                  "%s: '%s' in\n%s", name, word, line);
}

START_TEST(says_it_in_one_line)
{
    struct story *s = new_story(0x2A);
    struct strbuf out = STRBUF_INIT;
    size_t i;

    lines[_i].make(s);
    story_add_line(s, &out);
    ck_assert_ptr_null(strchr(strbuf_str(&out), '\n'));
    ck_assert_int_eq(strncmp(strbuf_str(&out), "conn=0000002A ", 14), 0);
    for (i = 0; i < 5 && lines[_i].words[i] != NULL; i++)
        check_word(lines[_i].words[i], lines[_i].name, strbuf_str(&out));
    strbuf_reset(&out);
    story_print(s, s, &out);
    ck_assert_ptr_nonnull(strstr(strbuf_str(&out), "Both ends are here:"));
    strbuf_done(&out);
    free(s);
}
END_TEST

/* ---- the other end ---- */

static const struct {
    const char *name;
    uint32_t id;
    long begin, lasted; /* seconds, microseconds; the first one: 100, 1000 */
    bool open, pair;
    const char *local;
} ends[] = {
    {"at the same time", 2, 100, 1000, false, true, "192.0.2.2:40000"},
    {"it is open", 2, 100, 0, true, true, "192.0.2.2:40000"},
    {"another connection", 2, 100, 1000, false, false, "192.0.2.2:40001"},
    {"itself", 1, 100, 1000, false, false, "192.0.2.2:40000"},
    {"the port was used before", 2, 99, 1000, false, false, "192.0.2.2:40000"},
    {"the port was used again", 2, 101, 1000, false, false, "192.0.2.2:40000"},
    {"it began before", 2, 99, 1100000, false, true, "192.0.2.2:40000"},
};

START_TEST(two_ends_lived_together)
{
    struct story *a = new_story(1), *b = new_story(ends[_i].id);

    a->when.tv_sec = 100;
    a->at[STORY_ENDED] = 1001;
    netaddr_parse(ends[_i].local, &b->local, NULL);
    b->remote = a->local;
    b->when.tv_sec = ends[_i].begin;
    b->open = ends[_i].open;
    if (!b->open)
        b->at[STORY_ENDED] = (uint32_t)ends[_i].lasted + 1;
    ck_assert_msg(story_is_other_end(a, b) == ends[_i].pair &&
                      story_is_other_end(b, a) == ends[_i].pair,
                  "%s", ends[_i].name);
    free(a);
    free(b);
}
END_TEST

/* What it waits for is told while it waits. */
START_TEST(now_is_said_of_open_ones)
{
    struct story *s = new_story(1);
    struct strbuf out = STRBUF_INIT;
    struct json j = JSON_INIT(&out, JSON_LINE);

    strcpy(s->now, "GREETING");
    s->open = _i == 1;
    story_print(s, NULL, &out);
    story_json(s, &j, NULL);
    ck_assert_int_eq(strstr(strbuf_str(&out), "GREETING") != NULL, s->open);
    ck_assert_int_eq(strstr(strbuf_str(&out), "\"now\"") != NULL, s->open);
    strbuf_done(&out);
    free(s);
}
END_TEST

/* ---- both ends side by side ---- */

static void offers(struct story *s)
{
    strcpy(s->versions, "TLSv1.2 TLSv1.3");
    strcpy(s->ciphers, "0002 C02B");
    strcpy(s->ciphers_unusable, "0002");
    strcpy(s->groups, "secp384r1");
    strcpy(s->groups_13, "X25519");
    strcpy(s->signature_pairs, "0401 0403");
    s->client.present = true;
    s->client.versions[s->client.version_count++] = 0x303;
    s->client.ciphers[s->client.cipher_count++] = 0xc02b;
    s->client.ciphers_left = 5;
    s->client.groups[s->client.group_count++] = 23;
    shortlist_add(&s->server_names, "a.example/A");
    strcpy(s->client.server_name, "b.example");
}

static void offers_13(struct story *s)
{
    offers(s);
    s->client.versions[s->client.version_count++] = 0x304;
}

/* A client's own groups are those of its hello: it has no elliptic suite. */
static void own_hello(struct story *s)
{
    strcpy(s->role, "Client");
    offers(s);
    s->client.group_count = 0;
}

static void asks(struct story *s)
{
    int i;

    s->facts.requested = IT_IS_SO;
    s->facts.own_sent = IT_IS_SO;
    s->facts.peer_sent = IT_IS_NOT_SO;
    for (i = 0; i < 20; i++)
        shortlist_add(&s->facts.authorities, "CN=A");
    strcpy(s->facts.own_choice, "'Pay', the DEFAULT of the ring (no label is "
                                "coded)");
    s->facts.own_count = 1;
    strcpy(s->facts.own_lacks, "CN=Pay CA 2");
}

static void is_asked(struct story *s)
{
    strcpy(s->role, "Client");
    asks(s);
    s->facts.own_sent = IT_IS_NOT_SO;
    s->facts.peer_sent = IT_IS_SO;
    strcpy(s->facts.own_unsent, "there is none to send");
    s->facts.peer_count = 2;
    strcpy(s->facts.peer_lacks, "CN=Root");
}

static void wrong_name(struct story *s)
{
    strcpy(s->role, "Client");
    s->peer_count = 1;
    s->peer[0].present = true;
    strcpy(s->peer[0].subject, "CN=other");
    strcpy(s->peer[0].key, "RSA 1024");
    s->peer[0].key_usage = s->peer[0].extended_key_usage = UINT32_MAX;
    shortlist_add(&s->facts.peer_names, "DNS:other.example");
    strcpy(s->facts.names_wanted, "DNS:pay.example (HostReferenceIdDNS, p:3)");
    strcpy(s->facts.key_wanted, "2048 bits (PeerMinRsaKeySize, p:4)");
}

static void any_name(struct story *s)
{
    strcpy(s->role, "Client");
}

static void expired(struct story *s)
{
    s->own.present = true;
    strcpy(s->own.subject, "CN=mine");
    strcpy(s->own.not_after, "2021-12-31 23:59:59Z");
    s->own.key_usage = 0;
    s->own.extended_key_usage = UINT32_MAX;
}

static void agreed(struct story *s)
{
    strcpy(s->protocol, "TLSV1.2");
    s->cipher = 0xc02b;
    s->facts.group = 24;
}

/* Blanks between words count as one. */
static const struct {
    const char *name;
    void (*make)(struct story *s);
    const char *text[6], *json[6];
} sides[] = {
    {"what is offered",
     offers,
     {"\n role Server Client\n", "\n ciphers 0002 C02B C02B and 5 more\n",
      "\n unusable 0002 -\n", "\n groups secp384r1 secp256r1\n",
      "\n server name - b.example\n", "\n names served a.example/A -\n"},
     {"\"ciphers_unusable\": [\"0002\"]", "\"groups\": [\"secp384r1\"]",
      "\"ciphers\": [\"C02B\"], \"ciphers_left_out\": 5",
      "\"server_name\": \"b.example\"", "\"signature_pairs\": null",
      "\"server_names\": [\"a.example/A\"]"}},
    {"A15: a server's groups in TLSv1.3",
     offers_13,
     {"\n groups X25519 secp256r1\n"},
     {"\"groups\": [\"X25519\"]"}},
    {"a client's hello counts",
     own_hello,
     {"\n groups none named -\n", "\n versions TLSv1.2 -\n"},
     {"\"groups\": null"}},
    {"a server that asks",
     asks,
     {"\n cert requested - yes, by this side\n",
      "\n authorities CN=A, CN=A, CN=A, ", "\n and 4 more\n",
      "\n cert sent yes no\n",
      "\n label 'Pay', the DEFAULT of the ring (no label is -\n coded)\n",
      "\n chain 1 certificate, its issuer is not on the ring -\n"},
     {"\"authorities_left_out\": 4", "\"certificate_requested\": true",
      "\"certificate_sent\": false", "\"chain_length\": 1",
      "\"chain_lacks\": \"CN=Pay CA 2\""}},
    {"07: a client that has none",
     is_asked,
     {"\n cert requested yes, by the partner -\n", "\n cert sent no yes\n",
      "\n because there is none to send -\n",
      "\n chain - 2 certificates, not up to the root\n"},
     {"\"not_sent_because\": \"there is none to send\""}},
    {"A7: what is wanted, and what is there",
     wrong_name,
     {"\n key - RSA 1024\n", "\n names - DNS:other.example\n",
      "\n name wanted - DNS:pay.example (HostReferenceIdDNS, p:3)\n",
      "\n key at least - 2048 bits (PeerMinRsaKeySize, p:4)\n",
      "\n key usage - any\n"},
     {"\"names_wanted\": \"DNS:pay.example (HostReferenceIdDNS, p:3)\"",
      "\"certificate_names\": [\"DNS:other.example\"]", "\"key_usage\": null",
      "\"key_wanted\": \"2048 bits "}},
    {"no name is wanted",
     any_name,
     {"\n name wanted - any: no HostReferenceId... is in effect\n"},
     {"\"names_wanted\": null"}},
    {"A22: the own certificate's dates",
     expired,
     {"\n certificate CN=mine -\n", "\n valid to 2021-12-31 23:59:59Z -\n",
      "\n key usage none -\n"},
     {"\"not_after\": \"2021-12-31T23:59:59Z\"", "\"key_usage\": []"}},
    {"the group of both",
     agreed,
     {"ECDSA_WITH_AES_128_GCM_SHA256, group secp384r1\n"},
     {"\"group\": \"secp384r1\""}},
};

static void squeeze(const char *text, struct strbuf *out)
{
    for (; *text != '\0'; text++)
        if (*text != ' ' || (out->len != 0 && out->data[out->len - 1] != ' '))
            strbuf_addc(out, *text);
}

START_TEST(both_ends_in_text_and_json)
{
    struct story *s = new_story(1);
    struct strbuf page = STRBUF_INIT, text = STRBUF_INIT, json = STRBUF_INIT;
    struct json j = JSON_INIT(&json, JSON_LINE);
    size_t i;

    sides[_i].make(s);
    story_print(s, NULL, &page);
    squeeze(strbuf_str(&page), &text);
    story_json(s, &j, NULL);
    for (i = 0; i < 6; i++) {
        if (sides[_i].text[i] != NULL)
            check_word(sides[_i].text[i], sides[_i].name, strbuf_str(&text));
        if (sides[_i].json[i] != NULL)
            check_word(sides[_i].json[i], sides[_i].name, strbuf_str(&json));
    }
    strbuf_done(&page);
    strbuf_done(&text);
    strbuf_done(&json);
    free(s);
}
END_TEST

/* Long cells are broken at blanks, and each stays in its column. */
START_TEST(long_cells_are_broken)
{
    static const char *const cells[][3] = {
        {"a", "b",
         "  label            a                                                 "
         "b\n"},
        {"123456789 123456789 123456789 123456789 123456789 12", "b",
         "  label            123456789 123456789 123456789 123456789          "
         " b\n"
         "                   123456789 12\n"},
        {"a", "123456789 123456789 123456789 123456789 123456789 12",
         "  label            a                                                 "
         "123456789 123456789 123456789 123456789\n"
         "                                                                     "
         "123456789 12\n"},
        {"12345678901234567890123456789012345678901234567890 1", "b",
         "  label            12345678901234567890123456789012345678901234567890"
         "\n"
         "                   1                                                 "
         "b\n"},
        {"", "", ""},
        {"a", "",
         "  label            a                                                 "
         "-\n"},
    };
    struct strbuf out = STRBUF_INIT;

    table_cells(&out, "label", cells[_i][0], cells[_i][1]);
    ck_assert_str_eq(strbuf_str(&out), cells[_i][2]);
    strbuf_done(&out);
}
END_TEST

/* A31: no heading of the page is as wide as its column. */
START_TEST(headings_fit)
{
    static const char *const headings[] = {
#define SIDE_FACT(label, ...) label,
#define DEMAND(label, ...)    label,
#include "story/facts.def"
#define CERTINFO(label, ...) label,
#include "tls/certinfo.def"
        "partner's chain",
    };
    size_t i;

    for (i = 0; i < sizeof(headings) / sizeof(headings[0]); i++)
        ck_assert_msg(strlen(headings[i]) < TABLE_LABEL, "%s", headings[i]);
}
END_TEST

TESTS_BEGIN("story")
TEST(keeps_the_newest)
TEST(keeps_the_last_that_ended_well)
TEST(good_stories_are_limited)
TEST(lines_are_limited)
TEST_ROWS(says_it_in_one_line, lines)
TEST_ROWS(two_ends_lived_together, ends)
TEST_TIMES(now_is_said_of_open_ones, 2)
TEST_ROWS(both_ends_in_text_and_json, sides)
TEST_TIMES(long_cells_are_broken, 6)
TEST(headings_fit)
TESTS_END
