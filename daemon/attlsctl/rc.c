/* attlsctl rc: what a return code means, why it comes, and what would tell. */

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "attlsctl/ctl.h"
#include "control/code.h"
#include "tls/fault.h"
#include "tls/older_codes.h"
#include "tls/retcode.h"
#include "util/json.h"

static const char *origin(int code)
{
    return code < 5000 ? "System SSL" : "AT-TLS";
}

/* The reason tells rows apart, but where it is OpenSSL's. */
static bool tells(const char *reason)
{
    return reason[0] != '\0' && strstr(reason, "{error}") == NULL;
}

/* With capitals in place of the words. */
static void text_json(struct json *j, const char *key, const char *text)
{
    struct strbuf out = STRBUF_INIT;

    fault_expand(text, NULL, NULL, &out);
    json_string(j, key, strbuf_str(&out));
    strbuf_done(&out);
}

/* ---- a code that is known ---- */

/* What CODE was called on the command line, and as what it was read. */
struct named {
    const char *given; /* NULL: it was not named */
    int code;
    bool in_hex;
    const struct retcode *row;      /* of CODE, or of the code of today */
    const struct older_code *older; /* NULL: it is one of today */
    int other;                      /* the other reading is known too, or 0 */
};

static const char *meaning(const struct named *n)
{
    return n->row != NULL ? n->row->meaning : n->older->meaning;
}

static void show_json(const struct named *n, struct json *j)
{
    const struct retcode *r = n->row;
    const struct fault_row *c;
    size_t i;

    json_object(j, NULL);
    if (n->given != NULL)
        json_string(j, "given", n->given);
    json_number(j, "rc", n->code);
    if (n->older != NULL && n->older->today != 0)
        json_number(j, "rc_today", n->older->today);
    if (n->other != 0)
        json_number(j, "rc_in_hexadecimal", n->other);
    if (r != NULL && r->constant[0] != '\0')
        json_string(j, "constant", r->constant);
    json_string(j, "origin", origin(n->code));
    json_string(j, "meaning", meaning(n));
    json_array(j, "causes");
    for (i = 0; r != NULL && (c = fault_of_code(r->code, i)) != NULL; i++) {
        json_object(j, NULL);
        json_string(j, "fault", c->id);
        if (c->by != BY_LISTED)
            json_string(j, "blame", fault_by_name(c->by));
        if (tells(c->reason))
            text_json(j, "reason", c->reason);
        text_json(j, "cause", c->cause);
        if (c->remedy != NULL)
            text_json(j, "remedy", c->remedy);
        json_end(j);
    }
    json_end(j);
    json_end(j);
}

static void add_cause(const struct fault_row *c, struct strbuf *out)
{
    static const char *const indent = "    ";

    if (tells(c->reason)) {
        fault_expand(c->reason, NULL, NULL, out);
        strbuf_addf(out, "\n%s", indent);
    }
    fault_expand(c->cause, NULL, NULL, out);
    strbuf_addc(out, '\n');
    if (c->remedy == NULL)
        return;
    strbuf_addf(out, "%s  ", indent);
    fault_expand(c->remedy, NULL, NULL, out);
    strbuf_addc(out, '\n');
}

static void show_causes(int code)
{
    const struct fault_row *c;
    struct strbuf text = STRBUF_INIT;
    size_t i;

    if (code == 0)
        return;
    strbuf_adds(&text, "\nLikely causes, the most likely first:\n");
    for (i = 0; (c = fault_of_code(code, i)) != NULL; i++) {
        strbuf_addf(&text, "%2zu. ", i + 1);
        add_cause(c, &text);
    }
    fputs(strbuf_str(&text), stdout);
    strbuf_done(&text);
}

static void show_older(const struct named *n)
{
    printf("RC %d  (%s, of its older functions)\n%s\n", n->code,
           origin(n->code), meaning(n));
    if (n->row == NULL)
        printf("AT-TLS calls other functions: no message of AT-TLS has this "
               "code.\n");
    else
        printf("AT-TLS calls other functions, which give %d %s%sfor this.\n",
               n->row->code, n->row->constant,
               n->row->constant[0] != '\0' ? " " : "");
}

