#include "observe/metrics_text.h"

#include <math.h>

#include "tests/support/test.h"
#include "tests/support/written_metrics.h"

TestSuite(metrics_text, .timeout = 20);

/* The output of `write` in a format. The caller frees it. */
static char *written(void (*write)(hob_exposition *out), bool open_metrics)
{
    hob_exposition records = {.bytes = NULL};
    write(&records);
    return written_metrics(&records, open_metrics);
}

static void
expect_written(void (*write)(hob_exposition *out), const char *prometheus, const char *open_metrics)
{
    char *text = written(write, false);
    cr_expect_str_eq(text, prometheus);
    free(text);
    text = written(write, true);
    cr_expect_str_eq(text, open_metrics);
    free(text);
}

static void write_one_of_each(hob_exposition *out)
{
    static const hob_metric counter = {
        .name = "cups", .type = HOB_METRIC_COUNTER, .help = "Cups of tea."};
    static const hob_metric gauge = {
        .name = "pot_bytes", .type = HOB_METRIC_GAUGE, .unit = "bytes", .help = "The pot."};
    static const hob_metric info = {.name = "tea", .type = HOB_METRIC_INFO, .help = "The tea."};
    static const hob_label labels[] = {{"kind", "green"}, {"harvest", "first"}};
    hob_metrics_put(out, &counter, 3);
    hob_metrics_put(out, &gauge, 0.5);
    hob_metrics_begin(out, &info);
    hob_metrics_value(out, labels, 2, 1);
}

Test(metrics_text, each_type_in_both_formats)
{
    expect_written(
        write_one_of_each,
        "# HELP cups_total Cups of tea.\n"
        "# TYPE cups_total counter\n"
        "cups_total 3\n"
        "# HELP pot_bytes The pot.\n"
        "# TYPE pot_bytes gauge\n"
        "pot_bytes 0.5\n"
        "# HELP tea_info The tea.\n"
        "# TYPE tea_info gauge\n"
        "tea_info{kind=\"green\",harvest=\"first\"} 1\n",
        "# HELP cups Cups of tea.\n"
        "# TYPE cups counter\n"
        "cups_total 3\n"
        "# HELP pot_bytes The pot.\n"
        "# TYPE pot_bytes gauge\n"
        "# UNIT pot_bytes bytes\n"
        "pot_bytes 0.5\n"
        "# HELP tea The tea.\n"
        "# TYPE tea info\n"
        "tea_info{kind=\"green\",harvest=\"first\"} 1\n"
        "# EOF\n");
}

static void write_what_needs_escapes(hob_exposition *out)
{
    static const hob_metric metric = {
        .name = "odd", .type = HOB_METRIC_GAUGE, .help = "A \"quote\", a \\ and a\nbreak."};
    static const hob_label label = {"name", "A \"quote\", a \\ and a\nbreak, and \xc3\xa4"};
    hob_metrics_begin(out, &metric);
    hob_metrics_value(out, &label, 1, 1);
}

Test(metrics_text, what_would_end_a_value_or_a_line_is_escaped)
{
    expect_written(
        write_what_needs_escapes,
        "# HELP odd A \"quote\", a \\\\ and a\\nbreak.\n"
        "# TYPE odd gauge\n"
        "odd{name=\"A \\\"quote\\\", a \\\\ and a\\nbreak, and \xc3\xa4\"} 1\n",
        "# HELP odd A \\\"quote\\\", a \\\\ and a\\nbreak.\n"
        "# TYPE odd gauge\n"
        "odd{name=\"A \\\"quote\\\", a \\\\ and a\\nbreak, and \xc3\xa4\"} 1\n"
        "# EOF\n");
}

static void write_numbers(hob_exposition *out)
{
    static const hob_metric metric = {.name = "n", .type = HOB_METRIC_GAUGE, .help = "Numbers."};
    static const double numbers[] = {-1.5, 1e21, INFINITY, -INFINITY, NAN};
    hob_metrics_begin(out, &metric);
    for (size_t i = 0; i < COUNT(numbers); i++) {
        const hob_label label = {"i", (const char[]){(char)('0' + (int)i), '\0'}};
        hob_metrics_value(out, &label, 1, numbers[i]);
    }
}

