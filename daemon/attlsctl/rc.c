/* attlsctl rc: what a return code means, why it comes, and what would tell. */

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attlsctl/ctl.h"
#include "tls/fault.h"
#include "tls/retcode.h"
#include "util/json.h"

/* System SSL shows code N inside of z/OS as X'134CC' and N in hex. */
static const char long_form[] = "134CC";

/* The table of verbs has checked it. */
static int read_code(const char *text)
{
    size_t skip = strlen(long_form);

    if (strlen(text) == 8 && strncasecmp(text, long_form, skip) == 0)
        return (int)strtol(text + skip, NULL, 16);
    return (int)strtol(text, NULL, 10);
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

static void show_json(const struct retcode *r, struct json *j)
{
    const struct fault_row *c;
    size_t i;

    json_object(j, NULL);
    json_number(j, "rc", r->code);
    if (r->constant[0] != '\0')
        json_string(j, "constant", r->constant);
    json_string(j, "origin", r->code < 5000 ? "System SSL" : "AT-TLS");
    json_string(j, "meaning", r->meaning);
    json_array(j, "causes");
    for (i = 0; (c = fault_of_code(r->code, i)) != NULL; i++) {
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

static void add_row(const struct fault_row *c, struct strbuf *out)
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

static void show_text(const struct retcode *r)
{
    const struct fault_row *c;
    struct strbuf text = STRBUF_INIT;
    size_t i;

    printf("RC %d  %s%s(%s)\n", r->code, r->constant,
           r->constant[0] != '\0' ? "  " : "",
           r->code < 5000 ? "System SSL" : "AT-TLS");
    printf("%s\n", r->meaning);
    if (r->code == 0)
        return;
    printf("\nLikely causes, the most likely first:\n");
    for (i = 0; (c = fault_of_code(r->code, i)) != NULL; i++) {
        strbuf_addf(&text, "%2zu. ", i + 1);
        add_row(c, &text);
    }
    fputs(strbuf_str(&text), stdout);
    strbuf_done(&text);
}

static int show_all(bool as_json)
{
    struct strbuf out = STRBUF_INIT;
    struct json j = JSON_INIT(&out, JSON_LINES);
    size_t i;

    if (as_json)
        json_array(&j, NULL);
    for (i = 0; i < retcode_count(); i++) {
        const struct retcode *r = retcode_get(i);

        if (as_json)
            show_json(r, &j);
        else
            strbuf_addf(&out, "%4d  %s\n", r->code, r->meaning);
    }
    if (as_json)
        json_end(&j);
    fputs(strbuf_str(&out), stdout);
    strbuf_done(&out);
    return CTL_EXIT_OK;
}

static int show_one(const char *text, bool as_json)
{
    struct strbuf out = STRBUF_INIT;
    struct json j = JSON_INIT(&out, JSON_LINES);
    int code = read_code(text);
    const struct retcode *r = retcode_find(code);

    fflush(stdout); /* both streams may go to one place */
    if (r == NULL) {
        fprintf(stderr,
                "attlsctl: return code %d is not known here; attlsctl rc "
                "lists those that are\n",
                code);
        return CTL_EXIT_ERROR;
    }
    if (as_json) {
        show_json(r, &j);
        fputs(strbuf_str(&out), stdout);
    } else {
        show_text(r);
    }
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
