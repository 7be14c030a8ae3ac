/* Classes: which there are, and SETROPTS. */

#include "saf/admin/private.h"

#include <string.h>

#include "util/spelling.h"

enum { CURRENT = 1 };

static const struct {
    const char *name;
    unsigned flags;
} classes[] = {
#define CLASS(name, flags) {#name, flags},
#include "saf/admin/classes.def"
};

enum { CLASSES = sizeof(classes) / sizeof(classes[0]) };

bool admin_class_current(const char *class_name)
{
    size_t i;

    for (i = 0; i < CLASSES; i++)
        if (strcmp(classes[i].name, class_name) == 0)
            return (classes[i].flags & CURRENT) != 0;
    return false;
}

static bool of_ibm(const char *class_name)
{
    size_t i;

    for (i = 0; i < CLASSES; i++)
        if (strcmp(classes[i].name, class_name) == 0)
            return true;
    return false;
}

bool admin_class_known(const struct saf *saf, const char *class_name)
{
    return of_ibm(class_name) || saf_find_class(saf, class_name) != NULL;
}

const char *admin_class_nearest(const char *class_name)
{
    struct spelling s = spelling_start(class_name);
    size_t i;

    for (i = 0; i < CLASSES; i++)
        spelling_offer(&s, classes[i].name);
    return spelling_best(&s);
}

/* ---- SETROPTS ---- */

typedef int (*class_fn)(struct job_context *ctx, struct saf_class *c,
                        bool refresh);

static int set_active(struct job_context *ctx, struct saf_class *c,
                      bool refresh)
{
    (void)ctx;
    (void)refresh;
    c->active = true;
    return 0;
}

static int set_inactive(struct job_context *ctx, struct saf_class *c,
                        bool refresh)
{
    (void)ctx;
    (void)refresh;
    c->active = false;
    return 0;
}

/* RACLIST makes the copy when it is switched on, and only REFRESH makes it
 * again. */
static int set_raclist(struct job_context *ctx, struct saf_class *c,
                       bool refresh)
{
    if (refresh && !c->raclisted && !admin_class_current(c->name)) {
        strbuf_addf(ctx->out,
                    "ICH14070I SETROPTS RACLIST REFRESH had no effect on "
                    "class %s.\n",
                    c->name);
        return JOB_WARNING;
    }
    if (c->raclisted && !refresh)
        return 0;
    if (!refresh)
        c->raclisted = true;
    saf_changed(ctx->saf, TABLE_RACLIST);
    return saf_raclist_class(ctx->saf, c->name) == 0 ? 0 : admin_nomem(ctx);
}

static int unset_raclist(struct job_context *ctx, struct saf_class *c,
                         bool refresh)
{
    (void)refresh;
    c->raclisted = false;
    saf_drop_profiles(&saf_tables(ctx->saf)->raclist, c->name);
    saf_changed(ctx->saf, TABLE_RACLIST);
    return 0;
}

static int set_generic(struct job_context *ctx, struct saf_class *c,
                       bool refresh)
{
    (void)ctx;
    if (!refresh)
        c->generic = true;
    return 0;
}

static int unset_generic(struct job_context *ctx, struct saf_class *c,
                         bool refresh)
{
    (void)ctx;
    (void)refresh;
    c->generic = false;
    return 0;
}

static const struct {
    int word;
    class_fn set;
} class_options[] = {
    {AW_CLASSACT, set_active},     {AW_NOCLASSACT, set_inactive},
    {AW_GENERIC, set_generic},     {AW_NOGENERIC, unset_generic},
    {AW_NORACLIST, unset_raclist}, {AW_RACLIST, set_raclist},
};

enum { OPTIONS = sizeof(class_options) / sizeof(class_options[0]) };

static int set_class(struct job_context *ctx, const char *name, class_fn set,
                     bool refresh)
{
    const char *near = NULL;
    struct saf_class *c;

    if (!zos_name_valid(ZOS_CLASS, name))
        return admin_invalid(ctx, "CLASS", name,
                             "a class has 1 to 8 characters, like FACILITY");
    if (!admin_class_known(ctx->saf, name)) {
        near = admin_class_nearest(name);
        strbuf_addf(ctx->out,
                    "NOTE: %s is not a class of RACF that is known here; it is "
                    "taken for one of the installation's own\n",
                    name);
        if (near != NULL)
            strbuf_addf(ctx->out, "  did you mean %s?\n", near);
    }
    c = saf_need_class(ctx->saf, name);
    return c != NULL ? set(ctx, c, refresh) : admin_nomem(ctx);
}

/* CLASSACT(*): all of RACF's and those that were named before. */
static int set_all(struct job_context *ctx, class_fn set, bool refresh)
{
    size_t i;
    int r = 0, each;

    for (i = 0; i < CLASSES; i++)
        if (saf_need_class(ctx->saf, classes[i].name) == NULL)
            return admin_nomem(ctx);
    for (i = 0; i < saf_tables(ctx->saf)->nclasses; i++) {
        each = set(ctx, &saf_tables(ctx->saf)->classes[i], refresh);
        r = each > r ? each : r;
    }
    return r;
}

static int set_classes(struct job_context *ctx, const struct tso_node *list,
                       int word, class_fn set)
{
    const struct tso_node *n = tso_get(list, word), *v;
    bool refresh = tso_get(list, AW_REFRESH) != NULL;
    int r = 0, each;

    for (v = n != NULL ? n->child : NULL; v != NULL; v = v->next) {
        if (strcmp(v->text, "*") == 0 && word != AW_RACLIST)
            each = set_all(ctx, set, refresh);
        else
            each = set_class(ctx, v->text, set, refresh);
        r = each > r ? each : r;
    }
    if (n != NULL)
        saf_changed(ctx->saf, TABLE_CLASSES);
    return r;
}

int admin_SETROPTS(struct job_context *ctx, const struct tso_command *cmd)
{
    size_t i;
    int r, each;

    r = admin_bind(ctx, AC_SETROPTS, cmd->list);
    if (r != 0)
        return r;
    for (i = 0; i < OPTIONS; i++) {
        each = set_classes(ctx, cmd->list, class_options[i].word,
                           class_options[i].set);
        r = each > r ? each : r;
    }
    strbuf_adds(ctx->out, "ICH14063I SETROPTS command complete.\n");
    return r;
}
