/*
 * Builds and searches the tree of boxes that index.h describes; rules are
 * split where a sample of them splits best.
 */

#include "policy/index.h"

#include <stdlib.h>
#include <string.h>

#include "policy/model.h"
#include "util/bytes.h"

enum {
    LEAF = INDEX_DIMS, /* as the dimension of a node */
    LEAF_BOXES = 4,    /* a leaf: its boxes are looked at one by one */
    RULE_BOXES = 16,   /* a rule of more ranges gets coarser boxes */
    SAMPLE = 128,      /* boxes that are asked about a split */
    FEW_RULES = 8
};

struct node {
    uint64_t split; /* below: up to this number */
    /* Where the boxes on both sides are, in this dimension. */
    uint64_t both_low, both_high;
    /* Of a leaf: where its rules begin in the list, and how many. */
    uint32_t below, above;
    uint32_t both;
    uint32_t first; /* the lowest rule in it */
    uint8_t dim;
};

enum { NO_NODE = UINT32_MAX };

struct index {
    const struct node *nodes;
    const uint32_t *rules;
    uint32_t root;
};

/* ---- points ---- */

/* IPv4 addresses stand where their IPv4-mapped forms are. */
static void addr_halves(int family, const unsigned char *ip, uint64_t *high,
                        uint64_t *low)
{
    *high = 0;
    *low = 0;
    if (family == AF_INET6) {
        *high = bytes_get64(ip);
        *low = bytes_get64(ip + 8);
    } else if (family == AF_INET) {
        *low = UINT64_C(0xffff00000000) | bytes_get32(ip);
    }
}

static uint64_t name_number(const char *name, size_t len, unsigned char fill)
{
    unsigned char bytes[8];

    len = len < sizeof(bytes) ? len : sizeof(bytes);
    memset(bytes, fill, sizeof(bytes));
    memcpy(bytes, name, len);
    return bytes_get64(bytes);
}

void index_set_addr(struct index_point *pt, enum index_dim high,
                    const struct netaddr *a)
{
    addr_halves(a->family, a->ip, &pt->at[high], &pt->at[high + 1]);
}

void index_set_name(struct index_point *pt, enum index_dim dim,
                    const char *name)
{
    if (name == NULL) {
        pt->unknown |= 1u << dim;
        pt->at[dim] = 0;
    } else {
        pt->at[dim] = name_number(name, strlen(name), 0);
    }
}

/* ---- boxes ---- */

struct box {
    uint64_t low[INDEX_DIMS], high[INDEX_DIMS];
    uint32_t rule;
};

static void whole(struct box *b, unsigned dim)
{
    b->low[dim] = 0;
    b->high[dim] = UINT64_MAX;
}

static bool is_whole(const struct box *b, unsigned dim)
{
    return b->low[dim] == 0 && b->high[dim] == UINT64_MAX;
}

/* Range I of a condition; ALL: what is around all of them. */
static void port_side(struct box *b, unsigned dim, const struct cond *c,
                      uint32_t i, bool all)
{
    const struct port_range *r = c->items;

    if (c->count == 0) {
        whole(b, dim);
        return;
    }
    b->low[dim] = r[i].low;
    b->high[dim] = r[i].high;
    for (i = 0; all && i < c->count; i++) {
        b->low[dim] = r[i].low < b->low[dim] ? r[i].low : b->low[dim];
        b->high[dim] = r[i].high > b->high[dim] ? r[i].high : b->high[dim];
    }
}

static void one_range(struct box *b, unsigned dim, const struct addr_range *r)
{
    addr_halves(r->family, r->low, &b->low[dim], &b->low[dim + 1]);
    addr_halves(r->family, r->high, &b->high[dim], &b->high[dim + 1]);
    if (b->low[dim] != b->high[dim])
        whole(b, dim + 1);
}

static void addr_side(struct box *b, unsigned dim, const struct cond *c,
                      uint32_t i, bool all)
{
    const struct addr_range *r = c->items;
    struct box other;
    unsigned d;

    if (c->count == 0) {
        whole(b, dim);
        whole(b, dim + 1);
        return;
    }
    one_range(b, dim, &r[i]);
    for (i = 0; all && i < c->count; i++) {
        one_range(&other, dim, &r[i]);
        for (d = dim; d < dim + 2; d++) {
            if (other.low[d] < b->low[d])
                b->low[d] = other.low[d];
            if (other.high[d] > b->high[d])
                b->high[d] = other.high[d];
        }
    }
}

