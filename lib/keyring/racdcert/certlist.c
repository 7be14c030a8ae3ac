/* A certificate in the layout of RACDCERT LIST. */

#include "keyring/racdcert/certlist.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "keyring/racdcert/certdate.h"
#include "keyring/racdcert/certmake.h"
#include "keyring/racdcert/private.h"
#include "keyring/rings/certname.h"
#include "util/ebcdic.h"

/* A line of a display has 79 columns; 7 blanks and the > and < are fixed. */
enum { VALUE_WIDTH = 70 };

const char *certlist_usage(enum ring_usage usage)
{
    static const char *const names[] = {"PERSONAL", "CERTAUTH", "SITE"};

    return names[usage];
}

const char *certlist_trust(enum ring_trust trust)
{
    static const char *const names[] = {"TRUST", "NOTRUST", "HIGHTRUST"};

    return names[trust];
}

void certlist_heading(const char *owner, struct strbuf *out)
{
    strbuf_adds(out, "Digital certificate information for ");
    if (owner_kind(owner) == RING_OWNER_CERTAUTH)
        strbuf_adds(out, "CERTAUTH:\n\n");
    else if (owner_kind(owner) == RING_OWNER_SITE)
        strbuf_adds(out, "SITE:\n\n");
    else
        strbuf_addf(out, "user %s:\n\n", owner);
}

void certlist_value(const char *value, struct strbuf *out)
{
    size_t len = strlen(value), n;

    do {
        n = len > VALUE_WIDTH ? VALUE_WIDTH : len;
        strbuf_adds(out, "       >");
        strbuf_add(out, value, n);
        strbuf_adds(out, "<\n");
        value += n;
        len -= n;
    } while (len > 0);
}

/*
 * Base64 of X'D9', the owner's length, owner and label in EBCDIC, filled with
 * EBCDIC blanks to a multiple of three bytes. (Found by taking apart the IDs
 * of published listings.)
 */
void certlist_id(const char *owner, const char *label, struct strbuf *out)
{
    unsigned char raw[2 + SAF_NAME_MAX + LABEL_MAX + 3], text[80];
    size_t n = 0;
    const char *p;

    raw[n++] = 0xD9;
    raw[n++] = (unsigned char)strlen(owner);
    for (p = owner; *p != '\0' && n < sizeof(raw) - 3; p++)
        raw[n++] = ebcdic_from_latin1((unsigned char)*p);
    for (p = label; *p != '\0' && n < sizeof(raw) - 3; p++)
        raw[n++] = ebcdic_from_latin1((unsigned char)*p);
    while (n % 3 != 0)
        raw[n++] = 0x40;
    EVP_EncodeBlock(text, raw, (int)n);
    strbuf_adds(out, (const char *)text);
}

/* ---- what is in a certificate ---- */

static time_t to_time(const ASN1_TIME *t)
{
    struct tm tm;

    return ASN1_TIME_to_tm(t, &tm) == 1 ? timegm(&tm) : 0;
}

static void print_dates(X509 *x, struct strbuf *out)
{
    char buf[CERTDATE_TEXT];

    strbuf_addf(out, "  Start Date: %s\n",
                certdate_format(to_time(X509_get0_notBefore(x)), buf));
    strbuf_addf(out, "  End Date:   %s\n",
                certdate_format(to_time(X509_get0_notAfter(x)), buf));
}

static void print_serial(X509 *x, struct strbuf *out)
{
    const ASN1_INTEGER *serial = X509_get0_serialNumber(x);
    const unsigned char *p = ASN1_STRING_get0_data(serial);
    struct strbuf hex = STRBUF_INIT;
    int i;

    for (i = 0; i < ASN1_STRING_length(serial); i++)
        strbuf_addf(&hex, "%02X", p[i]);
    strbuf_adds(out, "  Serial Number:\n");
    certlist_value(hex.len > 0 ? strbuf_str(&hex) : "00", out);
    strbuf_done(&hex);
}

static void print_name(const char *title, const X509_NAME *name,
                       struct strbuf *out)
{
    struct strbuf dn = STRBUF_INIT;

    certname_print(name, &dn);
    strbuf_addf(out, "  %s\n", title);
    certlist_value(strbuf_str(&dn), out);
    strbuf_done(&dn);
}

static void print_ip(const ASN1_OCTET_STRING *ip, struct strbuf *out)
{
    char text[INET6_ADDRSTRLEN];
    int len = ASN1_STRING_length(ip);

    if ((len == 4 || len == 16) &&
        inet_ntop(len == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(ip),
                  text, sizeof(text)) != NULL)
        strbuf_addf(out, "    IP: %s\n", text);
}

