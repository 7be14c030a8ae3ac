/*
 * daemon/config: the file of the issue is taken as it is printed; wrong ones
 * give file, line and what to write instead; the manual has every key.
 */

#include "site/config.h"
#include "site/testing.h"
#include "site/value.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support/suite.h"
#include "util/strbuf.h"

static int load(const char *text, struct diags **diags, struct config **ret)
{
    struct source *src;
    int r;

    *diags = diags_new();
    *ret = NULL;
    ck_assert_int_eq(source_new("attlsd.conf", text, strlen(text), &src, NULL),
                     0);
    r = config_load_source(src, *diags, ret);
    source_unref(src);
    return r;
}

static const char workshop[] =
    "stack = \"TCPIP1\"; // the TcpImage\n"
    "pagent = \"/etc/attls/pagent.conf\";\n"
    "pagent_root = \"\";\n"
    "racf = \"/var/lib/attls/racf\";\n"
    "control = \"/run/attls/attlsd.sock\";\n"
    "ttls = true;\n"
    "release = \"2.3\";\n"
    "workers = 0;\n"
    "log = ( { sink = \"stderr\"; },\n"
    "  { sink = \"file\"; path = \"/var/log/attls/syslogall.log\"; } );\n"
    "listeners = (\n"
    "  { mode = \"forward\"; direction = \"Inbound\";\n"
    "    listen = \"127.0.0.1:5555\"; target = \"127.0.0.1:15555\";\n"
    "    jobname = \"IMS15HWS\"; userid = \"IMSSTC\";\n"
    "    dial = \"after_handshake\"; },\n"
    "  { mode = \"forward\"; direction = \"Outbound\";\n"
    "    listen = \"127.0.0.1:15550\"; target = \"127.0.0.1:5555\";\n"
    "    jobname = \"BAQSTRT\"; userid = \"LIBSERV\"; allow = ( \"root\" ); }\n"
    ");\n";

START_TEST(takes_the_workshop)
{
    const struct config_listener *l;
    struct diags *diags;
    struct config *c;

    ck_assert_int_eq(load(workshop, &diags, &c), 0);
    ck_assert_uint_eq(diags_count(diags), 0);
    ck_assert_str_eq(c->stack, "TCPIP1");
    ck_assert_int_eq(c->zos_release, ZOS_2_3);
    ck_assert_uint_eq(c->handshake_limit, 60);
    ck_assert_uint_eq(c->sinks.count, 2);
    ck_assert_int_eq(c->sinks.item[1].kind, SINK_FILE);
    ck_assert_uint_eq(c->listeners.count, 2);
    l = &c->listeners.item[0];
    ck_assert_int_eq(l->direction, POLICY_INBOUND);
    ck_assert_uint_eq(l->target.address[0].port, 15555);
    ck_assert_int_eq(l->on_no_rule, NO_RULE_CLEAR);
    ck_assert_int_eq(l->truncation, TRUNCATION_RESET);
    l = &c->listeners.item[1];
    ck_assert(l->allow.given && l->allow.count == 1 && l->allow.uid[0] == 0);
    ck_assert(!config_allows(l, 12345));
    config_unref(c);
    diags_free(diags);
}
END_TEST

#define LISTENER(more)                                                         \
    "listeners = ( { mode = \"forward\"; direction = \"Outbound\";"            \
    " listen = \"127.0.0.1:1\"; target = \"127.0.0.1:2\"; " more " } );"

