#include "observe/line_writer.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "hob/log.h"
#include "tests/support/child.h"
#include "tests/support/eventually.h"
#include "tests/support/folder.h"
#include "tests/support/test.h"

/* Not in a child: the process that makes it removes it. */
static void make_folder(void)
{
    folder_path("");
}

TestSuite(line_writer, .init = make_folder, .timeout = 60);

#define CAPACITY ((size_t)64 * 1024)

/* NULL if it cannot be opened. `file` is in the test's folder; NULL is standard output. */
static struct line_writer *open_writer(const char *file)
{
    struct line_writer *writer = NULL;
    line_writer_open("test log", file ? folder_path(file) : NULL, CAPACITY, &writer);
    return writer;
}

static void put(struct line_writer *writer, const char *line)
{
    line_writer_put(writer, line, strlen(line));
}

/* "line 7" and so on, so that one can see which are missing. */
static void put_lines(struct line_writer *writer, size_t first, size_t end)
{
    char line[32];
    for (size_t i = first; i < end; i++) {
        snprintf(line, sizeof(line), "line %zu\n", i);
        put(writer, line);
    }
}

/* Valid until the next call. */
static const char *content_of(const char *name)
{
    static char content[4096];
    FILE *file = fopen(folder_path(name), "r");
    content[0] = '\0';
    if (file) {
        content[fread(content, 1, sizeof(content) - 1, file)] = '\0';
        fclose(file);
    }
    return content;
}

static bool comes_to_have(const char *name, const char *content)
{
    return eventually(strcmp(content_of(name), content) == 0);
}

/* The lines that are there; each number is to be higher than the one before. */
static size_t count_lines(const char *name)
{
    FILE *file = fopen(folder_path(name), "r");
    char line[64];
    size_t count = 0;
    long last = -1;
    cr_assert_not_null(file, "%m");
    for (; fgets(line, sizeof(line), file); count++) {
        char *end;
        cr_assert_eq(strncmp(line, "line ", 5), 0, "%s", line);
        long number = strtol(line + 5, &end, 10);
        cr_assert(*end == '\n' && number > last, "%ld, then %s", last, line);
        last = number;
    }
    fclose(file);
    return count;
}

Test(line_writer, writes_lines_in_their_order)
{
    struct line_writer *writer = open_writer("log");
    for (size_t i = 0; i < 100; i++) {
        put_lines(writer, 100 * i, 100 * (i + 1));
        usleep(1000); /* so that the thread gets its turns */
    }
    cr_expect_eq(line_writer_lost(writer), 0);
    line_writer_close(writer, PATIENCE);
    cr_expect_eq(count_lines("log"), 10000);
}

Test(line_writer, does_not_wait_for_more_lines)
{
    struct line_writer *writer = open_writer("log");
    put(writer, "one\n");
    cr_expect(comes_to_have("log", "one\n"));
    put(writer, "two\n");
    cr_expect(comes_to_have("log", "one\ntwo\n"));
    line_writer_close(writer, PATIENCE);
}

Test(line_writer, appends_to_what_is_there)
{
    folder_add_text("log", "before\n");
    struct line_writer *writer = open_writer("log");
    struct line_writer *other = open_writer("log");
    put(writer, "one\n");
    cr_expect(comes_to_have("log", "before\none\n"));
    put(other, "other\n");
    cr_expect(comes_to_have("log", "before\none\nother\n"));
    put(writer, "two\n");
    line_writer_close(writer, PATIENCE);
    line_writer_close(other, PATIENCE);
    cr_expect_str_eq(content_of("log"), "before\none\nother\ntwo\n");
}

Test(line_writer, makes_a_file_that_not_everybody_may_read)
{
    struct stat stat;
    umask(0);
    line_writer_close(open_writer("log"), PATIENCE);
    cr_assert_eq(lstat(folder_path("log"), &stat), 0);
    cr_expect_eq(stat.st_mode & 0777, 0640, "%o", stat.st_mode);
}

Test(line_writer, returns_why_a_file_cannot_be_opened)
{
    static const struct {
        const char *path;
        int err;
    } cases[] = {{".", -EISDIR}, {"missing/log", -ENOENT}, {"log/log", -ENOTDIR}, {"pipe", -ENXIO}};
    folder_add_text("log", "");
    cr_assert_eq(mkfifo(folder_path("pipe"), 0600), 0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct line_writer *writer;
        int err = line_writer_open("test log", folder_path(cases[i].path), CAPACITY, &writer);
        cr_expect_eq(err, cases[i].err, "%s: %s", cases[i].path, strerror(-err));
    }
}

static void move(const char *from, const char *to)
{
    char source[512];
    snprintf(source, sizeof(source), "%s", folder_path(from));
    cr_assert_eq(rename(source, folder_path(to)), 0, "%m");
}

