#ifndef INTERCEPT_NAMES_H
#define INTERCEPT_NAMES_H

/*
 * From Linux names to user ids and job names, and what may become one: 1 to 8
 * characters of A-Z 0-9 @ # $, of a job name the first no digit. A name that
 * does not fit is none; it is never cut.
 */

#include <stdbool.h>

enum { NAME_SIZE = 9 };

/* The account's name in upper case. */
bool name_of_account(const char *account, char ret[NAME_SIZE]);

/*
 * Of a cgroup's path "/system.slice/ims15hws.service" the unit's name,
 * IMS15HWS; of a template's instance "baq@strt.service" the instance, STRT.
 * False: there is no service in the path, or its name does not fit.
 */
bool name_of_unit(const char *cgroup, char ret[NAME_SIZE]);

/* What the program calls itself (its comm), in upper case. */
bool name_of_comm(const char *comm, char ret[NAME_SIZE]);

/* The first part of the path that ends in ".service", or NULL; its length is
 * *RET_LEN. What lies below a unit is the unit's own affair. */
const char *name_unit_part(const char *cgroup, int *ret_len);

#endif
