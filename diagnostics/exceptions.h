/*
 * C++ exceptions in coroutines. The C++ runtime keeps the exceptions that a thread is handling in a
 * record of the thread (__cxa_get_globals() of the Itanium C++ ABI, section 2.2.2). A coroutine
 * that waits in a catch block keeps its exceptions itself, or another one would rethrow them.
 */
#ifndef HOB_DIAGNOSTICS_EXCEPTIONS_H
#define HOB_DIAGNOSTICS_EXCEPTIONS_H

/* The content of the record. If all is zero, there is no exception. */
struct exceptions {
    void *caught;          /* the innermost one that is being handled */
    unsigned int uncaught; /* how many were thrown and not caught yet */
};

/*
 * Called when a loop begins: the log then names the coroutine if std::terminate() is called.
 * Returns this thread's record, or NULL in a program without a C++ runtime.
 */
struct exceptions *exceptions_watch(void);

/* Called when a loop ends, with the result of exceptions_watch(). */
void exceptions_unwatch(const struct exceptions *record);

/* Exchanges a coroutine's exceptions with those in the record. */
static inline void exceptions_swap(struct exceptions *record, struct exceptions *other)
{
    struct exceptions before = *record;
    *record = *other;
    *other = before;
}

#endif
