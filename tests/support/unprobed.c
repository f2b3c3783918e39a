#include "tests/support/unprobed.h"

int recurse_unprobed(int depth)
{
    volatile char local[60 * 1024];
    local[0] = 1;
    return depth == 0 ? 0 : recurse_unprobed(depth - 1) + local[0];
}
