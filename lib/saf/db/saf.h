#ifndef SAF_DB_SAF_H
#define SAF_DB_SAF_H

/*
 * The security database: users, groups, classes, profiles, access lists, and
 * the one question that is asked of it, saf_check(). It stands for RACF; the
 * names are RACF's (Security Server RACF Command Language Reference).
 *
 * A database is a folder (`--racf DIR`): small libconfig files in DIR/saf,
 * and beside them the certificates and rings of lib/keyring. All files belong
 * to owner and group of DIR; keys and password hashes are 0600.
 *
 * Opened for writing it holds a lock until saf_close(): a second writer gets
 * ERR_LOCKED at once. Readers need no lock: every file is replaced by rename.
 * A reader refuses a folder or file that others may write (ERR_UNSAFE).
 * Root works in the folder of another account as that account: a link that
 * was put there leads to no file that its owner could not reach.
 * A struct saf is used by one thread at a time.
 */

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"
#include "zos/name.h"

struct saf;

enum saf_mode {
    SAF_READ,  /* the folder must exist */
    SAF_WRITE, /* as READ, and locked for this writer */
    SAF_CREATE /* as WRITE; an empty or missing folder is made a database */
};

/* Longest user id, group, class (RACF: 8), and profile name (246). */
enum { SAF_NAME_MAX = ZOS_NAME_MAX, SAF_PROFILE_MAX = 246 };

/*
 * ERR_NOT_FOUND (no such folder, or no database in it), ERR_UNSAFE,
 * ERR_LOCKED, ERR_DENIED (a writer who is neither root nor owner of the
 * folder), ERR_DAMAGED (a file can't be parsed; named with its line),
 * ERR_SYSTEM, ERR_NOMEM.
 */
int saf_open(const char *dir, enum saf_mode mode, struct saf **ret,
             struct error *err);
/* Writes nothing: every change was stored when it was made. NULL allowed. */
void saf_close(struct saf *saf);

const char *saf_dir(const struct saf *saf);
bool saf_writable(const struct saf *saf);
/* Whether this process could open the folder for writing: root, its owner. */
bool saf_may_write(const struct saf *saf);

/* ---- files of the database, for modules that keep theirs beside ours ----
 *
 * NAME is relative to the folder, at most one folder deep, made of letters,
 * digits and #@$._-; nothing else is accepted, so that no label or ring name
 * can lead out of the folder. Contents may be keys: wipe what you read.
 */

/* What saf_write_file() wrote last, committed or not. The data is the
 * caller's, a NUL follows it. ERR_NOT_FOUND, ERR_UNSAFE, ERR_LIMIT. */
int saf_read_file(struct saf *saf, const char *name, char **ret_data,
                  size_t *ret_len, struct error *err);
/* The same of keys and passwords: ERR_UNSAFE also where others may read it. */
int saf_read_secret(struct saf *saf, const char *name, char **ret_data,
                    size_t *ret_len, struct error *err);
/* Replaces a file (0600, in a folder 0700): atomic, synced, given to the
 * owner and group of the database's folder. */
int saf_write_file(struct saf *saf, const char *name, const void *data,
                   size_t len, struct error *err);
int saf_remove_file(struct saf *saf, const char *name, struct error *err);
/* Names of the folders in the database except our own ("IMSSTC", ...), as
 * one allocated NULL-terminated array; free with saf_names_free(). */
int saf_list_folders(struct saf *saf, char ***ret, struct error *err);
void saf_names_free(char **names);

/*
 * Changes between begin and commit reach the disk all together or not at
 * all, whenever the writer is killed (a journal; see journal.c). Without
 * begin each change is committed by itself. A failed commit, and rollback,
 * put the database back to what is on disk and change saf_epoch(): a module
 * that keeps its own copy in memory reads it again then.
 */
int saf_begin(struct saf *saf, struct error *err);
int saf_commit(struct saf *saf, struct error *err);
int saf_rollback(struct saf *saf, struct error *err);
unsigned saf_epoch(const struct saf *saf);
/* From now on commits stay in memory: what --dry-run needs. */
void saf_set_dry_run(struct saf *saf);
/* Whether the files are still those of the moment of opening: a reader that
 * read several of them asks this last and begins again if not. */
bool saf_unchanged(struct saf *saf);

/* ---- users and groups ---- */

bool saf_user_exists(const struct saf *saf, const char *userid);
/* ALTUSER REVOKE: the user can't be used. False for an unknown one. */
bool saf_user_revoked(const struct saf *saf, const char *userid);
bool saf_group_exists(const struct saf *saf, const char *group);
bool saf_user_in_group(const struct saf *saf, const char *userid,
                       const char *group);
