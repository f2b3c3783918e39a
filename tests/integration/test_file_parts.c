/*
 * Several parts of a file at once (RFC 9110 section 14.6), and what hob_files_as() is given.
 */

#include "tests/support/folder_server.h"
#include "tests/support/integration.h"
#include "tests/support/random.h"

TestSuite(file_parts, .timeout = 60, .init = folder_begin);

/* The whole body, with "B" for the boundary that the server chose. */
static const char *body_with_short_boundary(const struct response *response, char *text)
{
    static const char type[] = "multipart/byteranges; boundary=";
    const char *value = field(response, "Content-Type");
    cr_assert_eq(strncmp(value, type, strlen(type)), 0, "%s", value);
    const char *boundary = formatted("%s", value + strlen(type));
    char *end = text;
    for (const char *from = response->body; *from;) {
        bool here = strncmp(from, boundary, strlen(boundary)) == 0;
        *end++ = (char)(here ? 'B' : *from);
        from += here ? strlen(boundary) : 1;
    }
    *end = '\0';
    return text;
}

ClientTest(file_parts, come_in_one_response_each_with_its_place, serve(serve_folder))
{
    char text[1024];
    folder_add_text("root/digits.txt", "0123456789");
    struct response response =
        raw_exchange(client, REQUEST("GET /digits.txt", "Range: bytes=7-, 0-2,4-4\r\n"));
    cr_expect_eq(response.status, 206);
    cr_expect_str_empty(field(&response, "Content-Range"));
    cr_expect_str_eq(
        body_with_short_boundary(&response, text),
        "\r\n--B\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes "
        "7-9/10\r\n\r\n789"
        "\r\n--B\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes "
        "0-2/10\r\n\r\n012"
        "\r\n--B\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes 4-4/10\r\n\r\n4"
        "\r\n--B--\r\n");
    cr_expect_eq(raw_exchange(client, GET("/digits.txt")).status, 200, "the length was right");
}

ClientTest(file_parts, have_a_new_boundary_each_time, serve(serve_folder))
{
    static const char request[] = REQUEST("GET /digits.txt", "Range: bytes=0-0,2-2\r\n");
    folder_add_text("root/digits.txt", "0123456789");
    struct response response = raw_exchange(client, request);
    const char *first = formatted("%s", field(&response, "Content-Type"));
    response = raw_exchange(client, request);
    cr_expect_str_neq(field(&response, "Content-Type"), first);
}

/* Larger than what is read at once. */
ClientTest(file_parts, may_be_large, serve(serve_folder))
{
    enum { SIZE = 300000, FIRST = 100000 };
    static char content[SIZE];
    for (size_t i = 0; i < SIZE; i++)
        content[i] = (char)('a' + i % 23);
    folder_add("root/large.bin", content, SIZE);
    struct response response =
        raw_exchange(client, REQUEST("GET /large.bin", "Range: bytes=0-99999,200000-\r\n"));
    cr_expect_eq(response.status, 206);
    const char *one = memmem(response.body, response.length, "0-99999/300000\r\n\r\n", 18);
    const char *two = memmem(response.body, response.length, "200000-299999/300000\r\n\r\n", 24);
    cr_assert(one && two);
    cr_expect_eq(memcmp(one + 18, content, FIRST), 0);
    cr_expect_eq(memcmp(two + 24, content + 2 * FIRST, FIRST), 0);
}

/* A client that was not written here: curl takes what comes as it is. */
ServerTest(file_parts, are_taken_by_curl, serve(serve_folder))
{
    folder_add_text("root/digits.txt", "0123456789");
    struct order *order = order_prepare(&server, "/digits.txt");
    curl_easy_setopt(order->easy, CURLOPT_RANGE, "0-1,8-9");
    order_complete(order);
    cr_expect_eq(order->error, CURLE_OK);
    cr_expect_eq(order->status, 206);
    cr_expect(strstr(order->body.bytes, "bytes 0-1/10\r\n\r\n01\r\n--"), "%s", order->body.bytes);
    cr_expect(strstr(order->body.bytes, "bytes 8-9/10\r\n\r\n89\r\n--"), "%s", order->body.bytes);
}

/* zsync asks for the parts of a file that it lacks, many at a time. It is where Debian puts it. */
ProcessTest(file_parts, are_put_together_by_zsync)
{
    enum { SIZE = 400000 };
    if (access("/usr/bin/zsync", X_OK) < 0)
        cr_skip_test("there is no zsync");
    static char content[SIZE];
    for (size_t i = 0; i < SIZE; i++)
        content[i] = (char)random_below(256);
    folder_add("root/new.bin", content, SIZE);
    for (size_t i = 0; i < 5; i++)
        content[50000 + i * 70000] ^= 1;
    folder_add("old.bin", content, SIZE);
    struct server server = serve(serve_folder);
    const char *command = formatted(
        "cd '%s' && zsyncmake -b 1024 -u new.bin -o root/new.zsync root/new.bin &&"
        " zsync -i old.bin -o got.bin %snew.zsync && cmp got.bin root/new.bin",
        folder_path("."), server.url);
    struct process *zsync = start_command("/bin/sh", "-c", command);
    cr_expect_eq(process_result(zsync), 0);
    const char *fetched = strstr(process_output(zsync), "fetched ");
    cr_assert_not_null(fetched, "%s", process_output(zsync));
    cr_expect_lt(strtol(fetched + strlen("fetched "), NULL, 10), SIZE / 8);
}

static int serve_as_told(hob_request *req, hob_response *res)
{
    const hob_file_options options = {
        .content_type = hob_request_query_value(req, "type"),
        .cache_control = "max-age=31536000, immutable",
    };
    return hob_files_as(req, res, folder_path("root"), hob_request_path(req) + 1, &options);
}

ClientTest(file_parts, files_can_be_given_a_type_and_be_kept, serve(serve_as_told))
{
    static const struct {
        const char *request;
        int status;
        const char *type;
        bool kept;
    } cases[] = {
        {GET("/a.txt?type=text/x-shop"), 200, "text/x-shop", true},
        {GET("/a.txt"), 200, "text/plain; charset=utf-8", true},
        {REQUEST("GET /a.txt?type=text/x-shop", "Range: bytes=1-2\r\n"), 206, "text/x-shop", true},
        {REQUEST("GET /a.txt", "If-None-Match: *\r\n"), 304, "", true},
        {REQUEST("GET /a.txt", "Range: bytes=9-\r\n"), 416, "text/plain; charset=utf-8", false},
        {REQUEST("GET /a.txt", "If-Match: \"b\"\r\n"), 412, "text/plain; charset=utf-8", false},
        {GET("/missing"), 404, "text/plain; charset=utf-8", false},
        {GET("/sub"), 301, "text/plain; charset=utf-8", false},
        {GET("/a.txt?type=a%0d%0ab"), 400, "text/plain; charset=utf-8", false},
        {REQUEST("GET /a.txt?type=a%0d%0ab", "Range: bytes=0-0,2-2\r\n"), 400,
         "text/plain; charset=utf-8", false},
    };
    folder_add_text("root/a.txt", "abc");
    folder_add_folder("root/sub");
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct response response = raw_exchange(client, cases[i].request);
        const char *kept = cases[i].kept ? "max-age=31536000, immutable" : "";
        cr_expect_eq(response.status, cases[i].status, "%s", cases[i].request);
        cr_expect_str_eq(field(&response, "Content-Type"), cases[i].type, "%s", cases[i].request);
        cr_expect_str_eq(field(&response, "Cache-Control"), kept, "%s", cases[i].request);
    }
}
