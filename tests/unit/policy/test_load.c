/* policy/load: which files make a policy, and what is said when one of them
 * is not there or not what it should be. */

#include "policy/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/faults.h"
#include "support/policies.h"
#include "support/scratch.h"
#include "support/suite.h"
#include "util/ebcdic.h"

static char dir[SCRATCH];

static void make_dir(void)
{
    scratch_folder(dir, "load");
}

static void remove_dir(void)
{
    scratch_remove(dir);
}

static const char *path_of(const char *name)
{
    static char path[200];

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    return path;
}

static void put_n(const char *name, const char *text, size_t len)
{
    FILE *f = fopen(path_of(name), "w");

    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(text, 1, len, f), len);
    ck_assert_int_eq(fclose(f), 0);
}

static void put(const char *name, const char *text)
{
    put_n(name, text, strlen(text));
}

#define RULE_OF(name)                                                          \
    "TTLSRule " name "\n{\nDirection Both\nJobname " name "\n"                 \
    "TTLSGroupActionRef g" name "\n}\nTTLSGroupAction g" name                  \
    "\n{\nTTLSEnabled Off\n}\n"

/* The main file; its text; rules (in order) and stack of what is loaded, or
 * the findings. Beside it stand image1, image2, p1 (rule p1), p2, common, and
 * the folder lib with MEM (rule MEM) and SYS1.SEQ (rule SEQ). */
static const struct {
    const char *name, *text, *stack, *rules, *findings;
} cases[] = {
    {"a policy", RULE_OF("x"), NULL, "x", ""},
    {"main file with image file", "TcpImage TCPIP1 image1\n", NULL, "p1", ""},
    {"PEPInstance is the same", "PEPInstance TCPIP1 image1 FLUSH\n", NULL, "p1",
     ""},
    {"the first image counts",
     "TcpImage TCPIP1 image1\nTcpImage TCPIP2 image2\n", NULL, "p1", ""},
    {"the image that is asked for",
     "TcpImage TCPIP1 image1\nTcpImage TCPIP2 image2\n", "tcpip2", "p2", ""},
    {"no such image", "TcpImage TCPIP1 image1\n", "TCPIP9", NULL,
     "stack-unknown@1"},
    {"the main file is the image file",
     "TcpImage TCPIP1 FLUSH PURGE 600\nTTLSConfig p1\n", NULL, "p1",
     "agent-flag@1"},
    {"the last TTLSConfig counts",
     "TcpImage TCPIP1\nTTLSConfig missing\nTTLSConfig p2\n", NULL, "p2", ""},
    {"flags and interval", "TcpImage TCPIP1 image1 NOFLUSH PURGE 1800\n", NULL,
     "p1", "agent-flag@1 agent-flag@1"},
    {"TTLSConfig has no interval", "TcpImage TCPIP1\nTTLSConfig p1 FLUSH 60\n",
     NULL, "p1", "trailing-text@2"},
    {"text after the flags", "TcpImage TCPIP1 image1 FLUSH often\n", NULL, "p1",
     "trailing-text@1"},
    {"no name of a stack", "TcpImage\n", NULL, NULL, "missing-value@1"},
    {"common policy before the stack's",
     "CommonTTLSConfig common\nTcpImage TCPIP1 image1\n", NULL, "common p1",
     ""},
    {"common policy alone",
     "CommonTTLSConfig common\nTcpImage TCPIP1\nTTLSConfig\n", NULL, "common",
     ""},
    {"an image file", "TTLSConfig p1 FLUSH NOPURGE\n", NULL, "p1", ""},
    {"TcpImage names a policy", "TcpImage TCPIP1 p1\n", NULL, "",
     "image-is-policy@1 no-ttlsconfig@1 no-rules@1"},
    {"a missing image file", "TcpImage TCPIP1 nowhere\n", NULL, NULL,
     "file-read@1"},
    {"a folder in place of a file", "TTLSConfig lib\n", NULL, NULL,
     "file-read@1"},
    {"a file that names itself", "TcpImage TCPIP1 main\n", NULL, NULL,
     "file-loop@1"},
    {"files that name each other", "TcpImage TCPIP1 back\n", NULL, NULL,
     "file-loop@1"},
    {"a member of a library", "TTLSConfig //'SYS1.TCPPARMS(MEM)'\n", NULL,
     "MEM", ""},
    {"names are folded", "TTLSConfig //'sys1.tcpparms(mem)'\n", NULL, "MEM",
     ""},
    {"without quotes", "TTLSConfig //SYS1.TCPPARMS(MEM)\n", NULL, "MEM", ""},
    {"a sequential data set", "TTLSConfig //'SYS1.SEQ'\n", NULL, "SEQ", ""},
    {"a data set out of the map", "TTLSConfig //'SYS2.X(A)'\n", NULL, NULL,
     "dataset-unknown@1"},
    {"out of the folder", "TTLSConfig //'SYS1.TCPPARMS(../P1)'\n", NULL, NULL,
     "bad-value@1"},
    {"two dots", "TTLSConfig //'SYS1.TCPPARMS(..)'\n", NULL, NULL,
     "bad-value@1"},
    {"no member", "TTLSConfig //'SYS1.TCPPARMS()'\n", NULL, NULL,
     "bad-value@1"},
    {"a member without end", "TTLSConfig //'SYS1.TCPPARMS(A'\n", NULL, NULL,
     "bad-value@1"},
    {"no name at all", "TTLSConfig //''\n", NULL, NULL, "bad-value@1"},
    {"other statements of the agent",
     "LogLevel 511\nIPSecConfig x\nTTLSConfig p1\n", NULL, "p1",
     "ignored-here@2"},
    {"a misspelt one", "TcpImage TCPIP1\nTTLSConfg p1\nTTLSConfig p1\n", NULL,
     "p1", "unknown-keyword@2"},
    {"agent's statements in a policy", "TTLSConfig p3\n", NULL, "p3",
     "misplaced-keyword@1"},
};

