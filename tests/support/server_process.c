#include "tests/support/server_process.h"

#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/eventually.h"
#include "tests/support/formatted.h"

struct server server_at(const char *url)
{
    struct server self = {0};
    size_t length = strcspn(url, "\n");
    cr_assert_lt(length, sizeof(self.url));
    snprintf(self.url, sizeof(self.url), "%.*s", (int)length, url);
    self.port = (uint16_t)strtoul(strrchr(self.url, ':') + 1, NULL, 10);
    return self;
}

static bool has_line_or_ended(struct process *process)
{
    return strchr(process_output(process), '\n') || process_has_ended(process);
}

struct server server_wait(struct process *process)
{
    static const char begin[] = "hob listens on ";
    bool said_something = eventually(has_line_or_ended(process));
    cr_assert(said_something);
    const char *line = process_output(process);
    cr_assert(strncmp(line, begin, strlen(begin)) == 0, "instead of its URL: '%s'", line);
    struct server self = server_at(line + strlen(begin));
    self.process = process;
    return self;
}

const char *server_address(const struct server *self)
{
    return formatted("127.0.0.1:%u", self->port);
}

const char *server_port(const struct server *self)
{
    return formatted("%u", self->port);
}

bool has_ipv6(void)
{
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool bound = fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
    close(fd);
    return bound;
}

void server_signal(const struct server *self, int signal)
{
    process_tell(self->process, signal);
}

const char *server_log_after(const struct server *self, const char *text)
{
    const char *after = "";
    for (const char *at = process_errors(self->process); (at = strstr(at, text)); at++)
        after = at + strlen(text);
    return after;
}

#define NEWS "restart: process "

pid_t server_new_process(const struct server *self)
{
    const char *news = server_log_after(self, NEWS);
    cr_assert_not_null(strstr(news, "serves; this process drains"), "%s", news);
    return (pid_t)strtol(news, NULL, 10);
}

void server_restart(const struct server *self)
{
    size_t restarts = server_log_count(self, NEWS);
    cr_assert_eq(kill(self->process->pid, SIGUSR2), 0);
    bool told = eventually(server_log_count(self, NEWS) > restarts);
    cr_assert(told, "the log reports no result of the restart");
    process_continue_as(self->process, server_new_process(self));
}

int server_stop(const struct server *self)
{
    server_signal(self, SIGTERM);
    return process_result(self->process);
}

double server_seconds_to_stop(const struct server *self)
{
    double begin = clock_seconds();
    cr_expect_eq(server_stop(self), 0, "%d", self->process->result);
    return clock_seconds() - begin;
}

void server_begin_stop(const struct server *self)
{
    server_signal(self, SIGTERM);
    cr_expect(server_logs(self, "stopping"));
}

size_t server_log_count(const struct server *self, const char *text)
{
    size_t count = 0;
    const char *at = process_errors(self->process);
    while ((at = strstr(at, text))) {
        count++;
        at += strlen(text);
    }
    return count;
}

bool server_logs(const struct server *self, const char *text)
{
    return eventually(server_log_count(self, text) > 0);
}
