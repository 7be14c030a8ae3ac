#ifndef POLICY_TESTING_H
#define POLICY_TESTING_H

/* What tests look at inside the tables; not for others. */

#include "policy/ciphers.h"

/* The rows, by ascending number. */
size_t curve_count(void);
const struct curve *curve_get(size_t i);

#endif
