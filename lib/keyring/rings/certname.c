/*
 * Distinguished names between X.509, the text that RACF shows and the operands
 * of RACDCERT.
 */

#include "keyring/rings/certname.h"

#include <stdlib.h>
#include <string.h>
#include <openssl/err.h>
#include <openssl/objects.h>

#include "util/array.h"

static const struct {
    const char *text;
    int nid;
} attributes[] = {
    {"CN", NID_commonName},
    {"T", NID_title},
    {"OU", NID_organizationalUnitName},
    {"O", NID_organizationName},
    {"L", NID_localityName},
    {"SP", NID_stateOrProvinceName},
    {"C", NID_countryName},
    {"STREET", NID_streetAddress},
    {"MAIL", NID_pkcs9_emailAddress},
    {"DC", NID_domainComponent},
    {"UID", NID_userId},
    {"SERIALNUMBER", NID_serialNumber},
};

enum { NATTR = sizeof(attributes) / sizeof(attributes[0]) };

/* False: the value is no text, and none is printed. */
static bool print_attribute(const X509_NAME_ENTRY *e, struct strbuf *out)
{
    const ASN1_OBJECT *obj = X509_NAME_ENTRY_get_object(e);
    int nid = OBJ_obj2nid(obj), len;
    unsigned char *utf8 = NULL;
    char oid[80];
    size_t i;

    for (i = 0; i < NATTR; i++)
        if (attributes[i].nid == nid)
            break;
    if (i < NATTR) {
        strbuf_adds(out, attributes[i].text);
    } else {
        OBJ_obj2txt(oid, sizeof(oid), obj, 1);
        strbuf_adds(out, oid);
    }
    strbuf_addc(out, '=');
    len = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(e));
    if (len > 0)
        strbuf_add_escaped(out, (const char *)utf8, (size_t)len);
    if (len < 0)
        ERR_clear_error();
    OPENSSL_free(utf8);
    return len >= 0;
}

void certname_print_rest(const X509_NAME *name, int skip, struct strbuf *out)
{
    int i;

    for (i = X509_NAME_entry_count(name) - 1 - skip; i >= 0; i--) {
        print_attribute(X509_NAME_get_entry(name, i), out);
        if (i > 0)
            strbuf_addc(out, '.');
    }
}

void certname_print(const X509_NAME *name, struct strbuf *out)
{
    certname_print_rest(name, 0, out);
}

/* ---- names as their attributes ---- */

static int add_part(struct certname *name, const char *text, size_t len,
                    struct error *err)
{
    char **part = array_add(&name->part, &name->n, sizeof(*part));

    if (part == NULL)
        return error_nomem(err);
    *part = strndup(text, len);
    return *part != NULL ? 0 : error_nomem(err);
}

int certname_take(const X509_NAME *name, size_t skip, struct certname *ret,
                  struct error *err)
{
    struct strbuf text = STRBUF_INIT;
    struct certname n = {NULL, 0};
    int i, r = 0;

    for (i = X509_NAME_entry_count(name) - 1 - (int)skip; r == 0 && i >= 0;
         i--) {
        strbuf_reset(&text);
        /* "" is no attribute that anybody could ask for */
        if (!print_attribute(X509_NAME_get_entry(name, i), &text))
            strbuf_reset(&text);
        r = strbuf_failed(&text)
                ? error_nomem(err)
                : add_part(&n, strbuf_str(&text), text.len, err);
    }
    strbuf_done(&text);
    if (r == 0)
        *ret = n;
    else
        certname_done(&n);
    return r;
}

bool certname_begins(const char *text)
{
    size_t i, len = strspn(text, "0123456789.");

    for (i = 0; i < NATTR; i++) {
        size_t n = strlen(attributes[i].text);

        if (strncmp(text, attributes[i].text, n) == 0 && text[n] == '=')
            return true;
    }
    return text[0] >= '0' && text[0] <= '2' && text[1] == '.' && len > 2 &&
           text[len] == '=' && text[len - 1] != '.';
}

int certname_parse(const char *text, struct certname *ret, struct error *err)
{
    struct certname n = {NULL, 0};
    const char *dot = text;
    int r = 0;

    while (r == 0 && *text != '\0') {
        dot = strchr(dot, '.');
        if (dot != NULL && !certname_begins(dot + 1)) {
            dot++;
            continue;
        }
        r = add_part(&n, text,
                     dot != NULL ? (size_t)(dot - text) : strlen(text), err);
        if (dot == NULL)
            break;
        text = ++dot;
    }
    if (r == 0)
        *ret = n;
    else
        certname_done(&n);
    return r;
}

void certname_done(struct certname *name)
{
    size_t i;

    for (i = 0; i < name->n; i++)
        free(name->part[i]);
    free(name->part);
    name->part = NULL;
    name->n = 0;
}

bool certname_ends(const struct certname *name, size_t skip,
                   const struct certname *end)
{
    size_t i;

    if (skip > name->n || name->n - skip != end->n)
        return false;
    for (i = 0; i < end->n; i++)
        if (strcmp(name->part[skip + i], end->part[i]) != 0)
            return false;
    return true;
}

/* ---- making them ---- */

/* PrintableString where it will do, as RACF encodes names, else UTF-8. */
static int string_type(const char *value)
{
    size_t n =
        strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                      "abcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?");

    return value[n] == '\0' ? V_ASN1_PRINTABLESTRING : V_ASN1_UTF8STRING;
}

static bool is_utf8(const char *value)
{
    const unsigned char *p = (const unsigned char *)value;
    size_t left = strlen(value);
    unsigned long c;
    int n;

    for (; left > 0; p += n, left -= (size_t)n) {
        n = UTF8_getc(p, (int)left, &c);
        if (n <= 0)
            return false;
    }
    return true;
}

int certname_add(X509_NAME *name, const char *attribute, const char *value,
                 struct error *err)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz";
    size_t i;

    for (i = 0; i < NATTR; i++)
        if (strcmp(attributes[i].text, attribute) == 0)
            break;
    if (i == NATTR)
        return error_set(err, ERR_VALUE, "%s: not an attribute of a name",
                         attribute);
    if (*value == '\0' || strlen(value) > 64)
        return error_set(err, ERR_VALUE, "%s must have 1 to 64 characters",
                         attribute);
    if (strcmp(attribute, "C") == 0 &&
        (strlen(value) != 2 || strspn(value, letters) != 2))
        return error_set(err, ERR_VALUE,
                         "C is a country code of two letters, like US");
    if (!is_utf8(value))
        return error_set(err, ERR_VALUE, "%s is not UTF-8 text", attribute);
    if (X509_NAME_add_entry_by_NID(name, attributes[i].nid, string_type(value),
                                   (const unsigned char *)value, -1, 0,
                                   0) != 1) {
        ERR_clear_error();
        return error_set(err, ERR_CRYPTO, "%s=%s can't be put into a name",
                         attribute, value);
    }
    return 0;
}