START_TEST(takes_transparent)
{
    const struct config_capture *cap;
    struct diags *diags;
    struct config *c;
    char text[NETADDR_TEXT];

    ck_assert_int_eq(
        load("listeners = ( { mode = \"transparent\"; exclude_users = ( "
             "\"1337\" ); exclude_ports = ( \"22\", \"8000-8099\" );\n"
             "exclude_networks = ( \"10.1.2.3/8\", \"fd00::/9\" ); } );",
             &diags, &c),
        0);
    ck_assert_uint_eq(diags_count(diags), 0);
    ck_assert_uint_eq(c->listeners.count, 4);
    ck_assert_str_eq(netaddr_format(&c->listeners.item[1].listen, text),
                     "[::1]:15001");
    ck_assert_int_eq(c->listeners.item[1].direction, POLICY_OUTBOUND);
    ck_assert_str_eq(netaddr_format(&c->listeners.item[2].listen, text),
                     "0.0.0.0:15006");
    ck_assert_int_eq(c->listeners.item[2].direction, POLICY_INBOUND);
    ck_assert(config_allows(&c->listeners.item[0], 4711));
    cap = config_capture(c);
    ck_assert_int_eq(cap->source, SOURCE_CLIENT);
    ck_assert_int_eq(cap->old_connections, OLD_RESET);
    ck_assert(cap->install);
    ck_assert_uint_eq(cap->exclude_users.uid[0], 1337);
    ck_assert_uint_eq(cap->exclude_ports.item[1].high, 8099);
    ck_assert_str_eq(netaddr_format(&cap->exclude_networks.item[0].low, text),
                     "10.0.0.0:0");
    ck_assert_str_eq(netaddr_format(&cap->exclude_networks.item[1].high, text),
                     "[fd7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:0");
    config_unref(c);
    diags_free(diags);
}
END_TEST

#define DIALS(mode, more)                                                      \
    "listeners = ( { mode = \"" mode "\"; direction = \"Inbound\"; listen = "  \
    "\"127.0.0.1:1\"; target = \"127.0.0.1:2\"; " more " } );"

/* What relies on what has changed since 0.1 is named; what says it, and what
 * has not changed, is not. */
static const struct {
    const char *name, *conf;
    enum config_dial dial;
    const char *note; /* NULL: none */
} dials[] = {
    {"not given", DIALS("forward", ""), DIAL_AFTER_HANDSHAKE,
     "attlsd.conf:1:1: note: connects to 127.0.0.1:2 after the handshake "
     "(changed since 0.1, when it did at accept); dial = \"at_once\"; keeps "
     "that order, dial = \"after_handshake\"; says that it is known "
     "[dial-changed]\n"},
    {"after", DIALS("forward", "dial = \"after_handshake\";"),
     DIAL_AFTER_HANDSHAKE, NULL},
    {"at once", DIALS("forward", "dial = \"at_once\"; dial_check = 5;"),
     DIAL_AT_ONCE, NULL},
    {"outbound", LISTENER("allow = ( \"root\" );"), DIAL_UNSET, NULL},
    {"transparent", "listeners = ( { mode = \"transparent\"; } );",
     DIAL_AT_ONCE, NULL},
    {"transparent, after",
     "listeners = ( { mode = \"transparent\"; dial = \"after_handshake\"; } "
     ");",
     DIAL_AFTER_HANDSHAKE, NULL},
    {"run", "listeners = ( { mode = \"run\"; } );", DIAL_UNSET, NULL},
};

START_TEST(says_when_it_dials)
{
    struct strbuf text = STRBUF_INIT;
    struct diags *diags;
    struct config *c;

    ck_assert_msg(load(dials[_i].conf, &diags, &c) == 0, "%s", dials[_i].name);
    ck_assert_msg(c->listeners.item[0].dial == dials[_i].dial, "%s: %d",
                  dials[_i].name, (int)c->listeners.item[0].dial);
    ck_assert_uint_eq(diags_count(diags), dials[_i].note != NULL);
    if (dials[_i].note != NULL) {
        diag_format(diags_get(diags, 0), &text);
        ck_assert_str_eq(strbuf_str(&text), dials[_i].note);
    }
    strbuf_done(&text);
    config_unref(c);
    diags_free(diags);
}
END_TEST

