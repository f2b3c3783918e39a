#include "net/listener.h"

#include "tests/support/folder.h"
#include "tests/support/listening.h"
#include "tests/support/test.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>

TestSuite(listener, .timeout = 20);

/* A listener on a free port of this machine. */
static int open_any(void)
{
    int listener = hob_listen("127.0.0.1:0");
    cr_assert_geq(listener, 0, "%s", strerror(-listener));
    return listener;
}

static uint16_t port_of(int listener)
{
    char url[HOB_URL_SIZE];
    cr_assert_eq(hob_socket_url(listener, url, sizeof(url)), 0);
    return (uint16_t)strtoul(strrchr(url, ':') + 1, NULL, 10);
}

static bool has_ipv6(void)
{
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    bool has = fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
    if (fd >= 0)
        close(fd);
    return has;
}

static void expect_url(const char *address, const char *begin)
{
    char url[HOB_URL_SIZE];
    char expected[HOB_URL_SIZE];
    int listener = hob_listen(address);
    cr_assert_geq(listener, 0, "%s: %s", address, strerror(-listener));
    cr_assert_eq(hob_socket_url(listener, url, sizeof(url)), 0);
    cr_expect_neq(port_of(listener), 0);
    snprintf(expected, sizeof(expected), "%s:%u/", begin, port_of(listener));
    cr_expect_str_eq(url, expected);
    close(listener);
}

Test(listener, has_the_port_that_the_system_picked)
{
    expect_url("127.0.0.1:0", "http://127.0.0.1");
    expect_url("127.0.0.2:0", "http://127.0.0.2");
    expect_url("0.0.0.0:0", "http://0.0.0.0");
}

/* RFC 3986 section 3.2.2: in brackets. */
Test(listener, takes_ipv6_addresses)
{
    if (!has_ipv6())
        cr_skip("this machine has no IPv6");
    expect_url("[::1]:0", "http://[::1]");
    expect_url("[0:0:0:0:0:0:0:1]:0", "http://[::1]");
    expect_url("[::]:0", "http://[::]");
}

Test(listener, refuses_what_is_no_address_of_this_machine)
{
    char url[HOB_URL_SIZE];
    cr_expect_eq(hob_listen("localhost:80"), -EINVAL);
    cr_expect_eq(hob_listen("192.0.2.1:0"), -EADDRNOTAVAIL, "RFC 5737: it is for documents");
    cr_expect_eq(hob_listen("unix:/no/such/folder/sock"), -ENOENT);
    cr_expect_eq(hob_socket_url(-1, url, sizeof(url)), -EBADF);
}

Test(listener, refuses_a_port_that_is_taken)
{
    char address[32];
    int listener = open_any();
    snprintf(address, sizeof(address), "127.0.0.1:%u", port_of(listener));
    cr_expect_eq(hob_listen(address), -EADDRINUSE);
    snprintf(address, sizeof(address), "0.0.0.0:%u", port_of(listener));
    cr_expect_eq(hob_listen(address), -EADDRINUSE);
    close(listener);
}

static const char *unix_address; /* of a socket in the folder of the test */
static const char *path;

/* A Test of a Unix socket, in whose folder nothing else may be left. */
#define UnixTest(name)                                                                             \
    static void name##_in_folder(void);                                                            \
    Test(listener, name)                                                                           \
    {                                                                                              \
        unix_address = folder_socket();                                                            \
        path = strchr(unix_address, '/');                                                          \
        name##_in_folder();                                                                        \
        unlink(path);                                                                              \
        cr_expect(folder_is_empty());                                                              \
    }                                                                                              \
    static void name##_in_folder(void)

UnixTest(takes_unix_sockets)
{
    char url[HOB_URL_SIZE];
    int listener = hob_listen(unix_address);
    cr_assert_geq(listener, 0, "%s", strerror(-listener));
    cr_expect_eq(hob_socket_url(listener, url, sizeof(url)), 0);
    cr_expect_str_eq(url, unix_address);
    close(listener);
}

UnixTest(replaces_the_file_of_a_dead_server)
{
    close(hob_listen(unix_address));
    cr_expect_eq(access(path, F_OK), 0, "the kernel leaves it");
    int listener = hob_listen(unix_address);
    cr_expect_geq(listener, 0, "%s", strerror(-listener));
    close(listener);
}

