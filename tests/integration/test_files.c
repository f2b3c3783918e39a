/*
 * Replies of hob_files() (include/hob/files.h). How it gets there is in test_file_transfers.c.
 */
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "tests/support/folder_server.h"
#include "tests/support/integration.h"

TestSuite(files, .timeout = 60, .init = folder_begin);

/* Of the file "digits.txt". */
#define DIGITS "0123456789"
#define TAG    "\"2ebc98a1.0-a\""
#define DATE   "Sun, 06 Nov 1994 08:49:37 GMT"
#define BEFORE "Sun, 06 Nov 1994 08:49:36 GMT"

static struct server serve_digits(void)
{
    folder_add_text("root/digits.txt", DIGITS);
    return serve(serve_folder);
}

ClientTest(files, a_file_is_sent_with_what_is_known_of_it, serve_digits())
{
    struct response response = raw_exchange(client, GET("/digits.txt"));
    cr_expect_eq(response.status, 200);
    cr_expect_str_eq(response.body, DIGITS);
    cr_expect(has_field(&response, "Content-Type: text/plain; charset=utf-8"));
    cr_expect(has_field(&response, "Content-Length: 10"));
    cr_expect(has_field(&response, "Accept-Ranges: bytes"));
    cr_expect(has_field(&response, "ETag: " TAG), "%s", response.head);
    cr_expect(has_field(&response, "Last-Modified: " DATE));
    cr_expect_str_empty(field(&response, "Content-Range"));
}

ServerTest(files, paths_lead_to_files_below_the_root_only, serve(serve_folder))
{
    static const struct {
        const char *path;
        int status;
        const char *body, *type;
    } cases[] = {
        {"/page.html", 200, "page", "text/html; charset=utf-8"},
        {"/with%20space", 200, "space", "application/octet-stream"},
        {"/sub/style.css", 200, "style", "text/css; charset=utf-8"},
        {"/sub%2Fstyle.css", 200, "style", "text/css; charset=utf-8"},
        {"/empty.json", 200, "", "application/json"},
        {"/", 200, "root index", "text/html; charset=utf-8"},
        {"/sub/", 200, "sub index", "text/html; charset=utf-8"},
        {"/sub/?query", 200, "sub index", "text/html; charset=utf-8"},
        {"/missing", 404, NULL, NULL},
        {"/bare/", 404, NULL, NULL},
        {"/odd/", 404, NULL, NULL},
        {"/page.html/", 404, NULL, NULL},
        {"/page.html/index.html", 404, NULL, NULL},
        {"/../secret", 400, NULL, NULL},
        {"/%2e%2e/secret", 400, NULL, NULL},
        {"/..%2fsecret", 404, NULL, NULL},
        {"/%2e%2e%2fsecret", 404, NULL, NULL},
        {"/sub/../../secret", 400, NULL, NULL},
        {"/sub/../page.html", 200, "page", NULL},
        {"/%252e%252e/secret", 404, NULL, NULL},
        {"//etc/passwd", 404, NULL, NULL},
        {"/%2fetc/passwd", 404, NULL, NULL},
        {"/.hidden", 404, NULL, NULL},
        {"/%2ehidden", 404, NULL, NULL},
        {"/link", 404, NULL, NULL},
        {"/out/secret", 404, NULL, NULL},
        {"/linked/", 404, NULL, NULL},
        {"/fifo", 404, NULL, NULL},
    };
    folder_add_text("secret", "secret");
    folder_add_text("root/page.html", "page");
    folder_add_text("root/index.html", "root index");
    folder_add_text("root/with space", "space");
    folder_add_text("root/empty.json", "");
    folder_add_text("root/.hidden", "secret");
    folder_add_folder("root/sub");
    folder_add_text("root/sub/style.css", "style");
    folder_add_text("root/sub/index.html", "sub index");
    folder_add_folder("root/bare");
    folder_add_folder("root/odd");
    folder_add_folder("root/odd/index.html");
    folder_add_folder("root/linked");
    folder_add_link("root/linked/index.html", "../page.html");
    folder_add_link("root/link", "page.html");
    folder_add_link("root/out", "..");
    cr_assert_eq(mkfifo(folder_path("root/fifo"), 0644), 0);

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct response response = raw_ask(&server, formatted(GET("%s"), cases[i].path));
        cr_expect_eq(response.status, cases[i].status, "%s: %d", cases[i].path, response.status);
        if (cases[i].body)
            cr_expect_str_eq(response.body, cases[i].body, "%s", cases[i].path);
        if (cases[i].type)
            cr_expect_str_eq(field(&response, "Content-Type"), cases[i].type, "%s", cases[i].path);
    }
}

