#include "support/randpolicy.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "policy/ciphers.h"
#include "policy/schema.h"
#include "policy/testing.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift
 * generators, scrambled"). */
struct random random_start(uint64_t seed)
{
    struct random r = {seed * 0x9E3779B97F4A7C15u + 1, false};

    return r;
}

uint32_t random_next(struct random *r)
{
    r->state ^= r->state >> 12;
    r->state ^= r->state << 25;
    r->state ^= r->state >> 27;
    return (uint32_t)((r->state * 0x2545F4914F6CDD1Du) >> 32);
}

uint32_t random_below(struct random *r, uint32_t n)
{
    return random_next(r) % n;
}

static bool one_in(struct random *r, uint32_t n)
{
    return random_below(r, n) == 0;
}

/* Values */

static const char *const ips[] = {"10.0.0.1",    "10.0.0.2", "10.0.1.1",
                                  "192.0.2.200", "9.1.2.3",  "2001:db8::1",
                                  "2001:db8::2", "fd00::7"};
static const char *const prefixes[] = {
    "0.0.0.0/0",    "10.0.0.0/8",    "10.0.0.0/24", "10.0.0.1/32", "9.0.0.0/9",
    "192.0.2.0/25", "2001:db8::/32", "fd00::/8",    "::/0"};
static const char *const ranges[] = {
    "10.0.0.0-10.0.0.1", "10.0.0.2-192.0.2.255", "2001:db8::1-2001:db8::2",
    "0.0.0.0-255.255.255.255"};
static const char *const ports[] = {
    "21",   "443",       "1024-65535", "1-1023", "400-500", "443-8443",
    "5555", "5000-6000", "0",          "65535",  "1"};
static const char *const names[] = {"IMS", "IMS1", "IMS2", "CICS", "A", "DB2"};
static const char *const patterns[] = {"IMS",  "IMS1", "IM*",  "I*",
                                       "CICS", "*",    "DB2*", "ZZZZZZZZ"};
static const uint16_t conn_ports[] = {1,    21,   22,   443,  450,  1023,
                                      1024, 5000, 5555, 8443, 65535};

#define PICK(r, list) ((list)[random_below((r), LENGTH(list))])

static void add_choice(struct random *r, enum value_type type,
                       struct strbuf *out)
{
    size_t i, n = 0, first = 0;

    for (i = schema_choice_count(); i-- > 0;)
        if (schema_choice(i)->type == type) {
            first = i;
            n++;
        }
    strbuf_adds(out, schema_choice(first + random_below(r, (uint32_t)n))->text);
}

static bool has_choices(enum value_type type)
{
    size_t i;

    for (i = 0; i < schema_choice_count(); i++)
        if (schema_choice(i)->type == type)
            return true;
    return false;
}

static void add_mask(struct random *r, const struct parm *row,
                     struct strbuf *out)
{
    long i, n = one_in(r, 2) ? row->low : row->high;

    for (i = 0; i < n; i++)
        strbuf_addc(out, one_in(r, 4) ? '0' : '1');
}

static void add_ciphers(struct random *r, bool two, struct strbuf *out)
{
    const struct cipher *c;
    unsigned n = 1 + random_below(r, 3);

    if (one_in(r, 3)) {
        strbuf_adds(
            out, cipher_get(random_below(r, (uint32_t)cipher_count()))->name);
        return;
    }
    /* Two-digit codes that make no four-digit ones: those are refused. */
    for (; n != 0; n--) {
        c = cipher_get(random_below(r, two ? 20 : (uint32_t)cipher_count()));
        strbuf_adds(out, two ? c->code4 + 2 : c->code4);
    }
}

static void add_curves(struct random *r, struct strbuf *out)
{
    unsigned n = 1 + random_below(r, 4);

    if (one_in(r, 4)) {
        strbuf_adds(out, "Any");
        return;
    }
    for (; n != 0; n--)
        strbuf_adds(out,
                    curve_get(random_below(r, (uint32_t)curve_count()))->id4);
}

static void add_sigpairs(struct random *r, const struct parm *row,
                         struct strbuf *out)
{
    unsigned n = row->high == 1 ? 1 : 1 + random_below(r, 4);

    for (; n != 0; n--)
        strbuf_adds(
            out, sigpair_get(random_below(r, (uint32_t)sigpair_count()))->id4);
}

static void add_address(struct random *r, struct strbuf *out)
{
    uint32_t n = random_below(r, 10);

    strbuf_adds(out, n == 0  ? "All"
                     : n < 4 ? PICK(r, ips)
                     : n < 8 ? PICK(r, prefixes)
                             : PICK(r, ranges));
}

static void add_number(struct random *r, const struct parm *row,
                       struct strbuf *out)
{
    uint64_t span = (uint64_t)(row->high - row->low) + 1;

    strbuf_addf(out, "%ld", row->low + (long)(random_next(r) % span));
}

