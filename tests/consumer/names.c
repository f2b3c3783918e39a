/*
 * Functions called as some inside libhob are. With two of a name the linker would refuse the
 * program; and if libhob called one of these instead of its own, it would end here.
 */
#include <stdlib.h>

#define MINE(name)                                                                                 \
    void name(void);                                                                               \
    void name(void)                                                                                \
    {                                                                                              \
        abort();                                                                                   \
    }

MINE(buffer_append)
MINE(future_complete)
MINE(jump_fcontext)
MINE(llhttp_execute)
MINE(loop_current)
MINE(make_fcontext)
MINE(parser_feed)
MINE(task_current)
