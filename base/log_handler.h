/* Lines that are logged in signal handlers. */
#ifndef HOB_BASE_LOG_HANDLER_H
#define HOB_BASE_LOG_HANDLER_H

/*
 * Called by a signal handler: until log_leave_handler(), lines of this thread go to standard error
 * and not to the sink of hob_log_to(), which may call functions that are not async-signal-safe.
 */
void log_enter_handler(void);
void log_leave_handler(void);

#endif
