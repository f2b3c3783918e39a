#include "server/workspace.h"

#include "tests/support/memory.h"
#include "tests/support/sanitizers.h"
#include "tests/support/test.h"

#define HUGE ((size_t)1 << 30) /* bytes of a head that there is no memory for */

Test(workspace, has_a_spare_for_one_head_without_memory)
{
    if (UNDER_ASAN)
        cr_skip("AddressSanitizer ends the process instead");
    struct workspace *workspace = workspace_new(8192);
    cr_assert_not_null(workspace);
    limit_address_space(0);
    char *kept = workspace_keep_head(workspace, HUGE);
    char *none = workspace_keep_head(workspace, HUGE);
    unlimit_address_space();
    cr_expect_not_null(kept);
    cr_expect_null(none);
    cr_expect_null(workspace->spare_head);
    cr_expect(workspace_ensure_spare(workspace), "there is memory again");
    free(kept);
    workspace_free(workspace);
}

Test(workspace, keeps_its_spare_while_there_is_memory)
{
    struct workspace *workspace = workspace_new(8192);
    cr_assert_not_null(workspace);
    char *kept = workspace_keep_head(workspace, 100);
    cr_expect_not_null(kept);
    cr_expect_not_null(workspace->spare_head);
    free(kept);
    workspace_free(workspace);
}
