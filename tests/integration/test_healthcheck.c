/*
 * "hob healthcheck": what an image without a shell or curl asks its server with.
 */
#include <netinet/in.h>

#include "tests/support/integration.h"

TestSuite(healthcheck, .timeout = 60);

static struct process *start_check(const char *host, uint16_t port)
{
    const char *text = formatted("%u", port);
    return program_start("healthcheck", "--host", host, "--port", text);
}

static void expect_unwell(struct process *check)
{
    cr_expect_eq(process_result(check), 1, "%d", check->result);
    cr_expect(strncmp(process_errors(check), "hob: ", 5) == 0, "%s", process_errors(check));
    cr_expect_str_empty(process_output(check));
}

ServerTest(healthcheck, a_server_that_runs_is_well, server_start())
{
    struct process *check = start_check("127.0.0.1", server.port);
    cr_expect_eq(process_result(check), 0);
    cr_expect_str_empty(process_errors(check));
}

/* The addresses that stand for all are none to connect to. */
ServerTest(healthcheck, a_server_on_all_addresses_is_well, server_start("--host", "0.0.0.0"))
{
    cr_expect_eq(process_result(start_check("0.0.0.0", server.port)), 0);
}

ProcessTest(healthcheck, a_server_on_ipv6_is_well)
{
    static const char *const hosts[] = {"::1", "::"};
    skip_without_ipv6();
    for (size_t i = 0; i < COUNT(hosts); i++) {
        struct server server = server_start("--host", hosts[i]);
        cr_expect_eq(process_result(start_check(hosts[i], server.port)), 0, "%s", hosts[i]);
    }
}

/* All that it listens on. */
ServerTest(healthcheck, of_several_addresses_each_has_to_be_well, server_start())
{
    const char *address = server_address(&server);
    struct process *check =
        program_start("healthcheck", "--listen", address, "--listen", "unix:/no/such/sock");
    expect_unwell(check);
    cr_expect_not_null(strstr(process_errors(check), "unix:/no/such/sock"));
}

ServerTest(healthcheck, the_port_may_come_from_the_environment, server_start())
{
    const char *port = server_port(&server);
    setenv("PORT", port, 1);
    struct process *check = program_start("healthcheck");
    cr_expect_eq(process_result(check), 0);
}

ServerTest(healthcheck, a_server_that_stopped_is_not, server_start())
{
    server_stop(&server);
    expect_unwell(start_check("127.0.0.1", server.port));
}

/* Others that listen on the port. */

/* Returns a socket that listens on a free port. */
static int listen_somewhere(uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(bind(listener, (struct sockaddr *)&address, length), 0);
    cr_assert_eq(listen(listener, 1), 0);
    cr_assert_eq(getsockname(listener, (struct sockaddr *)&address, &length), 0);
    *port = ntohs(address.sin_port);
    return listener;
}

ProcessTest(healthcheck, any_other_answer_is_not_well)
{
    static const char *const answers[] = {
        "HTTP/1.1 500 Internal Server Error\r\n\r\n",
        "HTTP/1.1 404 Not Found\r\n\r\n",
        "HTTP/1.1 20",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "\n",
        "",
    };
    uint16_t port;
    int listener = listen_somewhere(&port);
    for (size_t i = 0; i < COUNT(answers); i++) {
        struct process *check = start_check("127.0.0.1", port);
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        cr_expect_gt(send(fd, answers[i], strlen(answers[i]), MSG_NOSIGNAL), -1);
        shutdown(fd, SHUT_WR);
        expect_unwell(check);
        close(fd);
    }
    close(listener);
}

/* The kernel accepts the connection, so this needs no server. */
ProcessTest(healthcheck, silence_is_not_waited_for_for_long)
{
    uint16_t port;
    int listener = listen_somewhere(&port);
    expect_unwell(start_check("127.0.0.1", port));
    close(listener);
}
