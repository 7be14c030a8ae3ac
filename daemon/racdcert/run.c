/*
 * racdcert behind its options: which job runs against which database, as whom,
 * and what is printed.
 */

#include "racdcert/run.h"

#include <ctype.h>
#include <ftw.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <openssl/crypto.h>

#include "keyring/racdcert/racdcert.h"
#include "racdcert/input.h"
#include "saf/admin/admin.h"
#include "saf/db/saf.h"
#include "saf/job/job.h"
#include "util/arena.h"
#include "util/harden.h"
#include "util/paths.h"
#include "util/secret.h"
#include "util/source.h"
#include "util/strbuf.h"

struct program {
    const struct racdcert_options *o;
    FILE *out, *errors;
    struct job_runner *runner;
    struct racdcert *racdcert;
    struct source *src;
    struct saf *saf;
    bool single; /* one command from the command line */
    char issuer[SAF_NAME_MAX + 1];
    struct secret password; /* of --password-file, or what was typed */
    struct arena *arena;    /* of the map */
    struct dataset_map datasets;
    char scratch[64]; /* the folder of a dry run that has none, or "" */
};

/*
 * --issuer, else the account that runs us in upper case, if that is a user id
 * as it stands: it is never cut to fit. USER= of a job goes before both.
 */
static int find_issuer(struct program *p, struct error *err)
{
    const char *name = p->o->issuer;
    struct passwd *pw;

    if (name == NULL) {
        pw = getpwuid(geteuid());
        if (pw != NULL)
            zos_name_fold(ZOS_USERID, pw->pw_name, p->issuer);
        return 0;
    }
    if (zos_name_fold(ZOS_USERID, name, p->issuer))
        return 0;
    return error_set(err, ERR_VALUE, "--issuer %s: a user id has %s", name,
                     zos_name_form(ZOS_USERID));
}

/* The words of the command line as one command. */
static int join_args(struct program *p, struct error *err)
{
    struct strbuf sb = STRBUF_INIT;
    size_t i;
    int r;

    if (!p->o->whole_command &&
        (strncasecmp(p->o->args[0], "RACDCERT", 8) != 0 ||
         isalnum((unsigned char)p->o->args[0][8])))
        strbuf_adds(&sb, "RACDCERT ");
    for (i = 0; i < p->o->nargs; i++) {
        strbuf_adds(&sb, i > 0 ? " " : "");
        strbuf_adds(&sb, p->o->args[i]);
    }
    r = strbuf_failed(&sb) ? error_nomem(err)
                           : source_new("<command line>", strbuf_str(&sb),
                                        sb.len, &p->src, err);
    strbuf_wipe(&sb);
    p->single = true;
    return r;
}

/* No command is one word with a '/' or a '.' in it: a file, there or not. */
static bool names_file(const char *arg)
{
    struct stat st;

    return strcmp(arg, "-") == 0 || stat(arg, &st) == 0 ||
           (strpbrk(arg, "/.") != NULL && strpbrk(arg, " ()'") == NULL);
}

/* Its lines would be read as commands that nobody knows. */
static int refuse_ebcdic(const struct source *src, struct error *err)
{
    static const char slashes[] = "\x61\x61"; /* the // of JCL */

    if (strncmp(source_text(src), slashes, 2) != 0)
        return 0;
    return error_set(err, ERR_VALUE,
                     "%s is in EBCDIC; transfer it as text, or: "
                     "iconv -f IBM-1047 -t UTF-8",
                     source_name(src));
}

static int read_input(struct program *p, struct error *err)
{
    const char *file = p->o->nargs == 0 ? "-" : p->o->args[0];
    int r;

    if (p->o->nargs > 1 || (p->o->nargs == 1 && !names_file(file)))
        return join_args(p, err);
    r = source_read(file, &p->src, err);
    return r < 0 ? r : refuse_ebcdic(p->src, err);
}

/* The first line of --password-file. */
static int read_password(struct program *p, struct error *err)
{
    int r;

    if (p->o->password_file == NULL)
        return 0;
    r = secret_read(p->o->password_file, SECRET_NOBODY, 4096, &p->password,
                    err);
    if (r == 0)
        p->password.data[strcspn(p->password.data, "\r\n")] = '\0';
    return r;
}

/* The data set map. A file that nobody named may be missing, and is not worth
 * stopping for. */
