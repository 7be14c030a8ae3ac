/* Texts for any parameter, made from its row; see parmtext.h. */

#include "support/parmtext.h"

#include <stdio.h>
#include <string.h>

#include "policy/schema.h"
#include "support/policies.h"

/* The statements of an action that may hold keywords, by what stands around
 * them. */
static const struct {
    uint32_t bit;
    enum { IN_THE_GROUP, IN_THE_ENVIRONMENT, IN_GSK_BLOCK } place;
    const char *block; /* NULL: the action itself */
} places[] = {
    {IN_GROUP, IN_THE_GROUP, NULL},
    {IN_ENV, IN_THE_ENVIRONMENT, NULL},
    {IN_GADV, IN_THE_GROUP, "TTLSGroupAdvancedParms"},
    {IN_EADV, IN_THE_ENVIRONMENT, "TTLSEnvironmentAdvancedParms"},
    {IN_KEYRING, IN_THE_ENVIRONMENT, "TTLSKeyringParms"},
    {IN_CIPHER, IN_THE_ENVIRONMENT, "TTLSCipherParms"},
    {IN_SIGNATURE, IN_THE_ENVIRONMENT, "TTLSSignatureParms"},
    {IN_GSK, IN_THE_ENVIRONMENT, "TTLSGskAdvancedParms"},
    {IN_LDAP, IN_GSK_BLOCK, "TTLSGskLdapParms"},
    {IN_OCSP, IN_GSK_BLOCK, "TTLSGskOcspParms"},
    {IN_HTTPCDP, IN_GSK_BLOCK, "TTLSGskHttpCdpParms"},
    {0, IN_THE_GROUP, NULL},
};

/* Types whose values are not numbers, choices or words. */
static const struct {
    enum value_type type;
    const char *value[2];
} others[] = {
    {TYPE_fraglen, {"512", "1024"}}, {TYPE_v2ciphers, {"1", "2"}},
    {TYPE_ciphers2, {"35", "2F"}},   {TYPE_ciphers4, {"0035", "002F"}},
    {TYPE_curves, {"0023", "0024"}}, {TYPE_sigpairs, {"0401", "0403"}},
};

static size_t place_of(const struct parm *row)
{
    size_t i;

    for (i = 0; places[i].bit != 0 && !(row->where & places[i].bit); i++)
        ;
    return i;
}

bool parmtext_has(enum policy_parm parm)
{
    const struct parm *row = schema_parm(parm);

    return row->type != TYPE_ref && places[place_of(row)].bit != 0;
}

static void add_value(const struct parm *row, unsigned which,
                      struct strbuf *out)
{
    const struct choice *c;
    size_t i;

    for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (others[i].type == row->type) {
            strbuf_adds(out, others[i].value[which]);
            return;
        }
    for (i = 0; i < schema_choice_count(); i++) {
        c = schema_choice(i);
        if (c->type == row->type && c->value == (int)which) {
            strbuf_adds(out, c->text);
            return;
        }
    }
    if (row->type == TYPE_number || row->type == TYPE_signed)
        strbuf_addf(out, "%ld", row->low + (long)which);
    else
        strbuf_adds(out, which != 0 ? "two" : "one");
}

/* The line in its block, with what the block needs too. */
static void add_lines(const struct parm *row, unsigned which, size_t place,
                      struct strbuf *out)
{
    bool wrapped = places[place].place == IN_GSK_BLOCK;

    strbuf_addf(out, "%s", wrapped ? "TTLSGskAdvancedParms\n{\n" : "");
    if (places[place].block != NULL)
        strbuf_addf(out, "%s\n{\n", places[place].block);
    if (places[place].bit == IN_LDAP)
        strbuf_adds(out, "GSK_LDAP_SERVER host\nGSK_LDAP_USER user\n"
                         "GSK_LDAP_USER_PW word\n");
    if (places[place].bit == IN_KEYRING)
        strbuf_adds(out, "Keyring Test.Ring\n");
    if (places[place].bit == IN_CIPHER)
        strbuf_adds(out, "V3CipherSuites4Char C02BC030\n");
    strbuf_addf(out, "%s ", row->keyword);
    add_value(row, which, out);
    strbuf_adds(out, places[place].block != NULL ? "\n}\n" : "\n");
    strbuf_adds(out, wrapped ? "}\n" : "");
}

struct policy *parmtext_load(enum policy_parm parm, unsigned which)
{
    const struct parm *row = schema_parm(parm);
    size_t place = place_of(row);
    struct strbuf lines = STRBUF_INIT, text = STRBUF_INIT;
    struct diags *diags = diags_new();
    bool group = places[place].place == IN_THE_GROUP;
    struct policy *p;

    add_lines(row, which, place, &lines);
    strbuf_addf(&text,
                "TTLSRule r\n{\nDirection Both\nLocalPortRange 1\n"
                "TTLSGroupActionRef g\nTTLSEnvironmentActionRef e\n}\n"
                "TTLSGroupAction g\n{\nTTLSEnabled On\n%s}\n"
                "TTLSEnvironmentAction e\n{\nHandshakeRole Server\n%s%s%s}\n",
                group ? strbuf_str(&lines) : "",
                places[place].bit == IN_KEYRING
                    ? ""
                    : "TTLSKeyringParms\n{\nKeyring Test.Ring\n}\n",
                places[place].bit == IN_CIPHER
                    ? ""
                    : "TTLSCipherParms\n{\nV3CipherSuites4Char C02BC030\n}\n",
                group ? "" : strbuf_str(&lines));
    p = policy_from(strbuf_str(&text), ZOS_3_2, diags);
    ck_assert_msg(p != NULL, "%s: %s\n%s", row->keyword, findings_text(diags),
                  strbuf_str(&text));
    diags_free(diags);
    strbuf_done(&lines);
    strbuf_done(&text);
    return p;
}
