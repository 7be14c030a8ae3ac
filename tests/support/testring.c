#include "support/testring.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "keyring/racdcert/racdcert.h"
#include "keyring/rings/store.h"
#include "saf/admin/admin.h"
#include "saf/db/saf.h"
#include "saf/job/job.h"
#include "support/scratch.h"
#include "util/source.h"
#include "util/strbuf.h"

struct testring {
    char dir[512];
    bool temporary, quiet, dry_run;
    const char *issuer, *dsn_dir, *password;
    struct strbuf out;
};

static void die(const struct testring *t, const char *what)
{
    fprintf(stderr, "testring: %s\n%s", what, strbuf_str(&t->out));
    abort();
}

static void collect(void *arg, const char *text, size_t len)
{
    struct testring *t = arg;

    strbuf_add(&t->out, text, len);
}

int testring_run_until(struct testring *t, const char *job,
                       const char *not_after)
{
    struct job_runner *runner = job_runner_new();
    struct job_context ctx = {0};
    struct racdcert *racdcert = NULL;
    struct source *src = NULL;
    struct saf *saf = NULL;
    struct error err = {0};
    int rc;

    strbuf_reset(&t->out);
    if (runner == NULL || racdcert_new(&racdcert, &err) != 0 ||
        admin_register(runner, &err) != 0 ||
        racdcert_register(racdcert, runner, &err) != 0 ||
        source_new("test", job, strlen(job), &src, &err) != 0 ||
        saf_open(t->dir, SAF_CREATE, &saf, &err) != 0)
        die(t, err.text);
    if (t->dry_run)
        saf_set_dry_run(saf);
    ctx.dry_run = t->dry_run;
    ctx.saf = saf;
    ctx.issuer = t->issuer;
    ctx.not_after = not_after;
    ctx.dsn_dir = t->dsn_dir;
    ctx.password = t->password;
    ctx.no_echo = t->quiet;
    rc = job_run(runner, &ctx, src, collect, t);
    racdcert_free(racdcert);
    job_runner_free(runner);
    source_unref(src);
    saf_close(saf);
    return rc;
}

int testring_run(struct testring *t, const char *job)
{
    return testring_run_until(t, job, NULL);
}

/* ---- the job ---- */

static void add_user(struct strbuf *job, const char *user, unsigned faults,
                     bool rsa)
{
    const char *dates =
        faults & TESTRING_EXPIRED  ? "NOTBEFORE(DATE(2020-01-01)) "
                                     "NOTAFTER(DATE(2021-12-31))"
        : faults & TESTRING_FUTURE ? "NOTBEFORE(DATE(2090-01-01)) "
                                     "NOTAFTER(DATE(2090-12-31))"
                                   : "";

    strbuf_addf(job, "ADDUSER %s DFLTGRP(TESTGRP)\n", user);
    strbuf_addf(job,
                "RACDCERT ID(%s) GENCERT SUBJECTSDN(CN('%s') O('Test')) +\n"
                " WITHLABEL('%s') SIGNWITH(CERTAUTH LABEL('%s')) %s %s %s +\n"
                " ALTNAME(IP(127.0.0.1) DOMAIN('localhost')) %s\n",
                user, user, user,
                faults & TESTRING_OTHER_CA ? "Other CA" : "Test CA",
                rsa ? "RSA SIZE(2048)" : "NISTECC SIZE(256)", dates,
                faults & TESTRING_CERTSIGN_ONLY ? "KEYUSAGE(CERTSIGN)" : "",
                faults & TESTRING_NOTRUST ? "NOTRUST" : "");
    strbuf_addf(job, "RACDCERT ID(%s) ADDRING(Test.Ring)\n", user);
    if (!(faults & TESTRING_NO_CA))
        strbuf_addf(job,
                    "RACDCERT ID(%s) CONNECT(CERTAUTH LABEL('Test CA') "
                    "RING(Test.Ring))\n",
                    user);
    if (!(faults & TESTRING_NO_CERT))
        strbuf_addf(job,
                    "RACDCERT ID(%s) CONNECT(LABEL('%s') RING(Test.Ring) %s "
                    "%s)\n",
                    user, user, faults & TESTRING_NO_DEFAULT ? "" : "DEFAULT",
                    faults & TESTRING_WRONG_USAGE ? "USAGE(SITE)" : "");
}

static void add_ca(struct strbuf *job, const char *name, bool rsa)
{
    strbuf_addf(job,
                "RACDCERT CERTAUTH GENCERT SUBJECTSDN(CN('%s') O('Test')) +\n"
                " WITHLABEL('%s') %s NOTBEFORE(DATE(2020-01-01)) +\n"
                " NOTAFTER(DATE(2090-12-31))\n",
                name, name, rsa ? "RSA SIZE(2048)" : "NISTECC SIZE(256)");
}

/* ---- what no command makes ---- */

static void open_store(struct testring *t, struct saf **saf,
                       struct ring_store **s)
{
    struct error err = {0};

    if (saf_open(t->dir, SAF_WRITE, saf, &err) != 0 ||
        store_open(*saf, s, &err) != 0)
        die(t, err.text);
}

static void add_extension(struct testring *t, X509 *x, int nid,
                          const char *value)
{
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

    if (e == NULL || X509_add_ext(x, e, -1) != 1)
        die(t, "an extension can't be added");
    X509_EXTENSION_free(e);
}

