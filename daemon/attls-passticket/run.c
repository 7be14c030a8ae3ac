/*
 * attls-passticket behind its options: generates, evaluates and stores keys
 * through the service of lib/passticket.
 */

#include "attls-passticket/run.h"

#include <ctype.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "passticket/service.h"
#include "saf/db/saf.h"
#include "util/harden.h"
#include "util/paths.h"
#include "util/secret.h"
#include "util/source.h"

enum { DONE = 0, REFUSED = 8, WRONG_USE = 12 };

struct command {
    const struct passticket_options *o;
    FILE *out, *errors;
    struct saf *saf;
    char caller[SAF_NAME_MAX + 1];
    unsigned char key[PASSTICKET_ENHANCED_MAX];
    size_t key_len;
};

static int wrong_use(struct command *c, const char *text)
{
    fprintf(c->errors, "attls-passticket: %s\n", text);
    return WRONG_USE;
}

/* RACF's codes and their meaning. This program may show what exactly was wrong:
 * whoever may read the keys may know it. */
static int refused(struct command *c, enum passticket_outcome o,
                   const struct error *why)
{
    struct passticket_codes codes = passticket_codes(o);

    fprintf(c->errors, "attls-passticket: %d/%d/%d: %s\n", codes.saf_rc,
            codes.racf_rc, codes.reason, passticket_meaning(o));
    if (why->text[0] != '\0' && strcmp(why->text, passticket_meaning(o)) != 0)
        fprintf(c->errors, "  %s\n", why->text);
    if (o == PASSTICKET_NOT_AUTHORIZED && c->o->caller == NULL)
        fprintf(c->errors,
                "  the caller is this account's user id; --caller USER names "
                "another\n");
    return REFUSED;
}

/* ---- the caller ---- */

/* The account that runs us; another only when the store is in our hands
 * anyway. */
static int find_caller(struct command *c)
{
    struct passwd *pw;
    char text[128];

    if (c->o->caller == NULL) {
        pw = getpwuid(geteuid());
        if (pw != NULL && zos_name_fold(ZOS_USERID, pw->pw_name, c->caller))
            return DONE;
        return wrong_use(c, "this account's name is no user id: give --caller "
                            "USER");
    }
    if (!saf_may_write(c->saf))
        return wrong_use(c, "--caller: only root and the owner of the "
                            "security database may speak for others");
    if (zos_name_fold(ZOS_USERID, c->o->caller, c->caller))
        return DONE;
    snprintf(text, sizeof(text), "--caller: a user id has %s",
             zos_name_form(ZOS_USERID));
    return wrong_use(c, text);
}

/* ---- keys ---- */

static bool parse_key(struct command *c, const char *text)
{
    size_t len = strlen(text) / 2, i;
    char byte[3] = "", *end;

    if (strlen(text) % 2 != 0 || len > sizeof(c->key) ||
        (len != PASSTICKET_KEY && len < PASSTICKET_ENHANCED_MIN))
        return false;
    for (i = 0; i < len; i++) {
        memcpy(byte, text + 2 * i, 2);
        c->key[i] = (unsigned char)strtoul(byte, &end, 16);
        if (!isxdigit((unsigned char)byte[0]) || *end != '\0')
            return false;
    }
    c->key_len = len;
    return true;
}

static const char key_form[] =
    "a key has 16 hexadecimal digits (legacy) or 64 to 512 (enhanced)";

/* From a file that others can't read, or from standard input. */
static int read_text(const char *file, struct secret *ret, struct error *err)
{
    struct source *src = NULL;
    int r;

    memset(ret, 0, sizeof(*ret));
    if (strcmp(file, "-") != 0)
        return secret_read(file, SECRET_NOBODY, PASSTICKET_KEY_TEXT - 1, ret,
                           err);
    r = source_read(file, &src, err);
    if (r != 0)
        return r;
    ret->data = strdup(source_text(src));
    ret->len = ret->data != NULL ? strlen(ret->data) : 0;
    source_unref(src);
    return ret->data != NULL ? 0 : error_nomem(err);
}

int passticket_cmd_key(const char *file, char ret[PASSTICKET_KEY_TEXT],
                       FILE *errors)
{
    struct command c = {.errors = errors};
    struct error err = {0};
    struct secret text = {0};
    int r;

    r = harden_memory(&err);
    if (r == 0)
        r = read_text(file, &text, &err);
    if (r == 0)
        snprintf(ret, PASSTICKET_KEY_TEXT, "%.*s",
                 (int)strcspn(text.data, " \t\r\n"), text.data);
    secret_done(&text);
    return r == 0 ? DONE : wrong_use(&c, err.text);
}

/* ---- gen ---- */

static int generate_with_key(struct command *c, char ticket[9],
                             struct error *err)
{
    const struct passticket_options *o = c->o;

