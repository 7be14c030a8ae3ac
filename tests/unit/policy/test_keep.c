/* FLUSH and NOFLUSH: which rules are in force after a refresh, and what they
 * say. */

#include "policy/keep.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "support/faults.h"
#include "support/policies.h"
#include "support/suite.h"

#define GROUP(name, trace)                                                     \
    "TTLSGroupAction " name "\n{\nTTLSEnabled On\nTrace " trace "\n}\n"
#define ENVIRONMENT(name, ring)                                                \
    "TTLSEnvironmentAction " name "\n{\nHandshakeRole Server\n"                \
    "TTLSKeyringParmsRef " ring "\n}\n"
#define RING(name, file)                                                       \
    "TTLSKeyringParms " name "\n{\nKeyring " file "\nKeyringPw secret\n}\n"
#define PORTS(name, low) "PortRange " name "\n{\nPort " low "\n}\n"
#define RULE(name, ports)                                                      \
    "TTLSRule " name "\n{\nDirection Inbound\nLocalPortRangeRef " ports        \
    "\nTTLSGroupActionRef g\nTTLSEnvironmentActionRef e\n}\n"
#define ACTIONS GROUP("g", "2") ENVIRONMENT("e", "r") RING("r", "/tmp/a.kdb")
#define TWO     RULE("A", "pa") RULE("B", "pb") PORTS("pa", "1") PORTS("pb", "2")

/* What is in force after BEFORE and then AFTER: each rule with its lower port,
 * its Trace and its ring, those that stay by NOFLUSH with a star. */
static const struct {
    const char *name, *before, *words, *after, *in_force;
} cases[] = {
    {"FLUSH: a deleted rule is gone", TWO ACTIONS, "FLUSH",
     RULE("A", "pa") PORTS("pa", "1") ACTIONS, "A:1:2:/tmp/a.kdb"},
    {"FLUSH is what counts without a word", TWO ACTIONS, "",
     RULE("A", "pa") PORTS("pa", "1") ACTIONS, "A:1:2:/tmp/a.kdb"},
    {"NOFLUSH: a deleted rule stays", TWO ACTIONS, "NOFLUSH",
     RULE("A", "pa") PORTS("pa", "1") ACTIONS,
     "A:1:2:/tmp/a.kdb B*:2:2:/tmp/a.kdb"},
    {"NOFLUSH: a changed rule is replaced", TWO ACTIONS, "NOFLUSH",
     RULE("A", "pa") RULE("B", "pa") PORTS("pa", "7") ACTIONS,
     "A:7:2:/tmp/a.kdb B:7:2:/tmp/a.kdb"},
    {"NOFLUSH: a new one comes", TWO ACTIONS, "NOFLUSH",
     TWO RULE("C", "pc") PORTS("pc", "3") ACTIONS,
     "A:1:2:/tmp/a.kdb B:2:2:/tmp/a.kdb C:3:2:/tmp/a.kdb"},
    {"NOFLUSH: an empty file", TWO ACTIONS, "NOFLUSH", "",
     "A*:1:2:/tmp/a.kdb B*:2:2:/tmp/a.kdb"},
    {"NOFLUSH: an action that the file has is the file's", TWO ACTIONS,
     "NOFLUSH",
     RULE("A", "pa") PORTS("pa", "1") GROUP("g", "7") ENVIRONMENT("e", "r")
         RING("r", "/tmp/b.kdb"),
     "A:1:7:/tmp/b.kdb B*:2:7:/tmp/b.kdb"},
    {"NOFLUSH: ports of the same name are not the rule's", TWO ACTIONS,
     "NOFLUSH", RULE("A", "pb") PORTS("pb", "9") ACTIONS,
     "A:9:2:/tmp/a.kdb B*:2:2:/tmp/a.kdb"},
    {"NOFLUSH: nor a ring of the same name the deleted action's", TWO ACTIONS,
     "NOFLUSH",
     "TTLSRule A\n{\nDirection Inbound\nLocalPortRange 1\n"
     "TTLSGroupActionRef g\nTTLSEnvironmentActionRef f\n}\n" GROUP("g", "2")
         ENVIRONMENT("f", "r") RING("r", "/tmp/b.kdb"),
     "A:1:2:/tmp/b.kdb B*:2:2:/tmp/a.kdb"},
    {"NOFLUSH: nothing was in force", NULL, "NOFLUSH",
     RULE("A", "pa") PORTS("pa", "1") ACTIONS, "A:1:2:/tmp/a.kdb"},
};

