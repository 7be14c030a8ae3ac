/* The lines of a text and where each came from. */

#include "util/linemap.h"

#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/strbuf.h"

void linemap_done(struct linemap *m)
{
    size_t i;

    for (i = 0; i < m->file_count; i++)
        free(m->files[i]);
    free(m->files);
    free(m->lines);
    *m = (struct linemap)LINEMAP_INIT;
}

void linemap_read_file(struct linemap *m, const char *file)
{
    char *copy = strdup(file), **slot = NULL;

    if (copy != NULL)
        slot = array_add(&m->files, &m->file_count, sizeof(*slot));
    if (slot == NULL) {
        free(copy);
        m->failed = true;
        return;
    }
    *slot = copy;
}

static void add_line(struct linemap *m, unsigned file, unsigned line)
{
    struct linemap_line *l =
        array_add(&m->lines, &m->line_count, sizeof(*m->lines));

    if (l != NULL)
        *l = (struct linemap_line){file, line};
    else
        m->failed = true;
}

/* The last one first: most lines follow one of the same file. */
static unsigned number_of(struct linemap *m, const char *file)
{
    size_t i;

    if (m->line_count != 0) {
        i = m->lines[m->line_count - 1].file;
        if (i != 0 && strcmp(m->files[i - 1], file) == 0)
            return (unsigned)i;
    }
    for (i = 0; i < m->file_count; i++)
        if (strcmp(m->files[i], file) == 0)
            return (unsigned)i + 1;
    linemap_read_file(m, file);
    return m->failed ? 0 : (unsigned)m->file_count;
}

void linemap_add(struct linemap *m, const char *file, unsigned line)
{
    add_line(m, file != NULL ? number_of(m, file) : 0, line);
}

bool linemap_find(const struct linemap *m, unsigned line, const char **file,
                  unsigned *ret_line)
{
    const struct linemap_line *l;

    if (line == 0 || line > m->line_count)
        return false;
    l = &m->lines[line - 1];
    if (l->file == 0 || l->file > m->file_count || l->line == 0)
        return false;
    *file = m->files[l->file - 1];
    *ret_line = l->line;
    return true;
}

void linemap_write(const struct linemap *m, struct strbuf *out)
{
    size_t i;

    for (i = 0; i < m->line_count; i++)
        strbuf_addf(out, "%s%u:%u", i != 0 ? " " : "", m->lines[i].file,
                    m->lines[i].line);
}

/* No sign, no blank; what is too large becomes 0. */
static unsigned read_number(const char **text)
{
    unsigned n = 0;
    const char *p;

    for (p = *text; *p >= '0' && *p <= '9'; p++)
        n = p - *text < 9 ? n * 10 + (unsigned)(*p - '0') : 0;
    *text = p;
    return n;
}

void linemap_read_lines(struct linemap *m, const char *text)
{
    unsigned file, line;

    while (*text != '\0' && !m->failed) {
        file = read_number(&text);
        line = 0;
        if (*text == ':') {
            text++;
            line = read_number(&text);
        }
        add_line(m, file, line);
        text += strcspn(text, " ");
        text += *text == ' ';
    }
}
