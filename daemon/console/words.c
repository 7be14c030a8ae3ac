/* Words of z/OS's commands, and their abbreviations. */

#include "console/words.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

const char *words_next(struct words *w)
{
    if (w->at < w->count && strcmp(w->word[w->at], "(") == 0)
        w->at++;
    if (w->at >= w->count)
        return NULL;
    return w->word[w->at] + (w->word[w->at][0] == '(');
}

static bool is_short_for(const char *keyword, const char *word)
{
    size_t len = strlen(word), least = 0;

    while (isupper((unsigned char)keyword[least]))
        least++;
    return len >= least && len <= strlen(keyword) &&
           strncasecmp(word, keyword, len) == 0;
}

bool words_take(struct words *w, const char *keyword)
{
    const char *word = words_next(w);

    if (word == NULL || !is_short_for(keyword, word))
        return false;
    w->at++;
    return true;
}

bool words_take_option(struct words *w, const char *option)
{
    const char *word = words_next(w);

    if (word == NULL || strcmp(word, option) != 0)
        return false;
    w->at++;
    return true;
}
