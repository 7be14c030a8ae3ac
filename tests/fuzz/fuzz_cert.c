/*
 * Any bytes as what ADD and CHECKCERT find in a data set: certificate, PKCS#7
 * or PKCS#12 package, as text or binary. What is read is shown, as CHECKCERT
 * does, and its names are printed and matched against a filter.
 */

#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "keyring/racdcert/certlist.h"
#include "keyring/rings/certread.h"
#include "keyring/rings/testing.h"

/* The password of the packages in the corpus. */
static const char password[] = "pw";

static void show(const struct cert_package *p)
{
    struct name_filter filter;
    struct strbuf out = STRBUF_INIT;
    struct error err;
    const char *c;
    size_t i;

    if (namefilter_init(&filter, "O=Shop", "", NULL) != 0)
        abort();
    for (i = 0; i < p->n; i++) {
        certlist_x509(p->cert[i], p->key != NULL, &out);
        namefilter_find(&filter, 1, p->cert[i], &err);
    }
    namefilter_done(&filter);
    /* One record, one line, whatever is in a certificate. */
    for (c = strbuf_str(&out); *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 && *c != '\n')
            abort();
    strbuf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cert_package p;
    uint8_t *exact = malloc(size != 0 ? size : 1);

    if (exact == NULL)
        return 0;
    memcpy(exact, data, size);
    if (certread_parse(exact, size, password, &p, NULL) == 0) {
        show(&p);
        certread_done(&p);
    }
    free(exact);
    return 0;
}
