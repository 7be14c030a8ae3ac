#ifndef POLICY_PARMS_H
#define POLICY_PARMS_H

/*
 * Names of the policy's parameters, PARM_HandshakeTimeout and so on, made
 * from parms.def: the one table of statements and keywords that drives
 * parser, checks, display and manual.
 */

enum policy_parm {
#define PARM(id, ...) PARM_##id,
#include "policy/parms.def"
    PARM_COUNT
};

#endif
