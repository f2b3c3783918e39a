/* Where lines for people go: standard error. See hob/log.h. */
#ifndef HOB_RUNTIME_LOG_H
#define HOB_RUNTIME_LOG_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Writes a line of up to 4,096 bytes, unless that would block: whoever reads standard error may be
 * slow, and must not keep everybody else waiting. Returns whether it was written. May be called in
 * a signal handler.
 */
bool log_write(const char *line, size_t length);

#endif
