/*
 * Any bytes as a request and as a reply of the control protocol: what either
 * end takes from the other. A request that is understood must come back the
 * same when it is written again.
 */

#include <stdlib.h>
#include <string.h>

#include "control/control.h"
#include "fuzz/fuzz.h"

static void try_request(const uint8_t *data, size_t size)
{
    struct strbuf out = STRBUF_INIT;
    struct control_request r;
    struct error err;

    if (control_decode_request(data, size, &r, &err) != 1)
        return;
    if (control_encode_request(&r, &out, &err) != 0 || out.len != size ||
        memcmp(out.data, data, size) != 0)
        abort();
    strbuf_done(&out);
}

static void try_reply(const uint8_t *data, size_t size)
{
    const char *name, *value;
    struct control_reply r;
    struct error err;
    size_t pos = 0;

    if (control_decode_reply(data, size, &r, &err) != 1)
        return;
    if (r.out[r.out_len] != '\0' || r.err[r.err_len] != '\0')
        abort();
    while (control_next_field(r.fields, r.fields_len, &pos, &name, &value))
        if (value + strlen(value) >= r.fields + r.fields_len)
            abort();
}

/* The words of a request as the daemon reads them. */
static void try_words(const uint8_t *data, size_t size)
{
    struct control_request r;
    struct verb_call call;
    struct error err;
    char *words[CONTROL_ARGS_MAX];
    size_t i;

    if (control_decode_request(data, size, &r, &err) != 1)
        return;
    for (i = 0; i < r.argc; i++)
        words[i] = (char *)(uintptr_t)r.argv[i];
    verb_read(r.verb, (int)r.argc, words, &call, &err);
    verb_done(&call);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* a copy of just that size, so that a byte too many is seen */
    uint8_t *exact = malloc(size != 0 ? size : 1);

    if (exact == NULL)
        return 0;
    memcpy(exact, data, size);
    try_request(exact, size);
    try_reply(exact, size);
    try_words(exact, size);
    free(exact);
    return 0;
}
