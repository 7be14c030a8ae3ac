/* Which settings differ from z/OS: each row's value against its column zos. */

#include "site/differences.h"

#include <string.h>

#include "site/value.h"

static const struct difference_row rows[] = {
#define DIFFERENCE(subject, zos, here, why) {subject, zos, here, why},
#include "site/differences.def"
};

size_t difference_row_count(void)
{
    return sizeof(rows) / sizeof(rows[0]);
}

struct difference_row difference_row_get(size_t i)
{
    return rows[i];
}

static void each_value(enum config_scope scope, const void *structure,
                       compared_fn *fn, void *arg)
{
    struct strbuf now = STRBUF_INIT;
    size_t i;

    for (i = 0; i < config_setting_count(); i++) {
        const struct config_setting *row = config_setting_get(i);
        struct compared c = {row->key,      NULL,          row->zos,
                             row->zos_does, row->standard, false};

        if (row->scope != scope || row->zos == NULL)
            continue;
        strbuf_reset(&now);
        row->type->show(row, (const char *)structure + row->offset, &now);
        c.now = strbuf_str(&now);
        c.differs = strcmp(c.now, c.zos) != 0;
        if (now.len != 0)
            fn(arg, &c);
    }
    strbuf_done(&now);
}

void differences_of_config(const struct config *c, compared_fn *fn, void *arg)
{
    each_value(SCOPE_top, c, fn, arg);
}

void differences_of_listener(const struct config_listener *l, compared_fn *fn,
                             void *arg)
{
    static const enum config_scope own[] = {[MODE_FORWARD] = SCOPE_forward,
                                            [MODE_TRANSPARENT] =
                                                SCOPE_transparent,
                                            [MODE_RUN] = SCOPE_run};

    each_value(SCOPE_listener, l, fn, arg);
    each_value(own[l->mode], l, fn, arg);
}

/* ---- the effect of fidelity ---- */

struct effect {
    struct strbuf same, other;
    const char *where; /* "" or " (listeners)" */
};

/* What several listeners have is said once. */
static void add_effect(void *arg, const struct compared *c)
{
    struct effect *e = arg;
    struct strbuf *out = c->differs ? &e->other : &e->same;
    struct strbuf piece = STRBUF_INIT;

    strbuf_addf(&piece, "%s = %s%s", c->key, c->now, e->where);
    if ((c->differs || strcmp(c->now, c->standard) != 0) &&
        strstr(strbuf_str(out), strbuf_str(&piece)) == NULL)
        strbuf_addf(out, "%s%s", out->len == 0 ? "" : ", ", strbuf_str(&piece));
    strbuf_done(&piece);
}

void differences_add_note(const struct config *c, struct diags *diags)
{
    struct effect e = {STRBUF_INIT, STRBUF_INIT, ""};
    size_t i;

    if (c->fidelity != FIDELITY_ZOS)
        return;
    differences_of_config(c, add_effect, &e);
    e.where = " (listeners)";
    for (i = 0; i < c->listeners.count; i++)
        differences_of_listener(&c->listeners.item[i], add_effect, &e);
    diag_add(diags, DIAG_NOTE, "fidelity", NULL,
             "fidelity = \"zos\", so as on z/OS: %s; otherwise than z/OS, as "
             "the file says: %s",
             e.same.len != 0 ? strbuf_str(&e.same) : "nothing more",
             e.other.len != 0 ? strbuf_str(&e.other) : "nothing");
    strbuf_done(&e.same);
    strbuf_done(&e.other);
}
