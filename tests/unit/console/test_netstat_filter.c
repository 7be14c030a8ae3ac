/* Filters of Netstat, in the spellings of console, TSO and shell. */

#include "console/netstat_filter.h"

#include <stdio.h>
#include <string.h>

#include "support/suite.h"

static char text[256];

/* TEXT's words, which blanks part. */
static struct words words_of(const char *of)
{
    struct words w = {.count = 0};
    char *rest = NULL, *word;

    snprintf(text, sizeof(text), "%s", of);
    for (word = strtok_r(text, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest))
        w.word[w.count++] = word;
    return w;
}

static int read_all(struct filters *f, struct words *w, enum filter_scope scope,
                    struct error *err)
{
    int r = 1;

    *f = (struct filters){.max = 0};
    while (r > 0)
        r = filters_take(f, w, scope, err);
    return r;
}

/* The connection 192.0.2.1:4000 with 10.1.2.3:50000, job IMS15HWS. */
static struct conn_view view(void)
{
    struct conn_view v = {.jobname = "IMS15HWS", .grpid = 9};

    netaddr_parse("192.0.2.1:4000", &v.local, NULL);
    netaddr_parse("10.1.2.3:50000", &v.remote, NULL);
    v.rule = (const void *)&v; /* it has one */
    return v;
}

static const struct {
    const char *words;
    bool fits;
} fitting[] = {
    {"", true},
    {"CLIent IMS15HWS", true},
    {"CLI ims15hws", true},
    {"-E IMS*", true},
    {"CLIENT *S*S", true},
    {"CLIENT IMS?5HWS", true},
    {"CLIENT IMS15HW", false},
    {"CLIENT IMS?HWS", false},
    {"CLIENT OTHER IMS*", true},
    {"CLIENT *", true},
    {"IPAddr 192.0.2.1", true},
    {"IPA 10.1.2.3", true},
    {"-I 10.1.2.4", false},
    {"-I 10.1.2.4 10.1.2.3", true},
    {"(IPADDR 10.1.0.0/16", true},
    {"( IPADDR 10.1.0.0/16", true},
    {"IPADDR 10.2.0.0/16", false},
    {"IPADDR 10.1.99.3/255.255.0.0", true},
    {"IPADDR 10.1.99.3/255.0.0.255", true},
    {"IPADDR 10.1.99.4/255.0.0.255", false},
    {"IPADDR 10.1.2.2/31", true},
    {"IPADDR 0.0.0.0/0", true},
    {"IPADDR ::ffff:10.1.2.3", true},
    {"IPADDR 2001:db8::/32", false},
    {"POrt 4000", true},
    {"PO 50000", true},
    {"-P 21 22 4000", true},
    {"-P 21", false},
    {"IPPort 10.1.2.3+50000", true},
    {"IPP 192.0.2.1+4000", true},
    {"-B 10.1.2.3+4000", false},
    {"CONNType TTLSPolicy", true},
    {"CONNT TTLSP", true},
    {"-X NOTTLSP", false},
    {"-X TTLSP CURR", true},
    {"-X TTLSP STALE", false},
    {"-X TTLSP GROUP 00000009", true},
    {"-X TTLSP GR A", false},
    {"POrt 4000 CLIent IMS*", true},
    {"POrt 4000 CLIent ZZ*", false}, /* each must fit */
    {"CLIent IMS* MAX 3 POrt 4000", true},
};

START_TEST(lets_through)
{
    struct words w = words_of(fitting[_i].words);
    struct conn_view v = view();
    struct filters f;
    struct error err = {0};

    ck_assert_msg(read_all(&f, &w, FILTER_CONNECTIONS, &err) == 0, "%s: %s",
                  fitting[_i].words, err.text);
    ck_assert_uint_eq(w.at, w.count);
    ck_assert_msg(filters_fit(&f, &v, false) == fitting[_i].fits, "%s",
                  fitting[_i].words);
}
END_TEST

START_TEST(looks_at_what_is_stale_or_in_clear)
{
    struct words w = words_of("CONNTYPE TTLSPOLICY STALE");
    struct conn_view v = view();
    struct filters f;
    struct error err;

    ck_assert_int_eq(read_all(&f, &w, FILTER_CONNECTIONS, &err), 0);
    ck_assert(filters_fit(&f, &v, true) && !filters_fit(&f, &v, false));
    w = words_of("CONNTYPE NOTTLSPOLICY");
    ck_assert_int_eq(read_all(&f, &w, FILTER_CONNECTIONS, &err), 0);
    v.rule = NULL;
    ck_assert(filters_fit(&f, &v, false));
}
END_TEST

