/*
 * SIGHUP: logrotate(8) or the like has moved the access log's file away, certificates were
 * replaced, or the service manager reloads this service.
 */
#ifndef HOB_PROGRAM_HANGUP_H
#define HOB_PROGRAM_HANGUP_H

#include "hob/access_log.h"
#include "notify.h"
#include "tls.h"

struct hangup {
    hob_access_log *log;             /* to be reopened; NULL: there is none */
    struct tls *tls;                 /* to be read again */
    const struct notifier *notifier; /* sends messages before and after that; NULL in a worker */
    int report; /* the pipe to the supervisor, for child_report() after that; -1: there is none */
};

/*
 * Blocks SIGHUP, before anything else in the program: it may come before the options say whether
 * it has an effect. The new process of a restart begins with it blocked.
 */
void hangup_block(void);

/* Unblocks SIGHUP, with its default action: it has no effect. */
void hangup_unblock(void);

/*
 * A coroutine; its argument is a struct hangup. Acts at each SIGHUP, which has to be blocked.
 * Returns a negative errno, -ECANCELED when it was cancelled.
 */
int hangup_watch(void *arg);

#endif
