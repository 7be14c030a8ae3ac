/*
 * PassTicket keys: those in profiles, and those under a label, which on z/OS
 * ICSF keeps. A label's file holds the key in hexadecimal.
 */

#include "saf/db/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NO_REPLAY "NO REPLAY PROTECTION"

enum { DEFAULT_TIMEOUT = 600 };

static void file_of(const char *label, char buf[SAF_LABEL_MAX + 16])
{
    snprintf(buf, SAF_LABEL_MAX + 16, "saf/icsf.%s", label);
}

int saf_store_label(struct saf *saf, const char *label,
                    const unsigned char *key, size_t len, struct error *err)
{
    char name[SAF_LABEL_MAX + 16], text[2 * SAF_ENHANCED_MAX + 2];
    size_t i;
    int r;

    if (!saf_label_valid(label))
        return error_set(err, ERR_VALUE,
                         "a key's label has 1 to 64 characters A-Z 0-9 # @ $ "
                         "and the dot, and does not begin with a digit");
    if (len != SAF_LEGACY_KEY &&
        (len < SAF_ENHANCED_MIN || len > SAF_ENHANCED_MAX))
        return error_set(err, ERR_VALUE,
                         "a legacy key has %d bytes, an enhanced one %d to %d; "
                         "this one has %zu",
                         SAF_LEGACY_KEY, SAF_ENHANCED_MIN, SAF_ENHANCED_MAX,
                         len);
    for (i = 0; i < len; i++)
        snprintf(text + 2 * i, 3, "%02x", key[i]);
    text[2 * len] = '\n';
    file_of(label, name);
    r = saf_write_file(saf, name, text, 2 * len + 1, err);
    explicit_bzero(text, sizeof(text));
    return r;
}

/*
 * The key under LABEL. *RET_LEN 0: no key under that label fits. A key that
 * others may read or write is an error, not a missing key: ERR_UNSAFE.
 */
static int read_label(struct saf *saf, const char *label, size_t min,
                      size_t max, unsigned char *ret, size_t *ret_len,
                      struct error *err)
{
    char name[SAF_LABEL_MAX + 16], *text;
    size_t len, n;
    int r;

    *ret_len = 0;
    if (label[0] == '\0')
        return 0;
    file_of(label, name);
    r = saf_read_secret(saf, name, &text, &len, err);
    if (r != 0)
        return r == ERR_NOT_FOUND ? 0 : r;
    text[strcspn(text, "\n")] = '\0';
    n = strlen(text) / 2;
    if (n >= min && n <= max && saf_hex_parse(text, ret, n))
        *ret_len = n;
    explicit_bzero(text, len);
    free(text);
    return 0;
}

bool saf_label_exists(struct saf *saf, const char *label)
{
    unsigned char key[SAF_ENHANCED_MAX];
    size_t n;
    int r = read_label(saf, label, 1, SAF_ENHANCED_MAX, key, &n, NULL);

    explicit_bzero(key, sizeof(key));
    return r == 0 && n != 0;
}

/* The profile, in the copy: PassTickets want the class RACLISTed. */
static const struct saf_profile *
find_profile(const struct saf *saf, const char *name, struct error *err)
{
    const struct saf_class *c = saf_find_class(saf, "PTKTDATA");
    const struct saf_profile *p;

    if (c == NULL || !c->active || !c->raclisted) {
        error_set(err, ERR_NOT_FOUND,
                  "class PTKTDATA is not active and RACLISTed");
        return NULL;
    }
    p = saf_find_in(&saf->tables.raclist, c->name, name);
    if (p != NULL && !p->generic && p->keys != NULL)
        return p;
    error_set(err, ERR_NOT_FOUND,
              p == NULL ? "class PTKTDATA has no profile %s"
              : p->generic
                  ? "profile %s of class PTKTDATA is generic: it gives no key"
                  : "profile %s of class PTKTDATA has no key (SSIGNON)",
              name);
    return NULL;
}

static int read_keys(struct saf *saf, const struct saf_keys *k,
                     struct saf_ssignon *ret, struct error *err)
{
    size_t len;
    int r = 0;

    ret->has_legacy = k->masked || k->encrypted;
    if (ret->has_legacy) {
        memcpy(ret->legacy, k->key, SAF_LEGACY_KEY);
    } else {
        r = read_label(saf, k->label, SAF_LEGACY_KEY, SAF_LEGACY_KEY,
                       ret->legacy, &len, err);
        ret->has_legacy = r == 0 && len != 0;
    }
    if (r == 0)
        r = read_label(saf, k->enhanced_label, SAF_ENHANCED_MIN,
                       SAF_ENHANCED_MAX, ret->enhanced, &ret->enhanced_len,
                       err);
    return r;
}

int saf_ssignon(struct saf *saf, const char *profile, struct saf_ssignon *ret,
                struct error *err)
{
    const struct saf_profile *p = find_profile(saf, profile, err);
    struct saf_ssignon s = {0};
    const struct saf_keys *k;
    int r;

    if (p == NULL)
        return ERR_NOT_FOUND;
    k = p->keys;
    s.mixed = k->mixed;
    s.timeout = k->timeout != 0 ? k->timeout : DEFAULT_TIMEOUT;
    s.may_replay = k->replay;
    s.no_replay_protection =
        p->appldata != NULL && strcmp(p->appldata, NO_REPLAY) == 0;
    r = read_keys(saf, k, &s, err);
    if (r == 0 && !s.has_legacy && s.enhanced_len == 0)
        r = error_set(err, ERR_NOT_FOUND,
                      "no key is stored under the label of profile %s",
                      profile);
    if (r == 0)
        *ret = s;
    saf_ssignon_wipe(&s);
    return r;
}

void saf_ssignon_wipe(struct saf_ssignon *s)
{
    explicit_bzero(s, sizeof(*s));
}
