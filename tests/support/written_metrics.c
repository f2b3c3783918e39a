#include "tests/support/written_metrics.h"

#include "observe/metrics_text.h"
#include "tests/support/criterion.h"

char *written_metrics(hob_exposition *records, bool open_metrics)
{
    char *page = NULL;
    size_t size;
    size_t at = 0;
    struct sum *sum = sum_new();
    struct metrics_text text = {.out = open_memstream(&page, &size), .open_metrics = open_metrics};
    cr_assert(sum && text.out && !records->out_of_memory);
    while (sum_step(sum, records, &at) > 0)
        continue;
    while (metrics_text_step(&text, sum))
        continue;
    fclose(text.out);
    sum_free(sum);
    exposition_free(records);
    return page;
}