START_TEST(strict_refuses)
{
    struct diags *diags;
    struct config *c;

    ck_assert_int_eq(
        load("strict = true; " LISTENER("allow = ( \"root\" );"), &diags, &c),
        0);
    ck_assert_int_eq(c->listeners.item[0].on_no_rule, NO_RULE_REFUSE);
    config_unref(c);
    diags_free(diags);
    ck_assert_int_eq(
        load("strict = true; " LISTENER("allow = (); on_no_rule = \"clear\";"),
             &diags, &c),
        0);
    ck_assert_int_eq(c->listeners.item[0].on_no_rule, NO_RULE_CLEAR);
    config_unref(c);
    diags_free(diags);
}
END_TEST

#define INBOUND                                                                \
    "listeners = ( { mode = \"forward\"; direction = \"Inbound\"; "            \
    "listen = \"127.0.0.1:1\"; target = \"127.0.0.1:2\"; "                     \
    "dial = \"at_once\"; } );"

static const struct {
    const char *conf;
    bool told;
} quarters[] = {
    {"max_handshakes = 100; " INBOUND, true},
    {INBOUND, false},
    {"max_handshakes = 100; trusted_peers = ( \"192.0.2.7\" ); " INBOUND,
     false},
    {"max_handshakes = 100; " LISTENER("allow = ( \"root\" );"), false},
};

/* What a peer may have became less: told where it was relied on. */
START_TEST(a_quarter_is_told)
{
    struct diags *diags;
    struct config *c;
    bool told;

    ck_assert_int_eq(load(quarters[_i].conf, &diags, &c), 0);
    told = diags_count(diags) != 0;
    ck_assert(told == quarters[_i].told);
    if (told) {
        ck_assert_str_eq(diags_get(diags, 0)->name, "peer-quarter");
        ck_assert_int_eq(diags_get(diags, 0)->level, DIAG_NOTE);
    }
    config_unref(c);
    diags_free(diags);
}
END_TEST

static const struct {
    const char *peer;
    bool trusted;
} peers[] = {
    {"10.1.2.3:1", true},  {"[::ffff:10.1.2.3]:1", true}, {"11.0.0.0:1", false},
    {"[fd00::1]:1", true}, {"[fd00::2]:1", false},        {"[a00::1]:1", false},
};

START_TEST(trusts_peers)
{
    struct diags *diags;
    struct netaddr a;
    struct config *c;

    ck_assert_int_eq(
        load("trusted_peers = ( \"10.0.0.0/8\", \"fd00::1\" ); " LISTENER(
                 "allow = ( \"root\" );"),
             &diags, &c),
        0);
    ck_assert_int_eq(netaddr_parse(peers[_i].peer, &a, NULL), 0);
    ck_assert(config_trusts(c, &a) == peers[_i].trusted);
    config_unref(c);
    diags_free(diags);
}
END_TEST