static void name_side(struct box *b, unsigned dim, const struct setting *set)
{
    const char *pattern = set != NULL ? set->value.text : "*";
    size_t len = strlen(pattern);
    bool prefix = pattern[len - 1] == '*';

    len -= prefix;
    b->low[dim] = name_number(pattern, len, 0);
    b->high[dim] = name_number(pattern, len, prefix ? 0xff : 0);
}

static void direction_side(struct box *b, const struct policy_rule *r)
{
    long d = r->direction->value.number;

    b->low[INDEX_DIRECTION] =
        (uint64_t)(d & POLICY_INBOUND ? POLICY_INBOUND : d);
    b->high[INDEX_DIRECTION] =
        (uint64_t)(d & POLICY_OUTBOUND ? POLICY_OUTBOUND : d);
}

struct boxes {
    struct box *list;
    uint32_t count;
};

/* How many ranges of each condition get a box of their own. */
static void box_counts(const struct policy_rule *r, uint32_t n[4])
{
    const struct cond *conds[] = {&r->local_port, &r->remote_port,
                                  &r->local_addr, &r->remote_addr};
    uint64_t product = 1;
    unsigned i;

    for (i = 0; i < 4; i++) {
        n[i] = conds[i]->count > 1 ? conds[i]->count : 1;
        if (product * n[i] > RULE_BOXES)
            n[i] = 1;
        product *= n[i];
    }
}

static uint32_t boxes_of(const struct policy_rule *r)
{
    uint32_t n[4];

    box_counts(r, n);
    return n[0] * n[1] * n[2] * n[3];
}

static void add_boxes(struct boxes *all, const struct policy_rule *r,
                      uint32_t rule)
{
    uint32_t n[4], i, total;
    struct box *b;

    box_counts(r, n);
    total = n[0] * n[1] * n[2] * n[3];
    for (i = 0; i < total; i++) {
        b = &all->list[all->count++];
        b->rule = rule;
        port_side(b, INDEX_LOCAL_PORT, &r->local_port, i % n[0],
                  n[0] < r->local_port.count);
        port_side(b, INDEX_REMOTE_PORT, &r->remote_port, i / n[0] % n[1],
                  n[1] < r->remote_port.count);
        addr_side(b, INDEX_LOCAL_HIGH, &r->local_addr, i / n[0] / n[1] % n[2],
                  n[2] < r->local_addr.count);
        addr_side(b, INDEX_REMOTE_HIGH, &r->remote_addr, i / n[0] / n[1] / n[2],
                  n[3] < r->remote_addr.count);
        name_side(b, INDEX_JOBNAME, r->jobname);
        name_side(b, INDEX_USERID, r->userid);
        direction_side(b, r);
    }
}

/* ---- building ---- */

struct builder {
    const struct box *boxes;
    uint32_t *order, *scratch; /* box numbers */
    struct node *nodes;
    uint32_t *rules;
    uint32_t node_count, rule_count;
};

enum side { BELOW, ABOVE, BOTH };

static enum side side_of(const struct box *b, unsigned dim, uint64_t split)
{
    return b->high[dim] <= split ? BELOW : b->low[dim] > split ? ABOVE : BOTH;
}

struct split {
    unsigned dim;
    uint64_t at;
    double cost; /* boxes that a search must still look at, 1: all */
};

/*
 * What a search has left when points lie as boxes do; and, so that boxes
 * within boxes are peeled off, a little more than half way to that when
 * points lie on both sides alike.
 */
static double cost(uint32_t below, uint32_t above, uint32_t both)
{
    double n = below + above + both, sides = below + above;
    double like_boxes, alike;

    if (sides == 0)
        return 1;
    like_boxes = both + ((double)below * below + (double)above * above) / sides;
    alike = both + sides / 2;
    return (0.75 * like_boxes + 0.25 * alike) / n;
}

/* A set of boxes by their numbers. */
struct set {
    const uint32_t *list;
    uint32_t count;
};

static void try_split(const struct builder *b, const struct set *judges,
                      unsigned dim, uint64_t at, struct split *best)
{
    uint32_t n[3] = {0, 0, 0}, i;
    double c;

    for (i = 0; i < judges->count; i++)
        n[side_of(&b->boxes[judges->list[i]], dim, at)]++;
    c = cost(n[BELOW], n[ABOVE], n[BOTH]);
    if (c < best->cost) {
        best->dim = dim;
        best->at = at;
        best->cost = c;
    }
}

