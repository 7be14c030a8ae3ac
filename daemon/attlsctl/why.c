/* attlsctl why and audit. */

#include "attlsctl/call.h"
#include "attlsctl/ctl.h"

static const char why_text[] =
    "  CONNID          the connection of that number (hex, as in CONNID:)\n"
    "  --last          the last one that failed\n"
    "  --peer A[:P]    the last one with that partner\n"
    "\n"
    "Without any of these the connections that failed lately are listed.\n"
    "\n"
    "  --json          as JSON\n"
    "  --control SOCK  the daemon's socket ($ATTLS_CONTROL)\n";

static const char audit_text[] =
    "  --json          as JSON\n"
    "  --control SOCK  the daemon's socket ($ATTLS_CONTROL)\n";

int ctl_why(int argc, char **argv)
{
    return ctl_pass(argc, argv, CONTROL_WHY, why_text);
}

int ctl_audit(int argc, char **argv)
{
    return ctl_pass(argc, argv, CONTROL_AUDIT, audit_text);
}
