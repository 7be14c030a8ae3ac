/* What a rule wants of its key ring; see needs.h. */

#include "policy/needs.h"

#include <string.h>

#include "policy/schema.h"
#include "util/strbuf.h"

struct ring_name ring_needs_ring(const struct effective *e)
{
    return ring_name_parse(effective_text(e, PARM_Keyring),
                           effective_text(e, PARM_KeyringPw) != NULL ||
                               effective_text(e, PARM_KeyringStashFile) !=
                                   NULL);
}

void ring_needs(const struct effective *e, struct ring_needs *ret)
{
    const char *const *list;

    *ret = (struct ring_needs){.eff = e, .parm = PARM_Keyring};
    ret->server = effective_choice(e, PARM_HandshakeRole) != ROLE_CLIENT;
    if (ret->server)
        ret->label_count =
            effective_texts(e, PARM_ServerCertificateLabel, &list);
    if (ret->label_count != 0) {
        ret->parm = PARM_ServerCertificateLabel;
    } else if (effective_text(e, PARM_CertificateLabel) != NULL) {
        ret->parm = PARM_CertificateLabel;
        ret->label_count = 1;
    }
    ret->at_connection =
        effective_origin(e, ret->parm, NULL) == LEVEL_CONNECTION;
    if (ret->server &&
        effective_choice(e, PARM_ServerHandshakeSNI) != SETTING_OFF)
        ret->name_count =
            effective_texts(e, PARM_ServerHandshakeSNIList, &list);
}

const char *ring_needs_label(const struct ring_needs *n, size_t i)
{
    const char *const *list;

    if (n->parm == PARM_CertificateLabel)
        return effective_text(n->eff, n->parm);
    effective_texts(n->eff, n->parm, &list);
    return list[i];
}

struct ring_name_need ring_needs_name(const struct ring_needs *n, size_t i)
{
    const char *const *list;
    const char *slash;
    struct ring_name_need need;

    effective_texts(n->eff, PARM_ServerHandshakeSNIList, &list);
    slash = strchr(list[i], '/');
    need.name = list[i];
    need.name_len = slash != NULL ? (size_t)(slash - list[i]) : strlen(list[i]);
    need.label = slash != NULL && slash[1] != '\0' ? slash + 1 : NULL;
    return need;
}

void ring_needs_show(const struct ring_needs *n, struct strbuf *out)
{
    size_t i;

    if (n->label_count == 0)
        strbuf_adds(out, "the DEFAULT certificate");
    for (i = 0; i < n->label_count; i++) {
        const char *label = ring_needs_label(n, i);

        strbuf_adds(out, i == 0 ? schema_parm(n->parm)->keyword : ",");
        strbuf_adds(out, " '");
        strbuf_add_escaped(out, label, strlen(label));
        strbuf_adds(out, "'");
    }
}
