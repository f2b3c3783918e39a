#include "tests/support/sanitizers.h"

#if UNDER_ASAN
/*
 * The process that runs the tests loses 48 bytes of Criterion's own, so the check at its end would
 * always fail. Tests call has_leaks() instead.
 */
const char *__lsan_default_options(void)
{
    return "leak_check_at_exit=0";
}
#endif