/* The user's default group; false: no such user. */
bool saf_user_group(const struct saf *saf, const char *userid,
                    char ret[SAF_NAME_MAX + 1]);
/* Class RACLISTed, after SETROPTS. */
bool saf_class_raclisted(const struct saf *saf, const char *class_name);

/*
 * Compares a password with the stored PBKDF2-HMAC-SHA-512 hash, in constant
 * time; an unknown user costs the same work. Upper and lower case are the
 * same, as for RACF without SETROPTS PASSWORD(MIXEDCASE). 0 or ERR_DENIED.
 */
int saf_password_check(struct saf *saf, const char *userid,
                       const char *password, struct error *err);
/* It has a password at all: one without, PROTECTED, is not revoked for wrong
 * ones. */
bool saf_password_exists(const struct saf *saf, const char *userid);
/* As ALTUSER REVOKE, stored at once. ERR_NOT_FOUND, and as saf_commit(). */
int saf_user_revoke(struct saf *saf, const char *userid, struct error *err);

/* ---- PassTicket keys ---- */

enum { SAF_LEGACY_KEY = 8, SAF_ENHANCED_MIN = 32, SAF_ENHANCED_MAX = 256 };

/* What the key profile of an application says (class PTKTDATA, SSIGNON). */
struct saf_ssignon {
    bool has_legacy;
    unsigned char legacy[SAF_LEGACY_KEY];
    size_t enhanced_len; /* 0: no enhanced key */
    unsigned char enhanced[SAF_ENHANCED_MAX];
    bool mixed;                /* TYPE(MIXED) */
    unsigned timeout;          /* seconds, of enhanced tickets */
    bool may_replay;           /* enhanced: REPLAY(YES) */
    bool no_replay_protection; /* APPLDATA('NO REPLAY PROTECTION') */
};

/*
 * The keys of the discrete profile PROFILE, as of the last REFRESH. RET is
 * secret: saf_ssignon_wipe() it. ERR_NOT_FOUND (the class is not active and
 * RACLISTed, no such profile, no key in it, no key under its label),
 * ERR_UNSAFE (others may read or write the key under its label).
 */
int saf_ssignon(struct saf *saf, const char *profile, struct saf_ssignon *ret,
                struct error *err);
void saf_ssignon_wipe(struct saf_ssignon *s);

/*
 * Stands for ICSF: the key under LABEL, 8 bytes for KEYLABEL, 32 to 256 for
 * EPTKEYLABEL. ERR_VALUE (label, length), and as saf_write_file().
 */
int saf_store_label(struct saf *saf, const char *label,
                    const unsigned char *key, size_t len, struct error *err);

/*
 * Opens NAME (as above) for reading and writing, made (0600, the folder's
 * owner's) when it is missing: for files that are no part of the database's
 * changes, such as the list of used PassTickets. The descriptor is the
 * caller's. ERR_DENIED, ERR_UNSAFE, ERR_VALUE, ERR_SYSTEM.
 */
int saf_open_beside(struct saf *saf, const char *name, int *ret,
                    struct error *err);
/* Replaces such a file: atomic, synced. */
int saf_replace_beside(struct saf *saf, const char *name, const void *data,
                       size_t len, struct error *err);

/* ---- authority ---- */

enum saf_level {
    SAF_NONE,
    SAF_EXECUTE,
    SAF_READ_ACCESS,
    SAF_UPDATE,
    SAF_CONTROL,
    SAF_ALTER
};

enum saf_answer {
    SAF_ALLOWED,
    SAF_REFUSED,
    SAF_NO_PROFILE /* class inactive or nothing covers the resource: the
                    * caller decides, as RACROUTE REQUEST=AUTH's rc 4 */
};

/*
 * May USERID use RESOURCE of CLASS at LEVEL? Looks at discrete and generic
 * profiles, UACC and access lists of the user and its groups. WHY (may be
 * NULL) gets one sentence: the profile that decided, or that none did.
 */
enum saf_answer saf_check(const struct saf *saf, const char *userid,
                          const char *class_name, const char *resource,
                          enum saf_level level, struct error *why);

/*
 * Adds to OUT the commands after which saf_check() allows it, ", then " between
 * them: the class is made active, a profile is defined where none covers
 * RESOURCE, USERID is permitted, and the class refreshed, each where it is not
 * so yet. A profile that they define is for OWNER (NULL: nobody) too, to READ.
 */
struct strbuf;
void saf_permit_add(const struct saf *saf, const char *userid,
                    const char *owner, const char *class_name,
                    const char *resource, enum saf_level level,
                    struct strbuf *out);

#endif
