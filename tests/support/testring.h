#ifndef SUPPORT_TESTRING_H
#define SUPPORT_TESTRING_H

/*
 * Security databases for tests, made the way users make them: a job's text
 * through the job runner, into a temporary folder.
 *
 * testring_new() makes users SERVER and CLIENT (group TESTGRP), certificate
 * authority 'Test CA' (CN=Test CA.O=Test), and for each user a ring
 * "Test.Ring" with 'Test CA' (CERTAUTH) and, as DEFAULT, the user's
 * certificate, whose label is the user id. Keys are NISTECC (P-256) unless
 * RSA is asked for. Faults spoil one user's certificate or ring.
 *
 * In a shell the same is: tests/testring DIR [--server FAULT,...]
 * [--client FAULT,...] [--rsa]; faults by name, as below without TESTRING_,
 * lower case, "-" for "_".
 */

#include <stdbool.h>

enum testring_fault {
    TESTRING_EXPIRED = 1 << 0,     /* NOTAFTER was in 2021 */
    TESTRING_NO_CA = 1 << 1,       /* 'Test CA' is not connected */
    TESTRING_WRONG_USAGE = 1 << 2, /* own certificate with USAGE(SITE) */
    TESTRING_NO_KEY = 1 << 3,      /* own certificate stored without key */
    TESTRING_NO_CERT = 1 << 4,     /* own certificate not connected */
    TESTRING_OTHER_CA = 1 << 5,    /* signed by 'Other CA', connected nowhere */
    TESTRING_NO_DEFAULT = 1 << 6,  /* connected, but not DEFAULT */
    TESTRING_NOTRUST = 1 << 7,     /* own certificate NOTRUST */
    TESTRING_CERTSIGN_ONLY = 1 << 8, /* KEYUSAGE(CERTSIGN), no HANDSHAKE */
    TESTRING_FUTURE = 1 << 9,        /* NOTBEFORE is in 2090 */
    /* What RACDCERT does not make, and shops have from elsewhere. */
    TESTRING_SHA1 = 1 << 10,        /* signed with SHA-1 */
    TESTRING_WEAK_KEY = 1 << 11,    /* RSA of 512 bits */
    TESTRING_CLIENT_ONLY = 1 << 12, /* extended key usage clientAuth */
    TESTRING_SERVER_ONLY = 1 << 13, /* extended key usage serverAuth */
    TESTRING_MALFORMED = 1 << 14    /* an extension stands in it twice */
};

struct testring_options {
    unsigned server, client; /* enum testring_fault, or'ed */
    bool rsa;                /* RSA 2048: slow under sanitizers */
    const char *dir;         /* make it here and leave it; NULL: temporary */
};

struct testring;

/* NULL options: no fault. Never NULL: a failure ends the test program with
 * the job's output. */
struct testring *testring_new(const struct testring_options *options);
/* An empty database: only group SYS1. */
struct testring *testring_empty(void);
/* Removes the temporary folder; NULL allowed. */
void testring_free(struct testring *t);

const char *testring_dir(const struct testring *t);

/* Runs more commands or a whole job; returns the return code. */
int testring_run(struct testring *t, const char *job);
/* As testring_run(), with --not-after. */
int testring_run_until(struct testring *t, const char *job,
                       const char *not_after);
/* Other options of racdcert for the runs that follow; NULL: none. */
void testring_issuer(struct testring *t, const char *issuer);
void testring_dsn_dir(struct testring *t, const char *dir);
void testring_password(struct testring *t, const char *password);
/* No echo, as for one command on the command line. */
void testring_quiet(struct testring *t, bool quiet);
/* The runs that follow change nothing on the disk, and need not wait for it:
 * what one of them does is gone when it has ended. */
void testring_dry_run(struct testring *t, bool dry_run);
/* What the last run printed. */
const char *testring_output(const struct testring *t);

#endif
