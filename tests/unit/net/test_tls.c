#include <signal.h>
#include <sys/socket.h>

#include "hob/tls.h"
#include "tests/support/coroutine.h"
#include "tests/support/descriptors.h"
#include "tests/support/random.h"
#include "tests/support/test.h"
#include "tests/support/tls_server.h"

TestSuite(tls, .init = tls_setup, .fini = tls_teardown, .timeout = 60);

static struct tls_server server;
static hob_tls *tls;

static hob_conn *connect_client(void)
{
    hob_conn *conn;
    hob_error error;
    const hob_connect_options options = {.tls = tls, .error = &error};
    cr_expect_eq(hob_connect(server.listening.text, &options, &conn), 0, "%s", error.text);
    return conn;
}

static void begin(void (*serve)(SSL *ssl))
{
    tls_server_start(&server, tls_good(), serve);
    tls = tls_client();
}

static void end(hob_conn *conn)
{
    hob_conn_close(conn);
    hob_tls_free(tls);
    tls_server_stop(&server);
}

static void expect_echo(hob_conn *conn, const char *text)
{
    char answer[100] = "";
    cr_expect_eq(hob_conn_write(conn, text, strlen(text)), 0);
    cr_expect_eq(hob_conn_read(conn, answer, sizeof(answer) - 1), (int)strlen(text));
    cr_expect_str_eq(answer, text);
}

#define LARGE ((size_t)4 * 1024 * 1024)

static int write_large(void *arg)
{
    hob_conn *conn = arg;
    char *data = malloc(LARGE);
    for (size_t i = 0; i < LARGE; i++)
        data[i] = (char)(i % 251);
    const struct iovec parts[] = {
        {.iov_base = data, .iov_len = 10},
        {.iov_len = 0},
        {.iov_base = data + 10, .iov_len = 100},
        {.iov_base = data + 110, .iov_len = LARGE - 110},
    };
    int err = hob_conn_writev(conn, parts, COUNT(parts));
    free(data);
    return err < 0 ? err : hob_conn_shutdown(conn);
}

CoroutineTest(tls, carries_bytes_both_ways_until_each_side_ends)
{
    char piece[10000];
    size_t count = 0;
    bool intact = true;
    int length;
    begin(serve_echo);
    hob_conn *conn = connect_client();
    hob_future *written = hob_async(write_large, conn);
    while ((length = hob_conn_read(conn, piece, sizeof(piece))) > 0) {
        for (int i = 0; i < length; i++)
            intact = intact && piece[i] == (char)((count + (size_t)i) % 251);
        count += (size_t)length;
    }
    cr_expect_eq(length, 0, "%s", strerror(-length));
    cr_expect_eq(count, LARGE);
    cr_expect(intact);
    cr_expect_eq(hob_await(written), 0);
    cr_expect_eq(hob_conn_read(conn, piece, 1), 0, "the end stays");
    end(conn);
}

static void serve_nothing(SSL *ssl)
{
    char byte;
    SSL_read(ssl, &byte, 1);
}

static int read_one(void *conn)
{
    char byte;
    return hob_conn_read(conn, &byte, 1);
}

CoroutineTest(tls, is_interrupted_like_every_await)
{
    begin(serve_nothing);
    hob_conn *conn = connect_client();
    hob_future *read = hob_async(read_one, conn);
    hob_yield();
    hob_cancel(read);
    cr_expect_eq(hob_await(read), -ECANCELED);
    cr_expect_eq(hob_await_for(hob_async(read_one, conn), 0.01), -ETIMEDOUT);
    end(conn);
}

static void cut_off(SSL *ssl)
{
    SSL_write(ssl, "half", 4);
    SSL_set_quiet_shutdown(ssl, 1);
}

CoroutineTest(tls, does_not_take_a_cut_for_the_end)
{
    char data[10];
    hob_error error;
    begin(cut_off);
    hob_conn *conn = connect_client();
    cr_expect_eq(hob_conn_read(conn, data, sizeof(data)), 4);
    cr_expect_eq(hob_conn_read(conn, data, sizeof(data)), -ECONNRESET);
    hob_conn_error(conn, &error);
    cr_expect(strstr(error.text, ": Connection reset by peer"), "%s", error.text);
    cr_expect_eq(hob_conn_read(conn, data, sizeof(data)), -ECONNRESET);
    end(conn);
}