static void change(struct testring *t, X509 *x, unsigned faults)
{
    if (faults & TESTRING_CLIENT_ONLY)
        add_extension(t, x, NID_ext_key_usage, "clientAuth");
    if (faults & TESTRING_SERVER_ONLY)
        add_extension(t, x, NID_ext_key_usage, "serverAuth");
    if (faults & TESTRING_MALFORMED) {
        add_extension(t, x, NID_ext_key_usage, "serverAuth");
        add_extension(t, x, NID_ext_key_usage, "serverAuth");
    }
}

/* The user's certificate is signed again by 'Test CA'. */
static void spoil(struct testring *t, const char *user, unsigned faults)
{
    const EVP_MD *md = faults & TESTRING_SHA1 ? EVP_sha1() : EVP_sha256();
    struct ring_store *s = NULL;
    struct saf *saf = NULL;
    struct store_cert *c, *ca;
    EVP_PKEY *signer = NULL, *key = NULL;
    struct error err = {0};
    X509 *x, *made;

    open_store(t, &saf, &s);
    c = store_cert_find(s, user, user);
    ca = store_cert_find(s, OWNER_CERTAUTH, "Test CA");
    if (store_x509(s, user, c, &x, &err) != 0 ||
        store_key(s, OWNER_CERTAUTH, ca, &signer, &err) != 0)
        die(t, err.text);
    made = X509_dup(x);
    if (faults & TESTRING_WEAK_KEY) {
        key = EVP_RSA_gen(512);
        X509_set_pubkey(made, key);
    }
    change(t, made, faults);
    if (X509_sign(made, signer, md) == 0 ||
        store_replace_cert(s, user, c, made, c->trust, key, &err) != 0)
        die(t, err.text);
    X509_free(made);
    EVP_PKEY_free(key);
    EVP_PKEY_free(signer);
    store_close(s);
    saf_close(saf);
}

/* A certificate without its key. */
static void drop_key(struct testring *t, const char *user)
{
    struct ring_store *s = NULL;
    struct store_cert *c;
    struct saf *saf = NULL;
    struct error err = {0};
    char name[64];

    open_store(t, &saf, &s);
    c = store_cert_find(s, user, user);
    snprintf(name, sizeof(name), "%s/cert-%u.key", user, c->file);
    c->has_key = false;
    if (saf_begin(saf, &err) != 0 || store_save(s, user, &err) != 0 ||
        saf_remove_file(saf, name, &err) != 0 || saf_commit(saf, &err) != 0)
        die(t, err.text);
    store_close(s);
    saf_close(saf);
}

static void damage(struct testring *t, const char *user, unsigned faults)
{
    const unsigned spoilt = TESTRING_SHA1 | TESTRING_WEAK_KEY |
                            TESTRING_CLIENT_ONLY | TESTRING_SERVER_ONLY |
                            TESTRING_MALFORMED;

    if (faults & spoilt)
        spoil(t, user, faults);
    if (faults & TESTRING_NO_KEY)
        drop_key(t, user);
}

static void fill(struct testring *t, const struct testring_options *o)
{
    struct strbuf job = STRBUF_INIT;
    int rc;

    strbuf_adds(&job, "ADDGROUP TESTGRP\n");
    add_ca(&job, "Test CA", o->rsa);
    if ((o->server | o->client) & TESTRING_OTHER_CA)
        add_ca(&job, "Other CA", o->rsa);
    add_user(&job, "SERVER", o->server, o->rsa);
    add_user(&job, "CLIENT", o->client, o->rsa);
    rc = testring_run(t, strbuf_str(&job));
    if (rc != 0 || strbuf_failed(&job))
        die(t, "the job failed");
    strbuf_done(&job);
    damage(t, "SERVER", o->server);
    damage(t, "CLIENT", o->client);
}

struct testring *testring_empty(void)
{
    struct testring *t = calloc(1, sizeof(*t));
    char path[SCRATCH];

    if (t == NULL)
        abort();
    t->temporary = true;
    scratch_folder_for_policy(path, "testring");
    snprintf(t->dir, sizeof(t->dir), "%s", path);
    return t;
}

struct testring *testring_new(const struct testring_options *options)
{
    static const struct testring_options none;
    struct testring *t;

    if (options == NULL)
        options = &none;
    if (options->dir == NULL) {
        t = testring_empty();
    } else {
        t = calloc(1, sizeof(*t));
        if (t == NULL)
            abort();
        snprintf(t->dir, sizeof(t->dir), "%s", options->dir);
    }
    fill(t, options);
    return t;
}

static int remove_one(const char *path, const struct stat *st, int type,
                      struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

void testring_free(struct testring *t)
{
    if (t == NULL)
        return;
    if (t->temporary)
        nftw(t->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    strbuf_done(&t->out);
    free(t);
}

const char *testring_dir(const struct testring *t)
{
    return t->dir;
}

void testring_issuer(struct testring *t, const char *issuer)
{
    t->issuer = issuer;
}

void testring_dsn_dir(struct testring *t, const char *dir)
{
    t->dsn_dir = dir;
}

void testring_password(struct testring *t, const char *password)
{
    t->password = password;
}

void testring_dry_run(struct testring *t, bool dry_run)
{
    t->dry_run = dry_run;
}

void testring_quiet(struct testring *t, bool quiet)
{
    t->quiet = quiet;
}

const char *testring_output(const struct testring *t)
{
    return strbuf_str(&t->out);
}
