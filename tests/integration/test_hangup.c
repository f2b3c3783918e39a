/*
 * SIGHUP, for which the access log's file is opened again, whenever it comes.
 */

#include "tests/support/integration.h"
#include "tests/support/workers.h"

TestSuite(hangup, .timeout = 120);

/* Where the server listens, and its access log. */
static char folder[32];
static char address[64];
static char log_file[64];

static void make_folder(void)
{
    snprintf(folder, sizeof(folder), "/tmp/hob-hangup-XXXXXX");
    cr_assert_not_null(mkdtemp(folder), "%m");
    snprintf(address, sizeof(address), "unix:%s/sock", folder);
    snprintf(log_file, sizeof(log_file), "%s/log", folder);
}

static void remove_folder(void)
{
    unlink(log_file);
    cr_expect_eq(rmdir(folder), 0, "%m");
}

static struct process *start(const char *workers)
{
    return program_start(
        "--listen", address, "--access-log", "combined", "--access-log-file", log_file, "--workers",
        workers);
}

/* The socket is opened first. Then the log is, and the program learns that there is a file. */
ProcessTest(hangup, does_not_end_a_server_that_is_starting)
{
    static const char *const workers[] = {"1", "2"};
    make_folder();
    for (size_t i = 0; i < 20; i++) {
        struct process *hob = start(workers[i % COUNT(workers)]);
        double end = clock_seconds() + PATIENCE;
        while (access(strchr(address, '/'), F_OK) < 0 && clock_seconds() < end)
            ;
        kill(hob->pid, SIGHUP);
        struct server server = server_wait(hob);
        cr_assert_eq(server_stop(&server), 0, "round %zu: %d", i, hob->result);
    }
    remove_folder();
}

/* Of all processes that it starts. */
static void hang_up_children(const struct server *server)
{
    pid_t children[WORKERS_AT_MOST];
    size_t count = find_workers(server, children);
    for (size_t i = 0; i < count; i++)
        kill(children[i], SIGHUP);
}

static bool has_taken_over(const struct server *server)
{
    hang_up_children(server);
    return server_log_count(server, "serves; this process drains") > 0;
}

ProcessTest(hangup, does_not_end_a_process_that_takes_over)
{
    static const char *const workers[] = {"1", "2"};
    make_folder();
    for (size_t i = 0; i < COUNT(workers); i++) {
        struct server server = server_wait(start(workers[i]));
        server_signal(&server, SIGUSR2);
        cr_expect(eventually(has_taken_over(&server)));
        const char *line = strstr(process_errors(server.process), "restart: process ");
        cr_assert_not_null(line);
        pid_t new_process = (pid_t)strtol(line + strlen("restart: process "), NULL, 10);
        process_continue_as(server.process, new_process);
        cr_expect_eq(server_log_count(&server, "was ended by signal"), 0);
        cr_expect_eq(server_stop(&server), 0);
    }
    remove_folder();
}
