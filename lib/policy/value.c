/*
 * Reads each type of value from the words of a line, and shows it again; the
 * table of types is at the end.
 */

#include "policy/value.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "policy/value_addr.h"
#include "util/count.h"
#include "zos/name.h"

typedef bool (*parse_fn)(struct value_in *in, union value *ret);
typedef void (*show_fn)(enum value_type type, const union value *value,
                        struct strbuf *out);

const char *value_word(const struct value_in *in, unsigned i, size_t *len)
{
    *len = in->node->words[i].len;
    return source_text(in->ast->src) + in->node->words[i].off;
}

bool value_bad(struct value_in *in, unsigned i, enum finding id,
               const char *fmt, ...)
{
    struct span span = ast_span(in->ast, in->node->words[i]);
    struct strbuf shown = STRBUF_INIT, why = STRBUF_INIT;
    size_t len;
    const char *text = value_word(in, i, &len);
    va_list ap;

    va_start(ap, fmt);
    strbuf_vaddf(&why, fmt, ap);
    va_end(ap);
    if (in->row->flags & SECRET)
        strbuf_adds(&shown, "****");
    else
        strbuf_add_escaped(&shown, text, len < 60 ? len : 60);
    finding_add(in->findings, id, &span, "%s \"%s\": %s", in->row->keyword,
                strbuf_str(&shown), strbuf_str(&why));
    strbuf_done(&shown);
    strbuf_done(&why);
    return false;
}

bool value_nomem(struct value_in *in)
{
    in->findings->nomem = true;
    return false;
}

static bool is_placeholder(const char *s, size_t len)
{
    return len > 2 && ((s[0] == '<' && s[len - 1] == '>') ||
                       (s[0] == '[' && s[len - 1] == ']') ||
                       (s[0] == '?' && s[len - 1] == '?'));
}

/* ---- text ---- */

static bool check_length(struct value_in *in, size_t len)
{
    if ((long)len >= in->row->low && (long)len <= in->row->high)
        return true;
    return value_bad(in, 0, FIND_bad_value, "%s; %ld to %ld are allowed",
                     count_of(len, "character").text, in->row->low,
                     in->row->high);
}

static bool keep_text(struct value_in *in, const char *s, size_t len,
                      union value *ret)
{
    ret->text = arena_strndup(in->arena, s, len);
    return ret->text != NULL || value_nomem(in);
}

static bool parse_word(struct value_in *in, union value *ret)
{
    size_t len;
    const char *s = value_word(in, 0, &len);

    if (!check_length(in, len))
        return false;
    if ((in->row->flags & SECRET) && len == 4 && memcmp(s, "****", 4) == 0 &&
        !in->findings->masked)
        return value_bad(in, 0, FIND_masked_secret,
                         "this stands for a secret that was not shown; write "
                         "the secret, or print the policy with --show-secrets");
    return keep_text(in, s, len, ret);
}

/* The resolver, who knows the names, takes the word from its place. */
static bool parse_ref(struct value_in *in, union value *ret)
{
    (void)in;
    ret->object = NULL;
    return true;
}

static bool parse_words(struct value_in *in, union value *ret)
{
    struct span span = ast_value_span(in->ast, in->node);

    in->used = in->words;
    return keep_text(in, source_text(in->ast->src) + span.off, span.len, ret);
}

/* A label may hold blanks: all up to the end of the line or a comment. */
static bool parse_label(struct value_in *in, union value *ret)
{
    const struct ast_word *first = &in->node->words[0],
                          *last = &in->node->words[in->words - 1];
    size_t len = last->off + last->len - first->off;

    in->used = in->words;
    if (!check_length(in, len))
        return false;
    return keep_text(in, source_text(in->ast->src) + first->off, len, ret);
}

/* Job names and user ids are compared in upper case. */
static bool parse_ident(struct value_in *in, union value *ret)
{
    size_t len, i;
    const char *s = value_word(in, 0, &len);
    char *text;

    if (!check_length(in, len))
        return false;
    for (i = 0; i < len; i++) {
        if (s[i] == '*' && i + 1 == len)
            continue;
        if (!zos_name_char(zos_upper(s[i])))
            return value_bad(in, 0, FIND_bad_value,
                             "only A to Z, 0 to 9, @, # and $ are allowed, and "
                             "* as the last character");
    }
    text = arena_strndup(in->arena, s, len);
    if (text == NULL)
        return value_nomem(in);
    ret->text = zos_fold(text);
    return true;
}

