/*
 * Data sets as files. A name in quotes that begins with / is a path; any
 * other is a data set name, looked up in the data set map, else a file below
 * --dsn-dir. TSO would put a prefix before a name without quotes; here none is
 * put.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "keyring/racdcert/private.h"
#include "util/fd.h"
#include "util/path.h"
#include "util/strbuf.h"
#include "zos/dataset.h"

enum { INPUT_MAX = 1024 * 1024 };

/* 'A.B(M)' in one quoted text, or A.B(M) as word and list. */
static bool parse(const struct tso_node *n, struct dataset *ret)
{
    if (!n->has_list)
        return dataset_parse(n->text, ret);
    return n->child != NULL && n->child->next == NULL && !n->child->has_list &&
           dataset_set(n->text, n->child->text, ret);
}

static int unknown(struct rd *q, const struct dataset *d)
{
    struct strbuf row = STRBUF_INIT;

    dataset_add_row_text(d, &row);
    rd_say(q, 0, MSG_INVALID, "DATA SET NAME", d->name);
    rd_hint(q, "write a path in quotes, '/path/of/the/file'; or name the "
               "folder for data sets with --dsn-dir");
    rd_hint(q, "or add to the configuration: %s", strbuf_str(&row));
    strbuf_done(&row);
    return JOB_FAILED;
}

/* By the map, else below --dsn-dir: DIR/A.B.C, or DIR/A.B.C/MEMBER. */
static int place(struct rd *q, const struct dataset *d, char path[RD_PATH])
{
    struct strbuf sb = STRBUF_INIT;
    bool fits;

    if (!dataset_path(&q->ctx->datasets, d, &sb)) {
        if (q->ctx->dsn_dir == NULL)
            return unknown(q, d);
        strbuf_addf(&sb, "%s/%s%s%s", q->ctx->dsn_dir, d->name,
                    *d->member != '\0' ? "/" : "", d->member);
        path_tidy_buf(&sb, 0);
    }
    fits = !strbuf_failed(&sb) && sb.len < RD_PATH;
    if (fits)
        memcpy(path, strbuf_str(&sb), sb.len + 1);
    strbuf_done(&sb);
    return fits ? 0
                : rd_invalid(q, "DATA SET NAME", d->name,
                             "the path is too long");
}

static int path_of(struct rd *q, const struct tso_node *list,
                   char path[RD_PATH])
{
    char hint[256];
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
    if (!parse(list, &d)) {
        snprintf(hint, sizeof(hint),
                 "%s; a path is in quotes and begins with /", dataset_form);
        return rd_invalid(q, "DATA SET NAME", list->text, hint);
    }
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
