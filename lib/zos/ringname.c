/* What the value of Keyring means; see ringname.h. */

#include "zos/ringname.h"

#include <string.h>

struct ring_name ring_name_parse(const char *text, bool password)
{
    static const char token[] = "*TOKEN*/";
    const char *slash = strchr(text, '/');

    if (strncmp(text, token, strlen(token)) == 0)
        return (struct ring_name){.kind = RING_TOKEN,
                                  .name = text + strlen(token)};
    if (*text == '/' || password)
        return (struct ring_name){.kind = RING_FILE, .name = text};
    if (slash == NULL)
        return (struct ring_name){.kind = RING_RACF, .name = text};
    return (struct ring_name){.kind = RING_RACF,
                              .owner = text,
                              .owner_len = (size_t)(slash - text),
                              .name = slash + 1};
}