/* As on an old kernel: see tests/unit/server/test_open_beneath.c for more of it. */
ClientTest(files, are_served_without_openat2_too, (forbid_openat2(ENOSYS), serve_digits()))
{
    folder_add_text("secret", "secret");
    folder_add_link("root/link", "../secret");
    cr_expect_str_eq(raw_exchange(client, GET("/digits.txt")).body, DIGITS);
    cr_expect_eq(raw_exchange(client, GET("/link")).status, 404);
    cr_expect_eq(raw_exchange(client, GET("/..%2fsecret")).status, 404);
}

ClientTest(files, conditions_and_ranges_are_heeded, serve_digits())
{
    static const struct {
        const char *fields;
        int status;
        const char *body;
        const char *line; /* of the response's head */
    } cases[] = {
        {"Range: bytes=0-2\r\n", 206, "012", "Content-Range: bytes 0-2/10"},
        {"Range: bytes=1-2\r\n", 206, "12", "Content-Type: text/plain; charset=utf-8"},
        {"Range: bytes=1-2\r\n", 206, "12", "ETag: " TAG},
        {"Range: bytes=10-\r\n", 416, NULL, "Content-Range: bytes */10"},
        {"Range: bytes=0-1\r\nIf-Range: " TAG "\r\n", 206, "01", "Content-Length: 2"},
        {"Range: bytes=0-1\r\nIf-Range: \"other\"\r\n", 200, DIGITS, "Content-Length: 10"},
        {"If-None-Match: " TAG "\r\n", 304, "", "ETag: " TAG},
        {"If-None-Match: \"a\", " TAG "\r\nRange: bytes=0-1\r\n", 304, "", "ETag: " TAG},
        {"If-None-Match: \"other\"\r\nIf-Modified-Since: " DATE "\r\n", 200, DIGITS, "ETag: " TAG},
        {"If-Modified-Since: " DATE "\r\n", 304, "", "ETag: " TAG},
        {"If-Match: " TAG "\r\n", 200, DIGITS, "ETag: " TAG},
        {"If-Match: \"other\"\r\n", 412, "412 Precondition Failed\n", "Content-Length: 24"},
        {"If-Unmodified-Since: " BEFORE "\r\n", 412, NULL, "Content-Length: 24"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct response response =
            raw_exchange_printf(client, REQUEST("GET /digits.txt", "%s"), cases[i].fields);
        cr_expect_eq(response.status, cases[i].status, "%s: %d", cases[i].fields, response.status);
        if (cases[i].body)
            cr_expect_str_eq(
                response.body, cases[i].body, "%s: %s", cases[i].fields, response.body);
        cr_expect(
            has_field(&response, cases[i].line), "%s: no %s in\n%s", cases[i].fields, cases[i].line,
            response.head);
    }
}

/* RFC 9110 section 15.4.5. */
ClientTest(files, what_the_client_has_is_told_without_its_length, serve_digits())
{
    const char *request = REQUEST("GET /digits.txt", "If-None-Match: " TAG "\r\n");
    struct response response = raw_exchange(client, request);
    cr_expect_eq(response.status, 304);
    cr_expect_str_empty(field(&response, "Content-Length"));
    cr_expect_str_empty(field(&response, "Content-Type"));
}

ClientTest(files, of_an_empty_one_there_is_no_part, serve_digits())
{
    static const char *const ranges[] = {"0-", "0-0", "-5", "5-", "0-0,5-5"};
    folder_add_text("root/empty", "");
    for (size_t i = 0; i < COUNT(ranges); i++) {
        struct response response =
            raw_exchange_printf(client, REQUEST("GET /empty", "Range: bytes=%s\r\n"), ranges[i]);
        cr_expect_eq(response.status, 200, "%s: %d", ranges[i], response.status);
        cr_expect(has_field(&response, "Content-Length: 0"), "%s", ranges[i]);
        cr_expect_str_empty(field(&response, "Content-Range"));
    }
}

/* RFC 9110 section 14.2: a range is for GET only. */
ClientTest(files, head_is_answered_as_get_without_content, serve_digits())
{
    raw_send(
        client, REQUEST("HEAD /digits.txt", "") REQUEST("HEAD /digits.txt", "Range: bytes=1-2\r\n")
                    REQUEST("HEAD /digits.txt", "If-None-Match: *\r\n") GET("/digits.txt"));
    for (size_t i = 0; i < 2; i++) {
        struct response response = raw_receive_head(client);
        cr_expect_eq(response.status, 200);
        cr_expect(has_field(&response, "Content-Length: 10"));
        cr_expect(has_field(&response, "ETag: " TAG));
    }
    cr_expect_eq(raw_receive_head(client).status, 304);
    cr_expect_str_eq(raw_receive(client).body, DIGITS);
}

ClientTest(files, other_methods_are_not_allowed, serve_digits())
{
    static const char *const requests[] = {
        REQUEST("POST /digits.txt", "Content-Length: 1\r\n") "x",
        REQUEST("PUT /digits.txt", "Content-Length: 0\r\n"),
        REQUEST("DELETE /missing", ""),
        REQUEST("OPTIONS /digits.txt", ""),
    };
    for (size_t i = 0; i < COUNT(requests); i++) {
        struct response response = raw_exchange(client, requests[i]);
        cr_expect_eq(response.status, 405, "%s", requests[i]);
        cr_expect(has_field(&response, "Allow: GET, HEAD"));
    }
}

ClientTest(files, a_folder_without_a_slash_redirects, serve_digits())
{
    static const struct {
        const char *path, *location;
    } cases[] = {
        {"/sub", "./sub/"},
        {"/sub?a=b&c", "./sub/?a=b&c"},
        {"/sub?", "./sub/?"},
        {"/sub/deep", "./deep/"},
        {"/with%20space", "./with%20space/"},
        {"/http:", "./http:/"}, /* not a URL of its own */
        {"/s%75b", "./sub/"},
    };
    folder_add_folder("root/sub");
    folder_add_folder("root/sub/deep");
    folder_add_folder("root/with space");
    folder_add_folder("root/http:");
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct response response = raw_exchange_printf(client, GET("%s"), cases[i].path);
        cr_expect_eq(response.status, 301, "%s: %d", cases[i].path, response.status);
        cr_expect_str_eq(field(&response, "Location"), cases[i].location, "%s", cases[i].path);
    }
}