Test(metrics_text, numbers)
{
    char *text = written(write_numbers, false);
    cr_expect_str_eq(
        text, "# HELP n Numbers.\n# TYPE n gauge\nn{i=\"0\"} -1.5\nn{i=\"1\"} 1e+21\n"
              "n{i=\"2\"} +Inf\nn{i=\"3\"} -Inf\nn{i=\"4\"} NaN\n");
    free(text);
}

static void write_histogram(hob_exposition *out)
{
    static const hob_label label = {"route", "GET /tea"};
    struct histogram histogram = {.sum = 0};
    histogram_add(&histogram, 0.25);
    histogram_add(&histogram, 3);
    histogram_add(&histogram, 100);
    exposition_begin_histogram(out, "wait_seconds", "Waiting.");
    exposition_histogram(out, &histogram, &label);
}

Test(metrics_text, a_histogram_counts_what_is_at_most_its_bounds)
{
    static const char *const lines[] = {
        "# TYPE wait_seconds histogram\n# UNIT wait_seconds seconds\n",
        "\nwait_seconds_bucket{route=\"GET /tea\",le=\"0.0001220703125\"} 0\n",
        "\nwait_seconds_bucket{route=\"GET /tea\",le=\"0.125\"} 0\n",
        "\nwait_seconds_bucket{route=\"GET /tea\",le=\"0.25\"} 1\n",
        "\nwait_seconds_bucket{route=\"GET /tea\",le=\"2.0\"} 1\n",
        "\nwait_seconds_bucket{route=\"GET /tea\",le=\"4.0\"} 2\n",
        "\nwait_seconds_bucket{route=\"GET /tea\",le=\"64.0\"} 2\n",
        "\nwait_seconds_bucket{route=\"GET /tea\",le=\"+Inf\"} 3\n",
        "\nwait_seconds_sum{route=\"GET /tea\"} 103.25\n",
        "\nwait_seconds_count{route=\"GET /tea\"} 3\n# EOF\n",
    };
    char *text = written(write_histogram, true);
    for (size_t i = 0; i < COUNT(lines); i++)
        cr_expect(strstr(text, lines[i]), "no %s in %s", lines[i], text);
    free(text);
}

Test(metrics_text, the_format_is_the_one_that_accept_prefers)
{
#define OPEN_METRICS "application/openmetrics-text"
    static const struct {
        const char *accept;
        bool open_metrics;
    } cases[] = {
        {NULL, false},
        {"", false},
        {"*/*", false},
        {"text/plain", false},
        {"text/html, */*;q=0.1", false},
        {OPEN_METRICS, true},
        {"APPLICATION/OpenMetrics-Text", true},
        {OPEN_METRICS ";version=1.0.0", true},
        {OPEN_METRICS "; version=\"1.0.0\" ; charset=utf-8", true},
        {OPEN_METRICS ";version=0.0.1", false},
        {OPEN_METRICS ";version=1.0.01", false},
        {OPEN_METRICS ";version=2.0.0", false},
        {OPEN_METRICS ";q=0", false},
        {OPEN_METRICS ";q=0.000", false},
        {OPEN_METRICS ";q=0.001", true},
        {OPEN_METRICS ";q=1.000,text/plain;q=1", true},
        {OPEN_METRICS ";Q=0.9, text/plain;q=1", false},
        {OPEN_METRICS ";q=0.12, text/plain;q=0.119", true},
        {OPEN_METRICS ";q=x", false},
        {OPEN_METRICS ";q=0.3, text/plain;q=0.4", false},
        {OPEN_METRICS ";q=0.4, text/plain;q=0.3", true},
        {"text/plain;version=0.0.4;q=0.3, " OPEN_METRICS ";version=1.0.0;q=0.5", true},
        {"text/plain;version=1.0.0, " OPEN_METRICS ";q=0.5", true},
        {"text/plain," OPEN_METRICS, true},
        {"," OPEN_METRICS ",", true},
        {"x" OPEN_METRICS, false},
        {OPEN_METRICS "x", false},
        {";q=1," OPEN_METRICS ";", true},
        /* Prometheus 2.42, and 3. */
        {OPEN_METRICS ";version=1.0.0," OPEN_METRICS
                      ";version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
         true},
        {OPEN_METRICS ";version=1.0.0;escaping=allow-utf-8;q=0.5," OPEN_METRICS
                      ";version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
                      "text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
         true},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect_eq(
            metrics_text_wants_open_metrics(cases[i].accept), cases[i].open_metrics, "%s",
            cases[i].accept);
}
