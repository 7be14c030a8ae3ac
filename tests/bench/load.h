#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

/*
 * What the benchmark's two ends share: sockets on an epoll loop, in clear or
 * in TLS, a pattern of bytes that is compared wherever it arrives, and the
 * processor time and memory of a tree of processes.
 */

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LOAD_MESSAGE = 100, LOAD_CHUNK = 256 * 1024 };

/* CERT: file with certificate and key, NULL: none; VERSION "1.2", "1.3" or
 * NULL: either. Ends the program when it can't. */
SSL_CTX *load_context(bool server, const char *cert, const char *version);

/* One end of a connection. */
struct load_end {
    int fd;
    SSL *ssl; /* NULL: clear */
    bool shaken;
    bool levels;      /* the client's: no edges any more */
    size_t sent, got; /* bytes of the pattern, in each direction */
    uint64_t started; /* nanoseconds */
};

/* > 0 bytes, 0: not now, -1: the end, -2: lost. */
long load_read(struct load_end *e, void *buf, size_t size);
long load_write(struct load_end *e, const void *buf, size_t len);
/* 1: done, 0: not now, -1: failed. */
int load_shake(struct load_end *e);
void load_close(struct load_end *e);

/* Sends as much of the pattern as goes, at most MAX bytes; -1: lost. */
long load_put(struct load_end *e, size_t max);
/* Reads and compares; -1: end, -2: lost or a wrong byte (said on stderr). */
long load_take(struct load_end *e);

int load_listen(const char *address);
/* Non-blocking; -1 when it failed at once. */
int load_connect(const char *address);

uint64_t load_now(void); /* nanoseconds */
/* User and system time of PID and all below it, those that have ended too;
 * nanoseconds. */
uint64_t load_cpu(int pid);
/* Memory of this tree that no file backs (RssAnon), in KiB. */
unsigned long load_memory(int pid);

void load_die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
