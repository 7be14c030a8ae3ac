#ifndef POLICY_VALUE_ADDR_H
#define POLICY_VALUE_ADDR_H

/* Types of values for the conditions of rules: addresses, ports, times. And
 * what value.c shares with them. */

#include "policy/value.h"

/* The I-th word of the value. */
const char *value_word(const struct value_in *in, unsigned i, size_t *len);
/* Adds `KEYWORD "WORD": ...` and gives false. */
bool value_bad(struct value_in *in, unsigned i, enum finding id,
               const char *fmt, ...) __attribute__((format(printf, 4, 5)));
bool value_nomem(struct value_in *in);

bool value_parse_address(struct value_in *in, union value *ret);
bool value_parse_ip(struct value_in *in, union value *ret);
bool value_parse_prefix(struct value_in *in, union value *ret);
bool value_parse_iprange(struct value_in *in, union value *ret);
bool value_parse_ports(struct value_in *in, union value *ret);
bool value_parse_timerange(struct value_in *in, union value *ret);
bool value_parse_daytimes(struct value_in *in, union value *ret);

void value_show_address(enum value_type type, const union value *value,
                        struct strbuf *out);
void value_show_ports(enum value_type type, const union value *value,
                      struct strbuf *out);
void value_show_timerange(enum value_type type, const union value *value,
                          struct strbuf *out);
void value_show_daytimes(enum value_type type, const union value *value,
                         struct strbuf *out);

/* The bytes of an address of this family. */
static inline size_t value_ip_len(uint8_t family)
{
    return family == AF_INET ? 4 : 16;
}

#endif