ServerTest(files, browsers_find_a_folders_index, serve(serve_folder))
{
    folder_add_folder("root/sub");
    folder_add_text("root/sub/index.html", "index");
    struct order *visit = order_prepare(&server, "/sub");
    curl_easy_setopt(visit->easy, CURLOPT_FOLLOWLOCATION, 1L);
    order_complete(visit);
    cr_expect_eq(visit->status, 200);
    cr_expect_str_eq(visit->body.bytes, "index");
}

/* Has the server run without the right to read what its owner may not read. Root has it. */
static struct server serve_without_privileges(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct all[2];
    cr_assert_eq(syscall(SYS_capget, &header, all), 0);
    struct __user_cap_data_struct fewer[2] = {all[0], all[1]};
    fewer[0].effective &= ~(1U << CAP_DAC_OVERRIDE | 1U << CAP_DAC_READ_SEARCH);
    cr_assert_eq(syscall(SYS_capset, &header, fewer), 0);
    struct server server = serve(serve_folder);
    cr_assert_eq(syscall(SYS_capset, &header, all), 0);
    return server;
}

ProcessTest(files, what_may_not_be_read_is_forbidden)
{
    folder_add_text("root/private", "secret");
    folder_add_folder("root/closed");
    folder_add_text("root/closed/file", "secret");
    chmod(folder_path("root/private"), 0);
    chmod(folder_path("root/closed"), 0);
    struct server server = serve_without_privileges();
    struct raw_client client = raw_connect(&server);
    cr_expect_eq(raw_exchange(&client, GET("/private")).status, 403);
    cr_expect_eq(raw_exchange(&client, GET("/closed")).status, 403);
    cr_expect_eq(raw_exchange(&client, GET("/closed/file")).status, 403);
    cr_expect_eq(raw_exchange(&client, GET("/missing")).status, 404);
    chmod(folder_path("root/closed"), 0700);
}

