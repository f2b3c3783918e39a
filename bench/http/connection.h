/*
 * The client's side of a connection. All of these end the program when something is wrong: what is
 * measured must be right first.
 */
#ifndef HOB_BENCH_CONNECTION_H
#define HOB_BENCH_CONNECTION_H

#include <stddef.h>
#include <stdint.h>

/* What a request gets, byte for byte, as its answer's content. */
struct content {
    const char *data;
    size_t size;
};

#define MEBIBYTE ((size_t)1 << 20)

/* So many times the letter x: what goes up, and what comes down. */
const char *mebibyte(void);

/* Connects to a server on the loopback interface. Closing the descriptor leaves nothing behind. */
int connect_to(uint16_t port);

/* Returns as soon as the server answers /ping; gives up after ten seconds. */
void wait_for_server(uint16_t port);

void send_all(int fd, const char *data, size_t size);

/*
 * Receives all of an answer, which must have status 200, a Content-Length and this content.
 * Returns its size, which is that of all further answers to the same request.
 */
size_t receive_answer(int fd, const struct content *content);

/*
 * Receives so many bytes of answers that are known already, the first of which must be the
 * beginning of one with status 200. Large ones are counted and not copied.
 */
void receive_again(int fd, size_t size);

/* Receives the end of the connection. */
void receive_end(int fd);

/* A request without a body; `more` is further header lines. */
#define GET(path, more) "GET " path " HTTP/1.1\r\nHost: localhost\r\n" more "\r\n"

/* The request that most is measured by, and what it is answered with. */
#define PING GET("/ping", "")
extern const struct content hello;

/* Sends it, receives its answer, and returns the size of that. */
size_t ping(int fd);

#endif
