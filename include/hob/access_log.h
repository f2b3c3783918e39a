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
 * Nothing that a client sends can end a line or a value before its time, or have an effect on the
 * terminal that shows it: docs/operating.md has the formats, and the rules.
 *
 * The server never waits for the log. Lines go to memory, of which there is an end, and a thread of
 * the log writes them out. Lines that find no room are lost, and so are those that cannot be
 * written; they are counted, and hob_log() tells how many there were.
 *
 * exit(3) waits up to 2 seconds until the lines are written, and logs if they are not. fork(2)
 * waits up to half a second for that. A child, such as daemon(3) makes, may go on with the log.
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

/* What a line looks like. */
typedef enum {
    HOB_ACCESS_LOG_COMBINED, /* Apache's with nginx's escapes, which nearly all readers know */
    HOB_ACCESS_LOG_JSON,     /* an object a line (RFC 8259) */
    HOB_ACCESS_LOG_LOGFMT,   /* name=value, where strings stand in quotes if they need to */
} hob_access_log_format;

/* Finds the format called "combined", "json" or "logfmt". Returns false if there is none. */
bool hob_access_log_format_from_name(const char *name, hob_access_log_format *format);

/*
 * Opens a log that is appended to a file, which is made if it is not there, with mode 0640 less the
 * umask, or to standard output if `path` is NULL. Starts the thread that writes it, so a process
 * that is to fork does that before. The path is copied.
 *
 * Returns 0 and sets *log, or -ENOMEM, -EAGAIN if there can be no thread, or what open(2) failed
 * with: -ENXIO for a pipe that nobody reads, too.
 */
int hob_access_log_open(hob_access_log_format format, const char *path, hob_access_log **log);

/* The observer for hob_server_options; its context is the log. For one thread's servers only. */
void hob_access_log_observe(void *log, const hob_exchange *exchange);

/*
 * Has the file opened again by its path before anything more is written, since it was moved away:
 * no line is lost. If it cannot be opened, the log goes on in the old one, and hob_log() tells why.
 * Does nothing for standard output. May be called on any thread, but not by a signal handler.
 */
void hob_access_log_reopen(hob_access_log *log);

/* How many lines were lost since it was opened. May be called on any thread. */
uint64_t hob_access_log_lost(hob_access_log *log);

/*
 * Writes what is still in memory, for two seconds at most, and frees the log. If it takes longer,
 * the thread and its memory are left to the end of the process. NULL is ignored.
 */
void hob_access_log_close(hob_access_log *log);

#ifdef __cplusplus
}
#endif

#endif
