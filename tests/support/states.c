/*
 * Prints the states of a connection as a section of attlsd(8), from the table:
 * of each state what it is, how long it lasts at most, and where it leads.
 */

#include <stdio.h>
#include <string.h>

static const struct {
    const char *id, *says;
} limits[] = {
#define LIMIT(id, says) {#id, says},
#include "conn/states.def"
};

static const struct {
    const char *id, *limit, *meaning;
} states[] = {
#define STATE(id, limit, meaning) {#id, #limit, meaning},
#include "conn/states.def"
};

static const struct {
    const char *id, *meaning;
} events[] = {
#define EVENT(id, meaning) {#id, meaning},
#include "conn/states.def"
};

static const struct {
    const char *from, *event, *to;
} edges[] = {
#define EDGE(from, event, to, action) {#from, #event, #to},
#include "conn/states.def"
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char *limit_of(const char *id)
{
    size_t i;

    for (i = 0; i < COUNT(limits); i++)
        if (strcmp(limits[i].id, id) == 0)
            return limits[i].says;
    return "?";
}

/* One line for each state that FROM leads to, with the events that do. */
static void print_way(const char *from, const char *to)
{
    const char *before = "";
    size_t i;

    for (i = 0; i < COUNT(edges); i++) {
        if (strcmp(edges[i].from, from) != 0 || strcmp(edges[i].to, to) != 0)
            continue;
        if (before[0] == '\0')
            printf(".br\n%s %s:", strcmp(from, to) == 0 ? "Stays" : "To", to);
        printf("%s %s", before, edges[i].event);
        before = ",";
    }
    if (before[0] != '\0')
        puts(".");
}

static const char *end_of(const char *sentence)
{
    return sentence[strlen(sentence) - 1] == '?' ? "" : ".";
}

int main(void)
{
    size_t i, k;

    puts(".Bl -tag -width Ds");
    for (i = 0; i < COUNT(states); i++) {
        printf(".It Cm %s\n%s%s\n.br\nLimit: %s.\n", states[i].id,
               states[i].meaning, end_of(states[i].meaning),
               limit_of(states[i].limit));
        for (k = 0; k < COUNT(states); k++)
            print_way(states[i].id, states[k].id);
    }
    puts(".El\n.Pp\nThe events:\n.Bl -tag -width Ds");
    for (i = 1; i < COUNT(events); i++)
        printf(".It Cm %s\n%s.\n", events[i].id, events[i].meaning);
    puts(".El");
    return 0;
}