static int compare_numbers(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* Splits at the quarters of the ends of the boxes in the sample. */
static void try_dim(const struct builder *b, const struct set *sample,
                    const struct set *judges, unsigned dim, struct split *best)
{
    uint64_t ends[2][SAMPLE];
    const struct box *box;
    uint32_t n = 0, i, q;

    for (i = 0; i < sample->count; i++) {
        box = &b->boxes[sample->list[i]];
        if (is_whole(box, dim))
            continue;
        ends[0][n] = box->high[dim];
        ends[1][n++] = box->low[dim] != 0 ? box->low[dim] - 1 : 0;
    }
    for (i = 0; n != 0 && i < 2; i++) {
        qsort(ends[i], n, sizeof(ends[i][0]), compare_numbers);
        for (q = 1; q < 4; q++)
            if (q == 1 || ends[i][n * q / 4] != ends[i][n * (q - 1) / 4])
                try_split(b, judges, dim, ends[i][n * q / 4], best);
    }
}

/* Any SAMPLE of them; a stride would fall in step with the order of rules. */
static void draw(const struct set *all, uint32_t list[SAMPLE],
                 struct set *sample)
{
    uint32_t i, x = 2463534242u;

    sample->list = all->list;
    sample->count = all->count;
    if (all->count <= SAMPLE)
        return;
    for (i = 0; i < SAMPLE; i++) {
        x ^= x << 13; /* Marsaglia, "Xorshift RNGs" */
        x ^= x >> 17;
        x ^= x << 5;
        list[i] = all->list[x % all->count];
    }
    sample->list = list;
    sample->count = SAMPLE;
}

/* The best split, in the opinion of the sample or, when ALL_JUDGE, of all. */
static struct split choose(const struct builder *b, const struct set *all,
                           bool all_judge)
{
    struct split best = {LEAF, 0, 0.95};
    uint32_t list[SAMPLE];
    struct set sample;
    unsigned dim;

    draw(all, list, &sample);
    for (dim = 0; dim < INDEX_DIMS; dim++)
        try_dim(b, &sample, all_judge ? all : &sample, dim, &best);
    return best;
}

/* How many boxes are on each side; false: one side would keep nearly all, and
 * the depth would not stay logarithmic. */
static bool divides(const struct builder *b, const struct set *all,
                    const struct split *s, uint32_t n[3])
{
    uint32_t i, most = all->count - (all->count + 15) / 16;

    memset(n, 0, 3 * sizeof(n[0]));
    for (i = 0; i < all->count; i++)
        n[side_of(&b->boxes[all->list[i]], s->dim, s->at)]++;
    return n[BELOW] <= most && n[ABOVE] <= most && n[BOTH] <= most;
}

/* Sorts ORDER by sides; each side stays in the order of rules. */
static void partition(struct builder *b, uint32_t *order, uint32_t count,
                      const struct split *s)
{
    uint32_t i, k = 0;
    enum side side;

    for (side = BELOW; side <= BOTH; side++)
        for (i = 0; i < count; i++)
            if (side_of(&b->boxes[order[i]], s->dim, s->at) == side)
                b->scratch[k++] = order[i];
    memcpy(order, b->scratch, count * sizeof(*order));
}

static void set_both(const struct builder *b, const uint32_t *order,
                     uint32_t count, struct node *n)
{
    const struct box *box;
    uint32_t i;

    n->both_low = UINT64_MAX;
    n->both_high = 0;
    for (i = 0; i < count; i++) {
        box = &b->boxes[order[i]];
        if (box->low[n->dim] < n->both_low)
            n->both_low = box->low[n->dim];
        if (box->high[n->dim] > n->both_high)
            n->both_high = box->high[n->dim];
    }
}

static uint32_t build_leaf(struct builder *b, const uint32_t *order,
                           uint32_t count)
{
    uint32_t id = b->node_count++, i, rule;
    struct node *n = &b->nodes[id];

    n->dim = LEAF;
    n->below = b->rule_count;
    n->first = b->boxes[order[0]].rule;
    for (i = 0; i < count; i++) {
        rule = b->boxes[order[i]].rule;
        if (i == 0 || rule != b->rules[b->rule_count - 1])
            b->rules[b->rule_count++] = rule;
    }
    n->above = b->rule_count - n->below;
    return id;
}

/* ORDER is in the order of rules. */
static uint32_t build(struct builder *b, uint32_t *order, uint32_t count)
{
    const struct set all = {order, count};
    struct split s;
    struct node node;
    uint32_t n[3], id;

    if (count == 0)
        return NO_NODE;
    if (count <= LEAF_BOXES)
        return build_leaf(b, order, count);
    s = choose(b, &all, false);
    if (s.dim == LEAF || !divides(b, &all, &s, n)) {
        s = choose(b, &all, true);
        if (s.dim == LEAF || !divides(b, &all, &s, n))
            return build_leaf(b, order, count);
    }
    id = b->node_count++;
    node.dim = (uint8_t)s.dim;
    node.split = s.at;
    node.first = b->boxes[order[0]].rule;
    partition(b, order, count, &s);
    set_both(b, order + n[BELOW] + n[ABOVE], n[BOTH], &node);
    node.below = build(b, order, n[BELOW]);
    node.above = build(b, order + n[BELOW], n[ABOVE]);
    node.both = build(b, order + n[BELOW] + n[ABOVE], n[BOTH]);
    b->nodes[id] = node;
    return id;
}

/* The tree, moved from where there was room for the largest. */
static const struct index *keep(struct arena *a, const struct builder *b,
                                uint32_t root)
{
    struct index *x = arena_alloc(a, sizeof(*x));
    struct node *nodes = arena_calloc(a, b->node_count, sizeof(*nodes));
    uint32_t *rules = arena_calloc(a, b->rule_count, sizeof(*rules));

    if (x == NULL || nodes == NULL || rules == NULL)
        return NULL;
    memcpy(nodes, b->nodes, b->node_count * sizeof(*nodes));
    memcpy(rules, b->rules, b->rule_count * sizeof(*rules));
    x->nodes = nodes;
    x->rules = rules;
    x->root = root;
    return x;
}

bool index_build(struct arena *a, const struct policy_rule *rules,
                 uint32_t count, const struct index **ret)
{
    struct builder b = {.node_count = 0};
    struct boxes all = {NULL, 0};
    size_t i, n = 0;
    bool ok = false;

    *ret = NULL;
    if (count <= FEW_RULES)
        return true;
    for (i = 0; i < count; i++)
        n += boxes_of(&rules[i]);
    all.list = malloc(n * sizeof(*all.list));
    b.order = malloc(n * sizeof(*b.order));
    b.scratch = malloc(n * sizeof(*b.scratch));
    b.rules = malloc(n * sizeof(*b.rules));
    b.nodes = malloc(2 * n * sizeof(*b.nodes));
    if (all.list != NULL && b.order != NULL && b.scratch != NULL &&
        b.rules != NULL && b.nodes != NULL) {
        for (i = 0; i < count; i++)
            add_boxes(&all, &rules[i], (uint32_t)i);
        for (i = 0; i < n; i++)
            b.order[i] = (uint32_t)i;
        b.boxes = all.list;
        *ret = keep(a, &b, build(&b, b.order, (uint32_t)n));
        ok = *ret != NULL;
    }
    free(all.list);
    free(b.order);
    free(b.scratch);
    free(b.rules);
    free(b.nodes);
    return ok;
}

/* ---- searching ---- */

struct search {
    const struct index *index;
    const struct index_point *point;
    uint32_t best;
    index_accept_fn accept;
    void *arg;
};

static void search_leaf(struct search *s, const struct node *n)
{
    const uint32_t *rules = s->index->rules + n->below;
    uint32_t i;

    for (i = 0; i < n->above && rules[i] < s->best; i++)
        if (s->accept(s->arg, rules[i])) {
            s->best = rules[i];
            return;
        }
}

static void search_node(struct search *s, uint32_t id)
{
    const struct node *n;
    uint64_t at;

    while (id != NO_NODE) {
        n = &s->index->nodes[id];
        if (n->first >= s->best)
            return;
        if (n->dim == LEAF) {
            search_leaf(s, n);
            return;
        }
        id = n->both;
        if (s->point->unknown & (1u << n->dim)) {
            search_node(s, n->below);
            search_node(s, n->above);
            continue;
        }
        at = s->point->at[n->dim];
        search_node(s, at <= n->split ? n->below : n->above);
        if (at < n->both_low || at > n->both_high)
            return;
    }
}

uint32_t index_find(const struct index *x, const struct index_point *pt,
                    index_accept_fn accept, void *arg)
{
    struct search s = {x, pt, UINT32_MAX, accept, arg};

    search_node(&s, x->root);
    return s.best;
}
