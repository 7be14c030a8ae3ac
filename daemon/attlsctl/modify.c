/* attlsctl modify and vary: operator commands for the daemon. */

#include "attlsctl/call.h"
#include "attlsctl/ctl.h"

static const char modify_text[] =
    "  REFRESH            read configuration and policy, install them\n"
    "  UPDATE             the same; only differences are announced\n"
    "  QUERY              the log level\n"
    "  LOGLEVEL,LEVEL=N   what the Policy Agent logs: the sum of 1, 2, 4, 8,\n"
    "                     16, 32, 64, 128 and 256\n"
    "\n"
    "As on z/OS the words may follow \"PAGENT,\". A policy with errors is not\n"
    "installed: what runs stays, and the exit status is 2. So is one without\n"
    "rules, or of a file that is empty or half-written (refresh_guard of\n"
    "attlsd.conf); status 1: it is installed, and connections that had TLS "
    "fit\n"
    "no rule any more, which are listed.\n"
    "\n"
    "  --force            REFRESH and UPDATE: whatever refresh_guard says\n"
    "  --control SOCK     the daemon's socket ($ATTLS_CONTROL)\n";

static const char vary_text[] =
    "  TTLS | NOTTLS      switches AT-TLS for new connections\n"
    "  TCPIP1,,OBEY,DSN   reads the member (datasets of attlsd.conf) and acts\n"
    "                     on TCPCONFIG TTLS or NOTTLS in it; quote it for the\n"
    "                     shell: \"TCPIP1,,OBEY,SYS1.TCPPARMS(TTLS)\"\n"
    "\n"
    "  --control SOCK     the daemon's socket ($ATTLS_CONTROL)\n";

int ctl_modify(int argc, char **argv)
{
    return ctl_pass(argc, argv, CONTROL_MODIFY, modify_text);
}

int ctl_vary(int argc, char **argv)
{
    return ctl_pass(argc, argv, CONTROL_VARY, vary_text);
}
