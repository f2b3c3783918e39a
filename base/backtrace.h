/* Logs where the thread is. */
#ifndef HOB_BASE_BACKTRACE_H
#define HOB_BASE_BACKTRACE_H

#include "hob/log.h"

/*
 * In a signal handler, logs a line for each of the innermost functions that the signal has
 * interrupted: its name, if the program shows it (-rdynamic), and the place in its file for
 * addr2line(1).
 */
void backtrace_log(hob_log_level level);

#endif
