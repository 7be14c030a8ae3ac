#ifndef SAF_DB_TABLES_H
#define SAF_DB_TABLES_H

/*
 * The database's tables in memory: what RACF's commands (saf/admin) change
 * between saf_begin() and saf_commit(). Whoever changes a table says so with
 * saf_changed(); without that the change is not stored.
 *
 * Pointers to rows are void when a row is added to their table, and after
 * saf_commit() and saf_rollback().
 */

#include <stdbool.h>
#include <stddef.h>

#include "saf/db/saf.h"
#include "util/error.h"
#include "zos/name.h"

typedef char saf_id[SAF_NAME_MAX + 1];

/* Days are numbers, year * 1000 + day of the year (2020163); 0: not known. */
struct saf_connect {
    saf_id group, owner;
    unsigned day;
};

struct saf_user {
    saf_id id, owner, dfltgrp;
    char name[21]; /* NAME('...'), at most 20 characters */
    bool revoked;
    bool special;
    unsigned created, passday;
    struct saf_connect *groups;
    size_t ngroups;
};

struct saf_group {
    saf_id id, owner, supgroup;
    unsigned created;
};

struct saf_access {
    saf_id id; /* user, group or "*" */
    enum saf_level level;
};

/* The SSIGNON segment: PassTicket keys, or the ICSF labels they stand under.
 * Wiped when freed. */
enum { SAF_LABEL_MAX = 64 };
struct saf_keys {
    bool masked, encrypted; /* at most one: how KEY was given */
    unsigned char key[SAF_LEGACY_KEY];
    char label[SAF_LABEL_MAX + 1];          /* KEYLABEL, "" none */
    char enhanced_label[SAF_LABEL_MAX + 1]; /* EPTKEYLABEL, "" none */
    bool mixed, replay;
    unsigned timeout; /* seconds; 0: the default */
};

struct saf_profile {
    saf_id class_name, owner;
    char *name;
    char *appldata; /* NULL: none */
    bool generic;
    enum saf_level uacc;
    struct saf_access *access;
    size_t naccess;
    struct saf_keys *keys; /* NULL: no SSIGNON segment */
};

struct saf_profiles {
    struct saf_profile *p;
    size_t n;
};

struct saf_class {
    saf_id name;
    bool active, raclisted, generic;
};

/* A stored password: the salted hash, never the word. */
enum { SAF_SALT = 16, SAF_HASH = 64 };
struct saf_password {
    saf_id id;
    unsigned rounds;
    unsigned char salt[SAF_SALT], hash[SAF_HASH];
};

struct saf_tables {
    struct saf_user *users;
    size_t nusers;
    struct saf_group *groups;
    size_t ngroups;
    struct saf_class *classes;
    size_t nclasses;
    struct saf_profiles profiles; /* as stored */
    struct saf_profiles raclist;  /* as of the last RACLIST, by class */
    struct saf_password *passwords;
    size_t npasswords;
};

/* The tables, one file each. */
enum saf_table {
    TABLE_DATABASE,
    TABLE_USERS,
    TABLE_GROUPS,
    TABLE_CLASSES,
    TABLE_PROFILES,
    TABLE_RACLIST,
    TABLE_KEYS, /* of the two tables before: stored apart, like passwords */
    TABLE_PASSWORDS,
    TABLE_COUNT
};

/* The tables of an open database. */
struct saf_tables *saf_tables(struct saf *saf);
/* The table is written at the next commit. */
void saf_changed(struct saf *saf, enum saf_table table);

struct saf_user *saf_find_user(const struct saf *saf, const char *id);
struct saf_group *saf_find_group(const struct saf *saf, const char *id);
struct saf_class *saf_find_class(const struct saf *saf, const char *name);
struct saf_profile *saf_find_profile(const struct saf *saf,
                                     const char *class_name, const char *name);
struct saf_profile *saf_find_in(const struct saf_profiles *list,
                                const char *class_name, const char *name);
struct saf_password *saf_find_password(const struct saf *saf, const char *id);

/* Adding: the new element, zeroed but for its name, or NULL (no memory).
 * Pointers into the same table are void afterwards. */
struct saf_user *saf_add_user(struct saf *saf, const char *id);
struct saf_group *saf_add_group(struct saf *saf, const char *id);
struct saf_password *saf_add_password(struct saf *saf, const char *id);
struct saf_class *saf_need_class(struct saf *saf, const char *name);
struct saf_profile *saf_add_profile(struct saf_profiles *list,
                                    const char *class_name, const char *name);
/* Connects; a connection that exists is left as it is. */
int saf_user_join(struct saf_user *user, const char *group, const char *owner,
                  unsigned day);
/* Replaces the class's snapshot by the stored profiles. */
int saf_raclist_class(struct saf *saf, const char *class_name);
void saf_drop_profiles(struct saf_profiles *list, const char *class_name);
/* The profile's keys, made when it has none; NULL: no memory. */
struct saf_keys *saf_need_keys(struct saf_profile *p);
void saf_drop_keys(struct saf_profile *p);
/* LEVEL SAF_NONE is stored too (it denies); REMOVE takes the entry out. */
int saf_profile_permit(struct saf_profile *p, const char *id,
                       enum saf_level level);
bool saf_profile_remove_access(struct saf_profile *p, const char *id);

/* The generic profile of LIST that covers RESOURCE best, or the discrete one;
 * NULL: none. */
const struct saf_profile *saf_covering(const struct saf_profiles *list,
                                       const char *class_name,
                                       const char *resource);
/* What PROFILE gives USERID; *RET_BY: whose entry says so, or "UACC". */
enum saf_level saf_granted(const struct saf *saf,
                           const struct saf_profile *profile,
                           const char *userid, const char **ret_by);
/* Whether the name has characters that stand for others, and stands them
 * where RACF allows it: * ends a qualifier, ** is one. */
bool saf_generic_name(const char *name);
bool saf_generic_valid(const char *name);

const char *saf_level_name(enum saf_level level);
/* Any unambiguous beginning; false: not a level. */
bool saf_level_parse(const char *text, enum saf_level *ret);

/* ---- password.c ---- */

int saf_password_set(struct saf *saf, const char *userid, const char *password,
                     struct error *err);
/* NOPASSWORD: the user can't log on with one any more. */
void saf_password_drop(struct saf *saf, const char *userid);

/* ---- keys.c ---- */

/* 1 to 64 characters A-Z 0-9 # @ $ and the dot, a letter or # @ $ first. */
bool saf_label_valid(const char *label);
/* 2 * LEN hexadecimal digits. */
bool saf_hex_parse(const char *text, unsigned char *ret, size_t len);
/* Whether a key is stored under this ICSF label. */
bool saf_label_exists(struct saf *saf, const char *label);

#endif
