#include <limits.h>
#include <semaphore.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "runtime/future.h"
#include "tests/support/channel.h"
#include "tests/support/descriptors.h"
#include "tests/support/folder.h"
#include "tests/support/trace.h"
#include "threads/pool.h"

/* Others may look into the folder: one test is not root for a while. */
static void make_folder(void)
{
    chmod(folder_path(""), 0755);
}

TestSuite(read_file, .init = make_folder, .timeout = 30);

enum { PART = 1000 };

/* All byte values, NUL among them. */
static char pattern(size_t i)
{
    return (char)(i * 7919 >> 5);
}

static size_t write_part(char *part, size_t from, size_t end)
{
    size_t length = end - from < PART ? end - from : PART;
    for (size_t i = 0; i < length; i++)
        part[i] = pattern(from + i);
    return length;
}

static const char *write_file(const char *name, size_t size)
{
    char part[PART];
    const char *path = folder_path(name);
    FILE *file = fopen(path, "w");
    cr_expect_not_null(file);
    for (size_t i = 0; i < size; i += PART)
        fwrite(part, 1, write_part(part, i, size), file);
    fclose(file);
    return path;
}

static bool is_pattern(const hob_bytes *bytes, size_t size)
{
    if (bytes->size != size || bytes->data[size] != '\0')
        return false;
    for (size_t i = 0; i < size; i++) {
        if (bytes->data[i] != pattern(i))
            return false;
    }
    return true;
}

static bool is_none(const hob_bytes *bytes)
{
    return !bytes->data && bytes->size == 0;
}

CoroutineTest(read_file, gives_all_bytes_and_a_nul_that_is_not_counted)
{
    static const size_t sizes[] = {0, 1, 2, 100, 4094, 4095, 4096, 4097, 8192, 65536, 3000001};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        hob_bytes bytes;
        const char *path = write_file("file", sizes[i]);
        cr_expect_eq(hob_await(hob_read_file(path, &bytes)), 0, "%zu bytes", sizes[i]);
        cr_expect(is_pattern(&bytes, sizes[i]), "%zu bytes", sizes[i]);
        hob_bytes_free(&bytes);
    }
}

static bool is_content_of(const hob_bytes *bytes, const char *path)
{
    static char expected[100000];
    FILE *file = fopen(path, "r");
    size_t size = file ? fread(expected, 1, sizeof(expected), file) : 0;
    if (file)
        fclose(file);
    return size > 0 && size == bytes->size && memcmp(expected, bytes->data, size) == 0;
}

/* The system says that they are empty. */
CoroutineTest(read_file, a_file_in_proc_is_read_to_its_end)
{
    static const char *const paths[] = {
        "/proc/version", "/proc/self/cmdline", "/proc/filesystems", "/proc/self/mountinfo"};
    for (size_t i = 0; i < COUNT(paths); i++) {
        hob_bytes bytes;
        cr_expect_eq(hob_await(hob_read_file(paths[i], &bytes)), 0, "%s", paths[i]);
        cr_expect(is_content_of(&bytes, paths[i]), "%s", paths[i]);
        hob_bytes_free(&bytes);
    }
}

/* A pipe has a path in /proc as well: one whose size is not known, and whose end takes a while. */

static const char *path_of_descriptor(int fd)
{
    static char path[64];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    return path;
}

static int write_pattern(int fd, size_t size)
{
    char part[PART];
    int err = 0;
    for (size_t i = 0; i < size && err == 0; i += PART)
        err = hob_write(fd, part, write_part(part, i, size));
    return err;
}

/* If the loop waited for it, there would be no writer. */
CoroutineTest(read_file, other_coroutines_run_meanwhile)
{
    static const size_t sizes[] = {1, 4095, 4096, 4097, 1000000};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        int ends[2];
        hob_bytes bytes;
        open_pipe(ends);
        hob_future *reading = hob_read_file(path_of_descriptor(ends[0]), &bytes);
        cr_expect_eq(write_pattern(ends[1], sizes[i]), 0);
        cr_expect_not(reading->ready);
        close(ends[1]);
        cr_expect_eq(hob_await(reading), 0, "%zu bytes", sizes[i]);
        cr_expect(is_pattern(&bytes, sizes[i]), "%zu bytes", sizes[i]);
        hob_bytes_free(&bytes);
        close(ends[0]);
    }
}

