/*
 * hob/log.h: a log on standard error, or through a function of the program.
 */
#ifndef HOB_LOG_H
#define HOB_LOG_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* From the most to the least severe. */
typedef enum {
    HOB_LOG_ERROR, /* a failure that the operator should look at */
    HOB_LOG_WARN,  /* a problem that was handled */
    HOB_LOG_INFO,  /* a normal event, such as the start of a server */
    HOB_LOG_DEBUG, /* details */
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
 * Called with each message of the log and the context of hob_log_to(): without the time, with
 * control characters replaced by '?', and 1,000 bytes at most. It runs on the thread that logs, and
 * several threads may call it at once, so lock shared data. It must not wait for anything else: no
 * coroutine runs meanwhile. Messages that it logs itself are lost.
 */
typedef void hob_log_sink(void *context, hob_log_level level, const char *message);

/*
 * Sets the sink: sink(context, ...) is called with each message instead of writing it to standard
 * error, for syslog(3), the journal, or the log of a program that hob is a part of. NULL restores
 * standard error. The context must live until then, or until the end of the process. It applies to
 * the whole process; set it before other threads log. Messages of hob's own signal handlers, about
 * stalls and stack overflows, always go to standard error. If signal handlers of the program log,
 * the sink may call only functions of signal-safety(7).
 */
void hob_log_to(hob_log_sink *sink, void *context);

/*
 * Writes one line: the time in UTC (RFC 3339, milliseconds), the level, and the message in a format
 * of printf(3). Replaces control characters in the message by '?', so that each call writes one
 * line; cuts messages above 1,000 bytes. May be called on any thread, and in a signal handler if
 * the format has only conversions of integers, characters and strings. Keeps errno.
 *
 * It never waits: a line is lost if standard error does not accept it at once, or if a signal
 * handler logs while the interrupted thread writes a line. A line with the number of lost lines
 * precedes the next line that can be written. exit(3) writes that number as well.
 */
void hob_log(hob_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#ifdef __cplusplus
}
#endif

#endif