static void put_all(void)
{
    put("image1", "TTLSConfig p1\n");
    put("image2", "TTLSConfig p2 FLUSH\n");
    put("p1", RULE_OF("p1"));
    put("p2", RULE_OF("p2"));
    put("p3", "LogLevel 31\n" RULE_OF("p3"));
    put("common", RULE_OF("common"));
    put("back", "TTLSConfig main\n");
    ck_assert_int_eq(mkdir(path_of("lib"), 0700), 0);
    put("lib/MEM", RULE_OF("MEM"));
    put("lib/SYS1.SEQ", RULE_OF("SEQ"));
}

/* The names of the rules, in the order of the search. */
static const char *rules_of(const struct policy *p)
{
    static char text[200];
    size_t i, n = 0;

    text[0] = '\0';
    for (i = 0; i < policy_rule_count(p); i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s",
                              i != 0 ? " " : "",
                              policy_rule_name(policy_rule_get(p, i)));
    return text;
}

static struct policy *load(const char *name, const char *stack,
                           struct diags *diags)
{
    static char lib[SCRATCH + 20];
    struct dataset_row map[] = {{"SYS1.TCPPARMS", lib}, {"SYS1.SEQ", lib}};
    struct policy_options opt;
    struct policy *p = NULL;
    int r;

    snprintf(lib, sizeof(lib), "%s/lib", dir);
    policy_options_init(&opt);
    opt.stack = stack;
    opt.datasets.row = map;
    opt.datasets.count = 2;
    r = policy_load(path_of(name), &opt, diags, &p);
    ck_assert(r == 0 || r == ERR_SYNTAX);
    return p;
}

START_TEST(finds_files)
{
    struct diags *diags = diags_new();
    struct policy *p;

    make_dir();
    put_all();
    put("main", cases[_i].text);
    p = load("main", cases[_i].stack, diags);
    ck_assert_msg(strcmp(findings_text(diags), cases[_i].findings) == 0,
                  "%s: %s", cases[_i].name, findings_text(diags));
    ck_assert_msg((p != NULL) == (cases[_i].rules != NULL), "%s",
                  cases[_i].name);
    if (p != NULL)
        ck_assert_msg(strcmp(rules_of(p), cases[_i].rules) == 0, "%s: %s",
                      cases[_i].name, rules_of(p));
    policy_unref(p);
    diags_free(diags);
    remove_dir();
}
END_TEST