static void print_text(const char *title, const ASN1_IA5STRING *s,
                       struct strbuf *out)
{
    strbuf_addf(out, "    %s: ", title);
    strbuf_add_escaped(out, (const char *)ASN1_STRING_get0_data(s),
                       (size_t)ASN1_STRING_length(s));
    strbuf_addc(out, '\n');
}

/* RACF shows the @ of an address as " at ". */
static void print_email(const ASN1_IA5STRING *s, struct strbuf *out)
{
    const char *p = (const char *)ASN1_STRING_get0_data(s);
    int i;

    strbuf_adds(out, "    EMail: ");
    for (i = 0; i < ASN1_STRING_length(s); i++)
        if (p[i] == '@')
            strbuf_adds(out, " at ");
        else
            strbuf_add_escaped(out, &p[i], 1);
    strbuf_addc(out, '\n');
}

static void print_altname(const GENERAL_NAME *g, int type, struct strbuf *out)
{
    if (g->type != type)
        return;
    switch (type) {
    case GEN_IPADD:
        print_ip(g->d.iPAddress, out);
        break;
    case GEN_EMAIL:
        print_email(g->d.rfc822Name, out);
        break;
    case GEN_DNS:
        print_text("Domain", g->d.dNSName, out);
        break;
    case GEN_URI:
        print_text("URI", g->d.uniformResourceIdentifier, out);
        break;
    }
}

static void print_altnames(X509 *x, struct strbuf *out)
{
    static const int order[] = {GEN_IPADD, GEN_EMAIL, GEN_DNS, GEN_URI};
    GENERAL_NAMES *names =
        X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
    size_t t;
    int i;

    if (names == NULL) {
        ERR_clear_error();
        return;
    }
    strbuf_adds(out, "  Subject's AltNames:\n");
    for (t = 0; t < sizeof(order) / sizeof(order[0]); t++)
        for (i = 0; i < sk_GENERAL_NAME_num(names); i++)
            print_altname(sk_GENERAL_NAME_value(names, i), order[t], out);
    GENERAL_NAMES_free(names);
}

static const char *algorithm(X509 *x)
{
    static const struct {
        int nid;
        const char *name;
    } names[] = {
        {NID_md5WithRSAEncryption, "md5RSA"},
        {NID_sha1WithRSAEncryption, "sha1RSA"},
        {NID_sha224WithRSAEncryption, "sha224RSA"},
        {NID_sha256WithRSAEncryption, "sha256RSA"},
        {NID_sha384WithRSAEncryption, "sha384RSA"},
        {NID_sha512WithRSAEncryption, "sha512RSA"},
        {NID_ecdsa_with_SHA1, "sha1ECDSA"},
        {NID_ecdsa_with_SHA224, "sha224ECDSA"},
        {NID_ecdsa_with_SHA256, "sha256ECDSA"},
        {NID_ecdsa_with_SHA384, "sha384ECDSA"},
        {NID_ecdsa_with_SHA512, "sha512ECDSA"},
        {NID_dsaWithSHA1, "sha1DSA"},
        {NID_dsa_with_SHA256, "sha256DSA"},
    };
    int nid = X509_get_signature_nid(x);
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].nid == nid)
            return names[i].name;
    return "UNKNOWN";
}

static void print_usage(X509 *x, struct strbuf *out)
{
    unsigned use = certmake_usage_of(x);
    const char *sep = "  Key Usage: ";
    size_t i;

    for (i = 0; i < CERT_USAGES; i++)
        if (use & cert_usages[i].bit) {
            strbuf_addf(out, "%s%s", sep, cert_usages[i].name);
            sep = ", ";
        }
    if (use != 0)
        strbuf_addc(out, '\n');
}

static void print_key(X509 *x, struct strbuf *out)
{
    EVP_PKEY *key = X509_get0_pubkey(x);
    const char *type = "UNKNOWN";
    char curve[64];
    size_t n;

    if (key == NULL) {
        ERR_clear_error();
        strbuf_adds(out, "  Key Type: UNKNOWN\n");
        return;
    }
    switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
        type = "RSA";
        break;
    case EVP_PKEY_DSA:
        type = "DSA";
        break;
    case EVP_PKEY_EC:
        type = EVP_PKEY_get_group_name(key, curve, sizeof(curve), &n) == 1 &&
                       strncmp(curve, "brainpool", 9) == 0
                   ? "Brainpool ECC"
                   : "NIST ECC";
        break;
    }
    strbuf_addf(out, "  Key Type: %s\n  Key Size: %d\n", type,
                EVP_PKEY_get_bits(key));
}