Test(line_writer, opens_a_file_again_and_loses_nothing)
{
    enum { ROTATIONS = 20, LINES = 100 };
    struct line_writer *writer = open_writer("log");
    size_t count = 0;
    hob_log_set_level(HOB_LOG_ERROR);
    for (size_t i = 0; i < ROTATIONS; i++) {
        char old[32];
        snprintf(old, sizeof(old), "log.%zu", i);
        put_lines(writer, LINES * i, LINES * i + LINES / 2);
        move("log", old);
        line_writer_reopen(writer);
        put_lines(writer, LINES * i + LINES / 2, LINES * (i + 1));
        cr_assert(eventually(access(folder_path("log"), F_OK) == 0));
    }
    line_writer_close(writer, PATIENCE);
    for (size_t i = 0; i < ROTATIONS; i++) {
        char old[32];
        snprintf(old, sizeof(old), "log.%zu", i);
        count += count_lines(old);
    }
    cr_expect_eq(count + count_lines("log"), ROTATIONS * LINES);
}

static void reopen_in_a_folder_that_is_gone(void *arg)
{
    folder_add_folder("logs");
    struct line_writer *writer = open_writer("logs/log");
    put(writer, "one\n");
    if (!comes_to_have("logs/log", "one\n"))
        _exit(1);
    move("logs/log", "log");
    rmdir(folder_path("logs"));
    line_writer_reopen(writer);
    put(writer, "two\n");
    line_writer_close(writer, PATIENCE);
    if (strcmp(content_of("log"), "one\ntwo\n") != 0)
        _exit(2);
}

/* The flags are of the end to write to. Returns the end to read from. */
static int pipe_standard_output(int flags)
{
    int ends[2];
    cr_assert_eq(pipe2(ends, flags | O_CLOEXEC), 0, "%m");
    fflush(stdout);
    fcntl(ends[0], F_SETFL, 0);
    dup2(ends[1], STDOUT_FILENO);
    close(ends[1]);
    return ends[0];
}

