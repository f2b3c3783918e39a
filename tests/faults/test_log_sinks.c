/*
 * The server serves wherever its log goes, and also when the log is not read.
 */
#include <fcntl.h>

#include "hob/hob.h"
#include "tests/support/clock.h"
#include "tests/support/handler_server.h"
#include "tests/support/raw_client.h"
#include "tests/support/test.h"

TestSuite(log_sinks, .timeout = 60);

#define REQUEST_COUNT     1000
#define LINES_PER_REQUEST 10 /* so that a pipe's 64 KiB are full long before the last request */

static int sink; /* the server's copy is what it logs to, once it has been asked for /sink */

static int chatter(hob_request *req, hob_response *res)
{
    const char *path = hob_request_path(req);
    if (strcmp(path, "/sink") == 0)
        dup2(sink, STDERR_FILENO);
    for (int i = 0; i < LINES_PER_REQUEST; i++)
        hob_log(HOB_LOG_INFO, "request of %s, line %d", path, i);
    return hob_reply_text(res, 200, "served");
}

/* Returns how long the slowest request took. */
static double expect_service(const struct server *server)
{
    double slowest = 0;
    struct raw_client client = raw_connect(server);
    cr_assert_str_eq(raw_exchange(&client, GET("/sink")).body, "served");
    for (int i = 0; i < REQUEST_COUNT; i++) {
        double begin = clock_seconds();
        cr_assert_str_eq(raw_exchange(&client, GET("/")).body, "served");
        double seconds = clock_seconds() - begin;
        slowest = seconds > slowest ? seconds : slowest;
    }
    raw_close(&client);
    cr_expect_lt(slowest, 1);
    return slowest * 1000;
}

ProcessTest(log_sinks, may_be_full)
{
    sink = open("/dev/full", O_WRONLY | O_CLOEXEC);
    struct server server = serve(chatter);
    printf("log to a full device:    slowest request %.1f ms\n", expect_service(&server));
}

ProcessTest(log_sinks, may_be_closed)
{
    int ends[2];
    cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
    sink = ends[1];
    close(ends[0]);
    struct server server = serve(chatter);
    printf("log to a closed pipe:    slowest request %.1f ms\n", expect_service(&server));
}

/* Reads to the end of a line that has this text. */
static void expect_to_read(int fd, const char *expected)
{
    FILE *log = fdopen(fd, "r");
    char line[1200] = "";
    while (!strstr(line, expected) && fgets(line, sizeof(line), log))
        ;
    cr_expect_not_null(strstr(line, expected));
    fclose(log);
}

ProcessTest(log_sinks, may_be_read_by_nobody)
{
    int ends[2];
    char all[65536];
    cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
    sink = ends[1];
    struct server server = serve(chatter);
    printf("log to a blocked pipe:   slowest request %.1f ms\n", expect_service(&server));
    cr_expect_eq(read(ends[0], all, sizeof(all)) > 0, true);

    cr_expect_str_eq(raw_ask(&server, GET("/again")).body, "served");
    expect_to_read(ends[0], "lines of the log were lost here");
}