/* TEXT is the first finding, as it is printed. */
static const struct {
    const char *name, *conf, *text;
} wrong[] = {
    {"unknown key, near", "\nhandshake_limt = 5;",
     "attlsd.conf:2:1: error: unknown key 'handshake_limt' in attlsd.conf; did "
     "you mean handshake_limit? [unknown-key]\n"},
    {"unknown key, far", "colour = 5;",
     "attlsd.conf:1:1: error: unknown key 'colour' in attlsd.conf; "
     "attlsd.conf(5) lists the keys [unknown-key]\n"},
    {"unknown key of a listener", LISTENER("jobnam = \"X\";"),
     "attlsd.conf:1:107: error: unknown key 'jobnam' in listeners; did you "
     "mean "
     "jobname? [unknown-key]\n"},
    {"syntax", "stack = ;\n",
     "attlsd.conf:1:1: error: syntax error; a setting is written key = value; "
     "[syntax]\n"},
    {"text for a number", "workers = \"two\";",
     "attlsd.conf:1:1: error: workers must be a whole number [wrong-type]\n"},
    {"number out of range", "workers = 257;",
     "attlsd.conf:1:1: error: workers: 257 is not in 0 to 256 threads "
     "[bad-value]\n"},
    {"number for a flag", "ttls = 1;",
     "attlsd.conf:1:1: error: ttls must be true or false [wrong-type]\n"},
    {"flag for a text", "racf = true;",
     "attlsd.conf:1:1: error: racf must be a text in quotes [wrong-type]\n"},
    {"empty path", "racf = \"\";",
     "attlsd.conf:1:1: error: racf: has 0 characters, 1 to 4095 are allowed "
     "[bad-value]\n"},
    {"user id that is none", LISTENER("userid = \"www-data\";"),
     "attlsd.conf:1:107: error: userid: 'www-data' is not a user id: 1 to 8 "
     "characters A-Z 0-9 # $ @ [bad-value]\n"},
    {"job name with a digit first", LISTENER("jobname = \"7Z\";"),
     "attlsd.conf:1:107: error: jobname: '7Z' is not a job name: 1 to 8 "
     "characters A-Z 0-9 # $ @, no digit first [bad-value]\n"},
    {"account that is none", LISTENER("allow = ( \"no-such-account\" );"),
     "attlsd.conf:1:107: error: allow: 'no-such-account' is no account of this "
     "machine; see getent passwd [bad-value]\n"},
    {"allow without a list", LISTENER("allow = \"root\";"),
     "attlsd.conf:1:107: error: allow must be a list of names in quotes: ( "
     "\"libserv\" ) [wrong-type]\n"},
    {"word that is none", LISTENER("on_no_rule = \"maybe\";"),
     "attlsd.conf:1:107: error: on_no_rule: \"maybe\" is not one of \"clear\", "
     "\"refuse\" [bad-value]\n"},
    {"address without port",
     "listeners = ( { mode = \"forward\"; direction = \"Inbound\";\n"
     "listen = \"127.0.0.1\"; target = \"127.0.0.1:2\"; } );",
     NULL},
    {"missing key", "log = ( { path = \"/x\"; } );",
     "attlsd.conf:1:1: error: log needs the key 'sink': \"stderr\", "
     "\"file\", \"json\" (a file, one JSON object a line), \"syslog\" or "
     "\"journal\". [missing-key]\n"},
    {"file sink without path", "log = ( { sink = \"file\"; } );",
     "error: log element 1: a sink \"file\" or \"json\" needs a path, and no "
     "other sink has one [sink-path]\n"},
    {"joblog that is no flag", "log = ( { sink = \"stderr\"; joblog = 2; } );",
     NULL},
    {"release that is none", "release = \"1.1\";", NULL},
    {"mode of later", LISTENER("mode2 = \"transparent\";"), NULL},
    {"key of the other mode",
     "listeners = ( { mode = \"transparent\"; listen = \"127.0.0.1:1\"; } );",
     "attlsd.conf:1:1: error: a listener of this mode has no key 'listen'; "
     "attlsd.conf(5) lists those of each mode [wrong-mode]\n"},
    {"two transparent ones",
     "listeners = ( { mode = \"transparent\"; }, { mode = \"transparent\"; } "
     ");",
     NULL},
    {"one port for both ways",
     "listeners = ( { mode = \"transparent\"; out_port = 15006; } );",
     "attlsd.conf:1:1: error: out_port and in_port are the same, 15006 "
     "[same-port]\n"},
    {"excluded port that is none",
     "listeners = ( { mode = \"transparent\"; exclude_ports = ( \"9-1\" ); } "
     ");",
     "attlsd.conf:1:39: error: exclude_ports: '9-1' is not a port or a range, "
     "as in \"22\" or \"8000-8099\" [bad-value]\n"},
    {"excluded port without quotes",
     "listeners = ( { mode = \"transparent\"; exclude_ports = ( 22 ); } );",
     NULL},
    {"excluded network that is none",
     "listeners = ( { mode = \"transparent\";\n"
     "exclude_networks = ( \"10.0.0.0/33\" ); } );",
     "attlsd.conf:2:1: error: exclude_networks: '10.0.0.0/33' is not a "
     "network, as in \"10.0.0.0/8\" or \"fd00::/8\" [bad-value]\n"},
    {"everybody excluded",
     "listeners = ( { mode = \"transparent\"; exclude_users = ( \"*\" ); } );",
     NULL},
    {"list of texts", "listeners = ( \"x\" );",
     "attlsd.conf:1:1: error: each element of listeners is a group: { key = "
     "value; ... } [wrong-type]\n"},
    {"group for a list", "listeners = { x = 1; };",
     "attlsd.conf:1:1: error: listeners must be a list: ( { ... }, { ... } ) "
     "[wrong-type]\n"},
    {"two listeners on one port",
     "listeners = ( { mode = \"forward\"; direction = \"Inbound\"; listen = "
     "\"127.0.0.1:1\"; target = \"127.0.0.1:2\"; },\n"
     "{ mode = \"forward\"; direction = \"Inbound\"; listen = \"127.0.0.1:1\"; "
     "target = \"127.0.0.1:2\"; } );",
     "attlsd.conf:2:1: error: two listeners on 127.0.0.1:1 [listen-twice]\n"},
    {"target is the listener itself",
     "listeners = ( { mode = \"forward\"; direction = \"Inbound\"; listen = "
     "\"127.0.0.1:1\"; target = \"127.0.0.1:1\"; } );",
     "attlsd.conf:1:1: error: target 127.0.0.1:1 leads back to this listener: "
     "a connection would go round for ever; name the program's own port "
     "[listener-loop]\n"},
    {"target is the listener of all addresses",
     "listeners = ( { mode = \"forward\"; direction = \"Inbound\"; listen = "
     "\"[::]:1\"; target = \"[::1]:1\"; } );",
     "attlsd.conf:1:1: error: target [::1]:1 leads back to this listener: "
     "a connection would go round for ever; name the program's own port "
     "[listener-loop]\n"},
    {"two listeners that are each other's target",
     "listeners = ( { mode = \"forward\"; direction = \"Inbound\"; listen = "
     "\"127.0.0.1:1\"; target = \"127.0.0.1:2\"; },\n"
     "{ mode = \"forward\"; direction = \"Outbound\"; listen = "
     "\"0.0.0.0:2\"; target = \"127.0.0.1:1\"; allow = (); } );",
     "attlsd.conf:1:1: error: target 127.0.0.1:2 leads back to this listener: "
     "a connection would go round for ever; name the program's own port "
     "[listener-loop]\n"},
    {"dial of an outbound listener",
     LISTENER("allow = ( \"root\" ); dial = \"at_once\";"),
     "attlsd.conf:1:1: error: dial and dial_check are for Inbound listeners: "
     "an Outbound one has to connect to its target before the handshake; "
     "remove it [dial-outbound]\n"},
    {"dial_check of an outbound listener",
     LISTENER("allow = ( \"root\" ); dial_check = 5;"), NULL},
    {"dial_check of any port",
     "listeners = ( { mode = \"forward\"; direction = \"Inbound\"; listen = "
     "\"127.0.0.1:0\"; target = \"127.0.0.1:2\"; dial_check = 5; } );",
     "attlsd.conf:1:1: error: a listener that dial_check shuts and opens again "
     "needs a port of its own, not 0 [dial-check-port]\n"},
    {"allow of an inbound listener",
     "listeners = ( { mode = \"forward\"; direction = \"Inbound\"; listen = "
     "\"127.0.0.1:1\"; target = \"127.0.0.1:2\"; allow = ( \"root\" ); } );",
     NULL},
};

