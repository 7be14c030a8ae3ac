#ifndef SITE_RULESET_H
#define SITE_RULESET_H

/*
 * From a policy to the rules in the kernel that transparent mode needs:
 * daemon and attlsctl make the same text of the same policy and settings.
 */

#include "policy/policy.h"
#include "site/config.h"
#include "util/arena.h"
#include "util/strbuf.h"

/*
 * The settings of transparent mode that count: those of the configuration NOW,
 * but with the ports of the sockets that are open, which STARTED has. False:
 * STARTED has no transparent listener.
 */
bool ruleset_capture(const struct config *started, const struct config *now,
                     struct config_capture *ret);

/* The packet marks of a rule set. */
struct ruleset_marks {
    bool own;   /* the daemon may set marks: there are rules for them */
    bool known; /* VALUES has their values */
    struct marks values;
};

/*
 * These settings, with the marks, as text, one "key=value" a line, and back:
 * attlsctl gets them from a daemon that runs with less authority than
 * attlsctl, so everything but numbers, addresses and the words that are known
 * is refused. Lists live in ARENA. ERR_VALUE with the line's number, ERR_NOMEM.
 */
void ruleset_capture_print(const struct config_capture *c,
                           const struct ruleset_marks *m, struct strbuf *out);
int ruleset_capture_parse(const char *text, struct arena *arena,
                          struct config_capture *ret,
                          struct ruleset_marks *ret_marks, struct error *err);

struct ruleset_options {
    const struct config_capture *capture; /* ports, exclusions */
    bool marked;                          /* the daemon may set marks */
    bool no_guard;                        /* leave the guard chains empty */
    const uid_t *early_uids; /* may connect until the daemon has its policy */
    size_t early_count;
};

/*
 * Adds the rule set as text for nft, without what nft_add_defines() says. A
 * rule with TTLSEnabled Off is let alone by the kernel only if addresses, ports
 * and direction are all it asks for; any other is redirected, for the daemon's
 * own search to decide. ERR_NOMEM.
 */
int ruleset_make(const struct policy *p, const struct ruleset_options *opt,
                 struct strbuf *out, struct error *err);

#endif
