#include "keyring/racdcert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keyring/racdcert_private.h"

/* The table, the way from a command to its function, and what all functions
 * need: owners, labels, messages. */

struct racdcert {
    struct ring_store *store; /* of the database of the last command */
};

#define KEEP_CASE   TSO_KEEP_CASE
#define SECRET      TSO_SECRET
#define UNSUPPORTED TSO_UNSUPPORTED
static const struct tso_word words[] = {
    {0},
#define OWNER(id, keyword, form, max, help)                                    \
    {RD_##id, keyword, TSO_##form, 0, max, help},
#define FUNCTION(id, form, flags, max, reads, help)                            \
    {RD_##id, #id, TSO_##form, flags, max, help},
#define REFUSED(id, help) {RD_##id, #id, TSO_ANY, TSO_UNSUPPORTED, 0, help},
#define WORD(id, keyword, form, flags, max, help)                              \
    {RD_##id, keyword, TSO_##form, flags, max, help},
#define BESIDE(function, word)
#define IN(outer, word)
#include "keyring/racdcert.def"
};
#undef KEEP_CASE
#undef SECRET
#undef UNSUPPORTED

/* Scope 0 is the command itself, -f what stands beside function f. */
static const struct tso_place places[] = {
#define OWNER(id, keyword, form, max, help)         {0, RD_##id},
#define FUNCTION(id, form, flags, max, reads, help) {0, RD_##id},
#define REFUSED(id, help)                           {0, RD_##id},
#define WORD(id, keyword, form, flags, max, help)
#define BESIDE(function, word) {-RD_##function, RD_##word},
#define IN(outer, word)        {RD_##outer, RD_##word},
#include "keyring/racdcert.def"
};

const struct tso_grammar racdcert_grammar = {
    words, sizeof(words) / sizeof(words[0]), places,
    sizeof(places) / sizeof(places[0])};

typedef int (*function_fn)(struct rd *q);

static const struct {
    int id;
    bool reads;
    function_fn run; /* NULL: refused */
} functions[] = {
#define OWNER(id, keyword, form, max, help)
#define FUNCTION(id, form, flags, max, reads, help) {RD_##id, reads, rd_##id},
#define REFUSED(id, help)                           {RD_##id, true, NULL},
#define WORD(id, keyword, form, flags, max, help)
#define BESIDE(function, word)
#define IN(outer, word)
#include "keyring/racdcert.def"
};

enum { NFUNCTIONS = sizeof(functions) / sizeof(functions[0]) };

/* ---- messages ---- */

static void say(struct rd *q, const char *before, const char *fmt, va_list ap)
{
    struct strbuf text = STRBUF_INIT;
    const char *p;

    strbuf_vaddf(&text, fmt, ap);
    strbuf_adds(q->out, before);
    /* Labels and names are from outside: one message, one line. */
    for (p = strbuf_str(&text); *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            strbuf_addf(q->out, "\\x%02X", (unsigned char)*p);
        else
            strbuf_addc(q->out, *p);
    strbuf_addc(q->out, '\n');
    strbuf_done(&text);
}

int rd_say(struct rd *q, int rc, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    say(q, "", fmt, ap);
    va_end(ap);
    return rc;
}

void rd_hint(struct rd *q, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    say(q, "  ", fmt, ap);
    va_end(ap);
}

int rd_fail(struct rd *q, const struct error *err)
{
    return rd_say(q, JOB_FAILED, "%s", err->text);
}

/* ---- owners and labels ---- */

const char *rd_owner_words(const char *owner, char buf[SAF_NAME_MAX + 8])
{
    switch (owner_kind(owner)) {
    case RING_OWNER_CERTAUTH:
        return "CERTAUTH";
    case RING_OWNER_SITE:
        return "SITE";
    case RING_OWNER_USER:
        break;
    }
    snprintf(buf, SAF_NAME_MAX + 8, "user %s", owner);
    return buf;
}

const char *rd_owner(struct rd *q, const struct tso_node *list,
                     const char *deflt)
{
    const char *id = tso_value(list, RD_ID);
    int n = (id != NULL) + (tso_get(list, RD_CERTAUTH) != NULL) +
            (tso_get(list, RD_SITE) != NULL) +
            (tso_get(list, RD_MULTIID) != NULL);

    if (n > 1) {
        rd_say(q, 0, "IKJ56702I INVALID OWNER");
        rd_hint(q, "write one of ID(user), CERTAUTH and SITE");
        return NULL;
    }
    if (tso_get(list, RD_CERTAUTH) != NULL)
        return OWNER_CERTAUTH;
    if (tso_get(list, RD_SITE) != NULL)
        return OWNER_SITE;
    if (tso_get(list, RD_MULTIID) != NULL)
        return OWNER_MULTI;
    if (id == NULL)
        id = deflt;
    if (id == NULL) {
        rd_say(q, 0, "IKJ56701I MISSING ID");
        rd_hint(q, "write ID(user): your account name is no user id, and "
                   "neither USER= nor --issuer names one");
        return NULL;
    }
    if (owner_kind(id) == RING_OWNER_USER && strcmp(id, OWNER_MULTI) != 0 &&
        !saf_user_exists(q->ctx->saf, id)) {
        rd_say(q, 0, "IKJ56702I INVALID USERID, %s", id);
        rd_hint(q, "user %s is not defined; ADDUSER %s makes it", id, id);
        return NULL;
    }
    return id;
}

struct store_cert *rd_cert(struct rd *q, const char *owner, const char *label)
{
    struct store_cert *c = store_cert_find(q->store, owner, label);
    char buf[SAF_NAME_MAX + 8];

    if (c == NULL) {
        rd_say(q, 0,
               "IRRD107I No matching certificate was found for this "
               "user.");
        rd_hint(q, "%s has no certificate with label '%s'",
                rd_owner_words(owner, buf), label);
    }
    return c;
}

/* ---- from the command to its function ---- */

static int function_index(int id)
{
    int i;

    for (i = 0; i < NFUNCTIONS; i++)
        if (functions[i].id == id)
            return i;
    return -1;
}

/*
 * Which function the command names: a whole keyword, else a beginning that
 * fits one function only. Operands of functions are not looked at, so that
 * "TRUST" is none.
 */
static int find_function(const struct tso_node *list,
                         const struct tso_node **ret)
{
    const struct tso_node *n;
    int exact, id, f;

    for (exact = 1; exact >= 0; exact--)
        for (n = list; n != NULL; n = n->next) {
            if (n->quoted)
                continue;
            id = tso_match(&racdcert_grammar, 0, 0, n->text);
            f = id > 0 ? function_index(id) : -1;
            if (f < 0 ||
                (exact && strlen(words[id].keyword) != strlen(n->text)))
                continue;
            *ret = n;
            return f;
        }
    return -1;
}

static bool reads_only(const struct tso_command *cmd)
{
    const struct tso_node *n;
    int f = find_function(cmd->list, &n);

    return f >= 0 && functions[f].reads;
}

static int no_function(struct rd *q, const struct tso_node *list)
{
    const struct tso_node *n;
    const char *near = NULL;

    for (n = list; n != NULL && near == NULL; n = n->next)
        near = tso_nearest(&racdcert_grammar, 0, 0, n->text);
    rd_say(q, 0, "IKJ56701I MISSING RACDCERT FUNCTION");
    rd_hint(q, "for example: RACDCERT ID(user) LISTRING(ring)%s%s",
            near != NULL ? "; near to what is written: " : "",
            near != NULL ? near : "");
    return JOB_SYNTAX;
}

/* The store of the database that the context works on. */
static int sync_store(struct racdcert *r, struct saf *saf, struct error *err)
{
    if (r->store != NULL && r->store->saf != saf) {
        store_close(r->store);
        r->store = NULL;
    }
    if (r->store == NULL)
        return store_open(saf, &r->store, err);
    return store_sync(r->store, err);
}

static int run_racdcert(struct job_context *ctx, const struct tso_command *cmd)
{
    struct racdcert *r = ctx->module;
    struct rd q = {.ctx = ctx, .out = ctx->out, .operands = cmd->list};
    const struct tso_node *fn = NULL;
    struct error err = {0};
    int f, rc;

    f = find_function(cmd->list, &fn);
    if (f < 0)
        return no_function(&q, cmd->list);
    rc = tso_bind(&racdcert_grammar, 0, -functions[f].id, cmd->list, ctx->out);
    if (rc != 0)
        return rc;
    if (sync_store(r, ctx->saf, &err) != 0)
        return rd_fail(&q, &err);
    q.store = r->store;
    q.args = fn->child;
    q.function = words[functions[f].id].keyword;
    q.owner = rd_owner(&q, cmd->list, ctx->issuer);
    if (q.owner == NULL)
        return JOB_FAILED;
    return functions[f].run(&q);
}

/* ---- registration ---- */

static const struct job_command commands[] = {
    {"RACDCERT", "", &racdcert_grammar, run_racdcert, reads_only},
};

int racdcert_new(struct racdcert **ret, struct error *err)
{
    *ret = calloc(1, sizeof(**ret));
    return *ret != NULL ? 0 : error_nomem(err);
}

void racdcert_free(struct racdcert *r)
{
    if (r == NULL)
        return;
    store_close(r->store);
    free(r);
}

int racdcert_register(struct racdcert *r, struct job_runner *runner,
                      struct error *err)
{
    return job_register(runner, commands, 1, r, err);
}
