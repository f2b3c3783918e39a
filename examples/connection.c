/*
 * The lesson: a connection is a stream of bytes, and its calls wait. The server has a coroutine for
 * each client; it and the client run on the same thread.
 */
#include <hob/net.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Sends back what a client sends, until it ends. */
static int serve(void *arg)
{
    hob_conn *conn = arg;
    char data[1000];
    int result;
    while ((result = hob_conn_read(conn, data, sizeof(data))) > 0) {
        result = hob_conn_write(conn, data, (size_t)result);
        if (result < 0)
            break;
    }
    hob_conn_close(conn);
    return result;
}

/* A coroutine: accepts clients until it is cancelled. */
static int accept_clients(void *arg)
{
    const int *listener = arg;
    hob_conn *conn;
    int err;
    while ((err = hob_accept(*listener, &conn)) == 0) {
        err = hob_start(serve, conn);
        if (err < 0)
            hob_conn_close(conn);
    }
    return err;
}

static int say(hob_conn *conn, const char *word, size_t size)
{
    char answer[100];
    int result = hob_conn_write(conn, word, size);
    if (result == 0)
        result = hob_conn_read(conn, answer, sizeof(answer));
    if (result > 0)
        printf("%.*s\n", result, answer);
    return result;
}

static int talk(const char *address)
{
    hob_conn *conn;
    hob_error error;
    const hob_connect_options options = {.timeout = 2, .error = &error};
    int err = hob_connect(address, &options, &conn);
    if (err < 0) {
        printf("%s\n", error.text);
        return err;
    }
    err = say(conn, "one order of fries", 18);
    hob_conn_close(conn);
    return err;
}

static int run(void *arg)
{
    char address[40];
    (void)arg;
    snprintf(address, sizeof(address), "unix:/tmp/hob-example-%d", (int)getpid());
    int listener = hob_listen(address);
    if (listener < 0)
        return listener;
    hob_future *server = hob_async(accept_clients, &listener);
    int err = talk(address);
    hob_cancel(server);
    hob_await(server);
    close(listener);
    unlink(address + strlen("unix:"));
    return err;
}

int main(void)
{
    return hob_block_on(run, NULL) < 0;
}
