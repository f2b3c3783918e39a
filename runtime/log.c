#include "hob/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static hob_log_level max_level = HOB_LOG_INFO;

static const char *const level_names[] = {
    [HOB_LOG_ERROR] = "error",
    [HOB_LOG_WARN] = "warn",
    [HOB_LOG_INFO] = "info",
    [HOB_LOG_DEBUG] = "debug",
};
#define LEVEL_COUNT (sizeof(level_names) / sizeof(level_names[0]))

void hob_log_set_level(hob_log_level level)
{
    max_level = level;
}

bool hob_log_level_from_name(const char *name, hob_log_level *level)
{
    for (size_t i = 0; i < LEVEL_COUNT; i++) {
        if (strcmp(name, level_names[i]) == 0) {
            *level = (hob_log_level)i;
            return true;
        }
    }
    return false;
}

/* The line being written. Not on the stack: a coroutine's first page should last. */
static _Thread_local char line[1100];
#define MESSAGE_LIMIT 1000

/* "2026-11-22T03:30:01.123Z info  ". Returns its length. */
static size_t write_prefix(hob_log_level level)
{
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    size_t length = strftime(line, sizeof(line), "%Y-%m-%dT%H:%M:%S", &utc);
    int more = snprintf(
        line + length, sizeof(line) - length, ".%03dZ %-5s ", (int)(now.tv_nsec / 1000000),
        level_names[level]);
    return length + (size_t)more;
}

static void replace_control_characters(char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < ' ' || c == 0x7f)
            text[i] = '?';
    }
}

void hob_log(hob_log_level level, const char *format, ...)
{
    if (level > max_level)
        return;

    size_t prefix = write_prefix(level);
    va_list arguments;
    va_start(arguments, format);
    int wanted = vsnprintf(line + prefix, MESSAGE_LIMIT + 1, format, arguments);
    va_end(arguments);

    size_t message = wanted < 0 ? 0 : (size_t)wanted;
    if (message > MESSAGE_LIMIT)
        message = MESSAGE_LIMIT;
    replace_control_characters(line + prefix, message);
    line[prefix + message] = '\n';

    /* One line is one write, so that lines do not mix. One that is lost is lost: where else
     * should the log say so? */
    ssize_t written = write(STDERR_FILENO, line, prefix + message + 1);
    (void)written;
}
