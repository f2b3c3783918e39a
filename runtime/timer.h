/* Timer futures. */
#ifndef HOB_RUNTIME_TIMER_H
#define HOB_RUNTIME_TIMER_H

#include "list.h"

/* Frees the timers that were kept to be used again. */
void timers_destroy(struct list *free_timers);

#endif
