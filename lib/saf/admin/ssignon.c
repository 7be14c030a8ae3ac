/*
 * SSIGNON: the PassTicket keys of a profile (RACF Security Administrator's
 * Guide, "Specifying SSIGNON"). A key is shown nowhere, not in part.
 */

#include "saf/admin/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TIMEOUT_MAX = 600 };

static const struct tso_node *inner(const struct tso_node *list)
{
    const struct tso_node *n = tso_get(list, AW_SSIGNON);

    return n != NULL ? n->child : NULL;
}

/* Keys that manuals and sample jobs print; whoever read them can make tickets
 * for every user. */
static bool is_known_key(const char *text)
{
    static const char *const printed[] = {
        "123456789ABCDEF0", "0123456789ABCDEF", "E001193519561977",
        "FEDCBA9876543210", "0000000000000000", "FFFFFFFFFFFFFFFF"};
    size_t i;

    for (i = 0; i < sizeof(printed) / sizeof(printed[0]); i++)
        if (strcasecmp(text, printed[i]) == 0)
            return true;
    return false;
}

static int check_key(struct job_context *ctx, const struct tso_node *in,
                     int word, const char *keyword)
{
    unsigned char key[SAF_LEGACY_KEY];
    const char *text = tso_value(in, word);
    bool good = text == NULL || saf_hex_parse(text, key, sizeof(key));

    explicit_bzero(key, sizeof(key));
    if (text != NULL && good && is_known_key(text))
        strbuf_addf(ctx->out,
                    "NOTE: the key of %s is printed in sample jobs, so "
                    "everybody knows it; outside of a test make your own: "
                    "openssl rand -hex 8\n",
                    keyword);
    if (good)
        return 0;
    strbuf_addf(ctx->out,
                "IKJ56702I INVALID %s, ****\n  a key has 16 hexadecimal "
                "digits\n",
                keyword);
    return JOB_SYNTAX;
}

static int check_label(struct job_context *ctx, const struct tso_node *in,
                       int word, const char *keyword)
{
    const char *label = tso_value(in, word);

    if (label == NULL)
        return 0;
    if (!saf_label_valid(label)) {
        admin_invalid(ctx, keyword, label,
                      "a label has letters, digits, # @ $ and dots, and does "
                      "not begin with a digit");
        return JOB_SYNTAX;
    }
    if (!saf_label_exists(ctx->saf, label))
        strbuf_addf(ctx->out,
                    "NOTE: no key is stored under %s yet: attls-passticket "
                    "key --label %s stores one\n",
                    label, label);
    return 0;
}

/* One of two words, or any beginning of them. */
static int check_choice(struct job_context *ctx, const struct tso_node *in,
                        int word, const char *keyword, const char *a,
                        const char *b)
{
    const char *text = tso_value(in, word);

    if (text == NULL || strncmp(a, text, strlen(text)) == 0 ||
        strncmp(b, text, strlen(text)) == 0)
        return 0;
    strbuf_addf(ctx->out, "IKJ56702I INVALID %s, ", keyword);
    strbuf_add_escaped(ctx->out, text, strlen(text));
    strbuf_addf(ctx->out, "\n  %s or %s\n", a, b);
    return JOB_SYNTAX;
}

/* Seconds, or 0: no such number. */
static unsigned timeout_of(const char *text)
{
    char *end;
    unsigned long v;

    if (strspn(text, "0123456789") != strlen(text))
        return 0;
    v = strtoul(text, &end, 10);
    return v <= TIMEOUT_MAX ? (unsigned)v : 0;
}

static int check_inner(struct job_context *ctx, const struct tso_node *in)
{
    const char *timeout = tso_value(in, AW_TIMEOUT);
    int r = check_key(ctx, in, AW_KEYMASKED, "KEYMASKED");

    if (r == 0)
        r = check_key(ctx, in, AW_KEYENCRYPTED, "KEYENCRYPTED");
    if (r == 0)
        r = check_label(ctx, in, AW_KEYLABEL, "KEYLABEL");
    if (r == 0)
        r = check_label(ctx, in, AW_EPTKEYLABEL, "EPTKEYLABEL");
    if (r == 0)
        r = check_choice(ctx, in, AW_TYPE, "TYPE", "UPPER", "MIXED");
    if (r == 0)
        r = check_choice(ctx, in, AW_REPLAY, "REPLAY", "YES", "NO");
    if (r == 0 && timeout != NULL && timeout_of(timeout) == 0) {
        admin_invalid(ctx, "TIMEOUT", timeout, "1 to 600 seconds");
        r = JOB_SYNTAX;
    }
    return r;
}

