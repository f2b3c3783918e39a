/*
 * Bodies that a handler reads (include/hob/request.h).
 */

#include "tests/support/integration.h"
#include "tests/support/memory.h"

TestSuite(handler_bodies, .timeout = 60);

#define KIB(n) ((size_t)(n)*1024)
#define MIB(n) (KIB(n) * 1024)

/* Reads all of the body and replies its size and the sum of its bytes. */
static int tell_body(hob_request *req, hob_response *res)
{
    unsigned char piece[10000];
    size_t length = 0;
    unsigned long sum = 0;
    int received;
    while ((received = hob_body_read(req, piece, sizeof(piece))) > 0) {
        length += (size_t)received;
        for (int i = 0; i < received; i++)
            sum += piece[i];
    }
    if (received < 0)
        return received;
    int again = hob_body_read(req, piece, sizeof(piece));
    return reply(res, 200, "%zu bytes, sum %lu, then %d", length, sum, again);
}

/* A mebibyte of 0, 1, ... 255, 0, ... */
static const char *mebibyte(void)
{
    static char bytes[1024 * 1024];
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)i;
    return bytes;
}
#define TOLD_MEBIBYTE "1048576 bytes, sum 133693440, then 0"

ClientTest(handler_bodies, a_body_of_known_length_is_read, serve(tell_body))
{
    raw_send(client, REQUEST("POST /", "Content-Length: 1048576\r\n"));
    raw_send_bytes(client, mebibyte(), MIB(1));
    cr_expect_str_eq(raw_receive(client).body, TOLD_MEBIBYTE);
}

/* Sends a mebibyte as chunks of sizes from 1 to 16,381. */
static void send_chunks(struct raw_client *client)
{
    const char *bytes = mebibyte();
    for (size_t at = 0, size = 1; at < MIB(1); at += size, size = size * 7 % 16381) {
        if (size > MIB(1) - at)
            size = MIB(1) - at;
        const char *begin = formatted("%zx\r\n", size);
        raw_send(client, begin);
        raw_send_bytes(client, bytes + at, size);
        raw_send(client, "\r\n");
    }
    raw_send(client, "0\r\n\r\n");
}

ClientTest(handler_bodies, a_body_in_chunks_is_read, serve(tell_body))
{
    raw_send(client, REQUEST("POST /", "Transfer-Encoding: chunked\r\n"));
    send_chunks(client);
    cr_expect_str_eq(raw_receive(client).body, TOLD_MEBIBYTE);
}

static int tell_body_after_release(hob_request *req, hob_response *res)
{
    int err = wait_for_release();
    return err < 0 ? err : tell_body(req, res);
}

ClientTest(
    handler_bodies, a_body_that_comes_while_the_handler_waits_is_read,
    serve(tell_body_after_release))
{
    raw_send(client, REQUEST("POST /", "Content-Length: 1048576\r\n"));
    raw_send_meanwhile(client, mebibyte(), MIB(1));
    release(&server);
    cr_expect_str_eq(raw_receive(client).body, TOLD_MEBIBYTE);
    raw_join(client);
}

/* Keeps the thread after each piece, so that the next one is there by then. */
static int tell_body_slowly(hob_request *req, hob_response *res)
{
    static char piece[64 * 1024]; /* larger than the stack of a coroutine */
    size_t length = 0;
    int received;
    while ((received = hob_body_read(req, piece, sizeof(piece))) > 0) {
        length += (size_t)received;
        keep_busy(0.001);
    }
    return received < 0 ? received : reply(res, 200, "%zu", length);
}

/*
 * A client that sends faster than it is read gives way to others after a while. One of
 * these bodies ends right there, and must not be forgotten meanwhile.
 */
ServerTest(handler_bodies, a_body_that_never_pauses_is_read_to_its_end, serve(tell_body_slowly))
{
    static char body[20 * 64 * 1024];
    for (size_t size = KIB(64); size <= sizeof(body); size += KIB(64)) {
        struct raw_client client = raw_connect(&server);
        const char *request = formatted(REQUEST("POST /", "Content-Length: %zu\r\n"), size);
        const char *expected = formatted("%zu", size);
        raw_send(&client, request);
        raw_send_meanwhile(&client, body, size);
        cr_expect_str_eq(raw_receive(&client).body, expected, "a body of %zu bytes", size);
        raw_join(&client);
        raw_close(&client);
    }
}

static unsigned turns;

/* A child that never waits for anything, and so runs whenever others than its maker may run. */
static int count_turns(void *unused)
{
    do
        turns++;
    while (hob_yield() == 0);
    return 0;
}

