/* Filters of Netstat: reading them, and what they let through. */

#include "console/netstat_filter.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- values ---- */

static bool read_number(const char *text, unsigned long most,
                        unsigned long *ret)
{
    size_t len = strlen(text);

    *ret = strtoul(text, NULL, 10);
    return len >= 1 && len <= 9 && strspn(text, "0123456789") == len &&
           *ret >= 1 && *ret <= most;
}

static bool add_client(struct filters *f, size_t i, const char *text)
{
    f->client[i] = text;
    return strlen(text) <= 8 && text[0] != '\0';
}

static bool add_port(struct filters *f, size_t i, const char *text)
{
    unsigned long n;

    if (!read_number(text, UINT16_MAX, &n))
        return false;
    f->port[i] = (uint16_t)n;
    return true;
}

static bool read_ip(const char *text, size_t len, struct netaddr *ret)
{
    char ip[NETADDR_TEXT];

    if (len >= sizeof(ip))
        return false;
    memcpy(ip, text, len);
    ip[len] = '\0';
    if (netaddr_parse_ip(ip, ret, NULL) != 0)
        return false;
    *ret = netaddr_unmap(ret);
    return true;
}

/* "10.1.1.1+21" */
static bool add_socket(struct filters *f, size_t i, const char *text)
{
    const char *plus = strrchr(text, '+');
    unsigned long port;

    if (plus == NULL || !read_number(plus + 1, UINT16_MAX, &port) ||
        !read_ip(text, (size_t)(plus - text), &f->socket[i]))
        return false;
    f->socket[i].port = (uint16_t)port;
    return true;
}

static void set_prefix(struct filter_network *n, size_t bits)
{
    size_t i;

    memset(n->mask, 0, sizeof(n->mask));
    for (i = 0; i < bits; i++)
        n->mask[i / 8] |= (unsigned char)(0x80 >> i % 8);
}

static bool set_mask(struct filter_network *n, const char *text)
{
    size_t bits = netaddr_ip_len(&n->address) * 8;
    struct netaddr mask;

    if (strspn(text, "0123456789") == strlen(text)) {
        if (text[0] == '\0' || strlen(text) > 3 || (size_t)atoi(text) > bits)
            return false;
        set_prefix(n, (size_t)atoi(text));
        return true;
    }
    if (n->address.family != AF_INET ||
        netaddr_parse_ip(text, &mask, NULL) != 0 || mask.family != AF_INET)
        return false;
    memcpy(n->mask, mask.ip, sizeof(n->mask));
    return true;
}

/* "10.1.1.1", "10.1.0.0/16", "10.1.0.0/255.255.0.0" */
static bool add_network(struct filters *f, size_t i, const char *text)
{
    struct filter_network *n = &f->network[i];
    size_t len = strcspn(text, "/");

    if (!read_ip(text, len, &n->address))
        return false;
    if (text[len] == '/')
        return set_mask(n, text + len + 1);
    set_prefix(n, netaddr_ip_len(&n->address) * 8);
    return true;
}

/* ---- filters with up to six values ---- */

static const struct listed {
    const char *keyword, *option;
    size_t count; /* the member that counts the values */
    bool (*add)(struct filters *f, size_t i, const char *text);
    const char *meaning;
} listed[] = {
    {"CLIent", "-E", offsetof(struct filters, client_count), add_client,
     "job names of up to 8 characters, with * and ?"},
    {"IPAddr", "-I", offsetof(struct filters, network_count), add_network,
     "addresses: 10.1.1.1, 10.1.0.0/16, 10.1.0.0/255.255.0.0"},
    {"IPPort", "-B", offsetof(struct filters, socket_count), add_socket,
     "address+port: 10.1.1.1+21"},
    {"POrt", "-P", offsetof(struct filters, port_count), add_port,
     "ports from 1 to 65535"},
};
enum { LISTED = sizeof(listed) / sizeof(listed[0]) };

static bool takes_either(struct words *w, const char *keyword,
                         const char *option)
{
    return words_take(w, keyword) || words_take_option(w, option);
}

static const struct listed *take_listed(struct words *w)
{
    size_t i;

    for (i = 0; i < LISTED; i++)
        if (takes_either(w, listed[i].keyword, listed[i].option))
            return &listed[i];
    return NULL;
}

/* The list of values ends where something else begins. */
static bool ends_values(const struct words *at)
{
    struct words w = *at;
    const char *next = words_next(&w);

    return next == NULL || next[0] == '-' || take_listed(&w) != NULL ||
           words_take(&w, "CONNType") || words_take(&w, "MAX") ||
           words_take(&w, "TCp");
}

/* IP Messages Volume 4, EZZ2392I, and what is wanted. */
static int wrong_value(const char *keyword, const char *text,
                       const char *meaning, struct error *err)
{
    return error_set(err, ERR_VALUE,
                     "EZZ2392I Incorrect filter value specification %s; %s "
                     "takes %s",
                     text, keyword, meaning);
}

static int take_values(struct filters *f, struct words *w,
                       const struct listed *l, struct error *err)
{
    size_t *count = (size_t *)(void *)((char *)f + l->count), from = *count;
    const char *next;

    while (!ends_values(w)) {
        next = words_next(w);
        if (*count == FILTER_VALUES)
            return error_set(err, ERR_VALUE,
                             "%s takes %d values, \"%s\" is one "
                             "too many",
                             l->keyword, FILTER_VALUES, next);
        if (!l->add(f, *count, next))
            return wrong_value(l->keyword, next, l->meaning, err);
        ++*count;
        w->at++;
    }
    return *count != from ? 1
                          : error_set(err, ERR_VALUE, "%s needs %s", l->keyword,
                                      l->meaning);
}

