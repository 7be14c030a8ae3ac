/* What a new policy would leave in clear: that what is told is true, and that
 * nothing is left out. */

#include "policy/loss.h"

#include <string.h>
#include <time.h>

#include "support/randpolicy.h"
#include "support/suite.h"

static const char actions[] =
    "TTLSGroupAction on\n{\nTTLSEnabled On\n}\n"
    "TTLSGroupAction off\n{\nTTLSEnabled Off\n}\n"
    "TTLSEnvironmentAction e\n{\nHandshakeRole Server\nTTLSKeyringParms\n{\n"
    "Keyring R\n}\n}\n";

static struct policy *load(const char *rules)
{
    struct strbuf text = STRBUF_INIT;
    struct policy *p;

    strbuf_addf(&text, "%s\n%s", rules, actions);
    p = randpolicy_load(strbuf_str(&text));
    strbuf_done(&text);
    return p;
}

#define ON(name, lines)                                                        \
    "TTLSRule " name "\n{\nDirection Both\n" lines "\nTTLSGroupActionRef on\n" \
    "TTLSEnvironmentActionRef e\n}\n"
#define OFF(name, lines)                                                       \
    "TTLSRule " name "\n{\nDirection Both\n" lines                             \
    "\nTTLSGroupActionRef off\n}\n"
#define WORKDAYS "\nIpTimeCondition\n{\nDayOfWeekMask 0111110\n}"
#define SIX_DAYS "\nIpTimeCondition\n{\nDayOfWeekMask 1111110\n}"

/* "BEFORE>AFTER" of each, "-" for no rule, blanks between. */
static const struct {
    const char *name, *before, *after, *found;
} cases[] = {
    {"the same", ON("a", "LocalPortRange 1"), ON("a", "LocalPortRange 1"), ""},
    {"a rule goes", ON("a", "LocalPortRange 1"), "", "a>-"},
    {"one that was Off goes", OFF("a", "LocalPortRange 1"), "", ""},
    {"a new name", ON("a", "LocalPortRange 1"), ON("b", "LocalPortRange 1"),
     ""},
    {"a narrower range", ON("a", "LocalPortRange 1-9"),
     ON("a", "LocalPortRange 3-9"), "a>-"},
    {"a wider one", ON("a", "LocalPortRange 3-9"),
     ON("a", "LocalPortRange 1-9"), ""},
    {"a range in two rules", ON("a", "LocalPortRange 1-9"),
     ON("x", "LocalPortRange 1-4") ON("y", "LocalPortRange 5-9"), ""},
    {"with a hole between them", ON("a", "LocalPortRange 1-9"),
     ON("x", "LocalPortRange 1-4") ON("y", "LocalPortRange 6-9"), "a>-"},
    {"a rule that never counted",
     ON("a", "LocalPortRange 1-9\nPriority 9") ON("b", "LocalPortRange 2"),
     ON("a", "LocalPortRange 1-9"), ""},
    {"one that another stood behind",
     ON("a", "LocalPortRange 1-4\nPriority 9") ON("b", "LocalPortRange 1-9"),
     ON("b", "LocalPortRange 1-9"), ""},
    {"both", ON("a", "LocalPortRange 1-4\nPriority 9") ON("b", "Jobname J"), "",
     "a>- b>-"},
    {"an Off rule in its place", ON("a", "LocalPortRange 1"),
     OFF("a", "LocalPortRange 1"), "a>a"},
    {"an Off rule before it", ON("a", "LocalPortRange 1-9"),
     ON("a", "LocalPortRange 1-9") OFF("b", "LocalPortRange 2\nPriority 9"),
     "a>b"},
    {"an Off rule behind it", ON("a", "LocalPortRange 1-9\nPriority 9"),
     ON("a", "LocalPortRange 1-9\nPriority 9") OFF("b", "LocalPortRange 2"),
     ""},
    {"an Off rule where no rule was", "", OFF("b", "LocalPortRange 2"), ""},
    {"one loses, one is Off",
     ON("a", "LocalPortRange 1-9") ON("b", "Jobname IMS*"),
     ON("b", "Jobname IMS1*") OFF("a", "LocalPortRange 1-9"), "b>- a>a"},
    {"one family", ON("a", "LocalAddr All\nRemotePortRange 5"),
     ON("a", "LocalAddr 0.0.0.0/0\nRemotePortRange 5"), "a>-"},
    {"a name that no program has", ON("a", "Jobname IMS*") ON("b", "Userid U"),
     ON("a", "Jobname IMS*"), "b>-"},
    {"a time condition comes", ON("a", "LocalPortRange 1"),
     ON("a", "LocalPortRange 1" WORKDAYS), "a>-"},
    {"a time condition goes", ON("a", "LocalPortRange 1" WORKDAYS),
     ON("a", "LocalPortRange 1"), ""},
    {"it stays", ON("a", "LocalPortRange 1" WORKDAYS),
     ON("b", "LocalPortRange 1" WORKDAYS), ""},
    {"it changes", ON("a", "LocalPortRange 1" SIX_DAYS),
     ON("a", "LocalPortRange 1" WORKDAYS), "a>-"},
};

