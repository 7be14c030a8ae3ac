#ifndef INTERCEPT_NAMES_H
#define INTERCEPT_NAMES_H

/*
 * From the names of systemd's units to job names. Those of accounts and
 * programs are folded by zos/name.h: an account's name is its user id, what a
 * program calls itself (its comm) its job name, if they have the form.
 */

#include <stdbool.h>

#include "zos/name.h"

/*
 * Of a cgroup's path "/system.slice/ims15hws.service" the unit's name,
 * IMS15HWS; of a template's instance "baq@strt.service" the instance, STRT.
 * False: there is no service in the path, or its name does not fit.
 */
bool name_of_unit(const char *cgroup, char ret[ZOS_NAME_SIZE]);

/* The first part of the path that ends in ".service", or NULL; its length is
 * *RET_LEN. What lies below a unit is the unit's own affair. */
const char *name_unit_part(const char *cgroup, int *ret_len);

#endif
