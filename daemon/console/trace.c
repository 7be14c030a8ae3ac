/* trace start, trace stop: the packet trace. The file comes with the request,
 * opened by the caller. */

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "console/private.h"
#include "relay/wiretrace.h"
#include "util/count.h"

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
                        "The trace runs for at most %s and %" PRIu64
                        " MB, of connections that begin from now on%s.\n",
                        count_of(p->seconds, "second").text, p->bytes >> 20,
                        secrets ? ", with their TLS secrets"
                                : "; TLS secrets are left out (allow_secrets)");
    }
    snapshot_unref(snap);
}

static unsigned long number_or(const char *text, unsigned long standard)
{
    return text != NULL ? strtoul(text, NULL, 10) : standard;
}

static void take_start(struct question *q)
{
    const char *rule = verb_value(&q->call, OPT_RULE);
    struct wiretrace_params p = {.fd = *q->file, .rule = ""};

    if (p.fd < 0 || !is_fit(p.fd)) {
        question_fail(q, "a trace needs a regular file that can be written");
        return;
    }
    if (rule != NULL)
        p.rule = rule;
    p.bytes = (uint64_t)number_or(verb_value(&q->call, OPT_SIZE),
                                  WIRETRACE_DEFAULT_MB)
              << 20;
    p.seconds = (unsigned)number_or(verb_value(&q->call, OPT_TIME),
                                    WIRETRACE_DEFAULT_SECONDS);
    p.uid = (unsigned long)q->caller->uid;
    start(q, &p);
}

static void stop(struct question *q)
{
    struct wiretrace_result done;
    struct error err;

    if (wiretraces_stop(q->console->services->wiretraces, &done, &err) < 0) {
        question_fail(q, "%s", err.text);
    } else {
        strbuf_addf(&q->answer->out, "%s, %s; packets were lost %s%s\n",
                    count_of(done.connections, "connection").text,
                    count_of(done.bytes, "byte").text,
                    count_of(done.lost, "time").text,
                    done.ended ? "" : "; the file is slow and still written");
    }
}

void console_trace(struct question *q)
{
    if (strcmp(verb_word(&q->call, 0), "start") == 0)
        take_start(q);
    else
        stop(q);
}