START_TEST(a_wrong_configuration_is_refused)
{
    struct strbuf text = STRBUF_INIT;
    struct diags *diags;
    struct config *c;

    ck_assert_msg(load(wrong[_i].conf, &diags, &c) == ERR_SYNTAX, "%s: taken",
                  wrong[_i].name);
    ck_assert_uint_ge(diags_level(diags, DIAG_ERROR), 1);
    diag_format(diags_get(diags, 0), &text);
    if (wrong[_i].text != NULL)
        ck_assert_msg(strcmp(strbuf_str(&text), wrong[_i].text) == 0,
                      "%s: got %s", wrong[_i].name, strbuf_str(&text));
    strbuf_done(&text);
    diags_free(diags);
}
END_TEST

/* Lines of jobs whose name an account can give its own programs; WARNS NULL:
 * none. Each says what to add. */
static const struct {
    const char *name, *line, *warns;
} claims[] = {
    {"the file alone", "exe = \"/bin/ij\";", "job-file-alone"},
    {"the file of an account", "exe = \"/bin/ij\"; uid = 4711;", NULL},
    {"the file of a unit", "exe = \"/bin/ij\"; unit = \"a.service\";", NULL},
    {"a unit", "unit = \"a.service\";", NULL},
    {"a cgroup", "cgroup = \"/system.slice/a.service\";", NULL},
    {"a user's cgroup", "cgroup = \"/user.slice/user-1.slice\";",
     "job-users-cgroup"},
    {"a user's manager", "unit = \"user@1000.service\"; uid = 1000;",
     "job-users-cgroup"},
};

