/* Values as text and as JSON. */

#include "util/fact.h"

#include <stdio.h>
#include <string.h>

void fact_done(struct fact *f)
{
    strbuf_done(&f->text);
    f->form = FACT_UNKNOWN;
}

/* ---- filling in ---- */

static void fill(struct fact *f, enum fact_form form, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return;
    f->form = form;
    strbuf_reset(&f->text);
    strbuf_adds(&f->text, text);
}

void fact_text(struct fact *f, const char *text)
{
    fill(f, FACT_TEXT, text);
}

void fact_time(struct fact *f, const char *text)
{
    fill(f, FACT_TIME, text);
}

void fact_digest(struct fact *f, const char *digits)
{
    fill(f, FACT_DIGEST, digits);
}

void fact_none(struct fact *f, const char *text)
{
    fill(f, FACT_NONE, text);
}

void fact_yes_no(struct fact *f, bool yes, const char *text)
{
    fill(f, FACT_YES_NO, text != NULL ? text : yes ? "yes" : "no");
    f->yes = yes;
}

void fact_number(struct fact *f, unsigned long number, const char *text)
{
    fill(f, FACT_NUMBER, text);
    f->number = number;
}

void fact_list(struct fact *f, const char *between)
{
    f->form = FACT_LIST;
    f->between = between;
    f->left = 0;
    strbuf_reset(&f->text);
}

void fact_item(struct fact *f, const char *text)
{
    strbuf_add(&f->text, text, strlen(text) + 1);
}

void fact_left(struct fact *f, unsigned long left)
{
    f->left += left;
}

void fact_words(struct fact *f, const char *text)
{
    size_t len;

    if (text[0] == '\0')
        return;
    fact_list(f, " ");
    for (; *text != '\0'; text += len) {
        len = strcspn(text, " ");
        strbuf_add(&f->text, text, len);
        strbuf_addc(&f->text, '\0');
        len += strspn(text + len, " ");
    }
}

void fact_shortlist(struct fact *f, const struct shortlist *l)
{
    const char *at = NULL;

    fact_list(f, ", ");
    while ((at = shortlist_next(l, at)) != NULL)
        fact_item(f, at);
    fact_left(f, l->left);
}

/* ---- telling ---- */

/* The next item of the list; NULL: there is none. */
static const char *next_item(const struct fact *f, const char *at)
{
    const char *begin = strbuf_str(&f->text);
    const char *next = at == NULL ? begin : at + strlen(at) + 1;

    return next < begin + f->text.len ? next : NULL;
}

static void show_list(const struct fact *f, struct strbuf *out)
{
    const char *at = NULL, *between = "";

    if (f->text.len == 0 && f->left == 0)
        strbuf_adds(out, "none");
    while ((at = next_item(f, at)) != NULL) {
        strbuf_addf(out, "%s%s", between, at);
        between = f->between;
    }
    if (f->left != 0)
        strbuf_addf(out, "%s%lu more", between[0] != '\0' ? " and " : "",
                    f->left);
}

/* Pairs with colons, sixteen of them together. */
static void show_digest(const char *digits, struct strbuf *out)
{
    size_t i;

    for (i = 0; digits[i] != '\0'; i++) {
        if (i != 0 && i % 2 == 0)
            strbuf_adds(out, i % 32 == 0 ? ": " : ":");
        strbuf_addc(out, digits[i]);
    }
}

void fact_show(const struct fact *f, struct strbuf *out)
{
    if (f->form == FACT_LIST)
        show_list(f, out);
    else if (f->form == FACT_DIGEST)
        show_digest(strbuf_str(&f->text), out);
    else if (f->form != FACT_UNKNOWN)
        strbuf_adds(out, strbuf_str(&f->text));
}

static void list_json(const struct fact *f, struct json *j, const char *key)
{
    struct strbuf count = STRBUF_INIT;
    const char *at = NULL;

    json_array(j, key);
    while ((at = next_item(f, at)) != NULL)
        json_string(j, NULL, at);
    json_end(j);
    if (f->left == 0)
        return;
    strbuf_addf(&count, "%s_left_out", key);
    json_unsigned(j, strbuf_str(&count), f->left);
    strbuf_done(&count);
}

static void time_json(const struct fact *f, struct json *j, const char *key)
{
    char time[24];

    snprintf(time, sizeof(time), "%s", strbuf_str(&f->text));
    if (strlen(time) > 10)
        time[10] = 'T';
    json_string(j, key, time);
}

void fact_json(const struct fact *f, struct json *j, const char *key)
{
    switch (f->form) {
    case FACT_UNKNOWN:
        break;
    case FACT_NONE:
        json_null(j, key);
        break;
    case FACT_TEXT:
    case FACT_DIGEST:
        json_string(j, key, strbuf_str(&f->text));
        break;
    case FACT_TIME:
        time_json(f, j, key);
        break;
    case FACT_YES_NO:
        json_bool(j, key, f->yes);
        break;
    case FACT_NUMBER:
        json_unsigned(j, key, f->number);
        break;
    case FACT_LIST:
        list_json(f, j, key);
        break;
    }
}
