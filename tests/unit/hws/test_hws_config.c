#include "hws/config.h"

#include <string.h>

#include "hws/view.h"
#include "support/suite.h"

/* The configuration in IBM's syntax, and VIEWHWS. */

#define WORKSHOP                                                               \
    "HWS=(ID=IMS15HWS,XIBAREA=100,RACF=Y,RRS=Y)\n"                             \
    "TCPIP=(HOSTNAME=TCPIP,PORTID=(4000,LOCAL),RACFID=JOHNSON,TIMEOUT=5000) "  \
    "DATASTORE=(GROUP=OTMAGRP,ID=IVP1,MEMBER=HWSMEM,DRU=HWSYDRU0, "            \
    "TMEMBER=OTMAMEM,APPL=IMSAPPL)\n\n"                                        \
    "ODACCESS=(ODBMAUTOCONN=Y,IMSPLEX=(MEMBER=IMS15HWS,TMEMBER=PLEX1), "       \
    "DRDAPORT=(ID=5555,PORTTMOT=6000),ODBMTMOT=6000,APPL=IMSAPPL)\n"

static int parse(const char *text, struct hws_config *c, struct strbuf *notes,
                 struct error *err)
{
    struct source *src;
    int r;

    ck_assert_int_eq(source_new("hws", text, strlen(text), &src, NULL), 0);
    r = hws_config_parse(src, c, notes, err);
    source_unref(src);
    return r;
}

START_TEST(reads_the_workshops_configuration)
{
    struct strbuf notes = STRBUF_INIT;
    struct hws_config c;
    struct error err = {0};

    ck_assert_msg(parse(WORKSHOP, &c, &notes, &err) == 0, "%s", err.text);
    ck_assert_str_eq(c.id, "IMS15HWS");
    ck_assert_str_eq(c.appl, "IMSAPPL");
    ck_assert_str_eq(c.datastore, "IVP1");
    ck_assert_uint_eq(c.port, 5555);
    ck_assert_uint_eq(c.port_timeout, 6000);
    ck_assert_uint_eq(c.timeout, 5000);
    ck_assert_uint_eq(c.maxsoc, 50);
    ck_assert(c.racf);
    ck_assert_ptr_nonnull(strstr(strbuf_str(&notes),
                                 "hws:2:23: note: TCPIP PORTID has no effect "
                                 "here: ports of IMS TM clients: not served"));
    strbuf_done(&notes);
}
END_TEST

#define GOOD_HWS "HWS=(ID=H,RACF=Y)\n"
#define GOOD_OD  "ODACCESS=(DRDAPORT=(ID=5555),APPL=A)\n"

static const struct {
    const char *name, *text, *error; /* NULL: good */
} rows[] = {
    {"the least", GOOD_HWS GOOD_OD, NULL},
    {"comments", "* a comment\n" GOOD_HWS "* =(\n" GOOD_OD, NULL},
    {"lower case", "hws=(id=h,racf=y) odaccess=(drdaport=(id=1),appl=a)", NULL},
    {"blanks and lines", "HWS = ( ID = H ,\n RACF = Y )\n" GOOD_OD, NULL},
    {"empty", "", "hws: error: HWS=(ID=name) is missing"},
    {"no port", GOOD_HWS "ODACCESS=(APPL=A)",
     "hws: error: ODACCESS=(DRDAPORT=(ID=port)) is missing"},
    {"no application", GOOD_HWS "ODACCESS=(DRDAPORT=(ID=1))",
     "hws: error: ODACCESS=(APPL=name) is missing"},
    {"RACF=N", "HWS=(ID=H,RACF=N)\n" GOOD_OD,
     "hws: error: HWS=(RACF=Y) is needed: nobody logs on unchecked here"},
    {"unknown statement", "HSW=(ID=H)",
     "hws:1:1: error: unknown statement HSW; HWS, TCPIP, DATASTORE or "
     "ODACCESS"},
    {"unknown keyword", "HWS=(ID=H,RAFC=Y)",
     "hws:1:11: error: unknown keyword RAFC; did you mean RACF?"},
    {"unknown keyword in a list", "ODACCESS=(DRDAPORT=(IDD=1))",
     "hws:1:21: error: unknown keyword DRDAPORT.IDD; did you mean "
     "DRDAPORT.ID?"},
    {"no equals sign", "HWS(ID=H)", "hws:1:4: error: expected '=' here"},
    {"no parenthesis", "HWS=ID=H", "hws:1:5: error: expected '(' here"},
    {"not closed", "HWS=(ID=H", "hws:1:10: error: expected ')' here"},
    {"not closed within", "TCPIP=(PORTID=(4000",
     "hws:1:20: error: a closing "
     "parenthesis is missing"},
    {"no value", "HWS=(ID=)", "hws:1:9: error: expected a word here"},
    {"name too long", "HWS=(ID=ABCDEFGHI)",
     "hws:1:9: error: not a value of its keyword: ABCDEFGHI; 1 to 8 "
     "characters A-Z 0-9 # $ @"},
    {"no number", "ODACCESS=(DRDAPORT=(ID=5555D))",
     "hws:1:24: error: not a value of its keyword: 5555D; a number from 1 to "
     "65535"},
    {"number too big", "ODACCESS=(DRDAPORT=(ID=65536))",
     "hws:1:24: error: not a value of its keyword: 65536; a number from 1 to "
     "65535"},
    {"neither Y nor N", "HWS=(RACF=YES)",
     "hws:1:11: error: not a value of its keyword: YES; Y or N"},
    {"a list is wanted", "ODACCESS=(DRDAPORT=5555)",
     "hws:1:20: error: expected a list in parentheses here"},
    {"control characters", "HWS=(\033[2J=1)",
     "hws:1:6: error: unknown keyword \\x1B[2J"},
};