START_TEST(warns_of_names_that_can_be_claimed)
{
    struct strbuf conf = STRBUF_INIT, text = STRBUF_INIT;
    const char *warns = claims[_i].warns;
    struct diags *diags;
    struct config *c;

    strbuf_addf(
        &conf,
        LISTENER("allow = ( \"root\" );") "jobs = ( { jobname = \"J\"; %s } );",
        claims[_i].line);
    ck_assert_int_eq(load(strbuf_str(&conf), &diags, &c), 0);
    ck_assert_msg(diags_count(diags) == (warns == NULL ? 0 : 1), "%s",
                  claims[_i].name);
    if (warns != NULL) {
        ck_assert_str_eq(diags_get(diags, 0)->name, warns);
        diag_format(diags_get(diags, 0), &text);
        ck_assert_ptr_nonnull(strstr(strbuf_str(&text), "uid = \"ACCOUNT\";"));
        ck_assert_ptr_nonnull(strstr(strbuf_str(&text), "changed since 0.1"));
    }
    strbuf_done(&text);
    strbuf_done(&conf);
    config_unref(c);
    diags_free(diags);
}
END_TEST

START_TEST(warns_of_everybody)
{
    struct diags *diags;
    struct config *c;

    ck_assert_int_eq(load(LISTENER("allow = ( \"*\" );"), &diags, &c), 0);
    ck_assert_uint_eq(diags_level(diags, DIAG_WARNING), 1);
    ck_assert_str_eq(diags_get(diags, 0)->name, "allow-all");
    ck_assert(config_allows(&c->listeners.item[0], 4711));
    config_unref(c);
    diags_free(diags);
}
END_TEST

/* Defaults that are not those of 0.1. */
static const struct {
    const char *conf;
    bool relies;
} old_defaults[] = {
    {"watch_rings = true;", true},
    {"watch_rings = false;", false},
    {"watch_rings = true; stale_environments = \"keep\";", false},
    {"watch_rings = true; stale_environments = \"fail\";", false},
    {"", false},
};

START_TEST(says_what_relies_on_another_default)
{
    struct diags *diags;
    struct config *c;

    ck_assert_int_eq(load(old_defaults[_i].conf, &diags, &c), 0);
    ck_assert_uint_eq(diags_count(diags), old_defaults[_i].relies);
    if (old_defaults[_i].relies) {
        ck_assert_str_eq(diags_get(diags, 0)->name, "stale-environments");
        ck_assert_int_eq(diags_get(diags, 0)->level, DIAG_NOTE);
        ck_assert_ptr_nonnull(strstr(diags_get(diags, 0)->text,
                                     "stale_environments = \"fail\";"));
    }
    config_unref(c);
    diags_free(diags);
}
END_TEST

