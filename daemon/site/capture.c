/* What attlsd.conf says about transparent mode: ports and networks to leave
 * alone, and the sockets that one transparent listener stands for. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "site/value.h"
#include "util/arena.h"
#include "util/strbuf.h"

/* ---- lists of texts ---- */

/* Reads the text of one element into INTO; false: the text has the wrong
 * form. */
typedef bool (*element_fn)(const char *text, void *into);

static int read_texts(struct config_reader *r, config_setting_t *s,
                      const struct config_setting *row, const char *wanted,
                      element_fn element, size_t size, void **ret,
                      size_t *ret_count)
{
    const char *text;
    int i, n;
    char *list;

    if (!config_setting_is_aggregate(s) || config_setting_is_group(s))
        return config_wrong_type(r, s, "a list of texts: ( \"...\", \"...\" )");
    n = config_setting_length(s);
    if (n > row->high)
        return config_wrong_value(r, s, "has more than %ld elements",
                                  row->high);
    list = arena_calloc(r->config->arena, (size_t)n + 1, size);
    if (list == NULL)
        return ERR_NOMEM;
    for (i = 0; i < n; i++) {
        text = config_setting_get_string_elem(s, i);
        if (text == NULL || !element(text, list + (size_t)i * size))
            return config_wrong_value(r, s, "'%s' is not %s",
                                      text != NULL ? text : "(no text)",
                                      wanted);
    }
    *ret = list;
    *ret_count = (size_t)n;
    return 0;
}

static bool port_of(const char **text, uint16_t *ret)
{
    char *end;
    unsigned long n = strtoul(*text, &end, 10);

    if (**text < '0' || **text > '9' || n < 1 || n > UINT16_MAX)
        return false;
    *text = end;
    *ret = (uint16_t)n;
    return true;
}

static bool ports_element(const char *text, void *into)
{
    struct nft_ports *p = into;

    if (!port_of(&text, &p->low))
        return false;
    p->high = p->low;
    if (*text == '-') {
        text++;
        if (!port_of(&text, &p->high))
            return false;
    }
    return *text == '\0' && p->low <= p->high;
}

static int read_ports(struct config_reader *r, config_setting_t *s,
                      const struct config_setting *row, void *field)
{
    struct config_ports *f = field;
    void *list = NULL;
    int err = read_texts(r, s, row,
                         "a port or a range, as in \"22\" or "
                         "\"8000-8099\"",
                         ports_element, sizeof(f->item[0]), &list, &f->count);

    f->item = list;
    return err;
}

const struct config_type config_type_ports = {read_ports, config_no_preset,
                                              NULL};

/* The first and the last address of a prefix. */
static void spread(const struct netaddr *a, unsigned bits,
                   struct nft_addrs *ret)
{
    size_t i, len = netaddr_ip_len(a);

    ret->low = ret->high = *a;
    for (i = 0; i < len; i++) {
        unsigned kept = bits > i * 8 ? bits - (unsigned)i * 8 : 0;
        unsigned char mask =
            kept >= 8 ? 0xff : (unsigned char)(0xff00u >> kept);

        ret->low.ip[i] = a->ip[i] & mask;
        ret->high.ip[i] = a->ip[i] | (unsigned char)~mask;
    }
}

bool config_parse_network(const char *text, struct nft_addrs *ret)
{
    char copy[NETADDR_TEXT], *slash, *end;
    struct netaddr a;
    unsigned long bits;

    if ((size_t)snprintf(copy, sizeof(copy), "%s", text) >= sizeof(copy))
        return false;
    slash = strchr(copy, '/');
    if (slash != NULL)
        *slash = '\0';
    if (netaddr_parse_ip(copy, &a, NULL) < 0 || a.scope != 0)
        return false;
    bits = netaddr_ip_len(&a) * 8;
    if (slash != NULL) {
        if (slash[1] < '0' || slash[1] > '9')
            return false;
        if (strtoul(slash + 1, &end, 10) > bits || *end != '\0')
            return false;
        bits = strtoul(slash + 1, NULL, 10);
    }
    spread(&a, (unsigned)bits, ret);
    return true;
}

bool config_parse_ports(const char *text, struct nft_ports *ret)
{
    return ports_element(text, ret);
}

static bool network_element(const char *text, void *into)
{
    return config_parse_network(text, into);
}

static int read_networks(struct config_reader *r, config_setting_t *s,
                         const struct config_setting *row, void *field)
{
    struct config_networks *f = field;
    void *list = NULL;
    int err = read_texts(r, s, row,
                         "a network, as in \"10.0.0.0/8\" or "
                         "\"fd00::/8\"",
                         network_element, sizeof(f->item[0]), &list, &f->count);

    f->item = list;
    return err;
}

const struct config_type config_type_networks = {read_networks,
                                                 config_no_preset, NULL};

/* ---- packet marks ---- */

