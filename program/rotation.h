/* SIGHUP: the access log's file was moved away by logrotate(8) or the like, and is opened again. */
#ifndef HOB_PROGRAM_ROTATION_H
#define HOB_PROGRAM_ROTATION_H

#include "hob/access_log.h"

struct rotation {
    hob_access_log *log;
    int signals; /* a signalfd(2) of SIGHUP; -1 if there is none */
};

/*
 * From now on SIGHUP waits for rotation_watch(). If the log is NULL, there is nothing to open
 * again, and the signal does what it always did: a terminal that is closed ends the program.
 */
void rotation_init(struct rotation *self, hob_access_log *log);

/* A coroutine (its argument is the struct rotation): has the log opened again at each signal. */
int rotation_watch(void *rotation);

#endif
