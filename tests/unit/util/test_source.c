#include "util/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/faults.h"
#include "support/scratch.h"
#include "support/suite.h"
#include "util/strbuf.h"

static const char text[] = "first\nsecond line\r\n\nlast";

/* Offset by hand: f=0, s=6, \r=17, empty line=19, l=20, end=24. */
static const struct {
    const char *name;
    uint32_t off;
    unsigned line, column;
    const char *content;
} places[] = {
    {"start", 0, 1, 1, "first"},
    {"newline belongs to its line", 5, 1, 6, "first"},
    {"second line", 6, 2, 1, "second line"},
    {"without the carriage return", 17, 2, 12, "second line"},
    {"empty line", 19, 3, 1, ""},
    {"last line", 22, 4, 3, "last"},
    {"end", 24, 4, 5, "last"},
    {"past the end", 4000, 4, 5, "last"},
};

START_TEST(finds_line_and_column)
{
    unsigned line, column;
    struct source *s;
    const char *p;
    size_t len;

    ck_assert_int_eq(source_new("t", text, sizeof(text) - 1, &s, NULL), 0);
    source_position(s, places[_i].off, &line, &column);
    ck_assert_msg(line == places[_i].line && column == places[_i].column,
                  "%s: %u:%u", places[_i].name, line, column);
    p = source_line(s, places[_i].off, &len);
    ck_assert_msg(len == strlen(places[_i].content) &&
                      memcmp(p, places[_i].content, len) == 0,
                  "%s: '%.*s'", places[_i].name, (int)len, p);
    source_unref(s);
}
END_TEST

START_TEST(keeps_nul_bytes_and_ends_with_one)
{
    struct source *s, *again;

    ck_assert_int_eq(source_new("t", "a\0b", 3, &s, NULL), 0);
    ck_assert_uint_eq(source_len(s), 3);
    ck_assert_mem_eq(source_text(s), "a\0b", 4);
    ck_assert_str_eq(source_name(s), "t");
    again = source_ref(s);
    source_unref(s);
    ck_assert_mem_eq(source_text(again), "a\0b", 4);
    source_unref(again);
    source_unref(NULL);
    ck_assert_ptr_null(source_ref(NULL));
}
END_TEST

static void make_file(char path[SCRATCH], const char *content, size_t len)
{
    int fd;

    scratch_template(path, "source");
    fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, content, len), (ssize_t)len);
    close(fd);
}

START_TEST(reads_a_file)
{
    char path[SCRATCH];
    struct source *s;
    struct error err;

    make_file(path, text, sizeof(text) - 1);
    ck_assert_msg(source_read(path, &s, &err) == 0, "%s", err.text);
    ck_assert_str_eq(source_text(s), text);
    ck_assert_str_eq(source_name(s), path);
    source_unref(s);
    unlink(path);
}
END_TEST

START_TEST(reads_standard_input)
{
    struct source *s;
    int ends[2];

    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(write(ends[1], "job", 3), 3);
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    ck_assert_int_eq(source_read("-", &s, NULL), 0);
    ck_assert_str_eq(source_text(s), "job");
    ck_assert_str_eq(source_name(s), "<stdin>");
    source_unref(s);
    close(ends[0]);
}
END_TEST

START_TEST(says_what_is_missing)
{
    struct source *s;
    struct error err;

    ck_assert_int_eq(source_read("/nonexistent/p", &s, &err), ERR_NOT_FOUND);
    ck_assert_str_eq(err.text, "/nonexistent/p: no such file");
    ck_assert_int_eq(source_read("/dev/null/x", &s, &err), ERR_SYSTEM);
    ck_assert_str_eq(err.text, "/dev/null/x: can't open: Not a directory");
    ck_assert_int_eq(source_read("/", &s, &err), ERR_VALUE);
    ck_assert_str_eq(err.text, "/: not a plain file; - is standard input");
}
END_TEST

START_TEST(refuses_a_text_without_end)
{
    struct source *s;
    struct error err;

    ck_assert_int_eq(source_read("/dev/zero", &s, &err), ERR_LIMIT);
    ck_assert_str_eq(err.text, "/dev/zero: larger than 67108864 bytes");
    ck_assert_int_eq(source_new("big", text, (size_t)SOURCE_MAX + 1, &s, &err),
                     ERR_LIMIT);
    ck_assert_str_eq(err.text, "big: larger than 67108864 bytes");
}
END_TEST

START_TEST(goes_on_after_an_interrupted_read)
{
    char path[SCRATCH];
    struct source *s;

    make_file(path, "x", 1);
    fault_set(FAULT_READ, 1, EINTR);
    ck_assert_int_eq(source_read(path, &s, NULL), 0);
    ck_assert(fault_struck(FAULT_READ));
    ck_assert_str_eq(source_text(s), "x");
    source_unref(s);
    unlink(path);
}
END_TEST

