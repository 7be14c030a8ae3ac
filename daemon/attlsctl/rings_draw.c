/*
 * The rings as a picture, as the workshop draws them: a box for each ring with
 * its certificates, and an arrow from each authority to what it verifies, in
 * its own ring (solid) and in others (dashed).
 */

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "attlsctl/rings_read.h"
#include "keyring/racdcert/certlist.h"
#include "util/strbuf.h"

/* ---- what both pictures say ---- */

static bool wants_attention(const struct rings_entry *e)
{
    int m;

    for (m = 0; m < RINGS_MARKS; m++)
        if ((e->marks >> m & 1u) &&
            rings_mark_row((enum rings_mark)m).attention)
            return true;
    return false;
}

/* "ID(IMSSTC) PERSONAL DEFAULT" */
static void add_role(const struct rings_entry *e, struct strbuf *out)
{
    strbuf_addf(out, "%s %s%s", e->owner, certlist_usage(e->usage),
                e->is_default ? " DEFAULT" : "");
}

/* "2026/11/25 to 2027/11/25" */
static void add_dates(const struct rings_entry *e, struct strbuf *out)
{
    char from[16] = "?", to[16] = "?";
    struct tm tm;

    if (e->not_after != 0 && localtime_r(&e->not_before, &tm) != NULL)
        strftime(from, sizeof(from), "%Y/%m/%d", &tm);
    if (e->not_after != 0 && localtime_r(&e->not_after, &tm) != NULL)
        strftime(to, sizeof(to), "%Y/%m/%d", &tm);
    strbuf_addf(out, "%s to %s", from, to);
}

static void add_marks(const struct rings_entry *e, const char *before,
                      struct strbuf *out)
{
    int m;

    for (m = 0; m < RINGS_MARKS; m++)
        if (e->marks >> m & 1u) {
            strbuf_adds(out, before);
            rings_mark_add(e, (enum rings_mark)m, out);
        }
}

typedef void (*arrow_fn)(const struct rings *r, size_t from_ring, size_t from,
                         size_t to_ring, size_t to, struct strbuf *out);

static void each_arrow(const struct rings *r, arrow_fn arrow,
                       struct strbuf *out)
{
    size_t a, i, b, k;

    for (a = 0; a < r->n; a++)
        for (i = 0; i < r->ring[a].n; i++)
            for (b = 0; b < r->n; b++)
                for (k = 0; k < r->ring[b].n; k++)
                    if (rings_verifies(&r->ring[a].entry[i],
                                       &r->ring[b].entry[k]) &&
                        (a == b || r->ring[b].entry[k].usage == RING_PERSONAL))
                        arrow(r, a, i, b, k, out);
}

/* ---- Graphviz ---- */

/* In double quotes; \n is a line break there. */
static void dot_text(struct strbuf *out, const char *text)
{
    struct strbuf safe = STRBUF_INIT;
    const char *p;

    strbuf_add_escaped(&safe, text, strlen(text));
    for (p = strbuf_str(&safe); *p != '\0'; p++) {
        if (*p == '"' || *p == '\\')
            strbuf_addc(out, '\\');
        strbuf_addc(out, *p);
    }
    strbuf_done(&safe);
}

static void dot_entry(const struct rings *r, size_t ring, size_t i,
                      struct strbuf *out)
{
    const struct rings_entry *e = &r->ring[ring].entry[i];

    strbuf_addf(out, "    c%zu_%zu [label=\"", ring, i);
    dot_text(out, e->label);
    strbuf_adds(out, "\\n");
    add_role(e, out);
    strbuf_adds(out, "\\n");
    add_dates(e, out);
    add_marks(e, "\\n", out);
    strbuf_addf(out, "\"%s%s];\n", e->has_key ? ", penwidth=2" : "",
                wants_attention(e) ? ", color=red, fontcolor=red" : "");
}

static void dot_arrow(const struct rings *r, size_t from_ring, size_t from,
                      size_t to_ring, size_t to, struct strbuf *out)
{
    (void)r;
    strbuf_addf(out, "  c%zu_%zu -> c%zu_%zu%s;\n", from_ring, from, to_ring,
                to, from_ring == to_ring ? "" : " [style=dashed]");
}

void rings_dot(const struct rings *r, struct strbuf *out)
{
    size_t i, k;

    strbuf_adds(out, "digraph rings {\n"
                     "  rankdir=LR;\n"
                     "  node [shape=box, fontname=\"sans-serif\"];\n"
                     "  graph [fontname=\"sans-serif\"];\n");
    for (i = 0; i < r->n; i++) {
        strbuf_addf(out, "  subgraph cluster_%zu {\n    label=\"", i);
        dot_text(out, r->ring[i].owner);
        strbuf_addc(out, '/');
        dot_text(out, r->ring[i].name);
        strbuf_addf(out, "\";\n%s",
                    r->ring[i].complaints.n != 0 ? "    color=red;\n" : "");
        for (k = 0; k < r->ring[i].n; k++)
            dot_entry(r, i, k, out);
        if (r->ring[i].n == 0)
            strbuf_addf(out, "    e%zu [label=\"(empty)\", shape=plain];\n", i);
        strbuf_adds(out, "  }\n");
    }
    each_arrow(r, dot_arrow, out);
    strbuf_adds(out, "}\n");
}

/* ---- SVG ---- */