static void add_found(const struct policy_difference *d, struct strbuf *out)
{
    if (out->len != 0)
        strbuf_addc(out, ' ');
    strbuf_addf(out, "%s>%s", policy_rule_name(d->before),
                d->after != NULL ? policy_rule_name(d->after) : "-");
}

START_TEST(tells_what_is_lost)
{
    struct policy *p = load(cases[_i].before), *q = load(cases[_i].after);
    struct strbuf found = STRBUF_INIT;
    struct policy_losses *l;
    struct error err;
    size_t i, lost = 0;

    ck_assert_int_eq(policy_losses_new(p, q, &l, &err), 0);
    for (i = 0; i < policy_losses_count(l); i++) {
        add_found(policy_losses_get(l, i), &found);
        lost += policy_losses_get(l, i)->after == NULL;
    }
    ck_assert_msg(strcmp(strbuf_str(&found), cases[_i].found) == 0, "%s: %s",
                  cases[_i].name, strbuf_str(&found));
    ck_assert_uint_eq(policy_losses_lost(l), lost);
    strbuf_done(&found);
    policy_losses_free(l);
    policy_unref(p);
    policy_unref(q);
}
END_TEST

START_TEST(shows_the_area)
{
    struct policy *p = load(ON("a", "LocalPortRange 20-29\nJobname J")),
                  *q = load(ON("a", "LocalPortRange 20-25\nJobname J"));
    struct strbuf text = STRBUF_INIT;
    struct policy_losses *l;

    ck_assert_int_eq(policy_losses_new(p, q, &l, NULL), 0);
    ck_assert_uint_eq(policy_losses_count(l), 1);
    policy_area_show(policy_losses_get(l, 0), &text);
    ck_assert_str_eq(strbuf_str(&text),
                     "both directions, local any IPv4, ports 26-29; remote "
                     "any IPv4, any port");
    ck_assert_str_eq(policy_losses_get(l, 0)->example.jobname, "J");
    strbuf_done(&text);
    policy_losses_free(l);
    policy_unref(p);
    policy_unref(q);
}
END_TEST

static bool is_on(const struct policy_rule *r)
{
    return r != NULL &&
           effective_on(policy_rule_effective(r), PARM_TTLSEnabled);
}

static bool is_told(const struct policy_losses *l, const struct policy_rule *a,
                    const struct policy_rule *b)
{
    size_t i;

    for (i = 0; i < policy_losses_count(l); i++)
        if (policy_losses_get(l, i)->before == a &&
            policy_losses_get(l, i)->after == b)
            return true;
    return false;
}

