#ifndef SUPPORT_FAULTS_H
#define SUPPORT_FAULTS_H

/*
 * Makes calls of the C library fail on demand, so that every failing path of
 * a module has a test. Link the object library attls_faults: it adds
 * --wrap=... for each name below, and calls made by our own objects (not by
 * other libraries) go through the count.
 */

enum injected {
    FAULT_MEMORY, /* malloc calloc realloc strdup strndup asprintf vasprintf */
    FAULT_READ,
    FAULT_WRITE,
    FAULT_FSTAT,
    FAULT_FCHOWN,
    FAULT_FCHMOD,
    FAULT_FSYNC,
    FAULT_RENAME, /* renameat */
    FAULT_KINDS
};

/*
 * The NTH call from now (1: the next) of this kind fails with ERROR in errno;
 * the calls before and after it are real. 0: none fails.
 */
void fault_set(enum injected kind, int nth, int error);

/* The NTH call of this kind ends the process with status FAULT_KILLED, at
 * once, before it does anything: what a killed writer leaves is tested so. */
enum { FAULT_KILLED = 17 };
void fault_kill(enum injected kind, int nth);

/* True when the fault that was set has struck. */
int fault_struck(enum injected kind);

#endif
