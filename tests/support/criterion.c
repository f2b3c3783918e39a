#include "tests/support/criterion.h"

#include <criterion/event.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void report_failure(const char *file, unsigned line, char *general, const char *format, ...)
{
    char *own = NULL;
    va_list values;
    va_start(values, format);
    if (vasprintf(&own, format, values) < 0)
        own = NULL;
    va_end(values);
    criterion_send_assert(&(struct criterion_assert_stats){
        .message = own != NULL && own[1] != '\0' ? own + 1 : general, .file = file, .line = line});
    free(own);
    cr_asprintf_free(general);
}

/*
 * Criterion initialises libgit2 in the process of each test, which parses all certificates that the
 * system trusts. Only assertions that print differences of texts need it, and the tests use none.
 */
int git_libgit2_init(void);
int git_libgit2_shutdown(void);

int git_libgit2_init(void)
{
    return 1;
}

int git_libgit2_shutdown(void)
{
    return 0;
}
