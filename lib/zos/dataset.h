#ifndef ZOS_DATASET_H
#define ZOS_DATASET_H

/*
 * Names of MVS data sets, and the map that says which folder stands for which
 * data set (`datasets` of attlsd.conf).
 *
 * A name has qualifiers of 1 to 8 characters A-Z 0-9 # $ @ - with dots
 * between them, each with a letter, #, $ or @ first, and 44 characters in all;
 * a member's name is as names.def says (MVS JCL Reference, "DSNAME
 * parameter"). So no name leads out of the folder that the map gives it.
 */

#include <stdbool.h>
#include <stddef.h>

#include "zos/name.h"

struct strbuf;

enum { DATASET_NAME_MAX = 44 };

struct dataset {
    char name[DATASET_NAME_MAX + 1]; /* upper case */
    char member[ZOS_NAME_SIZE];      /* upper case; "": no member */
};

/* "A.B.C", "A.B.C(MEMBER)", or either in apostrophes; in any case. The text
 * is one name and nothing else. False: it is not; RET is as before. */
bool dataset_parse(const char *text, struct dataset *ret);
/* The two parts apart; MEMBER NULL: there is none. */
bool dataset_set(const char *name, const char *member, struct dataset *ret);

/* What is said of a text that is not a name. */
extern const char dataset_form[];

/* A data set, or a library whose members are files in DIR. */
struct dataset_row {
    const char *dsn; /* upper case, valid */
    const char *dir;
};

struct dataset_map {
    const struct dataset_row *row;
    size_t count;
};

/* DIR/MEMBER, or DIR/A.B.C of a data set without a member. False: the map
 * has no row for it; nothing is added. */
bool dataset_path(const struct dataset_map *map, const struct dataset *d,
                  struct strbuf *out);

/* How attlsd.conf gets the missing row: "datasets = ( ... );". */
void dataset_add_row_text(const struct dataset *d, struct strbuf *out);

#endif
