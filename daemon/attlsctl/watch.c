/* attlsctl intercept watch: keeps the rules in the kernel where attlsd may
 * not. */

#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>

#include "attlsctl/ctl.h"
#include "attlsctl/kernel_rules.h"
#include "site/rulekeeper.h"
#include "util/fd.h"

/* As they should be now: a policy that was refreshed since has other ones. */
static bool make(void *arg, struct strbuf *out)
{
    return ctl_rules_text(arg, out) == CTL_EXIT_OK;
}

static void tell(void *arg, const struct rule_loss *l)
{
    const struct ctl_rules *r = arg;
    struct strbuf line = STRBUF_INIT;

    rule_loss_print(l, r->keeps_old, &line);
    fprintf(stderr, "attlsctl intercept: %s%s\n",
            l->slow || l->error != NULL ? "ERROR " : "", strbuf_str(&line));
    strbuf_done(&line);
}

static int open_signals(int *ret, struct error *err)
{
    sigset_t end;

    sigemptyset(&end);
    sigaddset(&end, SIGTERM);
    sigaddset(&end, SIGINT);
    sigaddset(&end, SIGHUP);
    sigprocmask(SIG_BLOCK, &end, NULL);
    *ret = signalfd(-1, &end, SFD_CLOEXEC);
    return *ret < 0 ? error_errno(err, "signalfd") : 0;
}

static int keep(struct ctl_rules *r, const char *text, struct error *err)
{
    struct rulekeeper_params params = {make, tell, r};
    struct rulekeeper *k = NULL;
    int stop = -1, e = open_signals(&stop, err);

    if (e == 0)
        e = rulekeeper_new(&params, &k, err);
    if (e == 0)
        e = rulekeeper_install(k, text, err);
    if (e == 0) {
        printf("installed and watched: table inet attls\n");
        fflush(stdout);
        rulekeeper_run(k, stop);
        printf("not watched any more; the rules stay\n");
    }
    rulekeeper_free(k);
    fd_close(&stop);
    return e;
}

int ctl_rules_watch(struct ctl_rules *r)
{
    struct strbuf text = STRBUF_INIT;
    struct error err;
    int status = ctl_rules_text(r, &text);

    if (status == CTL_EXIT_OK && keep(r, strbuf_str(&text), &err) != 0) {
        fprintf(stderr, "attlsctl intercept: %s\n", err.text);
        status = CTL_EXIT_ERROR;
    }
    strbuf_done(&text);
    return status;
}