static int faulty; /* which piece of memory is not to be had; 0: none */

/* With BEFORE in force; TcpImage is told by the words that it would have. */
static struct policy *refresh(const struct policy *before, const char *words,
                              const char *text)
{
    struct diags *diags = diags_new();
    struct policy_options opt;
    struct source *src = NULL;
    struct policy *p = NULL;

    policy_options_init(&opt);
    opt.running = before;
    opt.words = words;
    ck_assert_int_eq(source_new("t", text, strlen(text), &src, NULL), 0);
    fault_set(FAULT_MEMORY, faulty, ENOMEM);
    if (policy_load_source(src, &opt, diags, &p) != 0 && faulty == 0)
        ck_abort_msg("%s", findings_text(diags));
    source_unref(src);
    diags_free(diags);
    return p;
}

static const char *in_force(const struct policy *p)
{
    static char text[400];
    struct strbuf ring = STRBUF_INIT;
    size_t i, n = 0;

    text[0] = '\0';
    for (i = 0; i < p->rule_count; i++) {
        const struct policy_rule *r = &p->rules[i];

        strbuf_reset(&ring);
        effective_show(r->effective, PARM_Keyring, &ring);
        n += (size_t)snprintf(
            text + n, sizeof(text) - n, "%s%s%s:%u:%lu:%s", i > 0 ? " " : "",
            r->name, policy_rule_is_kept(r) ? "*" : "",
            ((const struct port_range *)r->local_port.items)->low,
            effective_number(r->effective, PARM_Trace), strbuf_str(&ring));
    }
    strbuf_done(&ring);
    return text;
}

START_TEST(does_what_flush_and_noflush_say)
{
    struct policy *before = NULL, *after;

    if (cases[_i].before != NULL)
        before = refresh(NULL, "", cases[_i].before);
    after = refresh(before, cases[_i].words, cases[_i].after);
    policy_unref(before); /* nothing of it is needed any more */
    ck_assert_msg(strcmp(in_force(after), cases[_i].in_force) == 0, "%s: %s",
                  cases[_i].name, in_force(after));
    policy_unref(after);
}
END_TEST

/* What has stayed once stays again, and goes when FLUSH says so; the password
 * of its ring stays too. */
START_TEST(stays_until_flush)
{
    static const char one[] = RULE("A", "pa") PORTS("pa", "1") ACTIONS;
    struct policy *p = refresh(NULL, "NOFLUSH", TWO ACTIONS), *next;
    int i;

    for (i = 0; i < 3; i++) {
        next = refresh(p, "NOFLUSH", i == 1 ? "" : one);
        policy_unref(p);
        p = next;
        ck_assert_uint_eq(policy_rule_count(p), 2);
        ck_assert_uint_eq(policy_kept_count(p), i == 1 ? 2 : 1);
        ck_assert_str_eq(effective_text(p->rules[1].effective, PARM_KeyringPw),
                         "secret");
    }
    next = refresh(p, "FLUSH", one);
    ck_assert_str_eq(in_force(next), "A:1:2:/tmp/a.kdb");
    ck_assert_uint_eq(policy_kept_count(next), 0);
    policy_unref(p);
    policy_unref(next);
}
END_TEST

/* Without memory nothing is installed, least of all a part of it. */
START_TEST(keeps_all_or_loads_nothing)
{
    struct policy *p = refresh(NULL, "NOFLUSH", TWO ACTIONS), *next;
    int i, failed = 0;

    for (i = 1;; i++) {
        faulty = i;
        next = refresh(p, "NOFLUSH", "");
        if (!fault_struck(FAULT_MEMORY))
            break;
        fault_set(FAULT_MEMORY, 0, 0);
        failed += next == NULL;
        ck_assert(next == NULL || policy_kept_count(next) == 2);
        policy_unref(next);
    }
    ck_assert_uint_eq(policy_kept_count(next), 2);
    ck_assert_int_gt(failed, 20);
    policy_unref(p);
    policy_unref(next);
}
END_TEST

TESTS_BEGIN("keep")
TEST_ROWS(does_what_flush_and_noflush_say, cases)
TEST(stays_until_flush)
TEST(keeps_all_or_loads_nothing)
TESTS_END
