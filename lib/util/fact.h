#ifndef UTIL_FACT_H
#define UTIL_FACT_H

/*
 * One value that is told to people and to programs: who finds it says once
 * what it is, and it can be shown as text and written as JSON. A table of
 * label, name in JSON and a function that fills in a struct fact is then the
 * one source of both.
 *
 *     struct fact f = FACT_INIT;
 *     row->get(thing, &f);
 *     fact_show(&f, &text);          or  fact_json(&f, &json, row->key);
 *     fact_done(&f);
 *
 * A fact that nothing was put in is not known: it has no text, and no member in
 * JSON.
 */

#include <stdbool.h>

#include "util/json.h"
#include "util/shortlist.h"
#include "util/strbuf.h"

enum fact_form {
    FACT_UNKNOWN,
    FACT_NONE, /* known not to be there: null in JSON, the text says so */
    FACT_TEXT,
    FACT_TIME,   /* "2026-11-25 03:04:05Z"; as in RFC 3339 in JSON */
    FACT_DIGEST, /* hexadecimal digits; as RACDCERT LIST shows them */
    FACT_YES_NO,
    FACT_NUMBER, /* the text says more */
    FACT_LIST
};

struct fact {
    enum fact_form form;
    bool yes;
    unsigned long number;
    struct strbuf text;  /* of a list: its items, each with its NUL */
    unsigned long left;  /* items that were left out */
    const char *between; /* a list's items, for people */
};

/* clang-format off */
#define FACT_INIT {FACT_UNKNOWN, false, 0, STRBUF_INIT, 0, NULL}
/* clang-format on */

void fact_done(struct fact *f);

/* "" or NULL leaves it not known. */
void fact_text(struct fact *f, const char *text);
void fact_time(struct fact *f, const char *text);
void fact_digest(struct fact *f, const char *digits);
void fact_none(struct fact *f, const char *text);
/* TEXT NULL: "yes" or "no". */
void fact_yes_no(struct fact *f, bool yes, const char *text);
void fact_number(struct fact *f, unsigned long number, const char *text);

/* A list may stay empty: "none". */
void fact_list(struct fact *f, const char *between);
void fact_item(struct fact *f, const char *text);
/* LEFT more items were left out. */
void fact_left(struct fact *f, unsigned long left);
/* The words of TEXT, with blanks between; "": not known. */
void fact_words(struct fact *f, const char *text);
void fact_shortlist(struct fact *f, const struct shortlist *l);

void fact_show(const struct fact *f, struct strbuf *out);
/* Items that were left out are counted in the member KEY_left_out. */
void fact_json(const struct fact *f, struct json *j, const char *key);

#endif