static void check_example(const struct policy *p, const struct policy *q,
                          const struct policy_difference *d)
{
    const struct policy_rule *a = NULL, *b = NULL;

    policy_match(p, &d->example, NULL, NULL, &a);
    policy_match(q, &d->example, NULL, NULL, &b);
    ck_assert_ptr_eq(a, d->before);
    ck_assert_ptr_eq(b, d->after);
    ck_assert(is_on(a) && !is_on(b));
}

START_TEST(is_true_and_complete)
{
    struct random r = random_start((uint64_t)_i + 9000);
    struct policy *p = randpolicy_untimed(&r), *q = randpolicy_untimed(&r);
    const struct policy_rule *a, *b;
    struct policy_losses *l;
    struct policy_conn c;
    struct error err;
    size_t i;

    ck_assert_int_eq(policy_losses_new(p, q, &l, &err), 0);
    for (i = 0; i < policy_losses_count(l); i++)
        check_example(p, q, policy_losses_get(l, i));
    for (i = 0; i < 500; i++) {
        c = randpolicy_known_conn(&r);
        a = b = NULL;
        policy_match(p, &c, NULL, NULL, &a);
        policy_match(q, &c, NULL, NULL, &b);
        if (is_on(a) && !is_on(b) && !is_told(l, a, b))
            ck_abort_msg("%s>%s is not told", policy_rule_name(a),
                         b != NULL ? policy_rule_name(b) : "-");
    }
    policy_losses_free(l);
    policy_unref(p);
    policy_unref(q);
}
END_TEST

/* A build with sanitizers takes its time to load them. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { MANY = 1000 };
#else
enum { MANY = 10000 };
#endif

/* Ports and addresses of rules that do not meet; every one behind FROM that
 * STEP leaves. */
static struct policy *many(const char *name, unsigned step, unsigned shift)
{
    struct strbuf text = STRBUF_INIT;
    struct policy *p;
    unsigned i;

    for (i = 0; i < MANY; i += step)
        strbuf_addf(&text,
                    "TTLSRule %s%u\n{\nDirection Inbound\nLocalPortRange %u\n"
                    "RemoteAddr 10.%u.%u.0/24\nTTLSGroupActionRef on\n"
                    "TTLSEnvironmentActionRef e\n}\n",
                    name, i, 1000 + i + shift, i / 256 % 256, i % 256);
    p = load(strbuf_str(&text));
    strbuf_done(&text);
    return p;
}

static double seconds_of(const struct policy *p, const struct policy *q,
                         size_t *ret_lost)
{
    struct policy_losses *l = NULL;
    struct timespec a, b;
    struct error err;
    int r;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
    r = policy_losses_new(p, q, &l, &err);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
    ck_assert(r == 0 || r == ERR_LIMIT);
    *ret_lost = r == 0 ? policy_losses_lost(l) : 0;
    policy_losses_free(l);
    return (double)(b.tv_sec - a.tv_sec) +
           (double)(b.tv_nsec - a.tv_nsec) * 1e-9;
}

/* What REFRESH adds to its own time, at worst: all rules are others. */
START_TEST(ten_thousand_rules_are_soon_compared)
{
    struct policy *all = many("r", 1, 0), *half = many("s", 2, 0),
                  *moved = many("r", 1, MANY);
    size_t lost;
    double s;

    s = seconds_of(all, half, &lost);
    ck_assert_uint_eq(lost, MANY / 2);
    ck_assert_msg(s < 1.0 * ATTLS_PATIENCE, "half of them: %.2f s", s);
    s = seconds_of(all, moved, &lost);
    ck_assert_uint_eq(lost, MANY);
    ck_assert_msg(s < 1.0 * ATTLS_PATIENCE, "all others: %.2f s", s);
    policy_unref(all);
    policy_unref(half);
    policy_unref(moved);
}
END_TEST

TESTS_BEGIN("loss")
TEST_ROWS(tells_what_is_lost, cases)
TEST(shows_the_area)
TEST_TIMES(is_true_and_complete, 40)
TEST(ten_thousand_rules_are_soon_compared)
TESTS_END
