/* Reading hello messages; no length is believed beyond the bytes that came. */
#include "tls/hello.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/ciphers.h"
#include "policy/versions.h"
#include "util/bytes.h"

enum {
    CLIENT_HELLO = 1,
    SERVER_HELLO = 2,
    EXT_SERVER_NAME = 0,
    EXT_GROUPS = 10,
    EXT_SIGALGS = 13,
    EXT_VERSIONS = 43,
    EXT_KEY_SHARE = 51
};

/* RFC 8701: 0x0A0A, 0x1A1A ... */
static bool is_grease(unsigned n)
{
    return (n & 0x0f0f) == 0x0a0a && n >> 8 == (n & 0xff);
}

/* ---- lists ---- */

enum { VERSIONS, CIPHERS, GROUPS, SIGALGS, LISTS };

struct part {
    uint16_t *list;
    uint8_t *count, *left;
    size_t room;
};

static void parts_of(struct hello *h, struct part ret[LISTS])
{
    ret[VERSIONS] = (struct part){h->versions, &h->version_count,
                                  &h->versions_left, HELLO_VERSIONS};
    ret[CIPHERS] = (struct part){h->ciphers, &h->cipher_count, &h->ciphers_left,
                                 HELLO_CIPHERS};
    ret[GROUPS] = (struct part){h->groups, &h->group_count, &h->groups_left,
                                HELLO_GROUPS};
    ret[SIGALGS] = (struct part){h->sigalgs, &h->sigalg_count, &h->sigalgs_left,
                                 HELLO_SIGALGS};
}

static void keep_one(struct hello *h, const struct part *p, unsigned n)
{
    if (is_grease(n))
        return;
    if (*p->count < p->room) {
        p->list[(*p->count)++] = (uint16_t)n;
        return;
    }
    h->cut = true;
    if (*p->left < UINT8_MAX)
        (*p->left)++;
}

static void keep(struct hello *h, int which, unsigned n)
{
    struct part all[LISTS];

    parts_of(h, all);
    keep_one(h, &all[which], n);
}

static void keep_all(struct hello *h, int which, struct bytes in)
{
    struct part all[LISTS];

    parts_of(h, all);
    while (!in.bad && in.left >= 2)
        keep_one(h, &all[which], bytes_take_number(&in, 2));
}

/* ---- reading ---- */

static void read_server_name(struct bytes in, struct hello *h)
{
    struct bytes list = bytes_take_vector(&in, 2), name;
    size_t i;

    if (bytes_take_number(&list, 1) != 0)
        return;
    name = bytes_take_vector(&list, 2);
    if (list.bad)
        return;
    for (i = 0; i < name.left && i < sizeof(h->server_name) - 1; i++) {
        unsigned char c = name.at[i];

        h->server_name[i] = c > ' ' && c < 0x7f && c != '"' ? (char)c : '?';
    }
    h->server_name[i] = '\0';
}

static void read_versions(struct bytes in, bool client, struct hello *h)
{
    h->version_count = 0;
    keep_all(h, VERSIONS, client ? bytes_take_vector(&in, 1) : in);
}

static void read_extension(unsigned type, struct bytes in, bool client,
                           struct hello *h)
{
    switch (type) {
    case EXT_SERVER_NAME:
        if (client)
            read_server_name(in, h);
        break;
    case EXT_GROUPS:
        keep_all(h, GROUPS, bytes_take_vector(&in, 2));
        break;
    case EXT_SIGALGS:
        keep_all(h, SIGALGS, bytes_take_vector(&in, 2));
        break;
    case EXT_VERSIONS:
        read_versions(in, client, h);
        break;
    case EXT_KEY_SHARE:
        if (!client && in.left >= 2)
            keep(h, GROUPS, bytes_take_number(&in, 2));
        break;
    default:
        break;
    }
}

