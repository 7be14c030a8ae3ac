#ifndef HWS_CONFIG_H
#define HWS_CONFIG_H

/*
 * IMS Connect's configuration member (HWSCFGxx), as far as DRDA clients are
 * concerned: statements HWS, TCPIP, DATASTORE and ODACCESS in IBM's syntax,
 * KEYWORD=value and KEYWORD=(...) with commas. A * in column 1 is a comment.
 * Which keywords there are is parms.def.
 */

#include <stdbool.h>

#include "util/error.h"
#include "util/source.h"
#include "util/strbuf.h"

struct hws_config {
    char id[9];
    bool racf;
    unsigned timeout; /* hundredths of a second; 0: none */
    unsigned maxsoc;
    char datastore[9];
    unsigned port;
    unsigned port_timeout; /* hundredths of a second; 0: none */
    unsigned keepalive;    /* seconds; 0: the system's */
    char appl[9];
    /* where the values of keywords without effect go */
    unsigned ignored;
    bool ignored_flag;
    char ignored_name[9];
};

/*
 * ERR_SYNTAX: the text names file, line and column. NOTES (may be NULL) gets
 * a line for each keyword that has no effect here. HWS ID, RACF=Y, and
 * ODACCESS with DRDAPORT and, with RACF=Y, APPL are required.
 */
int hws_config_parse(const struct source *src, struct hws_config *ret,
                     struct strbuf *notes, struct error *err);

#endif
