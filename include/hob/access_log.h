/*
 * hob/access_log.h: a line for each request, in a format that other programs read.
 *
 *     hob_access_log *log;
 *     int err = hob_access_log_open(HOB_ACCESS_LOG_JSON, "/var/log/hob/access.log", &log);
 *     ...
 *     options.request_ids = true;
 *     ... hob_server_open(&options, &server) ...
 *     hob_server_observe(server, hob_access_log_observe, log);
 *
 * The log escapes input of clients that could end a line or a value, or control a terminal:
 * docs/operating.md has the formats and the rules.
 *
 * The server never waits for the log. Lines go to a buffer of limited size, and a thread of the log
 * writes them. Lines that do not fit, or cannot be written, are lost; they are counted, and
 * hob_log() reports how many there were.
 *
 * exit(3) waits up to 2 seconds until the lines are written, and logs if they are not. fork(2)
 * waits up to half a second for that. A child, such as one of daemon(3), can continue to use the
 * log.
 */
#ifndef HOB_ACCESS_LOG_H
#define HOB_ACCESS_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "hob/server.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A log of requests, and the thread that writes it. */
typedef struct hob_access_log hob_access_log;

/* The format of the lines. */
typedef enum {
    HOB_ACCESS_LOG_COMBINED, /* Apache's with nginx's escapes, for nearly all log readers */
    HOB_ACCESS_LOG_JSON,     /* an object a line (RFC 8259) */
    HOB_ACCESS_LOG_LOGFMT,   /* name=value, with strings in quotes where needed */
} hob_access_log_format;

/* Finds the format called "combined", "json" or "logfmt". Returns false if there is none. */
bool hob_access_log_format_from_name(const char *name, hob_access_log_format *format);

/*
 * Opens a log that appends to a file, which is created with mode 0640 less the umask if it does not
 * exist, or to standard output if `path` is NULL. Starts the thread that writes it, so fork before
 * this call. The path is copied.
 *
 * Returns 0 and sets *log, or -ENOMEM, -EAGAIN if no thread can be started, or an error of open(2),
 * such as -ENXIO for a pipe without a reader.
 */
int hob_access_log_open(hob_access_log_format format, const char *path, hob_access_log **log);

/* An observer for hob_server_observe(); its context is the log. For servers of one thread. */
void hob_access_log_observe(void *log, const hob_exchange *exchange);

/*
 * Opens the file again by its path, before the next line is written, after the file was renamed. No
 * line is lost. If it cannot be opened, the log uses the old one, and hob_log() reports the reason.
 * Does nothing for standard output. May be called on any thread, but not by a signal handler.
 */
void hob_access_log_reopen(hob_access_log *log);

/* Returns how many lines were lost since it was opened. May be called on any thread. */
uint64_t hob_access_log_lost(const hob_access_log *log);

/*
 * Writes the remaining lines, for two seconds at most, and frees the log. If that takes longer, the
 * thread and its memory remain until the end of the process. NULL is ignored.
 */
void hob_access_log_close(hob_access_log *log);

#ifdef __cplusplus
}
#endif

#endif
