/*
 * The metrics of several workers as those of one server. The workers are views of the same pages:
 * a process that is forked has a copy of what this one has.
 */
#include "observe/shared_metrics.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "observe/shared_pages.h"
#include "tests/support/sanitizers.h"

TestSuite(shared_metrics, .fini = expect_no_leaks, .timeout = 60);

#define HITS "# TYPE hits_total counter\n"
#define OPEN "# TYPE open gauge\n"

static void
expect_told(const hob_metrics_group *shared, enum metrics_format format, const char *expected)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    cr_expect_eq(shared_metrics_tell(shared, format, out), 0);
    fclose(out);
    cr_expect_str_eq(text, expected);
    free(text);
}

/* A worker that publishes once and ends. */
static void work(hob_metrics_group *shared, size_t worker, const char *page)
{
    pid_t pid = fork();
    if (pid == 0) {
        int err = shared_metrics_join(shared, worker);
        if (err == 0)
            err = shared_metrics_publish(shared, METRICS_PROMETHEUS, page);
        _exit(err < 0);
    }
    int status;
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_expect_eq(status, 0);
}

Test(shared_metrics, are_the_sum_of_what_the_workers_have_published)
{
    hob_metrics_group *shared = hob_metrics_group_new(3);
    expect_told(shared, METRICS_PROMETHEUS, "");
    work(shared, 0, HITS "hits_total 1\n" OPEN "open 1\n");
    work(shared, 2, HITS "hits_total 2\n" OPEN "open 2\n");
    expect_told(shared, METRICS_PROMETHEUS, HITS "hits_total 3\n" OPEN "open 3\n");
    cr_assert_eq(shared_metrics_join(shared, 1), 0);
    const char page[] = HITS "hits_total 39\n" OPEN "open 0\n";
    cr_expect_eq(shared_metrics_publish(shared, METRICS_PROMETHEUS, page), 0);
    expect_told(shared, METRICS_PROMETHEUS, HITS "hits_total 42\n" OPEN "open 3\n");
    hob_metrics_group_free(shared);
    hob_metrics_group_free(NULL);
}

Test(shared_metrics, keep_what_a_worker_has_counted_when_another_one_takes_its_number)
{
    hob_metrics_group *shared = hob_metrics_group_new(2);
    for (int i = 0; i < 3; i++)
        work(shared, 1, HITS "hits_total{a=\"1\"} 2\n" OPEN "open 5\n");
    expect_told(shared, METRICS_PROMETHEUS, HITS "hits_total{a=\"1\"} 6\n" OPEN "open 5\n");
    work(shared, 1, HITS "hits_total{a=\"2\"} 1\n" OPEN "open 4\n");
    expect_told(
        shared, METRICS_PROMETHEUS,
        HITS "hits_total{a=\"1\"} 6\nhits_total{a=\"2\"} 1\n" OPEN "open 4\n");
    hob_metrics_group_free(shared);
}

Test(shared_metrics, of_two_formats_are_two_pages)
{
    hob_metrics_group *shared = hob_metrics_group_new(1);
    cr_assert_eq(shared_metrics_join(shared, 0), 0);
    shared_metrics_publish(shared, METRICS_PROMETHEUS, HITS "hits_total 1\n");
    shared_metrics_publish(
        shared, METRICS_OPEN_METRICS, "# TYPE hits counter\nhits_total 1\n# EOF\n");
    expect_told(shared, METRICS_PROMETHEUS, HITS "hits_total 1\n");
    expect_told(shared, METRICS_OPEN_METRICS, "# TYPE hits counter\nhits_total 1\n# EOF\n");
    hob_metrics_group_free(shared);
}

Test(shared_metrics, that_are_too_long_are_not_published)
{
    hob_metrics_group *shared = hob_metrics_group_new(1);
    char *page = malloc(SHARED_PAGE_SIZE + sizeof(HITS "hits_total{a=\"\"} 1\n"));
    char *end = stpcpy(page, HITS "hits_total{a=\"");
    memset(end, 'x', SHARED_PAGE_SIZE);
    memcpy(end + SHARED_PAGE_SIZE, "\"} 1\n", sizeof("\"} 1\n"));
    cr_assert_eq(shared_metrics_join(shared, 0), 0);
    cr_expect_eq(shared_metrics_publish(shared, METRICS_PROMETHEUS, HITS "hits_total 1\n"), 0);
    cr_expect_eq(shared_metrics_publish(shared, METRICS_PROMETHEUS, page), -EMSGSIZE);
    expect_told(shared, METRICS_PROMETHEUS, HITS "hits_total 1\n");
    free(page);
    hob_metrics_group_free(shared);
}

Test(shared_metrics, cannot_be_those_of_more_workers_than_there_is_memory_for)
{
    cr_expect_null(hob_metrics_group_new((size_t)1 << 40));
}