/* Takes all that comes until the last writer is gone. Returns whether it could. */
static bool read_to_file(int fd, const char *name)
{
    char bytes[4096];
    bool good = true;
    int file = open(folder_path(name), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    for (ssize_t length; good && (length = read(fd, bytes, sizeof(bytes))) > 0;)
        good = write(file, bytes, (size_t)length) == length;
    close(file);
    return good;
}

static void expect_all_or_counted(int flags)
{
    enum { LINES = 50000 };
    hob_log_set_level(HOB_LOG_ERROR);
    int fd = pipe_standard_output(flags);
    struct line_writer *writer = open_writer(NULL);
    double begin = clock_seconds();
    int status;
    put_lines(writer, 0, LINES); /* some 600 KB, and there is room for 3 times 64 KiB */
    cr_expect_lt(clock_seconds() - begin, 5, "it has waited");
    uint64_t lost = line_writer_lost(writer);
    cr_expect(lost > 0 && lost < LINES, "%" PRIu64, lost);
    pid_t reader = fork();
    if (reader == 0) {
        dup2(STDERR_FILENO, STDOUT_FILENO); /* or the pipe would never end */
        _exit(read_to_file(fd, "log") ? 0 : 1);
    }
    line_writer_close(writer, PATIENCE);
    dup2(STDERR_FILENO, STDOUT_FILENO);
    cr_assert_eq(waitpid(reader, &status, 0), reader);
    cr_assert_eq(status, 0);
    cr_expect_eq(count_lines("log") + lost, LINES);
}

Test(line_writer, never_waits_and_counts_what_is_lost)
{
    expect_all_or_counted(0);
}

/* As it may be if others have it too: O_NONBLOCK belongs to the pipe's end, not to a process. */
Test(line_writer, waits_for_a_pipe_that_does_not_block)
{
    expect_all_or_counted(O_NONBLOCK);
}

/* Each write to such a pipe is a packet that is read on its own. */
Test(line_writer, gives_a_pipe_whole_lines_that_it_takes_at_once)
{
    int fd = pipe_standard_output(O_DIRECT);
    struct line_writer *writer = open_writer(NULL);
    char bytes[PIPE_BUF + 1];
    put_lines(writer, 0, 2000);
    for (size_t last = 0; last < 1999;) {
        ssize_t length = read(fd, bytes, sizeof(bytes));
        cr_assert(length > 0 && length <= PIPE_BUF, "%zd", length);
        cr_assert_eq(bytes[length - 1], '\n');
        bytes[length - 1] = '\0';
        const char *line = strrchr(bytes, '\n');
        last = strtoul((line ? line + 1 : bytes) + strlen("line "), NULL, 10);
    }
    line_writer_close(writer, PATIENCE);
}

static void close_while_nobody_reads(void *arg)
{
    double begin = clock_seconds();
    pipe_standard_output(0);
    struct line_writer *writer = open_writer(NULL);
    put_lines(writer, 0, 50000);
    line_writer_close(writer, 0.1);
    if (clock_seconds() - begin > 10)
        _exit(1);
}

static void write_to_a_full_device(void *arg)
{
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    dup2(full, STDOUT_FILENO);
    struct line_writer *writer = open_writer(NULL);
    for (uint64_t i = 0; i < 3; i++) {
        put(writer, "a\nb\n");
        bool lost = eventually(line_writer_lost(writer) == 2 * (i + 1));
        if (!lost)
            _exit(1);
    }
    line_writer_close(writer, PATIENCE);
}

static void write_to_a_closed_pipe(void *arg)
{
    close(pipe_standard_output(0));
    struct line_writer *writer = open_writer(NULL);
    put(writer, "line\n");
    line_writer_close(writer, PATIENCE);
}

/* A file may be no longer than that, as if the disk was full. */
static void limit_files(rlim_t size)
{
    struct rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = size;
    setrlimit(RLIMIT_FSIZE, &limit);
}

static void write_to_a_disk_that_is_full_for_a_while(void *arg)
{
    struct line_writer *writer = open_writer("log");
    limit_files(14);
    put(writer, "first\nsecond, which is cut\nthird\n");
    bool lost = eventually(line_writer_lost(writer) == 2);
    if (!lost)
        _exit(1);
    limit_files(RLIM_INFINITY);
    put(writer, "fourth\n");
    line_writer_close(writer, PATIENCE);
    if (strcmp(content_of("log"), "first\nsecond, \nfourth\n") != 0)
        _exit(2);
}

/* The end of the process, and its children. */

static void put_and_exit(void *unused)
{
    put_lines(open_writer("log"), 0, 4);
    exit(0); /* as a handler may */
}

static void exit_while_nobody_reads(void *unused)
{
    int ends[2];
    if (pipe(ends) < 0 || dup2(ends[1], STDOUT_FILENO) < 0)
        abort();
    put_lines(open_writer(NULL), 0, 9000); /* more than the 64 KiB of the pipe */
    exit(0);
}

Test(line_writer, reports_what_it_cannot_write)
{
    static const struct {
        const char *name;
        void (*run)(void *unused); /* in a child process */
        const char *messages[2];
    } cases[] = {
        {NAMED(reopen_in_a_folder_that_is_gone),
         {" error test log: cannot reopen ", "No such file or directory"}},
        {NAMED(close_while_nobody_reads), {" warn  test log: the last lines were not written"}},
        {NAMED(write_to_a_full_device),
         {"cannot write: No space left on device", " lines were lost"}},
        {NAMED(write_to_a_closed_pipe), {"cannot write: Broken pipe", ": 1 lines were lost"}},
        {NAMED(write_to_a_disk_that_is_full_for_a_while),
         {"cannot write: File too large", ": 2 lines were lost"}},
        {NAMED(exit_while_nobody_reads), {"the last lines were not written"}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        unlink(folder_path("log"));
        struct child_end end = run_to_return(cases[i].run, NULL);
        for (size_t k = 0; k < COUNT(cases[i].messages) && cases[i].messages[k]; k++)
            cr_expect(
                strstr(end.output, cases[i].messages[k]), "%s: %s", cases[i].name, end.output);
        const char *reason = strstr(end.output, "cannot write:");
        cr_expect(
            !reason || !strstr(reason + 1, "cannot write:"), "%s: %s", cases[i].name, end.output);
    }
}

static void put_as_a_daemon(void *unused)
{
    struct line_writer *writer = open_writer("log");
    put_lines(writer, 0, 2);
    if (daemon(1, 1) < 0) /* the process that has put these lines ends by _exit(2) */
        abort();
    put_lines(writer, 2, 4);
    line_writer_close(writer, 10);
}

static void fork_between_lines(void *unused)
{
    struct line_writer *writer = open_writer("log");
    put_lines(writer, 0, 2);
    pid_t pid = fork();
    if (pid == 0)
        exit(0);
    waitpid(pid, NULL, 0);
    put_lines(writer, 2, 4);
    line_writer_close(writer, 10);
}

Test(line_writer, has_each_line_once_whatever_its_process_becomes)
{
    static const struct {
        const char *name;
        void (*run)(void *unused); /* in a child process */
    } cases[] = {{NAMED(put_and_exit)}, {NAMED(put_as_a_daemon)}, {NAMED(fork_between_lines)}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        unlink(folder_path("log"));
        run_to_return(cases[i].run, NULL);
        cr_expect(
            comes_to_have("log", "line 0\nline 1\nline 2\nline 3\n"), "%s: %s", cases[i].name,
            content_of("log"));
    }
}