static void read_body(struct bytes *in, bool client, struct hello *h)
{
    struct bytes extensions;

    keep(h, VERSIONS, bytes_take_number(in, 2));
    bytes_take(in, 32); /* random */
    bytes_take_vector(in, 1);
    if (client) {
        keep_all(h, CIPHERS, bytes_take_vector(in, 2));
        bytes_take_vector(in, 1); /* compression */
    } else {
        keep(h, CIPHERS, bytes_take_number(in, 2));
        bytes_take(in, 1);
    }
    if (in->bad || in->left == 0)
        return;
    extensions = bytes_take_vector(in, 2);
    while (!extensions.bad && extensions.left > 0) {
        unsigned type = bytes_take_number(&extensions, 2);
        struct bytes body = bytes_take_vector(&extensions, 2);

        if (!extensions.bad)
            read_extension(type, body, client, h);
    }
    in->bad = in->bad || extensions.bad;
}

bool hello_read(const void *msg, size_t len, struct hello *ret)
{
    struct bytes in = {msg, len, false}, body;
    unsigned type = bytes_take_number(&in, 1);

    memset(ret, 0, sizeof(*ret));
    body = bytes_take_vector(&in, 3);
    if (in.bad || (type != CLIENT_HELLO && type != SERVER_HELLO))
        return false;
    read_body(&body, type == CLIENT_HELLO, ret);
    if (body.bad) {
        memset(ret, 0, sizeof(*ret));
        return false;
    }
    ret->present = true;
    return true;
}

/* ---- packed ---- */

struct hello_packed {
    uint8_t count[LISTS], left[LISTS];
    uint16_t list[]; /* all of them, then the server name */
};

struct hello_packed *hello_pack(const struct hello *h)
{
    size_t count = (size_t)h->version_count + h->cipher_count + h->group_count +
                   h->sigalg_count;
    size_t name = strlen(h->server_name) + 1;
    struct hello_packed *p =
        malloc(sizeof(*p) + count * sizeof(*p->list) + name);
    struct hello copy = *h;
    struct part part[LISTS];
    uint16_t *at;
    int i;

    if (p == NULL)
        return NULL;
    parts_of(&copy, part);
    at = p->list;
    for (i = 0; i < LISTS; i++) {
        p->count[i] = *part[i].count;
        p->left[i] = *part[i].left;
        memcpy(at, part[i].list, p->count[i] * sizeof(*at));
        at += p->count[i];
    }
    memcpy(at, h->server_name, name);
    return p;
}

void hello_unpack(const struct hello_packed *p, struct hello *ret)
{
    struct part part[LISTS];
    const uint16_t *at;
    int i;

    memset(ret, 0, sizeof(*ret));
    if (p == NULL)
        return;
    parts_of(ret, part);
    ret->present = true;
    at = p->list;
    for (i = 0; i < LISTS; i++) {
        *part[i].count = p->count[i];
        *part[i].left = p->left[i];
        ret->cut |= p->left[i] != 0;
        memcpy(part[i].list, at, p->count[i] * sizeof(*at));
        at += p->count[i];
    }
    snprintf(ret->server_name, sizeof(ret->server_name), "%s",
             (const char *)at);
}

/* ---- for people ---- */

void hello_add_versions(const struct hello *h, struct strbuf *out)
{
    const struct version *v;
    size_t i;

    for (i = 0; i < h->version_count; i++) {
        v = version_by_code(h->versions[i]);
        if (i > 0)
            strbuf_addc(out, ' ');
        if (v != NULL)
            strbuf_adds(out, v->name);
        else
            strbuf_addf(out, "%04X", h->versions[i]);
    }
}

void hello_add_ciphers(const struct hello *h, struct strbuf *out)
{
    size_t i;

    for (i = 0; i < h->cipher_count; i++)
        strbuf_addf(out, "%s%04X", i > 0 ? " " : "", h->ciphers[i]);
}

void hello_add_groups(const struct hello *h, struct strbuf *out)
{
    size_t i;

    for (i = 0; i < h->group_count; i++) {
        const struct curve *c = curve_by_id(h->groups[i]);

        if (i > 0)
            strbuf_addc(out, ' ');
        if (c != NULL)
            strbuf_adds(out, c->name);
        else
            strbuf_addf(out, "%04X", h->groups[i]);
    }
}

void hello_add_sigalgs(const struct hello *h, struct strbuf *out)
{
    size_t i;

    for (i = 0; i < h->sigalg_count; i++)
        strbuf_addf(out, "%s%04X", i > 0 ? " " : "", h->sigalgs[i]);
}
