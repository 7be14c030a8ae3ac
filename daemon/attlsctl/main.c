/* attlsctl: the operator's console. Each verb is in the file of its name. */

#include "attlsctl/ctl.h"

int main(int argc, char **argv)
{
    return ctl_main(argc, argv);
}
