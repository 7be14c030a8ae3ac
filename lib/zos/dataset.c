/* Names of data sets, and their files: see dataset.h. */

#include "zos/dataset.h"

#include <string.h>

#include "util/path.h"
#include "util/strbuf.h"

const char dataset_form[] =
    "a data set is 'A.B.C' or 'A.B.C(MEMBER)', 1 to 8 characters between the "
    "dots, 44 in all";

/* Qualifiers may hold hyphens, but not first. */
static bool is_qualifier(const char *s, size_t len)
{
    size_t i;

    if (len == 0 || len > ZOS_NAME_MAX || !zos_name_char(s[0]) ||
        (s[0] >= '0' && s[0] <= '9'))
        return false;
    for (i = 1; i < len; i++)
        if (!zos_name_char(s[i]) && s[i] != '-')
            return false;
    return true;
}

static bool are_qualifiers(const char *s)
{
    size_t len;

    for (;; s += len + 1) {
        len = strcspn(s, ".");
        if (!is_qualifier(s, len))
            return false;
        if (s[len] == '\0')
            return true;
    }
}

static bool set_parts(const char *name, size_t len, const char *member,
                      size_t member_len, struct dataset *ret)
{
    struct dataset d = {.name = ""};

    if (len > DATASET_NAME_MAX)
        return false;
    memcpy(d.name, name, len);
    zos_fold(d.name);
    if (!are_qualifiers(d.name) ||
        (member != NULL &&
         !zos_name_fold_len(ZOS_MEMBER, member, member_len, d.member)))
        return false;
    *ret = d;
    return true;
}

bool dataset_set(const char *name, const char *member, struct dataset *ret)
{
    return set_parts(name, strlen(name), member,
                     member != NULL ? strlen(member) : 0, ret);
}

bool dataset_parse(const char *text, struct dataset *ret)
{
    size_t len = strlen(text);
    const char *open;

    if (len >= 2 && text[0] == '\'' && text[len - 1] == '\'') {
        text++;
        len -= 2;
    }
    open = memchr(text, '(', len);
    if (open == NULL)
        return set_parts(text, len, NULL, 0, ret);
    if (text[len - 1] != ')')
        return false;
    return set_parts(text, (size_t)(open - text), open + 1,
                     (size_t)(text + len - 1 - (open + 1)), ret);
}

bool dataset_path(const struct dataset_map *map, const struct dataset *d,
                  struct strbuf *out)
{
    size_t i, start = out->len;

    for (i = 0; i < map->count; i++)
        if (strcmp(map->row[i].dsn, d->name) == 0) {
            strbuf_addf(out, "%s/%s", map->row[i].dir,
                        d->member[0] != '\0' ? d->member : d->name);
            path_tidy_buf(out, start);
            return true;
        }
    return false;
}

void dataset_add_row_text(const struct dataset *d, struct strbuf *out)
{
    strbuf_addf(out, "datasets = ( { dsn = \"%s\"; dir = \"/path\"; } );",
                d->name);
}
