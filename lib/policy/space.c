/*
 * The conditions of a rule as intervals of numbers: names, ports, addresses
 * and direction, and how a zone is cut along them.
 */

#include "policy/space.h"

#include <string.h>

int number_compare(struct number a, struct number b)
{
    if (a.high != b.high)
        return a.high < b.high ? -1 : 1;
    return a.low < b.low ? -1 : a.low > b.low;
}

static struct number small(uint64_t n)
{
    struct number x = {0, n};

    return x;
}

static struct number after(struct number n)
{
    n.low++;
    n.high += n.low == 0;
    return n;
}

static struct number before(struct number n)
{
    n.high -= n.low == 0;
    n.low--;
    return n;
}

static struct number from_bytes(const unsigned char *bytes, size_t len)
{
    struct number n = {0, 0};
    size_t i;

    for (i = 0; i < len; i++) {
        n.high = n.high << 8 | n.low >> 56;
        n.low = n.low << 8 | bytes[i];
    }
    return n;
}

static void to_bytes(struct number n, unsigned char *bytes, size_t len)
{
    while (len-- != 0) {
        bytes[len] = (unsigned char)n.low;
        n.low = n.low >> 8 | n.high << 56;
        n.high >>= 8;
    }
}

struct number space_number(const struct netaddr *a)
{
    return from_bytes(a->ip, netaddr_ip_len(a));
}

struct netaddr space_addr(struct number n, int family)
{
    struct netaddr a;

    memset(&a, 0, sizeof(a));
    a.family = family;
    to_bytes(n, a.ip, netaddr_ip_len(&a));
    return a;
}

struct zone space_whole(int family)
{
    struct zone z;
    unsigned d;

    memset(&z, 0, sizeof(z));
    for (d = 0; d < SPACE_DIMS; d++)
        z.at[d].high.low = UINT64_MAX;
    z.at[SPACE_DIRECTION].low = small(POLICY_INBOUND);
    z.at[SPACE_DIRECTION].high = small(POLICY_OUTBOUND);
    for (d = SPACE_LOCAL_PORT; d <= SPACE_REMOTE_PORT; d++) {
        z.at[d].low = small(1);
        z.at[d].high = small(65535);
    }
    for (d = SPACE_LOCAL_ADDR; d <= SPACE_REMOTE_ADDR; d++) {
        if (family == AF_INET)
            z.at[d].high = small(UINT32_MAX);
        else
            z.at[d].high.high = UINT64_MAX;
    }
    return z;
}

/* ---- names ---- */

static struct number name_number(const char *name, size_t len, int fill)
{
    unsigned char bytes[8];

    memset(bytes, fill, sizeof(bytes));
    memcpy(bytes, name, len < sizeof(bytes) ? len : sizeof(bytes));
    return from_bytes(bytes, sizeof(bytes));
}

/* In the order of their codes. */
static const char alphabet[] = "#$0123456789@ABCDEFGHIJKLMNOPQRSTUVWXYZ";

static bool is_letter(unsigned char c)
{
    return c != '\0' && strchr(alphabet, c) != NULL;
}

/* The first letter behind C; 0: none. */
static unsigned char next_letter(unsigned char c)
{
    const char *p = alphabet;

    while (*p != '\0' && (unsigned char)*p <= c)
        p++;
    return (unsigned char)*p;
}

/* The first name that is not before BYTES, in place; false: none is. */
static bool first_name(unsigned char bytes[8])
{
    static const unsigned char zeros[8];
    unsigned char c;
    size_t k = 0;

    while (k < 8 && is_letter(bytes[k]))
        k++;
    if (k != 0 && memcmp(bytes + k, zeros, 8 - k) == 0)
        return true;
    for (k = k < 8 ? k : 7;; k--) {
        c = next_letter(bytes[k]);
        if (c != '\0') {
            bytes[k] = c;
            memset(bytes + k + 1, 0, 7 - k);
            return true;
        }
        if (k == 0)
            return false;
    }
}

bool space_name(const struct interval *i, char name[9])
{
    unsigned char bytes[8];

    to_bytes(i->low, bytes, sizeof(bytes));
    if (!first_name(bytes) ||
        number_compare(from_bytes(bytes, sizeof(bytes)), i->high) > 0)
        return false;
    memcpy(name, bytes, sizeof(bytes));
    name[8] = '\0';
    return true;
}

bool space_any_name(const struct interval *i)
{
    return i->low.low == 0 && i->high.low == UINT64_MAX;
}

/* ---- shapes ---- */

static struct interval *add_list(struct shape *s, enum space_dim d,
                                 uint32_t count, struct arena *a)
{
    struct interval *list = arena_calloc(a, count, sizeof(*list));

    s->at[d].list = list;
    s->at[d].count = count;
    return list;
}

static bool port_side(struct shape *s, enum space_dim d, const struct cond *c,
                      struct arena *a)
{
    const struct port_range *r = c->items;
    struct interval *list;
    uint32_t i;

