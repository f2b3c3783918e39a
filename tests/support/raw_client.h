/*
 * A client that sends just the given bytes, when the test asks, and that takes responses
 * one by one: for what no library would do, or only behind our back.
 */
#ifndef HOB_TESTS_SUPPORT_RAW_CLIENT_H
#define HOB_TESTS_SUPPORT_RAW_CLIENT_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "tests/support/server_process.h"

/* REQUEST("GET /ping", "Connection: close\r\n"); GET("/ping") */
#define REQUEST(method_and_path, fields)                                                           \
    method_and_path " HTTP/1.1\r\nHost: localhost\r\n" fields "\r\n"
#define GET(path) REQUEST("GET " path, "")

struct raw_client {
    int fd;
    char *input; /* received, but not taken yet */
    size_t length;
    size_t capacity;
    char *last;       /* the response taken last */
    pthread_t sender; /* see raw_send_meanwhile() and raw_flood() */
    pthread_t receiver;
    const char *outgoing;
    size_t outgoing_size;
};

struct response {
    int status;       /* 0 if the connection ended, or nothing came, before all of it was there */
    const char *head; /* the status line and the fields */
    const char *body; /* ended by NUL */
    size_t length;    /* of the body */
};

struct raw_client raw_connect(const struct server *server);

/*
 * A ServerTest with a client that is connected to the server, and that the body uses as `client`:
 *
 *     ClientTest(http, a_ping_is_answered, server_start())
 *     {
 *         cr_expect_eq(raw_exchange(client, GET("/ping")).status, 200);
 *     }
 */
#define ClientTest(suite, name, ...)                                                               \
    static void suite##_##name##_by(struct server server, struct raw_client *client);              \
    ServerTest(suite, name, __VA_ARGS__)                                                           \
    {                                                                                              \
        struct raw_client client = raw_connect(&server);                                           \
        suite##_##name##_by(server, &client);                                                      \
        raw_close(&client);                                                                        \
    }                                                                                              \
    static void suite##_##name##_by(struct server server, struct raw_client *client)

/* The same for a server that may have gone. Returns whether there is a client. */
bool raw_try_connect(struct raw_client *self, const struct server *server);

/* One that is open at the end of a test is closed when its process ends. */
void raw_close(struct raw_client *self);

/* The same for an array of clients. */
void raw_connect_all(const struct server *server, struct raw_client *clients, size_t count);
void raw_close_all(struct raw_client *clients, size_t count);

/* Closes with RST, as when a client's machine has forgotten the connection. */
void raw_reset(struct raw_client *self);

/* Ends the sending side only. */
void raw_end(struct raw_client *self);

void raw_send(struct raw_client *self, const char *text);
void raw_send_bytes(struct raw_client *self, const char *bytes, size_t size);

/* Sends `piece` bytes at once, until all is sent or the server has closed. */
void raw_send_pieces(const struct raw_client *self, const char *bytes, size_t size, size_t piece);

/*
 * Sends from a thread of its own, so that the caller can receive what the server answers to the
 * beginning; both would wait for each other otherwise. raw_join() waits until all is sent. The
 * client must stay where it is meanwhile.
 */
void raw_send_meanwhile(struct raw_client *self, const char *bytes, size_t size);
void raw_join(struct raw_client *self);

/*
 * Sends the bytes over and over, and drops what is received, both as fast as it goes and from
 * threads of their own. raw_end_flood() makes an end of it and closes.
 */
void raw_flood(struct raw_client *self, const char *bytes, size_t size);
void raw_end_flood(struct raw_client *self);

/* The client's own port. */
unsigned raw_port(const struct raw_client *self);

/* How much of what was sent the server has not read yet. */
size_t raw_unread(const struct raw_client *self);

/* Waits until the server has read all that was sent. */
void raw_settle(const struct raw_client *self);

/* Takes the next response. Its texts are valid until the next one is taken. */
struct response raw_receive(struct raw_client *self);

/* The same for a response to HEAD. */
struct response raw_receive_head(struct raw_client *self);

/* The same for one whose body, as it is on the wire, goes on until the connection ends. */
struct response raw_receive_to_end(struct raw_client *self);

/* raw_send() and raw_receive(). */
struct response raw_exchange(struct raw_client *self, const char *text);

/* The same for text as printf would format it, of up to 2047 bytes. */
struct response raw_exchange_printf(struct raw_client *self, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same on a connection of its own. The texts are valid until the next one. */
struct response raw_ask(const struct server *server, const char *text);

/* Whether the server ends the connection in good order, and sends nothing more before. */
bool raw_ended(struct raw_client *self);

/* Whether a response has a line like "Connection: close". */
bool has_field(const struct response *response, const char *line);

/* The value of a field, up to and without its CRLF; "" if there is none. Valid until the next. */
const char *field(const struct response *response, const char *name);

#endif
