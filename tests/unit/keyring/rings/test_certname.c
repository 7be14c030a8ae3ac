/* keyring/certname: names as RACF prints and reads them. */

#include "keyring/rings/certname.h"

#include <stdlib.h>
#include <string.h>

#include "support/suite.h"

static const struct {
    const char *name, *attribute[8], *value[8], *want;
} names[] = {
    {"one", {"CN"}, {"IMS CA"}, "CN=IMS CA"},
    {"RACF's order",
     {"CN", "T", "OU", "O", "L", "SP", "C"},
     {"a", "b", "c", "d", "e", "f", "US"},
     "CN=a.T=b.OU=c.O=d.L=e.SP=f.C=US"},
    {"OU twice",
     {"CN", "OU", "OU", "O"},
     {"a", "ATS", "Lab", "IBM"},
     "CN=a.OU=ATS.OU=Lab.O=IBM"},
    {"dots and commas stay",
     {"CN", "O"},
     {"a.b", "X, Inc."},
     "CN=a.b.O=X, Inc."},
    {"other attributes",
     {"MAIL", "DC", "UID", "STREET"},
     {"a@b", "c", "d", "e"},
     "MAIL=a@b.DC=c.UID=d.STREET=e"},
    {"one line whatever is in it", {"CN"}, {"a\nb\\"}, "CN=a\\x0Ab\\x5C"},
    {"UTF-8", {"CN"}, {"\xC3\xBC"}, "CN=\\xC3\\xBC"},
};

START_TEST(prints_the_most_specific_first)
{
    X509_NAME *n = X509_NAME_new();
    struct strbuf out = STRBUF_INIT;
    struct error err;
    int i, count;

    for (i = 0; names[_i].attribute[i] != NULL; i++)
        ck_assert_msg(certname_add(n, names[_i].attribute[i],
                                   names[_i].value[i], &err) == 0,
                      "%s: %s", names[_i].name, err.text);
    count = i;
    certname_print(n, &out);
    ck_assert_str_eq(strbuf_str(&out), names[_i].want);
    /* Without its most specific attributes: an end of the same text. */
    for (i = 0; i < count; i++) {
        struct strbuf rest = STRBUF_INIT;

        certname_print_rest(n, i, &rest);
        ck_assert_str_eq(strbuf_str(&out) + out.len - rest.len,
                         strbuf_str(&rest));
        strbuf_done(&rest);
    }
    strbuf_done(&out);
    X509_NAME_free(n);
}
END_TEST

#define X64 "0123456789012345678901234567890123456789012345678901234567890123"

static const struct {
    const char *attribute, *value, *want;
} refused[] = {
    {"XY", "a", "XY: not an attribute of a name"},
    {"cn", "a", "cn: not an attribute of a name"},
    {"CN", "", "CN must have 1 to 64 characters"},
    {"CN", X64 "4", "CN must have 1 to 64 characters"},
    {"C", "USA", "C is a country code of two letters, like US"},
    {"C", "U", "C is a country code of two letters, like US"},
    {"C", "1.", "C is a country code of two letters, like US"},
    {"O", "\xFF", "O is not UTF-8 text"},
    {"O", "\xC3", "O is not UTF-8 text"},
};

START_TEST(refuses_what_is_no_name)
{
    X509_NAME *n = X509_NAME_new();
    struct error err;

    ck_assert_int_eq(
        certname_add(n, refused[_i].attribute, refused[_i].value, &err),
        ERR_VALUE);
    ck_assert_str_eq(err.text, refused[_i].want);
    ck_assert_int_eq(X509_NAME_entry_count(n), 0);
    X509_NAME_free(n);
}
END_TEST

START_TEST(encodes_as_racf_does)
{
    X509_NAME *n = X509_NAME_new();

    ck_assert_int_eq(certname_add(n, "CN", X64, NULL), 0);
    ck_assert_int_eq(certname_add(n, "O", "a@b", NULL), 0);
    ck_assert_int_eq(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(n, 1))->type,
                     V_ASN1_PRINTABLESTRING);
    ck_assert_int_eq(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(n, 0))->type,
                     V_ASN1_UTF8STRING);
    X509_NAME_free(n);
}
END_TEST

START_TEST(an_unknown_attribute_is_its_number)
{
    X509_NAME *n = X509_NAME_new();
    struct strbuf out = STRBUF_INIT;

    X509_NAME_add_entry_by_txt(n, "1.2.3.4", V_ASN1_UTF8STRING,
                               (const unsigned char *)"x", -1, -1, 0);
    certname_print(n, &out);
    ck_assert_str_eq(strbuf_str(&out), "1.2.3.4=x");
    strbuf_done(&out);
    X509_NAME_free(n);
}
END_TEST

TESTS_BEGIN("certname")
TEST_ROWS(prints_the_most_specific_first, names)
TEST_ROWS(refuses_what_is_no_name, refused)
TEST(encodes_as_racf_does)
TEST(an_unknown_attribute_is_its_number)
TESTS_END