static bool parse_mask(struct value_in *in, union value *ret)
{
    size_t len;
    const char *s = value_word(in, 0, &len);

    if ((long)len != in->row->low && (long)len != in->row->high)
        return in->row->low == in->row->high
                   ? value_bad(in, 0, FIND_bad_value, "%s; %ld are wanted",
                               count_of(len, "digit").text, in->row->low)
                   : value_bad(in, 0, FIND_bad_value,
                               "%s; %ld or %ld are wanted",
                               count_of(len, "digit").text, in->row->low,
                               in->row->high);
    if (strspn(s, "01") < len)
        return value_bad(in, 0, FIND_bad_value,
                         "only the digits 0 and 1 are allowed");
    return keep_text(in, s, len, ret);
}

static void show_text(enum value_type type, const union value *value,
                      struct strbuf *out)
{
    (void)type;
    strbuf_adds(out, value->text);
}

static void show_ref(enum value_type type, const union value *value,
                     struct strbuf *out)
{
    (void)type;
    if (value->object->name != NULL)
        strbuf_adds(out, value->object->name);
}

/* ---- numbers ---- */

static bool parse_number(struct value_in *in, union value *ret)
{
    size_t len, i;
    const char *s = value_word(in, 0, &len);
    bool negative = len > 1 && s[0] == '-' && in->row->low < 0;
    long n = 0;

    for (i = negative; i < len; i++) {
        if (!isdigit((unsigned char)s[i]))
            return value_bad(in, 0, FIND_bad_value,
                             "a number from %ld to %ld is wanted", in->row->low,
                             in->row->high);
        if (n <= 4294967295)
            n = n * 10 + (s[i] - '0');
    }
    ret->number = negative ? -n : n;
    if (ret->number < in->row->low || ret->number > in->row->high)
        return value_bad(in, 0, FIND_bad_value, "outside of %ld to %ld",
                         in->row->low, in->row->high);
    return true;
}

/* RFC 6066, section 4: four sizes and no other. */
static bool parse_fraglen(struct value_in *in, union value *ret)
{
    if (!parse_number(in, ret))
        return false;
    if ((ret->number & (ret->number - 1)) != 0)
        return value_bad(in, 0, FIND_bad_value,
                         "512, 1024, 2048 or 4096 is wanted");
    return true;
}

static void show_number(enum value_type type, const union value *value,
                        struct strbuf *out)
{
    (void)type;
    strbuf_addf(out, "%ld", value->number);
}

/* ---- choices ---- */

const char *value_choice_name(enum value_type type, long value)
{
    const struct choice *c;
    size_t i;

    for (i = 0; i < schema_choice_count(); i++) {
        c = schema_choice(i);
        if (c->type == type && c->value == value)
            return c->text;
    }
    return "";
}

static void list_choices(enum value_type type, struct strbuf *out)
{
    const struct choice *c, *last = NULL;
    size_t i;

    for (i = schema_choice_count(); i-- > 0 && last == NULL;)
        if (schema_choice(i)->type == type)
            last = schema_choice(i);
    for (i = 0; i < schema_choice_count(); i++) {
        c = schema_choice(i);
        if (c->type != type)
            continue;
        if (out->len != 0)
            strbuf_adds(out, c == last ? " or " : ", ");
        strbuf_adds(out, c->text);
    }
}

static bool parse_choice(struct value_in *in, union value *ret)
{
    struct strbuf wanted = STRBUF_INIT;
    const struct choice *c;
    size_t len, i;
    const char *s = value_word(in, 0, &len);

    for (i = 0; i < schema_choice_count(); i++) {
        c = schema_choice(i);
        if (c->type == in->row->type && strlen(c->text) == len &&
            strncasecmp(c->text, s, len) == 0) {
            ret->number = c->value;
            return true;
        }
    }
    list_choices(in->row->type, &wanted);
    value_bad(in, 0, FIND_bad_value, "%s is wanted", strbuf_str(&wanted));
    strbuf_done(&wanted);
    return false;
}

static void show_choice(enum value_type type, const union value *value,
                        struct strbuf *out)
{
    strbuf_adds(out, value_choice_name(type, value->number));
}

/* ---- lists of codes: a string of digits, or one constant ---- */

