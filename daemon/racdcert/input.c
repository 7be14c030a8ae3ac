/*
 * What racdcert reads besides the job: the data set map of attlsd.conf, and
 * passwords from a file or the terminal.
 */

#include "racdcert/input.h"

#include <ctype.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <libconfig.h>

#include "util/array.h"
#include "util/fd.h"

/* ---- the data set map ---- */

void dataset_map_done(struct dataset_map *map)
{
    size_t i;

    for (i = 0; i < map->n; i++) {
        free((char *)(uintptr_t)map->row[i].dsn);
        free((char *)(uintptr_t)map->row[i].dir);
    }
    free(map->row);
    map->row = NULL;
    map->n = 0;
}

static int add_row(struct dataset_map *map, const char *dsn, const char *dir,
                   struct error *err)
{
    struct job_dataset *row = array_add(&map->row, &map->n, sizeof(*row));
    char *p, *name = strdup(dsn);

    if (row == NULL || name == NULL) {
        free(name);
        return error_nomem(err);
    }
    for (p = name; *p != '\0'; p++)
        *p = (char)toupper((unsigned char)*p);
    row->dsn = name;
    row->dir = strdup(dir);
    return row->dir != NULL ? 0 : error_nomem(err);
}

static int read_rows(config_t *cfg, const char *file, struct dataset_map *ret,
                     struct error *err)
{
    config_setting_t *list = config_lookup(cfg, "datasets"), *s;
    const char *dsn, *dir;
    int i, r = 0;

    for (i = 0; r == 0 && list != NULL && i < config_setting_length(list);
         i++) {
        s = config_setting_get_elem(list, (unsigned)i);
        if (!config_setting_is_group(s) ||
            !config_setting_lookup_string(s, "dsn", &dsn) ||
            !config_setting_lookup_string(s, "dir", &dir))
            return error_set(err, ERR_VALUE,
                             "%s:%u: an element of datasets is { dsn = \"A.B\";"
                             " dir = \"/path\"; }",
                             file, config_setting_source_line(s));
        r = add_row(ret, dsn, dir, err);
    }
    return r;
}

enum { CONF_MAX = 1024 * 1024 };

int dataset_map_read(const char *file, struct dataset_map *ret,
                     struct error *err)
{
    struct dataset_map map = {NULL, 0};
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
        r = read_rows(&cfg, file, &map, err);
    config_destroy(&cfg);
    free(text);
    if (r != 0) {
        dataset_map_done(&map);
        return r;
    }
    *ret = map;
    return 0;
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