static void print_fingerprint(X509 *x, struct strbuf *out)
{
    unsigned char md[EVP_MAX_MD_SIZE];
    unsigned n, i;

    if (X509_digest(x, EVP_sha256(), md, &n) != 1) {
        ERR_clear_error();
        return;
    }
    strbuf_adds(out, "  Certificate Fingerprint (SHA256):\n");
    for (i = 0; i < n; i++)
        strbuf_addf(out, "%s%02X%s", i % 16 == 0 ? "       " : "", md[i],
                    i + 1 == n     ? "\n"
                    : i % 16 == 15 ? ":\n"
                                   : ":");
}

void certlist_x509(X509 *x, bool private_key, struct strbuf *out)
{
    print_dates(x, out);
    print_serial(x, out);
    print_name("Issuer's Name:", X509_get_issuer_name(x), out);
    print_name("Subject's Name:", X509_get_subject_name(x), out);
    print_altnames(x, out);
    strbuf_addf(out, "  Signing Algorithm: %s\n", algorithm(x));
    print_usage(x, out);
    print_key(x, out);
    strbuf_addf(out, "  Private Key: %s\n", private_key ? "YES" : "NO");
    print_fingerprint(x, out);
}

/* ---- where it is connected ---- */

static void print_ring_name(const char *name, struct strbuf *out)
{
    struct strbuf safe = STRBUF_INIT;

    strbuf_add_escaped(&safe, name, strlen(name));
    certlist_value(strbuf_str(&safe), out);
    strbuf_done(&safe);
}

static void print_rings(const struct ring_store *s, const char *owner,
                        const char *label, struct strbuf *out)
{
    bool any = false;
    size_t i, k;

    strbuf_adds(out, "  Ring Associations:\n");
    for (i = 0; i < s->nowners; i++)
        for (k = 0; k < s->owners[i].nrings; k++) {
            const struct store_ring *r = &s->owners[i].rings[k];

            if (store_connect_find(r, owner, label) == NULL)
                continue;
            strbuf_addf(out, "    Ring Owner: %s\n    Ring:\n",
                        s->owners[i].id);
            print_ring_name(r->name, out);
            any = true;
        }
    if (!any)
        strbuf_adds(out, "    *** No rings associated ***\n");
}

void certlist_label(const char *owner, const struct store_cert *c,
                    struct strbuf *out)
{
    strbuf_adds(out, "  Label: ");
    strbuf_add_escaped(out, c->label, strlen(c->label));
    strbuf_adds(out, "\n  Certificate ID: ");
    certlist_id(owner, c->label, out);
    strbuf_addf(out, "\n  Status: %s\n", certlist_trust(c->trust));
}

int certlist_cert(struct ring_store *s, const char *owner, struct store_cert *c,
                  struct strbuf *out, struct error *err)
{
    X509 *x;
    int r;

    r = store_x509(s, owner, c, &x, err);
    if (r != 0)
        return r;
    certlist_label(owner, c, out);
    certlist_x509(x, c->has_key, out);
    print_rings(s, owner, c->label, out);
    strbuf_addc(out, '\n');
    return 0;
}

void certlist_ring(const struct store_ring *r, struct strbuf *out)
{
    struct strbuf label = STRBUF_INIT;
    char owner[SAF_NAME_MAX + 5];
    size_t i;

    strbuf_adds(out, "  Ring:\n");
    print_ring_name(r->name, out);
    if (r->nconn == 0) {
        strbuf_adds(out, "\n  *** No certificates connected ***\n\n");
        return;
    }
    strbuf_adds(out,
                "  Certificate Label Name             Cert Owner     USAGE"
                "      DEFAULT\n"
                "  --------------------------------   ------------   --------"
                "   -------\n");
    for (i = 0; i < r->nconn; i++) {
        const struct store_connect *c = &r->conn[i];

        strbuf_reset(&label);
        strbuf_add_escaped(&label, c->label, strlen(c->label));
        strbuf_addf(out, "  %-32s   %-12s   %-8s     %s\n", strbuf_str(&label),
                    owner_text(c->owner, owner), certlist_usage(c->usage),
                    c->is_default ? "YES" : "NO");
    }
    strbuf_addc(out, '\n');
    strbuf_done(&label);
}