/* What a rule looks at. */
static void add_condition(struct random *r, enum value_type type,
                          struct strbuf *out)
{
    if (type == TYPE_address)
        add_address(r, out);
    else if (type == TYPE_ip)
        strbuf_adds(out, PICK(r, ips));
    else if (type == TYPE_prefix)
        strbuf_adds(out, PICK(r, prefixes));
    else if (type == TYPE_iprange)
        strbuf_adds(out, PICK(r, ranges));
    else if (type == TYPE_ports)
        strbuf_adds(out, PICK(r, ports));
    else if (type == TYPE_ident)
        strbuf_adds(out, PICK(r, patterns));
    else if (type == TYPE_timerange)
        strbuf_adds(out, "20240101000000:20341231235959");
    else if (type == TYPE_daytimes)
        strbuf_addf(out, "0%u:30-17:00,22:00-0%u:00", random_below(r, 9),
                    random_below(r, 9));
}

static void add_value(struct random *r, const struct parm *row,
                      struct strbuf *out)
{
    switch (row->type) {
    case TYPE_number:
    case TYPE_signed:
        add_number(r, row, out);
        break;
    case TYPE_fraglen:
        strbuf_addf(out, "%u", 512u << random_below(r, 4));
        break;
    case TYPE_word:
    case TYPE_file:
        strbuf_addf(out, "w%u/%s", random_below(r, 3), PICK(r, names));
        break;
    case TYPE_label:
        strbuf_addf(out, "label  %u of/%s", random_below(r, 3), PICK(r, names));
        break;
    case TYPE_mask:
        add_mask(r, row, out);
        break;
    case TYPE_v2ciphers:
        strbuf_addf(out, "%u%u", 1 + random_below(r, 3), 6);
        break;
    case TYPE_ciphers2:
    case TYPE_ciphers4:
        add_ciphers(r, row->type == TYPE_ciphers2, out);
        break;
    case TYPE_curves:
        add_curves(r, out);
        break;
    case TYPE_sigpairs:
        add_sigpairs(r, row, out);
        break;
    default:
        if (has_choices(row->type))
            add_choice(r, row->type, out);
        else
            add_condition(r, row->type, out);
    }
}

/* Statements */

/* Names: the kind's keyword and a number below this. */
enum { OBJECTS = 4 };

static void add_block(struct random *r, enum policy_stmt kind, const char *name,
                      struct strbuf *out);

/* A reference, or the block itself where it may stand. */
static void add_ref(struct random *r, enum policy_stmt in,
                    const struct parm *row, struct strbuf *out)
{
    enum policy_stmt kind = (enum policy_stmt)row->low;
    const struct statement *st = schema_statement(kind);

    if ((st->inline_in & (1u << in)) != 0 && one_in(r, 2))
        add_block(r, kind, NULL, out);
    else
        strbuf_addf(out, "%s %s%u\n", row->keyword, st->keyword,
                    random_below(r, OBJECTS));
}

static void add_line(struct random *r, enum policy_stmt in,
                     enum policy_parm parm, struct strbuf *out)
{
    const struct parm *row = schema_parm(parm);

    if (row->type == TYPE_ref) {
        add_ref(r, in, row, out);
        return;
    }
    strbuf_addf(out, "%s ", row->keyword);
    add_value(r, row, out);
    strbuf_addc(out, '\n');
}

/* One of several keywords for the same thing; none, one time in three. */
static void add_alternative(struct random *r, enum policy_stmt in,
                            const enum policy_parm *parms, uint32_t n,
                            struct strbuf *out)
{
    if (!one_in(r, 3))
        add_line(r, in, parms[random_below(r, n)], out);
}

static void add_rule(struct random *r, unsigned number, struct strbuf *out)
{
    static const enum policy_parm local[] = {PARM_LocalAddr, PARM_LocalAddrRef,
                                             PARM_LocalAddrSetRef,
                                             PARM_LocalAddrGroupRef};
    static const enum policy_parm remote[] = {
        PARM_RemoteAddr, PARM_RemoteAddrRef, PARM_RemoteAddrSetRef,
        PARM_RemoteAddrGroupRef};
    static const enum policy_parm remote_ports[] = {
        PARM_RemotePortRange, PARM_RemotePortRangeRef, PARM_RemotePortGroupRef};
    static const enum policy_parm local_ports[] = {
        PARM_LocalPortRange, PARM_LocalPortRangeRef, PARM_LocalPortGroupRef};

    strbuf_addf(out, "TTLSRule rule~%u\n{\n", number);
    add_alternative(r, STMT_TTLSRule, local, 4, out);
    add_alternative(r, STMT_TTLSRule, remote, 4, out);
    add_alternative(r, STMT_TTLSRule, remote_ports, 3, out);
    add_line(r, STMT_TTLSRule, local_ports[random_below(r, 3)], out);
    if (one_in(r, 4))
        add_line(r, STMT_TTLSRule, PARM_Jobname, out);
    if (one_in(r, 4))
        add_line(r, STMT_TTLSRule, PARM_Userid, out);
    add_line(r, STMT_TTLSRule, PARM_Direction, out);
    if (one_in(r, 2))
        strbuf_addf(out, "Priority %u\n", 1 + random_below(r, 5));
    while (one_in(r, 6) && !r->untimed)
        add_line(r, STMT_TTLSRule, PARM_IpTimeConditionRef, out);
    add_line(r, STMT_TTLSRule, PARM_TTLSGroupActionRef, out);
    add_line(r, STMT_TTLSRule, PARM_TTLSEnvironmentActionRef, out);
    if (one_in(r, 2))
        add_line(r, STMT_TTLSRule, PARM_TTLSConnectionActionRef, out);
    strbuf_adds(out, "}\n");
}

