/*
 * SIGHUP, for which the access log's file is opened again, whenever it comes.
 */

#include "tests/support/folder.h"
#include "tests/support/integration.h"
#include "tests/support/workers.h"

TestSuite(hangup, .timeout = 120);

static struct process *start(const char *workers)
{
    return program_start(
        "--listen", folder_socket(), "--access-log", "combined", "--access-log-file",
        folder_path("log"), "--workers", workers);
}

/* The socket is opened first. Then the log is, and the program learns that there is a file. */
ProcessTest(hangup, does_not_end_a_server_that_is_starting)
{
    static const char *const workers[] = {"1", "2"};
    for (size_t i = 0; i < 20; i++) {
        struct process *hob = start(workers[i % COUNT(workers)]);
        double end = clock_seconds() + PATIENCE;
        while (access(folder_path("sock"), F_OK) < 0 && clock_seconds() < end)
            ;
        kill(hob->pid, SIGHUP);
        struct server server = server_wait(hob);
        cr_assert_eq(server_stop(&server), 0, "round %zu: %d", i, hob->result);
    }
    unlink(folder_path("log"));
    cr_expect(folder_is_empty());
}

static bool has_taken_over(const struct server *server)
{
    signal_workers(server, SIGHUP); /* all processes that it starts */
    return server_log_count(server, "serves; this process drains") > 0;
}

ProcessTest(hangup, does_not_end_a_process_that_takes_over)
{
    static const char *const workers[] = {"1", "2"};
    for (size_t i = 0; i < COUNT(workers); i++) {
        struct server server = server_wait(start(workers[i]));
        server_signal(&server, SIGUSR2);
        cr_expect(eventually(has_taken_over(&server)));
        process_continue_as(server.process, server_new_process(&server));
        cr_expect_eq(server_log_count(&server, "was ended by signal"), 0);
        cr_expect_eq(server_stop(&server), 0);
    }
    unlink(folder_path("log"));
    cr_expect(folder_is_empty());
}
