#ifndef POLICY_LOAD_H
#define POLICY_LOAD_H

/*
 * Which files make a policy: the main configuration file names image files,
 * these name AT-TLS policy files (IP Configuration Reference, "TcpImage and
 * PEPInstance statement", "TTLSConfig statement").
 */

#include "policy/ast.h"
#include "policy/finding.h"
#include "policy/policy.h"
#include "util/arena.h"

/* What is called for each policy file, in the order of precedence. */
typedef void (*load_file_fn)(void *arg, const struct ast *ast);

/*
 * Reads SRC and what it names. The sources are given to P, the shapes live in
 * SCRATCH. *RET_STACK: the TcpImage's name (of SCRATCH), or NULL.
 */
void load_files(struct source *src, const struct policy_options *opt,
                struct policy *p, struct arena *scratch, struct findings *f,
                load_file_fn each, void *arg, const char **ret_stack);

/* What policy_agent_show() has said of another policy. */
void load_words(struct policy *p, const char *words);

/* Reads SRC as one more policy file; it names no others. */
void load_text(struct source *src, struct policy *p, struct arena *scratch,
               struct findings *f, load_file_fn each, void *arg);

#endif
