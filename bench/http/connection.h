/*
 * The client's side of a connection. All functions end the program after a failure, since incorrect
 * responses are not measured.
 */
#ifndef HOB_BENCH_CONNECTION_H
#define HOB_BENCH_CONNECTION_H

#include <stddef.h>
#include <stdint.h>

/* The expected content of a response. */
struct content {
    const char *data;
    size_t size;
};

#define MEBIBYTE ((size_t)1 << 20)

/* The sizes of uploads and downloads, which consist of the letter x. */
const char *mebibyte(void);

/* Connects to a server on the loopback interface. Closing the descriptor leaves no TIME_WAIT. */
int connect_to(uint16_t port);

/* Returns when the server has answered /ping; fails after ten seconds. */
void wait_for_server(uint16_t port);

void send_all(int fd, const char *data, size_t size);

/*
 * Receives a whole response, which must have status 200, a Content-Length and this content. Returns
 * its size, which is that of all later responses to the same request.
 */
size_t receive_answer(int fd, const struct content *content);

/*
 * Receives this many bytes of responses of known size. They must begin with a response of status
 * 200. Large ones are counted and not copied.
 */
void receive_again(int fd, size_t size);

/* Receives the end of the connection. */
void receive_end(int fd);

/* A request without a body; `more` are further header lines. */
#define GET(path, more) "GET " path " HTTP/1.1\r\nHost: localhost\r\n" more "\r\n"

/* The request of most workloads, and the content of its response. */
#define PING GET("/ping", "")
extern const struct content hello;

/* Sends it, receives the response, and returns the size of that. */
size_t ping(int fd);

#endif