    if (c->count == 0)
        return true;
    list = add_list(s, d, c->count, a);
    for (i = 0; list != NULL && i < c->count; i++) {
        list[i].low = small(r[i].low);
        list[i].high = small(r[i].high);
    }
    return list != NULL;
}

/* The ranges of the family; none of them: the rule fits nowhere. */
static bool addr_side(struct shape *s, enum space_dim d, const struct cond *c,
                      int family, struct arena *a, bool *empty)
{
    const struct addr_range *r = c->items;
    size_t len = family == AF_INET ? 4 : 16;
    struct interval *list;
    uint32_t i, n = 0;

    if (c->count == 0)
        return true;
    list = add_list(s, d, c->count, a);
    for (i = 0; list != NULL && i < c->count; i++) {
        if (r[i].family != family)
            continue;
        list[n].low = from_bytes(r[i].low, len);
        list[n++].high = from_bytes(r[i].high, len);
    }
    s->at[d].count = n;
    *empty = *empty || n == 0;
    return list != NULL;
}

static bool name_side(struct shape *s, enum space_dim d,
                      const struct setting *set, struct arena *a)
{
    const char *text = set != NULL ? set->value.text : "*";
    size_t len = strlen(text);
    bool prefix = text[len - 1] == '*';
    struct interval *list;

    if (len == 1 && prefix)
        return true;
    list = add_list(s, d, 1, a);
    if (list == NULL)
        return false;
    list->low = name_number(text, len - prefix, 0);
    list->high = name_number(text, len - prefix, prefix ? 0xff : 0);
    return true;
}

static bool direction_side(struct shape *s, const struct policy_rule *r,
                           struct arena *a)
{
    long d = r->direction->value.number;
    struct interval *list;

    if (d == POLICY_BOTH)
        return true;
    list = add_list(s, SPACE_DIRECTION, 1, a);
    if (list == NULL)
        return false;
    list->low = small((uint64_t)d);
    list->high = list->low;
    return true;
}

bool shape_init(struct shape *s, const struct policy_rule *r, int family,
                struct arena *a, bool *ret_empty)
{
    memset(s, 0, sizeof(*s));
    s->rule = r;
    *ret_empty = false;
    return port_side(s, SPACE_LOCAL_PORT, &r->local_port, a) &&
           port_side(s, SPACE_REMOTE_PORT, &r->remote_port, a) &&
           addr_side(s, SPACE_LOCAL_ADDR, &r->local_addr, family, a,
                     ret_empty) &&
           addr_side(s, SPACE_REMOTE_ADDR, &r->remote_addr, family, a,
                     ret_empty) &&
           name_side(s, SPACE_JOBNAME, r->jobname, a) &&
           name_side(s, SPACE_USERID, r->userid, a) && direction_side(s, r, a);
}

static bool meets(const struct interval *a, const struct interval *b)
{
    return number_compare(a->low, b->high) <= 0 &&
           number_compare(b->low, a->high) <= 0;
}

static bool holds(const struct interval *outer, const struct interval *inner)
{
    return number_compare(outer->low, inner->low) <= 0 &&
           number_compare(inner->high, outer->high) <= 0;
}

/* The first interval of the dimension that meets Z; NULL: none does. */
static const struct interval *meeting(const struct shape *s,
                                      const struct zone *z, unsigned d)
{
    uint32_t i;

    for (i = 0; i < s->at[d].count; i++)
        if (meets(&s->at[d].list[i], &z->at[d]))
            return &s->at[d].list[i];
    return NULL;
}

static bool holds_dim(const struct shape *s, const struct zone *z, unsigned d)
{
    uint32_t i;

    for (i = 0; i < s->at[d].count; i++)
        if (holds(&s->at[d].list[i], &z->at[d]))
            return true;
    return s->at[d].count == 0;
}

bool shape_meets(const struct shape *s, const struct zone *z)
{
    unsigned d;

    for (d = 0; d < SPACE_DIMS; d++)
        if (s->at[d].count != 0 && meeting(s, z, d) == NULL)
            return false;
    return true;
}

bool shape_holds(const struct shape *s, const struct zone *z)
{
    unsigned d;

    for (d = 0; d < SPACE_DIMS; d++)
        if (!holds_dim(s, z, d))
            return false;
    return true;
}

void shape_cut(const struct shape *s, const struct zone *z, struct zone ret[2])
{
    const struct interval *i;
    unsigned d = 0;

    while (holds_dim(s, z, d))
        d++;
    i = meeting(s, z, d);
    ret[0] = *z;
    ret[1] = *z;
    if (number_compare(z->at[d].low, i->low) < 0) {
        ret[0].at[d].high = before(i->low);
        ret[1].at[d].low = i->low;
    } else {
        ret[0].at[d].high = i->high;
        ret[1].at[d].low = after(i->high);
    }
}
