/* Completion for fish: a line for each option. */

#include "completions/commands.h"

static void add_text(const char *text, struct strbuf *out)
{
    for (; *text != '\0'; text++)
        if (*text == '\'' || *text == '\\')
            strbuf_addf(out, "\\%c", *text);
        else
            strbuf_addc(out, *text == '\n' ? ' ' : *text);
}

static void add_start(const struct completed *c, const struct command *cmd,
                      struct strbuf *out)
{
    strbuf_addf(out, "complete -c %s", c->name);
    if (c->has_verbs)
        strbuf_addf(out, " -n '__fish_seen_subcommand_from %s'", cmd->name);
}

/* -x: nothing but the words; -r: an argument; -F: files. */
static void add_offer(const struct offer *o, struct strbuf *out)
{
    if (o->files)
        strbuf_adds(out, " -r -F");
    else if (o->folders)
        strbuf_adds(out, " -x -a '(__fish_complete_directories)'");
    else
        strbuf_adds(out, " -x");
    if (o->words != NULL)
        strbuf_addf(out, " -a '%s'", o->words);
}

static void add_option(const struct completed *c, const struct command *cmd,
                       const struct option_row *row, struct strbuf *out)
{
    struct offer o = offer_for(row);

    add_start(c, cmd, out);
    if (row->letter != '\0')
        strbuf_addf(out, " -s %c", row->letter);
    if (row->name != NULL)
        strbuf_addf(out, " -l %s", row->name);
    if (row->value != NULL)
        add_offer(&o, out);
    strbuf_adds(out, " -d '");
    add_text(row->help, out);
    strbuf_adds(out, "'\n");
}

static void add_command(const struct completed *c, const struct command *cmd,
                        struct strbuf *out)
{
    size_t i;

    if (!cmd->operands.files) {
        add_start(c, cmd, out);
        strbuf_adds(out, " -f\n");
    }
    if (cmd->operands.words != NULL) {
        add_start(c, cmd, out);
        strbuf_addf(out, " -a '%s'\n", cmd->operands.words);
    }
    for (i = 0; i < cmd->count; i++)
        if (is_offered(&cmd->rows[i]))
            add_option(c, cmd, &cmd->rows[i], out);
}

void complete_fish(const struct completed *c, struct strbuf *out)
{
    size_t i;

    strbuf_addf(out, "# Completion for %s; written when attlsd is built.\n",
                c->name);
    for (i = 0; i < c->count && c->has_verbs; i++) {
        strbuf_addf(out,
                    "complete -c %s -n __fish_use_subcommand -f -a %s -d '",
                    c->name, c->command[i].name);
        add_text(c->command[i].summary, out);
        strbuf_adds(out, "'\n");
    }
    for (i = 0; i < c->count; i++)
        add_command(c, &c->command[i], out);
}
