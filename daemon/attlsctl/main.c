/* attlsctl: the operator's console. The verbs are in the ctl_ files. */

#include "attlsctl/ctl.h"

int main(int argc, char **argv)
{
    return ctl_main(argc, argv);
}
