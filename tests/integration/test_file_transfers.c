/*
 * Files on their way (hob_files() in include/hob/files.h): large ones, slow clients, clients that
 * leave, and files that change meanwhile.
 */
#include <fcntl.h>
#include <poll.h>

#include "tests/support/folder_server.h"
#include "tests/support/integration.h"
#include "tests/support/memory.h"
#include "tests/support/random.h"

TestSuite(file_transfers, .timeout = 120, .init = folder_begin);

#define MIB ((size_t)1024 * 1024)

/* More than the sockets between a server and its client hold on Linux, some 10 MiB at most. */
#define HUGE (256 * MIB)

static char *make_pattern(size_t size)
{
    char *bytes = zero_pages(size);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)random_below(256);
    return bytes;
}

static void resize(const char *path, size_t size)
{
    cr_assert_eq(truncate(folder_path(path), (off_t)size), 0);
}

/* A file of zeros that takes no room. */
static void add_huge(const char *path)
{
    folder_add_text(path, "");
    resize(path, HUGE);
}

/* After the first file the server has its threads, which need descriptors. */
static size_t descriptors_at_rest(const struct server *server)
{
    folder_add_text("root/first", "first");
    cr_assert_str_eq(get(server, "/first")->body.bytes, "first");
    return server_descriptors(server);
}

/* Asks for the huge file, and takes its head only. */
static struct raw_client begin_huge(const struct server *server)
{
    struct raw_client client = raw_connect(server);
    raw_send(&client, GET("/huge"));
    cr_expect_eq(raw_receive_head(&client).status, 200);
    return client;
}

static bool is_rest_of(const struct response *response, const char *bytes, size_t size, size_t from)
{
    return response->length == size - from &&
           memcmp(response->body, bytes + from, size - from) == 0;
}

/* Until the response has begun to come: the file is open then. */
static void wait_for_begin(const struct raw_client *client)
{
    struct pollfd input = {.fd = client->fd, .events = POLLIN};
    cr_expect_eq(poll(&input, 1, PATIENCE * 1000), 1);
}

ClientTest(file_transfers, ten_mebibytes_arrive_as_they_are, serve(serve_folder))
{
    size_t size = 10 * MIB + 1;
    char *bytes = make_pattern(size);
    folder_add("root/large", bytes, size);
    struct response response = raw_exchange(client, GET("/large"));
    cr_expect_eq(response.status, 200);
    cr_expect(is_rest_of(&response, bytes, size, 0));

    response = raw_exchange(client, REQUEST("GET /large", "Range: bytes=5000001-\r\n"));
    cr_expect_eq(response.status, 206);
    cr_expect(is_rest_of(&response, bytes, size, 5000001));
    cr_expect_str_eq(raw_exchange(client, GET("/other")).body, "other");
}

/* Pieces, chunks and buffers end somewhere: files that end there, or one byte before or behind. */
ClientTest(file_transfers, files_of_any_size_arrive_as_they_are, serve(serve_folder))
{
    static const size_t ends[] = {1, 16, 32, 48, 64, 80, 96, 128, 1024}; /* KiB */
    size_t most = 2 * MIB;
    char *bytes = make_pattern(most);
    for (size_t i = 0; i < 3 * COUNT(ends); i++) {
        size_t size = ends[i / 3] * 1024 + i % 3 - 1;
        folder_add("root/file", bytes, size);
        struct response response = raw_exchange(client, GET("/file"));
        cr_expect(is_rest_of(&response, bytes, size, 0), "%zu bytes", size);
    }
}

ClientTest(file_transfers, requests_behind_each_other_are_answered_in_order, serve(serve_folder))
{
    size_t size = 100000;
    char *bytes = make_pattern(size);
    folder_add("root/large", bytes, size);
    folder_add_text("root/small", "small");
    cr_expect_str_eq(
        raw_exchange(
            client, GET("/small") GET("/large") GET("/missing") GET("/large") GET("/small"))
            .body,
        "small");
    struct response response = raw_receive(client);
    cr_expect(is_rest_of(&response, bytes, size, 0));
    cr_expect_eq(raw_receive(client).status, 404);
    response = raw_receive(client);
    cr_expect(is_rest_of(&response, bytes, size, 0));
    cr_expect_str_eq(raw_receive(client).body, "small");
}

ClientTest(file_transfers, old_clients_keep_their_connection, serve(serve_folder))
{
    folder_add_text("root/file", "file");
    for (size_t i = 0; i < 2; i++)
        cr_expect_str_eq(
            raw_exchange(client, "GET /file HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").body,
            "file");
}

ServerTest(file_transfers, curl_resumes_a_download, serve(serve_folder))
{
    folder_add_text("root/file", "0123456789");
    struct order *rest = order_prepare(&server, "/file");
    curl_easy_setopt(rest->easy, CURLOPT_RESUME_FROM, 4L);
    order_complete(rest);
    cr_expect_eq(rest->error, CURLE_OK);
    cr_expect_eq(rest->status, 206);
    cr_expect_str_eq(rest->body.bytes, "456789");
}

ClientTest(file_transfers, a_slow_client_gets_all_while_others_are_served, serve(serve_folder))
{
    add_huge("root/huge");
    raw_send(client, GET("/huge") GET("/other"));
    wait_for_begin(client);
    for (size_t i = 0; i < 20; i++)
        cr_expect_str_eq(get(&server, "/other")->body.bytes, "other");
    cr_expect_eq(raw_receive(client).length, HUGE);
    cr_expect_str_eq(raw_receive(client).body, "other");
}