/* Replies the largest number of pieces that were read in a row, without a turn for others. */
static int tell_pieces_in_a_row(hob_request *req, hob_response *res)
{
    static char piece[64 * 1024];
    unsigned last_turn = 0;
    int in_a_row = 0;
    int most = 0;
    hob_async(count_turns, NULL);
    while (hob_body_read(req, piece, sizeof(piece)) > 0) {
        in_a_row = turns == last_turn ? in_a_row + 1 : 1;
        last_turn = turns;
        most = in_a_row > most ? in_a_row : most;
        keep_busy(0.001); /* so that the next one is there by then */
    }
    return reply(res, 200, "%d", most);
}

ClientTest(handler_bodies, a_body_that_never_pauses_lets_others_run, serve(tell_pieces_in_a_row))
{
    const size_t size = (size_t)400 * 64 * 1024;
    const char *request = formatted(REQUEST("POST /", "Content-Length: %zu\r\n"), size);
    raw_send(client, request);
    raw_send_meanwhile(client, zero_pages(size), size);
    struct response response = raw_receive(client);
    cr_expect_leq(strtol(response.body, NULL, 10), 20, "%s pieces in a row", response.body);
    raw_join(client);
}

static int log_body_error(hob_request *req, hob_response *res)
{
    char piece[100];
    int length = 0;
    int received;
    while ((received = hob_body_read(req, piece, sizeof(piece))) > 0)
        length += received;
    hob_log(HOB_LOG_INFO, "after %d bytes: %s", length, strerror(-received));
    return received < 0 ? received : reply(res, 200, "%d bytes", length);
}

ClientTest(handler_bodies, a_body_cut_short_is_an_error, serve(log_body_error))
{
    raw_send(client, REQUEST("POST /", "Content-Length: 10\r\n") "only 6");
    raw_settle(client);
    raw_end(client);
    cr_expect(server_logs(&server, "after 6 bytes: Connection reset by peer"));
}

/* Bodies that wait to be asked for: "Expect: 100-continue". */

#define EXPECTING REQUEST("POST /", "Content-Length: 3\r\nExpect: 100-continue\r\n")

ClientTest(handler_bodies, continue_is_sent_when_the_handler_reads, serve(tell_body_after_release))
{
    raw_send(client, EXPECTING);
    raw_settle(client);
    release(&server);
    cr_expect_eq(raw_receive(client).status, 100);
    raw_send(client, "\x01\x02\x03");
    cr_expect_str_eq(raw_receive(client).body, "3 bytes, sum 6, then 0");
    cr_expect_str_eq(raw_exchange(client, GET("/other")).body, "other");
}

static int reply_at_once(hob_request *req, hob_response *res)
{
    return reply(res, 200, "thanks");
}

ClientTest(handler_bodies, continue_is_not_sent_if_the_handler_does_not_read, serve(reply_at_once))
{
    struct response response = raw_exchange(client, EXPECTING);
    cr_expect_eq(response.status, 200);
    cr_expect(has_field(&response, "Connection: close"), "whether the body comes is not known");
    cr_expect(raw_ended(client));
}

ClientTest(handler_bodies, continue_is_never_sent_to_http_1_0, serve(tell_body))
{
    raw_send(client, "POST / HTTP/1.0\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    raw_settle(client);
    raw_send(client, "\x01\x02\x03");
    cr_expect_eq(raw_receive(client).status, 200);
}

static size_t upload_mebibyte(char *buffer, size_t size, size_t count, void *at)
{
    size_t *offset = at;
    size_t length = size * count < MIB(1) - *offset ? size * count : MIB(1) - *offset;
    memcpy(buffer, mebibyte() + *offset, length);
    *offset += length;
    return length;
}

ServerTest(handler_bodies, libcurl_uploads_once_it_is_told_to_continue, serve(tell_body))
{
    size_t offset = 0;
    struct order *upload = order_prepare(&server, "/");
    struct curl_slist *expect = curl_slist_append(NULL, "Expect: 100-continue");
    curl_easy_setopt(upload->easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(upload->easy, CURLOPT_HTTPHEADER, expect);
    curl_easy_setopt(upload->easy, CURLOPT_INFILESIZE, (long)MIB(1));
    curl_easy_setopt(upload->easy, CURLOPT_READFUNCTION, upload_mebibyte);
    curl_easy_setopt(upload->easy, CURLOPT_READDATA, &offset);
    curl_easy_setopt(upload->easy, CURLOPT_EXPECT_100_TIMEOUT_MS, PATIENCE * 1000L);
    order_complete(upload);
    cr_expect_str_eq(upload->body.bytes, TOLD_MEBIBYTE);
    cr_expect_lt(upload->seconds, PATIENCE, "it was not told, and stopped waiting");
    curl_slist_free_all(expect);
}
