/*
 * Between the server and its clients packets are late, out of order, or lost: what is sent arrives
 * as a whole all the same.
 */

#include "hob/hob.h"
#include "tests/support/bad_wire.h"
#include "tests/support/clock.h"
#include "tests/support/handler_server.h"
#include "tests/support/http_client.h"
#include "tests/support/random.h"
#include "tests/support/test.h"

TestSuite(bad_wire, .timeout = 60);

#define SIZE ((size_t)256 * 1024)

/* FNV-1a: tells apart what lacks a byte, or has two exchanged. */
struct sum {
    uint64_t hash;
    size_t size;
};

static void add_to_sum(struct sum *self, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        self->hash = (self->hash ^ (unsigned char)bytes[i]) * 0x100000001b3;
    self->size += size;
}

/* The content of all bodies: SIZE bytes that do not repeat soon. */
static char content[SIZE];
static struct sum expected;

static void make_content(void)
{
    uint32_t state = 1;
    for (size_t i = 0; i < SIZE; i++)
        content[i] = (char)random_from(&state, 256);
    add_to_sum(&expected, content, SIZE);
}

static int sum_up(hob_request *req, hob_response *res)
{
    char piece[1000];
    struct sum sum = {0};
    int length;
    while ((length = hob_body_read(req, piece, sizeof(piece))) > 0)
        add_to_sum(&sum, piece, (size_t)length);
    if (length < 0)
        return length;
    bool same = sum.hash == expected.hash && sum.size == expected.size;
    return reply(res, 200, same ? "whole" : "broken");
}

static int stream(hob_response *res)
{
    int err = hob_stream(res, 200, "application/octet-stream");
    for (size_t sent = 0; sent < SIZE && err == 0; sent += 4096)
        err = hob_send(res, content + sent, 4096);
    return err;
}

static int answer(hob_request *req, hob_response *res)
{
    return strcmp(hob_request_path(req), "/stream") == 0 ? stream(res) : sum_up(req, res);
}

static size_t take_stream(char *bytes, size_t size, size_t count, void *sum)
{
    add_to_sum(sum, bytes, size * count);
    return size * count;
}

struct crowd {
    struct order *requests[20];
    struct order *bodies[10];
    struct order *streams[10];
    struct sum sums[10]; /* of the streams */
};

static void order_all(struct crowd *self, const struct server *server)
{
    for (size_t i = 0; i < COUNT(self->requests); i++)
        self->requests[i] = order(server, "/other");
    for (size_t i = 0; i < COUNT(self->bodies); i++) {
        self->bodies[i] = order_prepare(server, "/body");
        curl_easy_setopt(self->bodies[i]->easy, CURLOPT_POSTFIELDS, content);
        curl_easy_setopt(self->bodies[i]->easy, CURLOPT_POSTFIELDSIZE, (long)SIZE);
        order_begin(self->bodies[i]);
    }
    for (size_t i = 0; i < COUNT(self->streams); i++) {
        self->streams[i] = order_prepare(server, "/stream");
        curl_easy_setopt(self->streams[i]->easy, CURLOPT_WRITEFUNCTION, take_stream);
        curl_easy_setopt(self->streams[i]->easy, CURLOPT_WRITEDATA, &self->sums[i]);
        order_begin(self->streams[i]);
    }
}

static void expect_all(const struct crowd *self)
{
    for (size_t i = 0; i < COUNT(self->requests); i++)
        cr_expect_str_eq(self->requests[i]->body.bytes, "other", "request %zu", i);
    for (size_t i = 0; i < COUNT(self->bodies); i++)
        cr_expect_str_eq(self->bodies[i]->body.bytes, "whole", "body %zu", i);
    for (size_t i = 0; i < COUNT(self->streams); i++) {
        cr_expect_eq(self->streams[i]->error, CURLE_OK, "stream %zu", i);
        cr_expect_eq(self->sums[i].size, expected.size, "stream %zu", i);
        cr_expect_eq(self->sums[i].hash, expected.hash, "stream %zu", i);
    }
}

ProcessTest(bad_wire, requests_bodies_and_streams_arrive_whole)
{
    static struct crowd crowd;
    struct bad_wire wire = {.shortest_delay = 0.005, .longest_delay = 0.025, .loss = 0.02};
    int err = wire_open(&wire);
    if (err < 0)
        cr_skip_test("no network namespaces, or no /dev/net/tun: %s", strerror(-err));
    make_content();
    wire_go_far(&wire);
    int far = hob_listen(WIRE_FAR_ADDRESS ":0");
    cr_assert_geq(far, 0);
    struct server server =
        serve_within(answer, (hob_server_options){.sockets = &far, .socket_count = 1});
    wire_go_near(&wire);
    cr_assert_eq(wire_carry(&wire), 0);
    double begin = clock_seconds();
    order_all(&crowd, &server);
    wait_for_orders();
    double seconds = clock_seconds() - begin;
    expect_all(&crowd);
    cr_expect_eq(server_stop(&server), 0);
    wire_close(&wire);
    printf(
        "%zu requests, %zu bodies and %zu streams of %zu KiB: %.2f s\n", COUNT(crowd.requests),
        COUNT(crowd.bodies), COUNT(crowd.streams), SIZE / 1024, seconds);
    printf(
        "  %zu packets carried, %zu lost, %zu overtaken\n", wire.carried, wire.lost,
        wire.overtaken);
}