START_TEST(names_the_place_of_an_error)
{
    struct hws_config c;
    struct error err = {0};
    int r = parse(rows[_i].text, &c, NULL, &err);

    ck_assert_msg(r == (rows[_i].error == NULL ? 0 : ERR_SYNTAX), "%s: %s",
                  rows[_i].name, err.text);
    if (rows[_i].error != NULL)
        ck_assert_msg(strcmp(err.text, rows[_i].error) == 0, "%s: %s",
                      rows[_i].name, err.text);
}
END_TEST

/* ---- VIEWHWS ---- */

static struct hws_client client(const char *id, const char *user,
                                enum hws_status status, unsigned long seconds,
                                const char *peer)
{
    struct hws_client c = {.user = user, .status = status, .seconds = seconds};

    strcpy(c.id, id);
    ck_assert_int_eq(netaddr_parse(peer, &c.peer, NULL), 0);
    return c;
}

START_TEST(shows_who_is_there)
{
    struct strbuf out = STRBUF_INIT;
    struct hws_config c;
    struct hws_client list[] = {
        client("ODBB90D3", "FRED", HWS_RECV, 424, "192.168.17.220:2735"),
        client("ODBD40D8", "USER1", HWS_READ, 7, "[::1]:693"),
        client("ODB00001", "", HWS_XMIT, 0, "[::ffff:10.1.2.3]:65535"),
    };

    ck_assert_int_eq(parse(WORKSHOP, &c, NULL, NULL), 0);
    hws_view(&c, "IVP1500D", list, 3, false, &out);
    ck_assert_str_eq(
        strbuf_str(&out),
        "HWSC0001I   HWS ID=IMS15HWS RACF=Y  PSWDMC=N\n"
        "HWSC0001I     MAXSOC=50  TIMEOUT=5000\n"
        "HWSC0001I   DATASTORE=IVP1     STATUS=NOT ACTIVE\n"
        "HWSC0001I PORT=5555D   STATUS=ACTIVE   KEEPAV=0 NUMSOC=4  EDIT=      "
        "   TIMEOUT=6000\n"
        "HWSC0001I   CLIENTID USERID   TRANCODE DATASTORE STATUS      SECOND "
        "CLNTPORT IP-ADDRESS       APSB-TOKEN\n"
        "HWSC0001I   ODBB90D3 FRED              IVP1500D  RECV           424  "
        "   2735 192.168.017.220\n"
        "HWSC0001I   ODBD40D8 USER1             IVP1500D  READ             7  "
        "    693 ::1\n"
        "HWSC0001I   ODB00001                   IVP1500D  XMIT             0  "
        "  65535 010.001.002.003\n"
        "HWSC0001I   TOTAL CLIENTS=3  RECV=1  READ=1  CONN=0  XMIT=1  "
        "OTHER=0\n");
    strbuf_reset(&out);
    hws_view(&c, "IVP1500D", list, 3, true, &out);
    ck_assert_ptr_null(strstr(strbuf_str(&out), "FRED"));
    ck_assert_ptr_nonnull(strstr(strbuf_str(&out), "TOTAL CLIENTS=3"));
    strbuf_reset(&out);
    hws_view(&c, "IVP1500D", list, 0, false, &out);
    ck_assert_ptr_nonnull(strstr(strbuf_str(&out), "NO ACTIVE CLIENTS"));
    strbuf_done(&out);
}
END_TEST

TESTS_BEGIN("hws_config")
TEST(reads_the_workshops_configuration)
TEST_ROWS(names_the_place_of_an_error, rows)
TEST(shows_who_is_there)
TESTS_END