START_TEST(tells_the_stack)
{
    struct diags *diags = diags_new();
    struct policy *p;

    make_dir();
    put_all();
    put("main", "TcpImage TCPIP1 image1\nTcpImage tcpip2 image2\n");
    p = load("main", "TCPIP2", diags);
    ck_assert_str_eq(policy_stack(p), "tcpip2");
    policy_unref(p);
    p = load("p1", NULL, diags);
    ck_assert_ptr_null(policy_stack(p));
    policy_unref(p);
    diags_free(diags);
    remove_dir();
}
END_TEST

/* Absolute paths found in files begin below the root. */
START_TEST(puts_the_root_before)
{
    struct policy_options opt;
    struct diags *diags = diags_new();
    struct policy *p = NULL;

    make_dir();
    put_all();
    put("main", "TTLSConfig /p2\n");
    policy_options_init(&opt);
    opt.root = dir;
    ck_assert_int_eq(policy_load(path_of("main"), &opt, diags, &p), 0);
    ck_assert_str_eq(rules_of(p), "p2");
    policy_unref(p);
    diags_free(diags);
    remove_dir();
}
END_TEST

START_TEST(says_the_line_to_add)
{
    struct diags *diags = diags_new();

    make_dir();
    put("main", "TTLSConfig //'user.pds(a)'\n");
    ck_assert_ptr_null(load("main", NULL, diags));
    ck_assert_str_eq(diags_get(diags, 0)->fix,
                     "add to attlsd.conf: datasets = ( { dsn = \"USER.PDS\"; "
                     "dir = \"/path\"; } );");
    diags_free(diags);
    remove_dir();
}
END_TEST

START_TEST(file_itself_is_missing)
{
    struct diags *diags = diags_new();

    make_dir();
    ck_assert_ptr_null(load("nothing", NULL, diags));
    ck_assert_str_eq(findings_text(diags), "file-read@0");
    diags_free(diags);
    remove_dir();
}
END_TEST

/* A text as it lies on z/OS: in IBM-1047, with X'15' at the end of a line, or
 * as records of 80 bytes with sequence numbers. */
START_TEST(reads_ebcdic)
{
    static const char *const lines[] = {
        "TTLSRule r~1 # [x]",   "{", "Direction Both",    "Jobname $A@1",
        "TTLSGroupActionRef g", "}", "TTLSGroupAction g", "{",
        "TTLSEnabled Off",      "}"};
    char text[1000], card[81];
    size_t i, k, n = 0;
    struct diags *diags = diags_new();
    struct policy *p;

    make_dir();
    for (i = 0; i < 10; i++) {
        for (k = 0; k < strlen(lines[i]); k++)
            text[n++] = (char)ebcdic_from_latin1((unsigned char)lines[i][k]);
        text[n++] = _i == 1 ? 0x25 : 0x15;
    }
    for (i = 0, n = _i == 2 ? 0 : n; _i == 2 && i < 10; i++) {
        snprintf(card, sizeof(card), "%-72s%08zu", lines[i], (i + 1) * 100);
        for (k = 0; k < 80; k++)
            text[n++] = (char)ebcdic_from_latin1((unsigned char)card[k]);
    }
    put_n("main", text, n);
    p = load("main", NULL, diags);
    ck_assert_msg(p != NULL, "%s", findings_text(diags));
    ck_assert_str_eq(rules_of(p), "r~1");
    ck_assert_str_eq(findings_text(diags), _i == 2 ? "mvs-seqno@2" : "");
    policy_unref(p);
    diags_free(diags);
    remove_dir();
}
END_TEST

START_TEST(passes_over_padding)
{
    struct diags *diags = diags_new();
    struct policy *p;

    make_dir();
    put_n("main", RULE_OF("x") "\x1a\0\0", sizeof(RULE_OF("x")) + 2);
    p = load("main", NULL, diags);
    ck_assert_ptr_nonnull(p);
    ck_assert_str_eq(findings_text(diags), "not-portable@11");
    policy_unref(p);
    diags_free(diags);
    remove_dir();
}
END_TEST

