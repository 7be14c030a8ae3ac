#ifndef UTIL_ARRAY_H
#define UTIL_ARRAY_H

#include <stddef.h>

/*
 * One more element for a plain array from malloc(): ARRAY is the address of
 * the pointer to its first element (which may be NULL), *N how many it has,
 * SIZE the bytes of one. Returns the new one, all zeros, and counts it; the
 * array may have moved. NULL: no memory, array and *N as before.
 *
 * All elements come from here, none from a malloc() of the caller's: the room
 * that the array has follows from *N. The caller may take elements away and
 * count down, at any time.
 *
 * The old block is not wiped: not for secrets.
 */
void *array_add(void *array, size_t *n, size_t size);

#endif
