#include "tests/support/tls_server.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/criterion.h"
#include "tests/support/folder.h"

static struct identity authority;
static struct identity good;

void tls_setup(void)
{
    authority =
        identity_make(&(struct certificate){.subject = "Test Authority", .authority = true});
    good = identity_make(&(struct certificate){
        .subject = "good", .names = "DNS:good.test,IP:127.0.0.1", .issuer = &authority});
    identity_write_certificate(&authority, folder_path("ca.pem"));
}

void tls_teardown(void)
{
    identity_free(&authority);
    identity_free(&good);
}

const struct identity *tls_authority(void)
{
    return &authority;
}

const struct identity *tls_good(void)
{
    return &good;
}

void tls_write_good(char certificate[static TLS_PATH_SIZE], char key[static TLS_PATH_SIZE])
{
    snprintf(certificate, TLS_PATH_SIZE, "%s", folder_path("good.pem"));
    snprintf(key, TLS_PATH_SIZE, "%s", folder_path("good.key"));
    identity_write_certificate(&good, certificate);
    identity_write_key(&good, key, NULL);
}

hob_tls *tls_client(void)
{
    hob_tls *tls;
    hob_error error = {.text = ""};
    const hob_tls_options options = {.ca_file = folder_path("ca.pem"), .error = &error};
    cr_expect_eq(hob_tls_new(&options, &tls), 0, "%s", error.text);
    return tls;
}

void serve_echo(SSL *ssl)
{
    char data[16384];
    int length;
    while ((length = SSL_read(ssl, data, sizeof(data))) > 0)
        SSL_write(ssl, data, length);
}

#define HEAD_SIZE 4096

/* Receives the head of a request. Returns its length, or 0 if the client has ended. */
static int receive_head(SSL *ssl, char head[static HEAD_SIZE])
{
    int length = 0, got;
    while ((got = SSL_read(ssl, head + length, HEAD_SIZE - 1 - length)) > 0) {
        length += got;
        head[length] = '\0';
        if (strstr(head, "\r\n\r\n"))
            return length;
    }
    return 0;
}

void serve_head(SSL *ssl)
{
    char head[HEAD_SIZE], response[64];
    int length;
    while ((length = receive_head(ssl, head)) > 0) {
        int size = snprintf(
            response, sizeof(response), "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", length);
        SSL_write(ssl, response, size);
        SSL_write(ssl, head, length);
    }
}

void serve_hello(SSL *ssl)
{
    static const char response[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    char head[HEAD_SIZE];
    while (receive_head(ssl, head) > 0)
        SSL_write(ssl, response, (int)sizeof(response) - 1);
}

/* Reads the head of a CONNECT byte by byte, and nothing behind it. */
static bool open_tunnel(int fd)
{
    static const char response[] = "HTTP/1.1 200 OK\r\n\r\n";
    char head[HEAD_SIZE] = "";
    size_t length = 0;
    while (length < HEAD_SIZE - 1 && !strstr(head, "\r\n\r\n")) {
        if (recv(fd, head + length++, 1, 0) != 1)
            return false;
    }
    return strncmp(head, "CONNECT ", 8) == 0 &&
           send(fd, response, strlen(response), MSG_NOSIGNAL) > 0;
}

static void serve_connection(struct tls_server *self, int fd)
{
    SSL *ssl = SSL_new(self->ctx);
    SSL_set_fd(ssl, fd);
    if ((!self->has_tunnels || open_tunnel(fd)) && SSL_accept(ssl) == 1) {
        const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
        snprintf(self->name, sizeof(self->name), "%s", name ? name : "");
        self->resumed += SSL_session_reused(ssl);
        self->handshakes++;
        self->serve(ssl);
        SSL_shutdown(ssl);
    }
    SSL_free(ssl);
    close(fd);
}

static void *run(void *arg)
{
    struct tls_server *self = arg;
    sigset_t pipe_signal; /* OpenSSL's sockets raise it when the client has gone */
    int fd;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, NULL);
    while ((fd = accept4(self->listening.fd, NULL, NULL, SOCK_CLOEXEC)) >= 0)
        serve_connection(self, fd);
    return NULL;
}

void tls_server_start(
    struct tls_server *self, const struct identity *identity, void (*serve)(SSL *ssl))
{
    static const unsigned char context[] = "test";
    *self = (struct tls_server){.serve = serve, .listening = listening_open()};
    self->ctx = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate(self->ctx, identity->certificate);
    SSL_CTX_use_PrivateKey(self->ctx, identity->key);
    SSL_CTX_set_session_id_context(self->ctx, context, sizeof(context));
    int flags = fcntl(self->listening.fd, F_GETFL);
    cr_expect_eq(fcntl(self->listening.fd, F_SETFL, flags & ~O_NONBLOCK), 0);
    cr_expect_eq(pthread_create(&self->thread, NULL, run, self), 0);
}

/* A shutdown wakes the thread from accept4(), and its connection has ended with the client. */
void tls_server_stop(struct tls_server *self)
{
    shutdown(self->listening.fd, SHUT_RDWR);
    pthread_join(self->thread, NULL);
    listening_close(&self->listening);
    SSL_CTX_free(self->ctx);
}