/* libconfig's integers are signed: 0xff000000 may come as a negative one. */
static int read_mask(struct config_reader *r, config_setting_t *s,
                     const struct config_setting *row, void *field)
{
    long long n;

    if (config_setting_type(s) == CONFIG_TYPE_INT)
        n = (uint32_t)config_setting_get_int(s);
    else if (config_setting_type(s) == CONFIG_TYPE_INT64)
        n = config_setting_get_int64(s);
    else
        return config_wrong_type(r, s, "a mask, as in 0xff00107f");
    if (n < 0 || n > UINT32_MAX ||
        __builtin_popcount((uint32_t)n) < (int)row->low)
        return config_wrong_value(r, s,
                                  "0x%llx is no mask of 32 bits, of which at "
                                  "least %ld are set",
                                  (unsigned long long)n, row->low);
    *(uint32_t *)field = (uint32_t)n;
    return 0;
}

static int preset_mask(struct config_reader *r,
                       const struct config_setting *row, const char *text,
                       void *field)
{
    (void)r;
    (void)row;
    *(uint32_t *)field = (uint32_t)strtoul(text, NULL, 16);
    return 0;
}

const struct config_type config_type_mask = {read_mask, preset_mask, NULL};

/* A relative path begins in the folder that holds racf. */
static int place_marks(struct config_reader *r, struct config_capture *c)
{
    const char *racf = r->config->racf;
    size_t len = strlen(racf);
    struct strbuf path = STRBUF_INIT;

    if (c->mark_file[0] == '\0' || c->mark_file[0] == '/')
        return 0;
    while (len > 1 && racf[len - 1] == '/')
        len--;
    while (len > 0 && racf[len - 1] != '/')
        len--;
    strbuf_add(&path, racf, len);
    strbuf_adds(&path, c->mark_file);
    c->mark_file = strbuf_failed(&path)
                       ? NULL
                       : arena_strdup(r->config->arena, strbuf_str(&path));
    strbuf_done(&path);
    return c->mark_file != NULL ? 0 : ERR_NOMEM;
}

int config_place_marks(struct config_reader *r)
{
    struct config_listeners *list = &r->config->listeners;
    size_t i;
    int err = 0;

    for (i = 0; err == 0 && i < list->count; i++)
        if (list->item[i].mode == MODE_TRANSPARENT)
            err = place_marks(r, &list->item[i].capture);
    return err;
}

/* ---- the sockets ---- */

/*
 * REDIRECT sends to 127.0.0.1 or ::1 on the way out, and to the address of
 * the interface on the way in.
 */
static const struct {
    const char *address;
    enum policy_direction direction;
} sockets[] = {
    {"127.0.0.1", POLICY_OUTBOUND},
    {"::1", POLICY_OUTBOUND},
    {"0.0.0.0", POLICY_INBOUND},
    {"::", POLICY_INBOUND},
};

enum { SOCKETS = sizeof(sockets) / sizeof(sockets[0]) };

static void add_sockets(const struct config_listener *from,
                        struct config_listener *to)
{
    size_t i;

    for (i = 0; i < SOCKETS; i++) {
        to[i] = *from;
        to[i].jobname = to[i].userid = to[i].target.text = "";
        to[i].direction = sockets[i].direction;
        netaddr_parse_ip(sockets[i].address, &to[i].listen, NULL);
        to[i].listen.port = (uint16_t)(sockets[i].direction == POLICY_OUTBOUND
                                           ? from->capture.out_port
                                           : from->capture.in_port);
    }
}

static void check_capture(struct config_reader *r,
                          const struct config_listener *l, size_t nth)
{
#ifndef ATTLS_TRANSPARENT
    diag_add(r->diags, DIAG_ERROR, "not-built", &l->span,
             "this attlsd was built without transparent mode: libmnl was not "
             "there");
#endif
    if (nth != 1)
        diag_add(r->diags, DIAG_ERROR, "listen-twice", &l->span,
                 "there can be one transparent listener: it has all that the "
                 "policy covers");
    if (l->capture.out_port == l->capture.in_port)
        diag_add(r->diags, DIAG_ERROR, "same-port", &l->span,
                 "out_port and in_port are the same, %lu", l->capture.out_port);
    if (l->capture.exclude_users.all)
        diag_add(r->diags, DIAG_ERROR, "bad-value", &l->span,
                 "exclude_users: \"*\" would leave nothing to intercept");
}

int config_expand_listeners(struct config_reader *r,
                            struct config_listeners *list)
{
    struct config_listener *all;
    size_t i, n = 0, transparent = 0;

    for (i = 0; i < list->count; i++)
        if (list->item[i].mode == MODE_RUN)
            list->item[i].target.text = "";
        else if (list->item[i].mode == MODE_TRANSPARENT)
            check_capture(r, &list->item[i], ++transparent);
    if (transparent == 0)
        return 0;
    all = arena_calloc(r->config->arena,
                       list->count + transparent * (SOCKETS - 1), sizeof(*all));
    if (all == NULL)
        return ERR_NOMEM;
    for (i = 0; i < list->count; i++) {
        if (list->item[i].mode != MODE_TRANSPARENT) {
            all[n++] = list->item[i];
            continue;
        }
        add_sockets(&list->item[i], &all[n]);
        n += SOCKETS;
    }
    list->item = all;
    list->count = n;
    return 0;
}
