/*
 * The metrics of several processes as those of one.
 */
#include "observe/sum_pages.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "tests/support/sanitizers.h"

TestSuite(sum_pages, .fini = expect_no_leaks);

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define REQUESTS "# HELP hits_total Requests.\n# TYPE hits_total counter\n"
#define OPEN     "# HELP open Open.\n# TYPE open gauge\n"
#define BUILD    "# HELP hob_build_info Build.\n# TYPE hob_build_info gauge\n"
#define START    "# TYPE process_start_time_seconds gauge\n"

/* What is written by one of the two functions. */
static char *text_of(const char *const *pages, size_t count, void (*write)(const char *, FILE *))
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (write)
        write(pages[0], out);
    else
        cr_expect_eq(sum_pages(pages, count, out), 0);
    fclose(out);
    return text;
}

Test(sum_pages, adds_series_by_name_and_labels)
{
    static const struct {
        const char *pages[3];
        const char *sum;
    } cases[] = {
        {{NULL}, ""},
        {{"", ""}, ""},
        {{REQUESTS "hits_total 1\n"}, REQUESTS "hits_total 1\n"},
        {{REQUESTS "hits_total 1\n", REQUESTS "hits_total 2\n", REQUESTS "hits_total 39\n"},
         REQUESTS "hits_total 42\n"},
        {{REQUESTS "hits_total{a=\"x y\"} 1\nhits_total{a=\"}\"} 2\n",
          REQUESTS "hits_total{a=\"}\"} 3\nhits_total{a=\"x y\"} 4\n"},
         REQUESTS "hits_total{a=\"x y\"} 5\nhits_total{a=\"}\"} 5\n"},
        /* One has what the other has not. */
        {{REQUESTS "hits_total{a=\"1\"} 1\nhits_total{a=\"3\"} 1\n" OPEN "open 1\n",
          REQUESTS "hits_total{a=\"1\"} 1\nhits_total{a=\"2\"} 1\nhits_total{a=\"3\"} 1\n"},
         REQUESTS "hits_total{a=\"1\"} 2\nhits_total{a=\"2\"} 1\nhits_total{a=\"3\"} 2\n" OPEN
                  "open 1\n"},
        {{"", OPEN "open 1\n", REQUESTS "hits_total 1\n"},
         OPEN "open 1\n" REQUESTS "hits_total 1\n"},
        {{REQUESTS, REQUESTS "hits_total 1\n"}, REQUESTS "hits_total 1\n"},
        /* Gauges too, but not what is said of each process. */
        {{OPEN "open 3\n", OPEN "open -1\n"}, OPEN "open 2\n"},
        {{BUILD "hob_build_info{version=\"1\"} 1\n", BUILD "hob_build_info{version=\"1\"} 1\n"},
         BUILD "hob_build_info{version=\"1\"} 1\n"},
        {{START "process_start_time_seconds 9.5\n", START "process_start_time_seconds 7.25\n"},
         START "process_start_time_seconds 7.25\n"},
        /* Numbers. */
        {{OPEN "open 0.1\n", OPEN "open 0.2\n"}, OPEN "open 0.30000000000000004\n"},
        {{OPEN "open 9007199254740991\n", OPEN "open 0\n"}, OPEN "open 9007199254740991\n"},
        {{OPEN "open +Inf\n", OPEN "open 1\n"}, OPEN "open +Inf\n"},
        {{OPEN "open +Inf\n", OPEN "open -Inf\n"}, OPEN "open NaN\n"},
        {{OPEN "open -Inf\n"}, OPEN "open -Inf\n"},
        {{OPEN "open NaN\n", OPEN "open 1\n"}, OPEN "open NaN\n"},
        /* OpenMetrics: more remarks, and an end. */
        {{"# HELP a A.\n# TYPE a counter\n# UNIT a seconds\na_total 1\n# EOF\n",
          "# HELP a A.\n# TYPE a counter\n# UNIT a seconds\na_total 1\n# EOF\n"},
         "# HELP a A.\n# TYPE a counter\n# UNIT a seconds\na_total 2\n# EOF\n"},
        /* What is no page does no harm. */
        {{"hits_total 1\n"}, ""},
        {{REQUESTS "hits_total\n", "#\n#  \n\n"}, REQUESTS "#\n#  \n"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t count = 0;
        while (count < COUNT(cases[i].pages) && cases[i].pages[count])
            count++;
        char *sum = text_of(cases[i].pages, count, NULL);
        cr_expect_str_eq(sum, cases[i].sum, "case %zu: %s", i, sum);
        free(sum);
    }
}

Test(sum_pages, keeps_what_was_counted)
{
    static const char page[] =
        REQUESTS "hits_total{a=\"1\"} 1\nhits_total{a=\"2\"} 2\n" OPEN "open 5\n"
                 "# HELP took Took.\n# TYPE took histogram\n"
                 "took_bucket{le=\"1.0\"} 1\ntook_sum 0.5\n" BUILD "hob_build_info 1\n# EOF\n";
    char *kept = text_of((const char *const[]){page}, 1, keep_counters);
    cr_expect_str_eq(
        kept, "# TYPE hits_total counter\nhits_total{a=\"1\"} 1\nhits_total{a=\"2\"} 2\n"
              "# TYPE took histogram\ntook_bucket{le=\"1.0\"} 1\ntook_sum 0.5\n");

    /* Below the page of the one that comes after, it adds up. */
    const char *const both[] = {REQUESTS "hits_total{a=\"2\"} 1\n" OPEN "open 1\n", kept};
    char *sum = text_of(both, 2, NULL);
    cr_expect_str_eq(
        sum, REQUESTS "hits_total{a=\"1\"} 1\nhits_total{a=\"2\"} 3\n" OPEN "open 1\n"
                      "# TYPE took histogram\ntook_bucket{le=\"1.0\"} 1\ntook_sum 0.5\n");
    free(kept);
    free(sum);
}
