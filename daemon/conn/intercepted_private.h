#ifndef CONN_INTERCEPTED_PRIVATE_H
#define CONN_INTERCEPTED_PRIVATE_H

/* What the files of the producers share; not for others. */

#include <sys/socket.h>

#include "conn/intercepted.h"

/* Fills IN, whose fd, direction and given names are set; PEER is what accept()
 * said. */
typedef int (*intercepted_producer_fn)(const struct config_listener *l,
                                       const struct netaddr *peer,
                                       struct intercept_host *h,
                                       struct intercepted *in,
                                       struct error *err);

/* As netaddr_of_socket(), with the reason. */
int intercepted_address(int fd, netaddr_name_fn name, struct netaddr *ret,
                        struct error *err);

/* A connection of the daemon's own that came back: it is nobody's. ERR_DENIED.
 */
int intercepted_not_own(const struct intercept_host *h,
                        const struct identity *who, struct error *err);

int intercepted_transparent(const struct config_listener *l,
                            const struct netaddr *peer,
                            struct intercept_host *h, struct intercepted *in,
                            struct error *err);
/* Marks the other side's socket FD and gives it its address. */
int intercepted_prepare(struct intercepted *in, size_t i,
                        struct intercept_host *h, int fd, struct error *err);

#endif
