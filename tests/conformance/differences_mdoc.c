/*
 * Prints the list of attlsd.conf(5), DIFFERENCES FROM Z/OS, from the tables
 * settings.def and differences.def, as mdoc: tests/conformance/differences
 * compares it with the page, and writes it there.
 */

#include <stdio.h>
#include <string.h>

#include "site/config.h"
#include "site/differences.h"
#include "site/testing.h"

/* A sentence a line, as mdoc has it; nothing in the tables needs escapes. */
static void print_text(const char *text)
{
    const char *end;

    while ((end = strstr(text, ". ")) != NULL) {
        printf("%.*s.\n", (int)(end - text), text);
        text = end + 2;
    }
    puts(text);
}

static void print_setting(const struct config_row *row)
{
    printf(".It Cm %s", row->key);
    if (strcmp(row->scope, "listeners") == 0)
        printf(" No of listeners%s%s", row->mode != NULL ? " in mode " : "",
               row->mode != NULL ? row->mode : "");
    printf(" No = Cm %s\n", row->zos);
    print_text(row->zos_does);
    printf("Default: %s%s\n", row->standard,
           strcmp(row->standard, row->zos) == 0 ? ", as on z/OS." : ".");
}

/* One argument, so that no word of it is a macro. */
static void print_heading(const char *subject)
{
    printf(".It \"");
    for (; *subject != '\0'; subject++)
        if (*subject == '"')
            printf("\\(dq");
        else
            putchar(*subject);
    puts("\"");
}

static void print_row(const struct difference_row *row)
{
    print_heading(row->subject);
    printf(".Em z/OS :\n");
    print_text(row->zos);
    printf(".br\n.Em attlsd :\n");
    print_text(row->here);
    printf(".br\n");
    print_text(row->why);
}

int main(void)
{
    size_t i;

    puts("Settings, each with the value of z/OS and what z/OS does:");
    puts(".Bl -tag -width Ds");
    for (i = 0; i < config_row_count(); i++) {
        struct config_row row = config_row_get(i);

        if (row.zos != NULL)
            print_setting(&row);
    }
    puts(".El");
    puts(".Pp");
    puts("What no setting changes:");
    puts(".Bl -tag -width Ds");
    for (i = 0; i < difference_row_count(); i++) {
        struct difference_row row = difference_row_get(i);

        print_row(&row);
    }
    puts(".El");
    return 0;
}
