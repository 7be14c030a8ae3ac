/* trace start, trace stop: the packet trace. The file comes with the request,
 * opened by the caller. */

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "console/private.h"
#include "relay/wiretrace.h"

/* "name=NUMBER" from 1 to MAX. */
static bool take_number(const char *word, const char *name, unsigned long max,
                        unsigned long *ret)
{
    size_t len = strlen(name);
    char *end;

    if (strncmp(word, name, len) != 0 || word[len] < '0' || word[len] > '9')
        return false;
    *ret = strtoul(word + len, &end, 10);
    return *end == '\0' && *ret >= 1 && *ret <= max;
}

static bool is_fit(int fd)
{
    struct stat st;
    int flags = fcntl(fd, F_GETFL);

    return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && flags >= 0 &&
           (flags & O_ACCMODE) != O_RDONLY;
}

static bool is_rule(const struct policy *policy, const char *name)
{
    size_t i;

    for (i = 0; i < policy_rule_count(policy); i++)
        if (strcmp(policy_rule_name(policy_rule_get(policy, i)), name) == 0)
            return true;
    return false;
}

static void start(struct question *q, const struct wiretrace_params *p)
{
    struct snapshot *snap = snapshots_get(q->console->services->snapshots);
    bool secrets = snapshot_config(snap)->allow_secrets;
    struct error err;

    if (p->rule[0] != '\0' && !is_rule(snapshot_policy(snap), p->rule)) {
        question_fail(q, "the running policy has no rule %s", p->rule);
    } else {
        *q->file = -1;
        if (wiretraces_start(q->console->services->wiretraces, p, &err) < 0)
            question_fail(q, "%s", err.text);
        else
            strbuf_addf(&q->answer->out,
                        "The trace runs for at most %u seconds and %" PRIu64
                        " MB, of connections that begin from now on%s.\n",
                        p->seconds, p->bytes >> 20,
                        secrets ? ", with their TLS secrets"
                                : "; TLS secrets are left out (allow_secrets)");
    }
    snapshot_unref(snap);
}

void console_trace_start(struct question *q)
{
    unsigned long mb = WIRETRACE_DEFAULT_MB, s = WIRETRACE_DEFAULT_SECONDS;
    struct wiretrace_params p = {.fd = *q->file, .rule = ""};
    size_t i;

    for (i = 0; i < q->request->argc; i++) {
        const char *word = q->request->argv[i];

        if (strncmp(word, "rule=", 5) == 0 && word[5] != '\0' &&
            strlen(word + 5) < WIRETRACE_RULE_MAX) {
            p.rule = word + 5;
        } else if (!take_number(word, "size=", WIRETRACE_MAX_MB, &mb) &&
                   !take_number(word, "time=", WIRETRACE_MAX_SECONDS, &s)) {
            question_wrong(q);
            return;
        }
    }
    if (!is_fit(p.fd)) {
        question_fail(q, "a trace needs a regular file that can be written");
        return;
    }
    p.bytes = (uint64_t)mb << 20;
    p.seconds = (unsigned)s;
    p.uid = (unsigned long)q->caller->uid;
    start(q, &p);
}

void console_trace_stop(struct question *q)
{
    struct wiretrace_result done;
    struct error err;

    if (q->request->argc != 0) {
        question_wrong(q);
    } else if (wiretraces_stop(q->console->services->wiretraces, &done, &err) <
               0) {
        question_fail(q, "%s", err.text);
    } else {
        strbuf_addf(&q->answer->out,
                    "%lu connections, %" PRIu64 " bytes, %lu times packets "
                    "were lost%s\n",
                    done.connections, done.bytes, done.lost,
                    done.ended ? "" : "; the file is slow and still written");
    }
}
