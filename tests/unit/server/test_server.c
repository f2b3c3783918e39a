#include "hob/server.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>

#include "tests/support/coroutine.h"
#include "tests/support/listening.h"

TestSuite(server, .timeout = 20);

#define REQUEST "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"

static int no_content(hob_request *req, hob_response *res)
{
    return hob_reply(res, 204, NULL, NULL, 0);
}

static hob_server *open_server(hob_server_options options)
{
    hob_server *server = NULL;
    if (!options.handler)
        options.handler = no_content;
    cr_expect_eq(hob_server_open(&options, &server), 0);
    return server;
}

Test(server, without_sockets_listens_on_a_free_local_port)
{
    hob_server *server = open_server((hob_server_options){0});
    cr_expect_eq(strncmp(hob_server_url(server), "http://127.0.0.1:", 17), 0);
    hob_server_close(server);
}

Test(server, owns_its_sockets)
{
    const int sockets[] = {hob_listen("127.0.0.1:0"), hob_listen("127.0.0.2:0")};
    hob_server *server = open_server((hob_server_options){.sockets = sockets, .socket_count = 2});
    cr_expect_eq(strncmp(hob_server_url(server), "http://127.0.0.1:", 17), 0, "the first one");
    hob_server_close(server);
    cr_expect_eq(fcntl(sockets[0], F_GETFD), -1);
    cr_expect_eq(fcntl(sockets[1], F_GETFD), -1);
}

Test(server, needs_a_handler)
{
    hob_server *server;
    cr_expect_eq(hob_server_open(&(hob_server_options){.idle_timeout = 1}, &server), -EINVAL);
    hob_server_close(NULL);
}

static void *open_on_another_thread(void *arg)
{
    const hob_server_options *options = arg;
    hob_server *server = NULL;
    int err = hob_server_open(options, &server);
    cr_expect_eq(err, -EBUSY, "%d", err);
    return NULL;
}

/* A signal is passed to the loop of one thread; two servers of that thread may both handle it. */
Test(server, of_another_thread_cannot_handle_the_same_signals)
{
    pthread_t thread;
    hob_server_options options = {.handler = no_content, .handle_signals = true};
    hob_server *servers[] = {open_server(options), open_server(options)};
    cr_assert_eq(pthread_create(&thread, NULL, open_on_another_thread, &options), 0);
    cr_assert_eq(pthread_join(thread, NULL), 0);
    hob_server_close(servers[0]);
    hob_server_close(servers[1]);
}

static void ignore(int signal_number)
{
}

Test(server, that_is_closed_restores_signal_handlers)
{
    struct sigaction now;
    signal(SIGINT, ignore);
    hob_server *server = open_server((hob_server_options){.handle_signals = true});
    sigaction(SIGINT, NULL, &now);
    cr_expect_neq(now.sa_handler, ignore);
    hob_server_close(server);
    sigaction(SIGINT, NULL, &now);
    cr_expect_eq(now.sa_handler, ignore);
    sigaction(SIGTERM, NULL, &now);
    cr_expect_eq(now.sa_handler, SIG_DFL);
}

/* The caller keeps all of them. */
Test(server, refuses_sockets_that_do_not_listen)
{
    int ends[2];
    cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
    const int sockets[] = {hob_listen("127.0.0.1:0"), ends[0]};
    hob_server_options options = {.handler = no_content, .sockets = sockets, .socket_count = 2};
    hob_server *server;
    cr_expect_eq(hob_server_open(&options, &server), -ENOTSOCK);
    cr_expect_geq(fcntl(sockets[0], F_GETFD), 0);
    cr_expect_geq(fcntl(sockets[1], F_GETFD), 0);
}

Test(server, runs_a_loop_of_its_own_outside_of_coroutines)
{
    hob_server *server = open_server((hob_server_options){0});
    cr_expect_not(hob_server_is_stopping(server));
    hob_server_stop(server);
    cr_expect(hob_server_is_stopping(server));
    cr_expect_eq(hob_server_run(server), 0);
    hob_server_close(server);
}

/* The first future is ready because the server stops, the second one because it has stopped. */
CoroutineTest(server, lets_coroutines_wait_until_it_is_stopping)
{
    hob_server *server = open_server((hob_server_options){0});
    hob_future *run = hob_server_start(server);
    hob_future *early = hob_server_until_stopping(server);
    cr_expect_eq(hob_await_for(hob_server_until_stopping(server), 0), -ETIMEDOUT);
    hob_server_stop(server);
    cr_expect_eq(hob_await(early), 0);
    cr_expect_eq(hob_await(run), 0);
    cr_expect_eq(hob_await(hob_server_until_stopping(server)), 0);
    hob_server_close(server);
}

static int reply_much(hob_request *req, hob_response *res)
{
    static const char content[4 * 1024 * 1024];
    return hob_reply(res, 200, NULL, content, sizeof(content));
}

/* Its response ends within the grace or not: the connection does in any case. */
CoroutineTest(server, closes_a_connection_whose_client_takes_nothing)
{
    int listener = hob_listen("127.0.0.1:0");
    hob_server_counts counts = {0};
    hob_server *server = open_server((hob_server_options){
        .handler = reply_much, .sockets = &listener, .socket_count = 1, .grace = 0.01});
    hob_future *run = hob_server_start(server);
    int client = listening_connect(listener);
    cr_expect_eq(send(client, REQUEST, strlen(REQUEST), MSG_NOSIGNAL), (ssize_t)strlen(REQUEST));
    while (counts.sent == 0 && hob_sleep(0.001) == 0)
        hob_server_count(server, &counts);
    hob_server_stop(server);
    cr_expect_eq(hob_await(run), 0);
    hob_server_count(server, &counts);
    cr_expect_eq(counts.connections, 0);
    hob_server_close(server);
    close(client);
}