    if (c->key_len == PASSTICKET_KEY)
        return passticket_make(o->user, o->application, c->key, o->now, ticket,
                               err);
    return passticket_enhanced(o->user, o->application, c->key, c->key_len,
                               o->mixed, o->now, ticket, err);
}

static int gen(struct command *c)
{
    char ticket[PASSTICKET_LEN + 1] = "";
    struct error why = {0};
    enum passticket_outcome o;

    if (c->saf == NULL) {
        if (generate_with_key(c, ticket, &why) != 0)
            return refused(c, PASSTICKET_PARAMETER, &why);
    } else {
        o = passticket_generate(c->saf, c->caller, c->o->user,
                                c->o->application, c->o->now, ticket, &why);
        if (o != PASSTICKET_OK)
            return refused(c, o, &why);
    }
    fprintf(c->out, "%s\n", ticket);
    explicit_bzero(ticket, sizeof(ticket));
    return DONE;
}

/* ---- eval ---- */

static int evaluate_with_key(struct command *c, const char *ticket,
                             struct error *why)
{
    const struct passticket_options *o = c->o;
    int64_t made;
    int r;

    if (c->key_len == PASSTICKET_KEY)
        return passticket_verify(o->user, o->application, c->key, ticket,
                                 o->now, &made, why);
    r = passticket_enhanced_time(o->user, o->application, c->key, c->key_len,
                                 o->mixed, ticket, &made, why);
    return r == 0 ? passticket_in_window(made, o->now, PASSTICKET_WINDOW, why)
                  : r;
}

static enum passticket_outcome evaluate(struct command *c, const char *ticket,
                                        struct error *why)
{
    if (c->saf != NULL)
        return passticket_evaluate(c->saf, c->caller, c->o->user,
                                   c->o->application, ticket, c->o->now, why);
    switch (evaluate_with_key(c, ticket, why)) {
    case 0:
        return PASSTICKET_OK;
    case ERR_VALUE:
        return PASSTICKET_PARAMETER;
    case ERR_SYNTAX:
        return PASSTICKET_MALFORMED;
    default:
        return PASSTICKET_NOT_VALID;
    }
}

/* Reads the ticket from the command line, or from the first line of standard
 * input. */
static int read_ticket(struct command *c, char ret[64])
{
    if (strcmp(c->o->argument, "-") != 0)
        snprintf(ret, 64, "%s", c->o->argument);
    else if (fgets(ret, 64, stdin) == NULL)
        return wrong_use(c, "no ticket on standard input");
    ret[strcspn(ret, "\r\n")] = '\0';
    return DONE;
}

static int eval(struct command *c)
{
    char ticket[64] = "";
    struct error why = {0};
    enum passticket_outcome o;
    int r = read_ticket(c, ticket);

    if (r != DONE)
        return r;
    o = evaluate(c, ticket, &why);
    explicit_bzero(ticket, sizeof(ticket));
    if (o != PASSTICKET_OK)
        return refused(c, o, &why);
    fprintf(c->out, "valid\n");
    return DONE;
}

/* ---- key ---- */

static int store_key(struct command *c)
{
    char text[PASSTICKET_KEY_TEXT] = "";
    struct error err = {0};
    int r = passticket_cmd_key(c->o->argument, text, c->errors);

    if (r == DONE && !parse_key(c, text))
        r = wrong_use(c, key_form);
    explicit_bzero(text, sizeof(text));
    if (r == DONE &&
        saf_store_label(c->saf, c->o->label, c->key, c->key_len, &err) != 0)
        r = wrong_use(c, err.text);
    return r;
}

/* ---- the whole ---- */

static int open_database(struct command *c)
{
    const char *dir = c->o->racf != NULL ? c->o->racf : PATH_RACF;
    struct error err = {0};

    if (saf_open(dir, c->o->verb == VERB_KEY ? SAF_WRITE : SAF_READ, &c->saf,
                 &err) == 0)
        return DONE;
    return wrong_use(c, err.text);
}

static int set_up(struct command *c)
{
    int r;

    if (c->o->key != NULL)
        return parse_key(c, c->o->key) ? DONE : wrong_use(c, key_form);
    r = open_database(c);
    return r == DONE && c->o->verb != VERB_KEY ? find_caller(c) : r;
}

int passticket_cmd(const struct passticket_options *o, FILE *out, FILE *errors)
{
    static int (*const verbs[])(struct command *) = {
        [VERB_GEN] = gen, [VERB_EVAL] = eval, [VERB_KEY] = store_key};
    struct command c = {.o = o, .out = out, .errors = errors};
    struct error err = {0};
    int r;

    r = harden_memory(&err) == 0 ? set_up(&c) : wrong_use(&c, err.text);
    if (r == DONE)
        r = verbs[o->verb](&c);
    saf_close(c.saf);
    explicit_bzero(&c, sizeof(c));
    return r;
}
