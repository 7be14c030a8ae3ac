#ifndef ZOS_NAME_H
#define ZOS_NAME_H

/*
 * User ids, job names and their like: which characters they have, how long
 * they are, whether a digit may stand first (names.def), and how text is
 * folded to upper case. Every module that takes a name asks here, so that a
 * name that one program takes is refused by no other.
 *
 * A text that does not fit is never cut and never changed into one that does.
 */

#include <stdbool.h>
#include <stddef.h>

enum { ZOS_NAME_MAX = 8, ZOS_NAME_SIZE = ZOS_NAME_MAX + 1 };

enum zos_name_kind {
#define NAME(id, digit_first, what) id,
#include "zos/names.def"
    ZOS_NAME_KINDS
};

/* NAME is in upper case and has the form of its KIND. */
bool zos_name_valid(enum zos_name_kind kind, const char *name);

/* TEXT folded to upper case, if that has the form of KIND; else false, and
 * RET is as before. The second takes the first LEN bytes of TEXT. */
bool zos_name_fold(enum zos_name_kind kind, const char *text,
                   char ret[ZOS_NAME_SIZE]);
bool zos_name_fold_len(enum zos_name_kind kind, const char *text, size_t len,
                       char ret[ZOS_NAME_SIZE]);

/* For messages: "user id", and "1 to 8 characters A-Z 0-9 # $ @", with ", no
 * digit first" where it is so. */
const char *zos_name_what(enum zos_name_kind kind);
const char *zos_name_form(enum zos_name_kind kind);

/* A letter of a to z becomes its capital; all else stays, in every locale. */
char zos_upper(char c);
/* The same with a whole text, in place; returns it. NULL stays NULL. */
char *zos_fold(char *text);
/* A to Z, 0 to 9 and the national characters #, $ and @. */
bool zos_name_char(char c);

#endif
