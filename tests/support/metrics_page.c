#include "tests/support/metrics_page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/eventually.h"
#include "tests/support/raw_client.h"

const char *metrics_page(const struct server *server)
{
    struct response response = raw_ask(server, GET("/metrics"));
    cr_assert_eq(response.status, 200, "%d", response.status);
    return response.body;
}

double metric_in(const char *page, const char *series)
{
    size_t length = strlen(series);
    for (const char *line = page; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, series, length) == 0 && line[length] == ' ')
            return strtod(line + length, NULL);
    }
    return NAN;
}

double metric(const struct server *server, const char *series)
{
    return metric_in(metrics_page(server), series);
}

struct server admin_of(const struct server *server)
{
    static const char begin[] = "hob listens for operators on ";
    const char *line = NULL;
    bool told = eventually((line = strstr(process_output(server->process), begin)) != NULL);
    cr_assert(told, "%s", process_output(server->process));
    struct server admin = server_at(line + strlen(begin));
    admin.process = server->process;
    return admin;
}
