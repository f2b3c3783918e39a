#include "tests/support/formatted.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/criterion.h"

/* So that a leak checker finds them. */
static struct kept {
    char *text;
    struct kept *next;
} * all;

const char *formatted(const char *format, ...)
{
    struct kept *kept = malloc(sizeof(*kept));
    va_list values;
    cr_assert_not_null(kept);
    va_start(values, format);
    cr_assert_geq(vasprintf(&kept->text, format, values), 0);
    va_end(values);
    kept->next = all;
    all = kept;
    return kept->text;
}
