/* SIGHUP: the access log's file was moved away by logrotate(8) or the like, and is opened again. */
#ifndef HOB_PROGRAM_ROTATION_H
#define HOB_PROGRAM_ROTATION_H

#include "hob/access_log.h"

/*
 * Blocks SIGHUP, before anything else in the program: it may come before the options say whether
 * there is a file to open again. A process that takes over at a restart begins with it blocked.
 */
void hold_hangups(void);

/* Unblocks SIGHUP, with its default action: there is no such file. */
void release_hangups(void);

struct rotation {
    hob_access_log *log;
    int signals; /* a signalfd(2) of SIGHUP; -1 if there is none */
};

/*
 * From now on rotation_watch() gets SIGHUP, which stays blocked. Does nothing if the log is NULL.
 */
void rotation_init(struct rotation *self, hob_access_log *log);

/* A coroutine (its argument is the struct rotation): has the log opened again at each signal. */
int rotation_watch(void *rotation);

#endif
