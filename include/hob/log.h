/*
 * hob/log.h: lines on standard error, for people and for whatever collects them.
 */
#ifndef HOB_LOG_H
#define HOB_LOG_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* From the quietest to the most talkative. */
typedef enum {
    HOB_LOG_ERROR, /* something failed that the operator should look at */
    HOB_LOG_WARN,  /* something was odd, and was coped with */
    HOB_LOG_INFO,  /* what the program is for has happened: a dish is done */
    HOB_LOG_DEBUG, /* each step on the way there */
} hob_log_level;

/*
 * Lines above this level are dropped. The default is HOB_LOG_INFO. Set it before other threads
 * log: it is not synchronised.
 */
void hob_log_set_level(hob_log_level level);

/*
 * Finds the level called "error", "warn", "info" or "debug". Returns false if there is none. May be
 * called anywhere, on any thread.
 */
bool hob_log_level_from_name(const char *name, hob_log_level *level);

/*
 * Gets each message that is logged, as a string: without the time, control characters replaced by
 * '?', 1,000 bytes at most. It is called on the thread that logs, perhaps by several threads at
 * once, so it should lock what it uses, and must not wait for anything else: no coroutine runs
 * meanwhile. What it logs itself is lost.
 */
typedef void hob_log_sink(void *context, hob_log_level level, const char *message);

/*
 * Has sink(context, ...) called with each message, in place of the line on standard error: for
 * syslog(3), the journal, or the log of a program that hob is a part of. NULL is standard error
 * again. It is for the whole process; set it before other threads log. Messages of hob's own signal
 * handlers, about stalls and stack overflows, go to standard error in any case. A sink that a
 * program's handlers log to may only do what signal-safety(7) allows.
 */
void hob_log_to(hob_log_sink *sink, void *context);

/*
 * Writes one line: the time in UTC (RFC 3339, milliseconds), the level, and the message as printf
 * would format it. Control characters in the message are written as '?', so that one call is
 * always one line; messages above 1,000 bytes are cut. May be called from any thread, and in a
 * signal handler, if the format has only conversions of integers, characters and strings. Keeps
 * errno.
 *
 * It never waits: a line that standard error does not take at once is lost, and so is one that a
 * signal handler writes while the thread it has interrupted writes another. The next line that can
 * be written follows one with the number of lost lines. exit(3) writes that one as well.
 */
void hob_log(hob_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#ifdef __cplusplus
}
#endif

#endif
