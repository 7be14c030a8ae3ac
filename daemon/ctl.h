#ifndef CTL_H
#define CTL_H

/* The verbs of attlsctl. Each takes its own arguments, argv[0] is the verb;
 * the result is the exit status. */

typedef int (*ctl_verb_fn)(int argc, char **argv);

enum { CTL_EXIT_OK = 0, CTL_EXIT_WARNING = 1, CTL_EXIT_ERROR = 2 };

int ctl_check(int argc, char **argv);

#endif
