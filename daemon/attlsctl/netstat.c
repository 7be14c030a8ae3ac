/* attlsctl netstat and display: reports of the running daemon. */

#include <string.h>

#include "attlsctl/call.h"
#include "attlsctl/ctl.h"

static const char netstat_text[] =
    "  TTLS [GRoup [DETAIL]]        the groups and their connections\n"
    "  TTLS COnn CONNID [DETAIL]    one connection, its rule and actions\n"
    "  COnn [CONNType T]            all connections; T is TTLSPolicy or\n"
    "                               NOTTLSPolicy\n"
    "  ALL [CONNType T]             the same with counters and TTLSPolicy\n"
    "  COnfig                       how the stack is configured\n"
    "\n"
    "Words may be shortened to their capitals. netstat's options mean the\n"
    "same: -x (TTLS), -c, -a, -A, -f, -p STACK.\n"
    "\n"
    "  --json                       as JSON\n"
    "  --control SOCK               the daemon's socket ($ATTLS_CONTROL)\n";

static const char display_text[] =
    "  TCPIP                        the status report\n"
    "  TCPIP,,NETSTAT,TTLS,...      netstat in the console's layout:\n"
    "                               TCPIP,,NETSTAT,TTLS,COnn=CONNID,DETAIL\n"
    "\n"
    "  --control SOCK               the daemon's socket ($ATTLS_CONTROL)\n";

/* As a program of its own it is about TTLS, as netstat -x. */
int ctl_netstat(int argc, char **argv)
{
    const char *slash = strrchr(argv[0], '/');
    char ttls[] = "TTLS", *args[] = {argv[0], ttls, NULL};

    if (argc == 1 &&
        strcmp(slash != NULL ? slash + 1 : argv[0], "netstat-ttls") == 0)
        return ctl_pass(2, args, CONTROL_NETSTAT, netstat_text);
    return ctl_pass(argc, argv, CONTROL_NETSTAT, netstat_text);
}

int ctl_display(int argc, char **argv)
{
    return ctl_pass(argc, argv, CONTROL_DISPLAY, display_text);
}
