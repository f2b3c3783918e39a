#include <sys/socket.h>

#include "hob/net.h"
#include "tests/support/coroutine.h"
#include "tests/support/descriptors.h"
#include "tests/support/folder.h"
#include "tests/support/listening.h"
#include "tests/support/random.h"
#include "tests/support/test.h"

TestSuite(connect, .timeout = 60);

CoroutineTest(connect, refuses_what_is_no_address)
{
    static const char *const cases[] = {
        "",
        ":80",
        "example.com",
        "example.com:",
        "example.com:http",
        "example.com:65536",
        "example..com:80",
        ".example.com:80",
        "exa mple.com:80",
        "example.com/path:80",
        "user@example.com:80",
        "ex\xc3\xa4mple.com:80",
        "127.1:80",
        "1:80",
        "256.1.1.1:80",
        "::1:80",
        "[::1:80",
        "[example.com]:80",
        "[127.0.0.1]:80",
        "unix:relative",
        "a123456789012345678901234567890123456789012345678901234567890123:80",
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_error error;
        hob_conn *conn = (hob_conn *)&error;
        const hob_connect_options options = {.error = &error};
        char expected[200];
        snprintf(expected, sizeof(expected), "connecting to %s: this is no address", cases[i]);
        cr_expect_eq(hob_connect(cases[i], &options, &conn), -EINVAL, "%s", cases[i]);
        cr_expect_null(conn);
        cr_expect_str_eq(error.text, expected);
    }
}

CoroutineTest(connect, refuses_what_is_no_time)
{
    static const double times[] = {-1, -INFINITY, NAN};
    for (size_t i = 0; i < COUNT(times); i++) {
        hob_error error;
        hob_conn *conn;
        const hob_connect_options options = {.timeout = times[i], .error = &error};
        cr_expect_eq(hob_connect("127.0.0.1:1", &options, &conn), -EINVAL, "%g", times[i]);
        cr_expect_str_eq(error.text, "connecting to 127.0.0.1:1: the time-out is not a time");
    }
}

static int connect_and_close(const char *address, double timeout, hob_error *error)
{
    hob_conn *conn;
    const hob_connect_options options = {.timeout = timeout, .error = error};
    int err = hob_connect(address, &options, &conn);
    hob_conn_close(conn);
    return err;
}

CoroutineTest(connect, says_with_whom_it_has_failed)
{
    hob_error error;
    char expected[300];
    struct listening nobody = listening_refuse();
    cr_expect_eq(connect_and_close(nobody.text, 0, &error), -ECONNREFUSED);
    snprintf(expected, sizeof(expected), "connecting to %s: Connection refused", nobody.text);
    cr_expect_str_eq(error.text, expected);
    listening_close(&nobody);

    cr_expect_eq(connect_and_close("unix:/there/is/none", 0, &error), -ENOENT);
    cr_expect_str_eq(error.text, "connecting to unix:/there/is/none: No such file or directory");
}

CoroutineTest(connect, has_no_error_when_it_succeeds)
{
    hob_error error = {.text = "old"};
    struct listening listening = listening_open();
    cr_expect_eq(connect_and_close(listening.text, 0, &error), 0);
    cr_expect_str_empty(error.text);
    listening_close(&listening);
}

CoroutineTest(connect, waits_no_longer_than_its_time_out_and_the_deadline)
{
    hob_error error;
    struct listening silent = listening_stay_silent();
    cr_expect_eq(connect_and_close(silent.text, 0.02, &error), -ETIMEDOUT);
    cr_expect(strstr(error.text, "timed out"), "%s", error.text);
    cr_expect_eq(hob_sleep(0), 0, "the time-out was that of the call alone");
    double before = hob_deadline(0.02);
    cr_expect_eq(connect_and_close(silent.text, 50, &error), -ETIMEDOUT);
    cr_expect_eq(hob_sleep(1), -ETIMEDOUT);
    hob_deadline_at(before);
    listening_close(&silent);
}

static int connect_in_vain(void *arg)
{
    return connect_and_close(arg, 0, NULL);
}

CoroutineTest(connect, waits_for_room_in_the_queue_of_a_unix_socket)
{
    char text[HOB_URL_SIZE];
    hob_conn *first[2];
    hob_conn *accepted;
    snprintf(text, sizeof(text), "%s", folder_socket());
    int fd = hob_listen(text);
    listen(fd, 0);
    cr_expect_eq(hob_connect(text, NULL, &first[0]), 0);
    hob_future *second = hob_async(connect_in_vain, text);
    cr_expect_eq(hob_sleep(0.02), 0);
    for (int i = 0; i < 2; i++) {
        cr_expect_eq(hob_accept(fd, &accepted), 0);
        hob_conn_close(accepted);
    }
    cr_expect_eq(hob_await(second), 0);
    hob_conn_close(first[0]);
    close(fd);
}

/* Many at once, each of which is cancelled at any moment. */

enum { AT_ONCE = 50, ROUNDS = 200 };

static int connect_to_any(void *arg)
{
    const struct listening *places = arg;
    return connect_and_close(places[random_below(3)].text, 0, NULL);
}

static int accept_all(void *arg)
{
    const struct listening *listening = arg;
    hob_conn *conn;
    int err = 0;
    while (err == 0) {
        err = hob_accept(listening->fd, &conn);
        hob_conn_close(conn);
    }
    return err;
}

CoroutineTest(connect, leaves_nothing_behind_when_it_is_cancelled)
{
    struct listening places[] = {listening_open(), listening_refuse(), listening_stay_silent()};
    hob_future *server = hob_async(accept_all, &places[0]);
    size_t before = count_descriptors();
    for (int round = 0; round < ROUNDS; round++) {
        hob_future *all[AT_ONCE];
        for (size_t i = 0; i < AT_ONCE; i++)
            all[i] = hob_async(connect_to_any, places);
        for (size_t i = 0; i < AT_ONCE; i++) {
            if (random_below(2) == 0)
                hob_yield();
            hob_cancel(all[random_below(AT_ONCE)]);
        }
        for (size_t i = 0; i < AT_ONCE; i++) {
            hob_cancel(all[i]);
            hob_await(all[i]);
        }
    }
    hob_cancel(server);
    hob_await(server);
    cr_expect_eq(count_descriptors(), before);
    for (size_t i = 0; i < COUNT(places); i++)
        listening_close(&places[i]);
}
