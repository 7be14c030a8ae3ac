/*
 * Counts what a program allocates; for tests/bench/count, by LD_PRELOAD. The
 * counts stand in a file that everybody may map: COUNT_ALLOC_FILE. Children
 * that are forked add to it.
 */

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* In the file's order; live is what was not freed yet, in bytes. */
struct counts {
    int64_t mallocs, frees, reallocs, bytes, live;
};

/* What malloc() keeps of its own before each piece. */
enum { HEADER = 8 };

static struct counts before_begin;
static struct counts *counts = &before_begin;

/* glibc's own names of what is defined below. */
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t count, size_t n);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t alignment, size_t n);
void __libc_free(void *p);

static void add(int64_t *count, int64_t n)
{
    __atomic_fetch_add(count, n, __ATOMIC_RELAXED);
}

__attribute__((constructor)) static void begin(void)
{
    const char *name = getenv("COUNT_ALLOC_FILE");
    int fd = name != NULL ? open(name, O_RDWR | O_CLOEXEC) : -1;
    void *p;

    if (fd < 0)
        return;
    p = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (p != MAP_FAILED)
        counts = p;
}

static int64_t weight(void *p)
{
    return p != NULL ? (int64_t)malloc_usable_size(p) + HEADER : 0;
}

static void *got(void *p, size_t n)
{
    add(&counts->mallocs, 1);
    add(&counts->bytes, (int64_t)n);
    add(&counts->live, weight(p));
    return p;
}

void *malloc(size_t n)
{
    return got(__libc_malloc(n), n);
}

void *calloc(size_t count, size_t n)
{
    return got(__libc_calloc(count, n), count * n);
}

void *memalign(size_t alignment, size_t n)
{
    return got(__libc_memalign(alignment, n), n);
}

void *aligned_alloc(size_t alignment, size_t n)
{
    return memalign(alignment, n);
}

int posix_memalign(void **p, size_t alignment, size_t n)
{
    *p = memalign(alignment, n);
    return *p != NULL ? 0 : ENOMEM;
}

void *realloc(void *p, size_t n)
{
    int64_t before = weight(p);
    void *q = __libc_realloc(p, n);

    add(&counts->reallocs, 1);
    add(&counts->bytes, (int64_t)n);
    if (q != NULL || n == 0)
        add(&counts->live, weight(q) - before);
    return q;
}

void free(void *p)
{
    if (p == NULL)
        return;
    add(&counts->frees, 1);
    add(&counts->live, -weight(p));
    __libc_free(p);
}