ServerTest(file_transfers, clients_that_do_not_read_cost_little, serve(serve_folder))
{
    enum { CLIENTS = 50 };
    struct raw_client clients[CLIENTS];
    add_huge("root/huge");
    descriptors_at_rest(&server);
    size_t before = process_resident_bytes(server.process);
    for (size_t i = 0; i < CLIENTS; i++)
        clients[i] = begin_huge(&server);
    double begin = clock_seconds();
    while (clock_seconds() < begin + 0.2)
        get(&server, "/other"); /* they get as far as they get */
    size_t each = (process_resident_bytes(server.process) - before) / CLIENTS;
    cr_log_info("%zu bytes for each client that does not read", each);
    if (!SANITIZED)
        cr_expect_lt(each, 160 * 1024, "%zu bytes each", each);
    for (size_t i = 0; i < CLIENTS; i++)
        raw_close(&clients[i]);
}

ServerTest(file_transfers, clients_that_leave_leave_nothing_behind, serve(serve_folder))
{
    static void (*const leave[])(struct raw_client *) = {raw_close, raw_reset, raw_end};
    add_huge("root/huge");
    size_t descriptors = descriptors_at_rest(&server);
    for (size_t i = 0; i < 30; i++) {
        struct raw_client client = raw_connect(&server);
        raw_send(&client, GET("/huge"));
        if (i % 2)
            cr_expect_eq(raw_receive_head(&client).status, 200);
        leave[i % 3](&client);
        if (i % 3 == 2)
            raw_close(&client);
    }
    cr_expect(eventually(server_descriptors(&server) == descriptors));
}

ProcessTest(file_transfers, clients_that_take_nothing_are_given_up)
{
    add_huge("root/huge");
    struct server server = serve_with(serve_folder, .write_timeout = 0.2);
    size_t descriptors = descriptors_at_rest(&server);
    begin_huge(&server);
    cr_expect(eventually(server_descriptors(&server) == descriptors));
}

/* The handler's time is over when that of a handler that began later is. */
static int serve_or_wait(hob_request *req, hob_response *res)
{
    return strcmp(hob_request_path(req), "/wait") == 0 ? hob_sleep(3600) : serve_folder(req, res);
}

ClientTest(
    file_transfers, they_may_take_longer_than_handlers,
    serve_with(serve_or_wait, .handler_timeout = 0.2))
{
    add_huge("root/huge");
    raw_send(client, GET("/huge"));
    wait_for_begin(client);
    cr_expect_eq(get(&server, "/wait")->status, 504);
    cr_expect_eq(raw_receive(client).length, HUGE);
}

ProcessTest(file_transfers, they_are_broken_off_when_the_servers_grace_is_over)
{
    add_huge("root/huge");
    struct server server = serve_with(serve_folder, .grace = 0.1);
    begin_huge(&server);
    cr_expect_eq(server_stop(&server), 0);
}

/* The client knows the length, and so that content is missing. */
ServerTest(file_transfers, a_file_that_gets_shorter_ends_the_connection, serve(serve_folder))
{
    add_huge("root/huge");
    size_t descriptors = descriptors_at_rest(&server);
    struct raw_client client = raw_connect(&server);
    raw_send(&client, GET("/huge") GET("/other"));
    wait_for_begin(&client);
    resize("root/huge", 1000);
    cr_expect_eq(raw_receive(&client).status, 0);
    cr_expect_lt(client.length, HUGE);
    client.length = 0; /* what came of it */
    cr_expect(raw_ended(&client), "nothing may follow");
    cr_expect(server_logs(&server, "hob_files: huge in "));
    cr_expect(server_logs(&server, "cannot be read to its end: No data available"));
    raw_close(&client);
    cr_expect(eventually(server_descriptors(&server) == descriptors));
}

ClientTest(file_transfers, a_file_that_gets_longer_is_sent_as_it_was, serve(serve_folder))
{
    add_huge("root/huge");
    raw_send(client, GET("/huge") GET("/other"));
    wait_for_begin(client);
    resize("root/huge", HUGE + 1000);
    cr_expect_eq(raw_receive(client).length, HUGE);
    cr_expect_str_eq(raw_receive(client).body, "other");
}

ClientTest(file_transfers, a_file_that_is_replaced_is_sent_as_it_was, serve(serve_folder))
{
    add_huge("root/huge");
    folder_add_text("root/new", "new");
    raw_send(client, GET("/huge"));
    wait_for_begin(client);
    const char *new_path = folder_path("root/new");
    cr_assert_eq(rename(new_path, folder_path("root/huge")), 0);
    cr_expect_eq(raw_receive(client).length, HUGE);
    cr_expect_str_eq(raw_exchange(client, GET("/huge")).body, "new");
}

ServerTest(file_transfers, more_than_the_threads_can_take_wait_for_their_turn, serve(serve_folder))
{
    enum { ORDERS = 50 };
    size_t size = 300000;
    char *bytes = make_pattern(size);
    folder_add("root/file", bytes, size);
    struct order **orders = order_many(&server, "/file", ORDERS);
    wait_for_orders();
    for (size_t i = 0; i < ORDERS; i++) {
        cr_expect_eq(orders[i]->status, 200);
        cr_expect_eq(orders[i]->body.length, size);
    }
}
