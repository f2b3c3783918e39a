/*
 * The client of "script/bench tls" for what h2load does not measure. Prints its results, one "name
 * value unit" a line: bench/tls.rows explains the names.
 *
 *     client full|resumed PORT PID SECONDS    new connections, each for one request
 *     client beside PORT PID SECONDS          /ping on one connection, beside 500 handshakes/s
 *     client idle PORT PID COUNT              the memory of so many idle connections
 */
#include <errno.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/http/connection.h"
#include "bench/http/samples.h"
#include "bench/http/usage.h"
#include "bench/measure.h"

#define PROCESSES      4   /* that make new connections: a server has work while one is slow */
#define HANDSHAKE_RATE 500 /* a second, beside /ping */
#define IDLE_AT_MOST   ((size_t)10000)

static const char closing_ping[] = GET("/ping", "Connection: close\r\n");

/*
 * A connection with TLS. Each call blocks.
 */

/* One group for the exchange of keys, so that all servers compute the same. */
static SSL_CTX *context_new(void)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    if (!ctx || SSL_CTX_set1_groups_list(ctx, "X25519") != 1)
        give_up("OpenSSL cannot be set up");
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
    return ctx;
}

static SSL *tls_connect(SSL_CTX *ctx, uint16_t port, SSL_SESSION *session)
{
    static const unsigned char protocol[] = "\x08http/1.1";
    char name[] = "localhost"; /* OpenSSL's macro takes no constant */
    SSL *ssl = SSL_new(ctx);
    if (!ssl || SSL_set_fd(ssl, connect_to(port)) != 1 ||
        SSL_set_alpn_protos(ssl, protocol, sizeof(protocol) - 1) != 0 ||
        SSL_set_tlsext_host_name(ssl, name) != 1)
        give_up("OpenSSL cannot be set up");
    if (session)
        SSL_set_session(ssl, session);
    if (SSL_connect(ssl) != 1)
        give_up("a handshake failed");
    return ssl;
}

/* Without close_notify, OpenSSL would not resume the session (SSL_shutdown(3ssl)). */
static void tls_close(SSL *ssl)
{
    SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN);
    close(SSL_get_fd(ssl));
    SSL_free(ssl);
}

static void tls_send(SSL *ssl, const char *request)
{
    int size = (int)strlen(request);
    if (SSL_write(ssl, request, size) != size)
        give_up("the server took less than the request");
}

/* Receives a response to /ping, whose content may come in a record of its own. */
static void tls_receive(SSL *ssl)
{
    char response[2048];
    int size = 0;
    do {
        int more = SSL_read(ssl, response + size, (int)sizeof(response) - 1 - size);
        if (more <= 0)
            give_up("the server has closed the connection before its answer");
        size += more;
        response[size] = '\0';
    } while (!strstr(response, hello.data));
    if (strncmp(response, "HTTP/1.1 200", 12) != 0)
        give_up("the answer has no status 200");
}

static void tls_receive_end(SSL *ssl)
{
    char byte;
    if (SSL_read(ssl, &byte, 1) > 0)
        give_up("the answer is longer than it should be");
}

/*
 * A connection for one request. Unless `session` is NULL, it resumes *session, if there is one, and
 * replaces it with its own.
 */
static void visit(SSL_CTX *ctx, uint16_t port, SSL_SESSION **session)
{
    SSL *ssl = tls_connect(ctx, port, session ? *session : NULL);
    if (session && *session && !SSL_session_reused(ssl))
        give_up("the server does not resume the session");
    tls_send(ssl, closing_ping);
    tls_receive(ssl);
    tls_receive_end(ssl);
    if (session) {
        SSL_SESSION_free(*session);
        *session = SSL_get1_session(ssl); /* in TLS 1.3 it comes after the handshake */
    }
    tls_close(ssl);
}

/*
 * Many new connections.
 */

/* Memory of all processes. */
struct shared {
    atomic_size_t count; /* of connections that are complete */
};