static void reset(SSL *ssl)
{
    const struct linger now = {.l_onoff = 1};
    setsockopt(SSL_get_fd(ssl), SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    SSL_set_quiet_shutdown(ssl, 1);
}

CoroutineTest(tls, raises_no_signal_when_the_peer_has_gone)
{
    static const char block[100000];
    int err = 0;
    signal(SIGPIPE, SIG_DFL);
    begin(reset);
    hob_conn *conn = connect_client();
    for (int i = 0; i < 100 && err == 0; i++)
        err = hob_conn_write(conn, block, sizeof(block));
    cr_expect(err == -EPIPE || err == -ECONNRESET, "%d", err);
    cr_expect_eq(hob_conn_write(conn, "x", 1), -EPIPE);
    end(conn);
}

static void send_when_asked(SSL *ssl)
{
    char byte;
    while (SSL_read(ssl, &byte, 1) == 1 && byte == '+')
        SSL_write(ssl, "x", 1);
}

/* The socket may have something to read that is none of the peer's bytes: tickets of the session.
 */
static void wait_for_input(hob_conn *conn)
{
    while (!hob_conn_is_readable(conn))
        cr_expect_eq(hob_await(hob_readable(hob_conn_fd(conn))), 0);
}

CoroutineTest(tls, knows_whether_there_is_something_to_read)
{
    char byte;
    begin(send_when_asked);
    hob_conn *conn = connect_client();
    for (int i = 0; i < 3; i++) {
        cr_expect_not(hob_conn_is_readable(conn));
        cr_expect_eq(hob_conn_write(conn, "+", 1), 0);
        wait_for_input(conn);
        cr_expect(hob_conn_is_readable(conn), "nothing was taken");
        cr_expect_eq(hob_conn_read(conn, &byte, 1), 1);
    }
    cr_expect_not(hob_conn_is_readable(conn));
    cr_expect_eq(hob_conn_write(conn, "-", 1), 0);
    wait_for_input(conn);
    cr_expect_eq(hob_conn_read(conn, &byte, 1), 0, "the peer has ended");
    end(conn);
}

static void update_keys(SSL *ssl)
{
    char byte;
    while (SSL_read(ssl, &byte, 1) == 1) {
        SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED);
        SSL_write(ssl, &byte, 1);
    }
}

CoroutineTest(tls, goes_on_when_the_server_updates_its_keys)
{
    begin(update_keys);
    hob_conn *conn = connect_client();
    for (int i = 0; i < 10; i++)
        expect_echo(conn, "x");
    end(conn);
}

static void renegotiate(SSL *ssl)
{
    char byte;
    while (SSL_read(ssl, &byte, 1) == 1) {
        SSL_renegotiate(ssl);
        SSL_do_handshake(ssl);
        SSL_write(ssl, &byte, 1);
    }
}

CoroutineTest(tls, declines_to_renegotiate)
{
    begin(renegotiate);
    SSL_CTX_set_max_proto_version(server.ctx, TLS1_2_VERSION);
    hob_conn *conn = connect_client();
    char byte;
    cr_expect_eq(hob_conn_write(conn, "x", 1), 0);
    int length = hob_conn_read(conn, &byte, 1);
    cr_expect(length == 1 || length == 0 || length == -ECONNRESET, "%d", length);
    end(conn);
}

/* Many at once, each of which is cancelled at any moment. */

enum { AT_ONCE = 10, ROUNDS = 100 };

static int connect_and_close(void *unused)
{
    hob_conn *conn;
    const hob_connect_options options = {.tls = tls};
    (void)unused;
    int err = hob_connect(server.listening.text, &options, &conn);
    hob_conn_close(conn);
    return err;
}

CoroutineTest(tls, leaves_nothing_behind_when_it_is_cancelled)
{
    begin(serve_nothing);
    hob_conn_close(connect_client());
    size_t before = count_descriptors();
    for (int round = 0; round < ROUNDS; round++) {
        hob_future *all[AT_ONCE];
        for (size_t i = 0; i < AT_ONCE; i++)
            all[i] = hob_async(connect_and_close, NULL);
        for (size_t i = 0; i < AT_ONCE; i++) {
            hob_sleep(random_below(3) == 0 ? 0.0005 : 0);
            hob_cancel(all[random_below(AT_ONCE)]);
        }
        for (size_t i = 0; i < AT_ONCE; i++) {
            hob_cancel(all[i]);
            hob_await(all[i]);
        }
    }
    cr_expect_leq(count_descriptors(), before + 2, "the server's thread may have two");
    end(NULL);
}
