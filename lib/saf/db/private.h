#ifndef SAF_DB_PRIVATE_H
#define SAF_DB_PRIVATE_H

/*
 * What the files of this folder share: the database behind its tables, its
 * files on the disk (disk.c, file.c), the changes that become one (store.c)
 * and their journal (journal.c).
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "saf/db/saf.h"
#include "saf/db/tables.h"
#include "util/error.h"

struct stat;
struct strbuf;

/* One file of a change. DATA NULL: the file is removed. */
struct saf_change {
    char *name;
    char *data;
    size_t len;
};

struct saf_changes {
    struct saf_change *c;
    size_t n;
};

struct saf {
    char *dir;
    int dirfd, lockfd;
    bool writable, dry_run, in_change;
    bool broken; /* what is on disk could not be read again */
    uid_t uid;   /* owner and group of DIR: of all that is written */
    gid_t gid;
    unsigned epoch;
    long long generation;       /* of the last commit that was read or made */
    struct saf_changes pending; /* since saf_begin() */
    struct saf_changes overlay; /* a journal not yet played, or a dry run */
    bool dirty[TABLE_COUNT];

    struct saf_tables tables;
};

/* ---- text.c ---- */

int saf_db_load(struct saf *saf, struct error *err);
/* The text of one table's file. */
int saf_db_print(const struct saf *saf, enum saf_table table,
                 struct strbuf *out, struct error *err);
const char *saf_table_file(enum saf_table table);

/* ---- db.c ---- */

void saf_db_clear(struct saf *saf);
/* What a new database holds: RACF's group SYS1. */
int saf_db_init(struct saf *saf, struct error *err);

/* ---- journal.c ---- */

int saf_changes_add(struct saf_changes *list, const char *name,
                    const void *data, size_t len, struct error *err);
const struct saf_change *saf_changes_find(const struct saf_changes *list,
                                          const char *name);
void saf_changes_clear(struct saf_changes *list);
/* The journal's text for the changes, and back. ERR_DAMAGED. */
int saf_journal_print(const struct saf_changes *list, struct strbuf *out,
                      struct error *err);
int saf_journal_parse(const char *text, size_t len, struct saf_changes *ret,
                      struct error *err);

/* ---- folders.c ---- */

/* Removes temporary files that a killed writer left; needs the lock. */
void saf_sweep_folders(struct saf *saf);

/* ---- disk.c ----
 *
 * Files below the database's folder by name. Root does it as the folder's
 * owner; no link is followed; owner and modes are those of what was opened
 * (ERR_UNSAFE). ERR_NOT_FOUND, ERR_DENIED, ERR_SYSTEM, ERR_NOMEM.
 */

/* Room for a file's name in the database. */
enum { SAF_FILE_NAME = 200 };
bool saf_file_name_valid(const char *name);

/* Our own folder in DIR. */
#define SAF_FOLDER "saf"

/* Owner and modes of something we read. ERR_UNSAFE. */
int saf_check_safe(const struct saf *saf, const char *name,
                   const struct stat *st, struct error *err);

/* Between the two this thread reaches files as the owner of the folder. */
int saf_disk_begin(const struct saf *saf, struct error *err);
void saf_disk_end(const struct saf *saf);

int saf_disk_open_folder(const struct saf *saf, const char *folder, int *ret,
                         struct error *err);
/* 0700; one that exists is left alone. */
int saf_disk_make_folder(const struct saf *saf, const char *folder,
                         struct error *err);
/* For reading and writing, made (0600) when it is missing. */
int saf_disk_open(const struct saf *saf, const char *name, int *ret,
                  struct error *err);
/* SECRET: others may not read it either. */
int saf_disk_read(const struct saf *saf, const char *name, bool secret,
                  char **ret_data, size_t *ret_len, struct error *err);
bool saf_disk_exists(const struct saf *saf, const char *name);
/* Replaces it whole, 0600, in a folder 0700 that is made when missing. */
int saf_disk_put(const struct saf *saf, const char *name, const void *data,
                 size_t len, struct error *err);
/* One that is not there is well. */
int saf_disk_remove(const struct saf *saf, const char *name, struct error *err);

/* ---- file.c ---- */

/* Only root and the owner of the folder write. ERR_DENIED. */
int saf_check_writer(const struct saf *saf, struct error *err);

/* Class active, after SETROPTS. */
bool saf_class_active(const struct saf *saf, const char *class_name);

#endif
