/*
 * The tables of the language as arrays, and the look-up of keywords in them.
 */

#include "policy/schema.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "policy/effective.h"
#include "util/spelling.h"
#include "util/table.h"

#define LENGTH(a)                   (sizeof(a) / sizeof((a)[0]))

#define HONOURED                    SUPPORT_HONOURED, NULL, NULL, NULL
#define NO_EFFECT(harmless, why)    SUPPORT_NO_EFFECT, harmless, why, NULL
#define MOOT(harmless, why)         SUPPORT_MOOT, harmless, why, NULL
#define REFUSED(harmless, why, fix) SUPPORT_REFUSED, harmless, why, fix
#define UNCHECKED                                                              \
    "remove it: connections are carried then, and nobody asks whether a "      \
    "certificate is revoked"

#define PARM(id, keyword, where, type, low, high, def, since, flags, support,  \
             help)                                                             \
    {keyword, where, TYPE_##type, low, high, def, since, flags, support, help},
static const struct parm parms[PARM_COUNT] = {
#include "policy/parms.def"
};

enum { INLINE_ANONYMOUS, NAMED };

#define STMT(id, bit, inline_in, named, help)                                  \
    {#id, inline_in, named == NAMED, help},
static const struct statement statements[STMT_COUNT] = {
#include "policy/statements.def"
};

#define CHOICE(type, name, text) {TYPE_##type, name, text},
static const struct choice choices[] = {
#include "policy/choices.def"
};

static bool same(const char *keyword, const char *word, size_t len)
{
    return strncasecmp(keyword, word, len) == 0 && keyword[len] == '\0';
}

const struct parm *schema_parm(enum policy_parm id)
{
    return &parms[id];
}

const struct statement *schema_statement(enum policy_stmt id)
{
    return &statements[id];
}

size_t schema_choice_count(void)
{
    return LENGTH(choices);
}

const struct choice *schema_choice(size_t i)
{
    return &choices[i];
}

/* The parameters by keyword, in any case. The room is static: a look-up needs
 * no memory, and can't fail. */
enum { KEYWORD_SLOTS = 512 };

_Static_assert((int)KEYWORD_SLOTS >= 2 * (int)PARM_COUNT,
               "the table of keywords would grow");

static struct table_slot keyword_slots[KEYWORD_SLOTS];
static struct table keywords = {keyword_slots, KEYWORD_SLOTS, 0};
static pthread_once_t indexed = PTHREAD_ONCE_INIT;

struct word {
    const char *text;
    size_t len;
};

static uint64_t hash_word(const char *text, size_t len)
{
    uint64_t h = TABLE_HASH;
    size_t i;

    for (i = 0; i < len; i++)
        h = table_hash_byte(h, (unsigned char)text[i] | 0x20);
    return h;
}

static void index_keywords(void)
{
    size_t i;

    for (i = 0; i < PARM_COUNT; i++)
        table_add(&keywords,
                  hash_word(parms[i].keyword, strlen(parms[i].keyword)),
                  &parms[i]);
}

static bool is_word(const void *item, const void *key)
{
    const struct word *w = key;

    return same(((const struct parm *)item)->keyword, w->text, w->len);
}

enum policy_parm schema_find_parm(const char *word, size_t len)
{
    const struct word key = {word, len};
    const struct parm *found;

    pthread_once(&indexed, index_keywords);
    found = table_find(&keywords, hash_word(word, len), is_word, &key);
    return found != NULL ? (enum policy_parm)(found - parms) : PARM_COUNT;
}

enum policy_stmt schema_find_statement(const char *word, size_t len)
{
    size_t i;

    for (i = 0; i < STMT_COUNT; i++)
        if (same(statements[i].keyword, word, len))
            return (enum policy_stmt)i;
    return STMT_NONE;
}

enum policy_parm schema_inline_parm(enum policy_stmt parent,
                                    enum policy_stmt stmt)
{
    char keyword[64];
    enum policy_parm id;

    if ((statements[stmt].inline_in & (1u << parent)) == 0)
        return PARM_COUNT;
    snprintf(keyword, sizeof(keyword), "%sRef", statements[stmt].keyword);
    id = schema_find_parm(keyword, strlen(keyword));
    return id;
}

const char *schema_nearest(const char *word, size_t len, uint32_t where)
{
    char text[64];
    struct spelling near;
    size_t i;

    if (len >= sizeof(text))
        return NULL;
    memcpy(text, word, len);
    text[len] = '\0';
    near = spelling_start(text);
    for (i = 0; i < PARM_COUNT; i++)
        if (parms[i].where & where)
            spelling_offer(&near, parms[i].keyword);
    for (i = 0; i < STMT_COUNT; i++)
        if (where == 0 || (statements[i].inline_in & where))
            spelling_offer(&near, statements[i].keyword);
    return spelling_best(&near);
}

const char *schema_default(const struct parm *row, enum zos_release release,
                           char buf[SCHEMA_DEFAULT])
{
    const char *p = row->defaults, *bar, *eq;
    enum zos_release from;
    char name[8];

    if (p == NULL)
        return NULL;
    bar = strchrnul(p, '|');
    snprintf(buf, SCHEMA_DEFAULT, "%.*s", (int)(bar - p), p);
    while (*bar == '|') {
        p = bar + 1;
        eq = strchr(p, '=');
        bar = strchrnul(p, '|');
        snprintf(name, sizeof(name), "%.*s", (int)(eq - p), p);
        if (zos_release_parse(name, &from, NULL) == 0 && from <= release)
            snprintf(buf, SCHEMA_DEFAULT, "%.*s", (int)(bar - eq - 1), eq + 1);
    }
    return buf;
}

const char *schema_default_tls13(const struct parm *row)
{
    static const char key[] = "|TLSv1.3+=";
    const char *p = row->defaults != NULL ? strstr(row->defaults, key) : NULL;

    return p != NULL ? p + sizeof(key) - 1 : NULL;
}

bool schema_harmless(const struct parm *row, const char *value)
{
    const char *p = row->harmless;
    size_t len = strlen(value), n;

    while (p != NULL && *p != '\0') {
        n = strcspn(p, " ");
        if (n == len && strncasecmp(p, value, n) == 0)
            return true;
        p += n + (p[n] == ' ');
    }
    return false;
}