static void show_text(const struct named *n)
{
    const struct retcode *r = n->row;
    const struct retcode *other = retcode_find(n->other);

    if (n->in_hex && n->older == NULL)
        printf("%s in hexadecimal is %d.\n", n->given, n->code);
    if (n->older != NULL)
        show_older(n);
    else
        printf("RC %d  %s%s(%s)\n%s\n", r->code, r->constant,
               r->constant[0] != '\0' ? "  " : "", origin(r->code), r->meaning);
    if (n->other != 0)
        printf("%s may be hexadecimal too, which is %d: %s\n", n->given,
               n->other, other->meaning);
    if (r != NULL)
        show_causes(r->code);
}

/* ---- which code is meant ---- */

static bool find_code(int code, struct named *n)
{
    n->code = code;
    n->older = older_code_find(code);
    if (n->older == NULL)
        n->row = retcode_find(code);
    else
        n->row = n->older->today != 0 ? retcode_find(n->older->today) : NULL;
    return n->row != NULL || n->older != NULL;
}

/* Decimal, as in the messages, before hexadecimal. */
static bool find_named(const char *given, const struct code_text *t,
                       struct named *n)
{
    struct named other;
    bool both = t->decimal && t->hex && t->as_hex != t->as_decimal;

    *n = (struct named){.given = given};
    if (t->decimal && find_code(t->as_decimal, n)) {
        if (both && find_code(t->as_hex, &other))
            n->other = t->as_hex;
        return true;
    }
    n->in_hex = true;
    return t->hex && find_code(t->as_hex, n);
}

/* Status codes of Certificate Management Services stand in the same traces. */
static bool is_cms_status(int code)
{
    return (code > 0x03353000 && code <= 0x03353FFF) ||
           (code > 0x014CE000 && code <= 0x014CEFFF);
}

static int say_unknown(const char *given, const struct code_text *t)
{
    if (t->hex && is_cms_status(t->as_hex))
        fprintf(stderr,
                "attlsctl: %s is a status of System SSL's certificate "
                "management, not a return code; System SSL Programming lists "
                "them under \"CMS status codes\"\n",
                given);
    else if (t->decimal)
        fprintf(stderr,
                "attlsctl: return code %d is not known here; attlsctl rc "
                "lists those that are\n",
                t->as_decimal);
    else
        fprintf(stderr,
                "attlsctl: return code %s, in decimal %d, is not known here; "
                "attlsctl rc lists those that are\n",
                given, t->as_hex);
    return CTL_EXIT_ERROR;
}

static int show_one(const char *text, bool as_json)
{
    struct strbuf out = STRBUF_INIT;
    struct json j = JSON_INIT(&out, JSON_LINES);
    struct code_text read;
    struct named n;

    fflush(stdout); /* both streams may go to one place */
    if (!code_read(text, &read) || !find_named(text, &read, &n))
        return say_unknown(text, &read);
    if (as_json) {
        show_json(&n, &j);
        fputs(strbuf_str(&out), stdout);
    } else {
        show_text(&n);
    }
    strbuf_done(&out);
    return CTL_EXIT_OK;
}

static void add_row(int code, bool as_json, struct json *j, struct strbuf *out)
{
    struct named n = {.given = NULL};

    find_code(code, &n);
    if (as_json)
        show_json(&n, j);
    else
        strbuf_addf(out, "%4d  %s%s\n", code, meaning(&n),
                    n.older != NULL ? " (older functions)" : "");
}

static int show_all(bool as_json)
{
    struct strbuf out = STRBUF_INIT;
    struct json j = JSON_INIT(&out, JSON_LINES);
    size_t i;

    if (as_json)
        json_array(&j, NULL);
    for (i = 0; older_code_get(i) != NULL; i++)
        add_row(older_code_get(i)->code, as_json, &j, &out);
    for (i = 0; i < retcode_count(); i++)
        add_row(retcode_get(i)->code, as_json, &j, &out);
    if (as_json)
        json_end(&j);
    fputs(strbuf_str(&out), stdout);
    strbuf_done(&out);
    return CTL_EXIT_OK;
}

int ctl_rc(const struct verb_call *call)
{
    bool as_json = verb_has(call, OPT_JSON);
    int status = CTL_EXIT_OK, r;
    size_t i;

    if (verb_word(call, 0) == NULL)
        return show_all(as_json);
    for (i = 0; verb_word(call, i) != NULL; i++) {
        r = show_one(verb_word(call, i), as_json);
        status = r > status ? r : status;
    }
    return status;
}
