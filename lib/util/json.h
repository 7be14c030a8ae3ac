#ifndef UTIL_JSON_H
#define UTIL_JSON_H

/*
 * Writes JSON (RFC 8259) into a string buffer: the one place that knows
 * about commas and escapes. The caller names what it writes:
 *
 *     struct json j = JSON_INIT(&text, JSON_LINES);
 *     json_object(&j, NULL);
 *     json_string(&j, "name", name);
 *     json_array(&j, "items");
 *     json_string(&j, NULL, item);
 *     json_end(&j);
 *     json_end(&j);
 *
 * KEY is the member's name inside an object and NULL anywhere else
 * (asserted). It is in snake_case, or one of OpenTelemetry's semantic
 * conventions where they have one ("server.address"): attlsctl(8) lists them.
 * Failure of memory is the buffer's: strbuf_failed().
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "util/netaddr.h"
#include "util/strbuf.h"

enum json_form {
    JSON_LINE, /* all in one line, without a newline at the end */
    JSON_LINES /* one value a line, indented by two; ends with a newline */
};

/* Deepest nesting of arrays and objects. */
enum { JSON_DEPTH = 32 };

struct json {
    struct strbuf *out;
    enum json_form form;
    unsigned depth;
    uint32_t objects; /* bit N: level N is an object, else an array */
    uint32_t filled;  /* bit N: level N has a value */
};

/* clang-format off */
#define JSON_INIT(out, form) {(out), (form), 0, 0, 0}
/* clang-format on */

void json_object(struct json *j, const char *key);
void json_array(struct json *j, const char *key);
/* Ends the innermost object or array. */
void json_end(struct json *j);

/* VALUE NULL is written as null. Bytes that are not UTF-8 become U+FFFD. */
void json_string(struct json *j, const char *key, const char *value);
void json_string_n(struct json *j, const char *key, const char *value,
                   size_t len);
void json_number(struct json *j, const char *key, long long value);
void json_unsigned(struct json *j, const char *key, unsigned long long value);
void json_bool(struct json *j, const char *key, bool value);
void json_null(struct json *j, const char *key);

/* A moment in UTC, "2026-11-25T03:04:05Z" (RFC 3339); 0: null. Everything that
 * is written as JSON has this form. */
void json_time(struct json *j, const char *key, time_t when);
/* The members PREFIX.address and PREFIX.port, as OpenTelemetry names them; null
 * when the address is not known. */
void json_address(struct json *j, const char *prefix, const struct netaddr *a);

#endif
