#ifndef UTIL_EBCDIC_H
#define UTIL_EBCDIC_H

/*
 * EBCDIC code page IBM-1047 (z/OS UNIX; the Policy Agent's default code page)
 * and ISO 8859-1, byte for byte. For letters, digits and the characters that
 * names and labels are made of, IBM-037 is the same.
 */

#include <stddef.h>

unsigned char ebcdic_from_latin1(unsigned char c);
unsigned char ebcdic_to_latin1(unsigned char c);

/*
 * Compares two names as z/OS sorts them: lower case before upper case before
 * digits. Returns <0, 0, >0 as strcmp().
 */
int ebcdic_compare(const char *a, const char *b);

#endif
