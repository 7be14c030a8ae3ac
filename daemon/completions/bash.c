/* Completion for bash. */

#include "completions/commands.h"

static void add_words(const struct command *c, struct strbuf *out)
{
    size_t i, n = 0;

    for (i = 0; i < c->count; i++) {
        const struct option_row *row = &c->rows[i];

        if (!is_offered(row))
            continue;
        strbuf_adds(out, n++ != 0 ? " " : "");
        if (row->name != NULL)
            strbuf_addf(out, "--%s", row->name);
        else
            strbuf_addf(out, "-%c", row->letter);
    }
}

static void add_offer(const struct offer *o, const char *indent,
                      struct strbuf *out)
{
    if (o->words != NULL)
        strbuf_addf(out,
                    "%smapfile -t COMPREPLY < <(compgen -W '%s' -- \"$cur\")\n",
                    indent, o->words);
    if (o->files || o->folders)
        strbuf_addf(
            out,
            "%scompopt -o filenames\n"
            "%smapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -%c "
            "-- \"$cur\")\n",
            indent, indent, o->files ? 'f' : 'd');
}

/* The word before is an option that wants one behind it. */
static void add_values(const struct command *c, struct strbuf *out)
{
    struct offer o;
    size_t i;

    strbuf_adds(out, "    case $prev in\n");
    for (i = 0; i < c->count; i++) {
        const struct option_row *row = &c->rows[i];

        if (!is_offered(row) || row->value == NULL)
            continue;
        strbuf_adds(out, "    ");
        if (row->letter != '\0')
            strbuf_addf(out, "-%c%s", row->letter, row->name ? " | " : "");
        if (row->name != NULL)
            strbuf_addf(out, "--%s", row->name);
        strbuf_adds(out, ")\n");
        o = offer_for(row);
        add_offer(&o, "        ", out);
        strbuf_adds(out, "        return ;;\n");
    }
    strbuf_adds(out, "    esac\n");
}

static void add_command(const struct command *c, struct strbuf *out)
{
    add_values(c, out);
    strbuf_adds(out, "    if [[ $cur == -* ]]; then\n"
                     "        mapfile -t COMPREPLY < <(compgen -W '");
    add_words(c, out);
    strbuf_adds(out, "' -- \"$cur\")\n        return\n    fi\n");
    add_offer(&c->operands, "    ", out);
}

static void add_verbs(const struct completed *c, struct strbuf *out)
{
    size_t i;

    strbuf_adds(out, "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
                     "        mapfile -t COMPREPLY < <(compgen -W '");
    for (i = 0; i < c->count; i++)
        strbuf_addf(out, "%s%s", i != 0 ? " " : "", c->command[i].name);
    strbuf_adds(out, " --help --version' -- \"$cur\")\n        return\n    fi\n"
                     "    case ${COMP_WORDS[1]} in\n");
    for (i = 0; i < c->count; i++) {
        strbuf_addf(out, "%s)\n", c->command[i].name);
        add_command(&c->command[i], out);
        strbuf_adds(out, "    ;;\n");
    }
    strbuf_adds(out, "    esac\n");
}

void complete_bash(const struct completed *c, struct strbuf *out)
{
    strbuf_addf(out,
                "# Completion for %s; written when attlsd is built.\n"
                "_complete_%s()\n{\n"
                "    local cur=${COMP_WORDS[COMP_CWORD]} "
                "prev=${COMP_WORDS[COMP_CWORD-1]}\n"
                "    COMPREPLY=()\n",
                c->name, c->name);
    if (c->has_verbs)
        add_verbs(c, out);
    else
        add_command(&c->command[0], out);
    strbuf_addf(out, "}\ncomplete -F _complete_%s %s\n", c->name, c->name);
}
