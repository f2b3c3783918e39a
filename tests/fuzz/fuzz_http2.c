/*
 * Fuzzes a connection of HTTP/2: the input is the frames behind the preface, and the first byte
 * says how they are cut. The server must neither break an assertion nor keep the connection.
 *
 * Time is virtual (hob_virtual_time), so that time-outs pass at once.
 */
#include <errno.h>
#include <stdint.h>

#include "hob/http2.h"
#include "tests/fuzz/one_connection.h"

struct input {
    const uint8_t *bytes;
    size_t size;
    size_t piece; /* bytes that are sent at once */
};

/* The path chooses what it does. */
static int handle(hob_request *req, hob_response *res)
{
    static const char much[100 * 1000];
    char piece[100];
    const char *body;
    size_t size;
    int length = 0;
    hob_header trailer;
    const char *path = hob_request_path(req);
    hob_request_header(req, "cookie");
    switch (path[0] == '/' ? path[1] : '\0') {
    case 'm': /* more than the window */
        return hob_reply(res, 200, "text/plain", much, sizeof(much));
    case 's': /* streams the body back */
        length = hob_stream(res, 200, "text/plain");
        while (length >= 0 && (length = hob_body_read(req, piece, sizeof(piece))) > 0)
            length = hob_send(res, piece, (size_t)length);
        for (size_t at = 0; length >= 0 && hob_request_next_trailer(req, &at, &trailer);)
            length = hob_response_add_trailer(res, trailer.name, trailer.value);
        return length;
    case 'l': /* streams more than the window */
        length = hob_stream(res, 200, "text/plain");
        return length < 0 ? length : hob_send(res, much, sizeof(much));
    case 'w': /* waits */
        hob_sleep(1);
        return hob_reply(res, 204, NULL, NULL, 0);
    case 'e':
        return -EIO;
    default:
        length = hob_body_all(req, 1000, &body, &size);
        return length < 0 ? length : hob_reply(res, 200, "text/plain", body, size);
    }
}

static void send_input(int client, void *arg)
{
    static const char begin[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0";
    const struct input *input = arg;
    struct output dropped = {0};
    if (send_pieces(client, begin, sizeof(begin) - 1, sizeof(begin), &dropped))
        send_pieces(client, input->bytes, input->size, input->piece, &dropped);
    if (input->piece % 2 == 0) /* the server ends it, by its time-outs */
        while (settle(client, &dropped))
            hob_sleep(10);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const hob_server_options options = {.handler = handle, .http2 = hob_http2()};
    if (size < 2 || size > 20000)
        return 0;
    struct input input = {data + 1, size - 1, data[0] < 8 ? data[0] + 1u : data[0] * 80u};
    serve_one_connection(&options, send_input, &input);
    return 0;
}
