#include "keyring/certname.h"

#include <string.h>
#include <openssl/err.h>
#include <openssl/objects.h>

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

static void print_attribute(const X509_NAME_ENTRY *e, struct strbuf *out)
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
