#include "tests/support/metrics_page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/eventually.h"
#include "tests/support/raw_client.h"

char *metrics_page(const struct server *server)
{
    struct raw_client client = raw_connect(server);
    struct response response = raw_exchange(&client, GET("/metrics"));
    cr_assert_eq(response.status, 200, "%d", response.status);
    char *page = strdup(response.body);
    cr_assert_not_null(page);
    raw_close(&client);
    return page;
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
    char *page = metrics_page(server);
    double value = metric_in(page, series);
    free(page);
    return value;
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
