#ifndef POLICY_PRINT_H
#define POLICY_PRINT_H

/*
 * A loaded policy as policy text in one form: rules in the order of the
 * search, then the other statements by kind and name; in a statement the
 * lines in the order of the file, without those that a later one replaces;
 * lists one item a line, by name; blocks where they stood, values as the
 * tables spell them. Comments and what is not AT-TLS policy are gone.
 *
 * With SECRETS the text loads as the same policy: policy_action_equal() holds
 * for all actions, pasearch lists the same, and printing it again gives the
 * same text. Without, each secret is **** with a comment, which a load
 * refuses.
 */

#include <stdbool.h>

#include "util/strbuf.h"

struct policy;
struct object; /* policy/model.h */

void policy_print(const struct policy *p, bool secrets, struct strbuf *out);

/* The same without secrets, and in MAP where each of its lines came from. */
struct linemap;
void policy_print_mapped(const struct policy *p, struct strbuf *out,
                         struct linemap *map);

/* One statement, secrets included. NAME gives the name under which it and what
 * it refers to are printed. */
typedef const char *(*policy_name_fn)(void *arg, const struct object *o);
void policy_print_object(const struct object *o, policy_name_fn name, void *arg,
                         struct strbuf *out);

#endif
