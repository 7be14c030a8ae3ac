/*
 * Data sets as files. A name in quotes that begins with / is a path; any
 * other is a data set name (MVS JCL Reference, "DSNAME parameter"), looked up
 * in the data set map, else a file below --dsn-dir. TSO would put a prefix
 * before a name without quotes; here none is put.
 */

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "keyring/racdcert/private.h"
#include "util/fd.h"

enum { DSN_MAX = 44, QUALIFIER_MAX = 8, INPUT_MAX = 1024 * 1024 };

struct dataset {
    char name[DSN_MAX + 1], member[QUALIFIER_MAX + 1];
};

static bool name_char(char c, bool first)
{
    return isupper((unsigned char)c) || strchr("#@$", c) != NULL ||
           (!first && (isdigit((unsigned char)c) || c == '-'));
}

/* 1 to 8 characters, no digit first; qualifiers with dots between. */
static bool valid_name(const char *s, bool dots)
{
    size_t n = 0;

    for (; *s != '\0'; s++) {
        if (dots && *s == '.' && n > 0) {
            n = 0;
            continue;
        }
        if (!name_char(*s, n == 0) || ++n > QUALIFIER_MAX)
            return false;
    }
    return n > 0;
}

/* Copies folded to upper case; false: too long. */
static bool fold(const char *from, size_t len, char *to, size_t cap)
{
    size_t i;

    if (len >= cap)
        return false;
    for (i = 0; i < len; i++)
        to[i] = (char)toupper((unsigned char)from[i]);
    to[len] = '\0';
    return true;
}

/* 'A.B(M)' in one quoted text, or A.B(M) as word and list. */
static bool parse(const struct tso_node *n, struct dataset *ret)
{
    const char *text = n->text, *member = "";
    size_t len = strlen(text), mlen = 0;

    memset(ret, 0, sizeof(*ret));
    if (n->has_list) {
        if (n->child == NULL || n->child->next != NULL || n->child->has_list)
            return false;
        member = n->child->text;
        mlen = strlen(member);
    } else if (len > 0 && text[len - 1] == ')' && strchr(text, '(') != NULL) {
        member = strchr(text, '(') + 1;
        mlen = len - 1 - (size_t)(member - text);
        len = (size_t)(member - text) - 1;
    }
    return fold(text, len, ret->name, sizeof(ret->name)) &&
           fold(member, mlen, ret->member, sizeof(ret->member)) &&
           valid_name(ret->name, true) &&
           (*ret->member == '\0' || valid_name(ret->member, false));
}

static const struct job_dataset *find_mapped(struct rd *q, const char *dsn)
{
    size_t i;

    for (i = 0; i < q->ctx->dataset_count; i++)
        if (strcmp(q->ctx->datasets[i].dsn, dsn) == 0)
            return &q->ctx->datasets[i];
    return NULL;
}

static int unknown(struct rd *q, const struct dataset *d)
{
    rd_say(q, 0, MSG_INVALID, "DATA SET NAME", d->name);
    rd_hint(q, "write a path in quotes, '/path/of/the/file'; or name the "
               "folder for data sets with --dsn-dir");
    rd_hint(q,
            "or add to datasets in the configuration: { dsn = \"%s\"; "
            "dir = \"/path\"; }",
            d->name);
    return JOB_FAILED;
}

/* DIR/A.B.C, or DIR/A.B.C/M; in the map a library is the folder itself. */
static int place(struct rd *q, const struct dataset *d, char path[RD_PATH])
{
    const struct job_dataset *mapped = find_mapped(q, d->name);
    const char *dir = mapped != NULL ? mapped->dir : q->ctx->dsn_dir;
    bool member = *d->member != '\0';
    int n;

    if (dir == NULL)
        return unknown(q, d);
    if (mapped != NULL && member)
        n = snprintf(path, RD_PATH, "%s/%s", dir, d->member);
    else
        n = snprintf(path, RD_PATH, "%s/%s%s%s", dir, d->name,
                     member ? "/" : "", d->member);
    if (n < 0 || n >= RD_PATH)
        return rd_invalid(q, "DATA SET NAME", d->name, "the path is too long");
    return 0;
}

static int path_of(struct rd *q, const struct tso_node *list,
                   char path[RD_PATH])
{
    struct dataset d;

    if (list == NULL)
        return rd_missing(q, "DSN");
    if (list->next != NULL)
        return rd_invalid(q, "DATA SET NAME", list->next->text,
                          "one name is expected; a name with blanks needs "
                          "quotes");
    if (list->quoted && *list->text == '/') {
        if (strlen(list->text) >= RD_PATH)
            return rd_invalid(q, "DATA SET NAME", "", "the path is too long");
        snprintf(path, RD_PATH, "%s", list->text);
        return 0;
    }
    if (!parse(list, &d))
        return rd_invalid(q, "DATA SET NAME", list->text,
                          "a data set is 'A.B.C' or 'A.B.C(MEMBER)', 1 to 8 "
                          "characters between the dots, 44 in all; a path is "
                          "in quotes and begins with /");
    return place(q, &d, path);
}

int rd_dataset_read(struct rd *q, const struct tso_node *list, char **ret_data,
                    size_t *ret_len)
{
    struct error err = {0};
    char path[RD_PATH];
    int r;

    r = path_of(q, list, path);
    if (r != 0)
        return r;
    if (fd_read_file(AT_FDCWD, path, INPUT_MAX, ret_data, ret_len, &err) == 0)
        return 0;
    rd_say(q, 0, MSG_INPUT_ERROR);
    rd_hint(q, "%s", err.text);
    return JOB_FAILED;
}

static int make_folder(struct rd *q, const char *dir)
{
    if (mkdir(dir, 0700) == 0 || errno == EEXIST)
        return 0;
    return rd_say(q, JOB_FAILED, "%s: can't make the folder: %s", dir,
                  strerror(errno));
}

/* --dsn-dir, and the folder that is the data set of a member, are made when
 * something is written into them. Folders of paths and of the map are not. */
static int make_folders(struct rd *q, const char *path)
{
    const char *root = q->ctx->dsn_dir;
    char dir[RD_PATH];
    char *slash;
    int r;

    if (root == NULL || strncmp(path, root, strlen(root)) != 0 ||
        path[strlen(root)] != '/')
        return 0;
    snprintf(dir, sizeof(dir), "%s", path);
    slash = strrchr(dir, '/');
    *slash = '\0';
    r = make_folder(q, root);
    return r == 0 && strlen(dir) > strlen(root) ? make_folder(q, dir) : r;
}

int rd_dataset_write(struct rd *q, const struct tso_node *list, bool secret,
                     const void *data, size_t len)
{
    struct error err = {0};
    char path[RD_PATH];
    struct stat st;
    int r;

    r = path_of(q, list, path);
    if (r != 0)
        return r;
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
        return rd_say(q, JOB_FAILED,
                      "%s exists and is not a plain file; it is left alone",
                      path);
    rd_would(q, "write %s", path);
    if (q->ctx->dry_run)
        return 0;
    r = make_folders(q, path);
    if (r != 0)
        return r;
    if (fd_replace_file(AT_FDCWD, path, secret ? 0600 : 0644, (uid_t)-1,
                        (gid_t)-1, data, len, &err) != 0)
        return rd_say(q, JOB_FAILED, "%s", err.text);
    return 0;
}
