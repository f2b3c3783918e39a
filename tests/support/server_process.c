#include "tests/support/server_process.h"

#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/eventually.h"

struct server server_at(const char *url)
{
    struct server self = {0};
    cr_assert_lt(strlen(url), sizeof(self.url));
    snprintf(self.url, sizeof(self.url), "%s", url);
    self.port = (uint16_t)strtoul(strrchr(self.url, ':') + 1, NULL, 10);
    return self;
}

static bool has_line_or_ended(struct process *process)
{
    return strchr(process_output(process), '\n') || process_has_ended(process);
}

struct server server_start_with(const char *const *argv)
{
    static const char begin[] = "hob listens on http://";
    char url[128];
    struct process *process = process_start(argv);
    bool said_something = eventually(has_line_or_ended(process));
    cr_assert(said_something);

    const char *line = process_output(process);
    cr_assert(strncmp(line, begin, strlen(begin)) == 0, "instead of its URL: '%s'", line);
    line += strlen("hob listens on ");
    snprintf(url, sizeof(url), "%.*s", (int)strcspn(line, "\n"), line);
    struct server self = server_at(url);
    self.process = process;
    return self;
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

int server_stop(const struct server *self)
{
    server_signal(self, SIGTERM);
    return process_result(self->process);
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
