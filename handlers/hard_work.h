/* What a cook should not do with her own hands: two seconds of computing. */
#ifndef HOB_HANDLERS_HARD_WORK_H
#define HOB_HANDLERS_HARD_WORK_H

#include "hob/runtime.h"

/* Recipes, as those of dishes.h. */
hob_fn block_the_thread; /* here: nobody else is served meanwhile */
hob_fn work_elsewhere;   /* on another thread, which is awaited */

#endif