CoroutineTest(read_file, many_can_be_read_at_once)
{
    hob_future *readings[100];
    hob_bytes bytes[COUNT(readings)];
    for (size_t i = 0; i < COUNT(readings); i++) {
        char name[20];
        snprintf(name, sizeof(name), "%zu", i);
        readings[i] = hob_read_file(write_file(name, i * 100), &bytes[i]);
    }
    cr_expect_eq(hob_join_all(readings, COUNT(readings)), 0);
    for (size_t i = 0; i < COUNT(readings); i++) {
        cr_expect(is_pattern(&bytes[i], i * 100), "file %zu", i);
        hob_bytes_free(&bytes[i]);
    }
}

CoroutineTest(read_file, an_error_is_that_of_the_system_and_gives_no_bytes)
{
    char long_name[5000] = "";
    memset(long_name, 'x', sizeof(long_name) - 1);
    write_file("file", 10);
    cr_expect_eq(symlink("loop", folder_path("loop")), 0);
    const struct {
        const char *path;
        int expected;
    } cases[] = {
        {"missing", -ENOENT},
        {"missing/file", -ENOENT},
        {".", -EISDIR},
        {"file/below", -ENOTDIR},
        {long_name, -ENAMETOOLONG},
        {"loop", -ELOOP},
        {"", -ENOENT},
    };
    cr_expect_eq(chdir(folder_path(".")), 0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_bytes bytes;
        int err = hob_await(hob_read_file(cases[i].path, &bytes));
        cr_expect_eq(err, cases[i].expected, "%s: %d", cases[i].path, err);
        cr_expect(is_none(&bytes), "%s", cases[i].path);
    }
}

CoroutineTest(read_file, a_file_that_may_not_be_read_is_an_error)
{
    hob_bytes bytes;
    const char *path = write_file("file", 10);
    uid_t user = geteuid();
    chmod(path, 0);
    cr_expect_eq(seteuid(user == 0 ? 65534 : user), 0, "root may read all");
    cr_expect_eq(hob_await(hob_read_file(path, &bytes)), -EACCES);
    cr_expect(is_none(&bytes));
    cr_expect_eq(seteuid(user), 0);
}

CoroutineTest(read_file, no_descriptor_is_left_open)
{
    char file[PATH_MAX];
    snprintf(file, sizeof(file), "%s", write_file("file", 10));
    const char *const paths[] = {file, "/", "/no/such/file"};
    size_t before = 0;
    for (int i = 0; i < 20; i++) {
        hob_bytes bytes;
        for (size_t k = 0; k < COUNT(paths); k++) {
            hob_await(hob_read_file(paths[k], &bytes));
            hob_bytes_free(&bytes);
        }
        if (i == 0)
            before = count_descriptors(); /* with what the loop itself has opened */
    }
    cr_expect_eq(count_descriptors(), before);
}

#define THREADS 4 /* that files have */
#define QUEUE   1024

/* Keeps all threads for files until `open`, so that what is queued has not begun. */
struct gate {
    sem_t open;
    hob_future *keepers[THREADS];
};

static int wait_for_gate(void *arg)
{
    while (sem_wait(arg) < 0)
        ;
    return 0;
}

static void keep_the_threads(struct gate *gate)
{
    sem_init(&gate->open, 0, 0);
    for (size_t i = 0; i < THREADS; i++)
        gate->keepers[i] = hob_pool_run(hob_file_pool(), wait_for_gate, &gate->open, NULL);
}

