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

/* The same request as Chromium sends it: 16 fields, and a cookie among them. */
#define BROWSER_PING                                                                               \
    "GET /ping HTTP/1.1\r\n"                                                                       \
    "Host: localhost\r\n"                                                                          \
    "Connection: keep-alive\r\n"                                                                   \
    "Cache-Control: max-age=0\r\n"                                                                 \
    "sec-ch-ua: \"Not=A?Brand\";v=\"24\", \"Chromium\";v=\"140\"\r\n"                              \
    "sec-ch-ua-mobile: ?0\r\n"                                                                     \
    "sec-ch-ua-platform: \"Linux\"\r\n"                                                            \
    "Upgrade-Insecure-Requests: 1\r\n"                                                             \
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "          \
    "Chrome/140.0.0.0 Safari/537.36\r\n"                                                           \
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"         \
    "image/apng,*/*;q=0.8\r\n"                                                                     \
    "Sec-Fetch-Site: none\r\n"                                                                     \
    "Sec-Fetch-Mode: navigate\r\n"                                                                 \
    "Sec-Fetch-User: ?1\r\n"                                                                       \
    "Sec-Fetch-Dest: document\r\n"                                                                 \
    "Accept-Encoding: gzip, deflate, br, zstd\r\n"                                                 \
    "Accept-Language: en-GB,en;q=0.9\r\n"                                                          \
    "Cookie: session="                                                                             \
    "a4c123b1612dd272d1371c17149d439536b3216fdaeeb975729fae923d5a4fd12aabfe228f219e9cb0eb53f16947" \
    "ccf25ec84d8dbc742547\r\n"                                                                     \
    "\r\n"
_Static_assert(sizeof(BROWSER_PING) - 1 == 743, "the figures of docs/performance.md are for this");

/* Sends PING, receives the response, and returns the size of that. */
size_t ping(int fd);

#endif
