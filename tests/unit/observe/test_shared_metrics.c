/* The metrics of several processes as those of one server. */
#include "observe/shared_metrics.h"

#include <sys/wait.h>

#include "hob/runtime.h"
#include "tests/support/sanitizers.h"
#include "tests/support/test.h"
#include "tests/support/written_metrics.h"

TestSuite(shared_metrics, .fini = expect_no_leaks, .timeout = 60);

static const hob_metric hits = {.name = "hits", .type = HOB_METRIC_COUNTER, .help = "Hits."};
static const hob_metric opened = {.name = "open", .type = HOB_METRIC_GAUGE, .help = "Open."};

#define HITS "# HELP hits_total Hits.\n# TYPE hits_total counter\n"
#define OPEN "# HELP open Open.\n# TYPE open gauge\n"

/* The numbers of a process: its hits, with the label a, and how many are open. */
static hob_exposition numbers(const char *a, double hit_count, double open_count)
{
    const hob_label label = {"a", a};
    hob_exposition records = {.bytes = NULL};
    hob_metrics_begin(&records, &hits);
    hob_metrics_value(&records, &label, 1, hit_count);
    hob_metrics_put(&records, &opened, open_count);
    return records;
}

/* A process that publishes once and ends. */
static void work(hob_metrics_group *group, size_t process, hob_exposition records)
{
    pid_t pid = fork();
    if (pid == 0) {
        int err = shared_metrics_join(group, process);
        if (err == 0)
            err = shared_metrics_publish(group, &records);
        _exit(err < 0);
    }
    int status;
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_expect_eq(status, 0);
    exposition_free(&records);
}

struct reading {
    const hob_metrics_group *group;
    hob_exposition *records;
};

static int read_others(void *arg)
{
    const struct reading *self = arg;
    return shared_metrics_read_others(self->group, self->records);
}

/* Reads as the process with number 0, which publishes `own`. */
static void expect_sum(hob_metrics_group *group, hob_exposition own, const char *expected)
{
    struct reading reading = {group, &own};
    cr_assert_eq(shared_metrics_join(group, 0), 0);
    cr_expect_eq(shared_metrics_publish(group, &own), 0);
    cr_expect_eq(hob_block_on(read_others, &reading), 0);
    char *text = written_metrics(&own, false);
    cr_expect_str_eq(text, expected);
    free(text);
}

Test(shared_metrics, are_the_sum_of_what_the_processes_have_published)
{
    hob_metrics_group *group = hob_metrics_group_new(3);
    work(group, 1, numbers("1", 1, 1));
    work(group, 2, numbers("1", 2, 2));
    expect_sum(group, numbers("1", 39, 0), HITS "hits_total{a=\"1\"} 42\n" OPEN "open 3\n");
    cr_expect_eq(shared_metrics_unpublished(group), 0);
    hob_metrics_group_free(group);
    hob_metrics_group_free(NULL);
}

Test(shared_metrics, keep_the_counts_of_an_earlier_process)
{
    hob_metrics_group *group = hob_metrics_group_new(2);
    for (int i = 0; i < 3; i++)
        work(group, 1, numbers("1", 2, 5));
    work(group, 1, numbers("2", 1, 4));
    expect_sum(
        group, numbers("3", 0, 1),
        HITS "hits_total{a=\"3\"} 0\nhits_total{a=\"2\"} 1\nhits_total{a=\"1\"} 6\n" OPEN
             "open 5\n");
    hob_metrics_group_free(group);
}

/* A hundred restarts later the page has each series twice, and not a hundred times. */
Test(shared_metrics, do_not_grow_with_each_process_that_takes_a_number)
{
    hob_metrics_group *group = hob_metrics_group_new(1);
    size_t size = 0;
    for (int i = 0; i < 100; i++) {
        hob_exposition records = numbers("1", 1, 1);
        cr_assert_eq(shared_metrics_join(group, 0), 0);
        cr_expect_eq(shared_metrics_publish(group, &records), 0);
        size = i == 1 ? records.size : size;
        cr_expect(i < 1 || records.size == size);
        exposition_free(&records);
    }
    hob_metrics_group_free(group);
}

Test(shared_metrics, need_memory_for_all_workers)
{
    cr_expect_null(hob_metrics_group_new((size_t)1 << 40));
}