static void open_gate(struct gate *gate)
{
    for (size_t i = 0; i < THREADS; i++)
        sem_post(&gate->open);
    hob_join_all(gate->keepers, THREADS);
    sem_destroy(&gate->open);
}

CoroutineTest(read_file, copies_the_path_and_gives_no_bytes_early)
{
    struct gate gate;
    char garbage[] = "garbage";
    hob_bytes bytes = {.data = garbage, .size = 1};
    char path[100];
    snprintf(path, sizeof(path), "%s", write_file("file", 10));
    keep_the_threads(&gate);
    hob_future *reading = hob_read_file(path, &bytes);
    cr_expect(is_none(&bytes));
    memset(path, 'x', sizeof(path));
    open_gate(&gate);
    cr_expect_eq(hob_await(reading), 0);
    cr_expect(is_pattern(&bytes, 10));
    hob_bytes_free(&bytes);
}

CoroutineTest(read_file, freed_bytes_are_none_and_can_be_freed_again)
{
    hob_bytes bytes;
    hob_await(hob_read_file(write_file("file", 10), &bytes));
    for (int i = 0; i < 3; i++) {
        hob_bytes_free(&bytes);
        cr_expect(is_none(&bytes));
    }
}

/* As an offloaded function: it is refused, never runs, or is waited for. */

CoroutineTest(read_file, a_full_queue_is_an_error_and_gives_no_bytes)
{
    static hob_bytes queued[QUEUE];
    static hob_future *reading[QUEUE];
    struct gate gate;
    hob_bytes refused = {.size = 1};
    write_file("file", 10);
    keep_the_threads(&gate);
    for (size_t i = 0; i < QUEUE; i++)
        reading[i] = hob_read_file(folder_path("file"), &queued[i]);
    cr_expect_eq(hob_await(hob_read_file(folder_path("file"), &refused)), -EAGAIN);
    cr_expect(is_none(&refused));
    open_gate(&gate);
    cr_expect_eq(hob_join_all(reading, QUEUE), 0);
    for (size_t i = 0; i < QUEUE; i++)
        hob_bytes_free(&queued[i]);
}

CoroutineTest(read_file, cancelled_while_queued_gives_no_bytes)
{
    struct gate gate;
    hob_bytes bytes;
    keep_the_threads(&gate);
    cr_expect_eq(cancel_and_await(hob_read_file(write_file("file", 10), &bytes)), -ECANCELED);
    open_gate(&gate);
    cr_expect(is_none(&bytes));
}

struct reader {
    int fd;
    hob_bytes bytes;
};

static int read_until_cancelled(void *arg)
{
    struct reader *reader = arg;
    int err = hob_await(hob_read_file(path_of_descriptor(reader->fd), &reader->bytes));
    trace(err == -ECANCELED ? 'c' : '?');
    return err;
}

/* It cannot be stopped, and writes into what its caller gave it. */
CoroutineTest(read_file, an_await_that_is_cancelled_waits_for_what_runs)
{
    int ends[2];
    struct reader reader;
    open_pipe(ends);
    reader.fd = ends[0];
    hob_future *waiter = hob_async(read_until_cancelled, &reader);
    cr_expect_eq(write(ends[1], "hello", 5), 5);
    for (int left = 1; left > 0; hob_sleep(0)) /* until the thread has taken it */
        ioctl(ends[0], FIONREAD, &left);
    hob_cancel(waiter);
    let_the_loop_poll();
    cr_expect_str_eq(traced(), "");
    close(ends[1]);
    cr_expect_eq(hob_await(waiter), -ECANCELED);
    hob_bytes_free(&reader.bytes);
    close(ends[0]);
}

static int leave_a_reading(void *arg)
{
    hob_read_file("/proc/version", arg);
    return 0;
}

CoroutineTest(read_file, unawaited_is_waited_for)
{
    hob_bytes bytes;
    for (int i = 0; i < 100; i++) {
        cr_expect_eq(hob_await(hob_async(leave_a_reading, &bytes)), 0);
        hob_bytes_free(&bytes);
    }
}
