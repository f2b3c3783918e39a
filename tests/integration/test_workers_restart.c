/*
 * Restarts with workers, and the sockets that workers inherit and leave open.
 */
#include <sys/resource.h>

#include "hob/address.h"
#include "tests/support/activation.h"
#include "tests/support/folder.h"
#include "tests/support/integration.h"
#include "tests/support/load.h"
#include "tests/support/program_copy.h"
#include "tests/support/workers.h"

TestSuite(workers_restart, .timeout = 60);

ServerTest(
    workers_restart, are_all_replaced_by_a_restart_without_a_loss,
    server_start("--workers", "2", "--idle-grace", "10"))
{
    enum { RESTARTS = 20, CLIENTS = 16 };
    struct load *load = load_start(server_address(&server), CLIENTS);
    for (size_t i = 0; i < RESTARTS; i++) {
        pid_t before = server.process->pid;
        size_t served = load_served(load);
        server_restart(&server);
        cr_expect_neq(server.process->pid, before);
        cr_assert(eventually(load_served(load) > served + CLIENTS), "restart %zu", i);
    }
    struct load_result result = load_end_without_loss(load);
    printf(
        "%d restarts of 2 workers: %zu requests on %zu connections\n", RESTARTS, result.served,
        result.connections);
    cr_expect_eq(count_workers(&server), 2);
}

ProcessTest(workers_restart, continue_when_the_new_process_fails)
{
    static const struct {
        const char *script, *report;
    } cases[] = {
        {"exit 3", "exited with status 3; this process continues"},
        {"kill -6 $$", "was ended by signal 6; this process continues"},
    };
    struct server server = program_copy_start("--workers", "2");
    for (size_t i = 0; i < COUNT(cases); i++) {
        program_copy_replace(cases[i].script);
        cr_assert_eq(kill(server.process->pid, SIGUSR2), 0);
        cr_expect(server_logs(&server, cases[i].report), "%s", cases[i].report);
        expect_served(&server, 20);
    }
    cr_expect_eq(count_workers(&server), 2);
}

ServerTest(workers_restart, that_stop_end_the_new_process_too, program_copy_start("--workers", "2"))
{
    program_copy_replace("echo here I am >&2; exec sleep 1000");
    cr_assert_eq(kill(server.process->pid, SIGUSR2), 0);
    cr_expect(server_logs(&server, "here I am"));
    cr_assert_eq(kill(server.process->pid, SIGUSR2), 0);
    cr_expect(server_logs(&server, "is starting already"));
    cr_expect_eq(server_stop(&server), 0);
    cr_expect(server_logs(&server, "is stopped as well"));
}

ServerTest(
    workers_restart, remove_the_file_of_their_unix_socket,
    server_wait(program_start("--listen", folder_socket(), "--idle-grace", "10", "--workers", "2")))
{
    struct load *load = load_start(folder_socket(), 8);
    server_restart(&server);
    cr_expect_eq(access(folder_path("sock"), F_OK), 0, "the new workers need it");
    kill(first_worker(&server), SIGUSR2);
    expect_replaced(&server, 1, 4);
    cr_expect_eq(access(folder_path("sock"), F_OK), 0, "the other worker needs it");
    load_end_without_loss(load);
    cr_expect_eq(server_stop(&server), 0);
    cr_expect(folder_is_empty());
}

/* The limit does not hold for root, so the process gets the id of an unknown user. */
static void allow_one_child(void)
{
    enum { SOMEBODY = 60123 };
    const struct rlimit two = {.rlim_cur = 2, .rlim_max = 2};
    if (setrlimit(RLIMIT_NPROC, &two) < 0 || setgid(SOMEBODY) < 0 || setuid(SOMEBODY) < 0)
        _exit(126);
}

#define WITH_WORKERS .arguments = {"--workers", "2"}

/* A client that connects after the end waits for the next process. */
ProcessTest(workers_restart, leave_an_inherited_socket_open)
{
    int listener = hob_listen("127.0.0.1:0");
    struct server first = server_wait(activate_with({listener}, 1, WITH_WORKERS));
    expect_served(&first, 10);
    cr_expect_eq(server_stop(&first), 0);
    struct raw_client client = raw_connect(&first);
    raw_send(&client, GET("/ping"));
    server_wait(activate_with({listener}, 1, WITH_WORKERS));
    cr_expect_eq(raw_receive(&client).status, 200);
}

/*
 * The old process serves until all new workers do. So the new supervisor must not shut the sockets
 * when it gives up, although one of its workers serves from them.
 */
ProcessTest(workers_restart, that_give_up_leave_the_socket_to_the_old_process)
{
    char url[HOB_URL_SIZE];
    char byte;
    int ends[2];
    if (geteuid() != 0 || UNDER_ASAN)
        cr_skip("only root can change its user, and LeakSanitizer starts a process");
    cr_assert_eq(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    int listener = hob_listen("127.0.0.1:0");
    struct server lonely = {
        .process = activate_with(
            {listener, ends[1]}, 2, .listen_fds = "1", .ready = "4", WITH_WORKERS,
            .prepare = allow_one_child)};
    cr_expect_eq(process_result(lonely.process), 1, "%d", lonely.process->result);
    cr_expect_eq(server_log_count(&lonely, "worker 2: no process: Resource temporarily"), 8);
    cr_expect_eq(server_log_count(&lonely, "the 8th in a row"), 1);
    cr_expect_str_empty(process_output(lonely.process), "not all workers have served");
    close(ends[1]);
    cr_expect_eq(read(ends[0], &byte, 1), 0, "it has not reported to the old process");

    cr_assert_eq(hob_socket_url(listener, url, sizeof(url)), 0);
    struct server before = server_at(url);
    struct raw_client client = raw_connect(&before);
    raw_send(&client, GET("/ping"));
    server_wait(activate_with({listener}, 1, WITH_WORKERS));
    cr_expect_eq(raw_receive(&client).status, 200);
}
