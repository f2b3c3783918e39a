#include "tests/support/trace_story.h"
#include "tests/support/criterion.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

char told[TOLD_SIZE];

static void tell_text(const char *text)
{
    size_t length = strlen(told);
    snprintf(told + length, TOLD_SIZE - length, "%s", text);
}

static void tell_seconds(double seconds)
{
    char text[40] = "?";
    if (!isnan(seconds))
        snprintf(text, sizeof(text), "%.1f s", seconds);
    tell_text(text);
}

static void tell_begin(const hob_trace_event *event)
{
    char text[100] = "";
    tell_text("begins: ");
    tell_text(event->text);
    if (event->parent)
        snprintf(text, sizeof(text), ", a part of %d", (int)event->parent);
    tell_text(text);
}

static void tell_end(const hob_trace_event *event)
{
    char text[100];
    snprintf(text, sizeof(text), "ends: %d", event->result);
    tell_text(text);
}

void tell_text_and_seconds(const char *what, const hob_trace_event *event)
{
    tell_text(what);
    if (event->text) {
        tell_text(event->text);
        tell_text(", ");
    }
    tell_seconds(event->seconds);
}

static void tell_kind(const hob_trace_event *event)
{
    switch (event->kind) {
    case HOB_TRACE_BEGIN:
        tell_begin(event);
        break;
    case HOB_TRACE_AWAIT:
        tell_text_and_seconds("awaits ", event);
        break;
    case HOB_TRACE_READY:
        tell_text("is ready");
        break;
    case HOB_TRACE_RUN:
        tell_text_and_seconds("runs ", event);
        break;
    case HOB_TRACE_OTHERS:
        tell_text_and_seconds("others ran ", event);
        break;
    case HOB_TRACE_END:
        tell_end(event);
        break;
    case HOB_TRACE_STALL:
        tell_text_and_seconds("stalls in ", event);
        break;
    }
}

void tell(const hob_trace_event *event)
{
    static char before[40];
    char begin[40];
    size_t length = strlen(told);
    snprintf(begin, sizeof(begin), "%.1f %d ", event->time - 1e9, (int)event->id);
    if (length > 0 && strcmp(begin, before) == 0)
        strcpy(told + length - 1, "; ");
    else
        tell_text(begin);
    tell_kind(event);
    tell_text("\n");
    strcpy(before, begin);
}

const char *tell_all(const hob_trace_event *all, size_t count)
{
    told[0] = '\0';
    for (size_t i = 0; i < count; i++)
        tell(&all[i]);
    return told;
}

hob_trace_event events[EVENTS];

const char *story_from(uint64_t position)
{
    uint64_t dropped = 0;
    size_t count = hob_trace_read(&position, events, EVENTS, &dropped);
    cr_expect_eq(dropped, 0);
    cr_expect_eq(position, hob_trace_position());
    return tell_all(events, count);
}

const char *story(void)
{
    return story_from(0);
}

const char *live_story(void)
{
    return tell_all(events, hob_trace_live(events, EVENTS));
}
