/* Lines that are logged in signal handlers. */
#ifndef HOB_BASE_LOG_HANDLER_H
#define HOB_BASE_LOG_HANDLER_H

/*
 * For a signal handler: until it calls log_leave_handler(), lines of this thread go to standard
 * error in place of the sink of hob_log_to(), which may do what no handler must.
 */
void log_enter_handler(void);
void log_leave_handler(void);

#endif