UnixTest(leaves_the_file_of_a_living_server_alone)
{
    int listener = hob_listen(unix_address);
    cr_expect_eq(hob_listen(unix_address), -EADDRINUSE);
    cr_expect_eq(listen(listener, 0), 0);
    for (int i = 0; i < 3; i++) /* clients that fill its queue: then it looks different */
        cr_expect_eq(hob_listen(unix_address), -EADDRINUSE);
    close(listener);
}

UnixTest(leaves_other_files_alone)
{
    close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    cr_expect_eq(hob_listen(unix_address), -EEXIST);
    cr_expect_eq(access(path, F_OK), 0);
}

/* Between bind(2) and listen(2) a server looks dead; meanwhile it has locked the folder. */
UnixTest(waits_for_another_that_is_about_to_listen_there)
{
    hob_address parsed;
    int other = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int lock = open(folder_path(""), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cr_assert_eq(flock(lock, LOCK_EX), 0);
    cr_assert_eq(hob_address_parse(unix_address, &parsed), 0);
    cr_assert_eq(bind(other, &parsed.any, parsed.length), 0);
    cr_expect_eq(hob_listen(unix_address), -EADDRINUSE);
    cr_expect_eq(access(path, F_OK), 0, "its file is left alone");
    close(lock);
    close(other);
}

UnixTest(of_several_closes_all_if_one_fails)
{
    const char *addresses[] = {unix_address, "192.0.2.1:0", "127.0.0.1:0"};
    int sockets[3];
    size_t failed = 0;
    cr_expect_eq(hob_listen_all(addresses, 3, sockets, &failed), -EADDRNOTAVAIL);
    cr_expect_eq(failed, 1);
    cr_expect_eq(access(path, F_OK), -1);
}

UnixTest(finds_the_file_of_a_unix_socket)
{
    struct stat stat;
    hob_socket_file file = {0};
    int listener = hob_listen(unix_address);
    cr_expect_eq(hob_socket_file_of(listener, &file), 0);
    cr_assert_eq(lstat(path, &stat), 0);
    cr_expect_eq(file.device, stat.st_dev);
    cr_expect_eq(file.inode, stat.st_ino);
    unlink(path);
    cr_expect_eq(hob_socket_file_of(listener, &file), -ENOENT);
    close(listener);
    listener = open_any();
    cr_expect_eq(hob_socket_file_of(listener, &file), -EINVAL);
    close(listener);
}

/* A listener that hob_listen() did not make: it blocks, and other programs would inherit it. */
Test(listener, that_is_taken_over_is_made_like_one_of_ours)
{
    struct listener listener;
    int fd = socket(AF_INET, SOCK_STREAM, 0); /* NOLINT(android-cloexec-socket) */
    cr_assert_eq(listen(fd, 8), 0);
    cr_assert_eq(listener_take(&listener, fd), 0);
    cr_expect(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    cr_expect(fcntl(fd, F_GETFL) & O_NONBLOCK);
    listener_close(&listener);
    cr_expect_eq(fcntl(fd, F_GETFD), -1);
}

Test(listener, refuses_to_take_what_does_not_listen)
{
    struct listener listener;
    int pair[2];
    int ends[2];
    int datagrams = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int idle = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    cr_expect_eq(listener_take(&listener, 1000), -EBADF);
    cr_expect_eq(listener_take(&listener, ends[0]), -ENOTSOCK);
    cr_expect_eq(listener_take(&listener, pair[0]), -EINVAL);
    cr_expect_eq(listener_take(&listener, idle), -EINVAL);
    cr_expect(listener_take(&listener, datagrams) < 0);
}

UnixTest(that_is_shut_removes_its_own_file_and_no_other)
{
    struct listener first;
    struct listener second;
    cr_assert_eq(listener_take(&first, hob_listen(unix_address)), 0);
    cr_assert_eq(unlink(path), 0); /* so that the other can come, as if the first had died */
    cr_assert_eq(listener_take(&second, hob_listen(unix_address)), 0);
    listener_shut(&first);
    cr_expect_eq(access(path, F_OK), 0, "it is the second one's");
    listener_shut(&second);
    cr_expect_eq(access(path, F_OK), -1);
    listener_close(&first);
    listener_close(&second);
}

Test(listener, has_the_name_of_an_abstract_socket)
{
    static const char name[] = "\0hob-listener-test";
    char url[HOB_URL_SIZE];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, name, sizeof(name) - 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    socklen_t length = offsetof(struct sockaddr_un, sun_path) + sizeof(name) - 1;
    cr_assert_eq(bind(fd, (struct sockaddr *)&address, length), 0, "%m");
    cr_assert_eq(listen(fd, 8), 0);
    cr_expect_eq(hob_socket_url(fd, url, sizeof(url)), 0);
    cr_expect_str_eq(url, "unix:@hob-listener-test");
    close(fd);
}

Test(listener, is_not_inherited_and_does_not_block)
{
    int listener = open_any();
    cr_expect(fcntl(listener, F_GETFD) & FD_CLOEXEC);
    cr_expect(fcntl(listener, F_GETFL) & O_NONBLOCK);
    cr_expect_eq(accept(listener, NULL, NULL), -1);
    close(listener);
}

static int accept_from(int listener)
{
    struct pollfd waiting = {.fd = listener, .events = POLLIN};
    cr_assert_eq(poll(&waiting, 1, -1), 1);
    int accepted = accept(listener, NULL, NULL);
    cr_assert_geq(accepted, 0);
    return accepted;
}

/* Clients can connect before anybody accepts them: what hob_server_open() promises. */
Test(listener, has_a_queue)
{
    int clients[100];
    int listener = open_any();
    for (size_t i = 0; i < COUNT(clients); i++)
        clients[i] = listening_connect(listener);
    for (size_t i = 0; i < COUNT(clients); i++) {
        close(accept_from(listener));
        close(clients[i]);
    }
    close(listener);
}

static int option_of(int fd, int level, int option)
{
    int value = -1;
    socklen_t length = sizeof(value);
    cr_expect_eq(getsockopt(fd, level, option, &value, &length), 0);
    return value;
}

Test(listener, sets_the_options_of_its_connections)
{
    struct listener taken;
    cr_assert_eq(listener_take(&taken, open_any()), 0);
    int client = listening_connect(taken.fd);
    int accepted = accept_from(taken.fd);
    /* Else a response in two writes would wait for the client's delayed acknowledgement. */
    cr_expect(option_of(accepted, IPPROTO_TCP, TCP_NODELAY));
    /* Else a stream that has nothing to send would never notice that its client has vanished. */
    cr_expect(option_of(accepted, SOL_SOCKET, SO_KEEPALIVE));
    int seconds = option_of(accepted, IPPROTO_TCP, TCP_KEEPIDLE) +
                  option_of(accepted, IPPROTO_TCP, TCP_KEEPCNT) *
                      option_of(accepted, IPPROTO_TCP, TCP_KEEPINTVL);
    cr_expect_leq(seconds, 120);
    close(accepted);
    close(client);
    listener_close(&taken);
}

/* The side that closes first keeps the port in TIME_WAIT for a minute. */
Test(listener, can_be_opened_again_at_once)
{
    int listener = open_any();
    uint16_t port = port_of(listener);
    char address[32];
    int client = listening_connect(listener);
    close(accept_from(listener));
    char byte;
    cr_assert_eq(read(client, &byte, 1), 0);
    close(client);
    close(listener);

    snprintf(address, sizeof(address), "127.0.0.1:%u", port);
    listener = hob_listen(address);
    cr_expect_geq(listener, 0, "%s", strerror(-listener));
    close(listener);
}

/* Neither accepted nor refused: the client asks again in a second, when there may be a new server.
 */
Test(listener, that_is_shut_takes_no_more_clients)
{
    struct listener listener;
    struct sockaddr_in address;
    socklen_t length = sizeof(address);
    cr_assert_eq(listener_take(&listener, open_any()), 0);
    int early = listening_connect(listener.fd);
    listener_shut(&listener);
    int late = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    cr_assert_eq(getsockname(listener.fd, (struct sockaddr *)&address, &length), 0);
    cr_expect_eq(connect(late, (struct sockaddr *)&address, length), -1);
    cr_expect_eq(errno, EINPROGRESS);
    int accepted = accept_from(listener.fd);
    cr_expect_eq(send(early, "!", 1, 0), 1);
    char byte;
    cr_expect_eq(read(accepted, &byte, 1), 1, "its own connection is not concerned");
    cr_expect_eq(accept(listener.fd, NULL, NULL), -1);
    close(accepted);
    close(early);
    close(late);
    listener_close(&listener);
}
