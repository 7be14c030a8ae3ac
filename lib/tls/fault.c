/* The table of faults, and its texts with their words filled in. */
#include "tls/fault.h"

#include <stdbool.h>
#include <string.h>

#include "util/paths.h"

#define PARM_NOTHING PARM_COUNT

static const struct fault_row rows[FAULT_COUNT] = {
    [FAULT_none] = {"none", 0, BY_LISTED, PARM_NOTHING, "", "", NULL},
#define CAUSE(id, code, by, where, reason, cause, remedy)                      \
    [FAULT_##id] = {#id, code, BY_##by, PARM_##where, reason, cause, remedy},
#include "tls/causes.def"
};

static const struct {
    const char *name, *text;
} whom[] = {
    [BY_LISTED] = {"", ""},
    [BY_SELF] = {"this_side", "this side, by its own set-up"},
    [BY_REFUSAL] = {"refused_by_this_side", "this side refused the partner"},
    [BY_ALERT] = {"refused_by_partner", "the partner refused this side"},
    [BY_PARTNER] = {"partner", "the partner"},
    [BY_PATH] = {"partner_or_network", "the partner, or the network"},
    [BY_NETWORK] = {"network", "the network"},
    [BY_PROGRAM] = {"program", "the program on this side"},
    [BY_TARGET] = {"target", "the target"},
};

static const struct {
    const char *name, *shown;
} words[FAULT_WORDS] = {
#define WORD(name, shown, bytes) {#name, shown},
#define LATER(name, shown)       {#name, shown},
#include "tls/words.def"
};

const struct fault_row *fault_row(enum fault f)
{
    return &rows[f];
}

const struct fault_row *fault_of_code(int code, size_t i)
{
    size_t k;

    for (k = FAULT_none + 1; k < FAULT_COUNT; k++)
        if (rows[k].code == code && i-- == 0)
            return &rows[k];
    return NULL;
}

const char *fault_by_text(enum fault_by by)
{
    return whom[by].text;
}

const char *fault_by_name(enum fault_by by)
{
    return whom[by].name;
}

/* The word whose name stands at TEXT, LEN characters; FAULT_WORDS: none. */
static int find_word(const char *text, size_t len)
{
    int i;

    for (i = 0; i < FAULT_WORDS; i++)
        if (strlen(words[i].name) == len &&
            strncmp(words[i].name, text, len) == 0)
            break;
    return i;
}

/* Between TSO's quotes a quote stands twice. */
static bool is_quoted(const struct strbuf *out)
{
    static const char begin[] = "LABEL('";
    size_t len = sizeof(begin) - 1;

    return out->len >= len &&
           strcmp(strbuf_str(out) + out->len - len, begin) == 0;
}

static void add_value(const char *value, struct strbuf *out)
{
    bool quoted = is_quoted(out);

    for (; *value != '\0'; value++) {
        strbuf_addc(out, *value);
        if (quoted && *value == '\'')
            strbuf_addc(out, *value);
    }
}

void fault_expand(const char *text, fault_word_fn get, const void *arg,
                  struct strbuf *out)
{
    while (*text != '\0') {
        const char *end = *text == '{' ? strchr(text, '}') : NULL;
        int word = end != NULL ? find_word(text + 1, (size_t)(end - text) - 1)
                               : FAULT_WORDS;
        const char *value = NULL;

        if (word == FAULT_WORDS) {
            strbuf_addc(out, *text++);
            continue;
        }
        if (get != NULL)
            value = get(arg, (enum fault_word)word);
        add_value(value != NULL && value[0] != '\0' ? value : words[word].shown,
                  out);
        text = end + 1;
    }
}