/* Rings stand side by side, certificates below each other. */
enum {
    BOX_WIDTH = 250,
    BOX_HEIGHT = 64,
    GAP = 24,
    RING_GAP = 110,
    TITLE = 34,
    MARGIN = 20
};

static int ring_x(size_t ring)
{
    return MARGIN + (int)ring * (BOX_WIDTH + 2 * GAP + RING_GAP);
}

static int ring_height(const struct rings_ring *ring)
{
    int rows = ring->n > 0 ? (int)ring->n : 1;

    return TITLE + rows * (BOX_HEIGHT + GAP);
}

static int entry_y(size_t i)
{
    return MARGIN + TITLE + (int)i * (BOX_HEIGHT + GAP);
}

static void svg_escape(struct strbuf *out, const char *text)
{
    struct strbuf safe = STRBUF_INIT;
    const char *p;

    strbuf_add_escaped(&safe, text, strlen(text));
    for (p = strbuf_str(&safe); *p != '\0'; p++)
        if (strchr("<>&\"", *p) != NULL)
            strbuf_addf(out, "&#%d;", *p);
        else
            strbuf_addc(out, *p);
    strbuf_done(&safe);
}

static void svg_line(struct strbuf *out, int x, int y, const char *style,
                     const char *text)
{
    strbuf_addf(out, "<text x=\"%d\" y=\"%d\"%s>", x, y, style);
    svg_escape(out, text);
    strbuf_adds(out, "</text>\n");
}

static void svg_entry(const struct rings_entry *e, int x, int y,
                      struct strbuf *out)
{
    bool red = wants_attention(e);
    struct strbuf line = STRBUF_INIT;

    strbuf_addf(out,
                "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
                "fill=\"%s\" stroke=\"%s\" stroke-width=\"%d\"/>\n",
                x, y, BOX_WIDTH, BOX_HEIGHT, e->has_key ? "#eef4ff" : "#ffffff",
                red ? "#c00000" : "#305080", e->has_key ? 2 : 1);
    svg_line(out, x + 8, y + 18, " font-weight=\"bold\"", e->label);
    add_role(e, &line);
    svg_line(out, x + 8, y + 34, "", strbuf_str(&line));
    strbuf_reset(&line);
    if (red)
        add_marks(e, " ", &line);
    else
        add_dates(e, &line);
    svg_line(out, x + 8, y + 50, red ? " fill=\"#c00000\"" : "",
             strbuf_str(&line));
    strbuf_done(&line);
}

static void svg_ring(const struct rings *r, size_t i, struct strbuf *out)
{
    const struct rings_ring *ring = &r->ring[i];
    struct strbuf name = STRBUF_INIT;
    size_t k;

    strbuf_addf(out,
                "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"10\" "
                "fill=\"#f7f7f2\" stroke=\"%s\"/>\n",
                ring_x(i), MARGIN, BOX_WIDTH + 2 * GAP, ring_height(ring),
                ring->complaints.n != 0 ? "#c00000" : "#808080");
    strbuf_addf(&name, "%s/%s", ring->owner, ring->name);
    svg_line(out, ring_x(i) + GAP, MARGIN + 22, " font-weight=\"bold\"",
             strbuf_str(&name));
    strbuf_done(&name);
    for (k = 0; k < ring->n; k++)
        svg_entry(&ring->entry[k], ring_x(i) + GAP, entry_y(k), out);
    if (ring->n == 0)
        svg_line(out, ring_x(i) + GAP, entry_y(0) + 18, "", "(empty)");
}

/* Leaves the box on the side of the other ring; inside a ring on the left. */
static void svg_arrow(const struct rings *r, size_t from_ring, size_t from,
                      size_t to_ring, size_t to, struct strbuf *out)
{
    int right = to_ring > from_ring, back = to_ring < from_ring,
        x1 = ring_x(from_ring) + GAP + (right ? BOX_WIDTH : 0),
        x2 = ring_x(to_ring) + GAP + (back ? BOX_WIDTH : 0),
        y1 = entry_y(from) + BOX_HEIGHT / 2, y2 = entry_y(to) + BOX_HEIGHT / 2,
        bend = from_ring == to_ring ? -GAP : 0;

    (void)r;
    strbuf_addf(out,
                "<path d=\"M %d %d C %d %d %d %d %d %d\" fill=\"none\" "
                "stroke=\"#305080\"%s marker-end=\"url(#arrow)\"/>\n",
                x1, y1, x1 + (bend != 0 ? bend : (x2 - x1) / 2), y1,
                x2 + (bend != 0 ? bend : (x1 - x2) / 2), y2, x2, y2,
                bend != 0 ? "" : " stroke-dasharray=\"6 4\"");
}

void rings_svg(const struct rings *r, struct strbuf *out)
{
    int height = 0;
    size_t i;

    for (i = 0; i < r->n; i++)
        if (ring_height(&r->ring[i]) > height)
            height = ring_height(&r->ring[i]);
    strbuf_addf(out,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
                "height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">\n"
                "<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"8\" "
                "refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" "
                "orient=\"auto\"><path d=\"M 0 0 L 8 4 L 0 8 z\" "
                "fill=\"#305080\"/></marker></defs>\n",
                ring_x(r->n) - RING_GAP + MARGIN, height + 2 * MARGIN);
    for (i = 0; i < r->n; i++)
        svg_ring(r, i, out);
    each_arrow(r, svg_arrow, out);
    strbuf_adds(out, "</svg>\n");
}
