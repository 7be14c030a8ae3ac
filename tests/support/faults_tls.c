#include "support/faults_tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

enum {
#define TLS_FAULT(type, name, bad, parms, args) AT_##name,
#include "support/faults_tls.def"
    FUNCTIONS
};

static struct {
    const char *name;
    int countdown, struck;
} functions[] = {
#define TLS_FAULT(type, name, bad, parms, args) {#name, 0, 0},
#include "support/faults_tls.def"
};

static int find(const char *name)
{
    int i;

    for (i = 0; i < FUNCTIONS; i++)
        if (strcmp(functions[i].name, name) == 0)
            return i;
    fprintf(stderr, "faults_tls: %s is not in the table\n", name);
    abort();
}

void fault_tls_set(const char *name, int nth)
{
    int i = find(name);

    functions[i].countdown = nth;
    functions[i].struck = 0;
}

int fault_tls_struck(const char *name)
{
    return functions[find(name)].struck;
}

const char *fault_tls_name(size_t i)
{
    return i < FUNCTIONS ? functions[i].name : NULL;
}

static int strikes(int i)
{
    if (functions[i].countdown == 0 || --functions[i].countdown != 0)
        return 0;
    functions[i].struck = 1;
    return 1;
}

#define TLS_FAULT(type, name, bad, parms, args)                                \
    type __real_##name parms;                                                  \
    type __wrap_##name parms;                                                  \
    type __wrap_##name parms                                                   \
    {                                                                          \
        return strikes(AT_##name) ? (bad) : __real_##name args;                \
    }
#include "support/faults_tls.def"
