/*
 * PassTickets of any names, keys and times: what is made comes back to the
 * second (enhanced) or nearest time (legacy) it was made at, and any eight
 * bytes are a ticket or an error.
 */

#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "passticket/passticket.h"

enum { NAMES = 2, TIME = 5, HEAD = NAMES * 9 + TIME + 1 };

/* A name of the alphabet, of 1 to 8 characters: nine bytes. */
static void take_name(const uint8_t *p, char name[ZOS_NAME_SIZE])
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789#@$";
    size_t i, len = 1 + p[0] % ZOS_NAME_MAX;

    for (i = 0; i < len; i++)
        name[i] = alphabet[p[1 + i] % (sizeof(alphabet) - 1)];
    name[len] = '\0';
}

static void try_legacy(const char *user, const char *application,
                       const unsigned char *key, int64_t when)
{
    char ticket[PASSTICKET_LEN + 1];
    int64_t back;

    if (passticket_legacy(user, application, key, when, ticket, NULL) != 0)
        return;
    if (strlen(ticket) != PASSTICKET_LEN ||
        passticket_legacy_time(user, application, key, ticket, when, &back,
                               NULL) != 0 ||
        back != when)
        abort();
}

static void try_enhanced(const char *user, const char *application,
                         const unsigned char *key, size_t len, bool mixed,
                         int64_t when)
{
    char ticket[PASSTICKET_LEN + 1];
    int64_t back;

    if (passticket_enhanced(user, application, key, len, mixed, when, ticket,
                            NULL) != 0)
        return;
    if (strlen(ticket) != PASSTICKET_LEN ||
        passticket_enhanced_time(user, application, key, len, mixed, ticket,
                                 &back, NULL) != 0 ||
        back != when)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char user[ZOS_NAME_SIZE], application[ZOS_NAME_SIZE];
    char ticket[PASSTICKET_LEN + 1] = "";
    unsigned char key[PASSTICKET_ENHANCED_MAX] = {0};
    int64_t when = 0, back;
    size_t i, len;

    if (size < HEAD + PASSTICKET_LEN)
        return 0;
    take_name(data, user);
    take_name(data + 9, application);
    for (i = 0; i < TIME; i++)
        when = when << 8 | data[NAMES * 9 + i];
    memcpy(ticket, data + HEAD, PASSTICKET_LEN);
    len = size - HEAD < sizeof(key) ? size - HEAD : sizeof(key);
    memcpy(key, data + HEAD, len);
    try_legacy(user, application, key, when);
    try_enhanced(user, application, key, len, data[HEAD - 1] % 2 != 0, when);
    passticket_legacy_time(user, application, key, ticket, when, &back, NULL);
    passticket_enhanced_time(user, application, key, sizeof(key),
                             data[HEAD - 1] % 2 != 0, ticket, &back, NULL);
    return 0;
}
