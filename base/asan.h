/*
 * Functions of AddressSanitizer and LeakSanitizer. They are weak: they exist if the program was
 * compiled with -fsanitize=address, whether this library was or not.
 */
#ifndef HOB_BASE_ASAN_H
#define HOB_BASE_ASAN_H

#include <stdbool.h>
#include <stddef.h>

#define WEAK(name) __asm__(name) __attribute__((weak))

/* Before and after a switch from one stack to another (sanitizer/common_interface_defs.h). */
void asan_start_switch(void **fake_stack, const void *bottom, size_t size)
    WEAK("__sanitizer_start_switch_fiber");
void asan_finish_switch(void *fake_stack, const void **bottom, size_t *size)
    WEAK("__sanitizer_finish_switch_fiber");

/* Removes the marks that frames have left (sanitizer/asan_interface.h). */
void asan_unpoison(const volatile void *start, size_t size) WEAK("__asan_unpoison_memory_region");

/* Registers memory: objects to which it has pointers are in use (sanitizer/lsan_interface.h). */
void lsan_register(const void *start, size_t size) WEAK("__lsan_register_root_region");
void lsan_unregister(const void *start, size_t size) WEAK("__lsan_unregister_root_region");

#undef WEAK

static inline bool asan_is_there(void)
{
    return asan_start_switch != NULL;
}

static inline bool lsan_is_there(void)
{
    return lsan_register != NULL;
}

struct lsan_region {
    const char *start;
    size_t size; /* 0 if it is not registered */
};

/*
 * Makes LeakSanitizer scan the frames of the caller and its callers while coroutines run. Without
 * this, it would scan only the stack of a coroutine that calls exit(3).
 */
void lsan_watch_frames(struct lsan_region *self);
void lsan_unwatch_frames(const struct lsan_region *self);

#endif
