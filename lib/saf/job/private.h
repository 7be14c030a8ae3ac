#ifndef SAF_JOB_PRIVATE_H
#define SAF_JOB_PRIVATE_H

/* What the files of this room have in common; not for others. */

#include "saf/job/job.h"
#include "saf/job/tso.h"

/* For tests: the line of the command's first word. */
unsigned tso_line(const struct tso_command *cmd);

/*
 * Says what a command is that nobody runs: one of z/OS (8), one that never
 * existed, or an operand of the command BEFORE it (NULL: none), whose line was
 * not continued (12).
 */
int job_unknown(const struct job_command *before, const struct tso_command *cmd,
                struct strbuf *out);
/* The hint alone. True: the name is an operand of the command before. */
bool job_lost_line(const struct job_command *before,
                   const struct tso_command *cmd, struct strbuf *out);

/* False: a word of the command has a character that IBM-1047 lacks, which is
 * said with its place and what to type in its place. Comments may have any. */
bool tso_portable(const struct tso_command *cmd, struct strbuf *out);

#endif