static int read_datasets(struct program *p, struct error *err)
{
    const char *file = p->o->conf != NULL ? p->o->conf : PATH_CONF;
    int r = dataset_map_read(file, p->arena, &p->datasets, err);

    if (r == 0 || p->o->conf != NULL)
        return r;
    if (r != ERR_NOT_FOUND)
        fprintf(p->errors, "racdcert: the data set map is not used: %s\n",
                err->text);
    return 0;
}

/* A dry run makes no database: where the folder has none it plays in a folder
 * of its own. */
static int make_scratch(struct program *p, struct error *err)
{
    snprintf(p->scratch, sizeof(p->scratch), "/tmp/racdcert.XXXXXX");
    if (mkdtemp(p->scratch) != NULL)
        return 0;
    p->scratch[0] = '\0';
    return error_errno(err, "/tmp: can't make a folder for the dry run");
}

static int open_database(struct program *p, struct error *err)
{
    bool reads = job_only_reads(p->runner, p->src), fresh;
    const char *dir = p->o->racf;
    struct stat st;
    int r = 0;

    fresh = !reads && stat(dir, &st) < 0;
    if (fresh && p->o->dry_run) {
        r = make_scratch(p, err);
        dir = p->scratch;
    }
    if (r == 0)
        r = saf_open(dir, reads ? SAF_READ : SAF_CREATE, &p->saf, err);
    if (r == ERR_NOT_FOUND && !job_has_commands(p->runner, p->src))
        return 0; /* that is what the job is to be told */
    if (r != 0)
        return r;
    if (fresh)
        fprintf(p->errors, "racdcert: %s %s a new security database\n",
                p->o->racf, p->o->dry_run ? "would be" : "is");
    if (p->o->dry_run)
        saf_set_dry_run(p->saf);
    return 0;
}

static int set_up(struct program *p, struct error *err)
{
    int r;

    p->runner = job_runner_new();
    p->arena = arena_new();
    if (p->runner == NULL || p->arena == NULL)
        return error_nomem(err);
    r = racdcert_new(&p->racdcert, err);
    if (r == 0)
        r = admin_register(p->runner, err);
    if (r == 0)
        r = racdcert_register(p->racdcert, p->runner, err);
    if (r == 0)
        r = find_issuer(p, err);
    if (r == 0)
        r = read_input(p, err);
    if (r == 0)
        r = read_password(p, err);
    if (r == 0)
        r = read_datasets(p, err);
    if (r == 0)
        r = open_database(p, err);
    return r;
}

static void print(void *arg, const char *text, size_t len)
{
    struct program *p = arg;

    fwrite(text, 1, len, p->out);
    fflush(p->out);
}

/* PASSWORD(*): asked once, kept for the whole job. */
static const char *ask_password(void *arg)
{
    struct program *p = arg;

    struct secret *s = &p->password;

    if (s->data == NULL) {
        s->data = password_ask("Password: ");
        s->len = s->data != NULL ? strlen(s->data) : 0;
    }
    return s->data;
}

static int remove_one(const char *path, const struct stat *st, int type,
                      struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static void tear_down(struct program *p)
{
    job_runner_free(p->runner);
    racdcert_free(p->racdcert);
    source_unref(p->src);
    saf_close(p->saf);
    if (p->scratch[0] != '\0')
        nftw(p->scratch, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    arena_free(p->arena);
    secret_done(&p->password);
}

int racdcert_main(const struct racdcert_options *o, FILE *out, FILE *errors)
{
    struct program p = {.o = o, .out = out, .errors = errors};
    struct job_context ctx = {0};
    struct error err = {0};
    int rc = 12;

    /* The system's configuration of OpenSSL is not ours. */
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    if (harden_memory(&err) == 0 && set_up(&p, &err) == 0) {
        ctx.saf = p.saf;
        ctx.issuer = p.issuer[0] != '\0' ? p.issuer : NULL;
        ctx.not_after = o->not_after;
        ctx.dsn_dir = o->dsn_dir;
        ctx.password = p.password.data;
        ctx.ask_password = ask_password;
        ctx.ask_arg = &p;
        ctx.datasets = p.datasets;
        ctx.dry_run = o->dry_run;
        ctx.no_echo = p.single;
        rc = job_run(p.runner, &ctx, p.src, print, &p);
        if (o->dry_run)
            fprintf(errors, "racdcert: dry run: nothing was stored\n");
    } else {
        fprintf(errors, "racdcert: %s\n", err.text);
    }
    tear_down(&p);
    return rc;
}
