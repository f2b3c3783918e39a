/* Timers of the kernel, which send a signal: see timer_create(2). */
#ifndef HOB_PROCESS_KERNEL_TIMER_H
#define HOB_PROCESS_KERNEL_TIMER_H

#include <math.h>
#include <time.h>

/* Makes the timer expire once, in so many seconds; 0 stops it. Safe in a signal handler. */
static inline void kernel_timer_set(timer_t timer, double seconds)
{
    struct itimerspec when = {
        .it_value.tv_sec = (time_t)seconds,
        .it_value.tv_nsec = (long)((seconds - floor(seconds)) * 1e9),
    };
    timer_settime(timer, 0, &when, NULL);
}

#endif
