#include "notify.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "hob/log.h"
#include "hob/runtime.h"
#include "options.h"

/*
 * The environment.
 */

static void read_address(struct notifier *self)
{
    const char *name = options_variable("NOTIFY_SOCKET");
    if (!name)
        return;
    size_t length = strlen(name);
    if ((name[0] != '/' && name[0] != '@') || length < 2 ||
        length >= sizeof(self->manager.sun_path))
        options_fail(
            "NOTIFY_SOCKET in the environment: '%s' is neither a path nor @ and the name of an "
            "abstract socket, of at most 107 bytes",
            name);
    self->manager.sun_family = AF_UNIX;
    memcpy(self->manager.sun_path, name, length);
    if (name[0] == '@')
        self->manager.sun_path[0] = '\0'; /* unix(7) */
    self->length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
}

static void read_watchdog(struct notifier *self)
{
    const char *value = options_variable("WATCHDOG_USEC");
    size_t microseconds;
    if (!value || (options_variable("WATCHDOG_PID") && !options_pid_is_ours("WATCHDOG_PID")))
        return;
    if (!options_parse_count(value, SIZE_MAX, &microseconds) || microseconds == 0)
        options_fail(
            "WATCHDOG_USEC in the environment: '%s' is not a number of microseconds", value);
    self->watchdog = (double)microseconds / 1e6;
}

void notify_init(struct notifier *self, bool restarted, double grace)
{
    *self = (struct notifier){.restarted = restarted, .grace = grace};
    read_address(self);
    read_watchdog(self);
}

/*
 * Messages.
 */

/* A new socket for each message, since the manager may have been restarted. */
static int connect_to_manager(const struct notifier *self)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&self->manager, self->length) == 0)
        return fd;
    int err = -errno;
    if (fd >= 0)
        close(fd);
    return err;
}

/* Seconds that the manager may take to receive a message while this thread is blocked. */
#define BLOCKING_TIMEOUT 1

static int wait_until_writable(const struct notifier *self, int fd)
{
    struct pollfd manager = {.fd = fd, .events = POLLOUT};
    if (!self->blocking)
        return hob_await(hob_writable(fd));
    return poll(&manager, 1, BLOCKING_TIMEOUT * 1000) > 0 ? 0 : -ETIMEDOUT;
}

/* Sends before it waits, so that it works in a coroutine that is cancelled. */
static int send_all(const struct notifier *self, int fd, const char *message, size_t size)
{
    int err = 0;
    while (err == 0 && send(fd, message, size, MSG_NOSIGNAL) < 0)
        err = errno == EAGAIN ? wait_until_writable(self, fd) : -errno;
    return err;
}

__attribute__((format(printf, 2, 3))) static void
send_message(const struct notifier *self, const char *format, ...)
{
    char message[128];
    va_list arguments;
    if (self->length == 0)
        return;
    va_start(arguments, format);
    int size = vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    int fd = connect_to_manager(self);
    int err = fd < 0 ? fd : send_all(self, fd, message, (size_t)size);
    if (fd >= 0)
        close(fd);
    if (err < 0)
        hob_log(
            HOB_LOG_WARN, "cannot send '%s' to the service manager: %s", message, strerror(-err));
}

void notify_ready(const struct notifier *self)
{
    if (!self->restarted)
        send_message(self, "READY=1");
}

void notify_alive(const struct notifier *self)
{
    send_message(self, "WATCHDOG=1");
}

/* In one message: without the time, the manager takes the reload for a spontaneous one. */
void notify_reloading(const struct notifier *self)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    send_message(
        self, "RELOADING=1\nMONOTONIC_USEC=%lld",
        (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
}

void notify_reloaded(const struct notifier *self)
{
    send_message(self, "READY=1");
}

/* Seconds that the manager waits on top of the grace. */
#define MARGIN 5

void notify_stopping(const struct notifier *self)
{
    send_message(self, "STOPPING=1\nEXTEND_TIMEOUT_USEC=%.0f", (self->grace + MARGIN) * 1e6);
}

void notify_main_process(struct notifier *self, pid_t pid)
{
    send_message(self, "MAINPID=%d", (int)pid);
    self->length = 0;
}

/*
 * The coroutine.
 */

/* Twice in the time, as sd_watchdog_enabled(3) recommends. */
static int send_alive(void *arg)
{
    const struct notifier *self = arg;
    int err = 0;
    while (err == 0) {
        notify_alive(self);
        err = hob_sleep(self->watchdog / 2);
    }
    return err;
}

int notify_watch(void *arg)
{
    struct notifier *self = arg;
    hob_future *stop = hob_server_until_stopping(self->server);
    hob_yield(); /* until the server accepts */
    notify_ready(self);
    int err = self->watchdog > 0 ? hob_race(stop, hob_async(send_alive, self)) : hob_await(stop);
    if (hob_server_is_stopping(self->server))
        notify_stopping(self);
    return err;
}
