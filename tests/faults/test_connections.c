/*
 * Whatever call fails, once, while a connection is made, accepted and used: the result is an error
 * or what it is when nothing fails, nothing is left open, and the next connection works.
 */

#include "hob/net.h"
#include "tests/support/descriptors.h"
#include "tests/support/fault_injector.h"
#include "tests/support/folder.h"
#include "tests/support/listening.h"
#include "tests/support/sanitizers.h"
#include "tests/support/test.h"

TestSuite(failing_connections, .timeout = 100);

/* Seconds after which both ends give up: one may wait for the other, which has failed. */
#define TOO_LONG 2

static const char text[] = "one order of fries";

struct place {
    int listener;
    char address[HOB_URL_SIZE];
};

/* Reads the text, in however many pieces it comes. */
static int read_text(hob_conn *conn)
{
    char data[sizeof(text)] = "";
    size_t length = 0;
    while (length < sizeof(text) - 1) {
        int result = hob_conn_read(conn, data + length, sizeof(text) - 1 - length);
        if (result <= 0)
            return result < 0 ? result : -ECONNRESET;
        length += (size_t)result;
    }
    cr_expect_str_eq(data, text);
    return 0;
}

static int serve(void *arg)
{
    const struct place *place = arg;
    hob_conn *conn;
    int err = hob_accept(place->listener, &conn);
    if (err < 0)
        return err;
    err = read_text(conn);
    if (err == 0)
        err = hob_conn_write(conn, text, sizeof(text) - 1);
    hob_conn_close(conn);
    return err;
}

static int ask(void *arg)
{
    const struct place *place = arg;
    char name[] = "one order";
    char rest[] = " of fries";
    const struct iovec parts[] = {
        {.iov_base = name, .iov_len = strlen(name)}, {.iov_base = rest, .iov_len = strlen(rest)}};
    hob_error error;
    hob_conn *conn;
    const hob_connect_options options = {.error = &error};
    int err = hob_connect(place->address, &options, &conn);
    cr_expect_eq(err < 0, error.text[0] != '\0', "%d: %s", err, error.text);
    if (err == 0)
        err = hob_conn_writev(conn, parts, COUNT(parts));
    if (err == 0)
        err = hob_conn_shutdown(conn);
    if (err == 0)
        err = read_text(conn);
    hob_conn_close(conn);
    return err;
}

static int talk(void *place)
{
    hob_deadline(TOO_LONG);
    return hob_join(hob_async(serve, place), hob_async(ask, place));
}

/* Takes clients out of the queue that have connected though the call has failed. */
static void forget_clients(const struct place *place)
{
    int fd;
    while ((fd = accept4(place->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0)
        close(fd);
}

static void fail_each_call(struct place *place, struct fault fault)
{
    cr_expect_eq(hob_block_on(talk, place), 0);
    size_t descriptors = count_descriptors();
    while (faults_next(&fault)) {
        faults_arm(&fault);
        hob_block_on(talk, place);
        faults_disarm(&fault);
        forget_clients(place);
        cr_expect_eq(
            count_descriptors(), descriptors, "%s: %s leaves one open", fault.name,
            strerror(fault.error));
        cr_expect_eq(hob_block_on(talk, place), 0, "after %s: %d", fault.name, fault.error);
    }
    cr_expect_gt(fault.call, 10);
    cr_expect_not(has_leaks());
}

static void fail_over_each(struct fault fault)
{
    struct listening listening = listening_open();
    struct place tcp = {.listener = listening.fd};
    struct place named = {.listener = listening.fd};
    struct place local = {.listener = -1};
    snprintf(tcp.address, sizeof(tcp.address), "%s", listening.text);
    snprintf(named.address, sizeof(named.address), "localhost%s", strchr(listening.text, ':'));
    snprintf(local.address, sizeof(local.address), "%s", folder_socket());
    local.listener = hob_listen(local.address);
    faults_prepare();
    faults_are_mine();
    fail_each_call(&tcp, fault);
    fail_each_call(&named, fault);
    fail_each_call(&local, fault);
    close(local.listener);
    listening_close(&listening);
}

Test(failing_connections, leave_nothing_behind_when_a_call_fails)
{
    fail_over_each(FIRST_FAULT);
}

Test(failing_connections, leave_nothing_behind_when_there_is_no_memory)
{
    fail_over_each(FIRST_MEMORY_FAULT);
}
