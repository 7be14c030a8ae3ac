/*
 * Any bytes as a job: JCL, TSO commands, and the commands of lib/saf on a
 * database that forgets what they did (a dry run). What comes out is
 * printable text whatever went in.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz/fuzz.h"
#include "saf/admin/admin.h"
#include "saf/db/saf.h"
#include "saf/job/job.h"
#include "support/scratch.h"
#include "util/source.h"

static char dir[SCRATCH];
static struct job_runner *runner;

static void remove_database(void)
{
    static const char *const names[] = {"saf/database.cfg", "saf/users.cfg",
                                        "saf/groups.cfg",   "saf/classes.cfg",
                                        "saf/profiles.cfg", "saf/raclist.cfg",
                                        "saf/keys.cfg",     "saf/passwords.cfg",
                                        "saf/lock",         "saf"};
    char path[SCRATCH + 32];
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
        remove(path);
    }
    rmdir(dir);
    job_runner_free(runner);
}

static void set_up(void)
{
    struct saf *saf = NULL;

    runner = job_runner_new();
    scratch_folder(dir, "fuzz-job");
    if (saf_open(dir, SAF_CREATE, &saf, NULL) != 0 || runner == NULL ||
        admin_register(runner, NULL) != 0)
        abort();
    saf_close(saf);
    atexit(remove_database);
}

static void check_output(void *arg, const char *text, size_t len)
{
    size_t i;

    (void)arg;
    for (i = 0; i < len; i++)
        if (text[i] != '\n' && (text[i] < ' ' || text[i] > '~'))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct job_context ctx = {.issuer = "FUZZ"};
    struct source *src = NULL;

    if (runner == NULL)
        set_up();
    if (size > 65536 ||
        source_new("job", (const char *)data, size, &src, NULL) != 0)
        return 0;
    job_only_reads(runner, src);
    if (saf_open(dir, SAF_WRITE, &ctx.saf, NULL) != 0)
        abort();
    saf_set_dry_run(ctx.saf);
    job_run(runner, &ctx, src, check_output, NULL);
    saf_close(ctx.saf);
    source_unref(src);
    return 0;
}
