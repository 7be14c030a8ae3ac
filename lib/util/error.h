#ifndef UTIL_ERROR_H
#define UTIL_ERROR_H

/*
 * Run-time errors as values. A function that can fail returns 0 or one of
 * the negative codes below; the detail goes into the caller's struct error,
 * which may be NULL when the caller does not want it. The text is for people,
 * complete in itself (it names the file, the ring, the user), has no newline
 * and never holds a secret.
 *
 * Errors with a place in a text (policy, job, configuration) are diagnostics:
 * see util/diag.h.
 */

enum error_code {
    ERR_OK = 0,
    ERR_NOMEM = -1,        /* no memory */
    ERR_SYSTEM = -2,       /* a system call failed; the text names errno */
    ERR_SYNTAX = -3,       /* a text can't be understood; see diagnostics */
    ERR_VALUE = -4,        /* a value is outside its range or of a wrong form */
    ERR_NOT_FOUND = -5,    /* the thing asked for does not exist */
    ERR_EXISTS = -6,       /* the thing to be made exists */
    ERR_DENIED = -7,       /* an authority check said no */
    ERR_LOCKED = -8,       /* somebody else is writing */
    ERR_DAMAGED = -9,      /* stored data is not what we wrote */
    ERR_UNSAFE = -10,      /* owner or mode of a file would expose it */
    ERR_UNSUPPORTED = -11, /* known, and not done here */
    ERR_CRYPTO = -12,      /* OpenSSL refused; the text has its reason */
    ERR_LIMIT = -13        /* a limit would be passed */
};

struct error {
    int code; /* enum error_code */
    char text[512];
};

/*
 * Sets code and text and returns CODE, so that a caller writes
 *     return error_set(err, ERR_NOT_FOUND, "ring %s does not exist", name);
 * ERR may be NULL.
 */
int error_set(struct error *err, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* ERR_SYSTEM, the formatted text, ": " and the text of errno. */
int error_errno(struct error *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* ERR_NOMEM with its fixed text. */
int error_nomem(struct error *err);

#endif
