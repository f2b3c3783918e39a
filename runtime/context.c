#include "context.h"

#include <stdint.h>
#include <stdlib.h>

#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#else
#define VALGRIND_MAKE_MEM_UNDEFINED(start, size) ((void)(start))
#endif

#include "base/asan.h"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WITH_TSAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define WITH_TSAN 1
#endif
#ifdef WITH_TSAN
#include <sanitizer/tsan_interface.h>
#endif

/*
 * Boost.Context's assembly. Boost's own header is C++, so its two functions are declared here as
 * boost/context/detail/fcontext.hpp has them (since Boost 1.61). In the context that a jump leads
 * to, jump_fcontext() returns the context that the jump came from, and its `data`.
 */
struct transfer {
    void *fctx;
    void *data;
};
struct transfer jump_fcontext(void *to, void *data);
void *make_fcontext(void *stack_top, size_t size, void (*entry)(struct transfer));

/* After a jump: notes where the context that was left can be resumed. Returns that context. */
static struct context *arrive(struct transfer arrival)
{
    struct context *left = arrival.data;
    left->saved = arrival.fctx;
    return left;
}

/* Continues in `to`. Returns the context that switches back. */
static struct context *jump(struct context *from, struct context *to)
{
    from->to = to;
#ifdef WITH_TSAN
    __tsan_switch_to_fiber(to->fiber, 0);
#endif
    return arrive(jump_fcontext(to->saved, from));
}

/* The same for a program with AddressSanitizer, to which this reports the bounds of the stacks. */
__attribute__((noinline)) static void
jump_under_asan(struct context *from, struct context *to, void **fake_stack)
{
    asan_start_switch(fake_stack, to->bottom, to->size);
    struct context *left = jump(from, to);
    asan_finish_switch(from->fake_stack, &left->bottom, &left->size);
}

/*
 * The first frame on a new stack. Its return address is marked as undefined, so that unwinders end
 * here: gdb would interpret the bytes above it as frames.
 */
static void run_entry(struct transfer arrival)
{
    struct context *left = arrive(arrival);
    struct context *self = left->to;
#if defined(__x86_64__)
    __asm__ volatile(".cfi_undefined rip");
#elif defined(__aarch64__)
    __asm__ volatile(".cfi_undefined x30");
#endif
    if (asan_is_there())
        asan_finish_switch(NULL, &left->bottom, &left->size);
    self->entry(self->arg);
    abort(); /* after a return Boost.Context would end the process without a message */
}

void context_init_current(struct context *self)
{
    *self = (struct context){0};
#ifdef WITH_TSAN
    self->fiber = __tsan_get_current_fiber();
#endif
}

void context_init(struct context *self, void *bottom, size_t size, context_entry *entry, void *arg)
{
    *self = (struct context){.entry = entry, .arg = arg, .bottom = bottom, .size = size};
    if (asan_is_there())
        asan_unpoison(bottom, size); /* the marks of frames that have not returned */
    self->saved = make_fcontext((char *)bottom + size, size, run_entry);
#ifdef WITH_TSAN
    self->fiber = __tsan_create_fiber(0);
#endif
}

void context_switch(struct context *from, struct context *to)
{
    if (asan_is_there())
        jump_under_asan(from, to, &from->fake_stack);
    else
        jump(from, to);
}

void context_exit(struct context *from, struct context *to)
{
    if (asan_is_there())
        jump_under_asan(from, to, NULL); /* NULL frees AddressSanitizer's copy of the locals */
    else
        jump(from, to);
    abort();
}

void context_destroy(struct context *self)
{
    (void)self;
#ifdef WITH_TSAN
    __tsan_destroy_fiber(self->fiber);
#endif
}

struct call {
    struct context outside; /* the caller */
    struct context inside;
    int (*fn)(void *arg);
    void *arg;
    int result;
};

static void run_call(void *arg)
{
    struct call *self = arg;
    self->result = self->fn(self->arg);
    context_exit(&self->inside, &self->outside);
}

int context_call(struct context *self, void *bottom, size_t size, int (*fn)(void *arg), void *arg)
{
    struct call call = {.fn = fn, .arg = arg};
    context_init_current(&call.outside);
    context_init(&call.inside, bottom, size, run_call, &call);
    self->fiber = call.inside.fiber; /* where a switch back to self continues */
    context_switch(&call.outside, &call.inside);
    self->fiber = call.outside.fiber;
    context_destroy(&call.inside);
    return call.result;
}

/* At least what make_fcontext() writes to. */
#define FIRST_FRAME_SIZE 512

int context_call_on(struct context *self, struct context *on, int (*fn)(void *arg), void *arg)
{
    /* Boost.Context's handle is the stack pointer. Only AddressSanitizer reports the bottom. */
    char *bottom = (char *)(uintptr_t)on->bottom; // NOLINT(performance-no-int-to-ptr)
    char *top = on->saved;
    VALGRIND_MAKE_MEM_UNDEFINED(top - FIRST_FRAME_SIZE, FIRST_FRAME_SIZE);
    return context_call(self, bottom, (uintptr_t)top - (uintptr_t)bottom, fn, arg);
}