struct code_table {
    const char *what;
    unsigned digits;
    int base;
    const void *(*by_code)(unsigned long code);
    const void *(*by_name)(const char *name);
};

static const void *find_cipher(unsigned long code)
{
    return cipher_by_code((uint16_t)code);
}

static const void *find_cipher_name(const char *name)
{
    return cipher_by_name(name);
}

static const void *find_curve(unsigned long code)
{
    return curve_by_id((uint16_t)code);
}

static const void *find_curve_name(const char *name)
{
    return curve_by_name(name);
}

static const void *find_sigpair(unsigned long code)
{
    return sigpair_by_id((uint16_t)code);
}

static const void *find_sigpair_name(const char *name)
{
    return sigpair_by_name(name);
}

static const struct code_table two_digits = {"cipher suite", 2, 16, find_cipher,
                                             find_cipher_name};
static const struct code_table four_digits = {"cipher suite", 4, 16,
                                              find_cipher, find_cipher_name};
static const struct code_table curve_codes = {"curve", 4, 10, find_curve,
                                              find_curve_name};
static const struct code_table pair_codes = {"signature pair", 4, 16,
                                             find_sigpair, find_sigpair_name};

static bool all_digits(const char *s, size_t len, int base)
{
    size_t i;

    for (i = 0; i < len; i++)
        if (base == 16 ? !isxdigit((unsigned char)s[i])
                       : !isdigit((unsigned char)s[i]))
            return false;
    return len != 0;
}

static const void *code_at(const struct code_table *t, const char *s)
{
    char digits[5];

    snprintf(digits, sizeof(digits), "%.*s", (int)t->digits, s);
    return t->by_code(strtoul(digits, NULL, t->base));
}

static struct codes *new_codes(struct value_in *in, size_t count)
{
    struct codes *c =
        arena_alloc(in->arena, sizeof(*c) + count * sizeof(c->items[0]));

    if (c == NULL)
        value_nomem(in);
    return c;
}

static bool parse_constant(struct value_in *in, const struct code_table *t,
                           union value *ret)
{
    size_t len;
    const char *s = value_word(in, 0, &len);
    char name[64];
    struct codes *c;
    const void *row;

    snprintf(name, sizeof(name), "%.*s", (int)(len < 63 ? len : 63), s);
    row = t->by_name(name);
    if (row == NULL)
        return value_bad(in, 0, FIND_bad_value,
                         "no %s of that name; a string of %u-digit codes "
                         "without blanks, or one name is wanted",
                         t->what, t->digits);
    c = new_codes(in, 1);
    if (c == NULL)
        return false;
    c->count = 1;
    c->items[0] = row;
    ret->codes = c;
    return true;
}

static bool parse_codes(struct value_in *in, const struct code_table *t,
                        union value *ret)
{
    size_t len, i;
    const char *s = value_word(in, 0, &len);
    struct codes *c;

    if (!all_digits(s, len, t->base))
        return parse_constant(in, t, ret);
    if (len % t->digits != 0)
        return value_bad(in, 0, FIND_bad_value,
                         "the number of digits is no multiple of %u, and codes "
                         "of this keyword have %u each",
                         t->digits, t->digits);
    c = new_codes(in, len / t->digits);
    if (c == NULL)
        return false;
    for (i = 0; i < len; i += t->digits) {
        c->items[c->count] = code_at(t, s + i);
        if (c->items[c->count++] == NULL)
            return value_bad(in, 0, FIND_bad_value, "no %s has the code %.*s",
                             t->what, (int)t->digits, s + i);
    }
    ret->codes = c;
    return true;
}

/* Four-digit codes where two-digit ones are read: a slip of many. */
static bool are_four_digit_codes(const char *s, size_t len)
{
    size_t i;
    bool two = true;

    if (len % 4 != 0 || !all_digits(s, len, 16))
        return false;
    for (i = 0; i < len; i += 2)
        two = two && code_at(&two_digits, s + i) != NULL;
    for (i = 0; i < len; i += 4)
        if (code_at(&four_digits, s + i) == NULL)
            return false;
    return !two;
}

static bool parse_ciphers2(struct value_in *in, union value *ret)
{
    size_t len;
    const char *s = value_word(in, 0, &len);

    if (are_four_digit_codes(s, len))
        return value_bad(in, 0, FIND_two_char_as_four,
                         "these are four-digit codes, and this keyword reads "
                         "two-digit ones; use V3CipherSuites4Char");
    return parse_codes(in, &two_digits, ret);
}

