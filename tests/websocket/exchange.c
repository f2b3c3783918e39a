#include "exchange.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* All of the largest case, and of its answer. */
enum { BYTES_MAX = 200000, SHOWN_MAX = 100 };

struct bytes {
    uint8_t data[BYTES_MAX];
    size_t size;
};

static void put(struct bytes *self, const void *data, size_t size)
{
    if (size > sizeof(self->data) - self->size)
        abort();
    memcpy(self->data + self->size, data, size);
    self->size += size;
}

static void put_number(struct bytes *self, uint64_t number, int size)
{
    while (size-- > 0)
        put(self, &(uint8_t){(uint8_t)(number >> 8 * size)}, 1);
}

/*
 * Encoding.
 */

/* Decodes content up to the next space. */
static const char *read_content(const char *at, struct bytes *content)
{
    for (; *at && *at != ' '; at++) {
        if (*at == '%') {
            const char digits[3] = {at[1], at[2]};
            put_number(content, strtoul(digits, NULL, 16), 1);
            at += 2;
        } else {
            put(content, at, 1);
        }
    }
    return at;
}

static void put_length(struct bytes *out, size_t length, char form, bool masked)
{
    uint8_t mask_bit = masked ? 0x80 : 0;
    if (form != '2' && form != '8')
        form = "028"[(length >= 126) + (length >= 65536)];
    if (form == '0')
        put_number(out, mask_bit | length, 1);
    else
        put_number(out, mask_bit | (form == '2' ? 126 : 127), 1);
    if (form != '0')
        put_number(out, length, form - '0');
}

static void
put_frame(struct bytes *out, unsigned first, size_t times, char form, const struct bytes *content)
{
    static const uint8_t mask[4] = {0x12, 0xa3, 0xf4, 0x05};
    bool masked = form != 'u';
    size_t begin;
    put_number(out, first, 1);
    put_length(out, content->size * times, form, masked);
    if (masked)
        put(out, mask, sizeof(mask));
    begin = out->size;
    for (size_t i = 0; i < times; i++)
        put(out, content->data, content->size);
    for (size_t i = begin; masked && i < out->size; i++)
        out->data[i] ^= mask[(i - begin) % 4];
}

static void encode(const char *at, struct bytes *out)
{
    static struct bytes content;
    while (*(at += strspn(at, " "))) {
        const char *colon = strchr(at, ':');
        const char *star = memchr(at, '*', (size_t)(colon - at));
        const char *plus = memchr(at, '+', (size_t)(colon - at));
        bool raw = strncmp(at, "raw", 3) == 0;
        unsigned first = (unsigned)strtoul(at, NULL, 16);
        content.size = 0;
        at = read_content(colon + 1, &content);
        if (raw)
            put(out, content.data, content.size);
        else
            put_frame(
                out, first, star ? strtoul(star + 1, NULL, 10) : 1, *(plus ? plus + 1 : ""),
                &content);
    }
}

/*
 * Decoding.
 */

static void show_content(FILE *out, const uint8_t *data, size_t size)
{
    if (size > SHOWN_MAX) {
        fprintf(out, "(%zu bytes)", size);
        return;
    }
    for (size_t i = 0; i < size; i++)
        fprintf(out, data[i] > ' ' && data[i] < 0x7f ? "%c" : "%%%02x", data[i]);
}

static size_t head_size(const uint8_t *data, size_t size)
{
    if (size < 2 || data[1] < 126)
        return 2;
    return data[1] == 126 ? 4 : 10;
}

/* Shows the first frame. Returns its size. */
static size_t show_frame(FILE *out, const uint8_t *data, size_t size)
{
    size_t head = head_size(data, size);
    uint64_t length = 0;
    if (size < head) {
        fprintf(out, "a part of a head ");
        return size;
    }
    for (size_t i = 2; i < head; i++)
        length = length << 8 | data[i];
    if (head == 2)
        length = data[1];
    if (size - head < length) {
        fprintf(out, "a part of a frame ");
        return size;
    }
    if (data[0] == 0x88 && length >= 2) {
        fprintf(out, "close:%u", data[head] << 8 | data[head + 1]);
    } else {
        fprintf(out, data[0] == 0x88 ? "close:" : "%02x:", data[0]);
        show_content(out, data + head, (size_t)length);
    }
    fputc(' ', out);
    return head + (size_t)length;
}

/*
 * The connection.
 */

static int connect_to(int port)
{
    const struct timeval patience = {.tv_sec = 10};
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    close(fd);
    return -1;
}

/* Receives until the end. Returns whether there was an end in order. */
static bool receive(int fd, struct bytes *in)
{
    ssize_t length = 1;
    while (length > 0 && in->size < sizeof(in->data)) {
        length = recv(fd, in->data + in->size, sizeof(in->data) - in->size, 0);
        if (length > 0)
            in->size += (size_t)length;
    }
    return length == 0;
}

static void show(const struct bytes *in, bool ended, FILE *out)
{
    static const char end[] = "\r\n\r\n";
    const uint8_t *head = memmem(in->data, in->size, end, strlen(end));
    size_t at = head ? (size_t)(head - in->data) + strlen(end) : in->size;
    if (!head || in->size < 13 || memcmp(in->data, "HTTP/1.1 101 ", 13) != 0)
        fprintf(out, "no WebSocket ");
    while (at < in->size)
        at += show_frame(out, in->data + at, in->size - at);
    fprintf(out, ended ? "end" : "and no end");
}

void websocket_exchange(int port, const char *sent, char *seen, size_t size)
{
    static const char head[] =
        "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    static struct bytes out, in;
    int fd = connect_to(port);
    FILE *text = fmemopen(seen, size, "w");
    out.size = in.size = 0;
    put(&out, head, strlen(head));
    encode(sent, &out);
    for (size_t done = 0; done < out.size;) {
        ssize_t length = send(fd, out.data + done, out.size - done, MSG_NOSIGNAL);
        if (length <= 0)
            break;
        done += (size_t)length;
    }
    bool ended = receive(fd, &in);
    show(&in, ended, text);
    fclose(text);
    close(fd);
}
