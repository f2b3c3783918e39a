#include "hob/log.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "log_handler.h"

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

static struct {
    hob_log_sink *write; /* NULL for standard error */
    void *context;
} output;

void hob_log_to(hob_log_sink *sink, void *context)
{
    output.write = sink;
    output.context = context;
}

/* This thread is in a signal handler, in which the sink is not called. */
static _Thread_local volatile bool in_handler;

void log_enter_handler(void)
{
    in_handler = true;
}

void log_leave_handler(void)
{
    in_handler = false;
}

/* The line being written. Not on the stack: a coroutine's first page should last. */
static _Thread_local char line[1100];
#define MESSAGE_LIMIT 1000

struct date {
    unsigned year;
    unsigned month;
    unsigned day;
};

/*
 * The date so many days after 1970-01-01, by "civil_from_days" of
 * https://howardhinnant.github.io/date_algorithms.html: a year begins with March there.
 * gmtime_r(3) takes a lock, so that a signal handler must not call it.
 */
static struct date date_of(unsigned long days)
{
    unsigned long shifted = days + 719468; /* since 0000-03-01 */
    unsigned long era = shifted / 146097;  /* of 400 years */
    unsigned long day = shifted % 146097;
    unsigned long year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    unsigned long day_of_year = day - (365 * year + year / 4 - year / 100);
    unsigned long month = (5 * day_of_year + 2) / 153;
    return (struct date){
        .year = (unsigned)(year + era * 400 + (month >= 10)),
        .month = (unsigned)(month < 10 ? month + 3 : month - 9),
        .day = (unsigned)(day_of_year - (153 * month + 2) / 5 + 1),
    };
}

/* "2026-11-22T03:30:01.123Z info  ". Returns its length. */
static size_t write_prefix(hob_log_level level)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    struct date date = date_of((unsigned long)now.tv_sec / 86400);
    unsigned second = (unsigned)(now.tv_sec % 86400);
    return (size_t)snprintf(
        line, sizeof(line), "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ %-5s ", date.year, date.month,
        date.day, second / 3600, second / 60 % 60, second % 60, (unsigned)(now.tv_nsec / 1000000),
        level_names[level]);
}

static void replace_control_characters(char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < ' ' || c == 0x7f)
            text[i] = '?';
    }
}

/*
 * Does not set O_NONBLOCK, which would apply to all processes that have this pipe or terminal open,
 * such as the shell. A pipe that is ready has room for 4,096 bytes: see pipe(7).
 */
static bool write_to_stderr(const char *text, size_t length)
{
    struct pollfd file = {.fd = STDERR_FILENO, .events = POLLOUT};
    if (poll(&file, 1, 0) <= 0 || file.revents != POLLOUT) /* else it has no reader: SIGPIPE */
        return false;
    return write(STDERR_FILENO, text, length) == (ssize_t)length;
}

/* One line is one write, so that lines do not mix. */
__attribute__((format(printf, 2, 0))) static bool
write_message(hob_log_level level, const char *format, va_list arguments)
{
    size_t prefix = write_prefix(level);
    int wanted = vsnprintf(line + prefix, MESSAGE_LIMIT + 1, format, arguments);
    size_t message = wanted < 0 ? 0 : (size_t)wanted;
    if (message > MESSAGE_LIMIT)
        message = MESSAGE_LIMIT;
    replace_control_characters(line + prefix, message);
    if (output.write && !in_handler) {
        line[prefix + message] = '\0';
        output.write(output.context, level, line + prefix);
        return true;
    }
    line[prefix + message] = '\n';
    return write_to_stderr(line, prefix + message + 1);
}

__attribute__((format(printf, 2, 3))) static bool
write_note(hob_log_level level, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    bool written = write_message(level, format, arguments);
    va_end(arguments);
    return written;
}

/* Lines that could not be written since the last one that could. */
static atomic_size_t lost;

static bool report_lost_lines(void)
{
    size_t count = atomic_exchange(&lost, 0);
    if (count == 0 || write_note(HOB_LOG_WARN, "%zu lines of the log were lost here", count))
        return true;
    atomic_fetch_add(&lost, count);
    return false;
}

/* This thread is in hob_log(): a signal handler that calls it then must not overwrite the line. */
static _Thread_local volatile bool writing;

void hob_log(hob_log_level level, const char *format, ...)
{
    if (level > max_level)
        return;
    if (writing) {
        atomic_fetch_add(&lost, 1);
        return;
    }
    int err = errno;
    va_list arguments;
    va_start(arguments, format);
    writing = true;
    if (!report_lost_lines() || !write_message(level, format, arguments))
        atomic_fetch_add(&lost, 1);
    writing = false;
    va_end(arguments);
    errno = err;
}

/* Without this, lines that were lost right before exit(3) would not be counted in the log. */
__attribute__((destructor)) static void report_lost_lines_at_exit(void)
{
    report_lost_lines();
}