static struct shared *share(void)
{
    void *memory = mmap(
        NULL, sizeof(struct shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        give_up("out of memory");
    return memory;
}

/* Starts a process that ends with this one. Returns 0 in it, and its number in this one. */
static pid_t start_process(void)
{
    pid_t process = fork();
    if (process < 0)
        give_up("no process can be made");
    if (process == 0)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    return process;
}

static void end_process(pid_t process)
{
    int status;
    if (waitpid(process, &status, WNOHANG) != 0)
        give_up("a process of the client has failed");
    kill(process, SIGKILL);
    waitpid(process, &status, 0);
}

static _Noreturn void visit_again_and_again(uint16_t port, bool resumes, struct shared *shared)
{
    SSL_SESSION *session = NULL;
    SSL_CTX *ctx = context_new();
    for (;;) {
        visit(ctx, port, resumes ? &session : NULL);
        atomic_fetch_add(&shared->count, 1);
    }
}

static void pass(double seconds)
{
    struct timespec time = {.tv_sec = (time_t)seconds};
    time.tv_nsec = (long)((seconds - (double)time.tv_sec) * 1e9);
    nanosleep(&time, NULL);
}

static void new_connections(const char *name, uint16_t port, const char *pid, double seconds)
{
    pid_t processes[PROCESSES];
    struct shared *shared = share();
    for (size_t i = 0; i < PROCESSES; i++) {
        processes[i] = start_process();
        if (processes[i] == 0)
            visit_again_and_again(port, strcmp(name, "resumed") == 0, shared);
    }
    pass(seconds / 2); /* until it is warm */
    struct usage before = usage_of(pid);
    size_t first = atomic_load(&shared->count);
    pass(seconds);
    struct usage after = usage_of(pid);
    size_t count = atomic_load(&shared->count) - first;
    for (size_t i = 0; i < PROCESSES; i++)
        end_process(processes[i]);
    if (count == 0)
        give_up("no connection was made");
    print_value(name, (double)count / (after.cpu - before.cpu), "/s");
    usage_print(name, &before, &after, count);
}

/*
 * Requests beside handshakes. The process that makes the handshakes runs when the other one, which
 * measures the requests, waits.
 */

static _Noreturn void visit_at_a_rate(uint16_t port, struct shared *shared)
{
    SSL_CTX *ctx = context_new();
    setpriority(PRIO_PROCESS, 0, 19);
    double begin = wall_now();
    for (size_t i = 0;; i++) {
        double early = begin + (double)i / HANDSHAKE_RATE - wall_now();
        if (early > 0)
            pass(early);
        visit(ctx, port, NULL);
        atomic_fetch_add(&shared->count, 1);
    }
}

static void ping_until(SSL *ssl, double end, struct samples *times)
{
    double since = wall_now();
    while (since < end) {
        tls_send(ssl, PING);
        tls_receive(ssl);
        double now = wall_now();
        samples_add(times, now - since);
        since = now;
    }
}

static void requests_beside(uint16_t port, double seconds)
{
    struct samples times = {.count = 0};
    struct shared *shared = share();
    pid_t process = start_process();
    if (process == 0)
        visit_at_a_rate(port, shared);
    SSL *ssl = tls_connect(context_new(), port, NULL);
    ping_until(ssl, wall_now() + seconds / 2, &times); /* until it is warm */
    times.count = 0;
    size_t first = atomic_load(&shared->count);
    double begin = wall_now();
    ping_until(ssl, begin + seconds, &times);
    double handshakes = (double)(atomic_load(&shared->count) - first);
    print_figure("beside", "handshakes", handshakes / (wall_now() - begin), "/s");
    print_figure("beside", "p50", samples_quantile(&times, 500) * 1e6, "us");
    print_figure("beside", "p99", samples_quantile(&times, 990) * 1e6, "us");
    end_process(process);
    samples_free(&times);
    tls_close(ssl);
}

/*
 * Idle connections.
 */

static void idle_connections(uint16_t port, const char *pid, size_t count)
{
    SSL_CTX *ctx = context_new();
    static SSL *all[IDLE_AT_MOST];
    if (count > IDLE_AT_MOST)
        give_up("too many connections");
    visit(ctx, port, NULL); /* it has made what it needs once */
    double before = resident(pid);
    for (size_t i = 0; i < count; i++) {
        all[i] = tls_connect(ctx, port, NULL);
        tls_send(all[i], PING);
        tls_receive(all[i]);
    }
    pass(0.5); /* lets the server free its memory */
    print_value("idle", (resident(pid) - before) / (double)count, "KiB");
    for (size_t i = 0; i < count; i++)
        tls_close(all[i]);
}

int main(int argc, char **argv)
{
    const char *work = argc == 5 ? argv[1] : "";
    uint16_t port = (uint16_t)strtoul(argc == 5 ? argv[2] : "0", NULL, 10);
    if (strcmp(work, "full") == 0 || strcmp(work, "resumed") == 0)
        new_connections(work, port, argv[3], strtod(argv[4], NULL));
    else if (strcmp(work, "beside") == 0)
        requests_beside(port, strtod(argv[4], NULL));
    else if (strcmp(work, "idle") == 0)
        idle_connections(port, argv[3], strtoul(argv[4], NULL, 10));
    else
        give_up("see the comment at the top of bench/tls/client.c");
    return EXIT_SUCCESS;
}
