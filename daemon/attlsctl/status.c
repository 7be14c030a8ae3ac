/* attlsctl status: asks the daemon how it is. */

#include "attlsctl/call.h"
#include "attlsctl/ctl.h"

static const char options_text[] =
    "  --json          as JSON, with all counters\n"
    "  --differences   instead: what the daemon does otherwise than z/OS now\n"
    "  --control SOCK  the daemon's socket ($ATTLS_CONTROL)\n";

int ctl_status(int argc, char **argv)
{
    return ctl_pass(argc, argv, CONTROL_STATUS, options_text);
}
