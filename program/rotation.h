/* SIGHUP: the access log's file was moved away by logrotate(8) or the like, and is opened again. */
#ifndef HOB_PROGRAM_ROTATION_H
#define HOB_PROGRAM_ROTATION_H

#include "hob/access_log.h"

/*
 * Holds SIGHUP back, first of all in the program: it may come before it is known whether there is a
 * file to open again. The process that takes over at a restart begins with it held back too.
 */
void hold_hangups(void);

/* There is no such file: SIGHUP does what it does by default. */
void release_hangups(void);

struct rotation {
    hob_access_log *log;
    int signals; /* a signalfd(2) of SIGHUP; -1 if there is none */
};

/* From now on rotation_watch() gets SIGHUP, which is held back. Does nothing if the log is NULL. */
void rotation_init(struct rotation *self, hob_access_log *log);

/* A coroutine (its argument is the struct rotation): has the log opened again at each signal. */
int rotation_watch(void *rotation);

#endif
