/* SIGHUP: logrotate(8) or the like has moved the access log's file away; the log is reopened. */
#ifndef HOB_PROGRAM_HANGUP_H
#define HOB_PROGRAM_HANGUP_H

/*
 * Blocks SIGHUP, before anything else in the program: it may come before the options say whether
 * there is a file to reopen. The new process of a restart begins with it blocked.
 */
void hangup_block(void);

/* Unblocks SIGHUP, with its default action: there is no such file. */
void hangup_unblock(void);

/*
 * A coroutine; `log` is a hob_access_log. Reopens it at each SIGHUP, which has to be blocked.
 * Returns a negative errno, -ECANCELED when it was cancelled.
 */
int hangup_watch(void *log);

#endif
