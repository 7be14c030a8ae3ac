/* Characters of a command that no job on z/OS can hold: copied from a web page
 * or a text that a word processor improved. */

#include <stdio.h>
#include <string.h>

#include "saf/job/private.h"

/* The character at TEXT, and its length; of what is not UTF-8 the byte alone,
 * which then is one of Windows' code page. */
struct character {
    uint32_t code;
    uint32_t len;
    bool is_byte;
};

static struct character character_at(const unsigned char *text, uint32_t left)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    struct character c = {text[0], 1, true};
    uint32_t len, code, i;

    if (text[0] < 0x80)
        return (struct character){text[0], 1, false};
    len = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : text[0] >= 0xc0 ? 2 : 0;
    if (len == 0 || len > left || text[0] > 0xf4)
        return c;
    code = text[0] & (0xffu >> (len + 1));
    for (i = 1; i < len; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return c;
        code = code << 6 | (text[i] & 0x3f);
    }
    return code < least[len] ? c : (struct character){code, len, false};
}

/* IBM-1047 has the characters of ISO 8859-1. A byte of 0x80 to 0x9F is no
 * character there, and one of Windows'. A blank that is not to be broken is
 * one for the eye only. */
static bool is_portable(struct character c)
{
    return c.code < 0x80 || (c.code > 0xa0 && c.code <= 0xff);
}

static const struct {
    uint32_t from, to;
    const char *instead;
} rows[] = {
    {0x91, 0x92, "'"},           {0x93, 0x94, "\""},
    {0x85, 0x85, "..."},         {0x96, 0x97, "-"},
    {0xa0, 0xa0, "a blank"},     {0x2000, 0x200a, "a blank"},
    {0x202f, 0x202f, "a blank"}, {0x205f, 0x205f, "a blank"},
    {0x3000, 0x3000, "a blank"}, {0x2010, 0x2015, "-"},
    {0x2212, 0x2212, "-"},       {0x2018, 0x201b, "'"},
    {0x2032, 0x2032, "'"},       {0x02bc, 0x02bc, "'"},
    {0x201c, 0x201f, "\""},      {0x2033, 0x2033, "\""},
    {0x2026, 0x2026, "..."},
};

static void add_instead(struct character c, struct strbuf *out)
{
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (c.code >= rows[i].from && c.code <= rows[i].to &&
            (c.code >= 0xa0 || c.is_byte)) {
            strbuf_addf(out, "type %s", rows[i].instead);
            return;
        }
    if (c.code >= 0xff01 && c.code <= 0xff5e) /* as wide as an ideograph */
        strbuf_addf(out, "type %c", (int)(c.code - 0xff01 + '!'));
    else
        strbuf_adds(out, "take it out");
}

static bool find_in(const struct tso_command *cmd, uint32_t from, uint32_t end,
                    uint32_t *ret, struct character *ret_c)
{
    struct character c;
    uint32_t i;

    for (i = from; i < end; i += c.len) {
        c = character_at((const unsigned char *)cmd->text + i, end - i);
        if (!is_portable(c)) {
            *ret = i;
            *ret_c = c;
            return true;
        }
    }
    return false;
}

/* Comments are no part of a node, but where they stand in its list. */
static bool find_odd(const struct tso_command *cmd, const struct tso_node *list,
                     uint32_t *ret, struct character *ret_c)
{
    const struct tso_node *n;
    uint32_t end;

    for (n = list; n != NULL; n = n->next) {
        end = n->quoted ? n->end : n->off + (uint32_t)strlen(n->text);
        if (find_in(cmd, n->off, end, ret, ret_c) ||
            find_odd(cmd, n->child, ret, ret_c))
            return true;
    }
    return false;
}

bool tso_portable(const struct tso_command *cmd, struct strbuf *out)
{
    uint32_t at = 0, i;
    struct character c = {0};
    struct span span;

    if (!find_in(cmd, cmd->first, cmd->first + (uint32_t)strlen(cmd->name), &at,
                 &c) &&
        !find_odd(cmd, cmd->list, &at, &c))
        return true;
    span = (struct span){cmd->src, cmd->place[at], c.len};
    span_add_column(&span, out);
    strbuf_adds(out, c.code == 0xa0
                         ? ": what looks like a blank parts no words, byte"
                         : ": IBM-1047 has no character for byte");
    strbuf_adds(out, c.len > 1 ? "s" : "");
    for (i = 0; i < c.len; i++)
        strbuf_addf(out, " %02X", (unsigned char)cmd->text[at + i]);
    strbuf_adds(out, "; ");
    add_instead(c, out);
    strbuf_adds(out, ". The command is not run.\n");
    return false;
}
