/* The table, and the way from a command to its function. */

#include "keyring/racdcert/racdcert.h"

#include <stdlib.h>
#include <string.h>

#include "keyring/racdcert/private.h"

struct racdcert {
    struct ring_store *store; /* of the database of the last command */
};

#define KEEP_CASE   TSO_KEEP_CASE
#define SECRET      TSO_SECRET
#define NO_EFFECT   TSO_NO_EFFECT
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
#include "keyring/racdcert/racdcert.def"
};
#undef KEEP_CASE
#undef SECRET
#undef NO_EFFECT
#undef UNSUPPORTED

/* Scope 0 is the command itself, -f what stands beside function f. */
static const struct tso_place places[] = {
#define OWNER(id, keyword, form, max, help)         {0, RD_##id},
#define FUNCTION(id, form, flags, max, reads, help) {0, RD_##id},
#define REFUSED(id, help)                           {0, RD_##id},
#define BESIDE(function, word)                      {-RD_##function, RD_##word},
#define IN(outer, word)                             {RD_##outer, RD_##word},
#include "keyring/racdcert/racdcert.def"
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
#define FUNCTION(id, form, flags, max, reads, help) {RD_##id, reads, rd_##id},
#define REFUSED(id, help)                           {RD_##id, true, NULL},
#include "keyring/racdcert/racdcert.def"
};

enum { NFUNCTIONS = sizeof(functions) / sizeof(functions[0]) };

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
 * Which function the command names: a whole keyword, else a beginning that fits
 * one function only. Operands of functions are not looked at, so "TRUST" does
 * not name a function.
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

/* Nothing but an owner: LIST is meant. */
static bool only_owner(const struct tso_node *list)
{
    static const int owners[] = {RD_ID, RD_CERTAUTH, RD_SITE, RD_MULTIID};
    bool found;
    size_t i;
    int id;

    for (; list != NULL; list = list->next) {
        id = list->quoted ? -1 : tso_match(&racdcert_grammar, 0, 0, list->text);
        for (found = false, i = 0; i < sizeof(owners) / sizeof(owners[0]); i++)
            found |= owners[i] == id;
        if (!found)
            return false;
    }
    return true;
}

static int no_function(struct rd *q, const struct tso_node *list)
{
    const struct tso_node *n;
    const char *near = NULL;

    for (n = list; n != NULL && near == NULL; n = n->next)
        if (!n->quoted && tso_match(&racdcert_grammar, 0, 0, n->text) < 0)
            near = tso_nearest(&racdcert_grammar, 0, 0, n->text);
    rd_say(q, 0, MSG_MISSING, "RACDCERT FUNCTION");
    if (near != NULL)
        rd_hint(q, "did you mean %s?", near);
    else
        rd_hint(q, "for example: RACDCERT ID(user) LISTRING(ring)");
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

/* The function's row, or -1. *RET_NODE is NULL when it is LIST by default. */
static int choose_function(const struct tso_node *list,
                           const struct tso_node **ret_node)
{
    *ret_node = NULL;
    return only_owner(list) ? function_index(RD_LIST)
                            : find_function(list, ret_node);
}

static bool reads_only(const struct tso_command *cmd)
{
    const struct tso_node *n;
    int f = choose_function(cmd->list, &n);

    return f >= 0 && functions[f].reads;
}

/* MULTIID owns mappings and nothing else. */
static int check_multiid(struct rd *q, int function)
{
    if (strcmp(q->owner, OWNER_MULTI) != 0 || function == RD_MAP ||
        function == RD_ALTMAP || function == RD_DELMAP ||
        function == RD_LISTMAP)
        return 0;
    rd_say(q, 0, MSG_INVALID, "OWNER", "MULTIID");
    rd_hint(q, "MULTIID has no certificates and rings: it stands with MAP, "
               "ALTMAP, DELMAP and LISTMAP");
    return JOB_FAILED;
}

/* A function that the store or OpenSSL has failed leaves no half change. */
static int call_function(struct rd *q, int f)
{
    struct error err = {0};
    int rc;

    rc = check_multiid(q, functions[f].id);
    if (rc != 0)
        return rc;
    rc = functions[f].run(q);
    if (!q->broken || !saf_writable(q->ctx->saf))
        return rc;
    if (saf_rollback(q->ctx->saf, &err) != 0)
        rd_say(q, 0, "%s", err.text);
    return rc;
}

static int run_racdcert(struct job_context *ctx, const struct tso_command *cmd)
{
    struct racdcert *r = ctx->module;
    struct rd q = {.ctx = ctx, .out = ctx->out, .operands = cmd->list};
    const struct tso_node *fn;
    struct error err = {0};
    int f, rc;

    f = choose_function(cmd->list, &fn);
    if (f < 0)
        return no_function(&q, cmd->list);
    rc = tso_bind(&racdcert_grammar, 0, -functions[f].id, cmd->list, ctx->out);
    if (rc != 0)
        return rc;
    if (sync_store(r, ctx->saf, &err) != 0)
        return rd_fail(&q, &err);
    q.store = r->store;
    q.args = fn != NULL ? fn->child : NULL;
    q.function = words[functions[f].id].keyword;
    /* CHECKCERT looks at a data set, not at somebody's certificates. */
    q.owner = functions[f].id == RD_CHECKCERT
                  ? ""
                  : rd_owner(&q, cmd->list, ctx->issuer);
    if (q.owner == NULL)
        return JOB_FAILED;
    return call_function(&q, f);
}

/* ---- registration ---- */

static const struct job_command commands[] = {
    {"RACDCERT", "", &racdcert_grammar, 0, run_racdcert, reads_only},
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
