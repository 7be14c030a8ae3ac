/* The key rings of a policy; see rings.h. */

#include "site/rings.h"

#include <stdlib.h>

#include "tls/lint_rings.h"

int site_lint_rings(const struct config *config, const struct ring_where *where,
                    const struct policy *p, struct diags *diags,
                    struct error *err)
{
    size_t i, n = config != NULL ? config->listeners.count : 0;
    struct ring_user *users = calloc(n + 1, sizeof(*users));
    struct ring_question q = {
        .where = *where, .users = users, .user_count = n, .at = time(NULL)};
    int r;

    if (users == NULL)
        return error_nomem(err);
    for (i = 0; i < n; i++) {
        const struct config_listener *l = &config->listeners.item[i];

        users[i] = (struct ring_user){l->userid, l->jobname,
                                      (enum policy_direction)l->direction};
    }
    r = lint_rings(p, &q, diags, err);
    free(users);
    return r;
}

void site_check_rings(const struct config *config, const struct policy *p,
                      struct diags *diags)
{
    struct ring_where where = config_rings(config);
    struct error err;

    if (site_lint_rings(config, &where, p, diags, &err) != 0)
        diag_add(diags, DIAG_NOTE, "rings-not-read", NULL,
                 "the key rings were not looked at: %s", err.text);
}