/* ---- CONNType ---- */

static bool take_group(struct words *w, uint32_t *ret)
{
    const char *text = words_next(w);
    size_t len = text != NULL ? strlen(text) : 0;

    if (len == 0 || len > 8 || strspn(text, "0123456789abcdefABCDEF") != len)
        return false;
    *ret = (uint32_t)strtoul(text, NULL, 16);
    w->at++;
    return *ret != 0;
}

static int take_type(struct filters *f, struct words *w, struct error *err)
{
    if (words_take(w, "NOTTLSPolicy")) {
        f->type = TYPE_NO_RULE;
    } else if (words_take(w, "TTLSPolicy")) {
        f->type = TYPE_RULE;
        if (words_take(w, "CURRent"))
            f->type = TYPE_CURRENT;
        else if (words_take(w, "STALE"))
            f->type = TYPE_STALE;
        else if (words_take(w, "GRoup") && !take_group(w, &f->group))
            return error_set(err, ERR_VALUE,
                             "GRoup needs a group's number in hex, as netstat "
                             "TTLS shows it");
    } else {
        return error_set(err, ERR_VALUE,
                         "CONNType is TTLSPolicy or NOTTLSPolicy; behind "
                         "TTLSPolicy may stand CURRent, STALE or GRoup and its "
                         "number");
    }
    return 1;
}

static int take_max(struct filters *f, struct words *w, struct error *err)
{
    const char *text = words_next(w);
    unsigned long n = 0;

    if (text == NULL ||
        (strcmp(text, "*") != 0 && !read_number(text, UINT32_MAX, &n)))
        return error_set(err, ERR_VALUE, "MAX is a number of records, or *");
    f->max = n;
    w->at++;
    return 1;
}

static int wrong_scope(const char *keyword, struct error *err)
{
    return error_set(err, ERR_VALUE,
                     "%s is a filter of COnn, ALLCOnn and ALL; the other "
                     "reports have none but MAX",
                     keyword);
}

int filters_take(struct filters *f, struct words *w, enum filter_scope scope,
                 struct error *err)
{
    const struct listed *l;

    if (words_take(w, "MAX"))
        return take_max(f, w, err);
    if (takes_either(w, "CONNType", "-X"))
        return scope == FILTER_CONNECTIONS ? take_type(f, w, err)
                                           : wrong_scope("CONNType", err);
    l = take_listed(w);
    if (l == NULL)
        return 0;
    return scope == FILTER_CONNECTIONS ? take_values(f, w, l, err)
                                       : wrong_scope(l->keyword, err);
}

/* ---- what fits ---- */

/* "*" is any text, "?" any character. */
static bool name_fits(const char *pattern, const char *name)
{
    for (; *pattern != '\0' && *pattern != '*'; pattern++, name++)
        if (*name == '\0' ||
            (*pattern != '?' && strncasecmp(pattern, name, 1) != 0))
            return false;
    if (*pattern == '\0')
        return *name == '\0';
    do {
        if (name_fits(pattern + 1, name))
            return true;
    } while (*name++ != '\0');
    return false;
}

static bool is_in(const struct filter_network *n, const struct netaddr *a)
{
    struct netaddr ip = netaddr_unmap(a);
    size_t i, len = netaddr_ip_len(&ip);

    if (ip.family != n->address.family || len == 0)
        return false;
    for (i = 0; i < len; i++)
        if (((ip.ip[i] ^ n->address.ip[i]) & n->mask[i]) != 0)
            return false;
    return true;
}

static bool is_socket(const struct netaddr *wanted, const struct netaddr *a)
{
    struct netaddr ip = netaddr_unmap(a);

    return ip.family == wanted->family && ip.port == wanted->port &&
           netaddr_compare_ip(&ip, wanted) == 0;
}

static bool client_fits(const struct filters *f, const struct conn_view *v)
{
    size_t i;

    for (i = 0; i < f->client_count; i++)
        if (name_fits(f->client[i], v->jobname))
            return true;
    return f->client_count == 0;
}

/* Of either end, as on z/OS. */
static bool network_fits(const struct filters *f, const struct conn_view *v)
{
    size_t i;

    for (i = 0; i < f->network_count; i++)
        if (is_in(&f->network[i], &v->local) ||
            is_in(&f->network[i], &v->remote))
            return true;
    return f->network_count == 0;
}

static bool port_fits(const struct filters *f, const struct conn_view *v)
{
    size_t i;

    for (i = 0; i < f->port_count; i++)
        if (f->port[i] == v->local.port || f->port[i] == v->remote.port)
            return true;
    return f->port_count == 0;
}

static bool socket_fits(const struct filters *f, const struct conn_view *v)
{
    size_t i;

    for (i = 0; i < f->socket_count; i++)
        if (is_socket(&f->socket[i], &v->local) ||
            is_socket(&f->socket[i], &v->remote))
            return true;
    return f->socket_count == 0;
}

static bool type_fits(const struct filters *f, const struct conn_view *v,
                      bool stale)
{
    switch (f->type) {
    case TYPE_ANY:
        return true;
    case TYPE_NO_RULE:
        return v->rule == NULL;
    case TYPE_CURRENT:
        return v->rule != NULL && !stale;
    case TYPE_STALE:
        return v->rule != NULL && stale;
    default:
        return v->rule != NULL && (f->group == 0 || f->group == v->grpid);
    }
}

bool filters_fit(const struct filters *f, const struct conn_view *v, bool stale)
{
    return client_fits(f, v) && network_fits(f, v) && port_fits(f, v) &&
           socket_fits(f, v) && type_fits(f, v, stale);
}
