#ifndef SUPPORT_FAULTS_TLS_H
#define SUPPORT_FAULTS_TLS_H

/*
 * Makes calls of OpenSSL fail on demand, as support/faults.h does with the C
 * library's. Link the object library attls_faults_tls.
 */

#include <stddef.h>

/* The NTH call from now (1: the next) of the function NAME fails; 0: none. A
 * name that is not in the table ends the program. */
void fault_tls_set(const char *name, int nth);
/* True when the fault that was set has struck. */
int fault_tls_struck(const char *name);

/* All names, to walk; NULL after the last. */
const char *fault_tls_name(size_t i);

#endif
