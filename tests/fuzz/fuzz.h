#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* What a fuzz target defines: takes one input, gives 0. Aborts when a
 * promise is broken. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
