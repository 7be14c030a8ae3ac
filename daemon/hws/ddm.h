#ifndef HWS_DDM_H
#define HWS_DDM_H

/*
 * DRDA's data streams: bytes to requests and replies to bytes (DDM, The Open
 * Group DRDA volume 3). No sockets, no meaning; every length is checked.
 *
 * A conversation is a row of DSSs: length(2) D0 format(1) correlation(2), then
 * objects length(2) code point(2) data, parameters nested the same way. All
 * numbers are big-endian.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/strbuf.h"

enum {
    DDM_DSS_MAX = 32767, /* a longer one is a continued segment */
    DDM_DSS_HEADER = 6,
    DDM_OBJECT_HEADER = 4
};

enum ddm_kind { DDM_REQUEST = 1, DDM_REPLY = 2, DDM_OBJECT = 3 };

/* Code points that are used; the names are DDM's. */
enum ddm_code_point {
    CP_TYPDEFNAM = 0x002F,
    CP_TYPDEFOVR = 0x0035,
    CP_CODPNT = 0x000C,
    CP_EXCSAT = 0x1041,
    CP_ACCSEC = 0x106D,
    CP_SECCHK = 0x106E,
    CP_PRDID = 0x112E,
    CP_PRCCNVCD = 0x113F,
    CP_SRVCLSNM = 0x1147,
    CP_SVRCOD = 0x1149,
    CP_SYNERRCD = 0x114A,
    CP_SRVRLSLV = 0x115A,
    CP_EXTNAM = 0x115E,
    CP_SRVNAM = 0x116D,
    CP_CCSIDSBC = 0x119C,
    CP_CCSIDDBC = 0x119D,
    CP_CCSIDMBC = 0x119E,
    CP_USRID = 0x11A0,
    CP_PASSWORD = 0x11A1,
    CP_SECMEC = 0x11A2,
    CP_SECCHKCD = 0x11A4,
    CP_SECCHKRM = 0x1219,
    CP_PRCCNVRM = 0x1245,
    CP_SYNTAXRM = 0x124C,
    CP_CMDNSPRM = 0x1250,
    CP_MGRLVLLS = 0x1404,
    CP_EXCSATRD = 0x1443,
    CP_ACCSECRD = 0x14AC,
    CP_UNICODEMGR = 0x1C08,
    CP_ACCRDB = 0x2001,
    CP_RDBCMM = 0x200E,
    CP_RDBRLLBCK = 0x200F,
    CP_RDBACCCL = 0x210F,
    CP_RDBNAM = 0x2110,
    CP_UOWDSP = 0x2115,
    CP_ACCRDBRM = 0x2201,
    CP_ENDUOWRM = 0x220C,
    CP_SQLAM = 0x2407,
    CP_SQLCARD = 0x2408
};

/* SYNERRCD: what is wrong with a stream. */
enum ddm_syntax {
    DDM_FINE = 0,
    DDM_DSS_HEADER_WRONG = 0x01, /* length less than 6 */
    DDM_DSS_LENGTH = 0x02,       /* does not match the bytes */
    DDM_NOT_D0 = 0x03,
    DDM_FORMAT = 0x04,
    DDM_OBJECT_LENGTH = 0x07,
    DDM_OBJECT_OVER = 0x08 /* longer than what it is in */
};

struct ddm_bytes {
    const unsigned char *data; /* borrowed */
    size_t len;
};

struct ddm_dss {
    enum ddm_kind kind;
    bool chained; /* more DSSs of the same chain follow */
    uint16_t correlation;
    uint16_t code_point;   /* of the object in it */
    struct ddm_bytes body; /* what is behind its code point */
};

/*
 * The DSS at the front of DATA. 1: RET is filled and *RET_USED bytes are its;
 * 0: more must come (never more than DDM_DSS_MAX); -1: none, and *RET_ERROR
 * says why (enum ddm_syntax).
 */
int ddm_read(const unsigned char *data, size_t len, struct ddm_dss *ret,
             size_t *ret_used, int *ret_error);

/* Goes through the parameters of a body: 1 and the next, 0 at the end, -1
 * when a length is wrong. BODY is advanced. */
int ddm_next(struct ddm_bytes *body, uint16_t *ret_code_point,
             struct ddm_bytes *ret);

uint16_t ddm_u16(struct ddm_bytes b); /* 0 when it is too short */

/* ---- writing; lengths are filled in by _end ---- */

struct ddm_writer {
    struct strbuf *out;
    size_t dss, object; /* where they begin in OUT */
};

void ddm_begin(struct ddm_writer *w, struct strbuf *out, enum ddm_kind kind,
               bool chained, uint16_t correlation, uint16_t code_point);
void ddm_put_u16(struct ddm_writer *w, uint16_t code_point, uint16_t value);
void ddm_put_u8(struct ddm_writer *w, uint16_t code_point, unsigned value);
/* TEXT in EBCDIC. */
void ddm_put_text(struct ddm_writer *w, uint16_t code_point, const char *text);
void ddm_put_bytes(struct ddm_writer *w, uint16_t code_point, const void *data,
                   size_t len);
void ddm_end(struct ddm_writer *w);

/* EBCDIC to text of at most CAP - 1 characters without the blanks at its end;
 * false: too long, or a character that does not print. */
bool ddm_text(struct ddm_bytes b, char *ret, size_t cap);

#endif
