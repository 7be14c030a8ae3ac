#ifndef SAF_ADMIN_PRIVATE_H
#define SAF_ADMIN_PRIVATE_H

/* Shared by the files that implement the commands of admin.def. */

#include "saf/job.h"
#include "saf/saf_private.h"
#include "saf/tso.h"
#include "util/strbuf.h"

enum admin_word {
    AW_NONE,
#define COMMAND(name, aliases, reads)
#define WORD(id, keyword, form, flags, max, help) AW_##id,
#define USE(command, word)
#include "saf/admin.def"
    AW_COUNT
};

/* Scopes are negative, so that they are no word. */
enum admin_command {
    AC_NONE,
#define COMMAND(name, aliases, reads) AC_##name,
#define WORD(id, keyword, form, flags, max, help)
#define USE(command, word)
#include "saf/admin.def"
    AC_COUNT
};

extern const struct tso_grammar admin_grammar;

/* One positional operand: a name, or names in parentheses. Taken from the
 * front of *LIST; NULL when it is missing. Names are folded. */
struct tso_node *admin_names(struct tso_node **list);

/* Binds what is left of a command's operands. */
int admin_bind(struct job_context *ctx, int command, struct tso_node *list);

/* "IKJ56702I INVALID WHAT, NAME" and a line of help; returns 8. */
int admin_invalid(struct job_context *ctx, const char *what, const char *name,
                  const char *hint);

#define COMMAND(name, aliases, reads)                                          \
    int admin_##name(struct job_context *ctx, const struct tso_command *cmd);
#define WORD(id, keyword, form, flags, max, help)
#define USE(command, word)
#include "saf/admin.def"

#endif
