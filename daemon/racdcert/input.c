/*
 * What racdcert reads besides the job: the data set map of attlsd.conf, and
 * passwords from a file or the terminal.
 */

#include "racdcert/input.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <libconfig.h>

#include "util/arena.h"
#include "util/fd.h"

/* ---- the data set map ---- */

static int read_row(config_setting_t *s, struct arena *arena, const char *file,
                    struct dataset_row *ret, struct error *err)
{
    unsigned line = config_setting_source_line(s);
    const char *dsn, *dir;
    struct dataset d;

    if (!config_setting_is_group(s) ||
        !config_setting_lookup_string(s, "dsn", &dsn) ||
        !config_setting_lookup_string(s, "dir", &dir))
        return error_set(err, ERR_VALUE,
                         "%s:%u: an element of datasets is { dsn = \"A.B\";"
                         " dir = \"/path\"; }",
                         file, line);
    if (!dataset_set(dsn, NULL, &d))
        return error_set(err, ERR_VALUE, "%s:%u: '%s' is no data set name",
                         file, line, dsn);
    ret->dsn = arena_strdup(arena, d.name);
    ret->dir = arena_strdup(arena, dir);
    return ret->dsn != NULL && ret->dir != NULL ? 0 : error_nomem(err);
}

static int read_rows(config_t *cfg, struct arena *arena, const char *file,
                     struct dataset_map *ret, struct error *err)
{
    config_setting_t *list = config_lookup(cfg, "datasets");
    int i, n = list != NULL ? config_setting_length(list) : 0, r = 0;
    struct dataset_row *row = arena_calloc(arena, (size_t)n + 1, sizeof(*row));

    if (row == NULL)
        return error_nomem(err);
    for (i = 0; r == 0 && i < n; i++)
        r = read_row(config_setting_get_elem(list, (unsigned)i), arena, file,
                     &row[i], err);
    if (r == 0) {
        ret->row = row;
        ret->count = (size_t)n;
    }
    return r;
}

enum { CONF_MAX = 1024 * 1024 };

int dataset_map_read(const char *file, struct arena *arena,
                     struct dataset_map *ret, struct error *err)
{
    config_t cfg;
    size_t len;
    char *text;
    int r;

    r = fd_read_file(AT_FDCWD, file, CONF_MAX, &text, &len, err);
    if (r != 0)
        return r;
    config_init(&cfg);
    if (!config_read_string(&cfg, text))
        r = error_set(err, ERR_SYNTAX, "%s:%d: %s", file,
                      config_error_line(&cfg), config_error_text(&cfg));
    else
        r = read_rows(&cfg, arena, file, ret, err);
    config_destroy(&cfg);
    free(text);
    return r;
}

/* ---- password ---- */

enum { PASSWORD_LINE = 512 };

/* One line from FD into BUF; its length, or 0. */
static size_t read_line(int fd, char buf[PASSWORD_LINE])
{
    size_t n = 0;

    while (n < PASSWORD_LINE - 1 && read(fd, buf + n, 1) == 1 && buf[n] != '\n')
        n++;
    buf[n] = '\0';
    return n;
}

char *password_ask(const char *prompt)
{
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    struct termios old, quiet;
    char buf[PASSWORD_LINE] = "", *ret = NULL;

    if (fd < 0)
        return NULL;
    if (tcgetattr(fd, &old) == 0) {
        quiet = old;
        quiet.c_lflag &= (tcflag_t)~ECHO;
        /* The prompt comes when nothing that is typed is shown any more. */
        if (tcsetattr(fd, TCSAFLUSH, &quiet) == 0) {
            if (fd_write_all(fd, prompt, strlen(prompt), NULL) == 0 &&
                read_line(fd, buf) > 0)
                ret = strdup(buf);
            tcsetattr(fd, TCSAFLUSH, &old);
            fd_write_all(fd, "\n", 1, NULL);
        }
    }
    explicit_bzero(buf, sizeof(buf));
    fd_close(&fd);
    return ret;
}