ClientTest(files, none_is_left_open, serve(serve_folder))
{
    static const char *const requests[] = {
        GET("/digits.txt"),
        GET("/missing"),
        GET("/digits.txt/missing"),
        GET("/sub"),
        GET("/sub/"),
        GET("/bare/"),
        GET("/odd/"),
        GET("/fifo"),
        REQUEST("GET /digits.txt", "Range: bytes=10-\r\n"),
        REQUEST("GET /digits.txt", "Range: bytes=1-2\r\n"),
        REQUEST("GET /digits.txt", "If-None-Match: *\r\n"),
        REQUEST("GET /digits.txt", "If-Match: \"other\"\r\n"),
        REQUEST("POST /digits.txt", "Content-Length: 0\r\n"),
    };
    folder_add_text("root/digits.txt", DIGITS);
    folder_add_folder("root/sub");
    folder_add_text("root/sub/index.html", "index");
    folder_add_folder("root/bare");
    folder_add_folder("root/odd");
    folder_add_folder("root/odd/index.html");
    cr_assert_eq(mkfifo(folder_path("root/fifo"), 0644), 0);
    raw_exchange(client, GET("/digits.txt")); /* now the server has its threads */
    for (size_t i = 0; i < COUNT(requests); i++) {
        size_t before = server_descriptors(&server);
        cr_expect_neq(raw_exchange(client, requests[i]).status, 0);
        cr_expect_eq(server_descriptors(&server), before, "%s", requests[i]);
    }
}

/* The folder is the one that the query names. */
static int serve_query(hob_request *req, hob_response *res)
{
    return hob_files(req, res, hob_request_query(req), hob_request_path(req) + 1);
}

static struct response ask_root(struct raw_client *client, const char *root)
{
    return raw_exchange_printf(client, GET("/file?%s"), root);
}

ClientTest(files, the_root_is_the_programs_own, serve(serve_query))
{
    folder_add_text("root/file", "file");
    folder_add_link("current", "root");
    cr_expect_str_eq(ask_root(client, folder_path("root")).body, "file");
    cr_expect_str_eq(ask_root(client, folder_path("root/")).body, "file");
    cr_expect_str_eq(ask_root(client, folder_path("current")).body, "file");

    cr_expect_eq(ask_root(client, "/missing/root").status, 500);
    cr_expect(server_logs(&server, "the folder /missing/root cannot be opened: No such file"));
    cr_expect_eq(ask_root(client, folder_path("root/file")).status, 500);
    cr_expect(server_logs(&server, "cannot be opened: Not a directory"));
    cr_expect_eq(ask_root(client, "").status, 500);
}

/* An application of one page: what is not there is for the page itself to find. */
static int serve_or_fall_back(hob_request *req, hob_response *res)
{
    const char *root = folder_path("root");
    hob_response_add_header(res, "Cache-Control", "no-cache");
    int err = hob_files(req, res, root, hob_request_path(req) + 1);
    if (err == -ENOENT)
        err = hob_files(req, res, root, "index.html");
    hob_log(HOB_LOG_INFO, "then %s", strerror(-hob_files(req, res, root, "digits.txt")));
    return err;
}

ClientTest(files, a_handler_can_reply_otherwise_when_there_is_none, serve(serve_or_fall_back))
{
    folder_add_text("root/index.html", "page");
    folder_add_text("root/digits.txt", DIGITS);
    cr_expect_str_eq(raw_exchange(client, GET("/digits.txt")).body, DIGITS);
    struct response response = raw_exchange(client, GET("/orders/7"));
    cr_expect_eq(response.status, 200);
    cr_expect_str_eq(response.body, "page");
    cr_expect(has_field(&response, "Cache-Control: no-cache"));
    cr_expect_eq(server_log_count(&server, "then Operation already in progress"), 2);
}
