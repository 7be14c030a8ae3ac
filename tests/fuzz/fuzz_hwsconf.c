/* Any text as hws's configuration member: it is one, or an error names its
 * place, and the notes are lines. */

#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "hws/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct strbuf notes = STRBUF_INIT;
    struct hws_config config;
    struct source *src = NULL;
    struct error err = {0};
    int r;

    if (source_new("HWSCFG00", (const char *)data, size, &src, NULL) != 0)
        return 0;
    r = hws_config_parse(src, &config, &notes, &err);
    if (r != 0 && strstr(err.text, "HWSCFG00") == NULL)
        abort();
    if (r == 0 && (config.port == 0 || config.port > 65535 ||
                   strlen(config.id) > 8 || strlen(config.appl) > 8))
        abort();
    if (notes.len != 0 && notes.data[notes.len - 1] != '\n')
        abort();
    strbuf_done(&notes);
    source_unref(src);
    return 0;
}
