/*
 * Events in their order, one character each. A test that compares the trace with a string says
 * at a glance who ran when.
 */
#ifndef HOB_TESTS_SUPPORT_TRACE_H
#define HOB_TESTS_SUPPORT_TRACE_H

#include <stddef.h>

/* Each test runs in a process of its own, so this starts empty. */
static char trace_text[256];

static inline void trace(int event)
{
    static size_t length;
    if (length < sizeof(trace_text) - 1)
        trace_text[length++] = (char)event;
}

static inline const char *traced(void)
{
    return trace_text;
}

#endif