/* A file of another kind gives as many findings as are worth showing. */
START_TEST(stops_after_many_findings)
{
    struct strbuf text = STRBUF_INIT;
    struct diags *diags = diags_new();
    size_t i;

    make_dir();
    for (i = 0; i < 100000; i++)
        strbuf_adds(&text, "what is this\n");
    put_n("main", strbuf_str(&text), text.len);
    strbuf_done(&text);
    policy_unref(load("main", NULL, diags));
    ck_assert_uint_eq(diags_count(diags), 2001);
    ck_assert_str_eq(diags_get(diags, 2000)->name, "too-many");
    diags_free(diags);
    remove_dir();
}
END_TEST

/* Every allocation of a load fails once: no policy, no crash, no leak. */
START_TEST(runs_out_of_memory)
{
    static const char text[] =
        "TTLSRule r\n{\nDirection Both\nLocalAddrGroupRef G\n"
        "LocalPortGroupRef P\nServerHandshakeSNIList x\nColour\n"
        "TTLSGroupActionRef gOn\nTTLSEnvironmentActionRef E\n}\n"
        "TTLSEnvironmentAction E\n{\nHandshakeRole Client\n"
        "TTLSKeyringParmsRef R\nTTLSCipherParms\n{\nV3CipherSuites 352F\n}\n}\n"
        "IpAddrGroup G\n{\nIpAddr\n{\nAddr 10.1.1.1\n}\n}\n"
        "PortGroup P\n{\nPortRange\n{\nPort 1\n}\n}\n" POLICY_ACTIONS;
    struct policy_options opt;
    struct policy *p;
    struct source *src;
    struct diags *diags;
    int r, n, failed = 0;

    policy_options_init(&opt);
    for (n = 1;; n++) {
        ck_assert_int_eq(source_new("p", text, sizeof(text) - 1, &src, NULL),
                         0);
        diags = diags_new();
        p = NULL;
        fault_set(FAULT_MEMORY, n, 0);
        r = policy_load_source(src, &opt, diags, &p);
        if (!fault_struck(FAULT_MEMORY))
            break;
        fault_set(FAULT_MEMORY, 0, 0);
        /* What is lost of a finding is not what the policy lacks. */
        ck_assert_msg(r == ERR_NOMEM || (r == 0 && p != NULL), "%d: %d", n, r);
        failed += r == ERR_NOMEM;
        policy_unref(p);
        diags_free(diags);
        source_unref(src);
    }
    fault_set(FAULT_MEMORY, 0, 0);
    ck_assert_int_eq(r, 0);
    ck_assert_int_gt(failed, 10);
    policy_unref(p);
    diags_free(diags);
    source_unref(src);
}
END_TEST

START_TEST(is_counted)
{
    struct policy *p = policy_good(RULE_OF("x")), *again = policy_ref(p);

    ck_assert_ptr_eq(p, again);
    policy_unref(p);
    ck_assert_str_eq(policy_rule_name(policy_rule_get(again, 0)), "x");
    ck_assert_int_eq(policy_release(again), ZOS_3_1);
    policy_unref(again);
    policy_unref(NULL);
}
END_TEST

START_TEST(knows_releases)
{
    static const char *const names[] = {"2.1", "2.2", "2.3", "2.4",
                                        "2.5", "3.1", "3.2"};
    enum zos_release release;
    struct error err;
    size_t i;

    for (i = 0; i < 7; i++) {
        ck_assert_int_eq(zos_release_parse(names[i], &release, &err), 0);
        ck_assert_str_eq(zos_release_name(release), names[i]);
    }
    ck_assert_int_eq(zos_release_parse("2.6", &release, &err), ERR_VALUE);
    ck_assert_str_eq(err.text, "release \"2.6\" is not known; 2.1, 2.2, 2.3, "
                               "2.4, 2.5, 3.1 and 3.2 are");
}
END_TEST

/* What TcpImage and TTLSConfig say, and what counts. */
static const struct {
    const char *image, *config, *counts;
} words[] = {
    {"", "", "FLUSH NOPURGE 1800"},
    {"NOFLUSH", "", "NOFLUSH NOPURGE 1800"},
    {"PURGE 60", "", "FLUSH PURGE 60"},
    {"noflush Purge", "", "NOFLUSH PURGE 1800"},
    {"NOFLUSH PURGE 60", "FLUSH", "FLUSH PURGE 60"},
    {"FLUSH", "NOFLUSH", "NOFLUSH NOPURGE 1800"},
    {"PURGE", "NOPURGE", "FLUSH NOPURGE 1800"},
    {"2147483647", "NOFLUSH PURGE", "NOFLUSH PURGE 2147483647"},
};

