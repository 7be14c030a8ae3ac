/* Names, and the two answers that both kinds of tickets give. */

#include "passticket/passticket.h"

#include <string.h>

#include "passticket/private.h"
#include "util/ebcdic.h"

bool passticket_name_valid(const char *name)
{
    size_t n = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789#@$");

    return n >= 1 && n <= PASSTICKET_NAME_MAX && name[n] == '\0';
}

int passticket_name(const char *what, const char *name, unsigned char ret[8],
                    struct error *err)
{
    size_t i, len;

    if (!passticket_name_valid(name))
        return error_set(err, ERR_VALUE,
                         "the %s must have 1 to 8 characters A-Z 0-9 # @ $",
                         what);
    len = strlen(name);
    for (i = 0; i < 8; i++)
        ret[i] = ebcdic_from_latin1(i < len ? (unsigned char)name[i] : ' ');
    return 0;
}

int passticket_no_ticket(struct error *err)
{
    return error_set(err, ERR_SYNTAX, "not of the form of a PassTicket");
}

int passticket_other_key(struct error *err)
{
    return error_set(err, ERR_DENIED,
                     "no PassTicket of this user, application and key");
}