static bool parse_ciphers4(struct value_in *in, union value *ret)
{
    return parse_codes(in, &four_digits, ret);
}

static bool parse_curves(struct value_in *in, union value *ret)
{
    size_t len;
    const char *s = value_word(in, 0, &len);

    if (len == 3 && strncasecmp(s, "Any", 3) == 0) {
        ret->codes = new_codes(in, 0);
        return ret->codes != NULL;
    }
    return parse_codes(in, &curve_codes, ret);
}

static bool parse_sigpairs(struct value_in *in, union value *ret)
{
    if (!parse_codes(in, &pair_codes, ret))
        return false;
    if (in->row->high == 1 && ret->codes->count > 1)
        return value_bad(in, 0, FIND_bad_value, "one signature pair is wanted");
    return true;
}

/* SSLv2 suites by name; the digits are 1 to 7 without 5. */
static bool parse_v2ciphers(struct value_in *in, union value *ret)
{
    static const char *const names[] = {
        "TLS_RC4_128_WITH_MD5",         "TLS_RC4_128_EXPORT40_WITH_MD5",
        "TLS_RC2_CBC_128_CBC_WITH_MD5", "TLS_RC2_CBC_128_CBC_EXPORT40_WITH_MD5",
        "TLS_DES_64_CBC_WITH_MD5",      "TLS_DES_192_EDE3_CBC_WITH_MD5"};
    size_t len, i;
    const char *s = value_word(in, 0, &len);

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strlen(names[i]) == len && strncasecmp(names[i], s, len) == 0)
            return keep_text(in, s, len, ret);
    if (strspn(s, "123467") < len || (long)len > in->row->high)
        return value_bad(in, 0, FIND_bad_value,
                         "up to %ld digits 1, 2, 3, 4, 6, 7, or one name is "
                         "wanted",
                         in->row->high);
    return keep_text(in, s, len, ret);
}

const char *value_item_text(enum value_type type, const void *item)
{
    if (type == TYPE_ciphers2 || type == TYPE_ciphers4)
        return ((const struct cipher *)item)->code4;
    if (type == TYPE_curves)
        return ((const struct curve *)item)->id4;
    if (type == TYPE_sigpairs)
        return ((const struct sigpair *)item)->id4;
    return item;
}

static void show_items(enum value_type type, const void *items, size_t count,
                       struct strbuf *out)
{
    const void *const *list = items;
    size_t i;

    if (type == TYPE_curves && count == 0)
        strbuf_adds(out, "Any");
    for (i = 0; i < count; i++)
        strbuf_addf(out, "%s%s", i != 0 ? " " : "",
                    value_item_text(type, list[i]));
}

static void show_codes(enum value_type type, const union value *value,
                       struct strbuf *out)
{
    show_items(type, value->codes->items, value->codes->count, out);
}

/* ---- the table ---- */

#define TYPE(name, parse, show) {parse_##parse, show_##show},
#define parse_address           value_parse_address
#define parse_ip                value_parse_ip
#define parse_prefix            value_parse_prefix
#define parse_iprange           value_parse_iprange
#define parse_ports             value_parse_ports
#define parse_timerange         value_parse_timerange
#define parse_daytimes          value_parse_daytimes
#define show_address            value_show_address
#define show_ports              value_show_ports
#define show_timerange          value_show_timerange
#define show_daytimes           value_show_daytimes
static const struct {
    parse_fn parse;
    show_fn show;
} types[TYPE_COUNT] = {
#include "policy/types.def"
};

#define TYPE(name, parse, show) FORM_##show,
static const unsigned char forms[TYPE_COUNT] = {
#include "policy/types.def"
};

enum value_form value_form(enum policy_parm parm)
{
    return (enum value_form)forms[schema_parm(parm)->type];
}

static void check_trailing(struct value_in *in)
{
    struct span span;

    if (in->used >= in->words)
        return;
    span = ast_span(in->ast, in->node->words[in->used]);
    finding_add(in->findings, FIND_trailing_text, &span,
                "text after the value of %s is ignored", in->row->keyword);
    finding_fix(in->findings, "remove it, or put a # before it");
}

/* A '#' follows on the line of KEYWORD. */
static bool before_hash(const struct span *keyword)
{
    const char *rest = source_text(keyword->src) + keyword->off + keyword->len;

    return rest[strspn(rest, " \t")] == '#';
}