START_TEST(takes_the_words_of_both)
{
    struct strbuf text = STRBUF_INIT, shown = STRBUF_INIT, again = STRBUF_INIT;
    struct diags *diags = diags_new();
    struct policy_options opt;
    struct policy *p, *q = NULL;
    struct source *src = NULL;

    strbuf_addf(&text, "TcpImage TCPIP1 %s\nTTLSConfig /dev/null %s\n",
                words[_i].image, words[_i].config);
    p = policy_good(strbuf_str(&text));
    policy_agent_show(p, &shown);
    ck_assert_str_eq(strbuf_str(&shown), words[_i].counts);
    /* the console's displays are told so */
    policy_options_init(&opt);
    opt.words = strbuf_str(&shown);
    ck_assert_int_eq(source_new("x", "", 0, &src, NULL), 0);
    ck_assert_int_eq(policy_load_source(src, &opt, diags, &q), 0);
    policy_agent_show(q, &again);
    ck_assert_str_eq(strbuf_str(&again), words[_i].counts);
    policy_unref(p);
    policy_unref(q);
    source_unref(src);
    strbuf_done(&text);
    strbuf_done(&shown);
    strbuf_done(&again);
    diags_free(diags);
}
END_TEST

START_TEST(keeps_what_the_agent_is_told)
{
    struct policy *p = policy_good("LogLevel 511\n"
                                   "TcpImage TCPIP1 FLUSH NOPURGE 60\n"
                                   "TTLSConfig /dev/null FLUSH PURGE\n");
    struct policy_agent a = policy_agent(p);

    ck_assert_uint_eq(a.log_level, 511);
    ck_assert_uint_eq(a.refresh, 60);
    ck_assert_str_eq(a.codepage, "IBM-1047");
    ck_assert_str_eq(a.file, "/dev/null");
    ck_assert_uint_eq(policy_file_count(p), 2);
    ck_assert_str_eq(policy_file_get(p, 1), "/dev/null");
    policy_unref(p);

    /* no longer than z/OS's never */
    p = policy_good("TcpImage TCPIP1 99999999999999999999\n"
                    "TTLSConfig /dev/null\n");
    ck_assert_uint_eq(policy_agent(p).refresh, 2147483647);
    policy_unref(p);

    p = policy_good(RULE_OF("x"));
    a = policy_agent(p);
    ck_assert_uint_eq(a.log_level, 31);
    ck_assert_uint_eq(a.refresh, 1800);
    policy_unref(p);
}
END_TEST

/* As the Policy Agent echoes them: the line as it was coded. */
START_TEST(lists_the_statements)
{
    struct policy *p = policy_good("PortRange   two { Port 2 }\n" RULE_OF("x"));
    struct policy_statement s = policy_statement_get(p, 0);

    ck_assert_uint_ge(policy_statement_count(p), 3);
    ck_assert_str_eq(s.kind, "PortRange");
    ck_assert_str_eq(s.name, "two");
    ck_assert_uint_eq(s.line.len, strlen("PortRange   two"));
    ck_assert_str_eq(policy_statement_get(p, 1).kind, "TTLSRule");
    policy_unref(p);
}
END_TEST

TESTS_BEGIN("load")
TEST_ROWS(takes_the_words_of_both, words)
TEST_ROWS(takes_the_words_of_both, words)
TEST(keeps_what_the_agent_is_told)
TEST(lists_the_statements)
TEST_ROWS(finds_files, cases)
TEST(tells_the_stack)
TEST(puts_the_root_before)
TEST(says_the_line_to_add)
TEST(file_itself_is_missing)
tcase_add_loop_test(tc, reads_ebcdic, 0, 3);
TEST(passes_over_padding)
TEST(stops_after_many_findings)
TEST(runs_out_of_memory)
TEST(is_counted)
TEST(knows_releases)
TESTS_END
