#include "backtrace.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <unwind.h>

#define DEPTH 24

struct backtrace {
    hob_log_level level;
    int depth;
    bool interrupted; /* past the frames of the signal handler itself */
};

static _Unwind_Reason_Code log_frame(struct _Unwind_Context *frame, void *arg)
{
    struct backtrace *self = arg;
    Dl_info symbol = {0};
    int before_instruction = 0; /* set for a frame that was interrupted, not one that called */
    uintptr_t address = _Unwind_GetIPInfo(frame, &before_instruction);
    self->interrupted = self->interrupted || before_instruction;
    if (address == 0 || self->depth == DEPTH)
        return _URC_END_OF_STACK;
    if (!self->interrupted)
        return _URC_NO_REASON;
    dladdr((void *)address, &symbol); // NOLINT(performance-no-int-to-ptr)
    hob_log(
        self->level, "  #%-2d %s (%s+0x%zx)", self->depth++,
        symbol.dli_sname ? symbol.dli_sname : "?", symbol.dli_fname ? symbol.dli_fname : "?",
        address - (uintptr_t)symbol.dli_fbase);
    return _URC_NO_REASON;
}

/*
 * Not all of these functions are async-signal-safe. But they do not allocate, and a signal nearly
 * always interrupts code of the program itself.
 */
void backtrace_log(hob_log_level level)
{
    struct backtrace self = {.level = level};
    _Unwind_Backtrace(log_frame, &self);
}