int admin_check_ssignon(struct job_context *ctx, const char *class_name,
                        const struct tso_node *list)
{
    static const int kinds[] = {AW_KEYMASKED, AW_KEYENCRYPTED, AW_KEYLABEL};
    unsigned i, given = 0;

    if (tso_get(list, AW_SSIGNON) == NULL)
        return 0;
    if (strcmp(class_name, "PTKTDATA") != 0)
        return admin_invalid(ctx, "SSIGNON", class_name,
                             "only profiles of class PTKTDATA have keys");
    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        given += tso_get(inner(list), kinds[i]) != NULL;
    if (given > 1) {
        strbuf_adds(ctx->out, "IKJ56702I INVALID SSIGNON\n  one of KEYMASKED, "
                              "KEYENCRYPTED and KEYLABEL, not several\n");
        return JOB_SYNTAX;
    }
    return check_inner(ctx, inner(list));
}

/* ---- taking over ---- */

static void set_legacy(struct saf_keys *k, const struct tso_node *in)
{
    const char *masked = tso_value(in, AW_KEYMASKED),
               *encrypted = tso_value(in, AW_KEYENCRYPTED),
               *label = tso_value(in, AW_KEYLABEL);

    if (masked == NULL && encrypted == NULL && label == NULL &&
        tso_get(in, AW_NOLEGACYKEY) == NULL)
        return;
    explicit_bzero(k->key, sizeof(k->key));
    k->masked = masked != NULL;
    k->encrypted = encrypted != NULL;
    snprintf(k->label, sizeof(k->label), "%s", label != NULL ? label : "");
    if (masked != NULL || encrypted != NULL)
        saf_hex_parse(masked != NULL ? masked : encrypted, k->key,
                      sizeof(k->key));
}

static void set_enhanced(struct saf_keys *k, const struct tso_node *in)
{
    const char *label = tso_value(in, AW_EPTKEYLABEL),
               *type = tso_value(in, AW_TYPE),
               *timeout = tso_value(in, AW_TIMEOUT),
               *replay = tso_value(in, AW_REPLAY);

    if (label != NULL || tso_get(in, AW_NOEPTKEYLABEL) != NULL)
        snprintf(k->enhanced_label, sizeof(k->enhanced_label), "%s",
                 label != NULL ? label : "");
    if (type != NULL)
        k->mixed = type[0] == 'M';
    if (timeout != NULL)
        k->timeout = timeout_of(timeout);
    if (replay != NULL)
        k->replay = replay[0] == 'Y';
}

int admin_set_ssignon(struct job_context *ctx, struct saf_profile *p,
                      const struct tso_node *list)
{
    struct saf_keys *k;

    if (tso_get(list, AW_NOSSIGNON) != NULL)
        saf_drop_keys(p);
    if (tso_get(list, AW_SSIGNON) == NULL)
        return 0;
    k = saf_need_keys(p);
    if (k == NULL)
        return admin_nomem(ctx);
    set_legacy(k, inner(list));
    set_enhanced(k, inner(list));
    return 0;
}

/* The layout is RACF's as far as it is known: the wording of the lines about
 * labels is ours. */
void admin_list_ssignon(const struct saf_profile *p, struct strbuf *out)
{
    const struct saf_keys *k = p->keys;

    if (k == NULL) {
        strbuf_adds(out, "NO SSIGNON INFORMATION\n\n");
        return;
    }
    strbuf_adds(out, "SSIGNON INFORMATION\n-------------------\n");
    if (k->masked)
        strbuf_adds(out, "KEYMASKED DATA NOT DISPLAYABLE\n");
    else if (k->encrypted)
        strbuf_adds(out, "KEYENCRYPTED DATA NOT DISPLAYABLE\n");
    else if (k->label[0] != '\0')
        strbuf_addf(out, "KEYLABEL: %s\n", k->label);
    else
        strbuf_adds(out, "NO LEGACY KEY\n");
    if (k->enhanced_label[0] != '\0')
        strbuf_addf(out, "EPTKEYLABEL: %s\nTYPE: %s\nTIMEOUT: %u\nREPLAY: %s\n",
                    k->enhanced_label, k->mixed ? "MIXED" : "UPPER",
                    k->timeout != 0 ? k->timeout : TIMEOUT_MAX,
                    k->replay ? "YES" : "NO");
    strbuf_addc(out, '\n');
}
