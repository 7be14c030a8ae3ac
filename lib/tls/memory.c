/* Free lists of a thread, by size; see memory.h. */

#include "tls/memory.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/crypto.h>

#include "tls/testing.h"

#ifdef ATTLS_KEEP_MEMORY
enum { MAY_KEEP = 1 };
#else
enum { MAY_KEEP = 0 }; /* built with a sanitizer */
#endif

/*
 * Class C has pieces of at least 16 C + 8 bytes, which is how the C library
 * rounds: so a piece is never larger than malloc() would have given, and the
 * memory of idle connections does not grow.
 */
enum {
    STEP = 16,
    REST = 8,
    CLASSES = 2049, /* up to 32 KiB, which buffers of records are below */
    KEPT_BYTES = 1024 * 1024,
    WIPED_FROM = 80,
    WIPED_TO = 8192,
    WIPED_AT_ONCE = 1024, /* memset() of more takes rep stosb: a slow start */
    /* after a burst only: malloc_trim() walks the whole heap, 28 ms with 5,000
     * idle connections */
    TRIM_BYTES = KEPT_BYTES / 2
};

struct piece {
    struct piece *next;
};

struct lists {
    size_t bytes;
    bool used;  /* since the last memory_rest() */
    bool awake; /* memory_rest() will be called */
    bool (*wake)(void *arg);
    void *arg;
    struct piece *first[CLASSES];
};

static _Thread_local struct lists *mine;
static bool on;

/* The least class for N bytes; CLASSES or more: too large to be kept. */
static inline size_t class_for(size_t n)
{
    return n <= STEP + REST ? 1 : (n - REST + STEP - 1) / STEP;
}

/* The greatest class that a piece of N bytes is good for. */
static inline size_t class_of(size_t n)
{
    return (n - REST) / STEP;
}

static void *take(size_t n)
{
    size_t c = class_for(n);
    struct piece *p;

    if (mine == NULL || c >= CLASSES)
        return malloc(n);
    p = mine->first[c];
    if (p == NULL)
        return malloc(c * STEP + REST);
    mine->first[c] = p->next;
    mine->bytes -= c * STEP + REST;
    return p;
}

static void note_use(struct lists *m)
{
    if (!m->awake)
        m->awake = m->wake(m->arg);
    m->used = m->awake;
}

/* Apart from give(), which most pieces pass without it. */
__attribute__((noinline)) static void wipe(char *p, size_t n)
{
    size_t part;

    for (; n != 0; p += part, n -= part) {
        part = n < WIPED_AT_ONCE ? n : WIPED_AT_ONCE;
        explicit_bzero(p, part);
    }
}

static void give(void *at)
{
    size_t n = malloc_usable_size(at), c = class_of(n);
    struct lists *m = mine;
    struct piece *p = at;

    if (n >= WIPED_FROM && n <= WIPED_TO)
        wipe(at, n);
    if (m == NULL || c >= CLASSES || m->bytes >= KEPT_BYTES) {
        free(at);
        return;
    }
    p->next = m->first[c];
    m->first[c] = p;
    m->bytes += c * STEP + REST;
    if (!m->used)
        note_use(m);
}

/* ---- OpenSSL's functions ---- */

static void *on_malloc(size_t n, const char *file, int line)
{
    (void)file;
    (void)line;
    return n != 0 ? take(n) : NULL;
}

static void on_free(void *p, const char *file, int line)
{
    (void)file;
    (void)line;
    if (p != NULL)
        give(p);
}

/* Not the C library's: that would leave the old piece as it is. */
static void *on_realloc(void *p, size_t n, const char *file, int line)
{
    size_t old = p != NULL ? malloc_usable_size(p) : 0;
    void *q;

    if (n != 0 && n <= old && n >= old / 2)
        return p;
    q = on_malloc(n, file, line);
    if (q == NULL && n != 0)
        return NULL;
    if (q != NULL && p != NULL)
        memcpy(q, p, old < n ? old : n);
    on_free(p, file, line);
    return q;
}

void memory_init(void)
{
    const char *how = secure_getenv("ATTLS_MEMORY");

    if (MAY_KEEP && !on && (how == NULL || strcmp(how, "plain") != 0))
        on = CRYPTO_set_mem_functions(on_malloc, on_realloc, on_free) == 1;
}

bool memory_on(void)
{
    return on;
}

/* ---- a thread ---- */

void memory_begin(bool (*wake)(void *arg), void *arg)
{
    struct lists *m = on ? calloc(1, sizeof(*m)) : NULL;

    if (m == NULL)
        return;
    m->wake = wake;
    m->arg = arg;
    mine = m;
}

static void give_back(struct lists *m)
{
    bool much = m->bytes >= TRIM_BYTES;
    struct piece *p;
    size_t c;

    for (c = 0; c < CLASSES; c++)
        while ((p = m->first[c]) != NULL) {
            m->first[c] = p->next;
            free(p);
        }
    m->bytes = 0;
#ifdef __GLIBC__
    /* what handshakes used lies between what connections keep: only whole
     * pages of it, not the heap's end, can go back to the kernel */
    if (much)
        malloc_trim(0);
#endif
}

void memory_rest(void)
{
    struct lists *m = mine;

    if (m == NULL)
        return;
    if (m->used) {
        m->used = false;
        m->awake = m->wake(m->arg);
        return;
    }
    give_back(m);
    m->awake = false;
}

void memory_end(void)
{
    struct lists *m = mine;

    mine = NULL;
    if (m != NULL)
        give_back(m);
    free(m);
}

size_t memory_kept(void)
{
    return mine != NULL ? mine->bytes : 0;
}
