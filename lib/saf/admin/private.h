#ifndef SAF_ADMIN_PRIVATE_H
#define SAF_ADMIN_PRIVATE_H

/* Shared by the files that implement the commands of admin.def. */

#include "saf/db/tables.h"
#include "saf/job/job.h"
#include "saf/job/tso.h"
#include "util/strbuf.h"

enum admin_word {
    AW_NONE,
#define WORD(id, keyword, form, flags, max, help) AW_##id,
#include "saf/admin/admin.def"
    AW_COUNT
};

/* Scopes are negative, so that they are no word. */
enum admin_command {
    AC_NONE,
#define COMMAND(name, aliases, reads) AC_##name,
#include "saf/admin/admin.def"
    AC_COUNT
};

extern const struct tso_grammar admin_grammar;

/*
 * The command's first operand: a name, or names in parentheses; folded. Taken
 * from the front of *LIST. Returns 0 and the first name, or a return code
 * after a message: WHAT is missing, or the parenthesis behind the names is
 * (CONNECT (A,B GROUP(C)), which is shown with its place in the job.
 */
int admin_names(struct job_context *ctx, const struct tso_command *cmd,
                const char *what, struct tso_node **list,
                struct tso_node **ret);

/* Binds what is left of a command's operands. */
int admin_bind(struct job_context *ctx, int command, struct tso_node *list);

/* "IKJ56702I INVALID WHAT, NAME" and a line of help; returns 8. */
int admin_invalid(struct job_context *ctx, const char *what, const char *name,
                  const char *hint);
/* The same of a name that lacks the form of its kind, or is not free: "a user
 * id has 1 to 8 ..., and MUST". */
int admin_bad_name(struct job_context *ctx, const char *what,
                   enum zos_name_kind kind, const char *name, const char *must);
/* Takes back what the command has changed in memory; returns 8. */
int admin_nomem(struct job_context *ctx);

void admin_copy_id(saf_id to, const char *from);
/* The owner of what the issuer makes: OWNER(), else the issuer. */
const char *admin_owner(const struct job_context *ctx,
                        const struct tso_node *list);
/* OWNER, DFLTGRP and other names must be defined before a command names them:
 * 0, or 8 after a message. */
int admin_check_defined(struct job_context *ctx, const struct tso_node *list,
                        int word, bool user_too);
/* Today (local time) as a number, see saf/db/tables.h; and as RACF shows it.
 */
unsigned admin_today(void);
const char *admin_day(unsigned day, char buf[8]);

/* ---- classes (class.c) ---- */

/* Rings and certificates: changes are seen at once, whatever was RACLISTed. */
bool admin_class_current(const char *class_name);
/* One of classes.def, or one that SETROPTS has made known. */
bool admin_class_known(const struct saf *saf, const char *class_name);
/* The class that is spelled most like it, or NULL. */
const char *admin_class_nearest(const char *class_name);

/* The class may have profiles that commands change: 0 or 8 after a message. */
int admin_check_class(struct job_context *ctx, const char *name);

/*
 * CLASS and the profiles' names in front of the operands of RDEFINE and the
 * like. In FACILITY (A B) the parser has taken the names for a list of the
 * class. Returns 0 or a return code after a message.
 */
int admin_class_and_names(struct job_context *ctx,
                          const struct tso_command *cmd, struct tso_node **rest,
                          const char **ret_class, struct tso_node **ret_names);

/* ---- PassTicket keys (ssignon.c) ---- */

/* SSIGNON and NOSSIGNON of RDEFINE and RALTER, checked; 0 or a return code
 * after a message. */
int admin_check_ssignon(struct job_context *ctx, const char *class_name,
                        const struct tso_node *list);
/* Takes them over; they have been checked. */
int admin_set_ssignon(struct job_context *ctx, struct saf_profile *p,
                      const struct tso_node *list);
/* What RLIST SSIGNON shows: that there are keys, never which. */
void admin_list_ssignon(const struct saf_profile *p, struct strbuf *out);

#define COMMAND(name, aliases, reads)                                          \
    int admin_##name(struct job_context *ctx, const struct tso_command *cmd);
#include "saf/admin/admin.def"

#endif
