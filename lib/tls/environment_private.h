#ifndef TLS_ENVIRONMENT_PRIVATE_H
#define TLS_ENVIRONMENT_PRIVATE_H

/* Inside lib/tls: what sessions ask of their environment. */

#include "tls/context.h"
#include "tls/environment.h"

/* The context for these settings, made when ENV has none for them yet. It lives
 * as long as ENV. 0 or a return code. */
int environment_context(struct environment *env, const struct effective *eff,
                        const struct context **ret,
                        struct tls_outcome *ret_why);

/* Its ring, which never changes; valid as long as ENV. */
const struct keyring *environment_keyring(const struct environment *env);

/* Numbers for the log, one sequence for environments and sessions. */
uint64_t tls_next_handle(void);

#endif