/* Required keywords, some others, and some of them more than once. */
static void add_lines(struct random *r, enum policy_stmt kind,
                      struct strbuf *out)
{
    const struct parm *row;
    unsigned n, user = 0;
    size_t i;

    for (i = 0; i < PARM_COUNT; i++) {
        row = schema_parm((enum policy_parm)i);
        if ((row->where & (1u << kind)) == 0)
            continue;
        n = (row->flags & REQUIRED) != 0 || one_in(r, 3);
        if (i == PARM_GSK_LDAP_USER)
            user = n;
        if (i == PARM_GSK_LDAP_USER_PW) /* the two go together */
            n = user;
        if ((row->flags & REPEAT) != 0 && n != 0)
            n += random_below(r, 3);
        for (; n != 0; n--)
            add_line(r, kind, (enum policy_parm)i, out);
    }
}

static void add_block(struct random *r, enum policy_stmt kind, const char *name,
                      struct strbuf *out)
{
    static const enum policy_parm set[] = {PARM_Prefix, PARM_Range};

    strbuf_addf(out, "%s %s\n{\n", schema_statement(kind)->keyword,
                name != NULL ? name : "");
    if (kind == STMT_IpAddrSet)
        add_line(r, kind, PICK(r, set), out);
    else
        add_lines(r, kind, out);
    if (kind == STMT_IpAddrGroup)
        add_line(r, kind, PARM_IpAddrRef, out);
    if (kind == STMT_PortGroup)
        add_line(r, kind, PARM_PortRangeRef, out);
    strbuf_adds(out, "}\n");
}

void randpolicy_add(struct random *r, unsigned count, struct strbuf *out)
{
    enum policy_stmt kind;
    char name[64];
    unsigned i;

    for (i = 0; i < count; i++)
        add_rule(r, i, out);
    for (kind = 0; kind < STMT_COUNT; kind++)
        for (i = 0; kind != STMT_TTLSRule && i < OBJECTS; i++) {
            snprintf(name, sizeof(name), "%s%u",
                     schema_statement(kind)->keyword, i);
            add_block(r, kind, name, out);
        }
}

struct policy_conn randpolicy_conn(struct random *r)
{
    struct policy_conn c;

    memset(&c, 0, sizeof(c));
    c.direction = one_in(r, 2) ? POLICY_INBOUND : POLICY_OUTBOUND;
    netaddr_parse_ip(PICK(r, ips), &c.local, NULL);
    netaddr_parse_ip(PICK(r, ips), &c.remote, NULL);
    c.local.port = PICK(r, conn_ports);
    c.remote.port = PICK(r, conn_ports);
    c.jobname = one_in(r, 5) ? NULL : PICK(r, names);
    c.userid = one_in(r, 5) ? NULL : PICK(r, names);
    c.when = (time_t)(1700000000 + random_below(r, 100000000));
    return c;
}

struct policy *randpolicy_load(const char *text)
{
    struct policy_options opt;
    struct diags *diags = diags_new();
    struct strbuf why = STRBUF_INIT;
    struct source *src;
    struct policy *p = NULL;
    size_t i;
    int r;

    policy_options_init(&opt);
    ck_assert(diags != NULL);
    ck_assert_int_eq(source_new("random", text, strlen(text), &src, NULL), 0);
    r = policy_load_source(src, &opt, diags, &p);
    for (i = 0; r != 0 && i < diags_count(diags); i++)
        if (diags_get(diags, i)->level == DIAG_ERROR)
            diag_format(diags_get(diags, i), &why);
    ck_assert_msg(r == 0, "%s", strbuf_str(&why));
    strbuf_done(&why);
    diags_free(diags);
    source_unref(src);
    return p;
}

struct policy_conn randpolicy_known_conn(struct random *r)
{
    struct policy_conn c = randpolicy_conn(r);

    c.jobname = c.jobname != NULL ? c.jobname : "A";
    c.userid = c.userid != NULL ? c.userid : "A";
    c.remote.family = c.local.family;
    return c;
}

struct policy *randpolicy_untimed(struct random *r)
{
    struct strbuf text = STRBUF_INIT;
    struct policy *p;

    r->untimed = true;
    randpolicy_add(r, 1 + random_below(r, 10), &text);
    p = randpolicy_load(strbuf_str(&text));
    strbuf_done(&text);
    return p;
}
