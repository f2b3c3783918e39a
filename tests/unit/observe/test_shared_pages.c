/* Pages that processes show each other. */
#include "observe/shared_pages.h"

#include <signal.h>
#include <sys/wait.h>

#include "tests/support/sanitizers.h"
#include "tests/support/test.h"

TestSuite(shared_pages, .fini = expect_no_leaks, .timeout = 60);

/* Pages do not interpret their content: texts are easier to compare than records. */
static int write_bytes(struct shared_pages *pages, size_t index, const char *text, size_t size)
{
    hob_exposition records = {.bytes = NULL};
    exposition_append(&records, text, size);
    int err = shared_pages_write(pages, index, &records);
    exposition_free(&records);
    return err;
}

static void write_text(struct shared_pages *pages, size_t index, const char *text)
{
    cr_expect_eq(write_bytes(pages, index, text, strlen(text)), 0);
}

/* The caller's to free. */
static char *read_text(const struct shared_pages *pages, size_t index)
{
    hob_exposition records = {.bytes = NULL};
    shared_pages_read(pages, index, &records);
    exposition_append(&records, "", 1);
    return (char *)records.bytes;
}

static void expect_text(const struct shared_pages *pages, size_t index, const char *expected)
{
    char *text = read_text(pages, index);
    cr_expect_str_eq(text, expected);
    free(text);
}

Test(shared_pages, are_empty_at_first_and_then_what_was_written_last)
{
    struct shared_pages *pages = shared_pages_new(3);
    expect_text(pages, 2, "");
    write_text(pages, 2, "one");
    expect_text(pages, 2, "one");
    write_text(pages, 2, "twice as long");
    write_text(pages, 2, "short");
    expect_text(pages, 2, "short");
    write_text(pages, 2, "");
    expect_text(pages, 2, "");
    expect_text(pages, 0, "");
    expect_text(pages, 1, "");
    shared_pages_free(pages);
    shared_pages_free(NULL);
}

Test(shared_pages, have_room_for_so_much_and_no_more)
{
    struct shared_pages *pages = shared_pages_new(2);
    char *text = malloc(SHARED_PAGE_SIZE + 2);
    memset(text, 'x', SHARED_PAGE_SIZE + 1);
    text[SHARED_PAGE_SIZE + 1] = '\0';
    write_text(pages, 1, "before");
    cr_expect_eq(write_bytes(pages, 0, text, SHARED_PAGE_SIZE + 1), -EMSGSIZE);
    cr_expect_eq(shared_pages_refused(pages), 1);
    expect_text(pages, 0, "");
    text[SHARED_PAGE_SIZE] = '\0';
    write_text(pages, 0, text);
    expect_text(pages, 0, text);
    expect_text(pages, 1, "before");
    free(text);
    shared_pages_free(pages);
}

Test(shared_pages, cannot_be_more_than_there_is_memory_for)
{
    cr_expect_null(shared_pages_new((size_t)-1));
    cr_expect_null(shared_pages_new((size_t)1 << 40));
}

/* In a process of its own, which is killed once it has written so much. */
static void write_and_die(struct shared_pages *pages, const char *text)
{
    pid_t pid = fork();
    if (pid == 0) {
        write_bytes(pages, 0, text, strlen(text));
        raise(SIGKILL);
    }
    cr_assert_eq(waitpid(pid, NULL, 0), pid);
}

Test(shared_pages, outlive_their_writers)
{
    struct shared_pages *pages = shared_pages_new(1);
    write_and_die(pages, "the first one's");
    expect_text(pages, 0, "the first one's");
    write_and_die(pages, "the second one's");
    expect_text(pages, 0, "the second one's");
    shared_pages_free(pages);
}

/* The letters of a text are all the same, and so is its length for each. */
static void write_for_ever(struct shared_pages *pages)
{
    static char text[26 * 1000];
    for (size_t i = 0;; i++) {
        size_t letter = i % 26;
        memset(text, 'a' + (int)letter, (letter + 1) * 1000);
        write_bytes(pages, 0, text, (letter + 1) * 1000);
    }
}

static bool is_whole(const char *text)
{
    char letter[2] = {text[0], '\0'};
    size_t length = strlen(text);
    return length == 0 ||
           (strspn(text, letter) == length && length == (size_t)(text[0] - 'a' + 1) * 1000);
}

Test(shared_pages, are_read_whole_while_they_are_written)
{
    enum { READS = 2000 };
    struct shared_pages *pages = shared_pages_new(1);
    pid_t writer = fork();
    if (writer == 0)
        write_for_ever(pages);
    size_t whole = 0;
    for (int i = 0; i < READS; i++) {
        char *text = read_text(pages, 0);
        whole += is_whole(text);
        free(text);
    }
    kill(writer, SIGKILL);
    waitpid(writer, NULL, 0);
    cr_expect_eq(whole, READS);
    shared_pages_free(pages);
}
