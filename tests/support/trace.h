/*
 * Events in their order, one character each. A test that compares the trace with a string says
 * at a glance who ran when.
 */
#ifndef HOB_TESTS_SUPPORT_TRACE_H
#define HOB_TESTS_SUPPORT_TRACE_H

#include <stddef.h>
#include <string.h>

/* Each test runs in a process of its own, so this starts empty. */
static char trace_text[256];
static size_t trace_length;

static inline void trace(int event)
{
    if (trace_length < sizeof(trace_text) - 1)
        trace_text[trace_length++] = (char)event;
}

static inline void clear_trace(void)
{
    memset(trace_text, 0, sizeof(trace_text));
    trace_length = 0;
}

static inline const char *traced(void)
{
    return trace_text;
}

#endif
