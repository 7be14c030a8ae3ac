#ifndef ZOS_RINGNAME_H
#define ZOS_RINGNAME_H

/*
 * What the value of Keyring means: a key ring of RACF, a file, or a PKCS#11
 * token (IP Configuration Reference, TTLSKeyringParms).
 */

#include <stdbool.h>
#include <stddef.h>

enum ring_kind { RING_RACF, RING_FILE, RING_TOKEN };

/* Points into the text that it was made from. */
struct ring_name {
    enum ring_kind kind;
    const char *owner; /* of a key ring: before the slash; NULL: the user's */
    size_t owner_len;
    const char *name; /* of the ring ("*": a virtual one), file or token */
};

/* PASSWORD: KeyringPw or KeyringStashFile is coded, which only files have. */
struct ring_name ring_name_parse(const char *text, bool password);

#endif
