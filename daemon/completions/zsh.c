/* Completion for zsh: _arguments says what may come. */

#include "completions/commands.h"

/* Inside of '...[...]': a quote and brackets would end it. */
static void add_text(const char *text, struct strbuf *out)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            strbuf_adds(out, "'\\''");
        else if (*text == '[' || *text == ']' || *text == ':' || *text == '\\')
            strbuf_addf(out, "\\%c", *text);
        else
            strbuf_addc(out, *text == '\n' ? ' ' : *text);
    }
}

static void add_offer(const struct offer *o, struct strbuf *out)
{
    if (o->words != NULL && o->files)
        strbuf_addf(out,
                    "_alternative \"words\\:word\\:(%s)\" "
                    "\"files\\:file\\:_files\"",
                    o->words);
    else if (o->words != NULL)
        strbuf_addf(out, "(%s)", o->words);
    else if (o->files || o->folders)
        strbuf_adds(out, o->files ? "_files" : "_files -/");
}

static void add_option(const struct option_row *row, bool long_name,
                       struct strbuf *out)
{
    struct offer o = offer_for(row);

    strbuf_adds(out, " \\\n    '*");
    if (long_name)
        strbuf_addf(out, "--%s", row->name);
    else
        strbuf_addf(out, "-%c", row->letter);
    strbuf_addc(out, '[');
    add_text(row->help, out);
    strbuf_addc(out, ']');
    if (row->value != NULL) {
        strbuf_addc(out, ':');
        add_text(row->value, out);
        strbuf_addc(out, ':');
        add_offer(&o, out);
    }
    strbuf_addc(out, '\'');
}

static void add_command(const struct command *c, struct strbuf *out)
{
    size_t i;

    strbuf_adds(out, "_arguments -s");
    for (i = 0; i < c->count; i++) {
        if (!is_offered(&c->rows[i]))
            continue;
        if (c->rows[i].name != NULL)
            add_option(&c->rows[i], true, out);
        if (c->rows[i].letter != '\0')
            add_option(&c->rows[i], false, out);
    }
    if (c->operands.words != NULL || c->operands.files) {
        strbuf_adds(out, " \\\n    '*:argument:");
        add_offer(&c->operands, out);
        strbuf_addc(out, '\'');
    }
    strbuf_addc(out, '\n');
}

static void add_verbs(const struct completed *c, struct strbuf *out)
{
    size_t i;

    strbuf_adds(out, "local -a verbs\nverbs=(\n");
    for (i = 0; i < c->count; i++) {
        strbuf_addf(out, "    '%s:", c->command[i].name);
        add_text(c->command[i].summary, out);
        strbuf_adds(out, "'\n");
    }
    strbuf_adds(out, ")\n"
                     "if (( CURRENT == 2 )); then\n"
                     "    _describe verb verbs\n"
                     "    return\n"
                     "fi\n"
                     "shift words\n"
                     "(( CURRENT-- ))\n"
                     "case $words[1] in\n");
    for (i = 0; i < c->count; i++) {
        strbuf_addf(out, "%s)\n", c->command[i].name);
        add_command(&c->command[i], out);
        strbuf_adds(out, ";;\n");
    }
    strbuf_adds(out, "esac\n");
}

void complete_zsh(const struct completed *c, struct strbuf *out)
{
    strbuf_addf(out, "#compdef %s\n# Written when attlsd is built.\n", c->name);
    if (c->has_verbs)
        add_verbs(c, out);
    else
        add_command(&c->command[0], out);
}
