/* The text of metrics, for tests of the modules that record them. */
#ifndef HOB_TESTS_SUPPORT_WRITTEN_METRICS_H
#define HOB_TESTS_SUPPORT_WRITTEN_METRICS_H

#include "observe/exposition.h"

/* The page with the sum of the records, which it frees. The caller frees the page. */
char *written_metrics(hob_exposition *records, bool open_metrics);

#endif
