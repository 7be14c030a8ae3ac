/* A short list of texts, one after the other. */

#include "util/shortlist.h"

#include <stddef.h>
#include <string.h>

void shortlist_add(struct shortlist *l, const char *text)
{
    size_t len = strlen(text) + 1;

    if (l->left != 0 || l->count == SHORTLIST_MAX ||
        len > sizeof(l->text) - l->used) {
        l->left++;
        return;
    }
    memcpy(l->text + l->used, text, len);
    l->used += (uint16_t)len;
    l->count++;
}

const char *shortlist_next(const struct shortlist *l, const char *at)
{
    const char *next = at == NULL ? l->text : at + strlen(at) + 1;

    return next < l->text + l->used ? next : NULL;
}
