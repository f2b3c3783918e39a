#include "tests/support/handler_server.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/support/eventually.h"
#include "tests/support/http_client.h"

/* Of the process that serves: a copy of the test's. */
static hob_handler *tested;
static hob_server *running;
static bool released;

static int dispatch(hob_request *req, hob_response *res)
{
    const char *path = hob_request_path(req);
    if (!path)
        return -ENOMEM;
    if (strcmp(path, "/other") == 0)
        return hob_reply_text(res, 200, "other");
    if (strcmp(path, "/release") == 0) {
        released = true;
        return hob_reply(res, 204, NULL, NULL, 0);
    }
    return tested(req, res);
}

static int run(void *unused)
{
    int result = hob_server_run(running);
    hob_server_close(running);
    return result < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

struct server serve(hob_handler *handler)
{
    return serve_within(handler, (hob_server_options){.body_limit = (size_t)256 * 1024 * 1024});
}

struct server serve_observed(
    hob_handler *handler, hob_server_options options, hob_observer *observer, void *context)
{
    options.handler = dispatch;
    options.handle_signals = true;
    if (options.grace == 0)
        options.grace = PATIENCE / 2.0;
    if (options.idle_grace == 0)
        options.idle_grace = -1; /* libcurl keeps connections */
    tested = handler;
    cr_assert_eq(hob_server_open(&options, &running), 0);
    if (observer)
        cr_assert_eq(hob_server_observe(running, observer, context), 0);
    struct server server = server_at(hob_server_url(running));
    server.process = process_fork(run, NULL);
    hob_server_close(running); /* the copy has it */
    return server;
}

struct server serve_within(hob_handler *handler, hob_server_options options)
{
    return serve_observed(handler, options, NULL, NULL);
}

int listen_with_small_buffers(void)
{
    int small = 4 * 1024;
    int fd = hob_listen("127.0.0.1:0");
    cr_assert_geq(fd, 0);
    cr_assert_eq(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small)), 0);
    return fd;
}

int wait_for_release(void)
{
    int err = 0;
    while (!released && err == 0)
        err = hob_sleep(0.001);
    return err;
}

void release(const struct server *server)
{
    cr_expect_eq(get(server, "/release")->status, 204);
}

int reply(hob_response *res, int status, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    return hob_reply_text(res, status, text);
}
