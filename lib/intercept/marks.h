#ifndef INTERCEPT_MARKS_H
#define INTERCEPT_MARKS_H

/*
 * The packet marks of one installation: they tell the daemon's own packets
 * from all others, together with its account, which the kernel checks beside
 * the mark wherever it knows it. A program with CAP_NET_RAW may set any mark,
 * so they are random, and kept in a file that the daemon's account and root
 * alone can read. Rules that are in the kernel, the daemon that comes back and
 * attlsctl take them from there.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/error.h"
#include "util/strbuf.h"

/*
 * The bits that the marks may have. Not those of CNI's portmap and podman
 * (0x2000), kube-proxy (0xc000), Cilium (0x0f00), AWS' CNI (0x80), Tailscale
 * (0xff0000) and Calico as it is by default (the lowest of 0xffff0000).
 */
#define MARKS_MASK 0xff00107fu
enum { MARKS_BITS_MIN = 8 }; /* of a mask */

struct marks {
    uint32_t mask;      /* all but these bits of a packet's mark are others' */
    uint32_t wire, app; /* the daemon's sockets on the two sides */
    uint32_t excluded;  /* packets of accounts that are not intercepted */
    uid_t uid;          /* the daemon's account */
};

/* Random ones within MASK, different and none of them 0. ERR_VALUE: MASK has
 * too few bits; ERR_SYSTEM. */
int marks_make(uint32_t mask, uid_t uid, struct marks *ret, struct error *err);

/*
 * Those of the file PATH, whose owner is the daemon's account. The file has
 * mode 0600 and no second name, is not reached through a link in its last
 * component, and lies in a folder that only that account or root can write;
 * else ERR_UNSAFE. ERR_DAMAGED: it does not hold marks, or some that are not
 * of MASK (0: any). ERR_NOT_FOUND, ERR_DENIED, ERR_SYSTEM.
 */
int marks_read(const char *path, uint32_t mask, struct marks *ret,
               struct error *err);

/* The same; a file that is not there is made, as the owner of its folder and
 * with that owner's rights. */
int marks_take(const char *path, uint32_t mask, struct marks *ret,
               struct error *err);

/* The lines of the file: "mask=0x...", "wire=...", "app=...", "excluded=...".
 */
void marks_print(const struct marks *m, struct strbuf *out);
/* Reads one of these lines; each may come once. False: it is not one of them,
 * or its value is not a mark. The line may have no newline. */
bool marks_parse_line(const char *line, struct marks *into);
/* All of them are there, within the mask, and differ. */
bool marks_are_whole(const struct marks *m);

#endif
