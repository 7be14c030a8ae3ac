/*
 * May this user read that ring, and use its private keys? R_datalib's two ways
 * of asking: class RDATALIB, then FACILITY.
 */

#include "keyring/rings/access.h"

#include <stdio.h>
#include <string.h>

#include "keyring/rings/store.h"
#include "util/strbuf.h"

#define LISTRING "IRR.DIGTCERT.LISTRING"
#define LIST     "IRR.DIGTCERT.LIST"
#define GENCERT  "IRR.DIGTCERT.GENCERT"

enum { RESOURCE_MAX = SAF_NAME_MAX + RING_NAME_MAX + 32 };

/* RDATALIB works on folded names: ring names that differ only in case share
 * a profile. */
static void resource_name(const char *owner, const char *ring, char *buf,
                          size_t cap)
{
    bool virtual_ring = strcmp(ring, "*") == 0;

    snprintf(buf, cap, "%s.%s.LST", owner,
             virtual_ring ? "IRR_VIRTUAL_KEYRING" : ring);
    zos_fold(buf);
}

static int denied(const char *reader, const char *owner, const char *ring,
                  const struct error *why, struct error *err)
{
    return error_set(err, ERR_DENIED,
                     "user %s may not read the key ring %s/%s: %s", reader,
                     owner, ring, why->text);
}

/* FACILITY: LISTRING decides; LIST must not say no. SAF_NO_PROFILE
 * when LISTRING has no profile. */
static enum saf_answer by_facility(const struct saf *saf, const char *reader,
                                   enum saf_level level, struct error *why)
{
    enum saf_answer listring;

    listring = saf_check(saf, reader, "FACILITY", LISTRING, level, why);
    /* For another user's ring the workshop asks for both. */
    if (listring != SAF_ALLOWED || level == SAF_READ_ACCESS)
        return listring;
    return saf_check(saf, reader, "FACILITY", LIST, SAF_READ_ACCESS, why) ==
                   SAF_REFUSED
               ? SAF_REFUSED
               : SAF_ALLOWED;
}

/* Keys of CERTAUTH and SITE certificates. */
static bool may_use_shared_keys(const struct saf *saf, const char *reader)
{
    return saf_check(saf, reader, "FACILITY", GENCERT, SAF_CONTROL, NULL) ==
           SAF_ALLOWED;
}

int access_check(const struct saf *saf, const char *reader, const char *owner,
                 const char *ring, struct ring_access *ret, struct error *err)
{
    bool own = strcmp(reader, owner) == 0,
         by_kind = owner_kind(owner) != RING_OWNER_USER;
    char name[RESOURCE_MAX];
    struct error why = {0};

    if (saf_user_revoked(saf, reader))
        return error_set(err, ERR_DENIED,
                         "user %s is revoked and may read no key ring: ALTUSER "
                         "%s RESUME ends that",
                         reader, reader);
    ret->other_keys = false;
    ret->shared_keys = may_use_shared_keys(saf, reader);
    resource_name(owner, ring, name, sizeof(name));
    switch (saf_check(saf, reader, "RDATALIB", name, SAF_READ_ACCESS, &why)) {
    case SAF_ALLOWED:
        ret->other_keys = saf_check(saf, reader, "RDATALIB", name, SAF_UPDATE,
                                    NULL) == SAF_ALLOWED;
        return 0;
    case SAF_REFUSED:
        return denied(reader, owner, ring, &why, err);
    case SAF_NO_PROFILE:
        break;
    }
    switch (by_facility(saf, reader,
                        own || by_kind ? SAF_READ_ACCESS : SAF_UPDATE, &why)) {
    case SAF_ALLOWED:
        return 0;
    case SAF_REFUSED:
        return denied(reader, owner, ring, &why, err);
    case SAF_NO_PROFILE:
        break;
    }
    /* Certificates of authorities and sites are no secret of anybody. */
    if (own || by_kind)
        return 0;
    error_set(&why, 0,
              "reading another user's ring needs READ to %s in class RDATALIB "
              "or UPDATE to IRR.DIGTCERT.LISTRING in class FACILITY, and no "
              "active profile covers them",
              name);
    return denied(reader, owner, ring, &why, err);
}

bool access_key_allowed(const struct ring_access *access, const char *reader,
                        const char *cert_owner, enum ring_usage usage)
{
    if (usage != RING_PERSONAL)
        return false;
    if (access->other_keys || strcmp(reader, cert_owner) == 0)
        return true;
    return access->shared_keys && owner_kind(cert_owner) != RING_OWNER_USER;
}

/* ---- what would let it ---- */

/* A profile for this ring decides for all from then on, so its owner goes on
 * needing READ. */
static void mend_by_ring(const struct saf *saf, const char *reader,
                         const char *owner, const char *ring,
                         enum saf_level level, struct strbuf *out)
{
    char name[RESOURCE_MAX];

    resource_name(owner, ring, name, sizeof(name));
    saf_permit_add(saf, reader, strcmp(reader, owner) != 0 ? owner : NULL,
                   "RDATALIB", name, level, out);
}

static bool refuses(const struct saf *saf, const char *reader,
                    const char *class_name, const char *resource,
                    enum saf_level level)
{
    return saf_check(saf, reader, class_name, resource, level, NULL) ==
           SAF_REFUSED;
}

void access_mend_ring(const struct saf *saf, const char *reader,
                      const char *owner, const char *ring, struct strbuf *out)
{
    bool own =
        strcmp(reader, owner) == 0 || owner_kind(owner) != RING_OWNER_USER;
    enum saf_level level = own ? SAF_READ_ACCESS : SAF_UPDATE;
    char name[RESOURCE_MAX];

    resource_name(owner, ring, name, sizeof(name));
    if (saf_user_revoked(saf, reader))
        strbuf_addf(out, "ALTUSER %s RESUME", reader);
    else if (refuses(saf, reader, "RDATALIB", name, SAF_READ_ACCESS))
        mend_by_ring(saf, reader, owner, ring, SAF_READ_ACCESS, out);
    else if (refuses(saf, reader, "FACILITY", LISTRING, level))
        saf_permit_add(saf, reader, NULL, "FACILITY", LISTRING, level, out);
    else if (refuses(saf, reader, "FACILITY", LIST, SAF_READ_ACCESS))
        saf_permit_add(saf, reader, NULL, "FACILITY", LIST, SAF_READ_ACCESS,
                       out);
    else
        mend_by_ring(saf, reader, owner, ring, SAF_READ_ACCESS, out);
}

void access_mend_key(const struct saf *saf, const char *reader,
                     const char *owner, const char *ring,
                     const char *cert_owner, struct strbuf *out)
{
    if (owner_kind(cert_owner) != RING_OWNER_USER)
        saf_permit_add(saf, reader, NULL, "FACILITY", GENCERT, SAF_CONTROL,
                       out);
    else
        mend_by_ring(saf, reader, owner, ring, SAF_UPDATE, out);
}
