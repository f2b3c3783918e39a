/* The metrics of several processes as those of one. */
#include "observe/sum.h"

#include <math.h>

#include "tests/support/sanitizers.h"
#include "tests/support/test.h"
#include "tests/support/written_metrics.h"

TestSuite(sum, .fini = expect_no_leaks, .timeout = 60);

static const hob_metric hits = {.name = "hits", .type = HOB_METRIC_COUNTER, .help = "Hits."};
static const hob_metric opened = {.name = "open", .type = HOB_METRIC_GAUGE, .help = "Open."};
static const hob_metric build = {.name = "build", .type = HOB_METRIC_INFO, .help = "Build."};
static const hob_metric most = {.name = "most", .type = HOB_METRIC_PEAK, .help = "Most."};
static const hob_metric start = {
    .name = "process_start_time_seconds", .type = HOB_METRIC_GAUGE, .help = "Start."};

#define HITS  "# HELP hits_total Hits.\n# TYPE hits_total counter\n"
#define OPEN  "# HELP open Open.\n# TYPE open gauge\n"
#define BUILD "# HELP build_info Build.\n# TYPE build_info gauge\n"
#define MOST  "# HELP most Most.\n# TYPE most gauge\n"
#define START "# HELP process_start_time_seconds Start.\n# TYPE process_start_time_seconds gauge\n"

/* A value with the label a="...", or without one. */
struct value {
    const hob_metric *metric;
    const char *label;
    double value;
};

static void record(hob_exposition *out, const struct value *values, size_t count)
{
    for (size_t i = 0; i < count && values[i].metric; i++) {
        const hob_label label = {"a", values[i].label};
        hob_metrics_begin(out, values[i].metric);
        hob_metrics_value(out, &label, label.value ? 1 : 0, values[i].value);
    }
}

Test(sum, adds_series_by_name_and_labels)
{
    static const struct {
        struct value values[6];
        const char *sum;
    } cases[] = {
        {{{NULL}}, ""},
        {{{&hits, NULL, 1}}, HITS "hits_total 1\n"},
        {{{&hits, NULL, 1}, {&hits, NULL, 2}, {&hits, NULL, 39}}, HITS "hits_total 42\n"},
        {{{&hits, "x y", 1}, {&hits, "}", 2}, {&hits, "}", 3}, {&hits, "x y", 4}},
         HITS "hits_total{a=\"x y\"} 5\nhits_total{a=\"}\"} 5\n"},
        /* One process has what another has not. */
        {{{&hits, "1", 1}, {&opened, NULL, 1}, {&hits, "2", 1}, {&hits, "1", 1}},
         HITS "hits_total{a=\"1\"} 2\nhits_total{a=\"2\"} 1\n" OPEN "open 1\n"},
        /* The same labels of another metric. */
        {{{&hits, "1", 1}, {&opened, "1", 2}},
         HITS "hits_total{a=\"1\"} 1\n" OPEN "open{a=\"1\"} 2\n"},
        /* Gauges too, but not what is said of each process. */
        {{{&opened, NULL, 3}, {&opened, NULL, -1}}, OPEN "open 2\n"},
        {{{&build, "1", 1}, {&build, "1", 1}}, BUILD "build_info{a=\"1\"} 1\n"},
        {{{&most, "x", 7}, {&most, "x", 9.5}, {&most, "x", 8}, {&most, "y", 1}},
         MOST "most{a=\"x\"} 9.5\nmost{a=\"y\"} 1\n"},
        {{{&start, NULL, 9.5}, {&start, NULL, 7.25}}, START "process_start_time_seconds 7.25\n"},
        /* Numbers. */
        {{{&opened, NULL, 0.1}, {&opened, NULL, 0.2}}, OPEN "open 0.30000000000000004\n"},
        {{{&opened, NULL, INFINITY}, {&opened, NULL, 1}}, OPEN "open +Inf\n"},
        {{{&opened, NULL, INFINITY}, {&opened, NULL, -INFINITY}}, OPEN "open NaN\n"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_exposition records = {.bytes = NULL};
        record(&records, cases[i].values, COUNT(cases[i].values));
        char *sum = written_metrics(&records, false);
        cr_expect_str_eq(sum, cases[i].sum, "%s instead of %s", sum, cases[i].sum);
        free(sum);
    }
}

static void record_duration(hob_exposition *out, double seconds)
{
    struct histogram histogram = {.sum = 0};
    histogram_add(&histogram, seconds);
    exposition_begin_histogram(out, "took_seconds", "Took.");
    exposition_histogram(out, &histogram, NULL);
}

Test(sum, adds_histograms_bucket_by_bucket)
{
    static const char *const lines[] = {
        "_bucket{le=\"0.25\"} 0\n",
        "_bucket{le=\"0.5\"} 1\n",
        "_bucket{le=\"2.0\"} 1\n",
        "_bucket{le=\"4.0\"} 2\n",
        "_sum 3.5\n",
        "_count 2\n",
    };
    hob_exposition records = {.bytes = NULL};
    record_duration(&records, 0.5);
    record_duration(&records, 3);
    char *text = written_metrics(&records, false);
    for (size_t i = 0; i < COUNT(lines); i++)
        cr_expect(strstr(text, lines[i]), "no %s in %s", lines[i], text);
    free(text);
}

Test(sum, copies_what_was_counted)
{
    static const struct value values[] = {
        {&hits, "1", 1}, {&opened, NULL, 5}, {&hits, "2", 2}, {&build, NULL, 1}, {&hits, "1", 3}};
    hob_exposition records = {.bytes = NULL};
    hob_exposition kept = {.bytes = NULL};
    size_t at = 0;
    struct sum *sum = sum_new();
    record(&records, values, COUNT(values));
    record_duration(&records, 0.5);
    cr_expect_eq(sum_step(sum, &records, &at), 0);
    sum_copy_counters(sum, &kept);
    sum_free(sum);
    exposition_free(&records);
    char *text = written_metrics(&kept, false);
    static const char expected[] = HITS "hits_total{a=\"1\"} 4\nhits_total{a=\"2\"} 2\n"
                                        "# HELP took_seconds Took.\n";
    cr_expect_eq(strncmp(text, expected, strlen(expected)), 0, "%s", text);
    cr_expect(strstr(text, "took_seconds_count 1\n"), "%s", text);
    cr_expect_null(strstr(text, "open"));
    cr_expect_null(strstr(text, "build"));
    free(text);
}

/* Far more series than there are buckets, each of them twice. */
Test(sum, is_made_in_steps)
{
    enum { SERIES = 3 * SUM_BUCKETS };
    hob_exposition records = {.bytes = NULL};
    for (size_t i = 0; i < 2 * SERIES; i++) {
        char label[16];
        snprintf(label, sizeof(label), "%zu", i % SERIES);
        record(&records, &(struct value){&hits, label, 1}, 1);
    }
    size_t at = 0;
    size_t steps = 1;
    struct sum *sum = sum_new();
    while (sum_step(sum, &records, &at) > 0)
        steps++;
    cr_expect_geq(steps, 2 * 2 * SERIES / SUM_STEP); /* with a record for each family */
    size_t count = 0;
    for (const struct sum_entry *series = sum->families->first; series; series = series->next)
        count += series->record->value == 2;
    cr_expect_eq(count, SERIES);
    sum_free(sum);
    exposition_free(&records);
}