bool value_parse(struct value_in *in, union value *ret)
{
    struct span span = ast_span(in->ast, in->node->keyword);
    const char *s;

    in->words = in->node->count;
    in->used = 1;
    if (in->words == 0 && in->row->type == TYPE_foreign) {
        ret->text = "";
        return true;
    }
    if (in->words == 0) {
        finding_add(in->findings, FIND_missing_value, &span,
                    "%s has no value on its line", in->row->keyword);
        finding_fix(in->findings, "%s",
                    before_hash(&span)
                        ? "'#' begins a comment: no value can begin with it"
                        : "write the value on the same line");
        return false;
    }
    span = ast_value_span(in->ast, in->node);
    s = source_text(span.src) + span.off;
    if (is_placeholder(s, span.len) && !(in->row->flags & SECRET))
        finding_add(in->findings, FIND_placeholder, &span,
                    "%s has a value that was never filled in: %.*s",
                    in->row->keyword, (int)(span.len < 60 ? span.len : 60), s);
    if (!types[in->row->type].parse(in, ret))
        return false;
    check_trailing(in);
    return true;
}

void value_show(enum value_type type, const union value *value,
                struct strbuf *out)
{
    types[type].show(type, value, out);
}

/* Rows of a code table are one each: their addresses tell. */
static bool items_same(enum value_form form, const void *const *a,
                       const void *const *b, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (form == FORM_codes ? a[i] != b[i] : strcmp(a[i], b[i]) != 0)
            return false;
    return true;
}

static bool bytes_same(const void *a, const void *b, size_t size)
{
    return a == b || (a != NULL && b != NULL && memcmp(a, b, size) == 0);
}

bool value_same(enum policy_parm parm, const union value *a,
                const union value *b)
{
    switch (value_form(parm)) {
    case FORM_choice:
    case FORM_number:
        return a->number == b->number;
    case FORM_text:
        return strcmp(a->text, b->text) == 0;
    case FORM_codes:
        return a->codes->count == b->codes->count &&
               items_same(FORM_codes, a->codes->items, b->codes->items,
                          a->codes->count);
    case FORM_address:
        return bytes_same(a->addr, b->addr, sizeof(*a->addr));
    case FORM_ports:
        return a->ports.low == b->ports.low && a->ports.high == b->ports.high;
    case FORM_timerange:
        return bytes_same(a->time, b->time, sizeof(*a->time));
    case FORM_daytimes:
        return a->days->count == b->days->count &&
               bytes_same(a->days->range, b->days->range,
                          a->days->count * sizeof(a->days->range[0]));
    case FORM_ref:
        return a->object == b->object;
    }
    return false;
}

bool entry_same(const struct entry *a, const struct entry *b)
{
    enum policy_parm parm = (enum policy_parm)a->parm;

    if (a->items == NULL || b->items == NULL)
        return a->items == b->items &&
               value_same(parm, &a->last->value, &b->last->value);
    return a->count == b->count &&
           items_same(value_form(parm), a->items, b->items, a->count);
}

static unsigned long code_of(enum value_type type, const void *item)
{
    if (type == TYPE_curves)
        return ((const struct curve *)item)->id;
    if (type == TYPE_sigpairs)
        return ((const struct sigpair *)item)->id;
    return ((const struct cipher *)item)->code;
}

static void items_digest(struct digest_state *d, enum policy_parm parm,
                         const struct entry *e)
{
    uint32_t i;

    digest_add_number(d, e->count);
    for (i = 0; i < e->count; i++) {
        if (value_form(parm) == FORM_codes)
            digest_add_number(d, code_of(schema_parm(parm)->type, e->items[i]));
        else
            digest_add_text(d, e->items[i]);
    }
}

/* The V3 cipher keywords are one. What stands in actions is a list, a text or a
 * number. */
void entry_digest(struct digest_state *d, const struct entry *e)
{
    enum policy_parm parm = e->parm == PARM_V3CipherSuites
                                ? PARM_V3CipherSuites4Char
                                : (enum policy_parm)e->parm;

    digest_add_number(d, parm);
    if (e->items != NULL)
        items_digest(d, parm, e);
    else if (value_form(parm) == FORM_text)
        digest_add_text(d, e->last->value.text);
    else
        digest_add_number(d, (uint64_t)e->last->value.number);
}
