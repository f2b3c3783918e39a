/*
 * A server of hob's library with a handler of the test, in a process of its own. The handler
 * reports what it finds in its reply or in the log.
 */
#ifndef HOB_TESTS_SUPPORT_HANDLER_SERVER_H
#define HOB_TESTS_SUPPORT_HANDLER_SERVER_H

#include "hob/hob.h"
#include "tests/support/server_process.h"

/*
 * Starts it, on a free port. Every path is answered by the handler, but for two: GET /other says
 * "other", and GET /release is release().
 */
struct server serve(hob_handler *handler);

/* The same with limits and time-outs of the test's choice. */
struct server serve_within(hob_handler *handler, hob_server_options options);

/* serve_within() these options: serve_with(say_hello, .head_timeout = 1) */
#define serve_with(handler, ...) serve_within(handler, (hob_server_options){__VA_ARGS__})

/* The same with an observer. */
struct server serve_observed(
    hob_handler *handler, hob_server_options options, hob_observer *observer, void *context);

/* A listening socket for the options, whose clients' sockets take little at a time to send. */
int listen_with_small_buffers(void);

/* For the handler: waits until the test calls release(). Returns 0 or -ECANCELED. */
int wait_for_release(void);
void release(const struct server *server);

/* For the handler: replies with text as printf would format it. */
int reply(hob_response *res, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