/* An IPv4 partner of an IPv6 socket is found by its IPv4 address. */
START_TEST(unmaps_addresses)
{
    struct words w = words_of("IPPORT 10.1.2.3+50000 IPADDR 10.1.2.3");
    struct conn_view v = view();
    struct filters f;
    struct error err;

    netaddr_parse("[::ffff:10.1.2.3]:50000", &v.remote, NULL);
    ck_assert_int_eq(read_all(&f, &w, FILTER_CONNECTIONS, &err), 0);
    ck_assert(filters_fit(&f, &v, false));
    w = words_of("IPADDR 2001:db8::/32");
    netaddr_parse("[2001:db8::7]:50000", &v.remote, NULL);
    ck_assert_int_eq(read_all(&f, &w, FILTER_CONNECTIONS, &err), 0);
    ck_assert(filters_fit(&f, &v, false));
}
END_TEST

static const struct {
    const char *words, *error;
    enum filter_scope scope;
} wrong[] = {
    {"CLIENT NINECHARS", "EZZ2392I", FILTER_CONNECTIONS},
    {"CLIENT", "CLIent needs job names", FILTER_CONNECTIONS},
    {"CLIENT PORT 21", "CLIent needs job names", FILTER_CONNECTIONS},
    {"IPADDR nonsense",
     "EZZ2392I Incorrect filter value specification nonsense",
     FILTER_CONNECTIONS},
    {"IPADDR 10.1.1.1/33", "EZZ2392I", FILTER_CONNECTIONS},
    {"IPADDR 10.1.1.1/", "EZZ2392I", FILTER_CONNECTIONS},
    {"IPADDR 2001:db8::/255.0.0.0", "EZZ2392I", FILTER_CONNECTIONS},
    {"PORT 0", "EZZ2392I", FILTER_CONNECTIONS},
    {"PORT 65536", "EZZ2392I", FILTER_CONNECTIONS},
    {"IPPORT 10.1.1.1", "IPPort takes address+port", FILTER_CONNECTIONS},
    {"IPPORT 10.1.1.1+x", "EZZ2392I", FILTER_CONNECTIONS},
    {"PORT 1 2 3 4 5 6 7", "POrt takes 6 values, \"7\" is one too many",
     FILTER_CONNECTIONS},
    {"CONNTYPE", "CONNType is TTLSPolicy or NOTTLSPolicy", FILTER_CONNECTIONS},
    {"CONNTYPE TTLSP GROUP x", "GRoup needs a group's number",
     FILTER_CONNECTIONS},
    {"MAX 0", "MAX is a number of records, or *", FILTER_CONNECTIONS},
    {"MAX", "MAX is a number of records, or *", FILTER_CONNECTIONS},
    {"PORT 21", "POrt is a filter of COnn, ALLCOnn and ALL", FILTER_MAX_ONLY},
    {"-X TTLSP", "CONNType is a filter of COnn, ALLCOnn and ALL",
     FILTER_MAX_ONLY},
};

START_TEST(says_what_is_wrong)
{
    struct words w = words_of(wrong[_i].words);
    struct filters f;
    struct error err = {0};

    ck_assert_msg(read_all(&f, &w, wrong[_i].scope, &err) == ERR_VALUE, "%s",
                  wrong[_i].words);
    ck_assert_msg(strstr(err.text, wrong[_i].error) != NULL, "%s: %s",
                  wrong[_i].words, err.text);
}
END_TEST

/* Too short, or another command's. */
static const char *const others[] = {"IP 1.1.1.1", "P 21",      "CL A",
                                     "CONN",       "-p TCPIP1", "MA 5"};

START_TEST(leaves_other_words)
{
    struct words w = words_of(others[_i]);
    struct filters f;
    struct error err;

    ck_assert_int_eq(read_all(&f, &w, FILTER_CONNECTIONS, &err), 0);
    ck_assert_uint_eq(w.at, 0);
}
END_TEST

START_TEST(counts_records)
{
    struct words w = words_of("MAX 12");
    struct filters f;
    struct error err;

    ck_assert_int_eq(read_all(&f, &w, FILTER_MAX_ONLY, &err), 0);
    ck_assert_uint_eq(f.max, 12);
    w = words_of("MAX 12 MAX *");
    ck_assert_int_eq(read_all(&f, &w, FILTER_MAX_ONLY, &err), 0);
    ck_assert_uint_eq(f.max, 0);
}
END_TEST

TESTS_BEGIN("netstat_filter")
TEST_ROWS(lets_through, fitting)
TEST(looks_at_what_is_stale_or_in_clear)
TEST(unmaps_addresses)
TEST_ROWS(says_what_is_wrong, wrong)
TEST_ROWS(leaves_other_words, others)
TEST(counts_records)
TESTS_END
