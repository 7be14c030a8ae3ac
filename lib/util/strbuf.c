/*
 * A growing string, and the escapes that keep text from outside on one line.
 */

#include "util/strbuf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void strbuf_init(struct strbuf *sb)
{
    memset(sb, 0, sizeof(*sb));
}

void strbuf_done(struct strbuf *sb)
{
    free(sb->data);
    strbuf_init(sb);
}

void strbuf_wipe(struct strbuf *sb)
{
    if (sb->data != NULL)
        explicit_bzero(sb->data, sb->cap);
    strbuf_done(sb);
}

void strbuf_reset(struct strbuf *sb)
{
    sb->len = 0;
    sb->failed = false;
    if (sb->data != NULL)
        sb->data[0] = '\0';
}

/*
 * Room for EXTRA bytes and a NUL. A new block and a copy instead of
 * realloc(): the old block may hold a secret and is overwritten.
 */
static bool grow(struct strbuf *sb, size_t extra)
{
    size_t need, cap = sb->cap != 0 ? sb->cap : 64;
    char *p;

    if (sb->failed)
        return false;
    if (extra > SIZE_MAX / 4 - sb->len) {
        sb->failed = true;
        return false;
    }
    need = sb->len + extra + 1;
    if (need <= sb->cap)
        return true;
    while (cap < need)
        cap *= 2;
    p = malloc(cap);
    if (p == NULL) {
        sb->failed = true;
        return false;
    }
    if (sb->data != NULL) {
        memcpy(p, sb->data, sb->len + 1);
        explicit_bzero(sb->data, sb->cap);
        free(sb->data);
    }
    sb->data = p;
    sb->cap = cap;
    return true;
}

void strbuf_add(struct strbuf *sb, const void *data, size_t len)
{
    if (len == 0 || !grow(sb, len))
        return;
    memcpy(sb->data + sb->len, data, len);
    sb->len += len;
    sb->data[sb->len] = '\0';
}

void strbuf_adds(struct strbuf *sb, const char *s)
{
    strbuf_add(sb, s, strlen(s));
}

void strbuf_addc(struct strbuf *sb, char c)
{
    strbuf_add(sb, &c, 1);
}

void strbuf_fill(struct strbuf *sb, char c, int count)
{
    if (count <= 0 || !grow(sb, (size_t)count))
        return;
    memset(sb->data + sb->len, c, (size_t)count);
    sb->len += (size_t)count;
    sb->data[sb->len] = '\0';
}

void strbuf_vaddf(struct strbuf *sb, const char *fmt, va_list ap)
{
    va_list again;
    int n;

    va_copy(again, ap);
    n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    if (n < 0) {
        sb->failed = true;
        return;
    }
    if (!grow(sb, (size_t)n))
        return;
    vsnprintf(sb->data + sb->len, (size_t)n + 1, fmt, ap);
    sb->len += (size_t)n;
}

void strbuf_addf(struct strbuf *sb, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    strbuf_vaddf(sb, fmt, ap);
    va_end(ap);
}

void strbuf_add_escaped(struct strbuf *sb, const char *s, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];

        if (c >= 0x20 && c < 0x7f && c != '\\')
            strbuf_addc(sb, (char)c);
        else
            strbuf_addf(sb, "\\x%02X", c);
    }
}

/* RFC 3629, section 4: the shortest form, no surrogates. */
size_t strbuf_utf8(const char *text, size_t len)
{
    const unsigned char *s = (const unsigned char *)text;
    unsigned char low = 0x80, high = 0xBF;
    size_t i, n;

    if (s[0] < 0x80)
        return 1;
    if (s[0] < 0xC2 || s[0] > 0xF4)
        return 0;
    n = s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
    if (n > len)
        return 0;
    low = s[0] == 0xE0 ? 0xA0 : s[0] == 0xF0 ? 0x90 : low;
    high = s[0] == 0xED ? 0x9F : s[0] == 0xF4 ? 0x8F : high;
    if (s[1] < low || s[1] > high)
        return 0;
    for (i = 2; i < n; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    return n;
}

/* The length of the character at S; 0: no valid character, or one that is not
 * shown. */
static size_t visible(const char *s, size_t len)
{
    unsigned char c = (unsigned char)s[0];
    size_t n = strbuf_utf8(s, len);

    if (n == 1)
        return c == '\n' || c == '\t' || (c >= 0x20 && c != 0x7f);
    return n == 2 && c == 0xc2 && (unsigned char)s[1] < 0xa0 ? 0 : n;
}

void strbuf_add_visible(struct strbuf *sb, const char *s, size_t len)
{
    size_t i, n;

    for (i = 0; i < len; i += n) {
        n = visible(s + i, len - i);
        if (n != 0) {
            strbuf_add(sb, s + i, n);
            continue;
        }
        n = 1;
        strbuf_addf(sb, "\\x%02X", (unsigned char)s[i]);
    }
}

void strbuf_add_quoted(struct strbuf *sb, const char *s)
{
    const unsigned char *p;

    strbuf_addc(sb, '"');
    for (p = (const unsigned char *)s; *p != '\0'; p++) {
        if (*p == '"' || *p == '\\')
            strbuf_addf(sb, "\\%c", *p);
        else if (*p < 0x20 || *p >= 0x7f)
            strbuf_addf(sb, "\\x%02X", *p);
        else
            strbuf_addc(sb, (char)*p);
    }
    strbuf_addc(sb, '"');
}

void strbuf_add_pair(struct strbuf *sb, const char *key, const char *value)
{
    strbuf_adds(sb, key);
    strbuf_addc(sb, '=');
    strbuf_add_quoted(sb, value);
}

const char *strbuf_str(const struct strbuf *sb)
{
    return sb->data != NULL ? sb->data : "";
}

bool strbuf_failed(const struct strbuf *sb)
{
    return sb->failed;
}

char *strbuf_steal(struct strbuf *sb)
{
    char *p;

    if (!grow(sb, 0))
        return NULL;
    p = sb->data;
    p[sb->len] = '\0';
    strbuf_init(sb);
    return p;
}
