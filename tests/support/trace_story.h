/*
 * The record of a trace as text, so that a test shows it at a glance: "TIME ID what it does; what
 * it does then", with a line for what a lane does at one time, in seconds since virtual time began.
 */
#ifndef HOB_TESTS_SUPPORT_TRACE_STORY_H
#define HOB_TESTS_SUPPORT_TRACE_STORY_H

#include <stddef.h>
#include <stdint.h>

#include "hob/runtime.h"
#include "hob/trace.h"
#include "tests/support/coroutine.h"

enum { TOLD_SIZE = 8192, EVENTS = 200 };

/* The latest text. Some of the functions below add to it; the others replace it, and return it. */
extern char told[TOLD_SIZE];

/* The events read last; a test may read into it itself. */
extern hob_trace_event events[EVENTS];

/* Adds an event. */
void tell(const hob_trace_event *event);

/* Something, and the text and seconds of an event. */
void tell_text_and_seconds(const char *what, const hob_trace_event *event);

const char *tell_all(const hob_trace_event *all, size_t count);

/* All that was recorded, or from there on. None of it may have been lost. */
const char *story(void);
const char *story_from(uint64_t position);

/* Of the lanes that are alive. */
const char *live_story(void);

/* The test's own coroutine watches from its beginning to its end. */
#define WatchedTest(suite, name)                                                                   \
    static void name##_watched(void);                                                              \
    CoroutineTest(suite, name)                                                                     \
    {                                                                                              \
        hob_stall_limit(0); /* virtual time is no excuse on a slow machine */                      \
        cr_expect_eq(hob_trace_watch(), 0);                                                        \
        name##_watched();                                                                          \
        hob_trace_unwatch();                                                                       \
    }                                                                                              \
    static void name##_watched(void)

#endif