/* Who may is said, not taken for granted: the daemon's account and root can be
 * made to connect by others. */
static const struct {
    const char *name, *conf;
    bool error, root, own, other; /* who may, where it is none */
} who_may[] = {
    {"an Outbound listener without it", LISTENER(""), true, false, false,
     false},
    {"for nobody", LISTENER("allow = ();"), false, false, false, false},
    {"for root", LISTENER("allow = ( \"root\" );"), false, true, false, false},
    {"for one", LISTENER("allow = ( \"4711\" );"), false, false, false, true},
    {"run, each as himself", "listeners = ( { mode = \"run\"; } );", false,
     true, true, true},
    {"run, all as another",
     "listeners = ( { mode = \"run\"; userid = \"IMSSTC\"; } );", true, false,
     false, false},
    {"run, one as another",
     "listeners = ( { mode = \"run\"; userid = \"IMSSTC\"; allow = ( "
     "\"4711\" ); } );",
     false, false, false, true},
};

START_TEST(says_who_may)
{
    const struct config_listener *l;
    struct strbuf text = STRBUF_INIT;
    struct diags *diags;
    struct config *c;
    int r = load(who_may[_i].conf, &diags, &c);

    ck_assert_msg((r == ERR_SYNTAX) == who_may[_i].error, "%s",
                  who_may[_i].name);
    if (r == 0) {
        l = &c->listeners.item[0];
        ck_assert_int_eq(config_allows(l, 0), who_may[_i].root);
        /* the tests may be root's */
        ck_assert_int_eq(config_allows(l, geteuid()),
                         geteuid() == 0 ? who_may[_i].root : who_may[_i].own);
        ck_assert_int_eq(config_allows(l, 4711), who_may[_i].other);
        config_unref(c);
    } else { /* with the line to add */
        diag_format(diags_get(diags, 0), &text);
        ck_assert_str_eq(diags_get(diags, 0)->name, "no-allow");
        ck_assert_msg(strstr(strbuf_str(&text), "allow = ( \"root\"") != NULL,
                      "%s", strbuf_str(&text));
        strbuf_done(&text);
    }
    diags_free(diags);
}
END_TEST

START_TEST(unreadable_file)
{
    struct diags *diags = diags_new();
    struct config *c;

    ck_assert_int_eq(config_load("/nonexistent/attlsd.conf", diags, &c),
                     ERR_SYNTAX);
    ck_assert_str_eq(diags_get(diags, 0)->name, "unreadable");
    diags_free(diags);
}
END_TEST

/* The page without its line breaks: sentences stand on lines of their own. */
static void read_manual(struct strbuf *page)
{
    struct source *src;
    const char *p;

    ck_assert_int_eq(source_read("daemon/attlsd/attlsd.conf.5", &src, NULL), 0);
    for (p = source_text(src); *p != '\0'; p++)
        strbuf_addc(page, *p == '\n' ? ' ' : *p);
    source_unref(src);
}

/* How often PAGE has TEXT. */
static size_t times(const struct strbuf *page, const char *text)
{
    const char *p = strbuf_str(page);
    size_t n = 0;

    for (; (p = strstr(p, text)) != NULL; p += strlen(text))
        n++;
    return n;
}

/* The keys of that name, in all scopes, that need a restart. */
static size_t restarting(const char *key)
{
    size_t i, n = 0;

    for (i = 0; i < config_row_count(); i++)
        n += strcmp(config_row_get(i).key, key) == 0 &&
             !config_row_get(i).reload;
    return n;
}

/* The page says once that SIGHUP takes changes over, and marks the keys of
 * which it does not. */
