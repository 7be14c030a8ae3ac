/* Writes JSON: commas, indentation and escapes. */

#include "util/json.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "util/testing.h"

static uint32_t level_bit(const struct json *j)
{
    return UINT32_C(1) << (j->depth - 1);
}

static void new_line(struct json *j)
{
    if (j->form == JSON_LINE)
        return;
    strbuf_addc(j->out, '\n');
    strbuf_fill(j->out, ' ', (int)j->depth * 2);
}

/* Adds what stands before a value: the comma, the indentation, the name. */
static void begin(struct json *j, const char *key)
{
    assert((key != NULL) ==
           (j->depth != 0 && (j->objects & level_bit(j)) != 0));
    if (j->depth != 0) {
        if (j->filled & level_bit(j))
            strbuf_adds(j->out, j->form == JSON_LINE ? ", " : ",");
        j->filled |= level_bit(j);
        new_line(j);
    }
    if (key != NULL) {
        json_quote(j->out, key, strlen(key));
        strbuf_adds(j->out, ": ");
    }
}

/* The outermost value ends the text. */
static void finish(struct json *j)
{
    if (j->depth == 0 && j->form == JSON_LINES)
        strbuf_addc(j->out, '\n');
}

static void open_level(struct json *j, const char *key, bool object)
{
    begin(j, key);
    assert(j->depth < JSON_DEPTH);
    strbuf_addc(j->out, object ? '{' : '[');
    j->depth++;
    j->filled &= ~level_bit(j);
    j->objects =
        object ? j->objects | level_bit(j) : j->objects & ~level_bit(j);
}

void json_object(struct json *j, const char *key)
{
    open_level(j, key, true);
}

void json_array(struct json *j, const char *key)
{
    open_level(j, key, false);
}

void json_end(struct json *j)
{
    bool object, filled;

    assert(j->depth != 0);
    object = (j->objects & level_bit(j)) != 0;
    filled = (j->filled & level_bit(j)) != 0;
    j->depth--;
    if (filled)
        new_line(j);
    strbuf_addc(j->out, object ? '}' : ']');
    finish(j);
}

void json_string_n(struct json *j, const char *key, const char *value,
                   size_t len)
{
    begin(j, key);
    json_quote(j->out, value, len);
    finish(j);
}

void json_string(struct json *j, const char *key, const char *value)
{
    if (value == NULL)
        json_null(j, key);
    else
        json_string_n(j, key, value, strlen(value));
}

void json_number(struct json *j, const char *key, long long value)
{
    begin(j, key);
    strbuf_addf(j->out, "%lld", value);
    finish(j);
}

void json_unsigned(struct json *j, const char *key, unsigned long long value)
{
    begin(j, key);
    strbuf_addf(j->out, "%llu", value);
    finish(j);
}

void json_bool(struct json *j, const char *key, bool value)
{
    begin(j, key);
    strbuf_adds(j->out, value ? "true" : "false");
    finish(j);
}

void json_null(struct json *j, const char *key)
{
    begin(j, key);
    strbuf_adds(j->out, "null");
    finish(j);
}

void json_time(struct json *j, const char *key, time_t when)
{
    char text[32];
    struct tm tm;

    if (when != 0 && gmtime_r(&when, &tm) != NULL &&
        strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm) != 0)
        json_string(j, key, text);
    else
        json_null(j, key);
}

enum { KEY = 64 };

void json_address(struct json *j, const char *prefix, const struct netaddr *a)
{
    bool known = a->family != AF_UNSPEC;
    struct strbuf ip = STRBUF_INIT;
    char key[KEY];

    if (known)
        netaddr_add_ip(a, &ip);
    snprintf(key, sizeof(key), "%s.address", prefix);
    json_string(j, key, known ? strbuf_str(&ip) : NULL);
    snprintf(key, sizeof(key), "%s.port", prefix);
    if (known)
        json_unsigned(j, key, a->port);
    else
        json_null(j, key);
    j->out->failed = j->out->failed || strbuf_failed(&ip);
    strbuf_done(&ip);
}

/* Text */

static void add_ascii(struct strbuf *out, unsigned char c)
{
    static const char plain[] = "\"\\\b\f\n\r\t", letter[] = "\"\\bfnrt";
    const char *p = c != '\0' ? strchr(plain, c) : NULL;

    if (p != NULL)
        strbuf_addf(out, "\\%c", letter[p - plain]);
    else if (c < 0x20 || c == 0x7F)
        strbuf_addf(out, "\\u%04x", c);
    else
        strbuf_addc(out, (char)c);
}

void json_quote(struct strbuf *out, const char *text, size_t len)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t i, n;

    strbuf_addc(out, '"');
    for (i = 0; i < len; i += n) {
        n = strbuf_utf8(text + i, len - i);
        if (n == 1)
            add_ascii(out, s[i]);
        else if (n == 2 && s[i] == 0xC2 && s[i + 1] < 0xA0)
            strbuf_addf(out, "\\u%04x", s[i + 1]);
        else if (n != 0)
            strbuf_add(out, s + i, n);
        else
            strbuf_adds(out, "\\ufffd");
        n = n != 0 ? n : 1;
    }
    strbuf_addc(out, '"');
}