/* The buffer, then the source, its name, its text. */
START_TEST(returns_nomem_for_each_allocation)
{
    char path[SCRATCH];
    struct source *s;
    struct error err;
    int nth;

    make_file(path, "x", 1);
    for (nth = 1; nth <= 4; nth++) {
        fault_set(FAULT_MEMORY, nth, ENOMEM);
        ck_assert_int_eq(source_read(path, &s, &err), ERR_NOMEM);
        ck_assert_str_eq(err.text, "no memory");
    }
    fault_set(FAULT_MEMORY, 5, ENOMEM);
    ck_assert_int_eq(source_read(path, &s, &err), 0);
    source_unref(s);
    unlink(path);
}
END_TEST

/* Every place of a text of many lines, also just before and behind a line
 * that is remembered. */
START_TEST(counts_many_lines)
{
    enum { LINES = 300, WIDTH = 3 };
    char many[LINES * WIDTH];
    unsigned line, column;
    struct source *s;
    size_t i;

    for (i = 0; i < sizeof(many); i++)
        many[i] = i % WIDTH == WIDTH - 1 ? '\n' : 'x';
    ck_assert_int_eq(source_new("s", many, sizeof(many), &s, NULL), 0);
    for (i = 0; i < sizeof(many); i++) {
        source_position(s, (uint32_t)i, &line, &column);
        ck_assert_uint_eq(line, i / WIDTH + 1);
        ck_assert_uint_eq(column, i % WIDTH + 1);
    }
    source_position(s, sizeof(many), &line, &column);
    ck_assert_uint_eq(line, LINES + 1);
    ck_assert_uint_eq(column, 1);
    source_unref(s);
}
END_TEST

/* F20: whoever waits for a fifo's writer waits for ever. */
START_TEST(a_fifo_is_not_waited_for)
{
    char dir[SCRATCH], path[SCRATCH + 8];
    struct source *s;
    struct error err;

    scratch_folder(dir, "source");
    snprintf(path, sizeof(path), "%s/fifo", dir);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    ck_assert_int_eq(source_read(path, &s, &err), ERR_VALUE);
    ck_assert_ptr_nonnull(strstr(err.text, "not a plain file"));
    ck_assert_int_eq(source_read(dir, &s, &err), ERR_VALUE);
    unlink(path);
    rmdir(dir);
    ck_assert_int_eq(source_read("/dev/null", &s, &err), 0);
    source_unref(s);
}
END_TEST

static const struct {
    mode_t mode;
    const char *want;
} writers[] = {
    {0600, NULL},        {0644, NULL},        {0664, NULL},
    {0666, "everybody"}, {0602, "everybody"},
};

START_TEST(knows_who_may_write)
{
    char path[SCRATCH], buf[SOURCE_WRITERS];
    struct source *s;
    const char *who;

    make_file(path, "x", 1);
    ck_assert_int_eq(chmod(path, writers[_i].mode), 0);
    ck_assert_int_eq(chown(path, (uid_t)-1, getegid()), 0);
    ck_assert_int_eq(source_read(path, &s, NULL), 0);
    who = source_writers(s, buf);
    ck_assert((who == NULL) == (writers[_i].want == NULL));
    ck_assert(who == NULL || strcmp(who, writers[_i].want) == 0);
    source_unref(s);
    unlink(path);
    ck_assert_int_eq(source_new("t", "x", 1, &s, NULL), 0);
    ck_assert_ptr_null(source_writers(s, buf));
    source_unref(s);
}
END_TEST

START_TEST(a_span_says_where_it_begins)
{
    struct strbuf out = STRBUF_INIT;
    struct source *src;
    struct span span = {NULL, 3, 1};

    span_add(&span, &out);
    span_add_column(&span, &out);
    ck_assert_str_eq(strbuf_str(&out), "");
    ck_assert_int_eq(source_new("p.pol", "a\nbc", 4, &src, NULL), 0);
    span.src = src;
    span_add(&span, &out);
    strbuf_addc(&out, ' ');
    span_add_column(&span, &out);
    ck_assert_str_eq(strbuf_str(&out), "p.pol:2 p.pol:2:2");
    source_unref(src);
    strbuf_done(&out);
}
END_TEST

TESTS_BEGIN("source")
TEST(a_span_says_where_it_begins)
TEST_ROWS(finds_line_and_column, places)
TEST(keeps_nul_bytes_and_ends_with_one)
TEST(reads_a_file)
TEST(reads_standard_input)
TEST(says_what_is_missing)
TEST(refuses_a_text_without_end)
TEST(goes_on_after_an_interrupted_read)
TEST(returns_nomem_for_each_allocation)
TEST(counts_many_lines)
TEST(a_fifo_is_not_waited_for)
TEST_ROWS(knows_who_may_write, writers)
TESTS_END