START_TEST(manual_marks_what_needs_a_restart)
{
    struct strbuf page = STRBUF_INIT, item = STRBUF_INIT;
    static const char *const types[] = {"text", "number", "list",
                                        "true or false", "number or text"};
    size_t i, k, found;

    read_manual(&page);
    ck_assert_uint_eq(times(&page, "SIGHUP takes "), 1);
    for (i = 0; i < config_row_count(); i++) {
        const char *key = config_row_get(i).key;

        for (found = 0, k = 0; k < ROWS(types); k++) {
            strbuf_reset(&item);
            strbuf_addf(&item, ".It Cm %s Pq %s; restart ", key, types[k]);
            found += times(&page, strbuf_str(&item));
        }
        ck_assert_msg(found == restarting(key), "%s: %zu marks", key, found);
    }
    strbuf_done(&page);
    strbuf_done(&item);
}
END_TEST

START_TEST(manual_has_every_key)
{
    struct strbuf page = STRBUF_INIT, want = STRBUF_INIT;
    size_t i;

    read_manual(&page);
    for (i = 0; i < config_row_count(); i++) {
        struct config_row row = config_row_get(i);

        strbuf_reset(&want);
        strbuf_addf(&want, ".It Cm %s ", row.key);
        ck_assert_msg(strstr(strbuf_str(&page), strbuf_str(&want)) != NULL,
                      "attlsd.conf.5 has no %s", row.key);
        ck_assert_msg(strstr(strbuf_str(&page), row.meaning) != NULL,
                      "attlsd.conf.5 does not say of %s: %s", row.key,
                      row.meaning);
        if (row.standard == NULL || row.standard[0] == '\0')
            continue;
        strbuf_reset(&want);
        strbuf_addf(&want, "Default: %s%s%s.", row.standard,
                    row.unit[0] != '\0' ? " " : "", row.unit);
        ck_assert_msg(strstr(strbuf_str(&page), strbuf_str(&want)) != NULL,
                      "attlsd.conf.5 has another default of %s", row.key);
    }
    strbuf_done(&page);
    strbuf_done(&want);
}
END_TEST

/* 4 and 6 stand for addresses of these families; the order of each stays. */
static const struct {
    const char *in, *out;
} orders[] = {
    {"", ""},
    {"4", "4"},
    {"6664", "6466"},
    {"4466", "4646"},
    {"6644", "6464"},
    {"64444444", "64444444"},
    /* more than a target takes: both families have their part */
    {"66666666664444", "64646464"},
    {"444444444446", "46444444"},
};

START_TEST(families_alternate)
{
    size_t count = strlen(orders[_i].in);
    struct config_target t = {0};
    struct netaddr list[16];
    char got[CONFIG_TARGET_MAX + 1] = "";
    uint16_t last[2] = {0, 0};
    size_t i;

    for (i = 0; i < count; i++) {
        list[i].family = orders[_i].in[i] == '4' ? AF_INET : AF_INET6;
        list[i].port = (uint16_t)(i + 1);
    }
    config_interleave(list, count, &t);
    for (i = 0; i < t.count; i++) {
        bool six = t.address[i].family == AF_INET6;

        got[i] = six ? '6' : '4';
        ck_assert_uint_gt(t.address[i].port, last[six]);
        last[six] = t.address[i].port;
    }
    ck_assert_str_eq(got, orders[_i].out);
}
END_TEST

TESTS_BEGIN("config")
TEST(takes_the_workshop)
TEST(takes_transparent)
TEST_ROWS(says_when_it_dials, dials)
TEST(strict_refuses)
TEST_ROWS(a_quarter_is_told, quarters)
TEST_ROWS(trusts_peers, peers)
TEST_ROWS(a_wrong_configuration_is_refused, wrong)
TEST_ROWS(says_who_may, who_may)
TEST_ROWS(warns_of_names_that_can_be_claimed, claims)
TEST(warns_of_everybody)
TEST_ROWS(says_what_relies_on_another_default, old_defaults)
TEST(unreadable_file)
TEST(manual_has_every_key)
TEST(manual_marks_what_needs_a_restart)
TEST_ROWS(families_alternate, orders)
TESTS_END
