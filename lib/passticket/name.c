/* Names, and the two answers that both kinds of tickets give. */

#include "passticket/passticket.h"

#include <string.h>

#include "passticket/private.h"
#include "util/ebcdic.h"

int passticket_name(enum zos_name_kind kind, const char *name,
                    unsigned char ret[8], struct error *err)
{
    size_t i, len;

    if (!zos_name_valid(kind, name))
        return error_set(err, ERR_VALUE, "the %s must have %s",
                         zos_name_what(kind), zos_name_form(kind));
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
    return error_set(err, ERR_DENIED, PASSTICKET_OTHER_KEY);
}
